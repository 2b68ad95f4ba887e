//! A person's seal: the first character of the nickname on a hue that tells its bearer apart from the others who are here.
//! A decoration: the nickname is always beside it. The style sheet has a class for each hue, since the content security
//! policy allows no inline styles.

use crate::client::element::elements;
use crate::model::conversation::roster::Roster;
use crate::model::text;
use crate::ui::erased_view::effect;
use crate::ui::html::{Html, HtmlElement, html_element};
use crate::ui::state::RoomState;

/// Tells whose seal it is.
const NAME_ATTRIBUTE: &str = "data-name";
/// All seals, as a selector.
const SEALS: &str = "[data-name]";

/// How large a seal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealSize {
    /// Beside a message.
    Regular,
    /// In a list.
    Small,
}

/// Shows the seal of a person.
pub fn seal(state: RoomState, nickname: &str, size: SealSize) -> HtmlElement {
    html_element(|html| write_seal(html, state, nickname, size))
}

/// Writes the seal of a person, with the hue that is theirs now.
pub fn write_seal(html: &mut Html, state: RoomState, nickname: &str, size: SealSize) {
    let class = state.roster.with_untracked(|roster| class(roster, nickname, size));
    let attributes = [("class", class.as_str()), (NAME_ATTRIBUTE, nickname), ("aria-hidden", "true")];
    html.element("span", &attributes, &text::initial(nickname));
}

fn class(roster: &Roster, nickname: &str, size: SealSize) -> String {
    let size = match size {
        SealSize::Regular => "",
        SealSize::Small => " seal--small",
    };
    ["seal seal--hue-", &roster.hue(nickname).to_string(), size].concat()
}

/// Gives all seals the hues that their bearers have after somebody came or went.
pub fn follow_hues(state: RoomState) {
    effect(move |_| {
        state.roster.with(|roster| {
            for seal in elements(SEALS) {
                let is_small = seal.class_list().contains("seal--small");
                let size = if is_small { SealSize::Small } else { SealSize::Regular };
                let class = class(roster, &seal.get_attribute(NAME_ATTRIBUTE).unwrap_or_default(), size);
                if seal.class_name() != class {
                    seal.set_class_name(&class);
                }
            }
        });
    });
}
