//! The parts of a conversation, as those see them who show them.

use super::outbox::Outbox;
use super::roster::Roster;
use super::timeline::Timeline;
use super::typing::Typing;
use super::{Conversation, Count, ReachBack, Unread};
use crate::model::connection::ConnectionStatus;
use crate::protocol::{Limits, Person, RoomSummary, Seq};

impl Conversation {
    /// Who the reader is; none may read but not post.
    #[must_use]
    pub const fn me(&self) -> &Option<Person> {
        &self.me
    }

    /// The open room.
    #[must_use]
    pub const fn room(&self) -> &RoomSummary {
        &self.room
    }

    /// All rooms, the lobby first.
    #[must_use]
    pub const fn rooms(&self) -> &Vec<RoomSummary> {
        &self.rooms
    }

    /// What the server accepts.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The log of the open room.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Own posts of all rooms that the log does not show yet.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Who is here.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Who is writing.
    #[must_use]
    pub const fn typing(&self) -> &Typing {
        &self.typing
    }

    /// The truth about the connection.
    #[must_use]
    pub const fn status(&self) -> &ConnectionStatus {
        &self.status
    }

    /// How many messages of others the last reconnect brought, for as long as that is worth telling.
    #[must_use]
    pub const fn caught_up(&self) -> &Option<Count> {
        &self.caught_up
    }

    /// Whether the open room is still on its way, and nothing of it is held.
    #[must_use]
    pub const fn arriving(&self) -> &bool {
        &self.arriving
    }

    /// What the reader has not read, in all rooms that they were in.
    #[must_use]
    pub const fn unread(&self) -> &Unread {
        &self.unread
    }

    /// The last event before what was new when the reader came; none when nothing was.
    #[must_use]
    pub const fn new_after(&self) -> &Option<Seq> {
        &self.new_after
    }

    /// Whether the newest row is in sight.
    #[must_use]
    pub const fn at_newest(&self) -> &bool {
        &self.at_newest
    }

    /// Whether what is held ends at the newest event: not on an older page that was opened without scripts.
    #[must_use]
    pub const fn ends_at_newest(&self) -> &bool {
        &self.ends_at_newest
    }

    /// How reaching back stands.
    #[must_use]
    pub const fn reach_back(&self) -> &ReachBack {
        &self.reach_back
    }
}
