//! The search over many messages: how long two Chinese characters take by the index and by a look at every message, how large
//! the index is, and what it costs those who post. `make bench-search`; SEARCH_MESSAGES=50000 for fewer than a million.
//!
//! The texts are drawn from 2,000 characters as unevenly as people use them. Nothing is random: two runs do the same.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use rusqlite::Connection;
use teahouse::model::search::{Phrase, SearchExtent, WordEnd};
use teahouse::protocol::{EventBody, Message, Origin, Person, PostId, RoomSlug, Timestamp, UserId};
use teahouse::server::config::StoreConfig;
use teahouse::server::ground::search_fold::fold_cluster;
use teahouse::server::log::sqlite::SqliteStore;
use teahouse::server::log::{ChangeWindows, Draft, MessageSearch, Search, Store};

type Outcome<T> = Result<T, Box<dyn Error>>;

const MESSAGES: u64 = 1_000_000;
const QUERIES: usize = 300;
/// A look at every message takes long.
const SCANS: usize = 20;
/// Posts that wait for their ack at the same time.
const WRITERS: usize = 50;
const CHARACTERS: u64 = 2_000;

/// Numbers that look random (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// A character: the first ones often, the last ones rarely.
    fn character(&mut self) -> char {
        let rank = self.below(CHARACTERS) * self.below(CHARACTERS) / CHARACTERS;
        char::from_u32(0x4E00 + u32::try_from(rank).expect("two thousand")).expect("a Han character")
    }

    fn text(&mut self) -> String {
        let length = 6 + self.below(20);
        (0..length).map(|at| if at % 9 == 8 { '，' } else { self.character() }).collect()
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    // cargo passes flags of its own.
    let messages = std::env::var("SEARCH_MESSAGES").ok().map_or(Ok(MESSAGES), |count| count.parse())?;
    let without = posts_without_index(messages.div_ceil(10)).await?;
    let folder = tempfile::tempdir()?;
    let store = open(folder.path())?;
    let with = post(&store, messages).await?;
    println!("{messages} messages");
    println!("posts/s, {WRITERS} at once: {without:.0} without the index, {with:.0} with it");
    let started = Instant::now();
    while !is_complete(folder.path())? {
        store.maintain().await?;
    }
    println!("index complete {:.1} s after the last post", started.elapsed().as_secs_f64());
    tell_sizes(folder.path())?;
    let queries = queries();
    tell("two characters by the index", by_index(&store, &queries).await?);
    tell("two characters by LIKE", by_scan(folder.path(), &queries)?);
    Ok(store.close().await?)
}

fn open(folder: &Path) -> Outcome<SqliteStore> {
    let config = StoreConfig { data: folder.to_owned(), ..StoreConfig::default() };
    Ok(SqliteStore::open(&config, "Lobby", Timestamp::default(), Box::new(|_| {}))?)
}

fn database(folder: &Path) -> Outcome<Connection> {
    Ok(Connection::open(folder.join("teahouse.sqlite3"))?)
}

/// The same posts into a store that takes everything for indexed.
async fn posts_without_index(messages: u64) -> Outcome<f64> {
    let folder = tempfile::tempdir()?;
    open(folder.path())?.close().await?;
    database(folder.path())?
        .execute("insert or replace into search_position select room_id, 9223372036854775807 from room", [])?;
    let store = open(folder.path())?;
    let rate = post(&store, messages).await?;
    store.close().await?;
    Ok(rate)
}

/// Posts so many messages; how many a second were acknowledged.
async fn post(store: &SqliteStore, messages: u64) -> Outcome<f64> {
    let mut numbers = Numbers(7);
    let started = Instant::now();
    let mut waiting = FuturesUnordered::new();
    for number in 0..messages {
        if waiting.len() >= WRITERS
            && let Some(appended) = waiting.next().await
        {
            appended?;
        }
        waiting.push(store.append(draft(number, numbers.text())?));
    }
    while let Some(appended) = waiting.next().await {
        appended?;
    }
    Ok(messages as f64 / started.elapsed().as_secs_f64())
}

fn draft(number: u64, text: String) -> Outcome<Draft> {
    let who = format!("{:032x}", number % 1_000);
    Ok(Draft {
        room: RoomSlug::lobby(),
        by: Person { id: UserId::parse(&who)?, nickname: format!("Person {}", number % 1_000), origin: Origin::Web },
        id: PostId::parse(&format!("{number:032x}"))?,
        body: EventBody::Message(Message { text, ..Message::default() }),
        emojis_per_message_max: 0,
        windows: ChangeWindows { edit: None, delete: None, restore: Duration::ZERO },
        session: None,
        at: Timestamp::from_unix_ms(1_700_000_000_000 + i64::try_from(number)?),
    })
}

fn is_complete(folder: &Path) -> Outcome<bool> {
    let lacking = "select not exists (select 1 from room left join search_position as position using (room_id)
                   where last_seq > coalesce(position.seq, 0))";
    Ok(database(folder)?.query_one(lacking, [], |row| row.get(0))?)
}

fn tell_sizes(folder: &Path) -> Outcome<()> {
    let database = database(folder)?;
    let bytes = |sql: &str| database.query_one(sql, [], |row| row.get::<_, f64>(0));
    let text = bytes("select total(length(cast(json_extract(body, '$.text') as blob))) from event")?;
    let index =
        bytes("select total(pgsize) from dbstat where name like 'search%' or name like 'sqlite_autoindex_search%'")?;
    println!("index {:.1} MB, {:.2} times the text of {:.1} MB", index / 1e6, index / text, text / 1e6);
    Ok(())
}

/// Pairs of characters, as they stand in the texts.
fn queries() -> Vec<String> {
    let mut numbers = Numbers(7);
    let texts = (0..QUERIES).map(|_| numbers.text());
    texts.map(|text| text.chars().take(2).collect()).collect()
}

async fn by_index(store: &SqliteStore, queries: &[String]) -> Outcome<Vec<Duration>> {
    let mut times = Vec::new();
    for query in queries {
        let phrases = Phrase::of(query, WordEnd::Open, fold_cluster).into_iter().collect();
        let started = Instant::now();
        let found = store.search(MessageSearch { phrases, limit: 51, ..MessageSearch::default() }).await?;
        times.push(started.elapsed());
        let is_true = found.messages.iter().all(|message| message.event.body.text().contains(query.as_str()));
        assert!(is_true && !found.messages.is_empty() && found.extent == SearchExtent::Whole, "{query}");
    }
    Ok(times)
}

fn by_scan(folder: &Path, queries: &[String]) -> Outcome<Vec<Duration>> {
    let database = database(folder)?;
    let mut select = database.prepare(
        "select body from event where target_seq is null and json_extract(body, '$.text') like ?1
         order by room_id desc, seq desc limit 51",
    )?;
    let mut times = Vec::new();
    for query in queries.iter().take(SCANS) {
        let started = Instant::now();
        let found = select.query_map([format!("%{query}%")], |row| row.get::<_, String>(0))?.count();
        times.push(started.elapsed());
        assert!(found > 0, "{query}");
    }
    Ok(times)
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("{what}: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
}
