//! What a client gets when there are as many connections as the server allows, in all or of its address: a short 503 and
//! the door.

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
use crate::server::limits::Crowded;

/// Refusals of each kind that are being said at one time. Beyond it connections are closed without a word. Those of an
/// address that has too many are counted by themselves, so that it does not silence the refusals of others.
const REFUSALS_MAX: usize = 64;

const RETRY_AFTER_SECONDS: u32 = 5;

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
    pub(super) fn refuse(&mut self, crowded: Crowded, stream: TcpStream, scheme: Scheme, tracker: &TaskTracker) {
        if crowded == Crowded::Server && self.logged_at.is_none_or(|logged_at| logged_at.elapsed() >= LOG_EVERY) {
            self.logged_at = Some(Instant::now());
            tracing::warn!("as many connections as limits.connections allows: new ones are refused");
        }
        if scheme == Scheme::Https {
            return;
        }
        let refusals = match crowded {
            Crowded::Server => &self.of_server,
            Crowded::Address => &self.of_address,
        };
        let Ok(permit) = Arc::clone(refusals).try_acquire_owned() else { return };
        tracker.spawn(async move {
            // Whether the client took it or not, there is nothing more to do for it.
            let _ = tokio::time::timeout(REFUSAL_TIMEOUT, answer(stream)).await;
            drop(permit);
        });
    }
}

/// The answer to a request whose client has too many in hand behind a trusted proxy. The connection is the proxy's, and
/// goes on.
pub(super) fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::from(explanation()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Closing a socket with unread bytes resets it, and the client would lose the answer: so its request is read to the end.
async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(response().as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(DISCARD_BYTES_MAX), &mut tokio::io::sink()).await?;
    Ok(())
}

fn response() -> String {
    let body = explanation();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: {RETRY_AFTER_SECONDS}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn explanation() -> String {
    let refusal = Refusal::retry_after(ErrorCode::TooManyConnections, RETRY_AFTER_SECONDS * 1_000);
    serde_json::to_string(&ExplainedRefusal::from(refusal)).expect("words and numbers become JSON")
}
