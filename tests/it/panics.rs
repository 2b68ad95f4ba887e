//! A bug in the program meets one connection: that one is closed, and everybody else goes on.

use std::net::Ipv4Addr;
use std::sync::Arc;

use futures::StreamExt;
use teahouse::protocol::{Epoch, EventPage, HistoryItem, HistoryPage, ReadMark, RoomSlug, Seq, Timestamp, UserId};
use teahouse::server::app::{App, Caller};
use teahouse::server::config::{Config, Scheme};
use teahouse::server::delivery::broker::local::LocalBroker;
use teahouse::server::delivery::broker::{Broker, Bulletin};
use teahouse::server::edge::http;
use teahouse::server::ground::clock;
use teahouse::server::limits::Address;
use teahouse::server::log::sqlite::SqliteStore;
use teahouse::server::log::{
    Appended, Authorship, Draft, EventRange, FoundMessages, Guest, Health, Lookups, MarkChange, Marks, MessageSearch,
    NameConflict, NameWish, Naming, NewRoom, OpenedRoom, RoomRecord, Search, SessionUse, Store, StoreFuture,
    StoreVersion, TokenHash,
};
use teahouse::server::net::listener::{self, ListenerOptions};
use teahouse::server::net::refusal_page::RefusalPages;
use teahouse::server::{housekeeping, posting};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::TaskTracker;

use crate::support::{Member, PATIENCE, Program};

/// The line that meets the bug.
const BUG: &str = "the line that meets a bug";

/// A store with a bug: one text makes whoever appends it panic. Everything else is the real store.
struct StoreWithBug(SqliteStore);

impl Search for StoreWithBug {
    fn search(&self, search: MessageSearch) -> StoreFuture<'_, FoundMessages> {
        self.0.search(search)
    }
}

impl Lookups for StoreWithBug {
    fn item<'a>(&'a self, room: &'a RoomSlug, seq: Seq, people_max: u32) -> StoreFuture<'a, Option<HistoryItem>> {
        self.0.item(room, seq, people_max)
    }

    fn first_since<'a>(&'a self, room: &'a RoomSlug, at: Timestamp) -> StoreFuture<'a, Option<(Seq, Timestamp)>> {
        self.0.first_since(room, at)
    }
}

impl Marks for StoreWithBug {
    fn marks<'a>(&'a self, person: &'a UserId) -> StoreFuture<'a, Vec<ReadMark>> {
        self.0.marks(person)
    }

    fn mark(&self, change: MarkChange) -> StoreFuture<'_, Option<ReadMark>> {
        self.0.mark(change)
    }
}

impl Store for StoreWithBug {
    fn append(&self, draft: Draft) -> StoreFuture<'static, Appended> {
        assert_ne!(draft.body.text(), BUG, "a bug");
        self.0.append(draft)
    }

    fn epoch(&self) -> &Epoch {
        self.0.epoch()
    }

    fn version(&self) -> StoreVersion {
        self.0.version()
    }

    fn rooms(&self) -> StoreFuture<'_, Vec<RoomRecord>> {
        self.0.rooms()
    }

    fn room<'a>(&'a self, slug: &'a RoomSlug) -> StoreFuture<'a, Option<RoomRecord>> {
        self.0.room(slug)
    }

    fn empty_rooms(&self, created_before: Timestamp) -> StoreFuture<'_, Vec<RoomSlug>> {
        self.0.empty_rooms(created_before)
    }

    fn remove_empty_room(&self, room: RoomSlug, created_before: Timestamp) -> StoreFuture<'_, bool> {
        self.0.remove_empty_room(room, created_before)
    }

    fn create_room(&self, room: NewRoom) -> StoreFuture<'_, OpenedRoom> {
        self.0.create_room(room)
    }

    fn forget_deleted(&self, at: Timestamp) -> StoreFuture<'_, ()> {
        self.0.forget_deleted(at)
    }

    fn events<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, EventPage> {
        self.0.events(room, range, limit)
    }

    fn history<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, HistoryPage> {
        self.0.history(room, range, limit)
    }

    fn reactions_of(
        &self,
        room: RoomSlug,
        person: UserId,
        among: Vec<(Seq, String)>,
    ) -> StoreFuture<'_, Vec<(Seq, String)>> {
        self.0.reactions_of(room, person, among)
    }

    fn instance(&self) -> &str {
        self.0.instance()
    }

    fn guest_by_token<'a>(&'a self, token_hash: &'a TokenHash, at: Timestamp) -> StoreFuture<'a, Option<Guest>> {
        self.0.guest_by_token(token_hash, at)
    }

    fn guest<'a>(&'a self, user: &'a UserId) -> StoreFuture<'a, Option<Guest>> {
        self.0.guest(user)
    }

    fn authorship<'a>(&'a self, user: &'a UserId, counted_max: u32) -> StoreFuture<'a, Option<Authorship>> {
        self.0.authorship(user, counted_max)
    }

    fn name_conflict(&self, wish: NameWish) -> StoreFuture<'_, Option<NameConflict>> {
        self.0.name_conflict(wish)
    }

    fn put_guest(&self, naming: Naming) -> StoreFuture<'_, ()> {
        self.0.put_guest(naming)
    }

    fn touch_guest(&self, session: SessionUse) -> StoreFuture<'_, ()> {
        self.0.touch_guest(session)
    }

    fn remove_guest<'a>(&'a self, id: &'a UserId, at: Timestamp, rests_until: Timestamp) -> StoreFuture<'a, ()> {
        self.0.remove_guest(id, at, rests_until)
    }

    fn check(&self) -> StoreFuture<'_, Health> {
        self.0.check()
    }

    fn maintain(&self) -> StoreFuture<'_, ()> {
        self.0.maintain()
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        self.0.close()
    }
}

