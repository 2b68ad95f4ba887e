//! Offers the other language. A plain form: another language is another page.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::client::element::close_popover;
use crate::ui::erased_view::live;
use crate::ui::state::use_room_state;

/// One button, in the other language.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let state = use_room_state();
    let other = state.language.other();
    let leave = move |event: SubmitEvent| {
        if !state.may_leave() {
            event.prevent_default();
            // The reason stands behind it.
            close_popover("rooms");
        }
    };
    view! {
        <form class="language" method="post" action="/language" on:submit=leave>
            <input type="hidden" name="room" value=live(move || state.slug_text()) />
            <button class="button button--quiet" name="language" value=other.tag() lang=other.tag()>
                {other.own_name()}
            </button>
        </form>
    }
}
