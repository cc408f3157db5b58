//! Email addresses in one canonical form.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use thiserror::Error;

use super::characters;

/// The longest address that mail carries, in bytes. RFC 5321, 4.5.3.1.3, less the angle brackets around a path.
const MAX_LENGTH: usize = 254;

/// The longest local part, in bytes. RFC 5321, 4.5.3.1.1.
const MAX_LOCAL: usize = 64;

/// An email address: a plain ASCII local part in lower case, `@`, and a domain in its ASCII form (IDNA A-label).
/// Prints as `h***@example.com`.
///
/// One form, so that no two spellings open two accounts, and no two people share one: mail systems ignore case in
/// local parts, and a domain in letters of another script has exactly one A-label. Local parts beyond ASCII are
/// refused, because what counts as the same letter there differs from one mail system to the next. Dots and `+tags`
/// stay as they are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// Why what was typed is not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAnEmailAddress {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// No `@` between two parts, a character where none may stand, or a domain that cannot exist.
    #[error("malformed")]
    Malformed,
    /// Over 254 bytes, or over 64 before the `@`.
    #[error("too long")]
    TooLong,
    /// Letters beyond ASCII before the `@`.
    #[error("letters beyond ASCII before the @")]
    NotAscii,
}

impl EmailAddress {
    /// Reads an address. White space around it is dropped; quoted local parts, comments and addresses of bare hosts
    /// (`root@localhost`, `a@[127.0.0.1]`) are refused.
    ///
    /// # Errors
    /// See [`NotAnEmailAddress`].
    pub fn parse(typed: &str) -> Result<Self, NotAnEmailAddress> {
        let typed = typed.trim_matches(characters::is_space);
        if typed.is_empty() {
            return Err(NotAnEmailAddress::Empty);
        }
        // Before the domain is looked at: an A-label is never shorter than the name it stands for.
        if typed.chars().nth(MAX_LENGTH + 1).is_some() {
            return Err(NotAnEmailAddress::TooLong);
        }
        if typed.chars().any(characters::is_unreadable) {
            return Err(NotAnEmailAddress::Malformed);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(NotAnEmailAddress::Malformed)?;
        if !local.is_ascii() {
            return Err(NotAnEmailAddress::NotAscii);
        }
        if local.len() > MAX_LOCAL {
            return Err(NotAnEmailAddress::TooLong);
        }
        if !local.split('.').all(is_atom) {
            return Err(NotAnEmailAddress::Malformed);
        }
        let address = format!("{}@{}", local.to_ascii_lowercase(), ascii_domain(domain)?);
        if address.len() > MAX_LENGTH { Err(NotAnEmailAddress::TooLong) } else { Ok(Self(address)) }
    }

    /// An address that the database kept, and that [`parse`](Self::parse) therefore made. For `db` alone.
    pub fn from_stored(address: String) -> Self {
        Self(address)
    }

    /// The address whole: `hanna@example.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(local, _)| local)
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.0.chars().next().filter(|&c| c != '@');
        write!(f, "{}***@{}", first.unwrap_or('*'), self.domain())
    }
}

/// An atom of RFC 5322, 3.2.3: letters, digits and the marks that need no quotes.
fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