/// A server over the store with the bug, without pages. Its tasks end with the test's runtime.
struct Fixture {
    app: Arc<App>,
    address: String,
    _data: TempDir,
}

impl Fixture {
    async fn start() -> Self {
        let data = TempDir::new().unwrap();
        let mut config = Config::default();
        config.store.data = data.path().to_owned();
        let broker = Arc::new(LocalBroker::default());
        let committed_to = Arc::clone(&broker);
        let sink = Box::new(move |event| committed_to.publish(Bulletin::Committed(event)));
        let store = SqliteStore::open(&config.store, "Lobby", clock::now(), sink).unwrap();
        let app = App::new(config, Arc::new(StoreWithBug(store)), broker);
        housekeeping::start(&app).unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let options = ListenerOptions::new(&app.config, Arc::clone(&app.limits), None);
        let router = http::router(&app, axum::Router::new(), RefusalPages::default());
        tokio::spawn(listener::serve(socket, router, options, app.stop.clone(), TaskTracker::new()));
        Self { app, address, _data: data }
    }

    /// Somebody with a nickname, live in the lobby.
    async fn member(&self, nickname: &str) -> Member {
        let (address, scheme, as_of) =
            (Address::of(Ipv4Addr::LOCALHOST.into()), Scheme::Http, self.app.identity_version());
        let visitor = Caller { guest: None, address, scheme, as_of };
        let identity = posting::choose_nickname(&self.app, &visitor, nickname, None).await.unwrap();
        let cookie = self.app.cookies.set(&identity.token, Scheme::Http);
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
        let (url, origin) = (format!("ws://{}/ws", self.address), format!("http://{}", self.address));
        let mut member = Member::connect(&url, Some(&origin), Some(cookie)).await.unwrap();
        member.hello().await;
        member.join("lobby").await;
        member
    }

    async fn program(&self) -> Program {
        Program::connect(&format!("ws://{}/plain/lobby", self.address)).await
    }
}

/// Waits until the socket is over, which a panic does without a close frame.
async fn is_cut_off<E>(mut socket: impl futures::Stream<Item = Result<Message, E>> + Unpin) {
    while let Some(Ok(_)) = timeout(PATIENCE, socket.next()).await.expect("the socket is still open") {}
}

/// Protects everybody from a bug that one connection meets: its socket is over, and it holds neither place nor name.
#[tokio::test]
async fn a_panic_in_a_connection_closes_that_one_and_leaves_the_others_alone() {
    let server = Fixture::start().await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let mut script = server.program().await;

    alice.say_nowait("lobby", "bug", BUG).await;
    is_cut_off(&mut alice.socket).await;
    script.say("Script", BUG).await;
    is_cut_off(&mut script.socket).await;

    let mut again = server.program().await;
    again.say("Script", "the name is free again").await;
    assert_eq!(bob.line().await.2, "the name is free again");
    let seq = bob.say("lobby", "after", "after the bug").await.unwrap();
    assert_eq!(bob.line().await, (seq, "Bob".to_owned(), "after the bug".to_owned()));
    assert_eq!(server.app.hub.connection_count(), 2, "a connection that panicked is still counted");
}
