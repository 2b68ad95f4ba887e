//! Pages of rooms as they were drawn last, for the many readers without a session, who all see the same. A page is only
//! given out when nothing that it shows has changed since, or when what it shows was read after the reader asked. So
//! whoever asks after a message was acknowledged sees it, and a page that changes all the time is drawn once in a tick,
//! whatever the number of its readers. Not here: drawing (`render`, `ui`), and what
//! belongs to one reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::protocol::RoomSlug;
use crate::server::app::App;
use crate::server::config::RoomsConfig;
use crate::server::log::StoreVersion;
use crate::server::people::presence::PresenceVersion;
use crate::ui::i18n::Language;

/// What a page takes beside its bytes, so that pages which are still to be drawn count too.
const PLACE_BYTES: usize = 1_024;

/// Which page: what decides how it looks, besides what changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageKey {
    /// A room that exists: clients must not be able to add keys as they please.
    pub room: RoomSlug,
    /// The reader's.
    pub language: Language,
}

/// All that a page shows and that changes, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageVersion {
    store: StoreVersion,
    presence: PresenceVersion,
}

impl PageVersion {
    /// The present one. What is read from now on is at least as new.
    pub fn of(app: &App) -> Self {
        Self { store: app.store.version(), presence: app.presence.version() }
    }
}

/// The pages `P`, of which a drawing may fail with an `E`.
pub struct DrawnPages<P, E> {
    /// `rooms.drawn_pages_bytes`, 0 for none.
    bytes_max: usize,
    /// `rooms.drawn_pages_tick_ms`.
    tick: Duration,
    /// Innermost lock; held for one look-up. Bounded by `bytes_max`: each place weighs [`PLACE_BYTES`] at least.
    places: Mutex<Places<P, E>>,
}

struct Places<P, E> {
    by_key: HashMap<PageKey, Place<P, E>>,
    /// Counts the times that a page was asked for.
    asked: u64,
}

struct Place<P, E> {
    kept: Option<Kept<P>>,
    turn: Turn<P, E>,
    /// When it was asked for last, by [`Places::asked`].
    asked: u64,
}

/// Held by whoever draws. Those who wait for it share the last drawing, also one that failed or is too large to be kept;
/// the page of such a one lives as long as somebody waits.
type Turn<P, E> = Arc<tokio::sync::Mutex<Option<Drawing<P, E>>>>;

struct Drawing<P, E> {
    outcome: Result<Arc<P>, E>,
    /// Nothing that it shows was read earlier.
    read_at: Instant,
}

struct Kept<P> {
    page: Arc<P>,
    version: PageVersion,
}

/// A page that was drawn.
pub trait Drawn {
    /// Most memory that it takes.
    fn bytes_max(&self) -> usize;
}

impl<P> Clone for Kept<P> {
    fn clone(&self) -> Self {
        Self { page: Arc::clone(&self.page), version: self.version }
    }
}

impl<P: Drawn, E: Clone> DrawnPages<P, E> {
    /// Keeps nothing yet.
    #[must_use]
    pub fn new(config: &RoomsConfig) -> Self {
        Self {
            bytes_max: config.drawn_pages_bytes,
            tick: config.drawn_pages_tick,
            places: Mutex::new(Places { by_key: HashMap::new(), asked: 0 }),
        }
    }

    /// Whether pages are kept at all.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.bytes_max > 0
    }

    /// The page, if nothing that it shows has changed since it was drawn.
    pub fn find(&self, key: &PageKey, present: PageVersion) -> Option<Arc<P>> {
        self.kept(key).filter(|kept| kept.version == present).map(|kept| kept.page)
    }

    /// Draws the page, or waits for somebody who does. `version` tells the present version, and `draw` reads what the page
    /// shows and draws it.
    ///
    /// # Errors
    /// Those of `draw`.
    pub async fn draw(
        &self,
        key: &PageKey,
        version: impl Fn() -> PageVersion,
        draw: impl AsyncFnOnce() -> Result<P, E>,
    ) -> Result<Arc<P>, E> {
        if !self.is_on() {
            return draw().await.map(Arc::new);
        }
        let asked_at = Instant::now();
        let turn = self.turn(key);
        let mut last = turn.lock().await;
        if let Some(drawing) = last.as_ref().filter(|drawing| drawing.read_at >= asked_at) {
            return drawing.outcome.clone();
        }
        if let Some(page) = self.find(key, version()) {
            return Ok(page);
        }
        if let Some(drawing) = &*last {
            sleep_until(drawing.read_at + self.tick).await;
        }
        let (read_at, version) = (Instant::now(), version());
        let outcome = draw().await.map(Arc::new);
        if let Ok(page) = &outcome {
            self.keep(key, Kept { page: Arc::clone(page), version });
        }
        *last = Some(Drawing { outcome: outcome.clone(), read_at });
        outcome
    }

    fn kept(&self, key: &PageKey) -> Option<Kept<P>> {
        let mut places = self.lock();
        places.asked += 1;
        let asked = places.asked;
        let place = places.by_key.get_mut(key)?;
        place.asked = asked;
        place.kept.clone()
    }

    fn turn(&self, key: &PageKey) -> Turn<P, E> {
        let mut places = self.lock();
        let asked = places.asked;
        let place =
            places.by_key.entry(key.clone()).or_insert_with(|| Place { kept: None, turn: Arc::default(), asked });
        let turn = Arc::clone(&place.turn);
        places.make_room(self.bytes_max, key);
        turn
    }

    fn keep(&self, key: &PageKey, kept: Kept<P>) {
        let mut places = self.lock();
        if let Some(place) = places.by_key.get_mut(key) {
            place.kept = Some(kept);
        }
        places.make_room(self.bytes_max, key);
    }

    fn lock(&self) -> MutexGuard<'_, Places<P, E>> {
        // A page is kept whole or not at all, so a poisoned lock is as good as any.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Drawn, E> Places<P, E> {
    /// Forgets what was asked for the longest ago until the rest fits; `new` comes last.
    fn make_room(&mut self, bytes_max: usize, new: &PageKey) {
        let mut bytes: usize = self.by_key.values().map(Place::bytes).sum();
        while bytes > bytes_max {
            let oldest = self.by_key.iter().min_by_key(|(key, place)| (*key == new, place.asked));
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            bytes -= self.by_key.remove(&key).map_or(0, |place| place.bytes());
        }
    }
}

impl<P: Drawn, E> Place<P, E> {
    fn bytes(&self) -> usize {
        PLACE_BYTES + self.kept.as_ref().map_or(0, |kept| kept.page.bytes_max())
    }
}

#[cfg(test)]
mod tests;
