//! Who says a post: never another person than the one who typed it, unless asked.

use super::*;

#[test]
fn a_line_is_never_said_by_another_person_unasked() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    outbox.speak_as(&person("ada"));
    assert_eq!(states(&outbox), [PostState::Sending { since: at(0) }, PostState::Waiting], "nothing has changed");
    outbox.speak_as(&person("bo"));
    assert_eq!(states(&outbox), [PostState::Stale, PostState::Stale], "the first may have arrived already");
    outbox.retry(&id("b"), &person("bo"), at(1));
    assert_eq!(next(&mut outbox, 1).as_deref(), Some("b"), "asked, it is");
}

#[test]
fn after_a_lost_session_what_was_never_sent_goes_under_the_new_name_and_the_rest_is_asked_about() {
    let mut outbox = outbox(&["sent", "waits"]);
    next(&mut outbox, 0);
    outbox.connection_lost();
    let mut restored = Outbox::default();
    restored.restore(RoomSlug::lobby(), kept(&outbox, "waits"));
    for outbox in [&mut outbox, &mut restored] {
        _ = outbox.adopt(&person("ada2"));
        outbox.speak_as(&person("ada2"));
    }
    assert_eq!(states(&outbox), [PostState::Stale, PostState::Waiting]);
    assert_eq!(next(&mut outbox, 1).as_deref(), Some("waits"));
    assert_eq!(states(&restored), [PostState::Stale], "another page may have sent it");
}

/// Another tab that found a post in storage under the new name would take it for one that goes by itself.
#[test]
fn a_new_name_changes_no_line_that_the_person_is_asked_about() {
    let mut outbox = outbox(&["asked", "refused"]);
    outbox.refused(&id("refused"), Refusal::permanent(ErrorCode::MessageTooLong), at(0));
    outbox.speak_as(&person("bo"));
    outbox.push(RoomSlug::lobby(), id("waits"), person("bo"), samples::text("typed since"), at(1));
    assert_eq!(outbox.adopt(&person("bo2")), [id("waits")], "only what has changed is to be written to storage");
    let senders: Vec<&str> = outbox.posts().iter().map(|post| post.sender.as_str()).collect();
    assert_eq!(senders, ["ada", "ada", "bo2"]);
}

#[test]
fn a_line_whose_author_the_server_does_not_know_here_is_asked_about() {
    let mut outbox = outbox(&["a"]);
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::permanent(ErrorCode::NicknameRequired), at(1));
    assert_eq!(states(&outbox), [PostState::Stale]);
    outbox.retry(&id("a"), &person("bo"), at(2));
    assert_eq!(next(&mut outbox, 2).as_deref(), Some("a"), "under the new name, since the person wants it");
}
