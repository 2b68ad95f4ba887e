//! Performs the outputs of a member's machine. What takes time becomes a future, whose result comes back as an input. Not
//! here: when and why (`machine`).

use std::future::ready;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::machine::{Greeting, Input, Output};
use super::{Member, join};
use crate::protocol::{CloseCode, Cursor, ErrorCode, Event, Person, PostBody, PostId, Refusal, RoomSlug};
use crate::server::app::{App, Caller};
use crate::server::delivery::broker::{Bulletin, PresenceChange};
use crate::server::delivery::frame::{member_frame, welcome_frame};
use crate::server::limits::Action;
use crate::server::log::MarkTo;
use crate::server::posting::{self, Post, SessionState};

impl Member {
    pub(super) fn perform(&mut self, output: Output) -> ControlFlow<CloseCode> {
        match output {
            Output::Close(code) => return ControlFlow::Break(code),
            Output::Send(event) => self.sendq.push(member_frame(&event)),
            Output::Welcome(welcome, rooms) => self.sendq.push(welcome_frame(&welcome, &rooms)),
            Output::Identify(tab) => self.app.hub.identify(self.id, tab),
            Output::ReadRooms => self.read_rooms(),
            Output::Follow(room, cursor) => self.follow(room, cursor),
            Output::Unfollow(room) => self.app.hub.unfollow(self.id, &room),
            Output::Presence(room, change) => self.publish_presence(room, change),
            Output::Append(room, id, body) => self.append(room, id, body),
            Output::Mark(room, to) => self.mark(room, to),
            Output::TellPositions(rooms) => {
                let heads = self.app.hub.positions(self.id, &rooms);
                self.sendq.push(member_frame(&Event::Heartbeat { heads }));
            }
        }
        ControlFlow::Continue(())
    }

    /// Reads the room list for the welcome. The cookie was read before the upgrade. A sign-out since then is found here if it
    /// came before the hub knew this connection; later ones reach the connection by the hub.
    fn read_rooms(&mut self) {
        let app = Arc::clone(&self.app);
        let (address, reader) = (self.caller.address, self.caller.person());
        let doubtful = self.caller.guest.clone().filter(|_| self.caller.as_of != app.identity_version());
        self.reads.push(Box::pin(async move {
            let _turn = match app.arrivals.permit(address).await {
                Ok(turn) => turn,
                Err(refusal) => return Input::Rooms(Err(refusal)),
            };
            let state = match &doubtful {
                Some(guest) => posting::session_state(&app, guest).await,
                None => SessionState::Same,
            };
            match state {
                SessionState::Over(_) => Input::Session(state),
                // The handshake has just renewed the cookie.
                SessionState::Same | SessionState::CookieIsOld => Input::Rooms(greeting(&app, reader.as_ref()).await),
            }
        }));
    }

    pub(super) fn read_session(&mut self) {
        if let Some(guest) = self.caller.guest.clone() {
            let app = Arc::clone(&self.app);
            self.reads.push(Box::pin(async move { Input::Session(posting::session_state(&app, &guest).await) }));
        }
    }

    fn follow(&mut self, room: RoomSlug, cursor: Option<Cursor>) {
        if let Err(refusal) = self.app.limits.charge(Action::Join, &self.caller.payer()) {
            self.reads.push(Box::pin(ready(Input::Followed(room, Err(refusal)))));
            return;
        }
        let (app, id, address) = (Arc::clone(&self.app), self.id, self.caller.address);
        let reader = self.caller.person();
        self.reads.push(Box::pin(async move {
            let outcome = match app.arrivals.permit(address).await {
                Ok(_turn) => join::follow(&app, id, reader, &room, cursor).await,
                Err(refusal) => Err(refusal),
            };
            Input::Followed(room, outcome)
        }));
    }

    /// Queues a post for the store by the call itself. So a post that was read is kept, whatever happens to this connection.
    fn append(&mut self, room: RoomSlug, id: PostId, body: PostBody) {
        let Caller { guest, address, .. } = &self.caller;
        let posted = guest
            .as_ref()
            .map(|guest| posting::post(&self.app, Post::of_guest(guest, *address, room.clone(), id.clone(), body)));
        self.pending_posts.push(async move {
            let outcome = match posted {
                Some(posted) => posted.await,
                None => Err(ErrorCode::NicknameRequired.into()),
            };
            Input::Appended(room, id, outcome)
        });
    }

    /// Like a post: what was read of a client is done, and its next frames do not wait for it.
    fn mark(&mut self, room: RoomSlug, to: MarkTo) {
        let Caller { guest, address, .. } = &self.caller;
        let (app, guest, address) = (Arc::clone(&self.app), guest.clone(), *address);
        self.pending_posts.push(async move {
            let outcome = match guest {
                Some(guest) => posting::mark(&app, &guest, address, room, to).await,
                None => Err(ErrorCode::NicknameRequired.into()),
            };
            Input::Marked(outcome)
        });
    }

    pub(super) fn publish_presence(&self, room: RoomSlug, change: PresenceChange) {
        if let Some(person) = self.caller.person() {
            self.app.publish(Bulletin::Presence { room, person, change });
        }
    }
}

/// What the server knows for a connection that has just come.
async fn greeting(app: &App, reader: Option<&Person>) -> Result<Greeting, Refusal> {
    let rooms = posting::list_rooms_for_welcome(app).await?;
    Ok(Greeting { rooms, marks: posting::marks(app, reader).await? })
}
