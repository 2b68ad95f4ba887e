//! Decides what a connection of the member socket does next: a state machine without clock, IO or randomness. It takes an
//! [`Input`] with the time and returns [`Output`]s in their order. The commands are in `commands`. Not here: performing the
//! outputs (`member`).

mod commands;

use std::time::{Duration, Instant};

use crate::protocol::event::RoomHead;
use crate::protocol::{
    CloseCode, Command, Cursor, Epoch, ErrorCode, Event, Limits, Person, PostBody, PostId, ReadMark, Refusal, RoomSlug,
    TabId,
};
use crate::server::config::{LimitsConfig, limit};
use crate::server::delivery::broker::PresenceChange;
use crate::server::delivery::frame::EncodedRooms;
use crate::server::delivery::hub::CatchUp;
use crate::server::edge::connection::connection_limits::ConnectionLimits;
use crate::server::log::MarkTo;
use crate::server::posting::{Posted, SessionState};

/// How soon a client is to come back for a new cookie.
const RENEWAL_IN_MS: u32 = 1_000;

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// A ping, a pong or a fragment.
    Alive,
    /// A command.
    Command(Command),
    /// A frame that is no command, and why.
    InvalidFrame(ErrorCode),
    /// Answer to [`Output::ReadRooms`].
    Rooms(Result<Greeting, Refusal>),
    /// Answer to [`Output::Follow`].
    Followed(RoomSlug, Result<CatchUp, Refusal>),
    /// Answer to [`Output::Append`].
    Appended(RoomSlug, PostId, Result<Posted, Refusal>),
    /// Answer to [`Output::Mark`].
    Marked(Result<(), Refusal>),
    /// The queued traffic of these rooms was dropped, since the client reads too slowly.
    FellBehind(Vec<RoomHead>),
    /// The session behind the connection was checked.
    Session(SessionState),
    /// It is time to check silence and heartbeat.
    Check,
    /// The server is about to stop, and this client should come back after this time.
    Drain {
        /// Milliseconds.
        in_ms: u32,
    },
}

/// What a greeting brings.
#[derive(Debug)]
pub struct Greeting {
    /// All rooms.
    pub rooms: EncodedRooms,
    /// How far the guest has read them.
    pub marks: Vec<ReadMark>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this.
    Send(Event),
    /// Send this welcome, which holds no rooms, with these rooms.
    Welcome(Event, EncodedRooms),
    /// Close with this code.
    Close(CloseCode),
    /// This connection belongs to that tab.
    Identify(TabId),
    /// Check that the session is unchanged, then list the rooms and the marks.
    ReadRooms,
    /// Follow a room from a cursor on. That sends `joined` and what comes after it.
    Follow(RoomSlug, Option<Cursor>),
    /// Stop following a room.
    Unfollow(RoomSlug),
    /// Publish that the presence of this person in a room changed.
    Presence(RoomSlug, PresenceChange),
    /// Queue a post for the store.
    Append(RoomSlug, PostId, PostBody),
    /// Move the mark of the person in a room, and tell all their connections.
    Mark(RoomSlug, MarkTo),
    /// Send a heartbeat with the positions of these rooms.
    TellPositions(Vec<RoomSlug>),
}

/// The state of one connection.
pub struct Machine {
    /// A guest has a name and may post; a visitor only reads.
    is_guest: bool,
    heartbeat: Duration,
    joined_rooms_max: usize,
    limits: ConnectionLimits,
    /// `None` when it was sent.
    welcome: Option<Box<Welcome>>,
    stage: Stage,
    joined: Vec<RoomSlug>,
    /// When the last heartbeat was sent.
    heartbeat_at: Instant,
    renewal: Renewal,
}

/// Whether the client was asked to come back for a new cookie. It is asked once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renewal {
    NotDue,
    Asked,
}

/// The parts of the welcome that nothing else needs.
struct Welcome {
    me: Option<Person>,
    epoch: Epoch,
    limits: Limits,
}

enum Stage {
    Ungreeted,
    /// The rooms are being read; no command is taken meanwhile.
    Greeting(TabId),
    Greeted,
}

impl Machine {
    /// A connection that was just opened, by `me` or by a visitor.
    #[must_use]
    pub fn new(me: Option<Person>, epoch: Epoch, limits: Limits, config: &LimitsConfig, now: Instant) -> Self {
        Self {
            is_guest: me.is_some(),
            welcome: Some(Box::new(Welcome { me, epoch, limits })),
            heartbeat: config.heartbeat,
            joined_rooms_max: config.joined_rooms,
            limits: ConnectionLimits::new(config, now),
            stage: Stage::Ungreeted,
            // Nearly everybody joins one room at a time.
            joined: Vec::with_capacity(1),
            heartbeat_at: now,
            renewal: Renewal::NotDue,
        }
    }

