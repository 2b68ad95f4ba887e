//! What a client gets when there are as many connections as the server allows, in all or of its address, or when it comes
//! too often: a short answer and the door.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::protocol::error::ExplainedRefusal;
use crate::protocol::{ErrorCode, Refusal};
use crate::server::config::Scheme;
use crate::server::limits::{Excess, TooManyConnections};
use crate::server::net::refusal_page::{self, Reader, RefusalPages};

/// Refusals of each kind that are being written at one time. Beyond it connections are closed without an answer. Those of an
/// address that does too much are counted by themselves, so that it does not silence the refusals of others.
const REFUSALS_MAX: usize = 64;

const CROWDED_RETRY_MS: u32 = 5_000;

/// Time for a client to ask and to take its refusal.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Most of a request's head that is read to see who asks.
const HEAD_BYTES_MAX: usize = 16_384;

/// Most of a request that is read only to be thrown away.
const DISCARD_BYTES_MAX: u64 = 65_536;

/// The log says at most this often that the server is full.
const LOG_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Overload {
    of_server: Arc<Semaphore>,
    of_address: Arc<Semaphore>,
    logged_at: Option<Instant>,
    pages: RefusalPages,
}

impl Overload {
    pub(super) fn new(pages: RefusalPages) -> Self {
        let refusals = || Arc::new(Semaphore::new(REFUSALS_MAX));
        Self { of_server: refusals(), of_address: refusals(), logged_at: None, pages }
    }

    /// Answers and closes. A TLS client is closed at once: a handshake is the dearest thing a full server could do.
    pub(super) fn refuse(&mut self, excess: Excess, stream: TcpStream, scheme: Scheme, tracker: &TaskTracker) {
        let is_full = excess == Excess::TooManyConnections(TooManyConnections::Server);
        if is_full && self.logged_at.is_none_or(|logged_at| logged_at.elapsed() >= LOG_EVERY) {
            self.logged_at = Some(Instant::now());
            tracing::warn!("as many connections as limits.connections allows: new ones are refused");
        }
        if scheme == Scheme::Https {
            return;
        }
        let refusals = if is_full { &self.of_server } else { &self.of_address };
        let Ok(permit) = Arc::clone(refusals).try_acquire_owned() else { return };
        let pages = self.pages.clone();
        tracker.spawn(async move {
            // Whether the client took it or not, there is nothing more to do for it.
            let _ = tokio::time::timeout(REFUSAL_TIMEOUT, answer(stream, excess, &pages)).await;
            drop(permit);
        });
    }
}

/// The answer to a request whose client has too many in hand, or sends too many.
pub(super) fn response(excess: Excess, pages: &RefusalPages, reader: Option<&Reader>) -> Response<Body> {
    told(excess, pages, reader).map(Body::from)
}

/// Who asks is read first. Closing a socket with unread bytes resets it, and the client would lose the answer: so its
/// request is read to the end.
async fn answer(mut stream: TcpStream, excess: Excess, pages: &RefusalPages) -> io::Result<()> {
    let head = read_head(&mut stream).await?;
    let answer = as_text(&told(excess, pages, Reader::of_head(&head).as_ref()));
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(DISCARD_BYTES_MAX), &mut tokio::io::sink()).await?;
    Ok(())
}

async fn read_head(stream: &mut TcpStream) -> io::Result<BytesMut> {
    let mut head = BytesMut::new();
    let is_whole = |head: &[u8]| head.windows(4).any(|end| end == b"\r\n\r\n");
    while !is_whole(&head) && head.len() < HEAD_BYTES_MAX && stream.read_buf(&mut head).await? > 0 {}
    Ok(head)
}

fn as_text(answer: &Response<String>) -> String {
    let mut text = format!("HTTP/1.1 {}\r\n", answer.status());
    for (name, value) in answer.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
    }
    let body = answer.body();
    text.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()));
    text
}

fn told(excess: Excess, pages: &RefusalPages, reader: Option<&Reader>) -> Response<String> {
    let refusal = refusal(excess);
    let mut answer = Response::new(String::new());
    *answer.status_mut() = status(excess);
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, retry_after_seconds(refusal).into());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match pages.draw(reader, refusal) {
        Some(page) => refusal_page::written_into(answer, page),
        None => answer.map(|_| explanation(refusal)),
    }
}

const fn status(excess: Excess) -> StatusCode {
    match excess {
        Excess::TooManyConnections(_) => StatusCode::SERVICE_UNAVAILABLE,
        Excess::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
    }
}

const fn refusal(excess: Excess) -> Refusal {
    match excess {
        Excess::TooManyConnections(_) => Refusal::retry_after(ErrorCode::TooManyConnections, CROWDED_RETRY_MS),
        Excess::TooFast(refusal) => refusal,
    }
}

fn retry_after_seconds(refusal: Refusal) -> u32 {
    refusal.retry_after_ms.unwrap_or_default().div_ceil(1_000).max(1)
}

fn explanation(refusal: Refusal) -> String {
    serde_json::to_string(&ExplainedRefusal::from(refusal)).expect("words and numbers become JSON")
}
