//! What a client gets when there are as many connections as the server allows: a short 503 and the door.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::protocol::error::ExplainedRefusal;
use crate::protocol::{ErrorCode, Refusal};
use crate::server::config::Scheme;

/// Refusals that are being said at one time. Beyond it connections are closed without a word.
const REFUSALS_MAX: usize = 64;

const RETRY_AFTER_SECONDS: u32 = 5;

/// Time for a client to take its refusal.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Most of a request that is read only to be thrown away.
const DISCARD_BYTES_MAX: u64 = 65_536;

/// The log says at most this often that the server is full.
const LOG_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Overload {
    refusals: Arc<Semaphore>,
    logged_at: Option<Instant>,
}

impl Default for Overload {
    fn default() -> Self {
        Self { refusals: Arc::new(Semaphore::new(REFUSALS_MAX)), logged_at: None }
    }
}

impl Overload {
    /// Answers and closes. A TLS client is closed at once: a handshake is the dearest thing a full server could do.
    pub(super) fn refuse(&mut self, stream: TcpStream, scheme: Scheme, tracker: &TaskTracker) {
        if self.logged_at.is_none_or(|logged_at| logged_at.elapsed() >= LOG_EVERY) {
            self.logged_at = Some(Instant::now());
            tracing::warn!("as many connections as limits.connections allows: new ones are refused");
        }
        if scheme == Scheme::Https {
            return;
        }
        let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
        tracker.spawn(async move {
            // Whether the client took it or not, there is nothing more to do for it.
            let _ = tokio::time::timeout(REFUSAL_TIMEOUT, answer(stream)).await;
            drop(permit);
        });
    }
}

/// Closing a socket with unread bytes resets it, and the client would lose the answer: so its request is read to the end.
async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(response().as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(DISCARD_BYTES_MAX), &mut tokio::io::sink()).await?;
    Ok(())
}

fn response() -> String {
    let refusal = Refusal::retry_after(ErrorCode::TooManyConnections, RETRY_AFTER_SECONDS * 1_000);
    let body = serde_json::to_string(&ExplainedRefusal::from(refusal)).expect("words and numbers become JSON");
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: {RETRY_AFTER_SECONDS}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
