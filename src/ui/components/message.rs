//! A line that somebody said.

mod delivery;

use leptos::prelude::*;

use self::delivery::delivery_of;
use super::seal::{Seal, SealSize};
use crate::model::calendar;
use crate::model::rows::{Continuation, Delivery, Line};
use crate::model::text::{Span, spans};
use crate::protocol::Origin;
use crate::ui::piece::{IntoPiece, Piece};
use crate::ui::state::use_room_state;

/// Seal, nickname and time open a group; the lines that follow in it show their text.
#[component]
pub fn Message(
    /// The line.
    line: Line,
) -> impl IntoView {
    let class = class(&line);
    let delivery = delivery_of(&line);
    let datetime = calendar::rfc3339_utc(line.at);
    let clock = line.clock.to_string();
    let body = text_with_links(&line.text);
    let time = view! { <time class="message__time" datetime=datetime>{clock}</time> };
    let head = match line.continuation {
        Continuation::First => opening(line.nickname, line.origin, time.into_piece()),
        Continuation::Following => following(line.nickname, time.into_piece()),
    };
    view! {
        <li class=class data-row="">
            {head}
            <p class="message__text">{body}</p>
            {delivery}
        </li>
    }
}

fn class(line: &Line) -> String {
    let place = match line.continuation {
        Continuation::First => "message--opens",
        Continuation::Following => "message--continues",
    };
    let state = match line.delivery {
        Delivery::Stored => "",
        Delivery::Waiting | Delivery::Sending => " message--pending",
        Delivery::Failed(_) | Delivery::Stale => " message--failed",
    };
    format!("message {place}{state}")
}

fn opening(nickname: String, origin: Origin, time: Piece) -> Piece {
    let words = use_room_state().words();
    view! {
        <Seal nickname=nickname.clone() size=SealSize::Regular />
        <div class="message__head">
            <span class="message__name">{nickname}</span>
            {(origin == Origin::Plain).then(|| view! { <span class="mark">{words.plain_mark}</span> })}
            {time}
        </div>
    }
    .into_piece()
}

/// The name is on the line above; a screen reader hears it here too.
fn following(nickname: String, time: Piece) -> Piece {
    view! {
        <span class="visually-hidden">{nickname}</span>
        {time}
    }
    .into_piece()
}

/// Text is text; only links are more, and they tell the other site nothing about this one.
fn text_with_links(text: &str) -> Vec<Piece> {
    spans(text)
        .into_iter()
        .map(|span| match span {
            Span::Text(text) => text.into_piece(),
            Span::Link { text, href } => {
                view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">{text}</a> }.into_piece()
            }
        })
        .collect()
}
