//! Commands: frames from a client of the member socket to the server. One closed enum, JSON text, tag `type`.
//! The wire document is `PROTOCOL.md` beside this file; a tidy test fails when one changes without the other.

use serde::{Deserialize, Serialize};

use super::body::PostBody;
use super::ids::{Cursor, PostId, RoomSlug, Seq, TabId};

/// What a client may ask. Unknown fields and unknown types are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Must be the first frame of a connection, and comes once.
    Hello {
        /// [`super::limits::PROTOCOL_VERSION`].
        protocol: u32,
        /// Tells the tabs of one person apart.
        tab: TabId,
    },
    /// Follow a room from a position on; answered by `joined` or `refused`.
    Join {
        /// The room.
        room: RoomSlug,
        /// Where the client stands; `null` asks for the newest events.
        cursor: Option<Cursor>,
    },
    /// Stop following a room.
    Leave {
        /// The room.
        room: RoomSlug,
    },
    /// Add something to the log; answered by `ack` or `nack`. The client keeps it until one of them comes.
    Post {
        /// A room that this connection has joined.
        room: RoomSlug,
        /// The same id for every retry of the same post.
        id: PostId,
        /// What is posted, of any kind that members may post.
        body: PostBody,
    },
    /// The person is writing. At most once every 3 s; shown for 5 s; never answered.
    Typing {
        /// A room that this connection has joined.
        room: RoomSlug,
    },
    /// The person has read a room up to an event. Answered by `marks` to all connections of the person, or by `refused`.
    Read {
        /// Any room.
        room: RoomSlug,
        /// The newest event that they have read. A mark that is further stays.
        seq: Seq,
    },
    /// The person wants an event and what follows it to count as unread again. Answered like `read`.
    Unread {
        /// Any room.
        room: RoomSlug,
        /// The first event that is to be unread. A mark that is not so far stays.
        seq: Seq,
    },
    /// Answer to the server's `heartbeat`; proves that the way back works.
    Heartbeat,
}
