//! A connection of the member socket. [`Machine`] decides what to do, and this module does it. One task takes the frames of
//! the client, the signals of the hub and the answers of the store, in whatever order they come.

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
use crate::server::edge::connection::pending_posts::PendingPosts;
use crate::server::edge::connection::{Reading, Transport, TransportEvent, Upgraded, note_attack};
use crate::server::ground::names::NameKey;
use crate::server::people::live_names::NameClaim;

mod decode;
mod effects;
mod join;
mod machine;

pub use machine::{Greeting, Input, Machine, Output};

/// Serves a member until the socket is over. Whatever ends the connection, even a panic, it leaves its rooms before the close
/// frame is exchanged, so that a slow peer keeps neither presence nor name.
///
/// The size of this future decides the memory of a crowd. So its parts are made outside of it, since they would be stored
/// twice otherwise, and rare large states are boxed.
pub fn serve(app: Arc<App>, upgraded: Upgraded, caller: Caller) -> impl Future<Output = ()> + Send {
    let (sendq, inbox, drain_guard) = upgraded.split(&app.config.limits, app.hub.compressor(), WhenFull::FallBehind);
    let mut transport = Transport::new(Arc::clone(&sendq), inbox);
    let mut member = Member::new(app, sendq, caller, Instant::now());
    async move {
        // A drain that began before the hub knew this connection did not signal it.
        if member.app.drain.is_cancelled() {
            member.sendq.signal(Signal::Drain);
        }
        // `Some` when the client is sent a close code.
        let end = loop {
            let reading = if member.is_ready() { Reading::Wanted } else { Reading::Paused };
            let flow = tokio::select! {
                input = member.answer() => member.take(input, Instant::now()),
                turn = transport.next(reading) => match turn {
                    TransportEvent::Closed(code) => break code,
                    TransportEvent::Signal(signal) => member.signal(signal, Instant::now()),
                    TransportEvent::Alive => member.take(Input::Alive, Instant::now()),
                    TransportEvent::Binary(_) => member.take(Input::InvalidFrame(ErrorCode::BinaryFrame), Instant::now()),
                    TransportEvent::Text(text) => member.receive(&text, Instant::now()),
                },
            };
            if let ControlFlow::Break(code) = flow {
                break Some(code);
            }
        };
        if let Some(code) = end {
            note_attack(&member.app, member.caller.address, code);
        }
        drop(member);
        if let Some(code) = end {
            Box::pin(transport.close(code)).await;
        }
        drop(drain_guard);
    }
}

/// A member's connection without its socket. The caller feeds in what comes and sends what the [`Sendq`] holds.
pub struct Member {
    app: Arc<App>,
    caller: Caller,
    id: ConnectionId,
    sendq: Arc<Sendq>,
    machine: Machine,
    /// Held so that nobody else takes the name, or a look-alike, while this connection shows it. `None` when a look-alike came
    /// first: a guest owns the name by the session, and is let in all the same.
    _name: Option<NameClaim>,
    /// Reads that are under way, a few at most. The next frame of the client waits for them, so that commands take effect in
    /// their order.
    reads: Vec<BoxFuture<'static, Input>>,
    pending_posts: PendingPosts<Input>,
}

impl Member {
    /// Registers a connection that was just opened. Dropping it unregisters it.
    #[must_use]
    pub fn new(app: Arc<App>, sendq: Arc<Sendq>, caller: Caller, now: Instant) -> Self {
        let me = caller.person();
        Self {
            id: app.hub.connect(Arc::clone(&sendq), me.as_ref().map(|person| person.id.clone())),
            _name: me.as_ref().and_then(|person| app.names.claim(&person.id, NameKey::of(&person.nickname)).ok()),
            machine: Machine::new(me, app.store.epoch().clone(), app.client_limits(), &app.config.limits, now),
            reads: Vec::new(),
            pending_posts: PendingPosts::default(),
            sendq,
            caller,
            app,
        }
    }

    /// The queue of what is to be sent to the client.
    #[must_use]
    pub fn sendq(&self) -> &Sendq {
        &self.sendq
    }

    /// Whether the next frame of the client is wanted now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.reads.is_empty() && self.pending_posts.has_room()
    }

    /// Takes a text frame of the client. `Break` when the connection must close.
    pub fn receive(&mut self, text: &str, now: Instant) -> ControlFlow<CloseCode> {
        self.take(decode::command(text).map_or_else(Input::InvalidFrame, Input::Command), now)
    }

    /// The next answer of the store, for [`Member::take`]. Pending also while nothing was asked. Cancel-safe.
    pub async fn answer(&mut self) -> Input {
        poll_fn(|context| self.poll_answer(context)).await
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Input> {
        for index in 0..self.reads.len() {
            if let Poll::Ready(input) = self.reads[index].as_mut().poll(context) {
                drop(self.reads.swap_remove(index));
                if self.reads.is_empty() {
                    // A silent connection owns no memory for reads.
                    self.reads = Vec::new();
                }
                return Poll::Ready(input);
            }
        }
        self.pending_posts.poll_next(context)
    }

    /// Tells the client when to come back, since the server is about to stop.
    pub fn drain(&mut self, now: Instant) -> ControlFlow<CloseCode> {
        let in_ms = self.app.reconnect_delay_ms();
        self.take(Input::Drain { in_ms }, now)
    }

    /// Handles a signal of the sendq.
    pub fn signal(&mut self, signal: Signal, now: Instant) -> ControlFlow<CloseCode> {
        match signal {
            Signal::Behind => self.fall_behind(now),
            Signal::Check => self.check(now),
            Signal::Drain => self.drain(now),
            Signal::Close(code) => ControlFlow::Break(code),
        }
    }

    /// Handles [`Signal::Behind`]: the sendq dropped room traffic.
    pub fn fall_behind(&mut self, now: Instant) -> ControlFlow<CloseCode> {
        let rooms = self.app.hub.fall_behind(self.id, self.machine.joined());
        self.take(Input::FellBehind(rooms), now)
    }

    /// Checks silence, heartbeat and session.
    pub fn check(&mut self, now: Instant) -> ControlFlow<CloseCode> {
        self.read_session();
        self.take(Input::Check, now)
    }

    /// Takes an input and performs the outputs. `Break` when the connection must close.
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
