//! A connection of the plain socket: any program that can send `{nickname, message, time}` and print what comes.
//! Best effort, from the moment of joining; cookies do not count here.

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
use crate::server::edge::connection::conduct::Conduct;
use crate::server::edge::connection::following::open_and_follow;
use crate::server::edge::connection::sends::Sends;
use crate::server::edge::connection::{Reading, Transport, Turn, Upgraded, note_end};
use crate::server::ground::clock;
use crate::server::ground::names::fold;
use crate::server::limits::{Address, Payer, PersonKey};
use crate::server::people::live_names::NameClaim;
use crate::server::people::session::{draw_post_id, draw_user_id};
use crate::server::posting::{self, Post, Posted};

/// Serves a program until the socket is over. Whatever ends it, a panic too, the room is left before the close frame is
/// exchanged. The future is kept small, as by `member::serve`.
pub fn serve(app: Arc<App>, upgraded: Upgraded, room: RoomSlug, address: Address) -> impl Future<Output = ()> + Send {
    let (sendq, inbox, waited_for) = upgraded.split(&app.config.limits, app.hub.compressor(), WhenFull::Close);
    let mut transport = Transport::new(Arc::clone(&sendq), inbox);
    let mut program = Program::new(app, sendq, room, address);
    let followed = program.follow();
    async move {
        if let Err(RoomNotOpen) = followed {
            Box::pin(program.follow_once_open()).await;
        }
        let end = program.talk(&mut transport).await;
        program.finish().await;
        if let Some(code) = end {
            note_end(&program.app, program.address, code);
        }
        drop(program);
        if let Some(code) = end {
            Box::pin(transport.close(code)).await;
        }
        drop(waited_for);
    }
}

struct Program {
    app: Arc<App>,
    room: RoomSlug,
    address: Address,
    id: ConnectionId,
    sendq: Arc<Sendq>,
    conduct: Conduct,
    /// Stays the same when the program changes its name.
    user: UserId,
    /// Nobody until the first message: whoever never said a word leaves silently, and owns no place for a name.
    named: Option<Box<Named>>,
    sends: Sends<Result<Posted, Refusal>>,
}

struct Named {
    person: Person,
    /// As the program wrote it, so that the same name again needs no look-up.
    written: String,
    _claim: NameClaim,
}

/// Why a frame was refused.
enum Refused {
    ByRule(Refusal),
    /// Nobody can tell from a code alone which field is wrong.
    ByShape(PlainFault),
}

impl<R: Into<Refusal>> From<R> for Refused {
    fn from(refusal: R) -> Self {
        Self::ByRule(refusal.into())
    }
}

/// A program's own idea of the time, if it can be shown as it is: others print it, perhaps on a terminal.
fn shown_time(time: &str) -> Option<String> {
    (time.len() <= TIME_MAX_BYTES).then(|| text::nickname(time, 0).ok()).flatten()
}

impl Program {
    fn new(app: Arc<App>, sendq: Arc<Sendq>, room: RoomSlug, address: Address) -> Self {
        Self {
            id: app.hub.connect(Arc::clone(&sendq), None),
            conduct: Conduct::new(&app.config.limits, Instant::now()),
            user: draw_user_id(),
            named: None,
            sends: Sends::default(),
            sendq,
            address,
            room,
            app,
        }
    }

    fn follow(&self) -> Result<(), RoomNotOpen> {
        self.app.hub.follow_live(self.id, &self.room, Wire::Plain)
    }

    /// The room was open at the handshake, and was forgotten since, because nobody followed it. It may be gone: a program
    /// would wait for its lines in vain.
    async fn follow_once_open(&mut self) {
        let (app, id, room) = (&self.app, self.id, &self.room);
        if let Err(refusal) = open_and_follow(app, room, || app.hub.follow_live(id, room, Wire::Plain)).await {
            self.sendq.push(plain_refusal_frame(refusal.to_string(), refusal.retry_after_ms));
            self.sendq.close(CloseCode::Drain);
        }
    }

    /// Runs until the end; `Some` when the program is to be told why.
    async fn talk(&mut self, transport: &mut Transport) -> Option<CloseCode> {
        // A drain that began before the hub knew of this connection did not signal it.
        if self.app.drain.is_cancelled() {
            return Some(CloseCode::Drain);
        }
        loop {
            let reading = if self.sends.has_room() { Reading::Wanted } else { Reading::Paused };
            let flow = tokio::select! {
                // Answers first, so that what was refused is told in the order in which it was said, as far as it is known.
                biased;
                outcome = self.said() => self.conclude(outcome),
                turn = transport.next(reading) => match turn {
                    Turn::Over(code) => return code,
                    Turn::Signal(Signal::Close(code)) => return Some(code),
                    Turn::Signal(Signal::Drain) => return Some(CloseCode::Drain),
                    Turn::Signal(Signal::Check) => self.check(transport),
                    Turn::Signal(Signal::Behind) => ControlFlow::Continue(()),
                    Turn::Alive => self.receive(None).await,
                    Turn::Binary(_) => self.receive(Some(Err(ErrorCode::BinaryFrame.into()))).await,
                    Turn::Text(text) => {
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
        if let Some(code) = self.conduct.idle(Instant::now()) {
            return ControlFlow::Break(code);
        }
        transport.ping();
        ControlFlow::Continue(())
    }

    /// Boxed, so that a program that says nothing owns no place for it.
    fn receive(&mut self, frame: Option<Result<PlainFrame, Refused>>) -> BoxFuture<'_, ControlFlow<CloseCode>> {
        Box::pin(async move {
            let outcome = match (self.conduct.frame(Instant::now()), frame) {
                (Ok(()), None) => return ControlFlow::Continue(()),
                (Ok(()), Some(Ok(PlainFrame::Message(message)))) => self.message(message).await,
                (Ok(()), Some(Ok(PlainFrame::Nickname(nickname)))) => self.introduce(&nickname).await,
                (Ok(()), Some(Err(refused))) => Err(refused),
                (Err(refusal), _) => Err(refusal.into()),
            };
            outcome.map_or_else(|refused| self.refuse(refused), ControlFlow::Continue)
        })
    }

    /// What became of the line that was said first of those that wait. Cancel-safe.
    async fn said(&mut self) -> Result<Posted, Refusal> {
        poll_fn(|context| self.sends.poll_next(context)).await
    }

    /// Waits for what is under way: the leave of somebody whose line is not on disk would be the leave of somebody who
    /// never said a word.
    async fn finish(&mut self) {
        while !self.sends.is_empty() {
            let outcome = self.said().await;
            // Too many refusals end the connection by the next one.
            let _ = self.conclude(outcome);
        }
    }

    fn conclude(&mut self, outcome: Result<Posted, Refusal>) -> ControlFlow<CloseCode> {
        match outcome {
            Ok(_) => {
                // The fan-out says so too, but perhaps when the program has another name already, or has left.
                self.app.presence.posted(&self.room, &self.user);
                self.conduct.accepted();
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
        self.conduct.refused().map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }

    /// Takes bare text as the nickname, as long as there is none.
    async fn introduce(&mut self, written: &str) -> Result<(), Refused> {
        match &self.named {
            Some(named) if named.written != written => Err(Refused::ByShape(PlainFault::NamedAlready)),
            _ => self.name(written).await.map(drop).map_err(Refused::from),
        }
    }

    /// Queues a line for the store.
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
            body: PostBody::Message { text: message.message },
            sender_time: shown_time(&message.time),
        };
        self.sends.push(posting::post(&self.app, post));
        Ok(())
    }

    /// The person behind a nickname: the first one is taken, another one later is a change of name.
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
