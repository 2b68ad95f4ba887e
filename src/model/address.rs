//! The addresses of rooms, and which one is the lobby: what the page links and posts to, where the server leads back, what the browser fetches.

use std::fmt::Write;

use crate::protocol::{RoomSlug, RoomSummary, Seq, UserId};

/// A room's page: `/` is the lobby.
#[must_use]
pub fn room(slug: &RoomSlug) -> String {
    if *slug == RoomSlug::lobby() { "/".to_owned() } else { below_rooms(slug) }
}

/// Takes the message of a composer without scripts.
#[must_use]
pub fn post(slug: &RoomSlug) -> String {
    format!("{}/post", below_rooms(slug))
}

/// Takes the reactions of a page without scripts, and leads back to that page: the newest, or the one before an event.
#[must_use]
pub fn react(slug: &RoomSlug, before: Option<Seq>) -> String {
    page_below(&[&below_rooms(slug), "/react"].concat(), before)
}

/// A message on its page.
#[must_use]
pub fn message(slug: &RoomSlug, before: Option<Seq>, seq: Seq) -> String {
    [&page_below(&below_rooms(slug), before), "#", &anchor(seq)].concat()
}

/// The same, with emojis offered for the message.
#[must_use]
pub fn offer(slug: &RoomSlug, before: Option<Seq>, seq: Seq) -> String {
    let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
    format!("{}?react={seq}{before}#{}", below_rooms(slug), anchor(seq))
}

/// A message on its page, on which one writes a reply to it.
#[must_use]
pub fn reply(slug: &RoomSlug, seq: Seq) -> String {
    [&below_rooms(slug), "?reply=", &seq.to_string(), "#", &anchor(seq)].concat()
}

/// A message for ever: the page of the history around it. It ends with the place on that page, so that a browser shows the
/// message without any script.
#[must_use]
pub fn permalink(slug: &RoomSlug, seq: Seq) -> String {
    [&below_rooms(slug), "/", &seq.to_string(), "#", &anchor(seq)].concat()
}

/// The page that asks for a day of a room, which also comes in a dialog.
#[must_use]
pub fn day(slug: &RoomSlug) -> String {
    [&below_rooms(slug), "/day"].concat()
}

/// The page that tells all about a message, which also comes in a dialog.
#[must_use]
pub fn details(slug: &RoomSlug, seq: Seq) -> String {
    [&below_rooms(slug), "/", &seq.to_string(), "/details"].concat()
}

/// Takes how far a room was read on a page without scripts.
#[must_use]
pub fn read(slug: &RoomSlug) -> String {
    [&below_rooms(slug), "/read"].concat()
}

/// Takes the edits and deletions of a page without scripts.
#[must_use]
pub fn edit(slug: &RoomSlug) -> String {
    [&below_rooms(slug), "/edit"].concat()
}

/// Where a message is edited without scripts.
#[must_use]
pub fn edit_message(slug: &RoomSlug, seq: Seq) -> String {
    [&edit(slug), "?message=", &seq.to_string()].concat()
}

/// The id of a message's row.
#[must_use]
pub fn anchor(seq: Seq) -> String {
    ["m", &seq.to_string()].concat()
}

fn page_below(path: &str, before: Option<Seq>) -> String {
    before.map_or_else(|| path.to_owned(), |before| [path, "?before=", &before.to_string()].concat())
}

/// An older page of a room.
#[must_use]
pub fn older(slug: &RoomSlug, before: Seq) -> String {
    page_below(&below_rooms(slug), Some(before))
}

/// A newer page of a room than the one that ends with an event.
#[must_use]
pub fn newer(slug: &RoomSlug, after: Seq) -> String {
    [&below_rooms(slug), "?after=", &after.to_string()].concat()
}

/// The page that tells how messages are marked up, which also comes in a dialog.
pub const FORMATTING: &str = "/help/formatting";

/// The page that lists the shortcuts of the keyboard, which also comes in a dialog.
pub const SHORTCUTS: &str = "/help/shortcuts";

/// The page that asks how pages are to look, which also comes in a dialog, and takes the form of it.
pub const APPEARANCE: &str = "/appearance";

/// The sheet that makes pages look as their reader chose.
pub const APPEARANCE_SHEET: &str = "/appearance.css";
/// The page that finds messages, which also comes in a dialog.
pub const SEARCH: &str = "/search";

