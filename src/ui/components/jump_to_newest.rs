//! The way back to the newest row, with the number of messages that came meanwhile.

use leptos::prelude::*;

use super::icon::{Picture, write_icon};
use crate::ui::erased_view::{Erase, live};
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::state::{RoomState, use_room_state};

/// The name of the button.
pub const NEWEST_NAME: &str = "newest";

/// Shown while the newest row is out of sight.
#[component]
pub fn JumpToNewest() -> impl IntoView {
    let state = use_room_state();
    view! { <div class="jump">{live(move || (!state.at_newest.get()).then(|| button(state).erase()))}</div> }
}

fn button(state: RoomState) -> HtmlElement {
    let words = state.words();
    let unread = state.room.with(|room| state.unread.with(|unread| unread.in_room(&room.slug)));
    let (class, label) = if unread.is_none() {
        ("button jump__button", words.jump_to_newest.to_owned())
    } else {
        ("button jump__button jump__button--new", words.jump_to_new.of(unread))
    };
    html_element(|html| {
        html.start("button", &[("type", "button"), ("name", NEWEST_NAME), ("translate", "no"), ("class", class)]);
        write_icon(html, Picture::Down);
        html.text(&label);
        html.end();
    })
}
