//! The truth about the connection, always in sight.

use leptos::prelude::*;

use crate::client::local_time;
use crate::model::calendar;
use crate::model::connection::ConnectionStatus;
use crate::protocol::Timestamp;
use crate::ui::erased_view::live;
use crate::ui::i18n::fill;
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
const fn name(status: ConnectionStatus) -> &'static str {
    match status {
        ConnectionStatus::Connecting => "connecting",
        ConnectionStatus::Live => "live",
        ConnectionStatus::Offline { .. } => "offline",
        ConnectionStatus::Reconnecting { .. } => "reconnecting",
        ConnectionStatus::Blocked => "blocked",
        ConnectionStatus::Refused(_) | ConnectionStatus::Ended { .. } => "ended",
    }
}

fn describe(state: RoomState) -> String {
    let words = state.words();
    match state.link.get() {
        ConnectionStatus::Connecting => words.connecting.to_owned(),
        ConnectionStatus::Live => match state.caught_up.get() {
            Some(new) => words.caught_up.of(new),
            None => words.live.to_owned(),
        },
        ConnectionStatus::Offline { since } => fill(words.offline_since, &[("{time}", &clock(since))]),
        ConnectionStatus::Reconnecting { .. } => words.reconnecting.to_owned(),
        ConnectionStatus::Blocked => words.blocked.to_owned(),
        ConnectionStatus::Refused(_) | ConnectionStatus::Ended { .. } => words.ended.to_owned(),
    }
}

/// The first render never gets here: it is connecting.
fn clock(at: Timestamp) -> String {
    calendar::clock(at, local_time::zone_minutes(at)).to_string()
}
