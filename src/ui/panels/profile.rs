//! The card of a person.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel, absent};
use crate::model::conversation::roster::Roster;
use crate::model::profile::{MESSAGES_COUNTED_MAX, Messages, Profile};
use crate::model::{address, calendar, text};
use crate::protocol::{Origin, RoomSummary};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::{self, Language, PanelWords, fill, room_title};

/// Draws it.
#[must_use]
pub fn profile(profile: Profile, language: Language) -> Panel {
    let Profile { person, messages, rooms } = profile;
    let words = language.panel_words();
    let kind = if person.origin == Origin::Plain { words.kind_program } else { words.kind_guest };
    let title = person.nickname.clone();
    let hue = Roster::default().hue(&person.nickname);
    let facts = [Some(wrote(messages, words)), first(messages, language), Some(whereabouts(rooms, language))];
    let facts = facts.into_iter().flatten().map(|fact| view! { <li>{fact}</li> }.erase()).collect::<Vec<_>>();
    let body = view! {
        <div class="profile">
            <span class=format!("seal seal--hue-{hue}") aria-hidden="true">{text::initial(&person.nickname)}</span>
            <h1 class="profile__name" id=PANEL_TITLE_ID>
                <bdi>{person.nickname}</bdi>
            </h1>
            <p class="profile__kind">{kind}</p>
            <ul class="profile__facts">{facts}</ul>
        </div>
    };
    Panel { title, body: body.erase() }
}

/// In place of the card of somebody whom nothing is known of.
#[must_use]
pub fn nobody(language: Language) -> Panel {
    let words = language.panel_words();
    absent(words.nobody, words.nobody_words)
}

fn wrote(messages: Messages, words: &PanelWords) -> ErasedView {
    let words = match messages {
        Messages::None => words.wrote_nothing.to_owned(),
        Messages::Counted { count, .. } => words.wrote.with(count as usize),
        Messages::Many => words.wrote_much.with(MESSAGES_COUNTED_MAX as usize),
    };
    words.erase()
}

/// The reader's time zone is not known here, so that the day may be the one before or after.
fn first(messages: Messages, language: Language) -> Option<ErasedView> {
    let Messages::Counted { first_at, .. } = messages else { return None };
    let day = i18n::day(language, calendar::date(first_at, 0));
    Some(fill(language.panel_words().first_wrote, &[("{day}", &day)]).erase())
}

fn whereabouts(rooms: Vec<RoomSummary>, language: Language) -> ErasedView {
    let words = language.panel_words();
    if rooms.is_empty() {
        return words.not_here.erase();
    }
    let links = rooms.into_iter().map(|room| {
        let title = room_title(language, &room);
        view! { " " <a href=address::room(&room.slug)><bdi>{title}</bdi></a> }.erase()
    });
    view! { {words.here_in} {links.collect::<Vec<_>>()} }.erase()
}