/// What a search finds: what was typed, where, and, as [`SearchPlace`](super::search::SearchPlace) writes it, the message that
/// all of it is older than.
#[must_use]
pub fn search(typed: &str, room: Option<&RoomSlug>, older: Option<&str>) -> String {
    let mut address = [SEARCH, "?q=", &percent_encoded(typed)].concat();
    for (name, value) in [("&room=", room.map(RoomSlug::as_str)), ("&older=", older)] {
        if let Some(value) = value {
            address += name;
            address += &percent_encoded(value);
        }
    }
    address
}

/// A value in a query: everything but the unreserved characters is encoded (RFC 3986, §2.3).
fn percent_encoded(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes every text");
        }
    }
    encoded
}

/// The page of a person, which also comes as a card.
#[must_use]
pub fn profile(user: &UserId) -> String {
    ["/p/", user.as_str()].concat()
}

/// The JSON of a room's history, for the page.
#[must_use]
pub fn history(slug: &RoomSlug) -> String {
    format!("/api/v1/rooms/{}/history", segment(slug))
}

fn below_rooms(slug: &RoomSlug) -> String {
    format!("/r/{}", segment(slug))
}

/// Percent-encodes what is not ASCII (RFC 3986, §2.1); a slug holds nothing else that would need it.
fn segment(slug: &RoomSlug) -> String {
    let mut path = String::new();
    for byte in slug.as_str().bytes() {
        if byte.is_ascii() {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").expect("a string takes every text");
        }
    }
    path
}

/// What the lobby is called until the host names it. People read it in their own language.
pub const UNNAMED_LOBBY: &str = LOBBY_NAMES[0];

/// The lobby's name in every language of the page. No other room may look like it.
pub const LOBBY_NAMES: [&str; 2] = ["Lobby", "大厅"];

/// Whether this is the lobby and the host has not named it.
#[must_use]
pub fn is_unnamed_lobby(room: &RoomSummary) -> bool {
    room.title == UNNAMED_LOBBY && room.slug == RoomSlug::lobby()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_of_any_script_has_an_ascii_address() {
        let teahouse = RoomSlug::parse("茶-2").expect("a good slug");
        assert_eq!(room(&teahouse), "/r/%E8%8C%B6-2");
        assert_eq!(room(&RoomSlug::lobby()), "/");
        assert_eq!(post(&RoomSlug::lobby()), "/r/lobby/post");
        assert_eq!(history(&teahouse), "/api/v1/rooms/%E8%8C%B6-2/history");
        assert_eq!(older(&RoomSlug::lobby(), Seq::new(7)), "/r/lobby?before=7");
        assert_eq!(react(&teahouse, None), "/r/%E8%8C%B6-2/react");
        assert_eq!(react(&RoomSlug::lobby(), Some(Seq::new(7))), "/r/lobby/react?before=7");
        assert_eq!(reply(&teahouse, Seq::new(5)), "/r/%E8%8C%B6-2?reply=5#m5");
        assert_eq!(day(&RoomSlug::lobby()), "/r/lobby/day");
        assert_eq!(details(&teahouse, Seq::new(5)), "/r/%E8%8C%B6-2/5/details");
        assert_eq!(permalink(&teahouse, Seq::new(5)), "/r/%E8%8C%B6-2/5#m5");
        assert_eq!(newer(&RoomSlug::lobby(), Seq::new(7)), "/r/lobby?after=7");
        assert_eq!(search("茶 & tea", None, None), "/search?q=%E8%8C%B6%20%26%20tea");
        assert_eq!(search("a", Some(&teahouse), Some("lobby/7")), "/search?q=a&room=%E8%8C%B6-2&older=lobby%2F7");
        assert_eq!(edit_message(&teahouse, Seq::new(5)), "/r/%E8%8C%B6-2/edit?message=5");
        assert_eq!(message(&RoomSlug::lobby(), Some(Seq::new(7)), Seq::new(5)), "/r/lobby?before=7#m5");
        assert_eq!(offer(&RoomSlug::lobby(), None, Seq::new(5)), "/r/lobby?react=5#m5");
        assert_eq!(offer(&RoomSlug::lobby(), Some(Seq::new(7)), Seq::new(5)), "/r/lobby?react=5&before=7#m5");
    }
}
