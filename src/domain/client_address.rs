//! Where somebody comes from, as far as it is kept.

use std::net::{IpAddr, Ipv6Addr};

/// A client's address. Limits, logs and activity use it only in the coarse forms below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// A client address as limits count it: IPv4 whole, IPv6 by its /64, and by its /48 at four times the limit (D-7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressKeys {
    /// `203.0.113.7` or `2001:db8:1:2::/64`.
    pub address: String,
    /// `2001:db8:1::/48`; none for IPv4.
    pub block: Option<String>,
}

impl ClientAddress {
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

fn prefix(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
