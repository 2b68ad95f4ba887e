//! Posts an event of any kind to the log of a room. Each kind is checked by a function of its own; the rest is here.

use crate::protocol::{ErrorCode, EventBody, Message, Person, PostBody, PostId, Refusal, RoomSlug, Seq, Timestamp};
use crate::server::app::App;
use crate::server::ground::clock;
use crate::server::limits::{Action, Address, Payer, PersonKey};
use crate::server::log::{Draft, Guest, TokenHash};
use crate::server::posting::reaction::reaction;
use crate::server::posting::text::checked_text;
use crate::server::posting::{edit, refuse};

/// A post that is to be checked and appended.
#[derive(Clone, Debug)]
pub struct Post {
    /// The room.
    pub room: RoomSlug,
    /// The author.
    pub by: Person,
    /// The session of the author; none for a program.
    pub session: Option<TokenHash>,
    /// Whose budget pays.
    pub payer: Payer,
    /// The id that the author gave it.
    pub id: PostId,
    /// The body as it came.
    pub body: PostBody,
    /// The time that a program wrote.
    pub sender_time: Option<String>,
}

/// A post that is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its seq.
    pub seq: Seq,
    /// Its time in the log.
    pub at: Timestamp,
}

impl Post {
    /// A post of a guest.
    #[must_use]
    pub fn of_guest(guest: &Guest, address: Address, room: RoomSlug, id: PostId, body: PostBody) -> Self {
        Self {
            room,
            by: guest.person(),
            session: Some(guest.token_hash),
            payer: Payer { person: Some(PersonKey::Guest(guest.id.clone())), address },
            id,
            body,
            sender_time: None,
        }
    }
}

/// Checks a post and queues it for the store at once, so that the order of calls is the order of the log and dropping the
/// future takes nothing back. When the future returns `Ok`, the event is on disk; the fan-out follows by itself.
///
/// # Errors
/// A refusal with the reason. Nothing was posted then, except that after `busy`, `shutting_down` or `internal` a retry
/// under the same id may find the event on disk, and is answered with its seq.
pub fn post(app: &App, post: Post) -> impl Future<Output = Result<Posted, Refusal>> + Send + use<> {
    let queued = draft(app, post).map(|draft| app.store.append(draft));
    async move {
        let appended = queued?.await.map_err(refuse)?;
        Ok(Posted { seq: appended.seq, at: appended.at })
    }
}

fn draft(app: &App, post: Post) -> Result<Draft, Refusal> {
    let Post { room, by, session, payer, id, body, sender_time } = post;
    let body = match body {
        PostBody::Message { text, reply_to } => {
            let text = checked_text(&app.config.limits, &text)?;
            EventBody::Message(Message { text, reply_to, quote: None, message_no: None, sender_time })
        }
        PostBody::Reaction { target, emoji, on } => EventBody::Reaction(reaction(target, &emoji, on)?),
        PostBody::Edited { target, text } => EventBody::Edited(edit::edited(&app.config.limits, target, &text)?),
        PostBody::Deleted { target } => EventBody::Deleted(edit::deleted(target)),
        PostBody::Restored { target } => EventBody::Restored(edit::restored(target)),
        PostBody::Unknown => return Err(ErrorCode::UnknownKind.into()),
    };
    app.limits.charge_bytes(Action::Post, body.text().len(), &payer)?;
    let (emojis_per_message_max, windows) = (app.config.limits.message_reactions, edit::windows(&app.config));
    Ok(Draft { room, by, id, body, emojis_per_message_max, windows, session, at: clock::now() })
}
