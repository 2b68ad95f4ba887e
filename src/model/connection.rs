//! The state machine of the browser's connection: connect, greet, join, live, back off. `client::connection` only moves its
//! inputs and outputs.

mod machine;

pub use machine::Connection;

use crate::protocol::{Command, Cursor, Event, Refusal, RoomSlug, Timestamp};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The page is ready: connect.
    Start,
    /// The socket is open.
    Opened,
    /// A frame came.
    Frame(Box<Event>),
    /// The socket closed, or could not be opened. Code as in the close frame; 1006 when there was none.
    Closed {
        /// Close code.
        code: u16,
    },
    /// The timer of the last [`Output::Wait`] rang.
    Tick,
    /// The browser says that there is a network.
    Online,
    /// The browser says that there is no network.
    Offline,
    /// The reader turned to the page: it became visible, got the focus, came back from the cache of the browser, or has
    /// something to send.
    Attended,
    /// Another room is opened.
    SwitchRoom {
        /// The room.
        room: RoomSlug,
        /// What is already held of it.
        cursor: Option<Cursor>,
    },
    /// The session cookie changed: greet the server anew.
    IdentityChanged,
    /// The page wants something sent. Dropped unless live: posts are kept by the outbox, writing notices are worthless later.
    Send(Command),
    /// The page is done with the connection, for good.
    Close,
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Open a new socket.
    OpenSocket,
    /// Close the socket; feed in nothing more from it.
    CloseSocket,
    /// Send a frame.
    Send(Command),
    /// Ring [`Input::Tick`] after this long; replaces any earlier timer.
    Wait {
        /// Milliseconds.
        ms: u32,
    },
    /// The connection's state changed: show it.
    Status(ConnectionStatus),
    /// An event for the page. Publications come gapless and only once.
    Deliver(Box<Event>),
    /// After a time away the room is live again; comes after the `joined` that brought the events.
    CaughtUp {
        /// How many events came while away.
        new: u64,
    },
}

/// The truth about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// On the way to being live for the first time, under a new name, or in another room; nothing went wrong.
    Connecting,
    /// Joined: what is shown is up to date.
    Live,
    /// The browser has no network.
    Offline {
        /// Since when the room is not live.
        since: Timestamp,
    },
    /// The connection was lost; the next attempt comes by itself.
    Reconnecting {
        /// 1 = first attempt after the loss.
        attempt: u32,
        /// When the next attempt starts, or the running one started.
        at: Timestamp,
        /// Since when the room is not live.
        since: Timestamp,
    },
    /// No WebSocket ever opened in three attempts although the page was served: something in between blocks them.
    /// Post by form. Attempts go on in the background.
    Blocked,
    /// The server does not let this connection join the room (no such room, say).
    Refused(Refusal),
    /// The server closed the connection and does not want it back; see [`crate::protocol::CloseCode`].
    Ended {
        /// Close code.
        code: u16,
    },
}

#[cfg(test)]
mod tests;
