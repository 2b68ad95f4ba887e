//! What a client gets when there are as many connections as the server allows, in all or of its address, or when it comes
//! too often: a short answer and the door.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::protocol::error::ExplainedRefusal;
use crate::protocol::{ErrorCode, Refusal};
use crate::server::config::Scheme;
use crate::server::limits::{Crowded, Excess};

/// Refusals of each kind that are being said at one time. Beyond it connections are closed without a word. Those of an
/// address that does too much are counted by themselves, so that it does not silence the refusals of others.
const REFUSALS_MAX: usize = 64;

const CROWDED_RETRY_MS: u32 = 5_000;

/// Time for a client to take its refusal.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Most of a request that is read only to be thrown away.
const DISCARD_BYTES_MAX: u64 = 65_536;

/// The log says at most this often that the server is full.
const LOG_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Overload {
    of_server: Arc<Semaphore>,
    of_address: Arc<Semaphore>,
    logged_at: Option<Instant>,
}

impl Default for Overload {
    fn default() -> Self {
        let refusals = || Arc::new(Semaphore::new(REFUSALS_MAX));
        Self { of_server: refusals(), of_address: refusals(), logged_at: None }
    }
}

impl Overload {
    /// Answers and closes. A TLS client is closed at once: a handshake is the dearest thing a full server could do.
    pub(super) fn refuse(&mut self, excess: Excess, stream: TcpStream, scheme: Scheme, tracker: &TaskTracker) {
        let is_full = excess == Excess::Crowded(Crowded::Server);
        if is_full && self.logged_at.is_none_or(|logged_at| logged_at.elapsed() >= LOG_EVERY) {
            self.logged_at = Some(Instant::now());
            tracing::warn!("as many connections as limits.connections allows: new ones are refused");
        }
        if scheme == Scheme::Https {
            return;
        }
        let refusals = if is_full { &self.of_server } else { &self.of_address };
        let Ok(permit) = Arc::clone(refusals).try_acquire_owned() else { return };
        tracker.spawn(async move {
            // Whether the client took it or not, there is nothing more to do for it.
            let _ = tokio::time::timeout(REFUSAL_TIMEOUT, answer(stream, excess)).await;
            drop(permit);
        });
    }
}

/// The answer to a request whose client has too many in hand, or sends too many.
pub(super) fn response(excess: Excess) -> Response<Body> {
    let refusal = refusal(excess);
    let mut response = Response::new(Body::from(explanation(refusal)));
    *response.status_mut() = status(excess);
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, retry_after_seconds(refusal).into());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Closing a socket with unread bytes resets it, and the client would lose the answer: so its request is read to the end.
async fn answer(mut stream: TcpStream, excess: Excess) -> std::io::Result<()> {
    stream.write_all(response_text(excess).as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(DISCARD_BYTES_MAX), &mut tokio::io::sink()).await?;
    Ok(())
}

fn response_text(excess: Excess) -> String {
    let (status, refusal) = (status(excess), refusal(excess));
    let (body, wait) = (explanation(refusal), retry_after_seconds(refusal));
    format!(
        "HTTP/1.1 {status}\r\nretry-after: {wait}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

const fn status(excess: Excess) -> StatusCode {
    match excess {
        Excess::Crowded(_) => StatusCode::SERVICE_UNAVAILABLE,
        Excess::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
    }
}

const fn refusal(excess: Excess) -> Refusal {
    match excess {
        Excess::Crowded(_) => Refusal::retry_after(ErrorCode::TooManyConnections, CROWDED_RETRY_MS),
        Excess::TooFast(refusal) => refusal,
    }
}

fn retry_after_seconds(refusal: Refusal) -> u32 {
    refusal.retry_after_ms.unwrap_or_default().div_ceil(1_000).max(1)
}

fn explanation(refusal: Refusal) -> String {
    serde_json::to_string(&ExplainedRefusal::from(refusal)).expect("words and numbers become JSON")
}
