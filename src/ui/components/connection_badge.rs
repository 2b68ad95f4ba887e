//! The truth about the connection, always in sight.

use leptos::prelude::*;

use crate::client::local_time;
use crate::model::calendar;
use crate::model::connection::LinkStatus;
use crate::protocol::Timestamp;
use crate::ui::i18n::fill;
use crate::ui::piece::live;
use crate::ui::state::{RoomState, use_room_state};

/// A dot and a few words.
#[component]
pub fn ConnectionBadge() -> impl IntoView {
    let state = use_room_state();
    view! {
        <p class="connection" role="status" translate="no" data-state=live(move || name(state.link.get()).to_owned())>
            <span class="connection__dot" aria-hidden="true"></span>
            <span class="connection__words">{live(move || describe(state))}</span>
        </p>
    }
}

/// For style sheets and tests.
const fn name(status: LinkStatus) -> &'static str {
    match status {
        LinkStatus::Connecting => "connecting",
        LinkStatus::Live => "live",
        LinkStatus::Offline { .. } => "offline",
        LinkStatus::Reconnecting { .. } => "reconnecting",
        LinkStatus::Blocked => "blocked",
        LinkStatus::Refused(_) | LinkStatus::Ended { .. } => "ended",
    }
}

fn describe(state: RoomState) -> String {
    let words = state.words();
    match state.link.get() {
        LinkStatus::Connecting => words.connecting.to_owned(),
        LinkStatus::Live => match state.caught_up.get() {
            Some(new) => words.caught_up.with(new),
            None => words.live.to_owned(),
        },
        LinkStatus::Offline { since } => fill(words.offline_since, &[("{time}", &clock(since))]),
        LinkStatus::Reconnecting { .. } => words.reconnecting.to_owned(),
        LinkStatus::Blocked => words.blocked.to_owned(),
        LinkStatus::Refused(_) | LinkStatus::Ended { .. } => words.ended.to_owned(),
    }
}

/// The first render never gets here: it is connecting.
fn clock(at: Timestamp) -> String {
    calendar::clock(at, local_time::zone_minutes(at)).to_string()
}
