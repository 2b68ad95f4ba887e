//! What the server-rendered page knows, and hands to the browser with the HTML so that nothing is fetched twice.

use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::ids::{Seq, Timestamp};
use super::limits::Limits;
use super::message::{Person, RoomSnapshot, RoomSummary};
use super::read_mark::ReadMark;

/// Everything that the page of one room is drawn from. What belongs to one reader comes last: the page's text ends with
/// it, and what is before it is the same for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// The room that is open.
    pub room: RoomSnapshot,
    /// All rooms, the lobby first.
    pub rooms: Vec<RoomSummary>,
    /// What the server accepts.
    pub limits: Limits,
    /// For how many hours a nickname rests that is given back.
    pub nickname_rest_hours: u32,
    /// Whether `room.page` ends at the newest event; false on an older page that was opened without scripts.
    pub at_newest: bool,
    /// The message that emojis are offered for, where no script does it. Only the document knows it.
    #[serde(skip)]
    pub offered_for: Option<Seq>,
    /// The message that the address names. Only the document knows it: the address tells the browser.
    #[serde(skip)]
    pub marked: Option<Seq>,
    /// Who the session cookie says this is.
    pub me: Option<Person>,
    /// How far they have read the rooms that they were in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<ReadMark>,
    /// When the server answered, by which a browser with a wrong clock knows the day.
    pub drawn_ms: Timestamp,
    /// The outcome of a form that was posted without scripts.
    pub notice: Option<FormRefusal>,
    /// The message that is being replied to, where a button said so that no script followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
}

/// A form that was refused: the reason, and what was typed, so that it is not lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRefusal {
    /// Which form.
    pub form: Form,
    /// Why it was refused.
    pub refusal: Refusal,
    /// What was typed.
    pub typed: String,
    /// For a message: its post id, so that posting it again cannot append it twice.
    pub post_id: Option<super::ids::PostId>,
}

/// The forms of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The composer.
    Post,
    /// The nickname.
    Nickname,
    /// The new room.
    NewRoom,
}