    /// The rooms that the client joined and did not leave.
    #[must_use]
    pub fn joined(&self) -> &[RoomSlug] {
        &self.joined
    }

    /// Takes an input and returns what is to be done.
    pub fn step(&mut self, input: Input, now: Instant) -> Vec<Output> {
        match input {
            Input::Alive => self.frame(None, now),
            Input::Command(command) => self.frame(Some(Ok(command)), now),
            Input::InvalidFrame(code) => self.frame(Some(Err(code)), now),
            Input::Rooms(rooms) => self.greeted(rooms),
            Input::Followed(room, outcome) => self.followed(room, outcome),
            Input::Appended(room, id, outcome) => self.appended(room, id, outcome),
            Input::Marked(outcome) => self.marked(outcome),
            Input::FellBehind(rooms) => self.fell_behind(rooms, now),
            Input::Session(SessionState::Same) => Vec::new(),
            Input::Session(SessionState::CookieIsOld) => self.ask_for_renewal(),
            Input::Session(SessionState::Over(code)) => vec![Output::Close(code)],
            Input::Check => self.check(now),
            Input::Drain { in_ms } => vec![Output::Send(Event::Reconnect { in_ms })],
        }
    }

    /// Charges every frame, whatever it holds, so that no kind of frame is free to flood with.
    fn frame(&mut self, frame: Option<Result<Command, ErrorCode>>, now: Instant) -> Vec<Output> {
        match (self.limits.frame(now), frame) {
            (Ok(()), None) => Vec::new(),
            (Ok(()), Some(Ok(command))) => self.command(command),
            (Ok(()), Some(Err(code))) => self.refuse(None, code.into()),
            (Err(refusal), Some(Ok(command))) => self.refuse_command(command, refusal),
            (Err(refusal), _) => self.refuse(None, refusal),
        }
    }

    fn fell_behind(&mut self, rooms: Vec<RoomHead>, now: Instant) -> Vec<Output> {
        match self.limits.fell_behind(now) {
            Some(code) => vec![Output::Close(code)],
            None => rooms.into_iter().map(|RoomHead { room, head }| Output::Send(Event::Gap { room, head })).collect(),
        }
    }

    /// Closes a silent connection. Sends positions with the heartbeat, so that a client that lost the last events finds out.
    fn check(&mut self, now: Instant) -> Vec<Output> {
        if let Some(code) = self.limits.idle(now) {
            return vec![Output::Close(code)];
        }
        match limit(self.heartbeat) {
            Some(period) if now >= self.heartbeat_at + period => {
                self.heartbeat_at = now;
                vec![Output::TellPositions(self.joined.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// Asks the client to come back for a new cookie, which only a handshake can set. Otherwise the cookie of a tab that is
    /// always open would expire.
    fn ask_for_renewal(&mut self) -> Vec<Output> {
        match std::mem::replace(&mut self.renewal, Renewal::Asked) {
            Renewal::NotDue => vec![Output::Send(Event::Reconnect { in_ms: RENEWAL_IN_MS })],
            Renewal::Asked => Vec::new(),
        }
    }

    /// Refuses a command by the frame that its sender waits for.
    fn refuse_command(&mut self, command: Command, refusal: Refusal) -> Vec<Output> {
        match command {
            Command::Post { room, id, .. } => self.nack(room, id, refusal),
            Command::Join { room, .. } | Command::Leave { room } | Command::Typing { room } => {
                self.refuse(Some(room), refusal)
            }
            // Named by its room, it would look like the answer to a join.
            Command::Read { .. } | Command::Unread { .. } | Command::Hello { .. } | Command::Heartbeat => {
                self.refuse(None, refusal)
            }
        }
    }

    fn nack(&mut self, room: RoomSlug, id: PostId, refusal: Refusal) -> Vec<Output> {
        self.count_refusal(Event::Nack { room, id, refusal })
    }

    fn refuse(&mut self, room: Option<RoomSlug>, refusal: Refusal) -> Vec<Output> {
        self.count_refusal(Event::Refused { room, refusal })
    }

    fn count_refusal(&mut self, event: Event) -> Vec<Output> {
        [Output::Send(event)].into_iter().chain(self.limits.refused().map(Output::Close)).collect()
    }

    fn accept(&mut self, event: Event) -> Output {
        self.limits.accepted();
        Output::Send(event)
    }
}

#[cfg(test)]
mod tests;
