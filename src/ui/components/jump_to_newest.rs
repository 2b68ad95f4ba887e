//! The way back to the newest row, with the number of messages that came meanwhile.

use leptos::prelude::*;

use super::icon::{Picture, icon};
use crate::model::conversation::Count;
use crate::ui::erased_view::{Erase, live};
use crate::ui::state::use_room_state;

/// Shown while the newest row is out of sight.
#[component]
pub fn JumpToNewest() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let unread = move || state.room.with(|room| state.unread.with(|unread| unread.in_room(&room.slug)));
    let label = move || {
        let unread = unread();
        if unread.is_none() { words.jump_to_newest.to_owned() } else { words.jump_to_new.of(unread) }
    };
    let button = move || {
        view! {
            <button
                type="button"
                translate="no"
                class=live(move || class(unread()).to_owned())
                on:click=move |_| state.show_newest()
            >
                {icon(Picture::Down)}
                {live(label)}
            </button>
        }
        .erase()
    };
    view! { <div class="jump">{live(move || (!state.at_newest.get()).then(button))}</div> }
}

fn class(unread: Count) -> &'static str {
    if unread.is_none() { "button jump__button" } else { "button jump__button jump__button--new" }
}
