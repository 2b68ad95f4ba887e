//! How long one connection may be without a request in hand: a time for a head, a longer one between two requests, and no
//! longer when another client needs the slot. One timer for each HTTP connection, none for a WebSocket. Not here: requests
//! that take too long (`http::guard`).

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::options::ListenerOptions;
use super::stage::{Look, Shared, Stage};
use crate::server::config::limit;
use crate::server::limits::{Address, GiveWay};

/// Why a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// Another client needs the slot.
    ForAnother,
    /// This stage took too long.
    TooSlow(Stage),
}

/// Follows the stages of one connection. Polled after each poll of the connection, in the same task.
pub(super) struct Patience<'a> {
    shared: &'a Shared,
    /// Whose the connection is while no request is in hand.
    owner: Option<Address>,
    head: Option<Duration>,
    keep_alive: Option<Duration>,
    /// While no request is in hand.
    gives_way: Option<GiveWay>,
    seen: Look,
    /// Whether the time that this stage may take runs.
    is_running: bool,
    timer: Pin<Box<Sleep>>,
}

impl<'a> Patience<'a> {
    pub(super) fn new(shared: &'a Shared, owner: Option<Address>, options: &ListenerOptions) -> Self {
        let head = limit(options.header_read_timeout);
        let timer = Box::pin(tokio::time::sleep(head.unwrap_or_default()));
        let keep_alive = limit(options.keep_alive_timeout);
        let gives_way = Some(shared.slot.rest(owner));
        let (seen, is_running) = (shared.stages.look(), head.is_some());
        Self { shared, owner, head, keep_alive, gives_way, seen, is_running, timer }
    }

    /// Ready when the client took too long, or must give way.
    pub(super) fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<GivenUp> {
        let look = self.shared.stages.look();
        if look != self.seen {
            self.seen = look;
            self.enter(look.stage());
        }
        if let Some(gives_way) = &mut self.gives_way
            && Pin::new(gives_way).poll(context).is_ready()
        {
            return Poll::Ready(GivenUp::ForAnother);
        }
        if !self.is_running {
            return Poll::Pending;
        }
        self.timer.as_mut().poll(context).map(|()| GivenUp::TooSlow(look.stage()))
    }

    fn enter(&mut self, stage: Stage) {
        let most = match stage {
            Stage::Fresh | Stage::Head => self.head,
            Stage::Idle => {
                self.gives_way = Some(self.shared.slot.rest(self.owner));
                self.keep_alive
            }
            Stage::InHand | Stage::Answered => {
                self.gives_way = None;
                None
            }
        };
        self.is_running = most.is_some();
        if let Some(most) = most {
            self.timer.as_mut().reset(Instant::now() + most);
        }
    }
}
