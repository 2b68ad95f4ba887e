//! Promises about what the log tells of an author.

use super::*;

pub async fn an_author_is_known_by_what_they_posted(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    assert_eq!(store.authorship(&user("ann"), 10).await.unwrap(), None);
    store.create_room(new_room("garden", 500)).await.unwrap();
    let post = |room, id, unix_ms, nickname: &str| {
        let draft = line(room, "ann", id, "tea");
        let by = Person { nickname: nickname.to_owned(), ..draft.by };
        store.append(Draft { by, at: at(unix_ms), ..draft })
    };
    post("lobby", "b", 2_000, "Ann").await.unwrap();
    post("garden", "c", 1_000, "Anna").await.unwrap();
    store.append(line("lobby", "ben", "a", "of somebody else")).await.unwrap();
    // A reaction is no message of its author.
    store.append(reaction("ann", "d", 2, "🍵", true)).await.unwrap();

    let ann = store.authorship(&user("ann"), 10).await.unwrap().expect("she wrote");
    assert_eq!((ann.person.nickname.as_str(), ann.count, ann.first_at), ("Ann", 2, at(1_000)));
    let counted = store.authorship(&user("ann"), 1).await.unwrap().map(|ann| ann.count);
    assert_eq!(counted, Some(1), "no more are counted than were asked for");
}
