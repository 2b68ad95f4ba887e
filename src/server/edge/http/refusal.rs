//! Refusals as HTTP answers: the status says the kind, the JSON body says the rest.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::protocol::error::ExplainedRefusal;
use crate::protocol::{ErrorCode, Refusal};

/// A refusal on its way out by HTTP: `{"code","explanation","retry_after_ms"?}`.
#[derive(Clone, Copy, Debug)]
pub struct HttpRefusal(pub Refusal);

impl HttpRefusal {
    /// The status that fits the code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.0.code {
            ErrorCode::RoomNotFound | ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::TooFast => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Busy
            | ErrorCode::DiskFull
            | ErrorCode::Damaged
            | ErrorCode::ShuttingDown
            | ErrorCode::TooManyConnections => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::OriginRefused | ErrorCode::NicknameRequired | ErrorCode::TooManyRooms => StatusCode::FORBIDDEN,
            ErrorCode::NicknameTaken
            | ErrorCode::NicknameLookAlike
            | ErrorCode::NicknameResting
            | ErrorCode::RoomExists
            | ErrorCode::RoomLookAlike
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
        (self.status(), self.headers(), Json(ExplainedRefusal::from(self.0))).into_response()
    }
}
