//! What a newer server makes of a database of an older one.

use super::*;
use crate::protocol::{LogEvent, MessageNo, Reaction, Seq};
use crate::server::ground::names::NameKey;
use crate::server::log::conformance::guests::naming;
use crate::server::log::{AppendOutcome, NameTerms, TokenStanding};

/// A database as a server of the first schema left it.
pub(super) fn make_first_schema(folder: &Path) {
    let old = Connection::open(folder.join(DATABASE_FILE)).unwrap();
    old.execute_batch(include_str!("../../migrations/sqlite/0001_event_log.sql")).unwrap();
    old.execute_batch(include_str!("first_schema.sql")).unwrap();
}

/// The messages of that database, at their places.
fn first_messages() -> [LogEvent; 2] {
    let text = "He said \"it's \\ \\u0041 茶 🍵\"\t\n\u{1}\u{1f}\u{7f}\u{2028}";
    let event = |seq, at_ms, (id, nickname, origin): (&str, &str, Origin), post, message| LogEvent {
        seq: Seq::new(seq),
        at_ms: Timestamp::from_unix_ms(at_ms),
        by: Some(Person { id: UserId::parse(id).unwrap(), nickname: nickname.to_owned(), origin }),
        id: Some(PostId::parse(post).unwrap()),
        body: EventBody::Message(message),
    };
    let at = |position| Message { message_no: Some(MessageNo::new(position)), ..Message::default() };
    let plain = Message { text: "Is there tea?".to_owned(), ..at(1) };
    let strange = Message { text: text.to_owned(), sender_time: Some("11-24 \"16:00\"".to_owned()), ..at(2) };
    [
        event(2, 1_764_000_000_000, ("a0", "Alice", Origin::Web), "c0ffee", plain),
        event(3, 1_764_000_001_000, ("p-3", "小雨", Origin::Plain), "p-3-1", strange),
    ]
}

/// The log is written anew by the upgrade: nothing of an event may differ after it, and a post that was written before is
/// not written twice.
#[tokio::test]
async fn the_events_of_the_first_schema_are_the_same_after_the_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    make_first_schema(folder.path());
    let store = open(folder.path()).unwrap();
    let log = store.events(&RoomSlug::lobby(), EventRange::After(Seq::ZERO), 10).await.unwrap().events;
    let created = LogEvent {
        seq: Seq::new(1),
        at_ms: Timestamp::from_unix_ms(1_763_000_000_000),
        by: None,
        id: None,
        body: EventBody::RoomCreated,
    };
    let [plain, strange] = first_messages();
    assert_eq!(log, [created, plain.clone(), strange.clone()]);
    for LogEvent { seq, at_ms, by, id, body } in [plain, strange] {
        let retry = Draft { by: by.unwrap(), id: id.unwrap(), body, ..line("unused", "unused") };
        let expected = Appended { seq, at: at_ms, outcome: AppendOutcome::AlreadyThere };
        assert_eq!(store.append(retry).await.unwrap(), expected);
    }
    assert_eq!(head(&store).await, 3);
}

/// Everything of a database from before looks were kept is there after the upgrade, sessions included.
#[tokio::test]
async fn a_database_of_the_first_schema_keeps_its_sessions_and_its_log() {
    let folder = tempfile::tempdir().unwrap();
    make_first_schema(folder.path());
    let store = open(folder.path()).unwrap();
    assert_eq!(store.epoch().as_str(), "the-first-history");
    assert_eq!(head(&store).await, 3);
    let alice = store.guest_by_token(&[0xa1; 32], now()).await.unwrap().unwrap();
    assert_eq!((alice.nickname.as_str(), alice.last_seen.unix_ms()), ("Alice", 1_764_000_000_000));
    assert_eq!((alice.token, alice.cookie_set_at.unix_ms()), (TokenStanding::Proven, 0));
    let terms = NameTerms { unused_since: now(), unproven_since: now(), rests_until: now(), replaced_until: now() };
    let user = UserId::parse("newcomer").unwrap();
    let wish = |name| NameWish { key: NameKey::of(name), user: user.clone(), at: now(), terms };
    assert_eq!(store.name_conflict(wish("alice")).await.unwrap(), Some(NameConflict::Taken));
    assert_eq!(store.name_conflict(wish("Al1ce")).await.unwrap(), Some(NameConflict::LookAlike));
    assert_eq!(store.name_conflict(wish("Bob")).await.unwrap(), None);
    let instance = store.instance().to_owned();
    store.close().await.unwrap();
    assert_eq!(open(folder.path()).unwrap().instance(), instance, "the name of the cookie stays over a restart");
}

/// Two names that the rule of today would not let stand side by side were both given out by an earlier one.
#[tokio::test]
async fn looks_that_another_version_made_are_made_anew_and_names_that_collide_by_them_both_live_on() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).unwrap().close().await.unwrap();
    let database = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    database
        .execute_batch(
            "update meta set value = 'another' where name = 'looks_version';
             insert into guest (user_id, nickname, nickname_folded, nickname_look, token_hash, last_seen_ms) values
                 ('a', 'Alice', 'alice', 'something else', zeroblob(32), 5000),
                 ('b', 'AIice', 'aiice', 'something different', randomblob(32), 5000),
                 ('m', 'Mia 🌸', 'mia 🌸', 'mia 🌸', randomblob(32), 5000)",
        )
        .unwrap();
    drop(database);
    let store = open(folder.path()).unwrap();
    let terms = NameTerms {
        unused_since: Timestamp::from_unix_ms(0),
        unproven_since: now(),
        rests_until: now(),
        replaced_until: now(),
    };
    let wish = |user, name| NameWish { key: NameKey::of(name), user: UserId::parse(user).unwrap(), at: now(), terms };
    assert_eq!(store.name_conflict(wish("c", "A1ice")).await.unwrap(), Some(NameConflict::LookAlike));
    assert_eq!(store.name_conflict(wish("c", "AIICE")).await.unwrap(), Some(NameConflict::Taken));
    assert_eq!(store.name_conflict(wish("c", "Mia")).await.unwrap(), Some(NameConflict::LookAlike));
    for (user, name) in [("a", "Alice"), ("b", "AIice"), ("m", "Mia 🌸")] {
        let guest = store.guest(&UserId::parse(user).unwrap()).await.unwrap();
        assert_eq!(guest.map(|guest| guest.nickname).as_deref(), Some(name));
    }
}

