//! Who a request comes from and by which scheme, when proxies may stand between. Pure functions.
//!
//! Only what a trusted proxy wrote counts: `X-Forwarded-For` is read from the right, and everything left of the first
//! address that is not a trusted proxy may be forged (OWASP ASVS 5.0, 15.3.4).
//!
//! Who may use it: `http` and `connection`.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

use super::config::Scheme;

/// The client's address: the peer of the socket, or the right-most address that no trusted proxy has.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let mut forwarded = values_from_the_right(headers, "x-forwarded-for");
    while is_trusted(address, trusted_proxies) {
        // An entry that is no address was not written by a well-behaved proxy: the proxy itself is the best answer.
        let Some(before) = forwarded.next().and_then(parse_address) else { break };
        address = before;
    }
    address
}

/// The scheme as the browser sees it: the socket's, or what a trusted proxy says in `X-Forwarded-Proto`.
#[must_use]
pub fn browser_scheme(peer: IpAddr, socket: Scheme, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> Scheme {
    if !is_trusted(peer.to_canonical(), trusted_proxies) {
        return socket;
    }
    match values_from_the_right(headers, "x-forwarded-proto").next() {
        Some(proto) if proto.eq_ignore_ascii_case("https") => Scheme::Https,
        Some(proto) if proto.eq_ignore_ascii_case("http") => Scheme::Http,
        _ => socket,
    }
}

/// Whether an address belongs to a proxy whose headers count.
#[must_use]
pub fn is_trusted(address: IpAddr, trusted_proxies: &[IpNet]) -> bool {
    trusted_proxies.iter().any(|network| network.contains(&address))
}

/// The items of a list header, which may be spread over several lines, last first.
fn values_from_the_right<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    lines.into_iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).map(str::trim)
}

/// Some proxies add the port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok().or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn proxies() -> Vec<IpNet> {
        ["10.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network")).to_vec()
    }

    #[test]
    fn only_what_a_trusted_proxy_wrote_counts() {
        let client = "203.0.113.9";
        for (case, peer, forwarded, expected) in [
            ("direct, none", client, vec![], client),
            ("direct, one", client, vec!["198.51.100.1"], client),
            ("direct, forged chain", client, vec!["198.51.100.1, 10.0.0.2"], client),
            ("proxied, none", "10.0.0.1", vec![], "10.0.0.1"),
            ("proxied, one", "10.0.0.1", vec![client], client),
            ("proxied, forged chain", "10.0.0.1", vec!["127.0.0.1, 198.51.100.1, 203.0.113.9, 10.0.0.2"], client),
            ("proxied, two lines", "10.0.0.1", vec!["198.51.100.1", "203.0.113.9,10.0.0.2"], client),
            ("proxied, with port", "10.0.0.1", vec!["203.0.113.9:4711"], client),
            ("proxied, nonsense", "10.0.0.1", vec!["203.0.113.9, unknown"], "10.0.0.1"),
            ("proxied over IPv6", "::1", vec!["2001:db8::7"], "2001:db8::7"),
            ("IPv4 in IPv6", "::ffff:10.0.0.1", vec!["::ffff:203.0.113.9"], client),
        ] {
            let lines: Vec<_> = forwarded.into_iter().map(|value| ("x-forwarded-for", value)).collect();
            assert_eq!(client_address(ip(peer), &headers(&lines), &proxies()), ip(expected), "{case}");
        }
    }

    #[test]
    fn the_scheme_of_a_header_counts_from_a_trusted_proxy_only() {
        let https = headers(&[("x-forwarded-proto", "https")]);
        let list = headers(&[("x-forwarded-proto", "https, http")]);
        let nonsense = headers(&[("x-forwarded-proto", "gopher")]);
        let (http, proxy, client) = (Scheme::Http, ip("10.0.0.1"), ip("203.0.113.9"));
        assert_eq!(browser_scheme(proxy, http, &https, &proxies()), Scheme::Https);
        assert_eq!(browser_scheme(client, http, &https, &proxies()), http);
        assert_eq!(browser_scheme(proxy, Scheme::Https, &list, &proxies()), http, "the nearest proxy's word");
        assert_eq!(browser_scheme(proxy, http, &nonsense, &proxies()), http);
        assert_eq!(browser_scheme(proxy, Scheme::Https, &headers(&[]), &proxies()), Scheme::Https);
    }
}
