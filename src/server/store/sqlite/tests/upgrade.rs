//! What a newer server makes of a database of an older one.

use super::*;
use crate::server::names::NameKey;
use crate::server::store::{NameTerms, TokenStanding};

/// Everything of a database from before looks were kept is there after the upgrade, sessions included.
#[tokio::test]
async fn a_database_of_the_first_schema_keeps_its_sessions_and_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    old.execute_batch(include_str!("../../migrations/sqlite/0001_event_log.sql")).unwrap();
    old.execute_batch(include_str!("first_schema.sql")).unwrap();
    drop(old);
    let store = open(folder.path()).unwrap();
    assert_eq!(store.epoch().as_str(), "the-first-history");
    assert_eq!(head(&store).await, 2);
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
                 ('b', 'AIice', 'aiice', 'something different', randomblob(32), 5000)",
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
    for (user, name) in [("a", "Alice"), ("b", "AIice")] {
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
