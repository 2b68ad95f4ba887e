//! Events are missing between two rows: says so, and fetches them.

use web_sys::HtmlElement as Element;

use crate::client::element::elements;
use crate::model::conversation::timeline::Hole;
use crate::protocol::Seq;
use crate::ui::erased_view::effect;
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::state::{ReachBack, RoomState};

/// The name of every button that fetches what is missing. Its value is where the hole lies: `17 25`.
pub const FILL_NAME: &str = "fill";
/// What is said of all holes, as a selector.
const WORDS: &str = ".hole > span";

/// A row with a button.
pub fn hole_marker(state: RoomState, hole: Hole) -> HtmlElement {
    let value = [&hole.after.to_string(), " ", &hole.before.to_string()].concat();
    html_element(|html| {
        html.start("li", &[("class", "hole"), ("data-row", ""), ("translate", "no")]);
        html.element("span", &[], says(state, &state.reach_back.get_untracked()));
        let attributes = [("type", "button"), ("class", "link-button"), ("name", FILL_NAME), ("value", &value)];
        html.element("button", &attributes, state.words().load_hole);
        html.end();
    })
}

/// Keeps what is said of holes true.
pub fn follow_holes(state: RoomState) {
    effect(move |_| {
        let words = says(state, &state.reach_back.get());
        elements(WORDS).iter().for_each(|element| element.set_text_content(Some(words)));
    });
}

fn says(state: RoomState, reach_back: &ReachBack) -> &'static str {
    match reach_back {
        ReachBack::Failed => state.words().history_failed,
        ReachBack::Idle | ReachBack::Loading => state.words().hole,
    }
}

/// The button of a hole was pressed.
pub fn fill_pressed(state: RoomState, button: &Element) {
    let value = button.get_attribute("value").unwrap_or_default();
    let seq = |text: &str| Some(Seq::new(text.parse().ok()?));
    let hole =
        value.split_once(' ').and_then(|(after, before)| Some(Hole { after: seq(after)?, before: seq(before)? }));
    if let Some(hole) = hole {
        state.fill_hole(hole);
    }
}
