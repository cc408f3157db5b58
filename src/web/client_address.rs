//! Where a request comes from: the socket's peer, or what a trusted proxy says.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use ipnet::IpNet;

use crate::domain::client_address::ClientAddress;

/// The address of a request (D-7): the peer, unless it is a trusted proxy. Then `X-Forwarded-For` is read from the
/// right, past trusted addresses; all its lines are one list, and whatever cannot be read ends the walk at the
/// last address that a trusted proxy vouched for. Other forwarding headers are ignored.
pub fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> ClientAddress {
    let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let forwarded = request.headers().get_all("x-forwarded-for");
    let list: Vec<&str> = forwarded.flat_map(|line| line.to_str().unwrap_or("?").split(',')).collect();
    ClientAddress(walk(peer, &list, trusted))
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
}
