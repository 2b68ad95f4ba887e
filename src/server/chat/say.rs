//! Saying something.

use crate::model::text;
use crate::protocol::{ClientMessageId, ErrorCode, Person, Refusal, RoomSlug, Seq, Timestamp};
use crate::server::app::App;
use crate::server::chat::refuse;
use crate::server::clock;
use crate::server::limits::{Action, Address, Payer, PersonKey};
use crate::server::store::{Guest, NewMessage, TokenHash};

/// A line that somebody wants to say.
#[derive(Clone, Debug)]
pub struct Utterance {
    /// Where.
    pub room: RoomSlug,
    /// Who.
    pub sender: Person,
    /// In the name of which session.
    pub session: Option<TokenHash>,
    /// Whose budget pays.
    pub payer: Payer,
    /// The sender's name for the line.
    pub client_message_id: ClientMessageId,
    /// As it was typed.
    pub text: String,
    /// A program's own idea of the time.
    pub sender_time: Option<String>,
}

/// A line that is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place.
    pub seq: Seq,
    /// Its time.
    pub at: Timestamp,
}

impl Utterance {
    /// A line of a guest.
    #[must_use]
    pub fn of_guest(
        guest: &Guest,
        address: Address,
        room: RoomSlug,
        client_message_id: ClientMessageId,
        text: String,
    ) -> Self {
        Self {
            room,
            sender: guest.person(),
            session: Some(guest.token_hash),
            payer: Payer { person: Some(PersonKey::Guest(guest.id.clone())), address },
            client_message_id,
            text,
            sender_time: None,
        }
    }
}

/// Checks a line and queues it for the store at once, so that the order of calls is the order of the log and dropping the
/// future takes nothing back. When the future returns `Ok`, the line is on disk; the fan-out follows by itself.
///
/// # Errors
/// A refusal with the reason. Nothing was said then, except that after `busy`, `shutting_down` or `internal` a retry
/// under the same id may find the line on disk, and is answered with its place.
pub fn say(app: &App, utterance: Utterance) -> impl Future<Output = Result<Said, Refusal>> + Send + use<> {
    let queued = check(app, utterance).map(|message| app.store.append(message));
    async move {
        let appended = queued?.await.map_err(refuse)?;
        Ok(Said { seq: appended.seq, at: appended.at })
    }
}

fn check(app: &App, utterance: Utterance) -> Result<NewMessage, Refusal> {
    let limits = &app.config.limits;
    let text = text::message(&utterance.text, limits.message_graphemes)?;
    if limits.message_bytes > 0 && text.len() > limits.message_bytes {
        return Err(ErrorCode::MessageTooLong.into());
    }
    app.limits.charge_bytes(Action::Post, text.len(), &utterance.payer)?;
    Ok(NewMessage {
        room: utterance.room,
        sender: utterance.sender,
        client_message_id: utterance.client_message_id,
        text,
        sender_time: utterance.sender_time,
        session: utterance.session,
        at: clock::now(),
    })
}
