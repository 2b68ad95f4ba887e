//! What becomes of an own message: on its way, sent, or not sent: why, and what to do.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::client::element::elements;
use crate::client::local_time;
use crate::model::connection::ConnectionStatus;
use crate::model::conversation::outbox::PostState;
use crate::model::rows::{Delivery, MessageRow, MessageRowId, Ownership};
use crate::protocol::{ErrorCode, PostId, Refusal};
use crate::ui::erased_view::effect;
use crate::ui::html::Html;
use crate::ui::i18n::{self, fill};
use crate::ui::state::RoomState;

/// The name of every button that decides about an own message that is stuck. Its value is one of the words below, a space
/// and the id of the post.
pub const OUTGOING_NAME: &str = "outgoing";
const RETRY: &str = "retry";
const COPY: &str = "copy";
const DISCARD: &str = "discard";

/// All reasons why messages wait, as a selector.
const WAITING: &str = "[data-waiting]";

/// Writes what is shown about the message; nothing about the messages of others.
pub fn write_delivery(html: &mut Html, state: RoomState, row: &MessageRow) {
    let words = state.words();
    match (row.delivery, &row.id) {
        (Delivery::Sending, _) => html.element("span", &[("class", "message__side")], words.sending),
        (Delivery::Stored, _) if row.ownership == Ownership::Own && !row.text.is_empty() => {
            html.element("span", &[("class", "message__side message__side--sent")], words.sent);
        }
        (Delivery::Waiting, _) => {
            let attributes = [("class", "message__delivery"), ("data-waiting", ""), ("translate", "no")];
            html.element("p", &attributes, &untrack(|| waiting(state)));
        }
        (Delivery::Failed(refusal), MessageRowId::Outgoing(id)) => {
            write_stuck(html, state, id, &i18n::refusal(state.language, refusal));
        }
        (Delivery::Stale, MessageRowId::Outgoing(id)) => write_stuck(html, state, id, words.stale),
        // What is in the log has arrived.
        (Delivery::Stored, _) | (Delivery::Failed(_) | Delivery::Stale, MessageRowId::Stored(_)) => {}
    }
}

/// Keeps the reasons true for which messages wait.
pub fn follow_waiting(state: RoomState) {
    effect(move |_| {
        let is_waiting = state.outbox.with(|outbox| outbox.messages().any(|post| post.state == PostState::Waiting));
        if !is_waiting {
            return;
        }
        let reason = waiting(state);
        for element in elements(WAITING) {
            element.set_text_content(Some(&reason));
        }
    });
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

/// The person decides.
fn write_stuck(html: &mut Html, state: RoomState, id: &PostId, why: &str) {
    let words = state.words();
    html.start("div", &[("class", "message__delivery")]);
    html.element("span", &[("class", "message__reason")], &fill(words.not_sent, &[("{reason}", why)]));
    let copy = clipboard().map(|_| (COPY, words.copy));
    for (verb, label) in [Some((RETRY, words.retry)), copy, Some((DISCARD, words.discard))].into_iter().flatten() {
        let value = [verb, " ", id.as_str()].concat();
        let attributes = [("type", "button"), ("class", "link-button"), ("name", OUTGOING_NAME), ("value", &value)];
        html.element("button", &attributes, label);
    }
    html.end();
}

/// A button of a message that is stuck was pressed.
pub fn outgoing_pressed(state: RoomState, button: &HtmlElement) {
    let value = button.get_attribute("value").unwrap_or_default();
    let Some((verb, id)) = value.split_once(' ') else { return };
    let Ok(id) = PostId::parse(id) else { return };
    match verb {
        RETRY => state.retry(&id),
        DISCARD => state.discard(&id),
        _ => {
            let text = state.outbox.with_untracked(|outbox| outbox.post(&id)?.text().map(str::to_owned));
            if let (Some(clipboard), Some(text)) = (clipboard(), text) {
                drop(clipboard.write_text(&text));
            }
        }
    }
}

/// A page that came without TLS from another machine has none. Only called in the browser.
pub fn clipboard() -> Option<web_sys::Clipboard> {
    let navigator = window().navigator();
    js_sys::Reflect::get(&navigator, &"clipboard".into())
        .is_ok_and(|value| value.is_object())
        .then(|| navigator.clipboard())
}
