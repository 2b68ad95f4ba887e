use super::*;
use crate::model::samples;
use crate::server::delivery::sendq::{Outgoing, SendqLimits, WhenFull};
use crate::server::log::Committed;
use crate::server::net::websocket::{Opcode, encode, test_client::texts};

const UNLIMITED: SendqLimits = SendqLimits { bytes: 0, frames: 0 };

fn record(slug: RoomSlug) -> RoomRecord {
    RoomRecord { title: slug.to_string(), slug, head: Seq::new(1), message_no: MessageNo::ZERO }
}

fn committed(seq: u64) -> Committed {
    let event = samples::message(seq, 0, samples::named("a", "Alice"), "x");
    Committed { room: RoomSlug::lobby(), event, target: None, author_mark: None }
}

fn hub_with_lobby() -> Hub {
    // Several lanes, so that what is said of a hub holds for followers in different ones.
    let hub = Hub::new(&ServerConfig { fan_out_threads: 3, compression_threshold_bytes: 0, ..ServerConfig::default() });
    hub.open_room(&record(RoomSlug::lobby()));
    hub
}

fn connect(hub: &Hub) -> (ConnectionId, Arc<Sendq>) {
    connect_with(hub, UNLIMITED)
}

fn connect_with(hub: &Hub, limits: SendqLimits) -> (ConnectionId, Arc<Sendq>) {
    let sendq = Arc::new(Sendq::new(limits, WhenFull::FallBehind));
    (hub.connect(Arc::clone(&sendq), Some(UserId::parse("a").unwrap())), sendq)
}

fn position(hub: &Hub, id: ConnectionId) -> Option<u64> {
    hub.positions(id, &[RoomSlug::lobby()]).first().map(|position| position.head.get())
}

fn text(text: &str) -> Frame {
    encode(Opcode::Text, text.as_bytes())
}

/// Publishes, and lets the lanes send it.
fn publish(hub: &Hub, seq: u64) {
    hub.publish(committed(seq));
    hub.send_queued();
}

fn lines(sendq: &Sendq) -> Vec<String> {
    match sendq.try_next() {
        Some(Outgoing::Frames(frames)) => texts(&frames)
            .iter()
            .map(|frame| match frame.find("line ") {
                Some(at) => frame[at..].split('"').next().unwrap().to_owned(),
                None => frame.clone(),
            })
            .collect(),
        other => panic!("frames were expected and this came: {other:?}"),
    }
}

