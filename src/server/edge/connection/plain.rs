//! A connection of the plain socket, for any program that can send `{nickname, message, time}` and print what comes. Best
//! effort, from the moment of joining. Cookies are not read.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use futures::future::BoxFuture;

use crate::model::text;
use crate::protocol::plain::{PlainFault, PlainFrame, PlainMessage, TIME_MAX_BYTES};
use crate::protocol::{CloseCode, ErrorCode, Person, PostBody, Refusal, RoomSlug, UserId};
use crate::server::app::App;
use crate::server::delivery::broker::{Bulletin, PresenceChange};
use crate::server::delivery::frame::{Wire, plain_refusal_frame};
use crate::server::delivery::hub::{ConnectionId, RoomNotOpen};
use crate::server::delivery::sendq::{Sendq, Signal, WhenFull};
use crate::server::edge::connection::connection_limits::ConnectionLimits;
use crate::server::edge::connection::following::open_and_follow;
use crate::server::edge::connection::pending_posts::PendingPosts;
use crate::server::edge::connection::{Reading, Transport, TransportEvent, Upgraded, note_attack};
use crate::server::ground::clock;
use crate::server::ground::names::fold;
use crate::server::limits::{Address, Payer, PersonKey};
use crate::server::people::live_names::NameClaim;
use crate::server::people::session::{draw_post_id, draw_user_id};
use crate::server::posting::{self, Post, Posted};

/// Serves a program until the socket is over. Whatever ends the connection, even a panic, it leaves the room before the close
/// frame is exchanged. The future is kept small, as by `member::serve`.
pub fn serve(app: Arc<App>, upgraded: Upgraded, room: RoomSlug, address: Address) -> impl Future<Output = ()> + Send {
    let (sendq, inbox, drain_guard) = upgraded.split(&app.config.limits, app.hub.compressor(), WhenFull::Close);
    let mut transport = Transport::new(Arc::clone(&sendq), inbox);
    let mut program = Program::new(app, sendq, room, address);
    let followed = program.follow();
    async move {
        if let Err(RoomNotOpen) = followed {
            Box::pin(program.follow_once_open()).await;
        }
        let end = program.run(&mut transport).await;
        program.finish().await;
        if let Some(code) = end {
            note_attack(&program.app, program.address, code);
        }
        drop(program);
        if let Some(code) = end {
            Box::pin(transport.close(code)).await;
        }
        drop(drain_guard);
    }
}

struct Program {
    app: Arc<App>,
    room: RoomSlug,
    address: Address,
    id: ConnectionId,
    sendq: Arc<Sendq>,
    limits: ConnectionLimits,
    /// Stays the same when the program changes its nickname.
    user: UserId,
    /// `None` until the first message. A program that never posts leaves silently, and owns no memory for a name.
    named: Option<Box<Named>>,
    pending_posts: PendingPosts<Result<Posted, Refusal>>,
}

struct Named {
    person: Person,
    /// The nickname as the program wrote it, so that the same one again needs no look-up.
    written: String,
    _claim: NameClaim,
}

/// Why a frame was refused.
enum Refused {
    ByRule(Refusal),
    /// A fault of the frame, which names the field that is wrong.
    ByShape(PlainFault),
}

impl<R: Into<Refusal>> From<R> for Refused {
    fn from(refusal: R) -> Self {
        Self::ByRule(refusal.into())
    }
}

/// The time that a program wrote, if it can be shown as it is: others print it, perhaps on a terminal.
fn shown_time(time: &str) -> Option<String> {
    (time.len() <= TIME_MAX_BYTES).then(|| text::nickname(time, 0).ok()).flatten()
}

impl Program {
    fn new(app: Arc<App>, sendq: Arc<Sendq>, room: RoomSlug, address: Address) -> Self {
        Self {
            id: app.hub.connect(Arc::clone(&sendq), None),
            limits: ConnectionLimits::new(&app.config.limits, Instant::now()),
            user: draw_user_id(),
            named: None,
            pending_posts: PendingPosts::default(),
            sendq,
            address,
            room,
            app,
        }
    }

    fn follow(&self) -> Result<(), RoomNotOpen> {
        self.app.hub.follow_live(self.id, &self.room, Wire::Plain)
    }

    /// Follows a room that was open at the handshake and was forgotten since, because nobody followed it. If it was removed,
    /// the program is sent the reason and closed.
    async fn follow_once_open(&mut self) {
        let (app, id, room) = (&self.app, self.id, &self.room);
        if let Err(refusal) = open_and_follow(app, room, || app.hub.follow_live(id, room, Wire::Plain)).await {
            self.sendq.push(plain_refusal_frame(refusal.to_string(), refusal.retry_after_ms));
            self.sendq.close(CloseCode::Drain);
        }
    }

    /// Runs until the end. `Some` when the program is to be sent a close code.
    async fn run(&mut self, transport: &mut Transport) -> Option<CloseCode> {
        // A drain that began before the hub knew of this connection did not signal it.
        if self.app.drain.is_cancelled() {
            return Some(CloseCode::Drain);
        }
        loop {
            let reading = if self.pending_posts.has_room() { Reading::Wanted } else { Reading::Paused };
            let flow = tokio::select! {
                // Answers first, so that refusals come in the order of the posts, as far as they are known.
                biased;
                outcome = self.next_outcome() => self.settle(outcome),
                turn = transport.next(reading) => match turn {
                    TransportEvent::Closed(code) => return code,
                    TransportEvent::Signal(Signal::Close(code)) => return Some(code),
                    TransportEvent::Signal(Signal::Drain) => return Some(CloseCode::Drain),
                    TransportEvent::Signal(Signal::Check) => self.check(transport),
                    TransportEvent::Signal(Signal::Behind) => ControlFlow::Continue(()),
                    TransportEvent::Alive => self.receive(None).await,
                    TransportEvent::Binary(_) => self.receive(Some(Err(ErrorCode::BinaryFrame.into()))).await,
                    TransportEvent::Text(text) => {
                        self.receive(Some(PlainFrame::decode(&text).map_err(Refused::ByShape))).await
                    }
                },
            };
            if let ControlFlow::Break(code) = flow {
                return Some(code);
            }
        }
    }

