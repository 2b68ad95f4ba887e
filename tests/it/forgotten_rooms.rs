//! A room that nobody follows may be forgotten at any moment, also between the handshake of a socket and its first look at
//! the room. Whoever comes in then follows it all the same, or is told that it is gone; nobody waits in silence.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use teahouse::protocol::{RoomSlug, Timestamp};
use teahouse::server::app::App;
use teahouse::server::config::Config;
use teahouse::server::delivery::broker::local::LocalBroker;
use teahouse::server::delivery::broker::{Broker, Bulletin};
use teahouse::server::edge::http;
use teahouse::server::ground::clock;
use teahouse::server::housekeeping;
use teahouse::server::log::NewRoom;
use teahouse::server::log::sqlite::SqliteStore;
use teahouse::server::net::listener::{self, ListenerOptions};
use teahouse::server::net::refusal_page::RefusalPages;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::support::Program;

const ROOM: &str = "garden";

/// What happens to the room after the handshake was found right, and before the socket is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    /// It was to be removed, and somebody said something just then: the store keeps it.
    Forgotten,
    /// It was empty, and is gone.
    Removed,
}

async fn meanwhile(State((app, meanwhile)): State<(Arc<App>, Meanwhile)>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let room = RoomSlug::parse(ROOM).unwrap();
    assert!(app.hub.forget_room(&room), "somebody follows the room already");
    if meanwhile == Meanwhile::Removed {
        assert!(app.store.remove_empty_room(room, Timestamp::from_unix_ms(i64::MAX)).await.unwrap());
    }
    response
}

/// A server without pages, with an empty room; its tasks end with the test's runtime.
struct Fixture {
    url: String,
    _data: TempDir,
}

impl Fixture {
    async fn start(what: Meanwhile) -> Self {
        let data = TempDir::new().unwrap();
        let mut config = Config::default();
        config.store.data = data.path().to_owned();
        let broker = Arc::new(LocalBroker::default());
        let committed_to = Arc::clone(&broker);
        let sink = Box::new(move |event| committed_to.publish(Bulletin::Committed(event)));
        let store = SqliteStore::open(&config.store, "Lobby", clock::now(), sink).unwrap();
        let app = App::new(config, Arc::new(store), broker);
        let room = NewRoom {
            slug: RoomSlug::parse(ROOM).unwrap(),
            title: ROOM.to_owned(),
            creator: None,
            at: clock::now(),
            rooms_max: 0,
        };
        app.store.create_room(room).await.unwrap();
        housekeeping::start(&app).unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/plain/{ROOM}", socket.local_addr().unwrap());
        let options = ListenerOptions::new(&app.config, Arc::clone(&app.limits), None);
        let router = http::router(&app, axum::Router::new(), RefusalPages::default());
        let router = router.layer(from_fn_with_state((Arc::clone(&app), what), meanwhile));
        tokio::spawn(listener::serve(socket, router, options, app.stop.clone(), TaskTracker::new()));
        Self { url, _data: data }
    }
}

#[tokio::test]
async fn a_program_whose_room_was_forgotten_during_its_handshake_hears_what_is_said_there() {
    let fixture = Fixture::start(Meanwhile::Forgotten).await;
    let mut program = Program::connect(&fixture.url).await;
    program.say("Ada", "is anybody here?").await;
    assert_eq!(program.line().await, ("Ada".to_owned(), "is anybody here?".to_owned(), 1));
}

#[tokio::test]
async fn a_program_whose_room_was_removed_during_its_handshake_is_told_so() {
    let fixture = Fixture::start(Meanwhile::Removed).await;
    let mut program = Program::connect(&fixture.url).await;
    assert_eq!(program.refused().await, "room_not_found");
    let close = program.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1012, "drain"));
}
