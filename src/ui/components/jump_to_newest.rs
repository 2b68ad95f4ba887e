//! The way back to the newest row, with the number of lines that came meanwhile.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::ui::piece::{IntoPiece, live};
use crate::ui::state::use_room_state;

/// Shown while the newest row is out of sight.
#[component]
pub fn JumpToNewest() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let label = move || match state.unread.get() {
        0 => words.jump_to_newest.to_owned(),
        unread => words.jump_to_new.with(unread),
    };
    let button = move || {
        view! {
            <button
                type="button"
                translate="no"
                class=live(move || class(state.unread.get()).to_owned())
                on:click=move |_| state.show_newest()
            >
                <Icon picture=Picture::Down />
                {live(label)}
            </button>
        }
        .into_piece()
    };
    view! { <div class="jump">{live(move || (!state.at_newest.get()).then(button))}</div> }
}

const fn class(unread: usize) -> &'static str {
    if unread > 0 { "button jump__button jump__button--new" } else { "button jump__button" }
}
