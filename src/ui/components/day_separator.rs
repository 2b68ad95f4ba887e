//! A new day begins. Its heading leads to the panel that asks for another one.

use crate::client::element::elements;
use crate::client::local_time;
use crate::model::address;
use crate::model::calendar::{CivilDate, Clocks};
use crate::ui::erased_view::effect;
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::i18n::{self, Language};
use crate::ui::state::RoomState;

/// The id of what the document says that the heading of a day leads to.
pub const ABOUT_DAY_ID: &str = "about-day";
/// Tells which day a heading is of, as days since 1970-01-01.
const DAY_ATTRIBUTE: &str = "data-day";
/// All headings, as a selector.
const HEADINGS: &str = "[data-day]";

/// Shows a day in words: the plain date first, then as the reader says it.
pub fn day(state: RoomState, date: CivilDate) -> HtmlElement {
    let day = date.days_since_epoch().to_string();
    html_element(|html| {
        html.start("li", &[("class", "day"), ("data-row", "")]);
        let href = address::day(&state.slug());
        html.start("a", &[("href", &href), ("data-panel", ""), ("aria-describedby", ABOUT_DAY_ID)]);
        let attributes = [("datetime", &*date.to_string()), (DAY_ATTRIBUTE, &day), ("translate", "no")];
        html.element("time", &attributes, &heading(state.language, state.clocks.get_untracked(), date));
        html.end();
        html.end();
    })
}

/// Says all days as the reader does, now and whenever another day begins.
pub fn follow_days(state: RoomState) {
    effect(move |_| {
        let clocks = state.clocks.get();
        for element in elements(HEADINGS) {
            let days = element.get_attribute(DAY_ATTRIBUTE).and_then(|days| days.parse().ok());
            if let Some(date) = days.map(CivilDate::from_days) {
                element.set_text_content(Some(&heading(state.language, clocks, date)));
            }
        }
    });
}

fn heading(language: Language, clocks: Clocks, date: CivilDate) -> String {
    match clocks {
        Clocks::Utc => i18n::day(language, date),
        Clocks::Local { today, .. } => local_heading(language, date, today),
    }
}

fn local_heading(language: Language, date: CivilDate, today: CivilDate) -> String {
    match today.days_since_epoch() - date.days_since_epoch() {
        0 => language.words().today.to_owned(),
        1 => language.words().yesterday.to_owned(),
        _ => local_time::day_heading(date, language.tag()),
    }
}
