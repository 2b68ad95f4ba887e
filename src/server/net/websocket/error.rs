//! What a client can do wrong, and the close code that tells it so (RFC 6455 §7.1.7). Not here: errors of the socket
//! (`stream`) and of the HTTP request (`handshake`).

use thiserror::Error;

use super::close_code::CloseStatus;

/// A rule that the client broke. The connection is closed with [`ProtocolError::close_code`], since after a broken frame
/// nobody knows where the next one starts.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProtocolError {
    /// RFC 6455 §5.2: a reserved bit that no extension has claimed.
    #[error("a reserved bit is set")]
    ReservedBit,
    /// RFC 6455 §5.2: an opcode without a meaning.
    #[error("opcode {0:#x} is not defined")]
    UnknownOpcode(u8),
    /// RFC 6455 §5.1: a frame of a client without a mask.
    #[error("a frame is not masked")]
    Unmasked,
    /// RFC 6455 §5.2: a length in more bytes than it needs.
    #[error("a length is not in its shortest form")]
    LongLength,
    /// RFC 6455 §5.2: a length with the highest bit set.
    #[error("a length has more than 63 bits")]
    LengthOutOfRange,
    /// RFC 6455 §5.5: a control frame in fragments.
    #[error("a control frame is fragmented")]
    FragmentedControl,
    /// RFC 6455 §5.5: a control frame with more than 125 bytes.
    #[error("a control frame is longer than 125 bytes")]
    LongControl,
    /// RFC 6455 §5.4: a continuation of nothing.
    #[error("a continuation frame continues nothing")]
    UnexpectedContinuation,
    /// RFC 6455 §5.4: a new message inside another.
    #[error("a message starts before the one before it has ended")]
    InterleavedMessage,
    /// RFC 6455 §5.5.1: a close frame with half a code.
    #[error("a close frame has one byte")]
    ShortClose,
    /// RFC 6455 §7.4: a code that is not for the wire.
    #[error("close code {0} must not be sent")]
    InvalidCloseCode(u16),
    /// RFC 6455 §8.1: a text or the reason of a close that is not UTF-8.
    #[error("a text is not UTF-8")]
    InvalidUtf8,
    /// RFC 7692 §7.2.2: a compressed message that cannot be inflated.
    #[error("a compressed message is not DEFLATE")]
    InvalidDeflate,
    /// A message over the limit, as it came or inflated.
    #[error("a message is larger than the limit")]
    TooLarge,
}

impl ProtocolError {
    /// What to say in the close frame.
    #[must_use]
    pub const fn close_code(self) -> CloseStatus {
        match self {
            Self::InvalidUtf8 | Self::InvalidDeflate => CloseStatus::INVALID_PAYLOAD,
            Self::TooLarge => CloseStatus::TOO_LARGE,
            Self::ReservedBit
            | Self::UnknownOpcode(_)
            | Self::Unmasked
            | Self::LongLength
            | Self::LengthOutOfRange
            | Self::FragmentedControl
            | Self::LongControl
            | Self::UnexpectedContinuation
            | Self::InterleavedMessage
            | Self::ShortClose
            | Self::InvalidCloseCode(_) => CloseStatus::PROTOCOL_ERROR,
        }
    }
}
