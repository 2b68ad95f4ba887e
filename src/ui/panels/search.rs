//! The search: the field, what was found, and what one can type. The same as a page and in the dialog.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel};
use crate::model::search::{ExcerptPiece, QueryFault, SearchExtent, SearchHit, SearchHits};
use crate::model::{address, calendar};
use crate::protocol::{Refusal, RoomSlug};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::{self, Language, SearchWords, fill, room_title};

/// What somebody asked for, and what came of it.
pub struct SearchPanel {
    /// As it was typed.
    pub typed: String,
    /// The room that was chosen beside it.
    pub room: Option<RoomSlug>,
    /// What came of it.
    pub answer: SearchAnswer,
}

/// What comes of a search.
pub enum SearchAnswer {
    /// What was found.
    Hits(SearchHits),
    /// The query cannot be answered.
    Fault(QueryFault),
    /// Nobody may search now.
    Refused(Refusal),
}

/// Draws it.
#[must_use]
pub fn search(SearchPanel { typed, room, answer }: SearchPanel, language: Language) -> Panel {
    let words = language.search_words();
    let shown = match answer {
        SearchAnswer::Hits(hits) => found(hits, &typed, room.as_ref(), language),
        SearchAnswer::Fault(fault) => told(fault_in_words(fault, words)),
        SearchAnswer::Refused(refusal) => told(i18n::refusal(language, refusal)),
    };
    let room = room.map(|room| view! { <input type="hidden" name="room" value=room.to_string() /> }.erase());
    let body = view! {
        <div class="search">
            <h1 class="profile__name" id=PANEL_TITLE_ID>{words.title}</h1>
            <form class="field-row" role="search" action=address::SEARCH data-panel="">
                <input class="field" type="search" name="q" value=typed aria-label=words.field autocomplete="off" />
                {room}
                <button class="button button--main">{words.button}</button>
            </form>
            {shown}
            {how(words)}
        </div>
    };
    Panel { title: words.title.to_owned(), body: body.erase() }
}

fn told(words: String) -> ErasedView {
    view! { <p role="status">{words}</p> }.erase()
}

fn fault_in_words(fault: QueryFault, words: &SearchWords) -> String {
    let (sentence, typed) = match fault {
        QueryFault::Empty => (words.empty, String::new()),
        QueryFault::NothingToFind => (words.nothing_to_find, String::new()),
        QueryFault::TooLong => (words.too_long, String::new()),
        QueryFault::NoValue(filter) => (words.no_value, filter),
        QueryFault::Date(typed) => (words.no_day, typed),
        QueryFault::Filter(typed) => (words.no_filter, typed),
        QueryFault::Room(typed) => (words.no_room, typed),
    };
    fill(sentence, &[("{typed}", &typed)])
}

fn found(
    SearchHits { hits, older, extent }: SearchHits,
    typed: &str,
    room: Option<&RoomSlug>,
    language: Language,
) -> ErasedView {
    let words = language.search_words();
    let count = match (hits.len(), &older) {
        (0, _) => words.found_nothing.to_owned(),
        (count, Some(_)) => words.found_more.with(count),
        (count, None) => words.found.with(count),
    };
    let older = older.map(|place| {
        let href = address::search(typed, room, Some(&place.to_text()));
        view! { <p><a href=href data-panel="">{words.older_hits}</a></p> }.erase()
    });
    let hits = hits.into_iter().map(|found| hit(found, language)).collect::<Vec<_>>();
    let unfinished = (extent == SearchExtent::StillIndexing).then_some(words.still_indexing);
    view! {
        {told(count)}
        {unfinished.map(|words| told(words.to_owned()))}
        <ol class="search__hits">{hits}</ol>
        {older}
    }
    .erase()
}

/// The reader's time zone is not known here, so that the day may be the one before or after.
fn hit(SearchHit { room, seq, at, by, excerpt }: SearchHit, language: Language) -> ErasedView {
    let href = address::permalink(&room.slug, seq);
    let pieces = excerpt.into_iter().map(
        |ExcerptPiece { text, is_match }| {
            if is_match { view! { <mark>{text}</mark> }.erase() } else { text.erase() }
        },
    );
    let day = i18n::day(language, calendar::date(at, 0));
    view! {
        <li>
            <a href=href>
                <span class="search__head">
                    <bdi>{by.nickname}</bdi> " · " <bdi>{room_title(language, &room)}</bdi> " · "
                    <time datetime=calendar::rfc3339_utc(at)>{day}</time>
                </span>
                <span class="search__text" dir="auto">{pieces.collect::<Vec<_>>()}</span>
            </a>
        </li>
    }
    .erase()
}

fn how(words: &'static SearchWords) -> ErasedView {
    let rows = words
        .how_samples
        .lines()
        .filter_map(|row| row.split_once('\t'))
        .map(|(typed, finds)| view! { <tr><td><code>{typed}</code></td><td>{finds}</td></tr> }.erase());
    view! {
        <details class="search__how">
            <summary>{words.how}</summary>
            <table class="panel__table">
                <thead><tr><th scope="col">{words.how_typed}</th><th scope="col">{words.how_found}</th></tr></thead>
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        </details>
    }
    .erase()
}
