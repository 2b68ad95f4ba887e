//! The form of all reactions of a page, with the emojis that are offered. The live page shows them beside the button that
//! asked for them (`ui::components::reactions`); without scripts they come by a page of their own.

use leptos::prelude::*;

use crate::model::address;
use crate::model::conversation::reactions::QUICK;
use crate::protocol::PageData;
use crate::ui::components::{MORE_ID, OFFER_ID, OFFERED_FOR_ID, REACTION_FORM_ID, REACTION_NAME};
use crate::ui::i18n::Language;

/// Emojis are offered at once for a message of a page that was asked for so.
pub fn reaction_form(page: &PageData, language: Language) -> impl IntoView + use<> {
    let before = (!page.at_newest).then(|| page.room.page.covers.last.next());
    let action = address::react(&page.room.summary.slug, before);
    let offered_for = page.offered_for;
    let (words, document_words) = (language.words(), language.document_words());
    let more = document_words.more_emojis;
    let quick = QUICK.map(|emoji| {
        view! { <button class="offer__emoji" name=REACTION_NAME value=["+", emoji].concat()>{emoji}</button> }
    });
    view! {
        <form class="offer-form" id=REACTION_FORM_ID method="post" action=action aria-label=words.react>
            <input type="hidden" name="offered_for" id=OFFERED_FOR_ID value=offered_for.map(|seq| seq.to_string()) />
            <div
                class="offer"
                id=OFFER_ID
                popover=offered_for.is_none().then_some("auto")
            >
                {quick.to_vec()}
                <button class="offer__more" id=MORE_ID type="button" aria-label=more title=more></button>
                <p class="offer__failed" role="alert">
                    {document_words.part_not_loaded} " " <a href="">{words.reload}</a>
                </p>
            </div>
        </form>
    }
}
