#![doc = include_str!("protocol/PROTOCOL.md")]
// What this module is: the wire types of both sockets and of the JSON interface, and nothing else.
// It uses serde and std only, does no IO, and every other module may name it.

pub mod ids;
pub mod limits;

pub mod body;
pub mod error;
pub mod history;
pub mod message;
pub mod read_mark;

pub mod command;
pub mod event;
pub mod page;
pub mod plain;

pub use body::{Deleted, Edited, EventBody, Message, PostBody, Quote, Reaction, Restored, UnknownBody};
pub use command::Command;
pub use error::{CloseCode, ErrorCode, Refusal};
pub use event::Event;
pub use history::{Backlog, Covers, EventPage, HistoryItem, HistoryPage, ReactionSummary};
pub use ids::{Cursor, Epoch, JoinAttempt, MessageNo, PostId, RoomSlug, Seq, TabId, Timestamp, UserId};
pub use limits::Limits;
pub use message::{LogEvent, Origin, Person, RoomSnapshot, RoomSummary};
pub use page::{FormRefusal, PageData};
pub use read_mark::ReadMark;
