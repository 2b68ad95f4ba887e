//! The conversation: rows in a scroller that runs backwards, which follows the newest row or keeps the reader's place.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use web_sys::Element;

use super::day_separator::day;
use super::hole_marker::hole_marker;
use super::message::message;
use super::new_line::new_line;
use super::notice_line;
use crate::client::element::element;
use crate::client::scroll::{self, ScrollPosition};
use crate::model::address;
use crate::model::connection::ConnectionStatus;
use crate::model::rows::{KeyedRow, Row, Window};
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, ErasedView, ListEntry, effect, list, live};
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::slots::{Slot, slot};
use crate::ui::state::{ReachBack, RoomState, use_room_state};

/// Where the reader was when they last scrolled; nothing at the newest row. Only used in the browser.
type KeptPosition = Rc<RefCell<Option<ScrollPosition>>>;

/// The class of what stands above and below the rows.
const EDGE_CLASS: &str = "timeline__edge";
/// The class of the link to what is older.
pub const OLDER_CLASS: &str = "timeline__older";

/// The log of the room.
#[component]
pub fn Timeline() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let place = KeptPosition::default();
    keep_place(state, place.clone());
    let scrolled = move |_| {
        if let Some(element) = scroller() {
            if restored_after_resize(&place, &element) {
                return;
            }
            let at_end = scroll::is_at_bottom(&element);
            state.scrolled(at_end);
            // Rows are added and taken away after this, so the place is still the one that the reader sees.
            place.replace((!state.at_newest.get_untracked()).then(|| ScrollPosition::of(&element)));
            if !at_end && scroll::is_near_top(&element) {
                state.reach_older();
            }
        }
    };
    let is_empty =
        Derived::new(move || state.rows.with(|rows| !rows.iter().any(|row| matches!(row.row, Row::Message(_)))));
    view! {
        <div
            class="timeline"
            id="messages"
            role="log"
            aria-live="off"
            aria-label=words.messages
            tabindex="0"
            on:scroll=scrolled
        >
            <div class="timeline__rows">
                <Edge />
                <ol>
                    {list(move || state.mounted.with(|rows| rows.iter().map(|row| Arc::clone(row) as _).collect()))}
                </ol>
                {live(move || is_empty.get().then(|| why_empty(state)).flatten().map(edge))}
                {live(move || newest_link(state))}
            </div>
        </div>
        <div class="visually-hidden" role="status" translate="no">{live(move || state.announcement.get().words)}</div>
    }
}

fn scroller() -> Option<Element> {
    element("messages")
}

impl ListEntry for KeyedRow {
    fn key(&self) -> &Arc<str> {
        &self.key
    }

    fn show(&self) -> ErasedView {
        slot(Slot::Row, row(self))
    }
}

/// A row of the conversation.
pub fn row(row: &Row) -> ErasedView {
    let state = use_room_state();
    let language = state.language;
    match row {
        Row::Message(row) => message(state, row).erase(),
        Row::Day { date } => day(state, *date).erase(),
        Row::New { .. } => new_line(state).erase(),
        Row::Notice(notice) => notice_line::notice(language, notice.clone()).erase(),
        Row::RoomCreated { creator, .. } => notice_line::room_created(language, creator.clone()).erase(),
        Row::Newer { .. } => notice_line::newer(language).erase(),
        Row::Hole(hole) => hole_marker(state, *hole).erase(),
    }
}

fn why_empty(state: RoomState) -> Option<&'static str> {
    let words = state.words();
    match (state.arriving.get(), state.link.get()) {
        (false, _) => Some(words.empty_room),
        (true, ConnectionStatus::Offline { .. } | ConnectionStatus::Reconnecting { .. }) => Some(words.not_held),
        // The notice above says it.
        (true, ConnectionStatus::Refused(_) | ConnectionStatus::Ended { .. }) => None,
        (true, _) => Some(words.loading_room),
    }
}

