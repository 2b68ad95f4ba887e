//! Compresses publications: once for all connections that negotiated compression, and not at all while none did. Not here:
//! the negotiation (`net::websocket`), and answers to one client, which are never compressed (`websocket::shared_frame`
//! says why).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::server::net::websocket::{Agreement, Deflater, Opcode, SharedFrame};

/// Shared by the hub and every publication.
pub struct Compressor {
    /// Shorter payloads are not compressed; 0 turns compression off.
    threshold_bytes: usize,
    /// Connections that negotiated compression. One that comes while a frame is encoded gets it plain, which is always
    /// valid.
    users: AtomicUsize,
    /// Made at the first use, since it owns a third of a megabyte. Innermost lock; held while one message is compressed.
    deflater: Mutex<Option<Deflater>>,
}

/// Counts one connection that negotiated compression, until it is dropped.
pub struct CompressorUser(Arc<Compressor>);

impl Compressor {
    /// A compressor with the setting `server.compression_threshold_bytes`.
    #[must_use]
    pub fn new(threshold_bytes: usize) -> Self {
        Self { threshold_bytes, users: AtomicUsize::new(0), deflater: Mutex::default() }
    }

    /// Counts a connection, if it negotiated compression.
    #[must_use]
    pub fn count(self: &Arc<Self>, agreement: Option<Agreement>) -> Option<CompressorUser> {
        agreement.map(|_| {
            self.users.fetch_add(1, Ordering::Relaxed);
            CompressorUser(Arc::clone(self))
        })
    }

    /// Encodes a text in every form that some connection takes.
    pub fn encode(&self, text: &[u8]) -> SharedFrame {
        let is_wanted = self.threshold_bytes > 0 && self.users.load(Ordering::Relaxed) > 0;
        if !is_wanted || text.len() < self.threshold_bytes {
            return SharedFrame::plain(Opcode::Text, text);
        }
        // A deflater starts every message afresh, so a poisoned lock is as good as any.
        let mut deflater = self.deflater.lock().unwrap_or_else(PoisonError::into_inner);
        deflater.get_or_insert_with(|| Deflater::new(self.threshold_bytes)).encode(Opcode::Text, text)
    }
}

impl Drop for CompressorUser {
    fn drop(&mut self) {
        self.0.users.fetch_sub(1, Ordering::Relaxed);
    }
}
