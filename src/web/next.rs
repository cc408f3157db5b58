//! Where a person wanted to go before we asked them to sign in or to confirm.

use super::error::PageError;

/// One of our own pages, by construction: whatever a form or an address says is looked up in a list, never followed.
/// No text that somebody made can lead elsewhere (WEB-11, O-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next(&'static str);

impl Next {
    /// Where people go who wanted nothing in particular.
    pub const ACCOUNT: Self = Self("/account");

    /// The pages that ask for a sign-in. A test holds them to the routes.
    pub const PAGES: [Self; 13] = [
        Self::ACCOUNT,
        Self("/account/profile"),
        Self("/account/phone"),
        Self("/account/phone/verify"),
        Self("/account/password"),
        Self("/account/email"),
        Self("/account/two-factor"),
        Self("/account/two-factor/app"),
        Self("/account/two-factor/backup-codes"),
        Self("/account/devices"),
        Self("/account/activity"),
        Self("/account/data"),
        Self("/account/delete"),
    ];

    /// The page of exactly that path.
    pub fn parse(path: &str) -> Option<Self> {
        Self::PAGES.into_iter().find(|page| page.0 == path)
    }

    /// The page of that path, or the account.
    pub fn parse_or_account(path: &str) -> Self {
        Self::parse(path).unwrap_or(Self::ACCOUNT)
    }

    /// The page that the query of an address asks for, `?next=/account/devices`.
    pub fn of_query(query: &str) -> Option<Self> {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "next")
            .and_then(|(_, path)| Self::parse(&path))
    }

    /// The page that a request belongs to: its own, or the one with the form that it submits.
    pub fn of_request(path: &str) -> Self {
        let is_above =
            |page: &Self| path.strip_prefix(page.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Self::PAGES.into_iter().filter(is_above).max_by_key(|page| page.0.len()).unwrap_or(Self::ACCOUNT)
    }

    /// The path.
    pub fn path(self) -> &'static str {
        self.0
    }

    /// Where people go who do not want to confirm after all: a page that does not ask for it.
    pub fn way_back(self) -> &'static str {
        if self.0 == "/account/two-factor/app" { "/account/two-factor" } else { self.0 }
    }

    /// Leads to the sign-in, and from there on to this page.
    pub fn after_sign_in(self) -> PageError {
        PageError::Elsewhere(if self == Self::ACCOUNT {
            "/login".into()
        } else {
            format!("/login?next={}", self.0).into()
        })
    }

    /// Leads to the confirmation, and from there back to this page.
    pub fn after_confirmation(self) -> PageError {
        PageError::Elsewhere(format!("/confirm?next={}", self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_1_only_our_own_pages_are_ever_next() {
        for hostile in [
            "",
            "/",
            "//evil",
            "/\\evil",
            "\\/evil",
            "/%5cevil",
            "/%09/evil",
            "/\t/evil",
            "/\r\n/evil",
            "https:evil",
            "https:/evil",
            "https:///evil",
            "https://localhost:8080@evil",
            "https://host.evil",
            "/..//evil",
            "/.//evil",
            "/;//evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "/account%00",
            "/account/",
            "/ACCOUNT",
            "/account/..",
            "/logout",
            "/account?next=//evil",
            "/account/two-factor/off",
            "http://localhost:8080/account",
        ] {
            assert_eq!(Next::parse(hostile), None, "{hostile:?}");
            assert_eq!(Next::of_query(&format!("next={hostile}")), None, "{hostile:?}");
        }
        for page in Next::PAGES {
            assert_eq!(Next::parse(page.path()), Some(page));
        }
    }

    #[test]
    fn a_form_leads_back_to_its_page() {
        assert_eq!(Next::of_request("/account/two-factor/off").path(), "/account/two-factor");
        assert_eq!(Next::of_request("/account/two-factor/app").path(), "/account/two-factor/app");
        assert_eq!(Next::of_request("/account/devices/sessions/1/end").path(), "/account/devices");
        assert_eq!(Next::of_request("/accountx").path(), "/account");
    }
}
