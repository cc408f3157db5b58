//! Where a person wanted to go before we asked them to sign in or to confirm.

use std::borrow::Cow;

use uuid::Uuid;

use super::error::PageError;
use crate::domain::country::Country;

/// What stands for an id in the path of a page.
const ID: &str = "{id}";
/// What stands for a country's code there.
const CODE: &str = "{code}";

/// One of our own pages, by construction: whatever a form or an address says is looked up in a list, never followed.
/// No text that somebody made can lead elsewhere (WEB-11, O-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    page: &'static str,
    of: Option<Of>,
}

/// Which of the pages that differ by the end of their paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Id(Uuid),
    Country(Country),
}

impl Next {
    /// Where people go who wanted nothing in particular.
    pub const ACCOUNT: Self = Self { page: "/account", of: None };

    /// Where those go who run the service, if they wanted nothing in particular.
    pub const ADMINISTRATION: Self = Self { page: "/admin", of: None };

    /// The pages that ask for a sign-in, `{id}` and `{code}` standing for any. A test holds them to the routes.
    pub const PAGES: [&'static str; 30] = [
        "/account",
        "/account/profile",
        "/account/phone",
        "/account/phone/verify",
        "/account/password",
        "/account/email",
        "/account/two-factor",
        "/account/two-factor/app",
        "/account/two-factor/backup-codes",
        "/account/devices",
        "/account/activity",
        "/account/data",
        "/account/delete",
        "/admin/countries",
        "/admin/countries/{code}",
        "/admin/activity",
        "/admin/activity/download",
        "/admin",
        "/admin/settings",
        "/admin/accounts",
        "/admin/accounts/{id}",
        "/admin/accounts/{id}/disable",
        "/admin/accounts/{id}/enable",
        "/admin/accounts/{id}/end-sessions",
        "/admin/accounts/{id}/require-reset",
        "/admin/accounts/{id}/remove-factor",
        "/admin/accounts/{id}/recovery/start",
        "/admin/accounts/{id}/recovery/cancel",
        "/admin/messages",
        "/admin/messages/{id}",
    ];

    /// The page of exactly that path.
    pub fn parse(path: &str) -> Option<Self> {
        let named = Self::PAGES.into_iter().find(|page| *page == path).map(|page| Self { page, of: None });
        named.filter(|next| !next.page.contains('{')).or_else(|| Self::parse_with_end(path))
    }

    fn parse_with_end(path: &str) -> Option<Self> {
        let of_page = |page: &'static str| {
            let placeholder = [ID, CODE].into_iter().find(|placeholder| page.contains(placeholder))?;
            let (before, after) = page.split_once(placeholder)?;
            let written = path.strip_prefix(before)?.strip_suffix(after)?;
            let of = match placeholder {
                ID => Of::Id(Uuid::try_parse(written).ok()?),
                _ => Of::Country(Country::parse(written).ok()?),
            };
            // Only as we write it: there is one path to a page.
            Some(Self { page, of: Some(of) }).filter(|next| next.path() == path)
        };
        Self::PAGES.into_iter().find_map(of_page)
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
        let mut above = std::iter::successors(Some(path), |path: &&str| Some(path.rsplit_once('/')?.0));
        above.find_map(Self::parse).unwrap_or(Self::ACCOUNT)
    }

    /// The page, or whoever wanted nothing in particular is at home there.
    pub fn or_home(self, home: Self) -> Self {
        if self == Self::ACCOUNT { home } else { self }
    }

    /// The path.
    pub fn path(self) -> Cow<'static, str> {
        match self.of {
            None => self.page.into(),
            Some(Of::Id(id)) => self.page.replace(ID, &id.to_string()).into(),
            Some(Of::Country(country)) => self.page.replace(CODE, country.code()).into(),
        }
    }

    /// Where people go who do not want to confirm after all: a page that does not ask for it.
    pub fn way_back(self) -> Cow<'static, str> {
        if self.page == "/account/two-factor/app" { "/account/two-factor".into() } else { self.path() }
    }

    /// Leads to the sign-in, and from there on to this page.
    pub fn after_sign_in(self) -> PageError {
        PageError::Elsewhere(if self == Self::ACCOUNT {
            "/login".into()
        } else {
            format!("/login?next={}", self.path()).into()
        })
    }

    /// Leads to the confirmation, and from there back to this page.
    pub fn after_confirmation(self) -> PageError {
        PageError::Elsewhere(format!("/confirm?next={}", self.path()).into())
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
            "/admin/countries/{code}",
            "/admin/countries/et",
            "/admin/countries/XX",
            "/account/ET",
        ] {
            assert_eq!(Next::parse(hostile), None, "{hostile:?}");
            assert_eq!(Next::of_query(&format!("next={hostile}")), None, "{hostile:?}");
        }
        for page in Next::PAGES {
            let path = page.replace(ID, "0190f5c1-7a3e-7cc0-8000-00000000000a").replace(CODE, "ET");
            assert_eq!(Next::parse(&path).map(|next| next.path().into_owned()), Some(path));
        }
    }

    #[test]
    fn a_form_leads_back_to_its_page() {
        assert_eq!(Next::of_request("/account/two-factor/off").path(), "/account/two-factor");
        assert_eq!(Next::of_request("/account/two-factor/app").path(), "/account/two-factor/app");
        assert_eq!(Next::of_request("/account/devices/sessions/1/end").path(), "/account/devices");
        assert_eq!(Next::of_request("/accountx").path(), "/account");
        assert_eq!(Next::of_request("/admin/countries/ET").path(), "/admin/countries/ET");
        assert_eq!(Next::of_request("/admin/countries/stop-unproven").path(), "/admin/countries");
        let person = "/admin/accounts/0190f5c1-7a3e-7cc0-8000-00000000000a";
        assert_eq!(Next::of_request(&format!("{person}/recovery/start")).path(), format!("{person}/recovery/start"));
        assert_eq!(Next::of_request(&format!("{person}/nonsense")).path(), person);
        assert_eq!(Next::of_request("/admin/accounts/0190F5C1-7A3E-7CC0-8000-00000000000A").path(), "/admin/accounts");
    }
}
