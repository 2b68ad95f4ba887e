//! The middle column: the bar with the room's name, the conversation, and where one writes.

use leptos::prelude::*;

use super::composer::Composer;
use super::connection_badge::ConnectionBadge;
use super::drawer::drawer_button;
use super::icon::{Picture, write_icon};
use super::jump_to_newest::JumpToNewest;
use super::nickname_form::JoinForm;
use super::notice::ConnectionNotice;
use super::timeline::Timeline;
use super::typing_line::TypingLine;
use crate::model::address;
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, live};
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::slots::{Slot, slot};
use crate::ui::state::use_room_state;

/// The open room.
#[component]
pub fn Conversation() -> impl IntoView {
    let state = use_room_state();
    let words = state.words();
    let has_name = Derived::new(move || state.me.with(Option::is_some));
    let foot = live(move || {
        let view = if has_name.get() { view! { <Composer /> }.erase() } else { view! { <JoinForm /> }.erase() };
        slot(Slot::Foot, view)
    });
    view! {
        <main class="conversation">
            <div class="conversation__bar">
                {drawer_button("rooms", words.rooms, Picture::Rooms)}
                <h1 class="conversation__title" translate="no"><bdi>{live(move || state.room_title())}</bdi></h1>
                <ConnectionBadge />
                {search_link(words.search)}
                {drawer_button("people", words.people, Picture::People)}
            </div>
            <ConnectionNotice />
            <Timeline />
            <JumpToNewest />
            <div class="conversation__foot">
                <div class="conversation__measure">
                    <TypingLine />
                    {foot}
                </div>
            </div>
        </main>
    }
}

/// Leads to the search, which `ui/shell/panels.js` opens in the dialog of the page.
fn search_link(label: &str) -> HtmlElement {
    let class = "button button--quiet button--icon";
    html_element(|html| {
        html.start("a", &[("class", class), ("href", address::SEARCH), ("data-panel", ""), ("aria-label", label)]);
        write_icon(html, Picture::Search);
        html.end();
    })
}