#[test]
fn what_is_published_while_the_backlog_is_read_comes_once_and_after_it() {
    let hub = hub_with_lobby();
    let (id, sendq) = connect(&hub);
    hub.follow(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    for seq in 2..=5 {
        publish(&hub, seq);
    }
    // The backlog was read when the head was 3.
    hub.go_live(id, &RoomSlug::lobby(), Some(text("backlog up to 3")), Seq::new(3));
    publish(&hub, 6);
    assert_eq!(lines(&sendq), ["backlog up to 3", "line 4", "line 5", "line 6"]);
}

/// The fan-out batches behind the commits: a joiner's snapshot may hold what is published after it went live.
#[test]
fn what_the_backlog_held_is_not_sent_again_by_a_late_fan_out() {
    let hub = hub_with_lobby();
    let (id, sendq) = connect(&hub);
    hub.follow(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    hub.go_live(id, &RoomSlug::lobby(), Some(text("backlog up to 5")), Seq::new(5));
    assert_eq!(position(&hub, id), Some(5));
    for seq in 2..=6 {
        publish(&hub, seq);
    }
    assert_eq!(lines(&sendq), ["backlog up to 5", "line 6"]);
    assert_eq!(position(&hub, id), Some(6));
}

/// What waits together is sent together, and yet to each follower only what it lacks.
#[test]
fn lines_that_wait_together_leave_in_one_piece() {
    let hub = hub_with_lobby();
    let (all, sendq_of_all) = connect(&hub);
    let (rest, sendq_of_rest) = connect(&hub);
    hub.follow_live(all, &RoomSlug::lobby(), Wire::Member).unwrap();
    hub.follow(rest, &RoomSlug::lobby(), Wire::Member).unwrap();
    hub.go_live(rest, &RoomSlug::lobby(), None, Seq::new(3));
    (2..=5).for_each(|seq| drop(hub.publish(committed(seq))));
    hub.send_queued();
    let Some(Outgoing::Frames(broadcasts)) = sendq_of_all.try_next() else { panic!("nothing was sent") };
    assert_eq!((broadcasts.len(), texts(&broadcasts).len()), (1, 4));
    assert_eq!(lines(&sendq_of_rest), ["line 4", "line 5"]);
    assert_eq!((position(&hub, all), position(&hub, rest)), (Some(5), Some(5)));
}

/// Protects the writer from waiting for an event that waits for the writer.
#[test]
fn an_event_that_is_held_keeps_nobody_from_publishing_what_it_waits_for() {
    let hub = Hub::new(&ServerConfig { fan_out_threads: 1, fan_out_queue: 1, ..ServerConfig::default() });
    hub.open_room(&record(RoomSlug::lobby()));
    let (id, sendq) = connect(&hub);
    hub.follow_live(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    assert_eq!(hub.publish_blocking(committed(3)), Some(RoomSlug::lobby()), "the room lacks an event");
    assert_eq!(hub.publish_blocking(committed(2)), None);
    hub.send_queued();
    assert_eq!(lines(&sendq), ["line 2", "line 3"]);
}

/// The list of rooms is for thousands, and what people say does not wait for it.
#[test]
fn a_line_overtakes_a_frame_for_every_member() {
    let hub = hub_with_lobby();
    let members: Vec<_> = (0..600).map(|_| connect(&hub)).collect();
    for (number, (id, _)) in members.iter().enumerate() {
        hub.identify(*id, TabId::parse(&format!("tab-{number}")).unwrap());
    }
    let (reader, sendq) = connect(&hub);
    hub.follow_live(reader, &RoomSlug::lobby(), Wire::Member).unwrap();
    let one_step = || {
        for (index, lane) in hub.lanes.iter().enumerate() {
            hub.send(index, lane.take().unwrap());
        }
    };
    hub.broadcast_to_members(&text("line of the list"));
    one_step();
    hub.publish(committed(2));
    one_step();
    assert_eq!(lines(&sendq), ["line 2"]);
    assert!(hub.is_broadcasting_to_members(), "so many are not told in two steps");
    hub.send_queued();
    assert!(!hub.is_broadcasting_to_members());
    assert!(members.iter().all(|(_, sendq)| lines(sendq) == ["line of the list"]));
}

/// A slow reader costs its sendq, is told once, and hears nothing more of the room until it joins anew.
#[test]
fn a_follower_that_fell_behind_is_silent_until_it_follows_anew() {
    let hub = hub_with_lobby();
    let (id, sendq) = connect_with(&hub, SendqLimits { bytes: 0, frames: 2 });
    hub.follow_live(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    for seq in 2..=5 {
        publish(&hub, seq);
    }
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Behind)));
    let lobby = [RoomSlug::lobby()];
    assert_eq!(hub.fall_behind(id, &lobby), [RoomHead { room: RoomSlug::lobby(), head: Seq::new(5) }]);
    publish(&hub, 6);
    assert_eq!(sendq.try_next(), None);
    assert_eq!(position(&hub, id), Some(6), "a heartbeat says what it lacks");

    hub.follow(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    publish(&hub, 7);
    assert_eq!(hub.go_live(id, &RoomSlug::lobby(), Some(text("backlog up to 6")), Seq::new(6)), CatchUp::Complete);
    assert_eq!(lines(&sendq), ["backlog up to 6", "line 7"]);
}

/// What is published while a backlog is read costs no more than a sendq, however long the read takes.
#[test]
fn more_than_may_wait_while_the_backlog_is_read_is_a_gap() {
    let hub = hub_with_lobby();
    let (id, sendq) = connect_with(&hub, SendqLimits { bytes: 0, frames: 2 });
    hub.follow(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    for seq in 2..=5 {
        publish(&hub, seq);
    }
    let catch_up = hub.go_live(id, &RoomSlug::lobby(), Some(text("backlog up to 1")), Seq::new(1));
    assert_eq!(catch_up, CatchUp::Gap(Seq::new(5)));
    assert_eq!(lines(&sendq), ["backlog up to 1"]);
    publish(&hub, 6);
    assert_eq!(sendq.try_next(), None);
}

#[test]
fn a_follower_whose_backlog_is_being_read_has_lost_nothing() {
    let hub = hub_with_lobby();
    let (id, sendq) = connect_with(&hub, SendqLimits { bytes: 0, frames: 1 });
    let tea = record(RoomSlug::parse("tea").unwrap());
    hub.open_room(&tea);
    hub.follow_live(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    hub.follow(id, &tea.slug, Wire::Member).unwrap();
    publish(&hub, 2);
    publish(&hub, 3);
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Behind)));
    let behind = hub.fall_behind(id, &[tea.slug.clone(), RoomSlug::lobby()]);
    assert_eq!(behind, [RoomHead { room: RoomSlug::lobby(), head: Seq::new(3) }]);
    assert_eq!(hub.go_live(id, &tea.slug, None, Seq::new(1)), CatchUp::Complete);
}

#[test]
fn whoever_follows_a_forgotten_room_is_told_and_a_followed_one_is_kept() {
    let hub = hub_with_lobby();
    let (id, _sendq) = connect(&hub);
    assert!(hub.forget_room(&RoomSlug::lobby()));
    assert_eq!(hub.follow(id, &RoomSlug::lobby(), Wire::Member), Err(RoomNotOpen));
    assert_eq!(hub.follow_live(id, &RoomSlug::lobby(), Wire::Plain), Err(RoomNotOpen));
    hub.open_room(&record(RoomSlug::lobby()));
    assert_eq!(hub.follow(id, &RoomSlug::lobby(), Wire::Member), Ok(()));
    assert!(!hub.forget_room(&RoomSlug::lobby()));
}

#[test]
fn visitors_with_the_same_tab_id_do_not_close_each_other() {
    let hub = hub_with_lobby();
    let sendqs: Vec<_> = (0..2)
        .map(|_| {
            let sendq = Arc::new(Sendq::new(UNLIMITED, WhenFull::FallBehind));
            hub.identify(hub.connect(Arc::clone(&sendq), None), TabId::parse("copied").unwrap());
            sendq
        })
        .collect();
    for sendq in sendqs {
        sendq.push(text("still open"));
        assert_eq!(lines(&sendq), ["still open"]);
    }
}

#[test]
fn a_publication_is_encoded_once_per_wire_whatever_the_number_of_followers() {
    let hub = hub_with_lobby();
    let followers: Vec<_> = (0..3).map(|_| connect(&hub)).collect();
    for (id, _) in &followers {
        hub.follow_live(*id, &RoomSlug::lobby(), Wire::Member).unwrap();
    }
    publish(&hub, 2);
    let mut addresses = Vec::new();
    for (_, sendq) in &followers {
        let Some(Outgoing::Frames(frames)) = sendq.try_next() else { panic!("closed") };
        addresses.push(frames[0].as_ptr());
    }
    assert!(addresses.windows(2).all(|pair| pair[0] == pair[1]), "the followers do not share the bytes");
}

#[test]
fn whoever_left_hears_nothing_and_holds_nothing() {
    let hub = hub_with_lobby();
    let (id, sendq) = connect(&hub);
    hub.follow_live(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    hub.disconnect(id, &[RoomSlug::lobby()]);
    publish(&hub, 2);
    assert_eq!(Arc::strong_count(&sendq), 1, "the hub still holds the sendq");
    assert_eq!(hub.connection_count(), 0);
}

#[test]
fn the_same_page_of_the_same_person_has_one_connection() {
    let hub = hub_with_lobby();
    let (old, old_sendq) = connect(&hub);
    let (new, new_sendq) = connect(&hub);
    let (other_page, other_sendq) = connect(&hub);
    hub.identify(old, TabId::parse("page").unwrap());
    hub.identify(other_page, TabId::parse("another").unwrap());
    hub.identify(new, TabId::parse("page").unwrap());
    assert_eq!(old_sendq.try_next(), Some(Outgoing::Signal(Signal::Close(CloseCode::Replaced))));
    for sendq in [new_sendq, other_sendq] {
        sendq.push(text("still open"));
        assert_eq!(lines(&sendq), ["still open"]);
    }
}

/// The hello of an older connection may be processed late: whichever order they come in, the newer connection stays.
#[test]
fn a_late_hello_of_an_older_connection_does_not_close_the_newer_one() {
    let hub = hub_with_lobby();
    let (old, old_sendq) = connect(&hub);
    let (new, new_sendq) = connect(&hub);
    hub.identify(new, TabId::parse("page").unwrap());
    hub.identify(old, TabId::parse("page").unwrap());
    assert_eq!(old_sendq.try_next(), Some(Outgoing::Signal(Signal::Close(CloseCode::Replaced))));
    new_sendq.push(text("still open"));
    assert_eq!(lines(&new_sendq), ["still open"]);
    let (newest, _) = connect(&hub);
    hub.identify(newest, TabId::parse("page").unwrap());
    assert_eq!(
        new_sendq.try_next(),
        Some(Outgoing::Signal(Signal::Close(CloseCode::Replaced))),
        "it is still known as the page's connection"
    );
}

#[test]
fn the_head_is_the_newest_event_that_anybody_told_of() {
    let hub = hub_with_lobby();
    let (id, _sendq) = connect(&hub);
    (2..=4).for_each(|seq| publish(&hub, seq));
    hub.follow(id, &RoomSlug::lobby(), Wire::Member).unwrap();
    hub.go_live(id, &RoomSlug::lobby(), None, Seq::new(3));
    assert_eq!(hub.head(&RoomSlug::lobby()), Some(Seq::new(4)));
    assert_eq!(hub.head(&RoomSlug::parse("elsewhere").unwrap()), None);
}
