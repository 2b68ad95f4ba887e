//! Compresses what a room is sent, once for all who agreed on it, and not at all while nobody did. Not here: the agreement
//! (`websocket`), answers to one client, which are never compressed (`websocket::shared_frame` says why).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::server::net::websocket::{Agreement, Deflater, Opcode, SharedFrame};

/// Shared by the hub and every publication.
pub struct Compressor {
    /// Payloads below it are left as they are; 0 turns compression off.
    threshold_bytes: usize,
    /// Connections that agreed on compression. Whoever comes while a frame is encoded gets it plain, as is always right.
    readers: AtomicUsize,
    /// Made when it is needed first, since it owns a third of a megabyte. Innermost; held while one message is
    /// compressed.
    deflater: Mutex<Option<Deflater>>,
}

/// One connection that agreed on compression, for as long as it is open.
pub struct Reader(Arc<Compressor>);

impl Compressor {
    /// A compressor with the setting `server.compression_threshold_bytes`.
    #[must_use]
    pub fn new(threshold_bytes: usize) -> Self {
        Self { threshold_bytes, readers: AtomicUsize::new(0), deflater: Mutex::default() }
    }

    /// Counts a connection by what was agreed on with it.
    #[must_use]
    pub fn count(self: &Arc<Self>, agreement: Option<Agreement>) -> Option<Reader> {
        agreement.map(|_| {
            self.readers.fetch_add(1, Ordering::Relaxed);
            Reader(Arc::clone(self))
        })
    }

    /// A text in every form that somebody wants.
    pub fn encode(&self, text: &[u8]) -> SharedFrame {
        let is_wanted = self.threshold_bytes > 0 && self.readers.load(Ordering::Relaxed) > 0;
        if !is_wanted || text.len() < self.threshold_bytes {
            return SharedFrame::plain(Opcode::Text, text);
        }
        // A deflater starts every message anew, so one that panicked in the middle is as good as any.
        let mut deflater = self.deflater.lock().unwrap_or_else(PoisonError::into_inner);
        deflater.get_or_insert_with(|| Deflater::new(self.threshold_bytes)).encode(Opcode::Text, text)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.readers.fetch_sub(1, Ordering::Relaxed);
    }
}
