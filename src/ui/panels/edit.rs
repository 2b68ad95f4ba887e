//! The page on which a message is edited, deleted and brought back without scripts. The live page does that in its composer.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel};
use crate::model::address;
use crate::protocol::{PostId, Refusal, RoomSlug, Seq};
use crate::ui::components::CHANGE_NAME;
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::{self, Language};

/// What the page shows.
pub struct EditPage {
    /// Where the message is.
    pub room: RoomSlug,
    /// Which message.
    pub target: Seq,
    /// What the field holds; none for a deleted message.
    pub text: Option<String>,
    /// Why the last change was refused.
    pub refusal: Option<Refusal>,
    /// The name of this page's forms.
    pub page_id: PostId,
}

/// Draws it.
#[must_use]
pub fn edit(page: EditPage, language: Language) -> Panel {
    let words = language.panel_words();
    let EditPage { room, target, text, refusal, page_id } = page;
    let title = words.edit_title.to_owned();
    let refused = refusal.map(|refusal| {
        view! { <p class="notice" role="alert">{i18n::refusal_of(language, refusal, text.as_deref().unwrap_or_default())}</p> }
            .erase()
    });
    let fields = match text {
        Some(text) => text_fields(text, language),
        None => deleted_fields(language),
    };
    let body = view! {
        <div class="edit">
            <h1 id=PANEL_TITLE_ID>{title.clone()}</h1>
            {refused}
            <form method="post" action=address::edit(&room)>
                <input type="hidden" name="offered_for" value=target.to_string() />
                <input type="hidden" name="post_id" value=page_id.to_string() />
                {fields}
            </form>
            <p>
                <a href=address::message(&room, None, target)>{words.back_to_message}</a>
            </p>
        </div>
    };
    Panel { title, body: body.erase() }
}

fn text_fields(text: String, language: Language) -> ErasedView {
    let (words, document_words) = (language.words(), language.document_words());
    // A browser drops the first line end of a field.
    let text = ["\n", &text].concat();
    view! {
        <textarea class="field edit__text" name="text" rows="6" dir="auto" aria-label=words.message_field>{text}</textarea>
        <p class="edit__buttons">
            <button class="button button--main" name=CHANGE_NAME value="save">{words.save}</button>
            " "
            <button class="button button--quiet" name=CHANGE_NAME value="delete">{document_words.delete}</button>
        </p>
    }
    .erase()
}

fn deleted_fields(language: Language) -> ErasedView {
    let words = language.words();
    view! {
        <p>{words.deleted_own}</p>
        <p>
            <button class="button button--main" name=CHANGE_NAME value="restore">{words.undo}</button>
        </p>
    }
    .erase()
}
