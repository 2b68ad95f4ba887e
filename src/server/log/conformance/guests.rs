//! Promises about guests: one owner a nickname and its look-alikes, one guest a token, and no name lost on the way.

use super::*;
use crate::server::ground::names::NameKey;
use crate::server::log::{CookieNote, NameConflict, NameTerms, NameWish, Naming, SessionUse, TokenHash, TokenStanding};

/// At 1,000, when everybody who was ever here still owns the name, and tokens are good and names rest for 60.
pub(in crate::server::log) fn naming(id: &str, nickname: &str, token: u8) -> Naming {
    Naming {
        user: user(id),
        nickname: nickname.to_owned(),
        token_hash: [token; 32],
        replaces: None,
        at: at(1_000),
        terms: NameTerms {
            unused_since: at(0),
            unproven_since: at(0),
            rests_until: at(1_060),
            replaced_until: at(1_060),
        },
    }
}

pub(in crate::server::log) fn used(id: &str, token: u8, unix_ms: i64) -> SessionUse {
    SessionUse { user: user(id), token_hash: [token; 32], at: at(unix_ms), cookie: CookieNote::Left }
}

fn wish(id: &str, nickname: &str, unix_ms: i64) -> NameWish {
    let terms = naming(id, nickname, 0).terms;
    NameWish { key: NameKey::of(nickname), user: user(id), at: at(unix_ms), terms }
}

/// Who a token opens at a moment, and under which name.
async fn opens(store: &dyn Store, token: u8, unix_ms: i64) -> Option<(String, String, TokenStanding)> {
    let token_hash: TokenHash = [token; 32];
    let guest = store.guest_by_token(&token_hash, at(unix_ms)).await.unwrap()?;
    assert_eq!(guest.token_hash, token_hash, "the token that was asked for");
    Some((guest.id.to_string(), guest.nickname, guest.token))
}

fn conflict(outcome: Result<(), StoreError>) -> NameConflict {
    match outcome {
        Err(StoreError::Nickname(conflict)) => conflict,
        other => panic!("a conflict was expected and this came: {other:?}"),
    }
}

pub async fn a_guest_is_found_by_token_and_by_id(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann 茶", 1)).await.unwrap();
    let ann = store.guest_by_token(&[1; 32], at(1_000)).await.unwrap().unwrap();
    assert_eq!((ann.id.as_str(), ann.nickname.as_str(), ann.token), ("ann", "Ann 茶", TokenStanding::New));
    assert_eq!((ann.cookie_set_at, ann.last_seen), (at(1_000), at(1_000)));
    assert_eq!(store.guest(&user("ann")).await.unwrap(), Some(ann));
    assert_eq!(opens(&*store, 2, 1_000).await, None);
    assert_eq!(store.guest(&user("ben")).await.unwrap(), None);
}

pub async fn a_nickname_that_somebody_owns_is_refused(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.put_guest(naming("ben", "Ben", 2)).await.unwrap();
    assert_eq!(conflict(store.put_guest(naming("cat", "ANN", 3)).await), NameConflict::Taken);
    assert_eq!(conflict(store.put_guest(naming("ben", "ann", 4)).await), NameConflict::Taken);
    assert_eq!(store.name_conflict(wish("cat", "ann", 1_000)).await.unwrap(), Some(NameConflict::Taken));
    assert_eq!(store.name_conflict(wish("ann", "ann", 1_000)).await.unwrap(), None, "one's own");
    assert_eq!(opens(&*store, 1, 1_000).await.unwrap().1, "Ann");
    assert_eq!(opens(&*store, 2, 1_000).await.unwrap().1, "Ben", "a refusal changes nothing");
    assert_eq!(opens(&*store, 3, 1_000).await, None);
}

pub async fn a_look_alike_of_an_owner_who_is_away_is_refused(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Alice", 1)).await.unwrap();
    for twin in ["AIice", "Al1ce", "Аlice"] {
        assert_eq!(conflict(store.put_guest(naming("ben", twin, 2)).await), NameConflict::LookAlike, "{twin}");
        assert_eq!(store.name_conflict(wish("ben", twin, 1_000)).await.unwrap(), Some(NameConflict::LookAlike));
    }
    store.put_guest(naming("ann", "Al1ce", 3)).await.unwrap();
    store.put_guest(naming("ben", "Bob", 2)).await.unwrap();
}

/// Whoever has a name that only a table finds near is neither refused nor removed, whether away for long or resting.
pub async fn honest_names_that_differ_by_an_i_and_an_l_live_side_by_side(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Lisa", 1)).await.unwrap();
    store.put_guest(naming("ben", "Ilsa", 2)).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_000).await.unwrap().1, "Lisa");
    assert_eq!(conflict(store.put_guest(naming("cat", "llsa", 3)).await), NameConflict::LookAlike);
    store.append(line("lobby", "ben", "id", "bye")).await.unwrap();
    store.remove_guest(&user("ben"), at(1_000), at(1_060)).await.unwrap();
    assert_eq!(conflict(store.put_guest(naming("cat", "llsa", 3)).await), NameConflict::Resting);
    let much_later = NameTerms { unused_since: at(1_001), ..naming("cat", "Ilsa", 3).terms };
    store.put_guest(Naming { at: at(1_060), terms: much_later, ..naming("cat", "Ilsa", 3) }).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_000).await.unwrap().1, "Lisa");
}

