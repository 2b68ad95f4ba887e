//! Events: frames from the server to a client of the member socket. One closed enum, JSON text, tag `type`.
//! Not to be confused with [`LogEvent`], the lasting entry of a room's log that `publication` carries.
//! The wire document is `PROTOCOL.md` beside this file; a tidy test fails when one changes without the other.

mod frame;

use serde::{Deserialize, Serialize};

use self::frame::EventFrame;
use super::error::Refusal;
use super::history::Backlog;
use super::ids::{Epoch, PostId, RoomSlug, Seq, Timestamp};
use super::limits::Limits;
use super::message::{LogEvent, Person, RoomSummary};
use super::read_mark::ReadMark;

/// What the server tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "EventFrame")]
pub enum Event {
    /// Answer to `hello`.
    Welcome {
        /// [`super::limits::PROTOCOL_VERSION`] of the server.
        protocol: u32,
        /// Who the session cookie says this is; `null` may read but not speak.
        me: Option<Person>,
        /// The history that all seqs of this connection belong to.
        epoch: Epoch,
        /// How often a `heartbeat` comes. A client that hears nothing for twice this long plus 10 s reconnects.
        heartbeat_ms: u32,
        /// What the server accepts.
        limits: Limits,
        /// The rooms that exist.
        rooms: Vec<RoomSummary>,
    },
    /// Answer to `join`: from here on the room is live, with nothing missing in between.
    Joined {
        /// The room now.
        summary: RoomSummary,
        /// Who is here, by nickname, at most [`super::limits::ROSTER_NAMES_MAX`]; `summary.online` counts all.
        people: Vec<Person>,
        /// What the client lacks of the log.
        #[serde(flatten)]
        backlog: Backlog,
    },
    /// Something was added to the log of a joined room. Seqs of a room come gapless and in order.
    Publication {
        /// The room.
        room: RoomSlug,
        /// The new entry.
        event: LogEvent,
    },
    /// The post is on disk, at this place. Not: somebody has seen it.
    Ack {
        /// The room.
        room: RoomSlug,
        /// Which post.
        id: PostId,
        /// Its place in the log.
        seq: Seq,
        /// Its time in the log.
        at_ms: Timestamp,
    },
    /// The post was not taken, and why.
    Nack {
        /// The room.
        room: RoomSlug,
        /// Which post.
        id: PostId,
        /// The reason; when `retry_after_ms` is set, the same post may be sent again after it.
        refusal: Refusal,
    },
    /// A frame other than `post` was refused. The connection stays open.
    Refused {
        /// The room, where the frame named one.
        room: Option<RoomSlug>,
        /// The reason.
        refusal: Refusal,
    },
    /// This connection fell behind, and what waited for it was given up: nothing more of the room comes until the client
    /// joins it again with its cursor.
    Gap {
        /// The room.
        room: RoomSlug,
        /// Its newest event.
        head: Seq,
    },
    /// Who came and went in a joined room since the last one of these.
    Presence {
        /// The room.
        room: RoomSlug,
        /// Who came.
        joined: Vec<Person>,
        /// Who went.
        left: Vec<Person>,
        /// How many people are here now.
        online: u32,
        /// The whole roster in place of the one before, at most [`super::limits::ROSTER_NAMES_MAX`] by nickname: where
        /// the names of all changes together do not tell who is here.
        #[serde(skip_serializing_if = "Option::is_none")]
        people: Option<Vec<Person>>,
    },
    /// Who is writing in a joined room now; each name fades after 5 s.
    Typing {
        /// The room.
        room: RoomSlug,
        /// Those who have been writing the longest; the receiver may be among them.
        people: Vec<Person>,
        /// How many are writing in all.
        writing: u32,
    },
    /// Rooms that are new or whose counts changed.
    Rooms {
        /// The whole new state of each. One with the head 0 is gone.
        changed: Vec<RoomSummary>,
    },
    /// How far the person has read: all their marks after a greeting, and then each that has moved, whichever connection
    /// moved it.
    Marks {
        /// One for each room.
        marks: Vec<ReadMark>,
    },
    /// Sent as data, since a browser cannot see ping frames. Answer with `heartbeat`.
    Heartbeat {
        /// The newest seq of each joined room: a client that is behind has lost something, and joins again.
        heads: Vec<RoomHead>,
    },
    /// The server is about to stop: reconnect after this delay.
    Reconnect {
        /// Spread over the connections, so that they do not come back all at once.
        in_ms: u32,
    },
}

/// The newest seq of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomHead {
    /// The room.
    pub room: RoomSlug,
    /// Its newest event.
    pub head: Seq,
}
