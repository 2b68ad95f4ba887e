//! Agreeing on permessage-deflate (RFC 7692 §7.1). Not here: compressing (`shared_frame`, `inflate`).
//!
//! The answer always says that neither side takes a context over:
//! - `server_no_context_takeover`, so that one compressed frame serves every receiver, whatever it has received before;
//! - `client_no_context_takeover`, so that no window is kept for a connection. A server may demand it of a client that
//!   has not offered it, and every client must be able to comply (§7.1.1.2).
//!
//! A window smaller than the usual 32 KiB, if the client asks for one, is honoured by sending it compressed only what is
//! no larger than its window: a match cannot reach back further than its message is long. The client's own window is left
//! to the client, since inflating costs the same memory for any.

use http::HeaderValue;
use thiserror::Error;

use super::extensions::{self, MalformedExtensions, Offer};

const NAME: &str = "permessage-deflate";
const WINDOW_BITS_MIN: u8 = 8;
const WINDOW_BITS_MAX: u8 = 15;

/// What was agreed on with one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// `Some` when the client asked for it, and is answered so.
    server_max_window_bits: Option<u8>,
}

impl Agreement {
    /// The value of `Sec-WebSocket-Extensions` in the answer.
    #[must_use]
    pub fn header(self) -> HeaderValue {
        let mut answer = format!("{NAME}; server_no_context_takeover; client_no_context_takeover");
        if let Some(bits) = self.server_max_window_bits {
            answer.push_str(&format!("; server_max_window_bits={bits}"));
        }
        answer.try_into().expect("names and numbers are ASCII")
    }

    /// Whether a message of this length can be sent compressed: whether its end can still refer to its start.
    #[must_use]
    pub fn reaches_over(self, message_bytes: usize) -> bool {
        message_bytes <= 1 << self.server_max_window_bits.unwrap_or(WINDOW_BITS_MAX)
            || self.server_max_window_bits.is_none_or(|bits| bits == WINDOW_BITS_MAX)
    }
}

/// The client's offer cannot be read; RFC 6455 §9.1 wants the connection refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("Sec-WebSocket-Extensions is malformed: send it as RFC 6455, section 9.1, defines it, or leave it out")]
pub struct NegotiationError;

impl From<MalformedExtensions> for NegotiationError {
    fn from(_: MalformedExtensions) -> Self {
        Self
    }
}

/// Takes the first offer of permessage-deflate that can be met, from all lines of the header in their order. Other
/// extensions, and offers with parameters that RFC 7692 does not know, are declined by being left out of the answer.
pub fn negotiate<'a>(
    headers: impl IntoIterator<Item = &'a HeaderValue>,
) -> Result<Option<Agreement>, NegotiationError> {
    let mut agreement = None;
    for header in headers {
        let header = header.to_str().map_err(|_| NegotiationError)?;
        for offer in extensions::parse(header)? {
            agreement = agreement.or_else(|| accept(&offer));
        }
    }
    Ok(agreement)
}

fn accept(offer: &Offer<'_>) -> Option<Agreement> {
    if offer.name != NAME {
        return None;
    }
    let mut agreement = Agreement { server_max_window_bits: None };
    for (index, (name, value)) in offer.parameters.iter().enumerate() {
        let is_repeated = offer.parameters[..index].iter().any(|(earlier, _)| earlier == name);
        match (*name, value.as_deref()) {
            _ if is_repeated => return None,
            ("server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits", None) => {}
            ("client_max_window_bits", Some(bits)) => {
                window_bits(bits)?;
            }
            ("server_max_window_bits", Some(bits)) => agreement.server_max_window_bits = Some(window_bits(bits)?),
            _ => return None,
        }
    }
    Some(agreement)
}

/// A number from 8 to 15 without leading zeros.
fn window_bits(value: &str) -> Option<u8> {
    let bits = value.parse().ok().filter(|bits| (WINDOW_BITS_MIN..=WINDOW_BITS_MAX).contains(bits))?;
    (value == bits.to_string()).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[&'static str]) -> Result<Option<String>, NegotiationError> {
        let headers: Vec<_> = headers.iter().map(|header| HeaderValue::from_static(header)).collect();
        let agreement = negotiate(&headers)?;
        Ok(agreement.map(|agreement| agreement.header().to_str().unwrap().to_owned()))
    }

    const ANSWER: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    #[test]
    fn neither_side_ever_takes_its_context_over() {
        for offer in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=8; server_no_context_takeover",
            "permessage-deflate; client_no_context_takeover",
        ] {
            assert_eq!(answer(&[offer]), Ok(Some(ANSWER.to_owned())), "{offer}");
        }
    }

    #[test]
    fn a_window_that_is_asked_for_is_promised() {
        for bits in 8..=15 {
            let offer = HeaderValue::try_from(format!("permessage-deflate; server_max_window_bits={bits}")).unwrap();
            let agreement = negotiate([&offer]).unwrap().unwrap();
            let expected = format!("{ANSWER}; server_max_window_bits={bits}");
            assert_eq!(agreement.header(), HeaderValue::try_from(expected).unwrap());
        }
    }

    #[test]
    fn a_small_window_takes_compressed_only_what_fits_it() {
        let agreement = |offer| negotiate([&HeaderValue::from_static(offer)]).unwrap().unwrap();
        let small = agreement("permessage-deflate; server_max_window_bits=9");
        assert!(small.reaches_over(512));
        assert!(!small.reaches_over(513));
        for usual in ["permessage-deflate", "permessage-deflate; server_max_window_bits=15"] {
            assert!(agreement(usual).reaches_over(10_000_000), "{usual}");
        }
    }

    #[test]
    fn an_offer_that_rfc_7692_does_not_know_is_declined() {
        for offer in [
            "x-webkit-deflate-frame",
            "permessage-deflate; unknown",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=09",
            "permessage-deflate; server_max_window_bits=+9",
            "permessage-deflate; client_max_window_bits=99",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        ] {
            assert_eq!(answer(&[offer]), Ok(None), "{offer}");
        }
        assert_eq!(answer(&[]), Ok(None));
    }

    #[test]
    fn the_first_offer_that_can_be_met_is_taken() {
        let offer = "foo, permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=10";
        let expected = Ok(Some(format!("{ANSWER}; server_max_window_bits=10")));
        assert_eq!(answer(&[offer, "permessage-deflate"]), expected);
    }

    #[test]
    fn a_malformed_line_refuses_the_connection_wherever_it_stands() {
        assert_eq!(answer(&["permessage-deflate", "permessage-deflate;"]), Err(NegotiationError));
    }
}
