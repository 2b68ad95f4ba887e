//! What each command does, and what follows from the answers to it.

use super::{Greeting, Machine, Output, Stage};
use crate::protocol::limits::PROTOCOL_VERSION;
use crate::protocol::{CloseCode, Command, Cursor, ErrorCode, Event, PostBody, PostId, Refusal, RoomSlug, TabId};
use crate::server::delivery::broker::PresenceChange;
use crate::server::delivery::hub::CatchUp;
use crate::server::log::MarkTo;
use crate::server::posting::Posted;

impl Machine {
    pub(super) fn command(&mut self, command: Command) -> Vec<Output> {
        match (&self.stage, command) {
            (Stage::Ungreeted, Command::Hello { protocol, tab }) => self.greet(protocol, tab),
            (Stage::Ungreeted | Stage::Greeting(_), command) => {
                self.refuse_command(command, ErrorCode::HelloExpected.into())
            }
            (Stage::Greeted, Command::Hello { .. }) => self.refuse(None, ErrorCode::HelloExpected.into()),
            (Stage::Greeted, Command::Join { room, cursor }) => self.join(room, cursor),
            (Stage::Greeted, Command::Leave { room }) => self.leave(&room),
            (Stage::Greeted, Command::Post { room, id, body }) => self.post(room, id, body),
            (Stage::Greeted, Command::Typing { room }) => self.typing(room),
            (Stage::Greeted, Command::Read { room, seq }) => self.mark(room, MarkTo::Read(seq)),
            (Stage::Greeted, Command::Unread { room, seq }) => self.mark(room, MarkTo::Unread(seq)),
            (Stage::Greeted, Command::Heartbeat) => Vec::new(),
        }
    }

    fn greet(&mut self, protocol: u32, tab: TabId) -> Vec<Output> {
        if protocol != PROTOCOL_VERSION {
            return vec![Output::Close(CloseCode::UnsupportedProtocol)];
        }
        self.stage = Stage::Greeting(tab);
        vec![Output::ReadRooms]
    }

    pub(super) fn greeted(&mut self, greeting: Result<Greeting, Refusal>) -> Vec<Output> {
        let Stage::Greeting(tab) = &self.stage else { return Vec::new() };
        let tab = tab.clone();
        match (greeting, self.welcome.take()) {
            (Ok(Greeting { rooms, marks }), Some(welcome)) => {
                self.stage = Stage::Greeted;
                let welcome = Event::Welcome {
                    protocol: PROTOCOL_VERSION,
                    me: welcome.me,
                    epoch: welcome.epoch,
                    heartbeat_ms: u32::try_from(self.heartbeat.as_millis()).unwrap_or(u32::MAX),
                    limits: welcome.limits,
                    rooms: Vec::new(),
                };
                self.limits.accepted();
                let greeting = [Output::Identify(tab), Output::Welcome(welcome, rooms)];
                let marks = (!marks.is_empty()).then_some(Output::Send(Event::Marks { marks }));
                greeting.into_iter().chain(marks).collect()
            }
            (Err(refusal), welcome) => {
                (self.stage, self.welcome) = (Stage::Ungreeted, welcome);
                self.refuse(None, refusal)
            }
            (Ok(_), None) => Vec::new(),
        }
    }

    fn join(&mut self, room: RoomSlug, cursor: Option<Cursor>) -> Vec<Output> {
        let most = self.joined_rooms_max;
        if most > 0 && self.joined.len() >= most && !self.joined.contains(&room) {
            return self.refuse(Some(room), ErrorCode::TooManyJoins.into());
        }
        vec![Output::Follow(room, cursor)]
    }

    pub(super) fn followed(&mut self, room: RoomSlug, outcome: Result<CatchUp, Refusal>) -> Vec<Output> {
        match outcome {
            Ok(catch_up) => {
                self.limits.accepted();
                let mut outputs = Vec::new();
                if let CatchUp::Gap(head) = catch_up {
                    outputs.push(Output::Send(Event::Gap { room: room.clone(), head }));
                }
                if !self.joined.contains(&room) {
                    self.joined.push(room.clone());
                    outputs.extend(self.is_guest.then_some(Output::Presence(room, PresenceChange::Entered)));
                }
                outputs
            }
            Err(refusal) => {
                // A room that was joined before is not followed any more either: better none of it than half.
                let mut outputs = self.leave(&room);
                outputs.extend(self.refuse(Some(room), refusal));
                outputs
            }
        }
    }

    fn leave(&mut self, room: &RoomSlug) -> Vec<Output> {
        let Some(index) = self.joined.iter().position(|joined| joined == room) else { return Vec::new() };
        let room = self.joined.swap_remove(index);
        let left = self.is_guest.then(|| Output::Presence(room.clone(), PresenceChange::Left));
        [Output::Unfollow(room)].into_iter().chain(left).collect()
    }

    fn post(&mut self, room: RoomSlug, id: PostId, body: PostBody) -> Vec<Output> {
        if !self.is_guest {
            return self.nack(room, id, ErrorCode::NicknameRequired.into());
        }
        if !self.joined.contains(&room) {
            return self.nack(room, id, ErrorCode::NotJoined.into());
        }
        vec![Output::Append(room, id, body)]
    }

    pub(super) fn appended(&mut self, room: RoomSlug, id: PostId, outcome: Result<Posted, Refusal>) -> Vec<Output> {
        match outcome {
            Ok(Posted { seq, at }) => vec![self.accept(Event::Ack { room, id, seq, at_ms: at })],
            Err(refusal) => self.nack(room, id, refusal),
        }
    }

    fn mark(&mut self, room: RoomSlug, to: MarkTo) -> Vec<Output> {
        if !self.is_guest {
            return self.refuse(None, ErrorCode::NicknameRequired.into());
        }
        vec![Output::Mark(room, to)]
    }

    pub(super) fn marked(&mut self, outcome: Result<(), Refusal>) -> Vec<Output> {
        match outcome {
            // The connection is told like all of the person.
            Ok(()) => {
                self.limits.accepted();
                Vec::new()
            }
            Err(refusal) => self.refuse(None, refusal),
        }
    }

    fn typing(&self, room: RoomSlug) -> Vec<Output> {
        let is_here = self.is_guest && self.joined.contains(&room);
        is_here.then_some(Output::Presence(room, PresenceChange::Typing)).into_iter().collect()
    }
}
