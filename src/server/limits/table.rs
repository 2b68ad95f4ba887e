//! The one table of what is limited: each action, who pays for it, at which rate, and by which setting. A new feature adds
//! a row here and its settings in `config`. Not here: the counting (`budgets`), how many connections may be open
//! (`connection_slots`).

use super::bucket::Rate;
use crate::protocol::ErrorCode;
use crate::server::config::LimitsConfig;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Opens a TCP connection.
    Connect,
    /// Begins a TLS handshake.
    TlsHandshake,
    /// Sends an HTTP request of any kind, whatever else it costs.
    Request,
    /// Opens a WebSocket.
    Handshake,
    /// Sends a frame of any kind.
    Frame,
    /// Posts a message.
    Post,
    /// Joins a room, which reads its newest page.
    Join,
    /// Reads the log or the room list by HTTP.
    Read,
    /// Has the server draw a page, that of a refused form included.
    DrawPage,
    /// Finds messages.
    Search,
    /// Tries a nickname.
    ClaimNickname,
    /// Creates a room.
    CreateRoom,
    /// Says how far they have read.
    Mark,
}

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// One connection, which owns its bucket.
    Connection,
    /// A person, by whichever connections.
    Person,
    /// Everybody behind one address. Its network pays too: it may do `limits.network_factor` times as much.
    Address,
    /// Everybody behind one network.
    Network,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// How often.
    Times,
    /// How many bytes it makes the server keep.
    Bytes,
}

/// One row.
#[derive(Debug)]
pub(super) struct LimitRow {
    /// The actions that share this budget.
    pub actions: &'static [Action],
    pub measure: Measure,
    pub scope: Scope,
    /// The setting of the rate, with its section; 0 turns the row off.
    pub setting: &'static str,
    pub rate: fn(&LimitsConfig) -> Rate,
    pub refusal: ErrorCode,
}

use Action::{
    ClaimNickname, Connect, CreateRoom, DrawPage, Frame, Handshake, Join, Mark, Post, Read, Request, Search,
    TlsHandshake,
};
use Measure::{Bytes, Times};
use Scope::{Address, Connection, Network, Person};

/// Declares the rows: actions, what is counted for whom, the settings of rate and burst, and the refusal.
macro_rules! rows {
    ($($actions:expr, $measure:ident, $scope:ident, $per:ident($setting:ident, $burst:ident), $refusal:ident;)+) => {
        &[$(LimitRow {
            actions: &$actions,
            measure: $measure,
            scope: $scope,
            setting: concat!("limits.", stringify!($setting)),
            rate: |limits| Rate::$per(limits.$setting, limits.$burst),
            refusal: ErrorCode::$refusal,
        }),+]
    };
}

pub(super) const TABLE: &[LimitRow] = rows! {
    [Connect], Times, Address, per_minute(connects_per_minute, connects_burst), TooFast;
    [TlsHandshake], Times, Address, per_minute(tls_handshakes_per_minute, tls_handshakes_burst), TooFast;
    [Request], Times, Address, per_minute(requests_per_minute, requests_burst), TooFast;
    [Handshake], Times, Address, per_minute(handshakes_per_minute, handshakes_burst), TooFast;
    [Frame], Times, Connection, per_minute(frames_per_minute, frames_burst), TooFast;
    [Post], Times, Person, per_minute(sends_per_minute, sends_burst), TooFast;
    [Post], Times, Address, per_minute(sends_per_minute_per_address, sends_burst_per_address), TooFast;
    [Post], Bytes, Person, per_minute(send_bytes_per_minute, send_bytes_burst), TooFast;
    [Post], Bytes, Address, per_minute(send_bytes_per_minute_per_address, send_bytes_burst_per_address), TooFast;
    [Join, Read, DrawPage], Times, Address, per_minute(reads_per_minute, reads_burst), TooFast;
    [Search], Times, Person, per_minute(searches_per_minute, searches_burst), TooFast;
    [Search], Times, Address, per_minute(searches_per_minute_per_address, searches_burst_per_address), TooFast;
    [ClaimNickname], Times, Address, per_minute(nicknames_per_minute, nicknames_burst), TooFast;
    [CreateRoom], Times, Person, per_hour(new_rooms_per_hour_per_person, new_rooms_burst_per_person), TooFast;
    [CreateRoom], Times, Address, per_hour(new_rooms_per_hour, new_rooms_burst), TooFast;
    [Mark], Times, Person, per_minute(marks_per_minute, marks_burst), TooFast;
    [CreateRoom], Times, Network, per_day(new_rooms_per_day_per_network, new_rooms_burst_per_network), TooFast;
};

impl Action {
    /// Every action.
    pub const ALL: &[Self] = &[
        Connect,
        TlsHandshake,
        Request,
        Handshake,
        Frame,
        Post,
        Join,
        Read,
        DrawPage,
        Search,
        ClaimNickname,
        CreateRoom,
        Mark,
    ];

    /// How the log calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Connect => "connect",
            TlsHandshake => "tls handshake",
            Request => "request",
            Handshake => "handshake",
            Frame => "frame",
            Post => "post",
            Join => "join",
            Read => "read",
            DrawPage => "page",
            Search => "search",
            ClaimNickname => "nickname",
            CreateRoom => "new room",
            Mark => "mark",
        }
    }

    /// The rate of the bucket that each connection owns for this action; no limit when the table has no such row.
    #[must_use]
    pub fn rate_of_connection(self, limits: &LimitsConfig) -> Rate {
        let row = TABLE.iter().find(|row| row.scope == Connection && row.actions.contains(&self));
        row.map_or_else(|| Rate::per_minute(0, 0), |row| (row.rate)(limits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::{Config, Setting};

    #[test]
    fn every_row_names_a_setting_that_hosts_can_change() {
        for row in TABLE {
            let known = Setting::all().any(|setting| format!("{}.{}", setting.section, setting.key()) == row.setting);
            assert!(known, "{} is no setting", row.setting);
        }
    }

    #[test]
    fn every_action_is_limited_as_it_comes() {
        let limits = Config::default().limits;
        for action in Action::ALL {
            let rows = TABLE.iter().filter(|row| row.actions.contains(action));
            assert!(rows.clone().count() > 0, "{} has no row", action.name());
            assert!(rows.into_iter().all(|row| !(row.rate)(&limits).is_off()), "{} is off", action.name());
        }
    }
}
