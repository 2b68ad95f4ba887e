//! How much one drawn page may weigh, whatever people wrote: what does not fit is left for older pages, for `joined` and
//! for `welcome`. A page is drawn twice, as HTML and as the data that the browser takes over, and each escapes in its own
//! way, so that one character of text may become eleven bytes. Not here: pages of events as JSON (`posting`).

use serde::Serialize;

use crate::model::address;
use crate::model::rows::NAMED_MAX;
use crate::model::text::code::Colouring;
use crate::model::text::markdown::{self, Format, MarkdownToken};
use crate::protocol::{EventBody, HistoryItem, PageData, Person, ReactionSummary, RoomSummary};

/// Most bytes of a drawn page.
pub const DOCUMENT_BYTES_MAX: usize = 128 * 1024;

/// What the page weighs without rooms, people and events: the head, the forms, all words.
const FURNITURE_BYTES: usize = 24 * 1024;
/// Most bytes of the list of rooms, and at most half of what is left beside the newest event; the others come with
/// `welcome`.
const ROOMS_BYTES_MAX: usize = 32 * 1024;
/// Most bytes of the list of people, and at most a quarter of what is left beside the newest event; the others are
/// counted, and come with `joined`.
const PEOPLE_BYTES_MAX: usize = 16 * 1024;

/// The markup of a message, of a quote in it, of a reaction to it, of a format in it, of a coloured piece of code, of a room
/// in the list, of a person in the list.
const MESSAGE_BYTES: usize = 900;
const QUOTE_BYTES: usize = 300;
const REACTION_BYTES: usize = 500;
const FORMAT_BYTES: usize = 80;
const COLOUR_BYTES: usize = 36;
const ROOM_BYTES: usize = 500;
const PERSON_BYTES: usize = 500;

/// Leaves out of a page what makes it too heavy: the rooms that were silent longest, people beyond the first, and the
/// oldest events. At least the newest event stays, and the message that the address names.
pub fn fit(mut page: PageData) -> PageData {
    leave_place_for_marked(&mut page);
    let newest = page.room.page.items.last().map_or(0, item);
    let left = DOCUMENT_BYTES_MAX.saturating_sub(FURNITURE_BYTES + typed(&page) + newest);

    let open = page.room.summary.slug.clone();
    let rooms_max = fitting(&page.rooms, room, ROOMS_BYTES_MAX.min(left / 2));
    let mut index = 0;
    page.rooms.retain(|room| {
        index += 1;
        index <= rooms_max || room.slug == open
    });
    page.room.people.truncate(fitting(&page.room.people, person, PEOPLE_BYTES_MAX.min(left / 4)));

    let lists = page.rooms.iter().map(room).sum::<usize>() + page.room.people.iter().map(person).sum::<usize>();
    let older = page.room.page.items.iter().rev().skip(1);
    let older_max = fitting(older, item, left.saturating_sub(lists));
    let left_out = page.room.page.items.len().saturating_sub(older_max + 1);
    page.room.page.leave_out_oldest(left_out);
    page
}

/// Leaves out the newest events of a page, so that the message which its address names is not among the oldest that do not
/// fit: together with those that follow it, it takes no more than what the longest lists leave.
fn leave_place_for_marked(page: &mut PageData) {
    let items = &page.room.page.items;
    let Some(place) = items.iter().position(|item| Some(item.event.seq) == page.marked) else { return };
    let bytes_max = DOCUMENT_BYTES_MAX - FURNITURE_BYTES - ROOMS_BYTES_MAX - PEOPLE_BYTES_MAX;
    let following_max = fitting(&items[place + 1..], item, bytes_max.saturating_sub(item(&items[place])));
    page.room.page.leave_out_newest(items.len() - place - 1 - following_max);
    page.at_newest = !page.room.page.has_newer;
}

/// Whether what was typed into a form is so much that the page cannot be drawn around it.
pub fn is_too_heavy(typed: &str) -> bool {
    html(typed) + handed_over(&typed) > DOCUMENT_BYTES_MAX / 2
}

fn typed(page: &PageData) -> usize {
    page.notice.as_ref().map_or(0, |notice| html(&notice.typed) + handed_over(notice))
}

/// How many of these fit.
fn fitting<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, weight: fn(&T) -> usize, bytes_max: usize) -> usize {
    let mut total = 0;
    let fits = |item: &&T| {
        total += weight(item);
        total <= bytes_max
    };
    items.into_iter().take_while(fits).count()
}

fn item(HistoryItem { event, reactions, .. }: &HistoryItem) -> usize {
    let drawn = match &event.body {
        EventBody::Message(message) => {
            let quoted =
                message.quote.as_ref().map_or(0, |quote| QUOTE_BYTES + html(&quote.nickname) + html(&quote.text));
            text(&message.text) + quoted
        }
        EventBody::Reaction(_)
        | EventBody::Edited(_)
        | EventBody::Deleted(_)
        | EventBody::Restored(_)
        | EventBody::RoomCreated
        | EventBody::Unknown(_) => 0,
    };
    let name = event.by.as_ref().map_or(0, |by| 3 * html(&by.nickname));
    MESSAGE_BYTES + name + drawn + handed_over(event) + reactions.iter().map(reaction).sum::<usize>()
}

/// Bytes of the text of a message in HTML.
fn text(text: &str) -> usize {
    let mut colouring = Colouring::default();
    let mut code_language = None;
    let mut bytes = 0;
    for token in markdown::parse(text) {
        bytes += match token {
            MarkdownToken::Start(Format::CodeBlock { language }) => {
                code_language = language;
                FORMAT_BYTES
            }
            MarkdownToken::Start(Format::Link { href }) => FORMAT_BYTES + html(&href),
            MarkdownToken::Start(_) => FORMAT_BYTES,
            MarkdownToken::Text(text) => {
                let pieces = code_language.map_or_else(Vec::new, |language| colouring.pieces(language, &text));
                html(&text) + COLOUR_BYTES * pieces.iter().filter(|(colour, _)| colour.is_some()).count()
            }
            MarkdownToken::End => {
                code_language = None;
                0
            }
        };
    }
    bytes
}

fn reaction(reaction: &ReactionSummary) -> usize {
    let names: usize = reaction.people.iter().take(NAMED_MAX).map(|person| 2 * html(&person.nickname)).sum();
    REACTION_BYTES + names + handed_over(reaction)
}

fn room(room: &RoomSummary) -> usize {
    let people: usize = room.people.iter().map(|nickname| html(nickname)).sum();
    ROOM_BYTES + html(&address::room(&room.slug)) + html(&room.title) + people + handed_over(room)
}

fn person(person: &Person) -> usize {
    PERSON_BYTES + 3 * html(&person.nickname) + handed_over(person)
}

/// Bytes of a text in HTML.
fn html(text: &str) -> usize {
    let escaped = |byte| match byte {
        b'<' | b'>' => "&lt;".len(),
        b'&' => "&amp;".len(),
        b'"' | b'\'' => "&quot;".len(),
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}

/// Bytes of a value in the data of the page: JSON, written as a string of JavaScript in which no tag can begin.
fn handed_over(value: &impl Serialize) -> usize {
    let json = serde_json::to_string(value).expect("what the page is drawn from becomes JSON");
    let escaped = |character: char| match character {
        '<' => "\\\\u003c".len(),
        _ => character.escape_debug().map(char::len_utf8).sum(),
    };
    json.chars().map(escaped).sum()
}
