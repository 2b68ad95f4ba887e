//! What limits count by: an address is what one household or one machine holds, a network is what one hoster or one site
//! hands out. Not here: which address a request comes from behind proxies (`client_address`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 address, or the /64 of an IPv6 address, since one household holds all of it (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(IpAddr);

/// The /24 of an IPv4 address, or the /48 of an IPv6 address: the smallest blocks that are routed or handed out as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

/// Who is held to a share of something that there is only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Address(Address),
    Network(Network),
}

impl Address {
    /// What an IP address is counted as. An IPv4 address that is written as IPv6 counts as IPv4.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(masked(address, 32, 64))
    }

    /// The network that it belongs to.
    #[must_use]
    pub fn network(self) -> Network {
        Network(masked(self.0, 24, 48))
    }

    /// The two sources that it counts for.
    pub(super) fn sources(self) -> [Source; 2] {
        [Source::Address(self), Source::Network(self.network())]
    }
}

fn masked(address: IpAddr, bits_of_ipv4: u32, bits_of_ipv6: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::BITS - bits_of_ipv4).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u128::BITS - bits_of_ipv6).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(formatter, "{address}"),
            IpAddr::V6(address) => write!(formatter, "{address}/64"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::of(text.parse().expect("an address"))
    }

    #[test]
    fn a_household_counts_as_one_however_many_addresses_it_has() {
        assert_eq!(address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2::"));
        assert_ne!(address("2001:db8:1:2::"), address("2001:db8:1:3::"));
        assert_eq!(address("::ffff:203.0.113.9"), address("203.0.113.9"));
        assert_ne!(address("203.0.113.8"), address("203.0.113.9"));
    }

    #[test]
    fn neighbours_of_one_block_are_one_network() {
        assert_eq!(address("2001:db8:1:2::").network(), address("2001:db8:1:ffff::").network());
        assert_ne!(address("2001:db8:1::").network(), address("2001:db8:2::").network());
        assert_eq!(address("203.0.113.8").network(), address("203.0.113.9").network());
        assert_ne!(address("203.0.113.8").network(), address("203.0.114.8").network());
    }

    #[test]
    fn the_log_shows_what_was_counted() {
        assert_eq!(address("203.0.113.9").to_string(), "203.0.113.9");
        assert_eq!(address("2001:db8:1:2:3::").to_string(), "2001:db8:1:2::/64");
    }
}
