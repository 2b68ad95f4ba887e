//! Refusals as HTTP answers: a status for the kind, and a JSON body with the details.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::protocol::error::ExplainedRefusal;
use crate::protocol::{ErrorCode, Refusal};
use crate::server::net::refusal_page::{self, Reader, RefusalPages};

/// A refusal on its way out by HTTP: `{"code","explanation","retry_after_ms"?}`.
#[derive(Clone, Copy, Debug)]
pub struct HttpRefusal(pub Refusal);

impl HttpRefusal {
    /// The status that fits the code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.0.code {
            ErrorCode::RoomNotFound | ErrorCode::MessageNotFound | ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::TooFast => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Busy
            | ErrorCode::DiskFull
            | ErrorCode::Damaged
            | ErrorCode::ShuttingDown
            | ErrorCode::TooManyConnections => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::OriginRefused
            | ErrorCode::NicknameRequired
            | ErrorCode::TooManyRooms
            | ErrorCode::NotYours
            | ErrorCode::TooLate => StatusCode::FORBIDDEN,
            ErrorCode::NicknameTaken
            | ErrorCode::NicknameLookAlike
            | ErrorCode::NicknameResting
            | ErrorCode::RoomExists
            | ErrorCode::RoomLookAlike
            | ErrorCode::MessageDeleted
            | ErrorCode::NotDeleted
            | ErrorCode::IdConflict => StatusCode::CONFLICT,
            ErrorCode::FrameTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::HostRefused => StatusCode::MISDIRECTED_REQUEST,
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl HttpRefusal {
    /// The headers that tell a client when to come back, if waiting helps.
    pub fn headers(&self) -> HeaderMap {
        let wait = self.0.retry_after_ms.map(|wait_ms| HeaderValue::from(wait_ms.div_ceil(1_000).max(1)));
        wait.map(|seconds| (header::RETRY_AFTER, seconds)).into_iter().collect()
    }
}

impl<R: Into<Refusal>> From<R> for HttpRefusal {
    fn from(refusal: R) -> Self {
        Self(refusal.into())
    }
}

impl IntoResponse for HttpRefusal {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.headers(), Json(ExplainedRefusal::from(self.0))).into_response();
        response.extensions_mut().insert(Told(self.0));
        response
    }
}

/// The refusal in the extensions of an answer, for layers that show it in another form.
#[derive(Clone, Copy, Debug)]
pub struct Told(pub Refusal);

/// Shows every refusal to a person as a page, whichever layer or route it comes from.
pub async fn in_words(State(pages): State<RefusalPages>, request: Request, next: Next) -> Response {
    let reader = Reader::of(request.method(), request.uri().path(), request.headers());
    let response = next.run(request).await;
    let told = response.extensions().get::<Told>().copied();
    match told.and_then(|Told(refusal)| pages.draw(reader.as_ref(), refusal)) {
        Some(page) => refusal_page::written_into(response, page).map(Body::from),
        None => response,
    }
}
