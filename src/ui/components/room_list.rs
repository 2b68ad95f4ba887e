//! The rooms, and the form for a new one.

mod new_room;

use leptos::prelude::*;

use self::new_room::NewRoom;
use super::drawer::drawer_close;
use super::language_switch::LanguageSwitch;
use crate::client::element::{close_popover, focus_unless_touch};
use crate::model::address;
use crate::model::conversation::Count;
use crate::model::conversation::outbox::Unsent;
use crate::protocol::{ErrorCode, RoomSlug, RoomSummary, Seq};
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, ErasedView, list, list_entry, live};
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::i18n::{isolated, number, refusal, room_title};
use crate::ui::slots::{Slot, optional_slot};
use crate::ui::state::{Follow, RoomState, use_room_state};

/// The column of the rooms; a drawer where there is no room for it.
#[component]
pub fn RoomList() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    view! {
        <nav class="side side--rooms" id="rooms" popover="auto" aria-label=words.rooms>
            <div class="side__head">
                <a class="brand" href="/" on:click=move |event| follow(state, &RoomSlug::lobby(), &event)>
                    <span class="brand__mark" aria-hidden="true">"茶"</span>
                    {words.teahouse}
                </a>
                {drawer_close("rooms", words.close)}
            </div>
            <ul class="rooms">
                {list(move || {
                    let rooms = state.rooms.get().into_iter();
                    rooms.map(|room| list_entry(key(&room), move || link(state, room.clone()).erase())).collect()
                })}
            </ul>
            <NewRoom />
            <div class="side__foot">
                <LanguageSwitch />
                <a class="button button--quiet" href=address::APPEARANCE data-panel="">{words.appearance}</a>
            </div>
        </nav>
    }
}

/// Another key when anything that is shown changes.
fn key(room: &RoomSummary) -> String {
    let online = if is_gone(room) { String::new() } else { room.online.to_string() };
    // No name can hold this character, so two different rooms never have one key.
    [room.slug.as_str(), &room.title, &online, &room.people.join("\0")].join("\0")
}

/// Only listed for what waits in it: see `model::conversation::outbox`.
fn is_gone(room: &RoomSummary) -> bool {
    room.head == Seq::ZERO
}

fn link(state: RoomState, room: RoomSummary) -> impl IntoView {
    let title = room_title(state.language, &room);
    let is_gone = is_gone(&room);
    let RoomSummary { slug, online, people, .. } = room;
    let path = address::room(&slug);
    let here = slug.clone();
    let is_open = Derived::new(move || state.room.with(|open| open.slug == here));
    let online_words = state.words().online.with(online as usize);
    let people: Vec<String> = people.iter().map(|name| isolated(name)).collect();
    let people = people.join(state.words().between_names);
    let below = if is_gone { refusal(state.language, ErrorCode::RoomNotFound.into()) } else { people };
    let below = (!below.is_empty())
        .then(|| html_element(|html| html.element("span", &[("class", "rooms__people")], &below)).erase());
    let to = slug.clone();
    // The open room shows its own messages.
    let news = slug.clone();
    let unread = live(move || {
        optional_slot(Slot::Unread, unread_in_list(state, state.unread.with(|unread| unread.in_room(&news))))
    });
    let unsent = live(move || if is_open.get() { None } else { unsent(state, &slug) });
    view! {
        <li><a class="rooms__room" href=path aria-current=live(move || is_open.get().then_some("page")) on:click=move |event| follow(state, &to, &event)>
            {html_element(|html| html.name("rooms__title", &title))}
            {unread}
            {counted("rooms__online", &online_words, &online.to_string())}
            {below}
            {unsent}
        </a></li>
    }
}

/// How much of a room is unread.
pub fn unread_in_list(state: RoomState, unread: Count) -> Option<ErasedView> {
    let words = state.words().unread.of(unread);
    (!unread.is_none()).then(|| counted("rooms__unread", &words, &number(unread)).erase())
}

/// A number for the eye, with what it counts for everybody else.
fn counted(class: &'static str, words: &str, number: &str) -> HtmlElement {
    html_element(|html| {
        html.start("span", &[("class", class), ("title", words)]);
        html.element("span", &[("aria-hidden", "true")], number);
        html.element("span", &[("class", "visually-hidden")], words);
        html.end();
    })
}

/// What waits to be sent in a room, or was refused.
fn unsent(state: RoomState, room: &RoomSlug) -> Option<ErasedView> {
    let (class, words) = match state.outbox.with(|outbox| outbox.unsent(room))? {
        Unsent::Waiting => ("rooms__unsent", state.words().unsent_waiting),
        Unsent::Stuck => ("rooms__unsent rooms__unsent--stuck", state.words().unsent_stuck),
    };
    Some(html_element(|html| html.element("span", &[("class", class)], words)).erase())
}

/// Opens a room in the page, unless the reader wants it elsewhere.
fn follow(state: RoomState, slug: &RoomSlug, event: &leptos::ev::MouseEvent) {
    let is_plain =
        event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if is_plain && state.open_room(slug) == Follow::InPage {
        event.prevent_default();
        close_popover("rooms");
        focus_unless_touch("composer");
    }
}
