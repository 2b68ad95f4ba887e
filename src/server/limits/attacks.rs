//! Names attacks in the log: everything that is refused because somebody does too much, or something that no honest client
//! does, is counted by kind and address, and logged at most once a minute for each. Nothing of what people posted or typed
//! comes here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::address::Address;
use super::table::Action;

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attack {
    /// More of an action than this setting allows.
    TooFast(Action, &'static str),
    /// More open connections than one address may have.
    TooManyConnections,
    /// More open connections than the addresses of one network may have together.
    TooManyOfNetwork,
    /// A page of another origin tried to change or read something.
    ForeignOrigin,
    /// A program sent a cookie, and not the origin that makes it count.
    CookieAlone,
    /// A request named a host that is not ours.
    UnknownHost,
    /// A request's head or body did not come in time, or a TLS handshake.
    SlowRequest,
    /// An upgrade that is no WebSocket handshake.
    BadHandshake,
    /// A socket that broke the WebSocket protocol, or sent more in one frame than it may.
    BrokenFrames,
    /// A connection was closed for too many refused frames in a row.
    RefusedFrames,
    /// A client that does not read what it asked for.
    SlowReader,
}

/// Counts and logs.
#[derive(Default)]
pub struct Attacks {
    /// Innermost lock; held for one look-up, and for a walk now and then.
    seen: Mutex<Seen>,
}

/// A row of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Report {
    attack: Attack,
    /// `None` = of more addresses than are counted one by one.
    address: Option<Address>,
    /// Since the last report.
    count: u64,
}

#[derive(Default)]
struct Seen {
    /// At most [`ADDRESSES_MAX`] entries with an address, and one without for each kind.
    entries: HashMap<(Attack, Option<Address>), Entry>,
}

struct Entry {
    logged_at: Instant,
    unlogged: u64,
}

/// Most pairs of kind and address that are logged one by one, so that the log itself cannot be flooded.
const ADDRESSES_MAX: usize = 512;

const LOG_EVERY: Duration = Duration::from_secs(60);

impl Attack {
    /// How the log calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooFast(action, _) => action.name(),
            Self::TooManyConnections => "too many connections",
            Self::TooManyOfNetwork => "too many connections of a network",
            Self::ForeignOrigin => "foreign origin",
            Self::CookieAlone => "cookie without origin",
            Self::UnknownHost => "unknown host",
            Self::SlowRequest => "slow request",
            Self::BadHandshake => "bad handshake",
            Self::BrokenFrames => "broken frames",
            Self::RefusedFrames => "refused frames",
            Self::SlowReader => "slow reader",
        }
    }

    /// The setting that decides, with its section, where it is one.
    const fn setting(self) -> Option<&'static str> {
        match self {
            Self::TooFast(_, setting) => Some(setting),
            Self::TooManyConnections => Some("limits.connections_per_address"),
            Self::TooManyOfNetwork => Some("limits.network_factor"),
            Self::UnknownHost => Some("server.hosts"),
            Self::RefusedFrames => Some("limits.refused_frames"),
            Self::ForeignOrigin
            | Self::CookieAlone
            | Self::SlowRequest
            | Self::BadHandshake
            | Self::BrokenFrames
            | Self::SlowReader => None,
        }
    }
}

impl Attacks {
    /// Counts one refusal; the first of a kind and address is logged at once.
    pub fn note(&self, attack: Attack, address: Address) {
        let report = self.with_seen(|seen| seen.note(attack, address, Instant::now()));
        if let Some(report) = report {
            report.log();
        }
    }

    /// Logs what was counted since the last time, and forgets who stopped. To be called now and then.
    pub fn log(&self) {
        for report in self.with_seen(|seen| seen.due(Instant::now())) {
            report.log();
        }
    }

