//! Edits, deletions and restorations as a reader asks for them.

use super::*;
use crate::protocol::PostBody;

const HOUR_MS: u64 = 3_600_000;

fn edited(target: u64, text: &str) -> PostBody {
    PostBody::Edited { target: Seq::new(target), text: text.to_owned() }
}

const fn deleted(target: u64) -> PostBody {
    PostBody::Deleted { target: Seq::new(target) }
}

/// Ada's message at 2 after one of Bo.
fn bench() -> Bench {
    Bench::live(vec![of_bo(1), message(2, 0, person("ada"), "a")])
}

fn editable(bench: &Bench, seq: u64) -> Option<String> {
    bench.conversation.editable(Seq::new(seq), Timestamp::from_unix_ms(bench.now))
}

#[test]
fn an_edit_waits_for_the_connection_like_every_post_and_is_kept() {
    let mut bench = bench();
    bench.step(Update::Status(ConnectionStatus::Offline { since: Timestamp::default() }));
    bench.effects.clear();
    bench.step(Update::Post(id("e"), edited(2, "tea")));
    assert!(bench.effects.contains(&Effect::Keep(id("e"))));
    assert!(!bench.effects.contains(&Effect::ShowNewest), "the reader stays where they are");
    assert_eq!(bench.wishes(), [] as [String; 0]);
    assert_eq!(editable(&bench, 2).as_deref(), Some("tea"), "it is shown at once");
    bench.step(Update::Status(ConnectionStatus::Live));
    assert_eq!(bench.wishes(), ["send e"]);
}

#[test]
fn a_refused_edit_is_told_and_its_text_is_given_back() {
    let mut bench = bench();
    bench.step(Update::Post(id("e"), edited(2, "tea")));
    bench.effects.clear();
    let refusal = Refusal::permanent(ErrorCode::TooLate);
    bench.hear(Event::Nack { room: RoomSlug::lobby(), id: id("e"), refusal });
    assert!(bench.effects.contains(&Effect::Forget(RoomSlug::lobby(), id("e"))));
    let reason = Reason::NotChanged(PostState::Failed(refusal));
    assert_eq!(bench.wishes(), [format!("explain {reason:?}"), "take back tea to lobby".to_owned()]);
    assert_eq!(editable(&bench, 2).as_deref(), Some("line 2"), "the message is shown as it was");
}

#[test]
fn only_own_messages_that_are_there_can_be_changed() {
    let mut bench = bench();
    let now = Timestamp::from_unix_ms(bench.now);
    assert_eq!((editable(&bench, 1), editable(&bench, 9)), (None, None));
    assert!(bench.conversation.is_deletable(Seq::new(2), now) && !bench.conversation.is_deletable(Seq::new(1), now));
    assert_eq!(bench.conversation.newest_editable(now), Some(Seq::new(2)));
    bench.publish(of_bo(3));
    bench.publish(message(4, 0, person("ada"), "b"));
    assert_eq!(bench.conversation.newest_editable(now), Some(Seq::new(4)));
    bench.step(Update::Post(id("d"), deleted(4)));
    assert_eq!(bench.conversation.newest_editable(now), Some(Seq::new(2)), "it is gone at once");
    assert!(editable(&bench, 4).is_none() && !bench.conversation.is_deletable(Seq::new(4), now));
}

#[test]
fn a_message_that_is_too_old_is_not_offered_to_be_changed() {
    let mut bench = bench();
    let limits = Limits { edit_window_ms: HOUR_MS, delete_window_ms: 2 * HOUR_MS, ..Limits::default() };
    let (me, rooms) = (Some(person("ada")), vec![room("lobby")]);
    bench.hear(Event::Welcome {
        protocol: 2,
        me,
        epoch: crate::model::samples::epoch(),
        heartbeat_ms: 1,
        limits,
        rooms,
    });
    let hours = |hours: u64| Timestamp::from_unix_ms(i64::try_from(hours * HOUR_MS).expect("few hours"));
    let may = |bench: &Bench, at| {
        let edits = bench.conversation.editable(Seq::new(2), at).is_some();
        (edits, bench.conversation.is_deletable(Seq::new(2), at))
    };
    assert_eq!(
        [may(&bench, hours(1)), may(&bench, hours(2)), may(&bench, hours(3))],
        [(true, true), (false, true), (false, false)]
    );
}

#[test]
fn a_message_that_was_deleted_before_it_came_is_not_announced() {
    let mut bench = bench();
    bench.step(Update::AtNewest(false));
    bench.effects.clear();
    let mut gone = of_bo(3);
    gone.body = crate::protocol::EventBody::Message(crate::protocol::Message::default());
    bench.publish(gone);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Announce { .. })));
}
