//! What the threads of a store know of it, and tell each other: whether there is space, whether there is damage, how often
//! it was changed.
//! Not here: what an error means (`trouble`).

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::operations::Space;
use crate::server::log::{Health, StoreError, StoreVersion};

/// How one store is. Cheap to ask: every write does.
#[derive(Debug, Default)]
pub(super) struct Condition {
    /// The disk has less left than its reserve.
    is_below_reserve: AtomicBool,
    /// A write did not fit. Forgotten about once a second, so that another write tries.
    is_full: AtomicBool,
    /// The first damage that anybody met. What is damaged stays so until the file is another. Nothing is written from then
    /// on: no backup of it could be made, so what is acknowledged now would be gone with the file.
    damage: OnceLock<String>,
    /// How many batches were committed.
    commits: AtomicU64,
}

impl Condition {
    /// Whether a write that takes or gives space may be tried.
    pub(super) fn admit(&self, space: Space) -> Result<(), StoreError> {
        if let Some(detail) = self.damage.get() {
            return Err(StoreError::Damaged(detail.clone()));
        }
        match (space, self.has_space()) {
            (Space::Taken, false) => Err(StoreError::DiskFull),
            (Space::Taken, true) | (Space::Kept, _) => Ok(()),
        }
    }

    /// How it is, for those who watch it.
    pub(super) fn health(&self) -> Result<Health, StoreError> {
        match self.damage.get() {
            Some(detail) => Err(StoreError::Damaged(detail.clone())),
            None if self.has_space() => Ok(Health::Sound),
            None => Ok(Health::DiskFull),
        }
    }

    /// The present version of the content.
    pub(super) fn version(&self) -> StoreVersion {
        StoreVersion(self.commits.load(Ordering::Acquire))
    }

    /// A batch is on disk and can be read, and nobody was answered yet.
    pub(super) fn note_commit(&self) {
        self.commits.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn has_space(&self) -> bool {
        !self.is_below_reserve() && !self.is_full.load(Ordering::Relaxed)
    }

    pub(super) fn is_below_reserve(&self) -> bool {
        self.is_below_reserve.load(Ordering::Relaxed)
    }

    pub(super) fn set_below_reserve(&self, is_below: bool) {
        self.is_below_reserve.store(is_below, Ordering::Relaxed);
    }

    pub(super) fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// A read or a write met damage.
    pub(super) fn note_damage(&self, detail: &str) {
        if self.damage.set(detail.to_owned()).is_ok() {
            tracing::error!(
                detail,
                "the database is damaged: what can be read is served, and nothing more is written; stop the server and \
                 restore a backup"
            );
        }
    }
}
