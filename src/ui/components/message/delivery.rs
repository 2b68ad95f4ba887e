//! What becomes of an own message: on its way, sent, or not sent: why, and what to do.

use leptos::prelude::*;

use crate::client::local_time;
use crate::model::connection::ConnectionStatus;
use crate::model::rows::{Delivery, MessageRow, MessageRowId, Ownership};
use crate::protocol::{ErrorCode, PostId, Refusal};
use crate::ui::erased_view::{Erase, ErasedView, live};
use crate::ui::i18n::{self, fill};
use crate::ui::state::{RoomState, use_room_state};

/// What is shown about the message; nothing about the messages of others.
pub fn delivery_of(row: &MessageRow) -> Option<ErasedView> {
    let state = use_room_state();
    let words = state.words();
    match (row.delivery, &row.id) {
        (Delivery::Sending, _) => Some(beside("message__side", words.sending)),
        (Delivery::Stored, _) if row.ownership == Ownership::Own && !row.text.is_empty() => {
            Some(beside("message__side message__side--sent", words.sent))
        }
        (Delivery::Stored, _) => None,
        (Delivery::Waiting, _) => {
            Some(view! { <p class="message__delivery" translate="no">{live(move || waiting(state))}</p> }.erase())
        }
        (Delivery::Failed(refusal), MessageRowId::Outgoing(id)) => {
            Some(stuck(id, &row.text, &i18n::refusal(state.language, refusal)))
        }
        (Delivery::Stale, MessageRowId::Outgoing(id)) => Some(stuck(id, &row.text, words.stale)),
        // What is in the log has arrived.
        (Delivery::Failed(_) | Delivery::Stale, MessageRowId::Stored(_)) => None,
    }
}

/// Why the message waits: for a name, for the connection, for the server, or for the message before it.
fn waiting(state: RoomState) -> String {
    let words = state.words();
    if state.me.with(Option::is_none) {
        return i18n::refusal(state.language, Refusal::permanent(ErrorCode::NicknameRequired));
    }
    if !matches!(state.link.get(), ConnectionStatus::Live | ConnectionStatus::Blocked | ConnectionStatus::Refused(_)) {
        return words.waiting.to_owned();
    }
    state.outbox.with(|outbox| outbox.pause()).map_or_else(
        || words.sending.to_owned(),
        |(refusal, until)| {
            let (reason, time) = (i18n::refusal(state.language, refusal), local_time::to_the_second(until));
            fill(words.waiting_until, &[("{reason}", &reason), ("{time}", &time)])
        },
    )
}

fn beside(class: &'static str, words: &'static str) -> ErasedView {
    view! { <span class=class>{words}</span> }.erase()
}

/// The person decides.
fn stuck(id: &PostId, text: &str, why: &str) -> ErasedView {
    let state = use_room_state();
    let words = state.words();
    let reason = fill(words.not_sent, &[("{reason}", why)]);
    let (to_retry, to_discard, to_copy) = (id.clone(), id.clone(), text.to_owned());
    view! {
        <div class="message__delivery">
            <span class="message__reason">{reason}</span>
            <button type="button" class="link-button" on:click=move |_| state.retry(&to_retry)>{words.retry}</button>
            {clipboard().map(|clipboard| view! {
                <button type="button" class="link-button" on:click=move |_| drop(clipboard.write_text(&to_copy))>
                    {words.copy}
                </button>
            }.erase())}
            <button type="button" class="link-button" on:click=move |_| state.discard(&to_discard)>{words.discard}</button>
        </div>
    }
    .erase()
}

/// A page that came without TLS from another machine has none. Only called in the browser.
pub fn clipboard() -> Option<web_sys::Clipboard> {
    let navigator = window().navigator();
    js_sys::Reflect::get(&navigator, &"clipboard".into())
        .is_ok_and(|value| value.is_object())
        .then(|| navigator.clipboard())
}
