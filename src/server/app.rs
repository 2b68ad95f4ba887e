//! Everything that lives as long as the server, passed to whoever needs it. No statics, so two servers fit in one process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::protocol::{Limits, Person};
use crate::server::config::{Config, Scheme, limit};
use crate::server::delivery::broker::{Broker, Bulletin};
use crate::server::delivery::hub::Hub;
use crate::server::delivery::recent_pages::RecentPages;
use crate::server::delivery::repairs::Repairs;
use crate::server::delivery::room_list::RoomList;
use crate::server::ground::names::ReservedNames;
use crate::server::limits::{Address, ClientLimits, FairPermits, Payer, PersonKey};
use crate::server::log::{Guest, Store};
use crate::server::net::origin::OriginPolicy;
use crate::server::people::live_names::LiveNames;
use crate::server::people::presence::Presence;
use crate::server::people::session::SessionCookies;

mod bulletins;

/// How many clients may come back per second after a drain: less than half of what a small machine lets in.
const RECONNECTS_PER_SECOND: u64 = 1_000;
/// The least time over which clients come back after a drain.
const RECONNECT_WINDOW_MIN: Duration = Duration::from_millis(500);
/// A session that is gone from the store ends its connections within this time (OWASP ASVS 5.0, 7.4).
const SESSION_CHECK_PERIOD: Duration = Duration::from_secs(30);

/// The long-lived parts.
pub struct App {
    /// The settings, as they were at start.
    pub config: Config,
    /// The log and the guests: the only truth.
    pub store: Arc<dyn Store>,
    /// What connects the nodes. [`App::publish`] and [`App::receive`] are its two ends here.
    broker: Arc<dyn Broker>,
    /// The connections of this node, and the fan-out.
    pub hub: Hub,
    /// The rooms of which the hub lacks events.
    pub repairs: Repairs,
    /// Who is shown as present.
    pub presence: Presence,
    /// The names that are shown right now, so that nobody else takes one or a look-alike.
    pub names: LiveNames,
    /// What each person, address and network may still do, and how many connections it has open. Shared with whoever
    /// counts before there is a request.
    pub limits: Arc<ClientLimits>,
    /// Which pages of other origins may use what.
    pub origins: OriginPolicy,
    /// How often a session ended or got another name on this node: see [`IdentityVersion`].
    identity_changes: AtomicU64,
    /// A turn for each of those who come in: of ten thousand at once a few are let in at a time, so that nobody who is in
    /// already waits behind them.
    pub arrivals: FairPermits,
    /// The pages that connections which come in read over and over.
    pub recent_pages: RecentPages,
    /// The room list for connections that come in, and its changes for the others.
    pub room_list: RoomList,
    /// Cancelled when the server begins to stop: connections are sent `reconnect`, new ones are refused.
    pub drain: CancellationToken,
    /// Cancelled when nothing is left to serve: the listener and the ticking tasks end.
    pub stop: CancellationToken,
    /// Cancelled when nothing more is committed: the lanes of the fan-out end when they have sent what is queued.
    pub store_closed: CancellationToken,
    /// Cancelled when the fan-out has ended, which before the end of the store is a failure.
    pub fan_out_over: CancellationToken,
    /// The tasks of open WebSockets, which a drain waits for.
    pub connections: TaskTracker,
    /// The nicknames that nobody may take.
    pub reserved_names: ReservedNames,
    /// The cookies of this server.
    pub cookies: SessionCookies,
}

impl App {
    /// Puts the parts together, and subscribes to the broker.
    #[must_use]
    pub fn new(config: Config, store: Arc<dyn Store>, broker: Arc<dyn Broker>) -> Arc<Self> {
        let app = Arc::new(Self::unsubscribed(config, store, Arc::clone(&broker)));
        // The app owns the broker, so the broker must not own the app.
        let subscriber = Arc::downgrade(&app);
        broker.subscribe(Box::new(move |bulletin| {
            if let Some(app) = subscriber.upgrade() {
                app.receive(bulletin);
            }
        }));
        app
    }

    fn unsubscribed(config: Config, store: Arc<dyn Store>, broker: Arc<dyn Broker>) -> Self {
        Self {
            broker,
            repairs: Repairs::default(),
            hub: Hub::new(&config.server),
            presence: Presence::new(&config.rooms),
            names: LiveNames::default(),
            limits: Arc::new(ClientLimits::new(&config.limits)),
            origins: OriginPolicy::new(&config.server),
            identity_changes: AtomicU64::new(0),
            arrivals: FairPermits::new(&config.limits),
            recent_pages: RecentPages::new(config.rooms.recent_pages),
            room_list: RoomList::new(config.rooms.room_list_tick),
            drain: CancellationToken::new(),
            stop: CancellationToken::new(),
            store_closed: CancellationToken::new(),
            fan_out_over: CancellationToken::new(),
            connections: TaskTracker::new(),
            reserved_names: ReservedNames::new(&config.rooms.reserved_nicknames),
            cookies: SessionCookies::new(store.instance(), config.rooms.nickname_ttl),
            store,
            config,
        }
    }

