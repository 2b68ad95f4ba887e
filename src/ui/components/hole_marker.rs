//! Events are missing between two rows: says so, and fetches them.

use leptos::prelude::*;

use crate::model::conversation::timeline::Hole;
use crate::ui::erased_view::live;
use crate::ui::state::{ReachBack, use_room_state};

/// A row with a button.
#[component]
pub fn HoleMarker(
    /// What is missing.
    hole: Hole,
) -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    view! {
        <li class="hole" data-row="" translate="no">
            {live(move || match state.reach_back.get() {
                ReachBack::Failed => words.history_failed.to_owned(),
                ReachBack::Idle | ReachBack::Loading => words.hole.to_owned(),
            })}
            <button type="button" class="link-button" on:click=move |_| state.fill_hole(hole)>
                {words.load_hole}
            </button>
        </li>
    }
}
