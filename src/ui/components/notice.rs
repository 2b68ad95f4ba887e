//! Plain words about what went wrong or is not possible here.

use leptos::prelude::*;

use crate::model::connection::ConnectionStatus;
use crate::protocol::CloseCode;
use crate::protocol::page::Form;
use crate::ui::erased_view::{Erase, live};
use crate::ui::html::html_element;
use crate::ui::i18n;
use crate::ui::state::{RoomState, use_room_state};

/// Why a form was refused, above it.
#[component]
pub fn FormNotice(
    /// The form.
    form: Form,
) -> impl IntoView {
    let state = use_room_state();
    let refused = move || state.form_notice.get().filter(|notice| notice.form == form).map(|notice| notice.words);
    let notice = move |words: String| {
        let attributes = [("class", "notice"), ("role", "alert"), ("id", notice_id(form))];
        html_element(|html| html.element("p", &attributes, &words)).erase()
    };
    live(move || refused().map(notice))
}

/// The id of a form's notice, for `aria-describedby`.
pub const fn notice_id(form: Form) -> &'static str {
    match form {
        Form::Post => "post-notice",
        Form::Nickname => "nickname-notice",
        Form::NewRoom => "new-room-notice",
    }
}

/// What keeps the conversation from being live.
#[component]
pub fn ConnectionNotice() -> impl IntoView {
    let state = use_room_state();
    let notice = move |words: String| {
        html_element(|html| {
            html.start("div", &[("class", "notice notice--bar"), ("role", "alert")]);
            html.element("span", &[], &words);
            html.element("a", &[("class", "button button--quiet"), ("href", "")], state.words().reload);
            html.end();
        })
        .erase()
    };
    live(move || explain(state).map(notice))
}

fn explain(state: RoomState) -> Option<String> {
    let words = state.words();
    let plain = match state.link.get() {
        ConnectionStatus::Blocked => words.blocked_words,
        ConnectionStatus::Refused(refusal) => return Some(i18n::refusal(state.language, refusal)),
        ConnectionStatus::Ended { code } if code == CloseCode::Replaced.number() => words.ended_replaced,
        ConnectionStatus::Ended { .. } => words.ended_outdated,
        ConnectionStatus::Connecting
        | ConnectionStatus::Live
        | ConnectionStatus::Offline { .. }
        | ConnectionStatus::Reconnecting { .. } => {
            return None;
        }
    };
    Some(plain.to_owned())
}