pub async fn a_new_nickname_frees_the_old_one(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.put_guest(naming("ann", "Anna", 2)).await.unwrap();
    store.put_guest(naming("ben", "Ann", 3)).await.unwrap();
    assert_eq!(opens(&*store, 2, 1_000).await.unwrap().1, "Anna");
    assert_eq!(opens(&*store, 3, 1_000).await.unwrap().1, "Ann");
}

pub async fn a_replaced_token_is_good_until_the_new_one_is_used(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.touch_guest(used("ann", 1, 1_000)).await.unwrap();
    store.put_guest(Naming { replaces: Some([1; 32]), ..naming("ann", "Anna", 2) }).await.unwrap();
    let anna = |standing| Some(("ann".to_owned(), "Anna".to_owned(), standing));
    assert_eq!(opens(&*store, 1, 1_059).await, anna(TokenStanding::Replaced));
    assert_eq!(opens(&*store, 2, 1_059).await, anna(TokenStanding::New));
    assert_eq!(opens(&*store, 1, 1_060).await, None, "not longer than that");
    store.touch_guest(used("ann", 1, 1_001)).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_059).await, anna(TokenStanding::Replaced), "the old one proves nothing");
    store.touch_guest(used("ann", 2, 1_002)).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_003).await, None);
    assert_eq!(opens(&*store, 2, 9_000).await, anna(TokenStanding::Proven));
}

/// Both requests come with the same token and are given the same one.
pub async fn two_changes_at_once_end_under_one_token(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    let change = |name| store.put_guest(Naming { replaces: Some([1; 32]), ..naming("ann", name, 2) });
    let (first, second) = tokio::join!(change("Anna"), change("Anne"));
    first.and(second).unwrap();
    let (_, name, standing) = opens(&*store, 2, 1_000).await.unwrap();
    assert_eq!((name.as_str(), standing), ("Anne", TokenStanding::New));
    assert_eq!(opens(&*store, 1, 1_000).await.unwrap().2, TokenStanding::Replaced);
    // The retry of a change whose answer was lost in a restart is given another token.
    store.put_guest(Naming { replaces: Some([1; 32]), ..naming("ann", "Anne", 3) }).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_000).await.unwrap().2, TokenStanding::Replaced);
    assert_eq!(opens(&*store, 3, 1_000).await.unwrap().2, TokenStanding::New);
    assert_eq!(opens(&*store, 2, 1_000).await, None);
}

/// A request may wait for its body while the person signs out, or while a later token is given out.
pub async fn a_token_that_is_over_changes_no_name(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let change = |replaces, token| Naming { replaces: Some([replaces; 32]), ..naming("ann", "Anna", token) };
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.put_guest(change(1, 2)).await.unwrap();
    store.touch_guest(used("ann", 2, 1_000)).await.unwrap();
    store.put_guest(change(2, 3)).await.unwrap();
    assert!(matches!(store.put_guest(change(1, 2)).await, Err(StoreError::SessionEnded)));
    assert_eq!(opens(&*store, 3, 1_000).await.unwrap().2, TokenStanding::New, "the later one still opens");
    store.remove_guest(&user("ann"), at(1_000), at(1_060)).await.unwrap();
    assert!(matches!(store.put_guest(change(3, 4)).await, Err(StoreError::SessionEnded)));
    assert_eq!(opens(&*store, 4, 1_000).await, None, "signing out is not undone");
}

pub async fn a_line_of_a_replaced_token_is_said_and_of_an_ended_one_not(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let say = |id, token| {
        let by = Person { nickname: "Ann".to_owned(), ..person("ann") };
        store.append(Draft { by, session: Some([token; 32]), ..line("lobby", "ann", id, "hello") })
    };
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.put_guest(Naming { replaces: Some([1; 32]), ..naming("ann", "Ann", 2) }).await.unwrap();
    say("one", 1).await.unwrap();
    say("two", 2).await.unwrap();
    store.touch_guest(used("ann", 2, 1_000)).await.unwrap();
    assert!(matches!(say("three", 1).await, Err(StoreError::SessionEnded)));
}

