//! The form for a new room.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::client::element::{close_popover, element, focus_unless_touch};
use crate::protocol::page::Form;
use crate::ui::components::icon::{Picture, icon};
use crate::ui::components::notice::{FormNotice, notice_id};
use crate::ui::erased_view::live;
use crate::ui::state::use_room_state;

/// Folded away until it is wanted, or was refused.
#[component]
pub fn NewRoom() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let typed = state.typed_into(Form::NewRoom);
    let is_open = !typed.is_empty();
    let create = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(title) = title_field() {
            state.create_room(title.value(), put_away);
        }
    };
    view! {
        <details class="rooms__new" open=is_open>
            <summary>
                {icon(Picture::Plus)}
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
                        dir="auto"
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

/// The form has done its work: it is empty and folded again, and the drawer makes way for the new room.
fn put_away() {
    if let Some(title) = title_field() {
        title.set_value("");
        // Removing an attribute that is not there is no error.
        let _ = title.closest("details").ok().flatten().map(|details| details.remove_attribute("open"));
    }
    close_popover("rooms");
    focus_unless_touch("composer");
}
