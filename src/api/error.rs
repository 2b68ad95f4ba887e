//! What can come back from a server function: an answer, which may be a refusal, or a failure on the way.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::protocol::{ErrorCode, Refusal};

/// The server's answer. A refusal is an answer like any other, so it comes with status 200 and no browser complains.
pub type ApiAnswer<T> = Result<T, Refusal>;

/// Why a caller has nothing to show. On the wire it is the body that every route of the server refuses with, so that an
/// answer of the layers in front of the server functions is understood too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(from = "Option<Refusal>", into = "Option<Refusal>")]
pub enum ApiError {
    /// The server refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request or its answer was lost: whether it was carried out is not known.
    #[error("the server did not answer")]
    NoAnswer,
}

/// Turns the two layers of a server function's result into one outcome: done, refused, or lost.
///
/// # Errors
/// [`ApiError::Refused`] for a refusal from wherever it comes, [`ApiError::NoAnswer`] for all the rest.
pub fn outcome<T>(answered: Result<ApiAnswer<T>, ApiError>) -> Result<T, ApiError> {
    answered?.map_err(ApiError::Refused)
}

/// How `http_body_util::LengthLimitError` names itself: server functions pass it on as words only.
const BODY_TOO_LARGE: &str = "length limit exceeded";

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Deserialization(reason) if reason.contains(BODY_TOO_LARGE) => {
                Self::Refused(Refusal::permanent(ErrorCode::FrameTooLarge))
            }
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::NoAnswer,
            // Of what was sent: the browser reads what comes back by itself (`call`).
            ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => Self::Refused(Refusal::permanent(ErrorCode::BadRequest)),
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_) => Self::Refused(Refusal::permanent(ErrorCode::Internal)),
        }
    }
}

impl From<Option<Refusal>> for ApiError {
    fn from(refusal: Option<Refusal>) -> Self {
        refusal.map_or(Self::NoAnswer, Self::Refused)
    }
}

impl From<ApiError> for Option<Refusal> {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused(refusal) => Some(refusal),
            ApiError::NoAnswer => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_answer_is_told_apart_from_a_refusal() {
        let lost = ApiError::from_server_fn_error(ServerFnErrorErr::Request("offline".to_owned()));
        assert_eq!(lost, ApiError::NoAnswer);
        let refused = ApiError::from(Refusal::permanent(ErrorCode::NicknameTaken));
        assert_eq!(ApiError::de(refused.ser()), refused);
    }

    #[test]
    fn a_refusal_of_the_layers_in_front_is_understood() {
        let body = r#"{"code":"busy","explanation":"The server has too much to do.","retry_after_ms":1000}"#;
        assert_eq!(ApiError::de(body.into()), Refusal::retry_after(ErrorCode::Busy, 1_000).into());
    }

    #[test]
    fn a_body_that_is_too_large_is_refused_and_not_tried_for_ever() {
        let error = ServerFnErrorErr::Deserialization(BODY_TOO_LARGE.to_owned());
        let too_large = ApiError::from(Refusal::permanent(ErrorCode::FrameTooLarge));
        assert_eq!(ApiError::from_server_fn_error(error), too_large);
    }

    #[test]
    fn a_refusal_is_one_whether_it_is_the_answer_or_comes_before_it() {
        let refusal = Refusal::permanent(ErrorCode::NicknameTaken);
        assert_eq!(outcome::<()>(Ok(Err(refusal))), Err(refusal.into()));
        assert_eq!(outcome::<()>(Err(refusal.into())), Err(refusal.into()));
        assert_eq!(outcome(Ok(Ok(1))), Ok(1));
    }
}
