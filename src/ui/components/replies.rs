//! What a reply shows of the message that it replies to, and what is said above the composer of the one that is being replied
//! to. The buttons that reply are beside those that react, and of the same form (`super::reactions`).

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::client::element::focus_unless_touch;
use crate::model::address;
use crate::model::rows::{MessageRow, ReplyRow};
use crate::protocol::Quote;
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, ErasedView, live};
use crate::ui::state::{RoomState, use_room_state};

/// Above the text of a reply: a link to the message that it replies to. `ui/shell/habits.js` follows it within the page.
pub fn quote_of(row: &MessageRow) -> Option<ErasedView> {
    let ReplyRow { to, quote } = row.reply.as_ref()?;
    let state = use_room_state();
    let href = address::quoted(&state.slug(), *to);
    let shown = quoted(state, quote.as_ref());
    Some(
        view! {
            <a class="message__quote" href=href>
                <span class="visually-hidden">{state.words().in_reply_to}</span>
                {shown}
            </a>
        }
        .erase(),
    )
}

/// Who wrote what is quoted, and how it begins.
fn quoted(state: RoomState, quote: Option<&Quote>) -> Vec<ErasedView> {
    let words = state.words();
    let Some(Quote { nickname, text }) = quote else { return vec![words.earlier_message.erase()] };
    let text = if text.is_empty() { words.deleted.erase() } else { text.clone().erase() };
    vec![view! { <bdi class="quote__name">{nickname.clone()}</bdi> }.erase(), " ".erase(), text]
}

/// Above the composer: what is being replied to, and the way back to a message that replies to nothing.
#[component]
pub fn ReplyNotice() -> impl IntoView {
    let state = use_room_state();
    let reply = Derived::new(move || {
        let to = state.reply_to.get()?;
        Some(state.timeline.with(|timeline| timeline.quote(to)))
    });
    live(move || {
        reply.get().map(|quote| {
            let words = state.words();
            let cancel = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                state.cancel_reply();
                focus_unless_touch("composer");
            };
            view! {
                <p class="reply-notice" role="status">
                    <span class="reply-notice__quote" dir="auto">
                        {words.replying_to} {quoted(state, quote.as_ref())}
                    </span>
                    <a class="button button--quiet button--icon" href=address::room(&state.slug()) aria-label=words.cancel_reply title=words.cancel_reply on:click=cancel>
                        <Icon picture=Picture::Close />
                    </a>
                </p>
            }
            .erase()
        })
    })
}
