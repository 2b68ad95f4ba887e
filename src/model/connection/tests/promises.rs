//! What holds whatever comes in whatever order.

use proptest::prelude::*;

use super::*;

fn any_input() -> impl Strategy<Value = Input> {
    let room = || prop_oneof![Just("lobby"), Just("tea")];
    prop_oneof![
        Just(Input::Opened),
        Just(welcome()),
        (room(), 5_u64..12).prop_map(|(room, head)| joined(room, head)),
        (1_u64..12).prop_map(publication),
        (1_u64..12).prop_map(heartbeat),
        (0_u32..5_000).prop_map(|in_ms| frame(Event::Reconnect { in_ms })),
        Just(frame(Event::Refused { room: None, refusal: ErrorCode::NotJoined.into() })),
        prop_oneof![Just(1006), Just(4001)].prop_map(|code| Input::Closed { code }),
        Just(Input::Tick),
        Just(Input::Online),
        Just(Input::Offline),
        Just(Input::Attended),
        Just(Input::IdentityChanged),
        room().prop_map(|room| Input::SwitchRoom { room: slug(room), cursor: None }),
        room().prop_map(|room| Input::Send(line(room))),
    ]
}

proptest! {
    /// Whatever comes: a line goes out only into a room that was joined on this very connection, publications come
    /// gapless, there is one socket at most, and when the environment behaves again the connection becomes live.
    #[test]
    fn the_link_keeps_its_promises(inputs in proptest::collection::vec((any_input(), 0_i64..40_000), 0..60)) {
        let mut bench = Bench::new();
        let mut socket = false;
        let mut in_room: Option<RoomSlug> = None;
        let mut head: Option<u64> = None;
        for (input, ms) in [(Input::Start, 0)].into_iter().chain(inputs) {
            // The driver feeds in nothing from a socket that is not there.
            let from_socket = matches!(input, Input::Opened | Input::Frame(_) | Input::Closed { .. });
            if from_socket && !socket {
                continue;
            }
            if matches!(input, Input::Closed { .. }) {
                (socket, in_room) = (false, None);
            }
            bench.now += ms;
            for output in bench.outputs(input) {
                match output {
                    Output::OpenSocket => { prop_assert!(!socket); socket = true; }
                    Output::CloseSocket => { prop_assert!(socket); (socket, in_room) = (false, None); }
                    Output::Send(Command::Post { room, .. }) => prop_assert_eq!(Some(room), in_room.clone()),
                    Output::Send(Command::Leave { room }) => if in_room.as_ref() == Some(&room) { in_room = None },
                    Output::Send(_) => prop_assert!(socket),
                    Output::Deliver(event) => match *event {
                        Event::Joined { summary, .. } => {
                            in_room = Some(summary.slug);
                            head = Some(summary.head.get());
                        }
                        Event::Publication { event, .. } => {
                            prop_assert_eq!(Some(event.seq.get()), head.map(|head| head + 1));
                            head = Some(event.seq.get());
                        }
                        _ => {}
                    },
                    Output::Wait { .. } | Output::Status(_) | Output::CaughtUp { .. } => {}
                }
            }
        }
        // From here on the network, the server and the timer behave.
        let mut pending = vec![Input::Online];
        for _ in 0..200 {
            let input = pending.pop().unwrap_or(Input::Tick);
            if matches!(input, Input::Tick) {
                bench.now += 30_000;
            }
            for output in bench.outputs(input) {
                match output {
                    Output::OpenSocket => pending = vec![Input::Opened],
                    Output::CloseSocket => pending.clear(),
                    Output::Send(Command::Hello { .. }) => pending.push(welcome()),
                    Output::Send(Command::Join { room, .. }) => pending.push(joined(room.as_str(), 20)),
                    _ => {}
                }
            }
            if bench.connection.status() == ConnectionStatus::Live {
                break;
            }
        }
        prop_assert_eq!(bench.connection.status(), ConnectionStatus::Live);
    }
}