    fn with_seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        // A count is whole at every moment, so a poisoned lock is as good as any.
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Report {
    fn log(self) {
        let Self { attack, address, count } = self;
        let (kind, setting) = (attack.name(), attack.setting());
        match address {
            Some(address) => tracing::warn!(kind, setting, %address, count, "refused"),
            None => tracing::warn!(kind, setting, count, "refused, from many addresses"),
        }
    }
}

impl Seen {
    fn note(&mut self, attack: Attack, address: Address, now: Instant) -> Option<Report> {
        let has_room = self.entries.len() < ADDRESSES_MAX || self.entries.contains_key(&(attack, Some(address)));
        let address = has_room.then_some(address);
        let mut is_new = false;
        let entry = self.entries.entry((attack, address)).or_insert_with(|| {
            is_new = true;
            Entry { logged_at: now, unlogged: 0 }
        });
        entry.unlogged += 1;
        (is_new || entry.is_due(now)).then(|| Report { attack, address, count: entry.log(now) })
    }

    fn due(&mut self, now: Instant) -> Vec<Report> {
        self.entries.retain(|_, entry| entry.unlogged > 0 || !entry.is_due(now));
        let due = self.entries.iter_mut().filter(|(_, entry)| entry.is_due(now));
        due.map(|(&(attack, address), entry)| Report { attack, address, count: entry.log(now) }).collect()
    }
}

impl Entry {
    fn is_due(&self, now: Instant) -> bool {
        now >= self.logged_at + LOG_EVERY
    }

    fn log(&mut self, now: Instant) -> u64 {
        self.logged_at = now;
        std::mem::take(&mut self.unlogged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::Setting;

    const FLOOD: Attack = Attack::TooFast(Action::Join, "limits.reads_per_minute");

    fn address(number: u32) -> Address {
        Address::of(std::net::Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn a_flood_is_logged_at_once_and_then_once_a_minute_with_its_count() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        let report = |count| Report { attack: FLOOD, address: Some(address(1)), count };
        assert_eq!(seen.note(FLOOD, address(1), start), Some(report(1)));
        assert!((1..60).all(|second| seen.note(FLOOD, address(1), start + Duration::from_secs(second)).is_none()));
        assert_eq!(seen.due(start + Duration::from_secs(59)), []);
        assert_eq!(seen.note(FLOOD, address(1), start + LOG_EVERY), Some(report(60)));
    }

    #[test]
    fn the_rest_of_a_flood_that_stopped_is_logged_and_then_forgotten() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        seen.note(FLOOD, address(1), start);
        seen.note(FLOOD, address(1), start);
        assert_eq!(seen.due(start + LOG_EVERY), [Report { attack: FLOOD, address: Some(address(1)), count: 1 }]);
        assert_eq!(seen.due(start + 2 * LOG_EVERY), []);
        assert!(seen.entries.is_empty());
    }

    #[test]
    fn the_log_names_settings_as_hosts_write_them() {
        let decided =
            [Attack::TooManyConnections, Attack::TooManyOfNetwork, Attack::UnknownHost, Attack::RefusedFrames];
        for attack in decided {
            let name = attack.setting().expect("one setting decides");
            let known = Setting::all().any(|setting| format!("{}.{}", setting.section, setting.key()) == name);
            assert!(known, "{name} is no setting");
        }
    }

    #[test]
    fn kinds_and_addresses_are_counted_apart() {
        let (mut seen, now) = (Seen::default(), Instant::now());
        assert!(seen.note(FLOOD, address(1), now).is_some());
        assert!(seen.note(FLOOD, address(2), now).is_some());
        assert!(seen.note(Attack::ForeignOrigin, address(1), now).is_some());
    }

    #[test]
    fn attacks_from_very_many_addresses_flood_neither_memory_nor_the_log() {
        let (mut seen, now) = (Seen::default(), Instant::now());
        let logged = (0..10_000).filter_map(|number| seen.note(FLOOD, address(number), now)).count();
        assert_eq!((logged, seen.entries.len()), (ADDRESSES_MAX + 1, ADDRESSES_MAX + 1));
        let rest: u64 = seen.due(now + LOG_EVERY).iter().map(|report| report.count).sum();
        assert_eq!(rest, 10_000 - logged as u64, "nothing is counted twice or lost");
    }
}
