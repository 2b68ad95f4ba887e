//! A connection of the member socket. [`Machine`] decides; here is done what it decides. One task: it takes what the
//! client sends, what the hub queued and what the store answered, in whatever order they come.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures::future::BoxFuture;

use crate::protocol::{CloseCode, ErrorCode};
use crate::server::app::{App, Caller};
use crate::server::delivery::broker::PresenceChange;
use crate::server::delivery::hub::ConnectionId;
use crate::server::delivery::sendq::{Sendq, Signal, WhenFull};
use crate::server::edge::connection::sends::Sends;
use crate::server::edge::connection::{Reading, Transport, Turn, Upgraded, note_end};
use crate::server::ground::names::NameKey;
use crate::server::people::live_names::NameClaim;

mod decode;
mod effects;
mod join;
mod machine;

pub use machine::{Input, Machine, Output};

/// Serves a member until the socket is over. Whatever ends it, a panic too, the room is left before the close frame is
/// exchanged, so that a slow peer keeps no place and no name.
///
/// A crowd weighs by the size of this future. So everything is made before it, which would otherwise keep a second place for
/// each part, and what hardly any moment of a connection needs is boxed: the future is as large as its largest moment.
pub fn serve(app: Arc<App>, upgraded: Upgraded, caller: Caller) -> impl Future<Output = ()> + Send {
    let (sendq, inbox, waited_for) = upgraded.split(&app.config.limits, app.hub.compressor(), WhenFull::FallBehind);
    let mut transport = Transport::new(Arc::clone(&sendq), inbox);
    let mut member = Member::new(app, sendq, caller, Instant::now());
    async move {
        // A drain that began before the hub knew of this connection did not signal it.
        if member.app.drain.is_cancelled() {
            member.sendq.signal(Signal::Drain);
        }
        // `Some` when the client is to be told why.
        let end = loop {
            let reading = if member.is_ready() { Reading::Wanted } else { Reading::Paused };
            let flow = tokio::select! {
                input = member.answer() => member.take(input, Instant::now()),
                turn = transport.next(reading) => match turn {
                    Turn::Over(code) => break code,
                    Turn::Signal(signal) => member.signal(signal, Instant::now()),
                    Turn::Alive => member.take(Input::Alive, Instant::now()),
                    Turn::Binary(_) => member.take(Input::NoCommand(ErrorCode::BinaryFrame), Instant::now()),
                    Turn::Text(text) => member.receive(&text, Instant::now()),
                },
            };
            if let ControlFlow::Break(code) = flow {
                break Some(code);
            }
        };
        if let Some(code) = end {
            note_end(&member.app, member.caller.address, code);
        }
        drop(member);
        if let Some(code) = end {
            Box::pin(transport.close(code)).await;
        }
        drop(waited_for);
    }
}

/// A member's connection without its socket: whoever has one feeds in what comes and sends what the [`Sendq`] holds.
pub struct Member {
    app: Arc<App>,
    caller: Caller,
    id: ConnectionId,
    sendq: Arc<Sendq>,
    machine: Machine,
    /// Held so that nobody else takes the name, or one that looks like it, while this connection shows it. A guest owns
    /// the name by the session, so a twin that came first does not keep the guest out.
    _name: Option<NameClaim>,
    /// Short reads, a few at most. The next frame of the client waits for them, so that commands take effect in their order.
    reads: Vec<BoxFuture<'static, Input>>,
    sends: Sends<Input>,
}

impl Member {
    /// Registers a connection that was just opened. It is forgotten when it is dropped.
    #[must_use]
    pub fn new(app: Arc<App>, sendq: Arc<Sendq>, caller: Caller, now: Instant) -> Self {
        let me = caller.person();
        Self {
            id: app.hub.connect(Arc::clone(&sendq), me.as_ref().map(|person| person.id.clone())),
            _name: me.as_ref().and_then(|person| app.names.claim(&person.id, NameKey::of(&person.nickname)).ok()),
            machine: Machine::new(me, app.store.epoch().clone(), app.told_limits(), &app.config.limits, now),
            reads: Vec::new(),
            sends: Sends::default(),
            sendq,
            caller,
            app,
        }
    }

    /// What waits for the client.
    #[must_use]
    pub fn sendq(&self) -> &Sendq {
        &self.sendq
    }

    /// Whether the next frame of the client is wanted now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.reads.is_empty() && self.sends.has_room()
    }

    /// Takes a text frame of the client. `Break` when the connection must close.
    pub fn receive(&mut self, text: &str, now: Instant) -> ControlFlow<CloseCode> {
        self.take(decode::command(text).map_or_else(Input::NoCommand, Input::Command), now)
    }

    /// What the store answers next, for [`Member::take`]; nothing, as long as it was not asked anything. Cancel-safe.
    pub async fn answer(&mut self) -> Input {
        poll_fn(|context| self.poll_answer(context)).await
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Input> {
        for index in 0..self.reads.len() {
            if let Poll::Ready(input) = self.reads[index].as_mut().poll(context) {
                drop(self.reads.swap_remove(index));
                if self.reads.is_empty() {
                    // Whoever is silent owns no memory for what was asked.
                    self.reads = Vec::new();
                }
                return Poll::Ready(input);
            }
        }
        self.sends.poll_next(context)
    }

    /// Tells the client when to come back, since the server is about to stop.
    pub fn drain(&mut self, now: Instant) -> ControlFlow<CloseCode> {
        let in_ms = self.app.reconnect_delay_ms();
        self.take(Input::Drain { in_ms }, now)
    }

    /// Sees to what the sendq wants seen to.
    pub fn signal(&mut self, signal: Signal, now: Instant) -> ControlFlow<CloseCode> {
        match signal {
            Signal::Behind => self.fall_behind(now),
            Signal::Check => self.check(now),
            Signal::Drain => self.drain(now),
            Signal::Close(code) => ControlFlow::Break(code),
        }
    }

    /// Sees to what the sendq gave up, when it says [`Signal::Behind`].
    pub fn fall_behind(&mut self, now: Instant) -> ControlFlow<CloseCode> {
        let rooms = self.app.hub.fall_behind(self.id, self.machine.joined());
        self.take(Input::FellBehind(rooms), now)
    }

    /// Looks at silence, heartbeat and session.
    pub fn check(&mut self, now: Instant) -> ControlFlow<CloseCode> {
        self.read_session();
        self.take(Input::Check, now)
    }

    /// Takes what happened and does what follows from it. `Break` when the connection must close.
    pub fn take(&mut self, input: Input, now: Instant) -> ControlFlow<CloseCode> {
        self.machine.step(input, now).into_iter().try_for_each(|output| self.perform(output))
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.app.hub.disconnect(self.id, self.machine.joined());
        for room in self.machine.joined() {
            self.publish_presence(room.clone(), PresenceChange::Left);
        }
    }
}
