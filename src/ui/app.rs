//! The application: three columns, and what makes the page alive.

use leptos::prelude::*;

use super::components::{
    Conversation, RoomList, Roster, follow_composer_keys, follow_days, follow_holes, follow_hues, follow_reactions,
    follow_waiting,
};
use super::erased_view::effect;
use super::parts::Parts;
use super::state::provide_room_state;

/// The page's body. Rendered on the server, taken over in the browser, which has the parts.
#[component]
pub fn App(
    /// How the browser gets them; none on the server.
    #[prop(optional)]
    parts: Option<Parts>,
) -> impl IntoView {
    let state = provide_room_state();
    effect(move |_| {
        untrack(|| state.come_alive());
        follow_reactions(state, parts);
        follow_composer_keys(state);
    });
    for follow in [follow_hues, follow_waiting, follow_days, follow_holes] {
        follow(state);
    }
    effect(move |_| document().set_title(&state.title()));

    view! {
        <div class="house">
            <RoomList />
            <Conversation />
            <Roster />
        </div>
    }
}
