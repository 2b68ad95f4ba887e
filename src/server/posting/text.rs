//! The text of a message, whether it is posted or edited.

use crate::model::text;
use crate::protocol::{ErrorCode, Refusal};
use crate::server::config::LimitsConfig;

/// The text as the log holds it.
pub(super) fn checked_text(limits: &LimitsConfig, text: &str) -> Result<String, Refusal> {
    let text = text::message(text, limits.message_graphemes)?;
    if limits.message_bytes > 0 && text.len() > limits.message_bytes {
        return Err(ErrorCode::MessageTooLong.into());
    }
    Ok(text)
}
