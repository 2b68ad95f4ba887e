//! The application: three columns, and what makes the page alive.

use leptos::prelude::*;

use super::components::{Conversation, RoomList, Roster, follow_reactions};
use super::piece::effect;
use super::state::provide_room_state;

/// The page's body. Rendered on the server, taken over in the browser.
#[component]
pub fn App() -> impl IntoView {
    let state = provide_room_state();
    effect(move |_| {
        untrack(|| state.come_alive());
        follow_reactions(state);
    });
    effect(move |_| document().set_title(&state.title()));

    view! {
        <div class="house">
            <RoomList />
            <Conversation />
            <Roster />
        </div>
    }
}
