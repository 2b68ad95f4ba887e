//! Who is here.

use leptos::prelude::*;

use super::drawer::drawer_close;
use super::nickname_form::Me;
use super::person_name::write_name;
use super::seal::{SealSize, write_seal};
use crate::protocol::{Origin, Person};
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, ErasedView, list, list_entry, live};
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::slots::{Slot, slot};
use crate::ui::state::{RoomState, use_room_state};

/// The column of the people; a drawer where there is no room for it.
#[component]
pub fn Roster() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let online = Derived::new(move || state.roster.with(|roster| roster.online()));
    let unnamed = Derived::new(move || state.roster.with(|roster| roster.unnamed()));
    view! {
        <aside class="side side--people" id="people" popover="auto" aria-label=words.people_list>
            <div class="side__head">
                <h2 class="side__title" translate="no">{live(move || words.online.with(online.get() as usize))}</h2>
                {drawer_close("people", words.close)}
            </div>
            <ul class="roster">
                {list(move || {
                    let me = state.me.with(|me| me.as_ref().map(|me| me.id.clone()));
                    let people = state.roster.with(|roster| roster.people().to_vec()).into_iter();
                    people.map(|person| {
                        let you = (me.as_ref() == Some(&person.id)).then_some(words.you);
                        list_entry(key(&person, you), move || slot(Slot::Person, person_in_roster(state, &person, you).erase()))
                    }).collect()
                })}
            </ul>
            {live(move || (online.get() == 0).then(|| more(words.nobody_here.to_owned())))}
            {live(move || {
                let unnamed = unnamed.get() as usize;
                (unnamed > 0).then(|| more(words.more_people.with(unnamed)))
            })}
            <div class="side__foot">
                <Me />
            </div>
        </aside>
    }
}

/// Another key when anything that is shown changes.
fn key(person: &Person, you: Option<&str>) -> String {
    let origin = if person.origin == Origin::Plain { "plain" } else { "web" };
    [person.id.as_str(), origin, you.unwrap_or_default(), &person.nickname].join(" ")
}

fn more(words: String) -> ErasedView {
    view! { <p class="roster__more">{words}</p> }.erase()
}

/// Somebody who is here; `you` marks the reader.
pub fn person_in_roster(state: RoomState, person: &Person, you: Option<&'static str>) -> HtmlElement {
    let Person { id, nickname, origin } = person;
    let plain = (*origin == Origin::Plain).then_some(state.words().plain_mark);
    html_element(|html| {
        html.start("li", &[("class", "roster__person")]);
        write_seal(html, state, nickname, SealSize::Small);
        write_name(html, "roster__name", id, nickname);
        for mark in [you, plain].into_iter().flatten() {
            html.element("span", &[("class", "mark")], mark);
        }
        html.end();
    })
}
