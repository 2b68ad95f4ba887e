//! Who somebody is, as far as everybody may know. Not here: what a card looks like (`ui`).

use crate::model::profile::{MESSAGES_COUNTED_MAX, Messages, Profile};
use crate::protocol::{ErrorCode, Refusal, RoomSlug, UserId};
use crate::server::app::App;
use crate::server::posting::{list_rooms_named, refuse};

/// What is known of a person: of somebody who is here, who owns a nickname, or who posted something.
///
/// # Errors
/// `not_found` for somebody whom nothing is known of, and those of a store that cannot be read.
pub async fn profile(app: &App, user: &UserId) -> Result<Profile, Refusal> {
    let whereabouts = app.presence.whereabouts(user);
    let guest = app.store.guest(user).await.map_err(refuse)?;
    let authorship = app.store.authorship(user, MESSAGES_COUNTED_MAX).await.map_err(refuse)?;
    let messages = match &authorship {
        None => Messages::None,
        Some(author) if author.count >= MESSAGES_COUNTED_MAX => Messages::Many,
        Some(author) => Messages::Counted { count: author.count, first_at: author.first_at },
    };
    let here = whereabouts.first().map(|(_, person)| person.clone());
    let person = here.or_else(|| guest.map(|guest| guest.person())).or_else(|| authorship.map(|author| author.person));
    let rooms: Vec<RoomSlug> = whereabouts.into_iter().map(|(room, _)| room).collect();
    let mut rooms = list_rooms_named(app, &rooms);
    rooms.retain(|room| !room.title.is_empty());
    Ok(Profile { person: person.ok_or(ErrorCode::NotFound)?, messages, rooms })
}
