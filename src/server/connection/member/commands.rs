//! What each command does to its connection. Not here: reading and writing frames (`member`), the use cases (`chat`).

use std::time::Instant;

use super::{Flow, Member, Stage, join};
use crate::protocol::limits::PROTOCOL_VERSION;
use crate::protocol::{ClientMessageId, CloseCode, Command, Cursor, ErrorCode, Event, RoomSlug, TabId};
use crate::server::chat::{self, Utterance};

impl Member {
    /// Does what a decoded frame asks for.
    pub(super) async fn command(&mut self, command: Command) -> Flow {
        match (self.stage, command) {
            (Stage::Ungreeted, Command::Hello { protocol, tab }) => self.greet(protocol, tab).await,
            (Stage::Ungreeted, command) => self.refuse_command(command, ErrorCode::HelloExpected.into()),
            (Stage::Greeted, Command::Hello { .. }) => self.refuse(None, ErrorCode::HelloExpected.into()),
            (Stage::Greeted, Command::Join { room, cursor }) => self.join(room, cursor).await,
            (Stage::Greeted, Command::Leave { room }) => self.leave(&room),
            (Stage::Greeted, Command::Send { room, client_message_id, text }) => {
                self.send(room, client_message_id, text)
            }
            (Stage::Greeted, Command::Typing { room }) => self.typing(&room),
            (Stage::Greeted, Command::Heartbeat) => Flow::Continue,
        }
    }

    async fn greet(&mut self, protocol: u32, tab: TabId) -> Flow {
        if protocol != PROTOCOL_VERSION {
            return Flow::Close(CloseCode::UnsupportedProtocol);
        }
        // The cookie was read before the upgrade, and the hub knows of this connection since: whoever signed out in
        // between is found here, and everybody later by the hub.
        if let Some(code) = chat::session_ended(&self.app, self.caller.guest.as_ref()).await {
            return Flow::Close(code);
        }
        match chat::list_rooms(&self.app).await {
            Ok(rooms) => {
                self.stage = Stage::Greeted;
                self.app.hub.identify(self.id, tab);
                let heartbeat_ms = self.app.config.limits.heartbeat.as_millis();
                self.accept(&Event::Welcome {
                    protocol: PROTOCOL_VERSION,
                    me: self.me.clone(),
                    epoch: self.app.store.epoch().clone(),
                    heartbeat_ms: u32::try_from(heartbeat_ms).unwrap_or(u32::MAX),
                    limits: self.app.limits(),
                    rooms,
                })
            }
            Err(refusal) => self.refuse(None, refusal),
        }
    }

    async fn join(&mut self, room: RoomSlug, cursor: Option<Cursor>) -> Flow {
        let most = self.app.config.limits.joined_rooms;
        let known = self.joined.contains(&room);
        if !known && most > 0 && self.joined.len() >= most {
            return self.refuse(Some(room), ErrorCode::TooManyJoins.into());
        }
        match join::follow(&self.app, self.id, &room, cursor).await {
            Ok(()) => {
                if !known {
                    if let Some(me) = &self.me {
                        self.app.presence.enter(&room, me);
                    }
                    self.joined.push(room);
                }
                self.conduct.accepted();
                Flow::Continue
            }
            Err(refusal) => {
                // A room that was joined before is not followed any more either: better none of it than half.
                self.leave(&room);
                self.refuse(Some(room), refusal)
            }
        }
    }

    fn leave(&mut self, room: &RoomSlug) -> Flow {
        if let Some(index) = self.joined.iter().position(|joined| joined == room) {
            self.joined.swap_remove(index);
            self.app.hub.unfollow(self.id, room);
            if let Some(me) = &self.me {
                self.app.presence.exit(room, me, Instant::now());
            }
        }
        Flow::Continue
    }

    fn send(&mut self, room: RoomSlug, client_message_id: ClientMessageId, text: String) -> Flow {
        let Some(guest) = &self.caller.guest else {
            return self.nack(room, client_message_id, ErrorCode::NicknameRequired.into());
        };
        if !self.joined.contains(&room) {
            return self.nack(room, client_message_id, ErrorCode::NotJoined.into());
        }
        // Queued for the store by the call itself: whatever becomes of this connection, a line that was read is kept.
        let said = chat::say(&self.app, Utterance::of_guest(guest, room.clone(), client_message_id.clone(), text));
        self.sends.push_back(Box::pin(async move {
            match said.await {
                Ok(said) => Event::Ack { room, client_message_id, seq: said.seq, at_ms: said.at },
                Err(refusal) => Event::Nack { room, client_message_id, refusal },
            }
        }));
        Flow::Continue
    }

    fn typing(&mut self, room: &RoomSlug) -> Flow {
        if let (Some(me), true) = (&self.me, self.joined.contains(room)) {
            self.app.presence.writes(room, me, Instant::now());
        }
        Flow::Continue
    }
}