    /// How often each connection is looked at: whether it lives, whether its session still is what it was, whether a
    /// heartbeat is due. At least as often as the strictest of these asks for.
    #[must_use]
    pub fn check_period(&self) -> Duration {
        let limits = &self.config.limits;
        let periods = [limit(limits.heartbeat), limit(limits.idle_timeout), Some(SESSION_CHECK_PERIOD)];
        periods.into_iter().flatten().min().unwrap_or(SESSION_CHECK_PERIOD)
    }

    /// The time over which clients come back after a drain, so that a restart is not followed by a storm. It ends well
    /// before the drain must be over, so that nobody is closed who was sent a later time.
    #[must_use]
    pub fn reconnect_window(&self) -> Duration {
        let connections = u64::try_from(self.hub.connection_count()).unwrap_or(u64::MAX);
        let wanted = Duration::from_millis(connections * 1_000 / RECONNECTS_PER_SECOND).max(RECONNECT_WINDOW_MIN);
        limit(self.config.limits.drain_timeout).map_or(wanted, |most| wanted.min(most / 2))
    }

    /// When one connection should come back: anywhere in that window.
    #[must_use]
    pub fn reconnect_delay_ms(&self) -> u32 {
        let window_ms = u32::try_from(self.reconnect_window().as_millis()).unwrap_or(u32::MAX);
        rand::random_range(0..=window_ms)
    }

    /// The present version of all identities.
    #[must_use]
    pub fn identity_version(&self) -> IdentityVersion {
        IdentityVersion(self.identity_changes.load(Ordering::Acquire))
    }

    /// Tells every node, this one included. May block for [`Bulletin::Committed`], and for nothing else.
    pub fn publish(&self, bulletin: Bulletin) {
        self.broker.publish(bulletin);
    }

    /// How often the heads of rooms must be compared with the log, if bulletins may be lost.
    #[must_use]
    pub fn resync_period(&self) -> Option<Duration> {
        self.broker.resync_period()
    }

    /// For how many hours a nickname rests that is given back, begun ones included.
    #[must_use]
    pub fn nickname_rest_hours(&self) -> u32 {
        u32::try_from(self.config.rooms.nickname_rest.as_secs().div_ceil(3_600)).unwrap_or(u32::MAX)
    }

    /// The limits that clients are sent.
    #[must_use]
    pub fn client_limits(&self) -> Limits {
        Limits {
            message_graphemes: self.config.limits.message_graphemes,
            nickname_graphemes: self.config.limits.nickname_graphemes,
            frame_bytes: self.config.limits.frame_bytes,
            edit_window_ms: whole_ms(self.config.limits.edit_window),
            delete_window_ms: whole_ms(self.config.limits.delete_window),
        }
    }
}

/// A duration in milliseconds, as clients are sent it.
fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// When a cookie was read, counted in changes of identity. As long as it is the current one, what the cookie named is
/// still so, and whoever changes it later finds the connections that are registered with the hub by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityVersion(u64);

/// Whose request it is, as far as is known without asking the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address that limits count, behind trusted proxies the one that they tell.
    pub address: Address,
    /// The scheme that the browser uses, which decides the cookie's name.
    pub scheme: Scheme,
}

/// Who makes a request, as far as its address and its cookie say.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The guest whose session the cookie proves; none for a visitor, who may read.
    pub guest: Option<Guest>,
    /// The address that limits count, behind trusted proxies the one that they tell.
    pub address: Address,
    /// The scheme that the browser uses, which decides the cookie's name.
    pub scheme: Scheme,
    /// When the cookie was read.
    pub as_of: IdentityVersion,
}

impl Caller {
    /// The person behind the session.
    #[must_use]
    pub fn person(&self) -> Option<Person> {
        self.guest.as_ref().map(Guest::person)
    }

    /// Who pays for what the request asks for.
    #[must_use]
    pub fn payer(&self) -> Payer {
        let person = self.guest.as_ref().map(|guest| PersonKey::Guest(guest.id.clone()));
        Payer { person, address: self.address }
    }
}
