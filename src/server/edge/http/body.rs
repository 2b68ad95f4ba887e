//! Watches the body of a request: whether the server is waiting for its client. Not here: how long it may wait (`guard`).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use hyper::body::{Frame, SizeHint};

/// Whether the server waits for more of a body.
pub struct Awaited(Option<Arc<AtomicBool>>);

impl Awaited {
    /// Whether it waits now, or waited when the request ended.
    #[must_use]
    pub fn is_now(&self) -> bool {
        self.0.as_ref().is_some_and(|awaited| awaited.load(Ordering::Relaxed))
    }
}

/// Watches the body of a request, if it has one.
pub fn watch(request: Request) -> (Request, Awaited) {
    if request.body().is_end_stream() {
        return (request, Awaited(None));
    }
    let awaited = Arc::new(AtomicBool::new(false));
    let watched = request.map(|body| Body::new(Watched { body, awaited: Arc::clone(&awaited) }));
    (watched, Awaited(Some(awaited)))
}

struct Watched {
    body: Body,
    awaited: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.awaited.store(frame.is_pending(), Ordering::Relaxed);
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
