//! Opening another room in the page.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{ReachBack, RoomState};
use crate::api::{self, CreateRoom};
use crate::client::navigation;
use crate::model::address;
use crate::model::connection::ConnectionStatus;
use crate::model::conversation::roster::Roster;
use crate::model::conversation::timeline::Timeline;
use crate::model::conversation::typing::Typing;
use crate::model::rows::Window;
use crate::protocol::page::Form;
use crate::protocol::{Cursor, RoomSlug, RoomSummary};
use crate::ui::piece::effect;

/// Who follows the reader's wish to another room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The page did.
    InPage,
    /// The link itself has to: the page does not know the room, or has no connection that could bring it.
    ByLink,
}

/// So many rooms that were open before are held, so that going back shows them at once, also without a connection.
pub const HELD_ROOMS_MAX: usize = 5;

impl RoomState {
    /// The reader wants another room.
    pub fn open_room(self, slug: &RoomSlug) -> Follow {
        if matches!(self.link.get_untracked(), ConnectionStatus::Blocked | ConnectionStatus::Ended { .. }) {
            return Follow::ByLink;
        }
        let known = self.rooms.with_untracked(|rooms| rooms.iter().find(|room| room.slug == *slug).cloned());
        let Some(room) = known else { return Follow::ByLink };
        let is_open = self.is_open(slug);
        if !is_open {
            navigation::push_room(slug);
        }
        // A room that was gone may have been made again.
        if !is_open || matches!(self.link.get_untracked(), ConnectionStatus::Refused(_)) {
            self.enter(room);
        }
        Follow::InPage
    }

    /// Opens a new room and goes there; calls back once it is made.
    pub fn create_room(self, title: String, made: impl FnOnce() + 'static) {
        self.clear_notice(Form::NewRoom);
        spawn_local(async move {
            match api::call::<CreateRoom, _>(&[("title", &title)]).await {
                Ok(room) => {
                    self.go_to_created(room);
                    made();
                }
                Err(error) => self.fail_form(Form::NewRoom, error),
            }
        });
    }

    fn go_to_created(self, room: RoomSummary) {
        let slug = room.slug.clone();
        self.rooms.update(|rooms| {
            if rooms.iter().all(|known| known.slug != room.slug) {
                rooms.push(room);
            }
        });
        if self.open_room(&slug) == Follow::ByLink {
            // Leaving the page can only fail where the browser is leaving it already.
            let _ = window().location().set_href(&address::room(&slug));
        }
    }

    pub(super) fn follow_address_bar(self) {
        let listener = navigation::on_room_change(move |slug| {
            let known = self.rooms.with_untracked(|rooms| rooms.iter().find(|room| room.slug == slug).cloned());
            match known {
                Some(_) if self.is_open(&slug) => {}
                Some(room) => self.enter(room),
                // Nothing is known about it, and nobody can be asked.
                None if self.is_away() => {}
                // The server knows.
                None => {
                    let _ = window().location().reload();
                }
            }
        });
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }

    /// Takes rooms that are gone out of the list, as the server says it by a room without events. Those that something unsent
    /// waits in stay, and those that the list lacks come back.
    pub(super) fn follow_gone_rooms(self) {
        effect(move |_| {
            let has_news = self.outbox.with(|outbox| self.rooms.with(|rooms| outbox.has_news_of_gone_rooms(rooms)));
            if has_news {
                self.rooms.update(|rooms| self.outbox.with_untracked(|outbox| outbox.keep_gone_rooms(rooms)));
            }
        });
    }

    /// The open room is not there: what is shown of it belongs to another history.
    pub(super) fn forget_room(self) {
        self.timeline.set(self.nothing_of(self.slug()));
        self.roster.set(Roster::default());
    }

    fn nothing_of(self, room: RoomSlug) -> Timeline {
        self.timeline.with_untracked(|timeline| Timeline::empty(room, timeline.cursor().epoch.clone()))
    }

    fn enter(self, room: RoomSummary) {
        let slug = room.slug.clone();
        let cursor = self.exchange(&slug, self.nothing_of(slug.clone()));
        self.arriving.set(cursor.is_none());
        self.roster.set(Roster::new(&[], room.online));
        self.typing.set(Typing::default());
        self.quietly(|quiet| quiet.throttle.reset());
        self.room.set(room);
        self.open_draft();
        self.window.set(Window::Newest);
        self.unread.set(0);
        self.reach_back.set(ReachBack::Idle);
        self.form_notice.set(None);
        self.quietly(|quiet| {
            if let Some(handle) = &quiet.handle {
                handle.switch_room(slug, cursor);
            }
        });
        self.show_newest();
    }

    /// Holds on to the room that is left, and shows what is held of the one that is entered: up to the returned cursor, or
    /// `nothing_yet`.
    fn exchange(self, entered: &RoomSlug, nothing_yet: Timeline) -> Option<Cursor> {
        let held = self.quietly(|quiet| {
            let place = quiet.held.iter().position(|held| held.room() == entered)?;
            Some(quiet.held.remove(place))
        });
        let cursor = held.as_ref().map(|held| held.cursor().clone());
        let mut timeline = held.unwrap_or(nothing_yet);
        self.timeline.update(|shown| std::mem::swap(shown, &mut timeline));
        if !self.arriving.get_untracked() {
            self.quietly(|quiet| {
                quiet.held.push(timeline);
                if quiet.held.len() > HELD_ROOMS_MAX {
                    quiet.held.remove(0);
                }
            });
        }
        cursor
    }

    /// Whether the server is out of reach, so that leaving the page would lead nowhere.
    fn is_away(self) -> bool {
        matches!(self.link.get_untracked(), ConnectionStatus::Offline { .. } | ConnectionStatus::Reconnecting { .. })
    }

    /// Whether the page may be left for another one now; if not, says why.
    pub fn may_leave(self) -> bool {
        let is_away = self.is_away();
        if is_away {
            let form = if self.me.with_untracked(Option::is_some) { Form::Post } else { Form::Nickname };
            self.tell_form(form, self.words().no_connection.to_owned());
        }
        !is_away
    }
}
