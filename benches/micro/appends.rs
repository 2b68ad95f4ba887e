//! What the store takes: posts of every kind from fifty people who wait for each answer, through `Store::append` and onto the
//! disk, many of them in one commit. `items/s` of `message` is what the others are compared with. Not here: sockets, and
//! limits of people (`benches/load`, `durable`).

use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use futures::future::join_all;
use teahouse::protocol::{
    Deleted, Edited, EventBody, Message, Origin, Person, PostId, Reaction, RoomSlug, Seq, Timestamp, UserId,
};
use teahouse::server::config::StoreConfig;
use teahouse::server::log::sqlite::SqliteStore;
use teahouse::server::log::{ChangeWindows, Draft, Store};
use tokio::runtime::{Builder, Runtime};

use crate::material::prose;

const PEOPLE: usize = 50;
/// Posts of each of them in one sample.
const POSTS: usize = 20;

/// Posts and changes as people make them, each of their own message.
struct Writers {
    runtime: Runtime,
    store: SqliteStore,
    people: Vec<Writer>,
}

struct Writer {
    person: Person,
    /// A message of theirs, which the changes are of.
    message: Seq,
    posted: usize,
}

impl Writer {
    fn draft(&mut self, kind: &str) -> Draft {
        self.posted += 1;
        let (target, number) = (self.message, self.posted);
        let message = |reply_to| Message { text: prose(60), reply_to, ..Message::default() };
        let body = match kind {
            "message" => EventBody::Message(message(None)),
            "reply" => EventBody::Message(message(Some(target))),
            "reaction" => {
                EventBody::Reaction(Reaction { target, emoji: "🍵".to_owned(), on: number % 2 == 1, count: 0 })
            }
            "edit" => EventBody::Edited(Edited { target, text: prose(60) }),
            _ => EventBody::Deleted(Deleted { target }),
        };
        Draft {
            room: RoomSlug::lobby(),
            by: self.person.clone(),
            id: PostId::parse(&format!("post-{number}")).expect("a good id"),
            body,
            emojis_per_message_max: 0,
            windows: ChangeWindows { edit: None, delete: None, restore: Duration::from_secs(3_600) },
            session: None,
            at: Timestamp::from_unix_ms(1_764_054_000_000),
        }
    }

    async fn post(&mut self, store: &SqliteStore, kind: &str) -> Seq {
        store.append(self.draft(kind)).await.expect("the store takes it").seq
    }
}

impl Writers {
    fn open(folder: &std::path::Path) -> Self {
        let config = StoreConfig { data: folder.to_owned(), ..StoreConfig::default() };
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let store = SqliteStore::open(&config, "Lobby", Timestamp::default(), Box::new(|_| {})).expect("a store");
        let person = |number| Person {
            id: UserId::parse(&format!("person-{number}")).expect("a good id"),
            nickname: format!("Person {number}"),
            origin: Origin::Web,
        };
        let writer = |number| Writer { person: person(number), message: Seq::ZERO, posted: 0 };
        Self { runtime, store, people: (0..PEOPLE).map(writer).collect() }
    }

    /// Everybody posts a message: what they change from now on.
    fn post_messages(&mut self) {
        let Self { runtime, store, people } = self;
        let store = &*store;
        let post = async |writer: &mut Writer| writer.message = writer.post(store, "message").await;
        runtime.block_on(join_all(people.iter_mut().map(post)));
    }

    /// Everybody posts so often, one after the other; a message is deleted once, so each deletion has one of its own.
    fn post(&mut self, kind: &str) {
        let Self { runtime, store, people } = self;
        let store = &*store;
        let post = async |writer: &mut Writer| {
            for _ in 0..POSTS {
                writer.post(store, kind).await;
                if kind == "delete" {
                    writer.message = writer.post(store, "message").await;
                }
            }
        };
        runtime.block_on(join_all(people.iter_mut().map(post)));
    }
}

/// With "delete", half of the posts are messages.
#[divan::bench(args = ["message", "reply", "reaction", "edit", "delete"])]
fn append(bencher: Bencher<'_, '_>, kind: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writers = Writers::open(folder.path());
    writers.post_messages();
    let posts = PEOPLE * POSTS * if kind == "delete" { 2 } else { 1 };
    bencher.counter(ItemsCount::new(posts)).bench_local(|| writers.post(kind));
    writers.runtime.block_on(writers.store.close()).expect("the store closes");
}
