//! A connection of the plain socket: any program that can send `{nickname, message, time}` and print what comes.
//! Best effort, from the moment of joining; cookies do not count here.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::ws::WebSocket;
use tokio::time::MissedTickBehavior;

use crate::protocol::plain::{PlainMessage, TIME_MAX_BYTES};
use crate::protocol::{ClientMessageId, CloseCode, ErrorCode, Person, Refusal, RoomSlug, UserId};
use crate::server::app::App;
use crate::server::budgets::Speaker;
use crate::server::chat::{self, Utterance};
use crate::server::clock;
use crate::server::connection::conduct::Conduct;
use crate::server::connection::transport::{Incoming, Transport};
use crate::server::hub::ConnectionId;
use crate::server::hub::publication::{Wire, plain_refusal_frame};
use crate::server::hub::sendq::{Outgoing, Sendq, SendqLimits, WhenFull};
use crate::server::names::{NameClaim, fold};
use crate::server::session::{draw_hex_id, draw_user_id};

/// Serves a program until the socket is over. The room must be open. Whatever ends it, a panic too, the room is left
/// before the close frame is exchanged.
pub async fn serve(app: Arc<App>, socket: WebSocket, room: RoomSlug, address: IpAddr) {
    let mut transport = Transport::new(socket, app.config.limits.write_timeout);
    let mut program = Program::new(app, room, address);
    let end = program.run(&mut transport).await;
    drop(program);
    if let Some(code) = end {
        transport.close(code).await;
    }
}

struct Program {
    app: Arc<App>,
    room: RoomSlug,
    address: IpAddr,
    id: ConnectionId,
    sendq: Arc<Sendq>,
    conduct: Conduct,
    /// Stays the same when the program changes its name.
    user: UserId,
    /// Nobody until the first message: whoever never said a word leaves silently.
    named: Option<Named>,
}

struct Named {
    person: Person,
    /// As the program wrote it, so that the same name again needs no look-up.
    written: String,
    _claim: NameClaim,
}

enum Flow {
    Continue,
    Close(CloseCode),
    Gone,
}

impl Program {
    fn new(app: Arc<App>, room: RoomSlug, address: IpAddr) -> Self {
        let limits = &app.config.limits;
        let sendq_limits = SendqLimits { bytes: limits.sendq_bytes, frames: limits.sendq_frames };
        let sendq = Arc::new(Sendq::new(sendq_limits, WhenFull::Close));
        let id = app.hub.connect(Arc::clone(&sendq), None);
        app.hub.follow_live(id, &room, Wire::Plain);
        Self {
            id,
            conduct: Conduct::new(limits, Instant::now()),
            user: draw_user_id(),
            named: None,
            sendq,
            address,
            room,
            app,
        }
    }

    /// Runs until the end; `Some` when the program is to be told why.
    async fn run(&mut self, transport: &mut Transport) -> Option<CloseCode> {
        let mut check = tokio::time::interval(self.app.check_period());
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        check.reset();
        let drain = self.app.drain.clone();
        loop {
            let flow = tokio::select! {
                outgoing = self.sendq.next() => match outgoing {
                    Outgoing::Frames(frames) => transport.send(frames).await.map_or(Flow::Gone, |()| Flow::Continue),
                    Outgoing::Behind => Flow::Continue,
                    Outgoing::Close(code) => Flow::Close(code),
                },
                incoming = transport.receive() => self.receive(incoming).await,
                _ = check.tick() => match self.conduct.idle(Instant::now()) {
                    Some(code) => Flow::Close(code),
                    None => transport.ping().await.map_or(Flow::Gone, |()| Flow::Continue),
                },
                () = drain.cancelled() => Flow::Close(CloseCode::Drain),
            };
            match flow {
                Flow::Continue => {}
                Flow::Close(code) => return Some(code),
                Flow::Gone => return None,
            }
        }
    }

    async fn receive(&mut self, incoming: Incoming) -> Flow {
        let frame = match incoming {
            Incoming::Over(Some(code)) => return Flow::Close(code),
            Incoming::Over(None) => return Flow::Gone,
            Incoming::Alive => None,
            Incoming::Binary => Some(Err(ErrorCode::BinaryFrame)),
            Incoming::Text(text) => Some(serde_json::from_str(&text).map_err(|_| ErrorCode::MalformedFrame)),
        };
        let outcome = match (self.conduct.frame(Instant::now()), frame) {
            (Ok(()), None) => return Flow::Continue,
            (Ok(()), Some(Ok(message))) => self.message(message).await,
            (Ok(()), Some(Err(code))) => Err(code.into()),
            (Err(refusal), _) => Err(refusal),
        };
        match outcome {
            Ok(()) => {
                self.conduct.accepted();
                Flow::Continue
            }
            Err(refusal) => {
                self.sendq.push(plain_refusal_frame(&refusal));
                self.conduct.refused().map_or(Flow::Continue, Flow::Close)
            }
        }
    }

    async fn message(&mut self, message: PlainMessage) -> Result<(), Refusal> {
        let sender = self.name(&message.nickname).await?;
        let utterance = Utterance {
            room: self.room.clone(),
            speaker: Speaker::Program(self.address, fold(&sender.nickname)),
            sender,
            session: None,
            client_message_id: ClientMessageId::parse(&draw_hex_id())
                .expect("32 hex digits have the shape of a client message id"),
            text: message.message,
            sender_time: Some(message.time).filter(|time| (1..=TIME_MAX_BYTES).contains(&time.len())),
        };
        chat::say(&self.app, utterance).await.map(|_| ())
    }

    /// The person behind a nickname: the first one is taken, another one later is a change of name.
    async fn name(&mut self, written: &str) -> Result<Person, Refusal> {
        if let Some(named) = &self.named
            && named.written == written
        {
            return Ok(named.person.clone());
        }
        let (person, claim) = chat::claim_plain_name(&self.app, &self.user, self.address, written).await?;
        self.leave_presence();
        self.app.presence.enter(&self.room, &person);
        self.app.presence.tell(&self.app.hub, &self.room, Instant::now(), clock::now());
        self.named = Some(Named { person: person.clone(), written: written.to_owned(), _claim: claim });
        Ok(person)
    }

    fn leave_presence(&mut self) {
        if let Some(named) = self.named.take() {
            self.app.presence.exit(&self.room, &named.person, Instant::now());
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.app.hub.disconnect(self.id, std::slice::from_ref(&self.room));
        self.leave_presence();
    }
}
