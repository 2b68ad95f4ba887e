//! What happens to a conversation, and what it wants done. Data only.

use super::outbox::{KeptPost, OutgoingPost, PostState};
use super::timeline::Hole;
use crate::model::address;
use crate::model::connection::ConnectionStatus;
use crate::protocol::page::Form;
use crate::protocol::{
    Command, Cursor, Event, HistoryPage, Person, PostBody, PostId, Refusal, RoomSlug, RoomSummary, Seq, Timestamp,
};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// The connection's state changed.
    Status(ConnectionStatus),
    /// An event came over the connection; publications come gapless and only once.
    Event(Box<Event>),
    /// After a time away the room is live again; comes after the `joined` that brought the events.
    CaughtUp,
    /// A timer rang that [`Effect::SetTimer`] set.
    Rang(TimerId),
    /// The answer to [`Effect::Fetch`]; no page when none came.
    Page(PageRequest, Option<Box<HistoryPage>>),
    /// The answer to [`Effect::PostByRequest`].
    Posted(RoomSlug, PostId, PostAnswer),

    /// The reader posts something to the open room. A message is as [`super::Conversation::checked`] gives it.
    Post(PostId, PostBody),
    /// The reader wants a failed or stale post sent again.
    Retry(PostId),
    /// The reader gives a post up.
    Discard(PostId),
    /// A key changed the text of a composer that is not empty.
    Wrote,
    /// The reader wants another room; one that is not known stays closed.
    OpenRoom(RoomSlug),
    /// The reader made a room.
    RoomMade(RoomSummary),
    /// The reader wants older messages.
    LoadOlder,
    /// The reader wants what is missing.
    FillHole(Hole),
    /// The reader goes forward and is about to come to what is missing.
    HoleAhead(Hole),
    /// The first event that is in the document, while the reader reads back; none while the newest rows are.
    ReadsFrom(Option<Seq>),
    /// Whether the newest row is in sight, if the page is.
    AtNewest(bool),
    /// Whether the page is in sight.
    Visible(bool),
    /// The reader is done with what is new.
    MarkRead,

    /// The reader asked for a nickname; the answer comes as [`Update::Named`].
    AsksForName,
    /// The server gave the reader a nickname, or (none) did not.
    Named(Option<Person>),
    /// The reader is nobody any more.
    SignedOut,
    /// What storage kept may be somebody else's: forget the posts that are held, and tell nobody.
    ForgetPosts,
    /// What storage kept.
    Restored(Vec<(RoomSlug, KeptPost)>),

    /// Another tab keeps a post of a room, or (none) has forgotten it.
    KeptElsewhere(RoomSlug, PostId, Option<KeptPost>),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A part has changed: show it. Comes at most once for each part.
    Show(Part),
    /// Send this over the connection.
    Send(Command),
    /// Send this by a request: the connection cannot, or follows another room. Answer by [`Update::Posted`].
    PostByRequest(Box<OutgoingPost>),
    /// Fetch a page of history. Answer by [`Update::Page`].
    Fetch(PageRequest),
    /// Let the connection follow another room, of which this is held.
    Follow(RoomSlug, Option<Cursor>),
    /// Something waits for the connection: make the next attempt at once.
    Hasten,
    /// The reader is somebody else: connect anew.
    Reconnect,
    /// Ring after this long; replaces the same timer. None: do not ring.
    SetTimer(TimerId, Option<u32>),
    /// Keep what the outbox now holds under this id.
    Keep(PostId),
    /// Forget a post that was kept.
    Forget(RoomSlug, PostId),
    /// Tell a screen reader what somebody posted.
    Announce {
        /// Who.
        nickname: String,
        /// What.
        text: String,
    },
    /// Show why something did not go.
    Explain(Form, Reason),
    /// What was explained last is out of date: show it no more.
    WithdrawExplanation,
    /// Put this text back to where it was typed, behind what is there: the change that it was for is given up.
    TakeBackText(RoomSlug, String),
    /// Show the newest row.
    ShowNewest,
    /// Another room is open: show what was being typed there.
    RoomOpened,
    /// What is shown is of another history, and nothing but a new page can tell more.
    Reload,
}

/// A part of the conversation that is followed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Who the reader is.
    Me,
    /// The open room.
    Room,
    /// All rooms.
    Rooms,
    /// What the server accepts.
    Limits,
    /// The log of the open room.
    Timeline,
    /// Own posts on their way.
    Outbox,
    /// Who is here.
    Roster,
    /// Who is writing.
    Typing,
    /// The state of the connection.
    Status,
    /// What the last reconnect brought.
    CaughtUp,
    /// Whether the open room is still on its way.
    Arriving,
    /// What the reader has not read.
    Unread,
    /// Where what is new begins.
    NewAfter,
    /// Whether the newest row is in sight.
    AtNewest,
    /// Whether what is held ends at the newest event.
    EndsAtNewest,
    /// How reaching back stands.
    ReachBack,
}

impl Part {
    /// How many there are.
    pub const COUNT: usize = Self::ReachBack as usize + 1;
}

/// The timers of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerId {
    /// Gives out unanswered posts again.
    Outbox,
    /// Lets names of writers fade.
    Typing,
    /// Fetches again what may have changed.
    Refresh,
    /// Hides "caught up".
    CaughtUp,
    /// Tells the server what the reader has read.
    Mark,
}

impl TimerId {
    /// How many there are.
    pub const COUNT: usize = Self::Mark as usize + 1;
}

/// A page of a room's history that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The room.
    pub room: RoomSlug,
    /// Which page.
    pub wanted: Wanted,
    /// How many joins came before it was asked for: behind another join, the page may be of another history.
    pub joins: u32,
}

/// Which page of history, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one that ends with this event: the reader reaches for it. Its first or its last item is held.
    Older(Seq),
    /// The one that begins with this item, which is held: the reader comes to what is missing behind it.
    Newer(Seq),
    /// The one that ends with this event, which is held: what is shown may have changed.
    Again(Seq),
    /// The newest one: nothing else brings what is new.
    Newest,
}

impl PageRequest {
    /// Where the server answers with it: a hundred messages for those who read back, more where no connection brings them.
    #[must_use]
    pub fn address(&self) -> String {
        let history = address::history(&self.room);
        match self.wanted {
            // With an event that is held, which shows that both are of one history.
            Wanted::Older(last) | Wanted::Again(last) => {
                [history.as_str(), "?limit=100&before=", &last.next().to_string()].concat()
            }
            Wanted::Newer(first) => [history.as_str(), "?limit=100&after=", &first.previous().to_string()].concat(),
            Wanted::Newest => [history.as_str(), "?limit=200"].concat(),
        }
    }
}

/// What came of a request that posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostAnswer {
    /// It is on disk, at this place and time of the log.
    Acked(Seq, Timestamp),
    /// It was not taken.
    Refused(Refusal),
    /// Nobody knows: the outbox gives it out again after a while.
    NoAnswer,
}

/// Why something did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Reactions are dropped in this state.
    NotReacted(PostState),
    /// An edit, a deletion or a restoration is given up in this state.
    NotChanged(PostState),
    /// The server knows this browser by another nickname.
    NamedElsewhere(String),
    /// The server does not know this browser any more.
    CookieLost,
}
