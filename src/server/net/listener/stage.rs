//! How far one connection is with HTTP: waiting for a request, reading its head, answering it. Everything that moves it
//! runs in the connection's own task; the cell is atomic so that the socket, the service and the body can share it.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::server::limits::ConnectionSlot;

/// What socket, service and body of one connection share.
pub(super) struct Shared {
    /// Held until the socket is dropped, upgraded or not: this is what the cap on connections counts.
    pub slot: ConnectionSlot,
    pub stages: Stages,
}

/// Where a connection is between two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Accepted; nothing has come.
    Fresh,
    /// A request was answered, and nothing of the next has come.
    Idle,
    /// A head has begun and not ended.
    Head,
    /// A request is in hand, or the connection is a WebSocket.
    InHand,
    /// The answer is written, but the system has not taken all of it.
    Answered,
}

/// The cell: the stage in the lower bits, above it how many requests there were, so that a request that began and ended
/// between two looks is seen.
#[derive(Debug, Default)]
pub(super) struct Stages(AtomicU32);

/// What a look at [`Stages`] found; equal when nothing happened in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look(u32);

const STAGE_BITS: u32 = 3;
const STAGES: [Stage; 5] = [Stage::Fresh, Stage::Idle, Stage::Head, Stage::InHand, Stage::Answered];

impl Look {
    pub(super) fn stage(self) -> Stage {
        STAGES[(self.0 & ((1 << STAGE_BITS) - 1)) as usize]
    }
}

impl Stages {
    pub(super) fn look(&self) -> Look {
        Look(self.0.load(Ordering::Relaxed))
    }

    /// Bytes came.
    pub(super) fn heard(&self) {
        if matches!(self.look().stage(), Stage::Fresh | Stage::Idle) {
            self.set(Stage::Head);
        }
    }

    /// A head is whole.
    pub(super) fn begun(&self) {
        self.0.fetch_add(1 << STAGE_BITS, Ordering::Relaxed);
        self.set(Stage::InHand);
    }

    /// The answer is written.
    pub(super) fn answered(&self) {
        self.set(Stage::Answered);
    }

    /// The system has taken everything that was written.
    pub(super) fn flushed(&self) {
        if self.look().stage() == Stage::Answered {
            self.set(Stage::Idle);
        }
    }

    fn set(&self, stage: Stage) {
        let requests = self.look().0 >> STAGE_BITS << STAGE_BITS;
        self.0.store(requests | stage as u32, Ordering::Relaxed);
    }
}