    fn check(&self, transport: &Transport) -> ControlFlow<CloseCode> {
        if let Some(code) = self.limits.idle(Instant::now()) {
            return ControlFlow::Break(code);
        }
        transport.ping();
        ControlFlow::Continue(())
    }

    /// Boxed, so that a silent program owns no memory for it.
    fn receive(&mut self, frame: Option<Result<PlainFrame, Refused>>) -> BoxFuture<'_, ControlFlow<CloseCode>> {
        Box::pin(async move {
            let outcome = match (self.limits.frame(Instant::now()), frame) {
                (Ok(()), None) => return ControlFlow::Continue(()),
                (Ok(()), Some(Ok(PlainFrame::Message(message)))) => self.message(message).await,
                (Ok(()), Some(Ok(PlainFrame::Nickname(nickname)))) => self.introduce(&nickname).await,
                (Ok(()), Some(Err(refused))) => Err(refused),
                (Err(refusal), _) => Err(refusal.into()),
            };
            outcome.map_or_else(|refused| self.refuse(refused), ControlFlow::Continue)
        })
    }

    /// The outcome of the first post that waits. Cancel-safe.
    async fn next_outcome(&mut self) -> Result<Posted, Refusal> {
        poll_fn(|context| self.pending_posts.poll_next(context)).await
    }

    /// Waits for the posts that are under way. Otherwise a program whose message is not on disk yet would leave like one that
    /// never posted.
    async fn finish(&mut self) {
        while !self.pending_posts.is_empty() {
            let outcome = self.next_outcome().await;
            // Too many refusals close the connection at the next one.
            let _ = self.settle(outcome);
        }
    }

    fn settle(&mut self, outcome: Result<Posted, Refusal>) -> ControlFlow<CloseCode> {
        match outcome {
            Ok(_) => {
                // The fan-out notes it too, but perhaps after the program changed its name or left.
                self.app.presence.posted(&self.room, &self.user);
                self.limits.accepted();
                ControlFlow::Continue(())
            }
            Err(refusal) => self.refuse(refusal.into()),
        }
    }

    fn refuse(&mut self, refused: Refused) -> ControlFlow<CloseCode> {
        let (text, retry_after_ms) = match refused {
            Refused::ByRule(refusal) => (refusal.to_string(), refusal.retry_after_ms),
            Refused::ByShape(fault) => (format!("{}: {fault}.", ErrorCode::MalformedFrame), None),
        };
        self.sendq.push(plain_refusal_frame(text, retry_after_ms));
        self.limits.refused().map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }

    /// Takes bare text as the nickname, unless there is one already.
    async fn introduce(&mut self, written: &str) -> Result<(), Refused> {
        match &self.named {
            Some(named) if named.written != written => Err(Refused::ByShape(PlainFault::NamedAlready)),
            _ => self.name(written).await.map(drop).map_err(Refused::from),
        }
    }

    /// Queues a message for the store.
    async fn message(&mut self, message: PlainMessage) -> Result<(), Refused> {
        let by = match (&message.nickname, &self.named) {
            (Some(written), _) => self.name(written).await?,
            (None, Some(named)) => named.person.clone(),
            (None, None) => return Err(Refused::ByShape(PlainFault::Missing("nickname"))),
        };
        let post = Post {
            room: self.room.clone(),
            payer: Payer { person: Some(PersonKey::Program(self.address, fold(&by.nickname))), address: self.address },
            by,
            session: None,
            id: draw_post_id(clock::now()),
            body: PostBody::Message { text: message.message, reply_to: None },
            sender_time: shown_time(&message.time),
        };
        self.pending_posts.push(posting::post(&self.app, post));
        Ok(())
    }

    /// The person behind a nickname. The first nickname is claimed; another one later is a change of nickname.
    async fn name(&mut self, written: &str) -> Result<Person, Refusal> {
        if let Some(named) = &self.named
            && named.written == written
        {
            return Ok(named.person.clone());
        }
        self.finish().await;
        let (person, claim) = posting::claim_plain_name(&self.app, &self.user, self.address, written).await?;
        self.leave_presence();
        self.publish_presence(person.clone(), PresenceChange::Entered);
        self.app.flush_presence(&self.room);
        let written = written.to_owned();
        self.named = Some(Box::new(Named { person: person.clone(), written, _claim: claim }));
        Ok(person)
    }

    fn leave_presence(&mut self) {
        if let Some(named) = self.named.take() {
            self.publish_presence(named.person, PresenceChange::Left);
        }
    }

    fn publish_presence(&self, person: Person, change: PresenceChange) {
        self.app.publish(Bulletin::Presence { room: self.room.clone(), person, change });
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.app.hub.disconnect(self.id, std::slice::from_ref(&self.room));
        self.leave_presence();
    }
}
