//! Where a request comes from: the socket's peer, or what a trusted proxy says.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use ipnet::IpNet;

use crate::features::messages::reserve::AddressKeys;

/// A client's address. Limits, logs and activity use it only in the coarse forms below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of a request (D-7): the peer, unless it is a trusted proxy. Then `X-Forwarded-For` is read from the
    /// right, past trusted addresses; all its lines are one list, and whatever cannot be read ends the walk at the
    /// last address that a trusted proxy vouched for. Other forwarding headers are ignored.
    pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> Self {
        let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
        let forwarded = request.headers().get_all("x-forwarded-for");
        let list: Vec<&str> = forwarded.flat_map(|line| line.to_str().unwrap_or("?").split(',')).collect();
        Self(walk(peer, &list, trusted))
    }

    /// The keys that limits count by.
    pub fn keys(self) -> AddressKeys {
        match self.0 {
            IpAddr::V4(address) => AddressKeys { address: address.to_string(), block: None },
            IpAddr::V6(address) => AddressKeys {
                address: format!("{}/64", prefix(address, 64)),
                block: Some(format!("{}/48", prefix(address, 48))),
            },
        }
    }

    /// For logs and activity: IPv4 without its last number, IPv6 by its /48.
    pub fn coarse(self) -> String {
        match self.0 {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => format!("{}/48", prefix(address, 48)),
        }
    }
}

fn walk(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut address = peer;
    let mut claims = forwarded.iter().rev();
    while trusted.iter().any(|network| network.contains(&address)) {
        match claims.next().and_then(|claim| claim.trim().parse::<IpAddr>().ok()) {
            Some(claim) => address = claim.to_canonical(),
            None => break,
        }
    }
    address
}

fn prefix(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "fd00::/8".parse().expect("a network")];
        walk(peer.parse().expect("an address"), forwarded, &trusted).to_string()
    }

    #[test]
    fn inp_15_an_untrusted_peer_cannot_forge_its_address() {
        assert_eq!(walked("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
    }

    #[test]
    fn inp_15_behind_a_trusted_proxy_the_first_untrusted_from_the_right_counts() {
        assert_eq!(walked("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(walked("10.0.0.1", &["1.2.3.4", " 198.51.100.1", "10.9.9.9"]), "198.51.100.1");
        assert_eq!(walked("fd00::1", &["2001:db8::5"]), "2001:db8::5");
    }

    #[test]
    fn inp_15_what_cannot_be_read_is_not_believed() {
        for junk in ["", "unknown", "198.51.100.1:1234", "[2001:db8::1]", "?"] {
            assert_eq!(walked("10.0.0.1", &["198.51.100.1", junk]), "10.0.0.1", "{junk:?}");
        }
        assert_eq!(walked("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn l_3_addresses_of_one_64_share_a_key_and_of_one_48_a_block() {
        let keys = |text: &str| ClientAddress(text.parse().expect("an address")).keys();
        assert_eq!(keys("2001:db8:1:2::a"), keys("2001:db8:1:2:ffff::b"));
        let (one, other) = (keys("2001:db8:1:2::a"), keys("2001:db8:1:3::a"));
        assert_ne!(one.address, other.address);
        assert_eq!(one.block, other.block);
        assert_eq!(keys("203.0.113.7"), AddressKeys { address: "203.0.113.7".to_owned(), block: None });
    }

    #[test]
    fn log_02_addresses_are_logged_coarsely() {
        let coarse = |text: &str| ClientAddress(text.parse().expect("an address")).coarse();
        assert_eq!(coarse("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(coarse("2001:db8:1:2::a"), "2001:db8:1::/48");
    }
}