/// The A-label form of a domain, in lower case and without the dot that stands for the root.
fn ascii_domain(domain: &str) -> Result<String, NotAnEmailAddress> {
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::VerifyAllowRootDot)
        .map_err(|_| NotAnEmailAddress::Malformed)?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    // A last label of digits is an address of the network, never a name. RFC 3696, 2.
    match name.rsplit_once('.') {
        Some((_, top)) if !top.bytes().all(|b| b.is_ascii_digit()) => Ok(name.to_owned()),
        _ => Err(NotAnEmailAddress::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> Result<String, NotAnEmailAddress> {
        EmailAddress::parse(typed).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn d_8_all_spellings_of_an_address_are_one_address() {
        for typed in [
            "hanna@example.com",
            "Hanna@Example.COM",
            "  hanna@example.com\u{a0}",
            "hanna@example.com.",
            "hanna@ｅｘａｍｐｌｅ.com",
            "hanna@example。com",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("hanna@example.com"), "{typed:?}");
        }
        assert_eq!(read("a@bücher.example").as_deref(), Ok("a@xn--bcher-kva.example"));
        assert_eq!(read("a@BU\u{308}CHER.example"), read("a@xn--bcher-kva.example"));
    }

    #[test]
    fn l_2_tags_dots_and_marks_stay_and_make_another_address() {
        for address in
            ["hanna+maid@example.com", "h.a.n.n.a@example.com", "o'neil@example.ie", "a!#$%&'*+-/=?^_`{|}~@example.com"]
        {
            assert_eq!(read(address).as_deref(), Ok(address));
        }
    }

    #[test]
    fn l_2_quoted_commented_and_broken_addresses_are_refused() {
        for typed in [
            "hanna",
            "@example.com",
            "hanna@",
            "hanna@localhost",
            "hanna@example",
            "hanna@.com",
            "hanna@example..com",
            "hanna@example.com..",
            "hanna@-example.com",
            "hanna@example-.com",
            "hanna@exa_mple.com",
            "hanna@exam ple.com",
            "hanna@127.0.0.1",
            "hanna@[127.0.0.1]",
            "hanna@[IPv6:::1]",
            "\"hanna\"@example.com",
            "hanna(maid)@example.com",
            "hanna @example.com",
            ".hanna@example.com",
            "hanna.@example.com",
            "han..na@example.com",
            "hanna@sub@example.com",
            "Hanna <hanna@example.com>",
            "hanna@example.com, b@example.com",
            "mailto:hanna@example.com",
            "hanna@xn--a.example",
            "hanna＠example.com",
        ] {
            assert_eq!(read(typed), Err(NotAnEmailAddress::Malformed), "{typed:?}");
        }
        assert_eq!(read(" \u{a0}"), Err(NotAnEmailAddress::Empty));
    }

    #[test]
    fn i_1_look_alikes_never_become_the_address_they_look_like() {
        for typed in [
            "vıctim@example.com",
            "ｖictim@example.com",
            "victi\u{301}m@example.com",
            "vi\u{441}tim@example.com",
            "victimſ@example.com",
            "\u{212a}@example.com",
        ] {
            assert_eq!(read(typed), Err(NotAnEmailAddress::NotAscii), "{typed:?}");
        }
        for typed in
            ["victim@ex\u{430}mple.com", "victim@exampl\u{117}.com", "victim@examp\u{142}e.com", "victim@exámple.com"]
        {
            let address = read(typed).unwrap();
            assert!(address.starts_with("victim@xn--"), "{typed:?} {address}");
        }
    }

    #[test]
    fn i_2_bad_bytes_are_refused() {
        for typed in [
            "hanna@example.com\0",
            "han\0na@example.com",
            "hanna@exa\u{fffd}mple.com",
            "hanna@example.com\n",
            "\thanna@example.com",
            "hanna\u{202e}@example.com",
            "hanna@\u{202e}example.com",
            "hanna@example.com\r\nBcc: x@example.com",
        ] {
            assert_eq!(read(typed), Err(NotAnEmailAddress::Malformed), "{typed:?}");
        }
    }

    #[test]
    fn lengths_hold_to_the_byte() {
        let domain = |length: usize| format!("{}.{}.{}.com", "a".repeat(63), "b".repeat(63), "c".repeat(length - 132));
        assert!(read(&format!("{}@example.com", "a".repeat(64))).is_ok());
        assert_eq!(read(&format!("{}@example.com", "a".repeat(65))), Err(NotAnEmailAddress::TooLong));
        assert_eq!(read(&format!("{}@{}", "a".repeat(64), domain(189))).map(|address| address.len()), Ok(254));
        assert_eq!(read(&format!("{}@{}", "a".repeat(64), domain(190))), Err(NotAnEmailAddress::TooLong));
        assert_eq!(read(&format!("a@{}.com", "a".repeat(64))), Err(NotAnEmailAddress::Malformed));
        assert_eq!(read(&"a@".repeat(100_000)), Err(NotAnEmailAddress::TooLong));
    }

    #[test]
    fn an_address_prints_masked() {
        assert_eq!(format!("{:?}", EmailAddress::parse("hanna@example.com").unwrap()), "h***@example.com");
    }

    proptest! {
        #[test]
        fn inp_10_any_text_is_a_plain_ascii_address_or_refused(typed in "\\PC{0,20}@\\PC{0,20}(\\.com)?") {
            if let Ok(address) = EmailAddress::parse(&typed) {
                prop_assert!(address.as_str().is_ascii() && !address.as_str().bytes().any(|b| b.is_ascii_uppercase()));
                prop_assert!(address.as_str().len() <= 254 && address.domain().contains('.'));
                prop_assert_eq!(&EmailAddress::parse(address.as_str()).unwrap(), &address);
            }
        }

        #[test]
        fn inp_10_no_text_at_all_makes_it_panic(typed in any::<String>()) {
            let _ = EmailAddress::parse(&typed);
        }
    }
}
