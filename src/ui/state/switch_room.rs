//! Opening another room in the page.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::RoomState;
use crate::api::{self, CreateRoom};
use crate::client::navigation;
use crate::model::address;
use crate::model::conversation::Update;
use crate::protocol::page::Form;
use crate::protocol::{RoomSlug, RoomSummary};

/// Who follows the reader's wish to another room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The page did.
    InPage,
    /// The link itself has to: the page does not know the room, or has no connection that could bring it.
    ByLink,
}

impl RoomState {
    /// The reader wants another room.
    pub fn open_room(self, slug: &RoomSlug) -> Follow {
        let (can_open, is_open) =
            self.conversation.with_untracked(|conversation| (conversation.can_open(slug), conversation.is_open(slug)));
        if !can_open {
            return Follow::ByLink;
        }
        if !is_open {
            navigation::push_room(slug);
        }
        self.step(Update::OpenRoom(slug.clone()));
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
        self.step(Update::RoomMade(room));
        if self.open_room(&slug) == Follow::ByLink {
            // Leaving the page can only fail where the browser is leaving it already.
            let _ = window().location().set_href(&address::room(&slug));
        }
    }

    pub(super) fn follow_address_bar(self) {
        let listener = navigation::on_room_change(move |slug| {
            let (is_known, is_open, is_away) = self.conversation.with_untracked(|conversation| {
                (conversation.known_room(&slug).is_some(), conversation.is_open(&slug), conversation.is_away())
            });
            if is_known {
                if !is_open {
                    self.step(Update::OpenRoom(slug));
                }
            } else if !is_away {
                // Only the server knows about it, where it can be asked.
                let _ = window().location().reload();
            }
        });
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }

    /// Whether the page may be left for another one now; if not, says why.
    pub fn may_leave(self) -> bool {
        let is_away = self.conversation.with_untracked(|conversation| conversation.is_away());
        if is_away {
            let form = if self.me.with_untracked(Option::is_some) { Form::Post } else { Form::Nickname };
            self.tell_form(form, self.words().no_connection.to_owned());
        }
        !is_away
    }
}
