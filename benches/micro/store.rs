//! The store with a long past: a page of history out of five million events, and opening the file. The file is made once
//! (some gigabytes, half a minute) and kept beside the build. Not here: writing (`appends`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::Bencher;
use rusqlite::Connection;
use teahouse::protocol::{RoomSlug, Seq, Timestamp};
use teahouse::server::config::StoreConfig;
use teahouse::server::log::sqlite::SqliteStore;
use teahouse::server::log::{EventRange, Store};
use tokio::runtime::{Builder, Runtime};

const EVENTS: u64 = 5_000_000;
const PAGE_EVENTS: u32 = 50;

/// A thousand people, each in turn, with a line of the usual length.
const FILL: &str = "
    with recursive place (seq) as (select 2 union all select seq + 1 from place where seq < ?2)
    insert into event (room_id, seq, at_ms, person_id, person_nickname, person_origin, post_id, body)
    select ?1, seq, 1700000000000 + seq, printf('%032x', seq % 1000), 'Person ' || (seq % 1000), 'web',
        printf('%032x', seq), json_object('kind', 'message', 'text', printf('line %d %.60c', seq, 'x'))
    from place";

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("five-million-events-with-bodies");
    if !folder.join("complete").exists() {
        let _ = fs::remove_dir_all(&folder);
        let (runtime, store) = open(&folder);
        runtime.block_on(store.close()).expect("the new store closes");
        fill(&folder).expect("the events can be written");
        fs::write(folder.join("complete"), "").expect("the folder can be written");
    }
    folder
});

fn fill(folder: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(folder.join("teahouse.sqlite3"))?;
    connection.execute_batch("pragma synchronous = off")?;
    let lobby: i64 = connection.query_one("select room_id from room where slug = 'lobby'", [], |row| row.get(0))?;
    let events = i64::try_from(EVENTS).expect("five million");
    connection.execute(FILL, (lobby, events))?;
    connection.execute("update room set last_seq = ?2 where room_id = ?1", (lobby, events))?;
    connection.query_one("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
}

fn open(folder: &Path) -> (Runtime, SqliteStore) {
    let config = StoreConfig { data: folder.to_owned(), ..StoreConfig::default() };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = SqliteStore::open(&config, "Lobby", Timestamp::default(), Box::new(|_| {}));
    (runtime, store.expect("the store opens"))
}

/// A page from the end, and pages from anywhere, as somebody reads who pages back.
#[divan::bench(args = ["newest", "anywhere"])]
fn page(bencher: Bencher<'_, '_>, place: &str) {
    let (runtime, store) = open(&FOLDER);
    let (lobby, mut random) = (RoomSlug::lobby(), 1_u64);
    bencher
        .with_inputs(|| {
            // Knuth's MMIX generator; its upper bits are the better ones.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match place {
                "newest" => EventRange::Newest,
                _ => EventRange::Before(Seq::new(1_000 + (random >> 20) % (EVENTS - 1_000))),
            }
        })
        .bench_local_values(|range| {
            let page = runtime.block_on(store.events(&lobby, range, PAGE_EVENTS)).expect("the page is read");
            assert_eq!(page.events.len(), PAGE_EVENTS as usize);
        });
    runtime.block_on(store.close()).expect("the store closes");
}

/// From nothing to a store that can be asked, and back.
#[divan::bench]
fn open_and_close(bencher: Bencher<'_, '_>) {
    let folder = FOLDER.clone();
    bencher.bench_local(|| {
        let (runtime, store) = open(&folder);
        runtime.block_on(store.close()).expect("the store closes");
    });
}
