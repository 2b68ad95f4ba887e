//! The form of all reactions of a page, with the emojis that are offered, and what one changes an own message by. The live page
//! shows them beside the button that asked for them (`ui::components::reactions`, `ui::components::edits`); without scripts
//! they come by a page of their own.

use leptos::prelude::*;

use crate::model::address;
use crate::model::conversation::edits;
use crate::model::conversation::reactions::{QUICK, REPLY};
use crate::protocol::PageData;
use crate::ui::components::{
    CHANGE_NAME, COPY, DELETE, EDIT, MORE_ID, OFFER_ID, OFFERED_FOR_ID, REACTION_FORM_ID, REACTION_NAME,
};
use crate::ui::erased_view::Erase;
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
    let edit = address::edit(&page.room.summary.slug);
    let changes = [(COPY, words.copy), (EDIT, document_words.edit), (DELETE, document_words.delete)];
    let changes = changes.map(|(change, name)| {
        let class = ["offer__change offer__change--", change].concat();
        view! { <button class=class name=CHANGE_NAME value=change formaction=edit.clone()>{name}</button> }.erase()
    });
    view! {
        <form class="offer-form" id=REACTION_FORM_ID method="post" action=action aria-label=words.react>
            <input type="hidden" name="offered_for" id=OFFERED_FOR_ID value=offered_for.map(|seq| seq.to_string()) />
            <div
                class="offer"
                id=OFFER_ID
                popover=offered_for.is_none().then_some("auto")
                data-change=changes_offered(page)
            >
                {quick.to_vec()}
                <button class="offer__change offer__change--reply" name=REACTION_NAME value=REPLY>{words.reply}</button>
                {changes.into_iter().collect::<Vec<_>>()}
                <button class="offer__more" id=MORE_ID type="button" aria-label=more title=more></button>
                <p class="offer__failed" role="alert">
                    {document_words.part_not_loaded} " " <a href="">{words.reload}</a>
                </p>
            </div>
        </form>
    }
}

/// What may be done with the message that emojis are offered for.
fn changes_offered(page: &PageData) -> Option<String> {
    let item = page.room.page.items.iter().find(|item| Some(item.event.seq) == page.offered_for)?;
    let (me, limits, now) = (page.me.as_ref(), &page.limits, page.drawn_ms);
    let may = [(EDIT, edits::may_edit(item, me, limits, now)), (DELETE, edits::may_delete(item, me, limits, now))];
    Some(may.into_iter().filter_map(|(change, may)| may.then_some(change)).collect::<Vec<_>>().join(" "))
}
