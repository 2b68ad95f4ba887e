//! Promises about what is looked up beside the pages of a log.

use super::*;
use crate::protocol::Seq;

pub async fn an_item_is_as_its_page_has_it_and_names_as_many_people_as_were_asked_for(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.append(line("lobby", "ann", "message", "tea?")).await.unwrap();
    for number in 0..25 {
        let (who, id) = (format!("p{number}"), format!("id{number}"));
        store.append(reaction(&who, &id, 2, "🍵", true)).await.unwrap();
    }
    let (lobby, message) = (RoomSlug::lobby(), Seq::new(2));
    let on_its_page = store.history(&lobby, EventRange::From(message), 1).await.unwrap().items.remove(0);
    let item = store.item(&lobby, message, 20).await.unwrap();
    assert_eq!(item, Some(on_its_page));
    for (people_max, named) in [(3, 3), (24, 24), (100, 25)] {
        let item = store.item(&lobby, message, people_max).await.unwrap().expect("it is there");
        let reaction = &item.reactions[0];
        assert_eq!((reaction.count, reaction.people.len()), (25, named), "{people_max}");
    }
}

pub async fn what_is_no_content_event_is_no_item(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.append(line("lobby", "ann", "message", "tea?")).await.unwrap();
    store.append(reaction("ann", "change", 2, "🍵", true)).await.unwrap();
    store.append(line("lobby", "ann", "after", "tea!")).await.unwrap();
    for (room, seq, expected) in
        [("lobby", 0, None), ("lobby", 2, Some(2)), ("lobby", 3, None), ("lobby", 5, None), ("attic", 2, None)]
    {
        let item = store.item(&slug(room), Seq::new(seq), 20).await.unwrap();
        assert_eq!(item.map(|item| item.event.seq.get()), expected, "{seq} of {room}");
    }
}

pub async fn the_first_message_from_a_time_on_is_found(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    // The room is opened first, and changes come between the messages, two of which have one time.
    for (id, unix_ms) in [("a", 2_000), ("b", 4_000), ("c", 4_000), ("d", 7_000)] {
        store.append(Draft { at: at(unix_ms), ..line("garden", "ann", id, "tea") }).await.unwrap();
        let change = reaction("ann", &format!("r{id}"), 2, "🍵", id == "a");
        store.append(Draft { room: slug("garden"), at: at(unix_ms + 500), ..change }).await.unwrap();
    }
    let log = whole_log(&*store, "garden").await;
    let messages: Vec<_> = log.iter().filter(|event| matches!(event.body, EventBody::Message(_))).collect();
    for unix_ms in [0, 999, 1_000, 1_001, 2_000, 2_001, 2_500, 3_999, 4_000, 4_001, 4_600, 7_000, 7_001, 9_000] {
        let scanned = messages.iter().find(|event| event.at_ms >= at(unix_ms)).map(|event| (event.seq, event.at_ms));
        assert_eq!(store.first_since(&slug("garden"), at(unix_ms)).await.unwrap(), scanned, "{unix_ms}");
    }
    assert_eq!(store.first_since(&slug("attic"), at(0)).await.unwrap(), None);
}
