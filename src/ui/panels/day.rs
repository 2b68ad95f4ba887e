//! Asks for a day, and says when nobody posted on it. Where somebody did, the form leads there.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel};
use crate::model::address;
use crate::model::calendar::CivilDate;
use crate::protocol::{RoomSlug, Seq};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::{self, Language, fill};

/// What the panel says above its field.
pub enum DayNotice {
    /// Nothing: the reader has not asked yet.
    None,
    /// What was typed is no day.
    NoDay,
    /// Nobody posted on this day. What came next, if something did.
    Nothing(CivilDate, Option<(CivilDate, Seq)>),
}

/// Draws it.
#[must_use]
pub fn day(room: &RoomSlug, notice: &DayNotice, language: Language) -> Panel {
    let words = language.panel_words();
    let asked = if let DayNotice::Nothing(day, _) = notice { Some(day.to_string()) } else { None };
    let body = view! {
        <div>
            <h1 class="profile__name" id=PANEL_TITLE_ID>{words.day}</h1>
            {notice_in_words(room, notice, language)}
            <form method="get" action=address::day(room)>
                <label class="field-label" for="day">{words.day_field}</label>
                <p class="field-row">
                    <input class="field" id="day" type="date" name="day" value=asked required="" />
                    // The reader's zone is not known here: `ui/shell/panels.js` puts it in, and takes out the words on that.
                    <input type="hidden" name="zone" value="0" />
                    <button class="button button--main">{words.day_go}</button>
                </p>
            </form>
            <p>{words.day_utc}</p>
        </div>
    };
    Panel { title: words.day.to_owned(), body: body.erase() }
}

fn notice_in_words(room: &RoomSlug, notice: &DayNotice, language: Language) -> Option<ErasedView> {
    let words = language.panel_words();
    let said = match notice {
        DayNotice::None => return None,
        DayNotice::NoDay => words.day_none.erase(),
        DayNotice::Nothing(day, None) => {
            fill(words.day_nothing_since, &[("{day}", &i18n::day(language, *day))]).erase()
        }
        DayNotice::Nothing(day, Some((next, seq))) => {
            let nothing = fill(words.day_nothing, &[("{day}", &i18n::day(language, *day))]);
            let next = fill(words.day_next, &[("{day}", &i18n::day(language, *next))]);
            view! { {nothing} " " <a class="link-button" href=address::permalink(room, *seq)>{next}</a> }.erase()
        }
    };
    Some(view! { <p class="notice" role="alert">{said}</p> }.erase())
}
