//! Who a request comes from and by which scheme, when proxies may stand between. Pure functions.
//!
//! Only what a trusted proxy wrote counts. `Forwarded` (RFC 7239) is not read: few proxies write it, and one that does
//! not passes on what a client forged. `X-Forwarded-For` is read from the right, and everything left of the first
//! address that is not a trusted proxy may be forged (OWASP ASVS 5.0, 15.3.4).
//!
//! Who may use it: `http` and `connection`.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::server::config::Scheme;

/// The client's address: the peer of the socket, or the right-most address that no trusted proxy has.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let mut forwarded = values_from_the_right(headers, "x-forwarded-for");
    while is_trusted(address, trusted_proxies) {
        // An entry that is no address was not written by a well-behaved proxy: the proxy itself is the best answer.
        let Some(before) = forwarded.next().flatten().and_then(parse_address) else { break };
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
    // Some proxies (Traefik) name the scheme of the WebSocket.
    match values_from_the_right(headers, "x-forwarded-proto").next().flatten() {
        Some(proto) if ["https", "wss"].iter().any(|name| proto.eq_ignore_ascii_case(name)) => Scheme::Https,
        Some(proto) if ["http", "ws"].iter().any(|name| proto.eq_ignore_ascii_case(name)) => Scheme::Http,
        _ => socket,
    }
}

/// Whether an address belongs to a proxy whose headers count. A network of IPv6 may hold IPv4 addresses in their mapped
/// form (RFC 4291 §2.5.5.2), as sockets for both show them.
#[must_use]
pub fn is_trusted(address: IpAddr, trusted_proxies: &[IpNet]) -> bool {
    let address = address.to_canonical();
    let mapped = match address {
        IpAddr::V4(address) => IpAddr::V6(address.to_ipv6_mapped()),
        IpAddr::V6(_) => address,
    };
    trusted_proxies.iter().any(|network| network.contains(&address) || network.contains(&mapped))
}

/// The items of a list header, which may be spread over several lines, last first. Empty items do not count (RFC 9110
/// §5.6.1); one that is not ASCII is `None`, and does not take its neighbours along.
fn values_from_the_right<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = Option<&'a str>> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    let items = lines.into_iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    items.map(<[u8]>::trim_ascii).filter(|item| !item.is_empty()).map(|item| std::str::from_utf8(item).ok())
}

/// An address as proxies write it: bare, with a port, in brackets, in brackets with a port, and with the zone of a link.
fn parse_address(text: &str) -> Option<IpAddr> {
    let (bare, zone) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, port)) if port.is_empty() || is_port(port) => (inside, inside.split_once('%')),
        Some(_) => return None,
        None => (text, text.split_once('%')),
    };
    let bare = zone.map_or(bare, |(address, _)| address);
    let address = bare.parse().ok().or_else(|| bare.parse().ok().map(|socket: SocketAddr| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn proxies() -> Vec<IpNet> {
        ["10.0.0.0/8", "::1/128", "::ffff:192.0.2.0/120"].map(|network| network.parse().expect("a network")).to_vec()
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
            ("in brackets", "::1", vec!["[2001:db8::7]"], "2001:db8::7"),
            ("in brackets, with port", "::1", vec!["[2001:db8::7]:4711"], "2001:db8::7"),
            ("mapped, in brackets", "::1", vec!["[::ffff:203.0.113.9]:4711"], client),
            ("with a zone", "::1", vec!["fe80::7%eth0"], "fe80::7"),
            ("brackets and nonsense", "::1", vec!["[2001:db8::7]x"], "::1"),
            ("empty items", "10.0.0.1", vec![", 198.51.100.1,, 203.0.113.9 , ,"], client),
            ("an empty line", "10.0.0.1", vec!["203.0.113.9", ""], client),
            ("nothing but commas", "10.0.0.1", vec![",,"], "10.0.0.1"),
            ("a neighbour that is not ASCII", "10.0.0.1", vec!["\u{e9}, 203.0.113.9"], client),
            ("not ASCII", "10.0.0.1", vec!["198.51.100.1, \u{e9}"], "10.0.0.1"),
            ("a Unix socket", "10.0.0.1", vec!["unix:"], "10.0.0.1"),
            ("a mapped network", "192.0.2.1", vec![client], client),
            ("a mapped network and a mapped peer", "::ffff:192.0.2.1", vec!["203.0.113.9, 192.0.2.2"], client),
        ] {
            let lines: Vec<_> = forwarded.into_iter().map(|value| ("x-forwarded-for", value)).collect();
            assert_eq!(client_address(ip(peer), &headers(&lines), &proxies()), ip(expected), "{case}");
        }
    }

    #[test]
    fn the_forwarded_header_of_rfc_7239_does_not_count() {
        let headers = headers(&[("forwarded", "for=198.51.100.1;proto=https")]);
        let proxy = ip("10.0.0.1");
        assert_eq!(client_address(proxy, &headers, &proxies()), proxy);
        assert_eq!(browser_scheme(proxy, Scheme::Http, &headers, &proxies()), Scheme::Http);
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
        let websocket = headers(&[("x-forwarded-proto", "wss,")]);
        assert_eq!(browser_scheme(proxy, http, &websocket, &proxies()), Scheme::Https);
        assert_eq!(browser_scheme(proxy, http, &nonsense, &proxies()), http);
        assert_eq!(browser_scheme(proxy, Scheme::Https, &headers(&[]), &proxies()), Scheme::Https);
    }
}
