//! A new day begins. Its heading leads to the panel that asks for another one.

use leptos::prelude::*;

use crate::client::local_time;
use crate::model::address;
use crate::model::calendar::{CivilDate, Clocks};
use crate::ui::erased_view::live;
use crate::ui::i18n::{self, Language};
use crate::ui::state::{RoomState, use_room_state};

/// The id of what the document says that the heading of a day leads to.
pub const ABOUT_DAY_ID: &str = "about-day";

/// The day in words: the plain date first, then as the reader says it.
#[component]
pub fn DaySeparator(
    /// The day.
    date: CivilDate,
) -> impl IntoView {
    let state = use_room_state();
    view! {
        <li class="day" data-row="">
            <a href=address::day(&state.slug()) data-panel="" aria-describedby=ABOUT_DAY_ID>
                <time datetime=date.to_string() translate="no">{live(move || heading(state, date))}</time>
            </a>
        </li>
    }
}

fn heading(state: RoomState, date: CivilDate) -> String {
    match state.clocks.get() {
        Clocks::Utc => i18n::day(state.language, date),
        Clocks::Local { today, .. } => local_heading(state.language, date, today),
    }
}

fn local_heading(language: Language, date: CivilDate, today: CivilDate) -> String {
    match today.days_since_epoch() - date.days_since_epoch() {
        0 => language.words().today.to_owned(),
        1 => language.words().yesterday.to_owned(),
        _ => local_time::day_heading(date, language.tag()),
    }
}
