//! A publication: a committed event that is encoded and compressed at most once per wire format, whatever the number of
//! receivers. Not here: who receives it (`followers`), several of them in one write (`batch`).

use std::sync::{Arc, OnceLock};

use unicode_segmentation::UnicodeSegmentation;

use super::permits::Permit;
use crate::protocol::plain::{PlainEvent, STATUS_CHAT};
use crate::protocol::{Edited, Event, EventBody, LogEvent, Message, Reaction, Seq};
use crate::server::delivery::compressor::Compressor;
use crate::server::delivery::frame::{Frame, Wire, json, local_time, rfc3339};
use crate::server::log::Committed;
use crate::server::net::websocket::{FrameEncoding, SharedFrame};

/// A committed event and its encodings. Each encoding is made when the first receiver needs it.
pub struct Publication {
    committed: Committed,
    compressor: Arc<Compressor>,
    member: OnceLock<SharedFrame>,
    plain: OnceLock<Option<SharedFrame>>,
    /// One of `server.fan_out_queue`. It is given back when the last lane has sent the event.
    permit: Option<Permit>,
}

impl Publication {
    /// Nothing is encoded yet.
    #[must_use]
    pub fn new(committed: Committed, compressor: Arc<Compressor>, permit: Option<Permit>) -> Self {
        Self { committed, compressor, member: OnceLock::new(), plain: OnceLock::new(), permit }
    }

    /// Gives its permit back before it is sent. An event that is held waits for another one, which needs a permit itself.
    pub fn release_permit(&mut self) {
        self.permit = None;
    }

    /// Its seq in the room.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.committed.event.seq
    }

    /// The approximate size of its frame, which may not be encoded yet.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        const AROUND_THE_TEXT: usize = 256;
        let body = &self.committed.event.body;
        AROUND_THE_TEXT + body.text().len() + body.quote().map_or(0, |quote| quote.text.len())
    }

    /// The frame for one wire in one form. `None` when that wire has no frame for this kind of event.
    pub fn frame(&self, wire: Wire, form: FrameEncoding) -> Option<&Frame> {
        let frame = match wire {
            Wire::Member => Some(self.member.get_or_init(|| self.encode_member())),
            Wire::Plain => self.plain.get_or_init(|| self.encode_plain()).as_ref(),
        };
        frame.map(|frame| frame.in_form(form))
    }

    fn encode_member(&self) -> SharedFrame {
        let Committed { room, event, .. } = &self.committed;
        self.compressor.encode(&json(&Event::Publication { room: room.clone(), event: event.clone() }))
    }

    fn encode_plain(&self) -> Option<SharedFrame> {
        let Committed { room, event, target, .. } = &self.committed;
        let by = event.by.as_ref()?;
        let (message, sender_time) = match &event.body {
            // Whoever reads it late from the log finds no text any more.
            EventBody::Message(message) if message.is_deleted() => return None,
            EventBody::Message(message) => (message_as_text(message), message.sender_time.clone()),
            EventBody::Reaction(reaction) => (reaction_as_text(reaction, target.as_deref()?)?, None),
            EventBody::Edited(edited) => (edit_as_text(edited)?, None),
            EventBody::Deleted(_) | EventBody::Restored(_) | EventBody::RoomCreated | EventBody::Unknown(_) => {
                return None;
            }
        };
        Some(self.compressor.encode(&json(&PlainEvent {
            nickname: by.nickname.clone(),
            message,
            time: sender_time.unwrap_or_else(|| local_time(event.at_ms)),
            status: STATUS_CHAT,
            at: rfc3339(event.at_ms),
            room: room.clone(),
        })))
    }
}

/// A message as plain text: a reply under the first words of what it replies to, as mail quotes: `> Alice: the first words`.
fn message_as_text(Message { text, quote, .. }: &Message) -> String {
    match quote {
        Some(quote) => format!("> {}: {}\n{text}", quote.nickname, first_words(&quote.text)),
        None => text.clone(),
    }
}

/// An edit as plain text: `✏️ the new text`. `None` when the message was deleted since.
fn edit_as_text(edited: &Edited) -> Option<String> {
    (!edited.text.is_empty()).then(|| format!("✏️ {}", edited.text))
}

/// A reaction as plain text: `🍵 → Alice: the first words of the message`. `None` for one that is taken back.
fn reaction_as_text(reaction: &Reaction, target: &LogEvent) -> Option<String> {
    let author = target.by.as_ref().filter(|_| reaction.on)?;
    Some(format!("{} → {}: {}", reaction.emoji, author.nickname, first_words(target.body.text())))
}

/// How a text begins: what a program is sent of a message that another one is about.
fn first_words(text: &str) -> String {
    const QUOTED_GRAPHEMES: usize = 40;
    // A grapheme may have any number of marks.
    const QUOTED_BYTES: usize = 200;
    let line = text.lines().next().unwrap_or_default();
    let mut bytes = 0;
    let fits = |grapheme: &&str| {
        bytes += grapheme.len();
        bytes <= QUOTED_BYTES
    };
    line.graphemes(true).take(QUOTED_GRAPHEMES).take_while(fits).collect()
}