/// Above the oldest row: where the conversation begins, or the way further back, by link where there is no script.
#[component]
fn Edge() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    // Not by the room itself, which is another one whenever somebody comes or goes: a link that has the focus stays.
    let older = Derived::new(move || {
        let older = state.timeline.with(|timeline| Some(address::older(timeline.room(), timeline.older_than()?)));
        older.ok_or_else(|| state.room_title())
    });
    live(move || match (older.get(), state.reach_back.get()) {
        (Err(title), _) => beginning(&title, if state.arriving.get() { "" } else { words.room_begins }).erase(),
        (Ok(_), ReachBack::Loading) => edge(words.loading_older),
        (Ok(path), ReachBack::Idle) => ways_on("", &[(OLDER_CLASS, &path, words.older)]).erase(),
        (Ok(path), ReachBack::Failed) => {
            ways_on(words.history_failed, &[(OLDER_CLASS, &path, words.try_again)]).erase()
        }
    })
}

fn beginning(title: &str, words: &str) -> HtmlElement {
    html_element(|html| {
        html.start("p", &[("class", EDGE_CLASS)]);
        html.element("strong", &[("class", "timeline__begin"), ("dir", "auto")], title);
        html.text(words);
        html.end();
    })
}

/// Words, and links to what lies further on: of each its class, its address and what it says.
fn ways_on(words: &str, links: &[(&'static str, &str, &str)]) -> HtmlElement {
    html_element(|html| {
        html.start("p", &[("class", EDGE_CLASS)]);
        html.text(words);
        for (class, href, label) in links {
            html.text(" ");
            html.element("a", &[("class", class), ("href", href)], label);
        }
        html.end();
    })
}

fn edge(words: &'static str) -> ErasedView {
    html_element(|html| html.element("p", &[("class", EDGE_CLASS)], words)).erase()
}

/// Below an older page that was opened without scripts: the ways on.
fn newest_link(state: RoomState) -> Option<ErasedView> {
    let words = state.words();
    (!state.rendered_newest.get()).then(|| {
        let slug = state.slug();
        let newer = address::newer(&slug, state.timeline.with_untracked(|held| held.head()));
        let newest = address::room(&slug);
        ways_on(words.reading_older, &[("", &newer, words.newer_messages), ("", &newest, words.newest)]).erase()
    })
}

/// After the rows or the box changed: to the newest if it was in sight, else back to the reader's place. Rows that do not fill the
/// box call for older ones by themselves, since nobody can scroll there.
fn keep_place(state: RoomState, place: KeptPosition) {
    let (at_newest, at_resize) = (place.clone(), place.clone());
    effect(move |_| {
        let is_full = state.mounted.with(|rows| Window::is_full(rows.len()));
        let place = place.clone();
        // The list follows the same rows, and may see them after this.
        queue_microtask(move || {
            let Some(element) = scroller() else { return };
            if let Some(place) = place.borrow().as_ref() {
                place.restore(&element);
            }
            // To ask is to lay the whole page out, which the browser otherwise does once for many messages.
            if !is_full && !scroll::is_filled(&element) {
                state.reach_older();
            }
        });
    });
    effect(move |_| {
        let Some(element) = scroller() else { return };
        let (place, resized) = (at_resize.clone(), element.clone());
        scroll::on_resize(&element, move || {
            restored_after_resize(&place, &resized);
        });
    });
    effect(move |_| {
        // The page may have been opened at a message.
        let is_wanted = state.to_newest.get() > 0;
        if let Some(element) = scroller().filter(|_| is_wanted) {
            at_newest.replace(None);
            scroll::scroll_to_bottom(&element);
        }
    });
}

/// Whether the box has got another size since the place was kept: then the place is restored, and kept as it is now.
fn restored_after_resize(place: &KeptPosition, element: &Element) -> bool {
    let mut place = place.borrow_mut();
    let Some(kept) = place.as_ref().filter(|kept| !kept.is_of_this_size(element)) else { return false };
    kept.restore(element);
    *place = Some(ScrollPosition::of(element));
    true
}
