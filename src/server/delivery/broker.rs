//! The broker: tells every node what happened on one of them.
//!
//! A bulletin is a **hint**. A broker may drop, repeat and reorder bulletins; whoever receives one reads the truth elsewhere. Each
//! kind names at its variant what makes up for a bulletin that is lost. Not here: what a bulletin does on a node
//! (`app`), the events themselves (`log`).

use std::time::Duration;

use crate::protocol::{CloseCode, Person, ReadMark, RoomSlug, UserId};
use crate::server::log::{Committed, RoomRecord};

pub mod local;

/// What happened.
#[derive(Clone, Debug)]
pub enum Bulletin {
    /// An event was committed. The hub publishes each seq once and in order, and reads from the log what is lacking.
    Committed(Committed),
    /// The presence of a person in a room changed. One node has nothing to make up for a lost one; several nodes will send
    /// snapshots.
    Presence {
        /// The room.
        room: RoomSlug,
        /// The person, under the nickname of this moment.
        person: Person,
        /// What changed.
        change: PresenceChange,
    },
    /// The session of a person ended or got another name. Each connection also compares its session with the store, at
    /// least every half a minute.
    Identity {
        /// The person.
        user: UserId,
        /// How their connections are closed.
        code: CloseCode,
    },
    /// A mark of a person moved, and their connections are told. A lost one is made up for by the next greeting, which brings
    /// all marks.
    Marked {
        /// The person.
        person: UserId,
        /// The mark.
        mark: ReadMark,
    },
    /// The set of rooms changed. A room is read from the store when somebody asks for it.
    Rooms(RoomsChange),
}

/// How the presence of a person in a room changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceChange {
    /// One more connection follows the room.
    Entered,
    /// One connection less follows the room.
    Left,
    /// The person is typing.
    Typing,
}

/// How the set of rooms changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomsChange {
    /// A room was created.
    Created(RoomRecord),
    /// A room was removed from the store.
    Removed(RoomSlug),
}

/// Called with every bulletin, those of this node included. It may block for [`Bulletin::Committed`], which is the
/// back-pressure on whoever commits, and never blocks for any other kind.
pub type Subscriber = Box<dyn Fn(Bulletin) + Send + Sync>;

/// The seam between nodes. [`local`] serves a single node; a broker over NATS will serve several.
pub trait Broker: Send + Sync + 'static {
    /// Sends it to every node that has subscribed, this one included. Never fails: a node that it does not reach repairs itself.
    ///
    /// May block for [`Bulletin::Committed`], so those are published by the store's writer thread and never by an async
    /// task. Never blocks for any other kind.
    fn publish(&self, bulletin: Bulletin);

    /// Subscribes this node, once. What was published before is not delivered.
    fn subscribe(&self, subscriber: Subscriber);

    /// How often a node must compare the heads of its rooms with the log, since the last bulletins may be lost. `None`
    /// when no bulletin is ever lost.
    fn resync_period(&self) -> Option<Duration>;
}
