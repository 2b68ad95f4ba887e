use super::*;

fn read(json: &str) -> EventBody {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_kind_that_is_not_known_is_kept_by_its_name_and_fails_nothing() {
    let poll = read(r#"{"kind":"poll","question":"Oolong?","options":["yes",7,{"no":null}],"text":"a poll"}"#);
    assert_eq!(poll, EventBody::Unknown(UnknownBody { kind: "poll".to_owned(), target: None }));
    assert_eq!(serde_json::to_string(&poll).unwrap(), r#"{"kind":"poll"}"#);
}

#[test]
fn a_known_kind_that_lacks_a_field_is_not_half_read() {
    assert_eq!(
        read(r#"{"kind":"message"}"#),
        EventBody::Unknown(UnknownBody { kind: "message".to_owned(), target: None })
    );
}

#[test]
fn a_change_of_an_unknown_kind_is_no_content() {
    let pinned = read(r#"{"kind":"pinned","target":7,"text":"tea!"}"#);
    assert_eq!(pinned.target(), Some(Seq::new(7)));
    assert_eq!(serde_json::to_string(&pinned).unwrap(), r#"{"kind":"pinned","target":7}"#);
}

#[test]
fn every_kind_reads_what_it_writes() {
    let quote = Some(Box::new(Quote { nickname: "Ada".to_owned(), text: "tea?".to_owned() }));
    let (reply_to, sender_time) = (Some(Seq::new(6)), Some("now".to_owned()));
    let message_no = Some(MessageNo::new(5));
    let message = Message { text: "tea".to_owned(), reply_to, quote, message_no, sender_time };
    let reaction = Reaction { target: Seq::new(7), emoji: "🍵".to_owned(), on: true, count: 2 };
    let (target, text) = (Seq::new(7), "tea!".to_owned());
    for (kind, body) in [
        (Message::KIND, EventBody::Message(message)),
        (Reaction::KIND, EventBody::Reaction(reaction)),
        (Edited::KIND, EventBody::Edited(Edited { target, text: text.clone() })),
        (Deleted::KIND, EventBody::Deleted(Deleted { target })),
        (Restored::KIND, EventBody::Restored(Restored { target, text })),
        (ROOM_CREATED, EventBody::RoomCreated),
    ] {
        let json = serde_json::to_string(&body).unwrap();
        assert!(json.starts_with(&format!(r#"{{"kind":"{kind}""#)), "{json}");
        assert_eq!(read(&json), body);
    }
}

#[test]
fn a_retry_is_known_again_also_when_its_message_was_deleted_meanwhile() {
    let message = |text: &str| EventBody::Message(Message { text: text.to_owned(), ..Message::default() });
    let edited = |target, text: &str| EventBody::Edited(Edited { target: Seq::new(target), text: text.to_owned() });
    let restored = |text: &str| EventBody::Restored(Restored { target: Seq::new(7), text: text.to_owned() });
    for first in ["", "tea"] {
        assert!(message(first).is_same_post(&message("tea")));
        assert!(edited(7, first).is_same_post(&edited(7, "tea")) && !edited(7, first).is_same_post(&edited(8, "tea")));
        assert!(restored(first).is_same_post(&restored("")));
    }
    let reply =
        EventBody::Message(Message { text: "tea".to_owned(), reply_to: Some(Seq::new(7)), ..Message::default() });
    assert!(reply.is_same_post(&reply.stored()) && !reply.is_same_post(&message("tea")));
    assert!(!message("tea").is_same_post(&message("coffee")) && !message("").is_same_post(&edited(7, "tea")));
}

#[test]
fn what_members_do_not_post_is_read_as_unknown_and_never_as_something_else() {
    for json in [r#"{"kind":"room_created"}"#, r#"{"kind":"poll","question":"Oolong?"}"#] {
        assert_eq!(serde_json::from_str::<PostBody>(json).unwrap(), PostBody::Unknown);
    }
    assert!(serde_json::from_str::<PostBody>(r#"{"kind":"message","text":"tea","sender_time":"now"}"#).is_err());
}
