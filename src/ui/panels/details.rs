//! All about one message: who wrote it, exactly when, as it was typed, and everybody who reacted to it.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel, absent};
use crate::model::{address, calendar};
use crate::protocol::{EventBody, HistoryItem, Message, Person, ReactionSummary, RoomSlug, Seq, Timestamp};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::{self, Language};

/// Draws it. What is no message is said to be absent.
#[must_use]
pub fn details(room: &RoomSlug, item: HistoryItem, language: Language) -> Panel {
    let words = language.panel_words();
    let HistoryItem { event, edited_ms, reactions } = item;
    let EventBody::Message(message) = event.body else { return no_message(language) };
    let reactions = if message.is_deleted() { Vec::new() } else { reactions };
    let facts = [
        event.by.map(|by| fact(words.details_author, author(by))),
        Some(fact(words.details_posted, exact(event.at_ms, language))),
        edited_ms.map(|at| fact(words.details_edited, exact(at, language))),
        message.sender_time.clone().map(|time| fact(words.details_sender_time, time.erase())),
        Some(fact(words.details_source, source(message, language))),
    ];
    let reactions = reactions.into_iter().map(|reaction| reacted(reaction, language));
    let rows = facts.into_iter().flatten().chain(reactions).collect::<Vec<_>>();
    let body = view! {
        <div>
            <h1 class="profile__name" id=PANEL_TITLE_ID>{words.details}</h1>
            <table class="panel__table">
                <tbody>{rows}</tbody>
            </table>
            <p>{link(room, event.seq, words.details_link)}</p>
        </div>
    };
    Panel { title: words.details.to_owned(), body: body.erase() }
}

/// In place of the details of a message that is not there.
#[must_use]
pub fn no_message(language: Language) -> Panel {
    let words = language.panel_words();
    absent(words.no_message, words.no_message_words)
}

fn fact(name: &'static str, value: ErasedView) -> ErasedView {
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{value}</td>
        </tr>
    }
    .erase()
}

fn author(by: Person) -> ErasedView {
    view! {
        <a class="link-button" href=address::profile(&by.id) data-panel="">
            <bdi>{by.nickname}</bdi>
        </a>
    }
    .erase()
}

/// To the second, in UTC, since the reader's zone is not known here. `ui/shell/panels.js` adds it in that zone.
fn exact(at: Timestamp, language: Language) -> ErasedView {
    let datetime = calendar::rfc3339_utc(at);
    let (day, clock) = (i18n::day(language, calendar::date(at, 0)), calendar::clock(at, 0));
    let second = at.unix_ms().div_euclid(1_000).rem_euclid(60);
    view! { <time datetime=datetime>{format!("{day} {clock}:{second:02} UTC")}</time> }.erase()
}

fn source(message: Message, language: Language) -> ErasedView {
    if message.is_deleted() {
        return language.words().deleted.erase();
    }
    view! { <pre dir="auto">{message.text}</pre> }.erase()
}

fn reacted(ReactionSummary { emoji, count, people }: ReactionSummary, language: Language) -> ErasedView {
    let words = language.words();
    let unnamed = (count as usize).saturating_sub(people.len());
    let more = (unnamed > 0).then(|| [" ", &words.more_people.with(unnamed)].concat());
    let names = people.into_iter().enumerate().map(|(index, person)| {
        let between = if index > 0 { words.between_names } else { "" };
        view! { {between} <bdi>{person.nickname}</bdi> }.erase()
    });
    view! {
        <tr>
            <th scope="row">{emoji} " " {count.to_string()}</th>
            <td>{names.collect::<Vec<_>>()} {more}</td>
        </tr>
    }
    .erase()
}

fn link(room: &RoomSlug, seq: Seq, words: &'static str) -> ErasedView {
    view! { <a class="link-button" href=address::permalink(room, seq)>{words}</a> }.erase()
}
