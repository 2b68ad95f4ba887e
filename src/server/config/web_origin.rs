//! Web origins (RFC 6454): scheme, host and port, compared exactly. Not here: who is allowed (`origin`).

use std::fmt;

/// Whether a request came over TLS, as far as the browser knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

/// A scheme, a host in lower case and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebOrigin {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Scheme {
    /// The text before `://`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl WebOrigin {
    /// Accepts `scheme://host[:port]` with http or https and nothing after it. `null` is not an origin.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        Self::of_host(scheme, authority)
    }

    /// The origin that a `Host` header names, `host[:port]`.
    #[must_use]
    pub fn of_host(scheme: Scheme, authority: &str) -> Option<Self> {
        let bracket = authority.rfind(']').unwrap_or(0);
        let (host, port) = match authority[bracket..].find(':') {
            Some(colon) => (&authority[..bracket + colon], port(&authority[bracket + colon + 1..])?),
            None => (authority, scheme.default_port()),
        };
        is_host(host).then(|| Self { scheme, host: host.to_ascii_lowercase(), port })
    }

    /// A name in lower case, an IPv4 address, or an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address, if the host is none of the names that somebody could give to any address.
    #[must_use]
    pub fn address(&self) -> Option<std::net::IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Whether the host is this machine, whatever name servers say (RFC 6761 §6.3).
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let is_name = self.host == "localhost" || self.host.ends_with(".localhost");
        is_name || self.address().is_some_and(|address| address.is_loopback())
    }

    /// Whether host and port are the same, over TLS or not.
    #[must_use]
    pub fn is_at(&self, authority: &str) -> bool {
        Self::of_host(self.scheme, authority).as_ref() == Some(self)
    }

    /// Whether browsers reach it over TLS.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.name(), self.host)?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(formatter, ":{}", self.port) }
    }
}

/// Digits only: `parse` alone would take `+80`.
fn port(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A name or IPv4 address in ASCII (other scripts travel as Punycode), or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::WebOrigin;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        for (text, shown) in [
            ("https://chat.example.org", "https://chat.example.org"),
            ("HTTPS://Chat.Example.Org:443", "https://chat.example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(WebOrigin::parse(text).map(|origin| origin.to_string()).as_deref(), Some(shown));
        }
        for bad in [
            "",
            "null",
            "*",
            "chat.example.org",
            "https://",
            "https://a/",
            "https://a/b",
            "https://u@a",
            "ftp://a",
            "https://a:",
            "https://a:+80",
            "https://a:99999",
            "https://茶馆",
            "https://[1]",
            "https://a b",
            "https://a?b",
        ] {
            assert_eq!(WebOrigin::parse(bad), None, "{bad:?}");
        }
    }
}
