//! The body of an answer, whose end is the end of the request. Not here: what is answered (`http`).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::stage::Shared;

/// The body, and the connection that it is written to.
pub(super) struct AnswerBody {
    body: Body,
    /// None when no further request comes.
    shared: Option<Arc<Shared>>,
}

impl AnswerBody {
    pub(super) const fn new(body: Body, shared: Option<Arc<Shared>>) -> Self {
        Self { body, shared }
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.stages.answered();
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = <Body as HttpBody>::Data;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
