//! Keeps the page alive: connects, and tells the conversation what comes. Only called in the browser.

use leptos::prelude::*;

use super::RoomState;
use crate::client::connection::{self, ConnectionHandle};
use crate::client::{local_time, storage};
use crate::model::connection::ConnectionStatus;
use crate::model::conversation::Update;
use crate::protocol::{CloseCode, Event};

impl RoomState {
    /// Takes over the page that the server rendered: local clocks, what storage kept, and the connection.
    pub fn come_alive(self) {
        let slug = self.slug();
        // The fields hold it by now; one that comes later is another form's.
        self.typed.set(None);
        local_time::correct(self.quietly(|quiet| quiet.drawn));
        self.follow_clock();
        // A tab that was reopened brings what it kept before a sign-out.
        if !storage::has_signed_out() {
            self.keep_own_nickname();
        }
        self.restore_posts();
        let cursor = self.timeline.with_untracked(|timeline| timeline.cursor().clone());
        let connection = ConnectionHandle::start(slug, Some(cursor), move |update| self.receive(update));
        self.quietly(|quiet| quiet.connection = Some(connection));
        self.follow_address_bar();
        self.follow_visibility();
        self.follow_other_tabs();
        self.follow_other_tabs_person();
        self.recover();
        if let Some(root) = document().document_element() {
            // An attribute of this shape is always accepted.
            let _ = root.set_attribute("data-hydrated", "");
        }
    }

    fn receive(self, update: connection::ConnectionUpdate) {
        const SESSION_ENDED: ConnectionStatus = ConnectionStatus::Ended { code: CloseCode::SessionEnded.number() };
        match update {
            connection::ConnectionUpdate::Status(SESSION_ENDED) => self.session_ended(),
            connection::ConnectionUpdate::Status(status) => self.step(Update::Status(status)),
            connection::ConnectionUpdate::CaughtUp { .. } => self.step(Update::CaughtUp),
            connection::ConnectionUpdate::Event(event) => {
                match *event {
                    Event::Welcome { ref me, .. } => {
                        self.keep_typed_nickname(me.as_ref());
                        // This tab may have slept while somebody signed out: what they typed is nobody's any more.
                        self.leave_if_signed_out();
                    }
                    Event::Publication { ref event, .. } => local_time::correct(event.at_ms),
                    _ => {}
                }
                self.look_whether_visible();
                self.step(Update::Event(event));
            }
        }
    }
}
