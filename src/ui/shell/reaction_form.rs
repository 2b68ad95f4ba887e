//! The form of all reactions of a page, with the emojis that are offered. The live page shows them beside the button that
//! asked for them (`ui::components::reactions`); without scripts they come by a page of their own.

use leptos::prelude::*;

use crate::model::address;
use crate::model::conversation::reactions::QUICK;
use crate::protocol::PageData;
use crate::ui::components::{OFFER_ID, OFFERED_FOR_ID, REACTION_FORM_ID, REACTION_NAME};
use crate::ui::i18n::Language;

/// Emojis are offered at once for a message of a page that was asked for so.
pub fn reaction_form(page: &PageData, language: Language) -> impl IntoView + use<> {
    let before = (!page.at_newest).then(|| page.room.page.covers.last.next());
    let action = address::react(&page.room.summary.slug, before);
    let offered_for = page.offered_for;
    let quick = QUICK.map(|emoji| {
        view! { <button class="offer__emoji" name=REACTION_NAME value=["+", emoji].concat()>{emoji}</button> }
    });
    view! {
        <form class="offer-form" id=REACTION_FORM_ID method="post" action=action aria-label=language.words().react>
            <input type="hidden" name="offered_for" id=OFFERED_FOR_ID value=offered_for.map(|seq| seq.to_string()) />
            <div
                class="offer"
                id=OFFER_ID
                popover=offered_for.is_none().then_some("auto")
            >
                {quick.to_vec()}
            </div>
        </form>
    }
}
