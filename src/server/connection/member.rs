//! A connection of the member socket. One task: it takes what the client sends, what the hub queued and what the store
//! answered, in whatever order they come. Lines wait for the store beside it; a hello, a join and a look at the session
//! are short reads, and everything else of this one connection waits for them.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::ws::WebSocket;
use futures::future::BoxFuture;
use futures::stream::{FuturesOrdered, StreamExt};
use tokio::time::MissedTickBehavior;

use crate::protocol::event::RoomHead;
use crate::protocol::{ClientMessageId, CloseCode, Command, ErrorCode, Event, Person, Refusal, RoomSlug};
use crate::server::app::{App, Caller};
use crate::server::chat;
use crate::server::config::limit;
use crate::server::connection::conduct::Conduct;
use crate::server::connection::transport::{Incoming, Transport};
use crate::server::hub::ConnectionId;
use crate::server::hub::publication::member_frame;
use crate::server::hub::sendq::{Outgoing, Sendq, SendqLimits};
use crate::server::names::NameClaim;

mod commands;
mod decode;
mod join;

/// Lines of one connection that may wait for the store at once; more are not read from the socket until one is answered.
const SENDS_IN_FLIGHT_MAX: usize = 32;

/// Serves a member until the socket is over. Whatever ends it, a panic too, the room is left before the close frame is
/// exchanged, so that a slow peer keeps no place and no name.
pub async fn serve(app: Arc<App>, socket: WebSocket, caller: Caller) {
    let mut member = Member::new(Arc::clone(&app), caller);
    let mut transport = Transport::new(socket, app.config.limits.write_timeout);
    let end = member.run(&mut transport).await;
    drop(member);
    if let Some(code) = end {
        transport.close(code).await;
    }
}

struct Member {
    app: Arc<App>,
    caller: Caller,
    me: Option<Person>,
    id: ConnectionId,
    sendq: Arc<Sendq>,
    conduct: Conduct,
    stage: Stage,
    joined: Vec<RoomSlug>,
    /// Held so that nobody else takes the name, or one that looks like it, while this connection shows it. A guest owns
    /// the name by the session, so a twin that came first does not keep the guest out.
    _name: Option<NameClaim>,
    sends: FuturesOrdered<BoxFuture<'static, Event>>,
    /// When the last heartbeat was sent.
    heartbeat_at: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ungreeted,
    Greeted,
}

/// Whether the task goes on.
enum Flow {
    Continue,
    Close(CloseCode),
    Gone,
}

impl Member {
    fn new(app: Arc<App>, caller: Caller) -> Self {
        let limits = &app.config.limits;
        let sendq = Arc::new(Sendq::new(SendqLimits { bytes: limits.sendq_bytes, frames: limits.sendq_frames }));
        let me = caller.person();
        Self {
            id: app.hub.connect(Arc::clone(&sendq), me.as_ref().map(|person| person.id.clone())),
            conduct: Conduct::new(limits, Instant::now()),
            _name: me.as_ref().and_then(|person| app.names.claim(&person.id, &person.nickname).ok()),
            stage: Stage::Ungreeted,
            joined: Vec::new(),
            sends: FuturesOrdered::new(),
            heartbeat_at: Instant::now(),
            sendq,
            me,
            caller,
            app,
        }
    }

    /// Runs until the end; `Some` when the client is to be told why.
    async fn run(&mut self, transport: &mut Transport) -> Option<CloseCode> {
        let mut check = tokio::time::interval(self.app.check_period());
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        check.reset();
        let drain = self.app.drain.clone();
        let mut draining = false;
        loop {
            let flow = tokio::select! {
                outgoing = self.sendq.next() => match outgoing {
                    Outgoing::Frames(frames) => transport.send(frames).await.map_or(Flow::Gone, |()| Flow::Continue),
                    Outgoing::Close(code) => Flow::Close(code),
                },
                Some(answer) = self.sends.next(), if !self.sends.is_empty() => self.answer_line(&answer),
                incoming = transport.receive(), if self.sends.len() < SENDS_IN_FLIGHT_MAX => self.receive(incoming).await,
                _ = check.tick() => self.check(Instant::now()).await,
                () = drain.cancelled(), if !draining => {
                    draining = true;
                    self.answer(&Event::Reconnect { in_ms: self.app.reconnect_delay_ms() })
                }
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
            Incoming::Text(text) => Some(decode::command(&text)),
        };
        // Every frame costs, whatever it holds: nothing is free to flood with.
        match (self.conduct.frame(Instant::now()), frame) {
            (Ok(()), None) => Flow::Continue,
            (Ok(()), Some(Ok(command))) => self.command(command).await,
            (Ok(()), Some(Err(code))) => self.refuse(None, code.into()),
            (Err(refusal), Some(Ok(command))) => self.refuse_command(command, refusal),
            (Err(refusal), _) => self.refuse(None, refusal),
        }
    }

    fn answer_line(&mut self, answer: &Event) -> Flow {
        match answer {
            Event::Nack { .. } => self.count_refusal(answer),
            _ => self.accept(answer),
        }
    }

    /// Ends what is silent or signed out; tells how far each room was sent, so that a client that lost the tail finds out.
    async fn check(&mut self, now: Instant) -> Flow {
        if let Some(code) = self.conduct.idle(now) {
            return Flow::Close(code);
        }
        if let Some(code) = chat::session_ended(&self.app, self.caller.guest.as_ref()).await {
            return Flow::Close(code);
        }
        match limit(self.app.config.limits.heartbeat) {
            Some(period) if now >= self.heartbeat_at + period => {
                self.heartbeat_at = now;
                let head = |room: &RoomSlug| {
                    let head = self.app.hub.sent_up_to(self.id, room)?;
                    Some(RoomHead { room: room.clone(), head })
                };
                let heads = self.joined.iter().filter_map(head).collect();
                self.answer(&Event::Heartbeat { heads })
            }
            _ => Flow::Continue,
        }
    }

    /// Refuses a command in the form that its sender waits for.
    fn refuse_command(&mut self, command: Command, refusal: Refusal) -> Flow {
        match command {
            Command::Send { room, client_message_id, .. } => self.nack(room, client_message_id, refusal),
            Command::Join { room, .. } | Command::Leave { room } | Command::Typing { room } => {
                self.refuse(Some(room), refusal)
            }
            Command::Hello { .. } | Command::Heartbeat => self.refuse(None, refusal),
        }
    }

    fn nack(&mut self, room: RoomSlug, client_message_id: ClientMessageId, refusal: Refusal) -> Flow {
        self.count_refusal(&Event::Nack { room, client_message_id, refusal })
    }

    fn refuse(&mut self, room: Option<RoomSlug>, refusal: Refusal) -> Flow {
        self.count_refusal(&Event::Refused { room, refusal })
    }

    fn count_refusal(&mut self, event: &Event) -> Flow {
        self.sendq.push(member_frame(event));
        self.conduct.refused().map_or(Flow::Continue, Flow::Close)
    }

    fn accept(&mut self, event: &Event) -> Flow {
        self.conduct.accepted();
        self.answer(event)
    }

    fn answer(&mut self, event: &Event) -> Flow {
        self.sendq.push(member_frame(event));
        Flow::Continue
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.app.hub.disconnect(self.id, &self.joined);
        if let Some(me) = &self.me {
            for room in &self.joined {
                self.app.presence.exit(room, me, Instant::now());
            }
        }
    }
}