pub async fn an_owner_who_was_not_seen_for_long_makes_way(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for (id, name, token) in [("ann", "Ann", 1), ("old", "Old", 2)] {
        store.put_guest(naming(id, name, token)).await.unwrap();
        store.touch_guest(used(id, token, 1_000)).await.unwrap();
    }
    let later = |unused_since| {
        let naming = naming("ben", "Ann", 3);
        Naming { terms: NameTerms { unused_since: at(unused_since), ..naming.terms }, ..naming }
    };
    assert_eq!(conflict(store.put_guest(later(1_000)).await), NameConflict::Taken, "seen then is not before");
    store.put_guest(later(1_001)).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_000).await, None);
    assert_eq!(opens(&*store, 3, 1_000).await.unwrap().0, "ben");
    assert!(opens(&*store, 2, 1_000).await.is_some(), "who is in nobody's way stays");
}

pub async fn an_owner_who_came_back_in_time_keeps_the_nickname(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.touch_guest(SessionUse { cookie: CookieNote::Set, ..used("ann", 1, 5_000) }).await.unwrap();
    store.touch_guest(SessionUse { cookie: CookieNote::Set, ..used("ann", 1, 3_000) }).await.unwrap();
    store.touch_guest(used("ann", 1, 6_000)).await.unwrap();
    store.touch_guest(used("nobody", 1, 3_000)).await.unwrap();
    let ann = store.guest(&user("ann")).await.unwrap().unwrap();
    assert_eq!((ann.last_seen, ann.cookie_set_at), (at(6_000), at(5_000)));
    let newcomer = naming("ben", "Ann", 2);
    let terms = NameTerms { unused_since: at(4_000), ..newcomer.terms };
    assert_eq!(conflict(store.put_guest(Naming { terms, ..newcomer }).await), NameConflict::Taken);
}

pub async fn a_name_whose_cookie_never_came_back_is_soon_free(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for (id, name, token) in [("ann", "Ann", 1), ("ben", "Ben", 2)] {
        store.put_guest(naming(id, name, token)).await.unwrap();
    }
    store.touch_guest(used("ben", 2, 1_000)).await.unwrap();
    let later = |name, unproven_since| {
        let naming = naming("cat", name, 3);
        Naming { terms: NameTerms { unproven_since: at(unproven_since), ..naming.terms }, ..naming }
    };
    assert_eq!(conflict(store.put_guest(later("Ann", 1_000)).await), NameConflict::Taken);
    assert_eq!(conflict(store.put_guest(later("Ben", 1_001)).await), NameConflict::Taken, "that browser has it");
    store.put_guest(later("Ann", 1_001)).await.unwrap();
}

pub async fn a_token_belongs_to_one_guest_only(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    let answer = store.put_guest(naming("ben", "Ben", 1)).await;
    assert!(matches!(answer, Err(StoreError::TokenTaken)));
    assert_eq!(opens(&*store, 1, 1_000).await.unwrap().0, "ann");
}

pub async fn a_guest_who_leaves_without_a_word_frees_nickname_and_token(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.remove_guest(&user("ann"), at(1_000), at(1_060)).await.unwrap();
    store.remove_guest(&user("ann"), at(1_000), at(1_060)).await.unwrap();
    assert_eq!(opens(&*store, 1, 1_000).await, None);
    store.put_guest(naming("ben", "Ann", 1)).await.unwrap();
}

pub async fn the_name_of_a_guest_who_has_spoken_rests_after_the_sign_out(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Alice", 1)).await.unwrap();
    store.append(line("lobby", "ann", "id", "bye")).await.unwrap();
    store.remove_guest(&user("ann"), at(1_000), at(1_060)).await.unwrap();
    for name in ["alice", "Al1ce"] {
        assert_eq!(conflict(store.put_guest(naming("ben", name, 2)).await), NameConflict::Resting, "{name}");
        assert_eq!(store.name_conflict(wish("ben", name, 1_059)).await.unwrap(), Some(NameConflict::Resting));
        assert_eq!(store.name_conflict(wish("ben", name, 1_060)).await.unwrap(), None, "{name} has rested");
    }
    store.put_guest(Naming { at: at(1_060), ..naming("ben", "Alice", 2) }).await.unwrap();
    assert_eq!(texts(&whole_log(&*store, "lobby").await), ["bye"], "the lines stay");
}

pub async fn a_name_that_was_changed_rests_for_others_and_not_for_its_owner(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    store.append(line("lobby", "ann", "id", "hello")).await.unwrap();
    store.put_guest(naming("ann", "Mary", 2)).await.unwrap();
    assert_eq!(conflict(store.put_guest(naming("ben", "Ann", 3)).await), NameConflict::Resting);
    store.put_guest(naming("ann", "Ann", 4)).await.unwrap();
    store.put_guest(naming("ann", "Nora", 5)).await.unwrap();
    store.put_guest(naming("ben", "Mary", 3)).await.unwrap();
    let no_rest = |name, token| {
        let naming = naming("ann", name, token);
        Naming { terms: NameTerms { rests_until: naming.at, ..naming.terms }, ..naming }
    };
    store.put_guest(no_rest("Olga", 6)).await.unwrap();
    store.put_guest(naming("cat", "Nora", 7)).await.unwrap();
}
