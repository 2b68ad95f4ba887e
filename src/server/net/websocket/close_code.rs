//! Why a WebSocket ends, as a number (RFC 6455 §7.4). Not here: which of them an error leads to (`error`), nor the
//! meaning of the application's own codes.

/// A close code that may stand in a close frame: one that is defined for the wire, or one left to libraries and
/// applications (3000–4999).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseStatus(u16);

impl CloseStatus {
    /// The connection has done what it was for.
    pub const NORMAL: Self = Self(1000);
    /// The server goes down, or the page was left.
    pub const GOING_AWAY: Self = Self(1001);
    /// The other side broke RFC 6455.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// A kind of data that the endpoint does not take.
    pub const UNSUPPORTED: Self = Self(1003);
    /// Data that is not what its kind promises, such as a text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// The other side broke a rule of the application.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// A message larger than the endpoint takes.
    pub const TOO_LARGE: Self = Self(1009);
    /// The server met what it did not expect.
    pub const INTERNAL_ERROR: Self = Self(1011);

    /// The code of a number, unless the number is undefined or must never be sent: 1004, 1005, 1006 and 1015 stand for
    /// ends without a close frame. 1012–1014 were registered after the RFC.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        match number {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(number)),
            _ => None,
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_for_the_wire_are_exactly_the_registered_and_the_free_ones() {
        let allowed: Vec<u16> = (0..=u16::MAX).filter(|number| CloseStatus::new(*number).is_some()).collect();
        let expected: Vec<u16> = (1000..=1003).chain(1007..=1014).chain(3000..=4999).collect();
        assert_eq!(allowed, expected);
    }

    #[test]
    fn every_named_code_may_be_sent() {
        let named = [
            CloseStatus::NORMAL,
            CloseStatus::GOING_AWAY,
            CloseStatus::PROTOCOL_ERROR,
            CloseStatus::UNSUPPORTED,
            CloseStatus::INVALID_PAYLOAD,
            CloseStatus::POLICY_VIOLATION,
            CloseStatus::TOO_LARGE,
            CloseStatus::INTERNAL_ERROR,
        ];
        for code in named {
            assert_eq!(CloseStatus::new(code.number()), Some(code));
        }
    }
}
