//! What a reply shows of the message that it replies to, and what is said above the composer of the one that is being replied
//! to. The buttons that reply are beside those that react, and of the same form (`super::reactions`).

use leptos::prelude::*;

use super::icon::{Picture, write_icon};
use crate::client::element::focus_unless_touch;
use crate::model::address;
use crate::model::rows::ReplyRow;
use crate::protocol::Quote;
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, live};
use crate::ui::html::{Html, HtmlElement, html_element};
use crate::ui::state::{RoomState, use_room_state};

/// Writes, above the text of a reply, a link to the message that it replies to. `ui/shell/habits.js` follows it within the
/// page.
pub fn write_quote(html: &mut Html, state: RoomState, ReplyRow { to, quote }: &ReplyRow) {
    html.start("a", &[("class", "message__quote"), ("href", &address::permalink(&state.slug(), *to))]);
    html.element("span", &[("class", "visually-hidden")], state.words().in_reply_to);
    write_quoted(html, state, quote.as_ref());
    html.end();
}

/// Who wrote what is quoted, and how it begins.
fn write_quoted(html: &mut Html, state: RoomState, quote: Option<&Quote>) {
    let words = state.words();
    let Some(Quote { nickname, text }) = quote else { return html.text(words.earlier_message) };
    html.name("quote__name", nickname);
    html.text(" ");
    html.text(if text.is_empty() { words.deleted } else { text });
}

/// Above the composer: what is being replied to, and the way back to a message that replies to nothing.
#[component]
pub fn ReplyNotice() -> impl IntoView {
    let state = use_room_state();
    let reply = Derived::new(move || {
        let to = state.reply_to.get()?;
        Some(state.timeline.with(|timeline| timeline.quote(to)))
    });
    live(move || reply.get().map(|quote| notice(state, quote.as_ref()).erase()))
}

fn notice(state: RoomState, quote: Option<&Quote>) -> HtmlElement {
    let words = state.words();
    html_element(|html| {
        html.start("p", &[("class", "reply-notice"), ("role", "status")]);
        html.start("span", &[("class", "reply-notice__quote"), ("dir", "auto")]);
        html.text(words.replying_to);
        write_quoted(html, state, quote);
        html.end();
        let href = address::room(&state.slug());
        let cancel = words.cancel_reply;
        let class = "button button--quiet button--icon reply-notice__cancel";
        html.start("a", &[("class", class), ("href", &href), ("aria-label", cancel), ("title", cancel)]);
        write_icon(html, Picture::Close);
        html.end();
        html.end();
    })
}

/// The way back was pressed.
pub fn cancel_pressed(state: RoomState) {
    state.cancel_reply();
    focus_unless_touch("composer");
}