/// A name that rests since before names were compared as they are written.
#[tokio::test]
async fn a_name_that_rested_before_the_upgrade_rests_on() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    for step in [
        include_str!("../../migrations/sqlite/0001_event_log.sql"),
        include_str!("first_schema.sql"),
        include_str!("../../migrations/sqlite/0002_names.sql"),
        "pragma user_version = 2;
         insert into resting_name values ('left', 'ilsa', 'llsa', 9000000000000)",
    ] {
        old.execute_batch(step).unwrap();
    }
    drop(old);
    let store = open(folder.path()).unwrap();
    let terms = NameTerms { unused_since: now(), unproven_since: now(), rests_until: now(), replaced_until: now() };
    let user = UserId::parse("newcomer").unwrap();
    let wish = |name| NameWish { key: NameKey::of(name), user: user.clone(), at: now(), terms };
    assert_eq!(store.name_conflict(wish("Ilsa")).await.unwrap(), Some(NameConflict::Resting));
    assert_eq!(store.name_conflict(wish("Lisa")).await.unwrap(), None);
}

/// A reaction of somebody to the lobby's first message.
fn reaction(who: &str, id: &str, on: bool) -> Draft {
    let by = Person { id: UserId::parse(who).unwrap(), nickname: who.to_owned(), origin: Origin::Web };
    let body = EventBody::Reaction(Reaction { target: Seq::new(2), emoji: "🍵".to_owned(), on, count: 0 });
    Draft { by, body, ..line(id, "") }
}

/// Reactions that were set before their number was kept.
#[tokio::test]
async fn reactions_of_before_the_upgrade_are_counted_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.append(line("m", "tea?")).await.unwrap();
    for who in ["ann", "bo"] {
        store.append(reaction(who, &format!("set-{who}"), true)).await.unwrap();
    }
    store.close().await.unwrap();
    let database = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    database
        .execute_batch(
            "drop table search; drop table search_message; drop table search_position; drop table changed_message; drop table changed_message_text;
             drop table mark; alter table event drop column message_no; alter table room drop column last_message_no;
             drop table reaction_count; drop index reaction_seq; pragma user_version = 5",
        )
        .unwrap();
    drop(database);
    let store = open(folder.path()).unwrap();
    store.append(reaction("ann", "taken-back", false)).await.unwrap();
    let page = store.history(&RoomSlug::lobby(), EventRange::Newest, 10).await.unwrap();
    let reactions = &page.items.last().unwrap().reactions;
    let shown: Vec<_> = reactions.iter().map(|one| (one.count, one.people[0].id.as_str())).collect();
    assert_eq!(shown, [(1, "bo")]);
}

/// Messages of before positions were kept, among changes and in several rooms.
#[tokio::test]
async fn messages_of_before_the_upgrade_are_numbered_and_the_next_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let garden = RoomSlug::parse("garden").unwrap();
    let new = NewRoom { slug: garden.clone(), title: "Garden".to_owned(), creator: None, at: now(), rooms_max: 0 };
    store.create_room(new).await.unwrap();
    store.append(line("a", "tea?")).await.unwrap();
    store.append(reaction("ann", "b", true)).await.unwrap();
    store.append(Draft { room: garden.clone(), ..line("c", "elsewhere") }).await.unwrap();
    store.append(line("d", "tea!")).await.unwrap();
    store.append(reaction("ann", "e", false)).await.unwrap();
    store.close().await.unwrap();
    let database = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    database
        .execute_batch(
            "drop table mark; alter table event drop column message_no; alter table room drop column last_message_no;
             pragma user_version = 8",
        )
        .unwrap();
    drop(database);
    let store = open(folder.path()).unwrap();
    store.append(line("f", "more")).await.unwrap();
    let mut found = Vec::new();
    for room in store.rooms().await.unwrap() {
        let log = store.events(&room.slug, EventRange::After(Seq::ZERO), 10).await.unwrap().events;
        let positions = log.iter().filter_map(|event| event.body.message_no().map(MessageNo::get)).collect::<Vec<_>>();
        found.push((positions, room.message_no.get()));
    }
    assert_eq!(found, [(vec![1, 2, 3], 3), (vec![1], 1)]);
}

/// A name in the way of which only the constraint stands is refused as any other that is taken, and the store goes on.
#[tokio::test]
async fn a_name_that_another_version_folded_to_this_one_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).unwrap().close().await.unwrap();
    let database = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    database
        .execute_batch(
            "insert into guest (user_id, nickname, nickname_folded, token_hash, last_seen_ms)
             values ('a', 'Zoe', 'alice', zeroblob(32), 5000)",
        )
        .unwrap();
    drop(database);
    let store = open(folder.path()).unwrap();
    let refused = store.put_guest(naming("b", "Alice", 1)).await;
    assert!(matches!(refused, Err(StoreError::Nickname(NameConflict::Taken))), "{refused:?}");
    store.append(line("id", "the store goes on")).await.unwrap();
}
