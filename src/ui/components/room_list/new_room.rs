//! The form for a new room.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::client::element::element;
use crate::protocol::page::Form;
use crate::ui::components::icon::{Icon, Picture};
use crate::ui::components::notice::{FormNotice, notice_id};
use crate::ui::piece::{Run, effect, live, memo};
use crate::ui::state::{RoomState, use_room_state};

/// Folded away until it is wanted, or was refused.
#[component]
pub fn NewRoom() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    fold_after_success(state);
    let typed = state.typed_into(Form::NewRoom);
    let is_open = !typed.is_empty();
    let create = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(title) = title_field() {
            state.create_room(title.value());
        }
    };
    view! {
        <details class="rooms__new" open=is_open>
            <summary>
                <Icon picture=Picture::Plus />
                {words.new_room}
            </summary>
            <form class="rooms__form" method="post" action="/rooms" on:submit=create>
                <FormNotice form=Form::NewRoom />
                <label class="field-label" for="room-title">{words.room_name}</label>
                <input type="hidden" name="room" value=live(move || state.slug_text()) />
                <div class="field-row">
                    <input
                        class="field"
                        id="room-title"
                        name="title"
                        required
                        autocomplete="off"
                        value=typed
                        aria-describedby=notice_id(Form::NewRoom)
                    />
                    <button class="button button--main">{words.create_room}</button>
                </div>
            </form>
        </details>
    }
}

fn title_field() -> Option<HtmlInputElement> {
    element("room-title")
}

/// Another room is open: the form has done its work.
fn fold_after_success(state: RoomState) {
    let open_room = memo(move || state.slug_text());
    effect(move |run| {
        let _ = open_room.get();
        if let (Run::Again, Some(title)) = (run, title_field()) {
            // Removing an attribute that is not there is no error.
            let _ = title.closest("details").ok().flatten().map(|details| details.remove_attribute("open"));
            title.set_value("");
        }
    });
}
