//! What the pages about people show.

use std::fmt;

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::deed::Deed;
use super::forms::RecoveryForm;
use super::handlers::path_of;
use super::search::{Found, Wanted};
use super::store::{Hit, Person, State};
use crate::domain::browser_name::BrowserName;
use crate::domain::count::{ExperienceYears, HouseholdSize};
use crate::domain::country::Country;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::features::activity::{Event, pages as activity, store::Entry};
use crate::features::audit::Subject;
use crate::features::devices::pages as devices;
use crate::features::profile::{OfRole, Profile};
use crate::features::recovery;
use crate::features::sessions::store::Listed as Session;
use crate::features::trusted_devices::store::Listed as TrustedDevice;
use crate::features::two_factor::Method;
use crate::sms::{self, NoticeKind};
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{AdminArea, Chrome, Notice};
use crate::web::words::Words;

/// `GET /admin/accounts`
#[derive(Template)]
#[template(path = "admin/accounts.html")]
pub struct ListPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed.
    pub typed: String,
    /// How it was understood.
    pub wanted: Wanted,
    /// What was found.
    pub found: Found,
    /// Whether it is the page with the newest.
    pub is_first: bool,
    /// Recoveries under way.
    pub waiting: Vec<recovery::Listed>,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl ListPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "admin-area-accounts"))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Accounts
    }

    fn caption(&self) -> String {
        let words = &self.chrome.words;
        match self.wanted {
            Wanted::Newest => fl!(words.0, "admin-accounts-newest"),
            _ => fl!(words.0, "admin-accounts-found"),
        }
    }

    /// Why there is nothing to show.
    fn nothing(&self) -> Sentence {
        let (words, mut parts) = (&self.chrome.words, Parts::new());
        let said = match &self.wanted {
            Wanted::Newest => fl!(words.0, "admin-accounts-none"),
            Wanted::Brake(reference) => {
                let (reference, link, end) = (parts.tag(reference), parts.link("/admin/messages"), parts.end());
                fl!(words.0, "admin-accounts-brake", reference = reference, messages = link, end = end)
            }
            Wanted::Request => fl!(words.0, "admin-accounts-request"),
            Wanted::Name(_) if self.found.earlier.is_some() => fl!(words.0, "admin-accounts-further"),
            _ => fl!(words.0, "admin-accounts-nothing"),
        };
        parts.put_into(&said)
    }

    fn path(&self, id: &UserId) -> String {
        path_of(*id)
    }

    fn name(&self, hit: &Hit) -> String {
        hit.name.clone().or_else(|| hit.email.clone()).unwrap_or_default()
    }

    fn role(&self, role: &Role) -> String {
        role_in_words(*role, &self.chrome.words)
    }

    fn state(&self, hit: &Hit) -> (&'static str, String) {
        state_in_words(hit.state, &self.chrome.words)
    }

    fn date(&self, at: &DateTime<Utc>) -> String {
        self.clock.date(*at, &self.chrome.words)
    }

    fn waits(&self, listed: &recovery::Listed) -> Sentence {
        recovery_in_words(listed, self.clock, &self.chrome.words)
    }

    fn earlier(&self, before: &UserId) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.typed.is_empty() {
            query.append_pair("q", &self.typed);
        }
        format!("/admin/accounts?{}", query.append_pair("before", &before.to_string()).finish())
    }

    fn latest(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("/admin/accounts?{}", query.append_pair("q", &self.typed).finish())
    }
}

/// `GET /admin/accounts/{id}`
#[derive(Template)]
#[template(path = "admin/person.html")]
pub struct PersonPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether it is the reader's own account.
    pub own: bool,
    /// The account.
    pub person: Person,
    /// What happened, the latest first.
    pub entries: Vec<Entry>,
    /// Where the page before begins, if there is one.
    pub earlier: Option<i64>,
    /// Whether this is the latest page.
    pub is_first: bool,
    /// The moment of the page.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// Something about an account.
pub struct Fact {
    label: String,
    /// The class of a state, if it is one.
    tone: Option<&'static str>,
    text: Sentence,
}

impl Fact {
    fn new(label: String, text: Sentence) -> Self {
        Self { label, tone: None, text }
    }

    /// One whose text somebody wrote.
    fn written(label: String, text: impl fmt::Display) -> Self {
        let mut parts = Parts::new();
        let text = parts.text(text);
        Self::new(label, parts.put_into(&text))
    }

    fn toned(label: String, tone: &'static str, text: String) -> Self {
        Self { tone: Some(tone), ..Self::written(label, text) }
    }
}

impl PersonPage {
    fn title(&self) -> String {
        self.chrome.title(self.person.name())
    }

    fn area(&self) -> AdminArea {
        AdminArea::Accounts
    }

    fn moment(&self, at: DateTime<Utc>) -> String {
        self.clock.date_and_time(at, &self.chrome.words)
    }

    /// How the account stands.
    fn facts(&self) -> Vec<Fact> {
        let (words, person) = (&self.chrome.words, &self.person);
        let (tone, state) = state_in_words(person.state(), words);
        let mut facts = vec![
            Fact::toned(fl!(words.0, "admin-accounts-state"), tone, state),
            Fact::written(fl!(words.0, "admin-accounts-role"), role_in_words(person.role, words)),
        ];
        let none = || fl!(words.0, "admin-accounts-no-email");
        let email = person.email.clone().unwrap_or_else(none);
        facts.push(Fact::written(fl!(words.0, "email-label"), email));
        facts.push(self.number());
        let opened = fl!(words.0, "admin-accounts-opened");
        facts.push(Fact::written(opened, self.moment(person.opened_at)));
        let seen = fl!(words.0, "admin-accounts-seen");
        facts.push(Fact::written(seen, self.moment(person.owner_seen_at)));
        if let Some(due) = person.deletion_due_at {
            facts.push(Fact::toned(fl!(words.0, "admin-accounts-deletion"), "wait", self.moment(due)));
        }
        if let Some(since) = person.owes_a_password_since {
            facts.push(Fact::toned(fl!(words.0, "admin-accounts-owes-since"), "wait", self.moment(since)));
        }
        if let Some(until) = person.factors_rest_until {
            facts.push(Fact::toned(fl!(words.0, "admin-accounts-rest"), "wait", self.moment(until)));
        }
        if let Some(since) = person.reset_waits_since {
            facts.push(Fact::toned(fl!(words.0, "admin-accounts-reset-waits"), "wait", self.moment(since)));
        }
        if let Some(open) = &person.recovery {
            let label = fl!(words.0, "admin-accounts-recovery");
            facts.push(Fact { tone: Some("wait"), ..Fact::new(label, recovery_in_words(open, self.clock, words)) });
            facts.push(Fact::written(fl!(words.0, "admin-accounts-recovery-by"), &open.grounds.by));
            facts.push(Fact::written(fl!(words.0, "admin-accounts-reason"), &open.grounds.reason));
        }
        facts
    }

    fn number(&self) -> Fact {
        let (words, mut parts) = (&self.chrome.words, Parts::new());
        let label = fl!(words.0, "admin-accounts-number");
        let Some(number) = &self.person.number else {
            return Fact::written(label, fl!(words.0, "admin-accounts-no-number"));
        };
        let (phone, since) = (parts.left_to_right(&number.phone), self.clock.date(number.since, words));
        if number.contested {
            let text = fl!(words.0, "admin-accounts-number-contested", number = phone, since = since);
            return Fact { tone: Some("wait"), ..Fact::new(label, parts.put_into(&text)) };
        }
        let text = fl!(words.0, "admin-accounts-number-proven", number = phone, since = since);
        Fact::new(label, parts.put_into(&text))
    }

    /// What opens it besides the password.
    fn factors(&self) -> Vec<Fact> {
        let (words, person) = (&self.chrome.words, &self.person);
        let label = fl!(words.0, "area-two-factor");
        let method = match (person.two_factor, person.app_since) {
            (Some(Method::App), Some(since)) => {
                let since = self.clock.date(since, words);
                Fact::toned(label, "ok", fl!(words.0, "admin-accounts-by-app", since = since))
            }
            (Some(_), _) => Fact::toned(label, "ok", fl!(words.0, "admin-accounts-by-sms")),
            (None, _) => Fact::toned(label, "off", fl!(words.0, "admin-accounts-by-nothing")),
        };
        let codes = fl!(words.0, "admin-accounts-codes");
        vec![method, Fact::written(codes, person.backup_codes_left)]
    }

    /// What the owner says of themselves, as far as they say something.
    fn profile(&self) -> Vec<Fact> {
        let words = &self.chrome.words;
        let Some(Profile { city, about, of_role, .. }) = &self.person.profile else { return Vec::new() };
        let mut facts = Vec::new();
        let mut add = |label, text: Option<String>| facts.extend(text.map(|text| Fact::written(label, text)));
        add(fl!(words.0, "profile-city"), city.as_ref().map(|city| city.as_str().to_owned()));
        match of_role {
            OfRole::Sponsor { household_size } => {
                let size = household_size.map(HouseholdSize::get).map(|size| size.to_string());
                add(fl!(words.0, "profile-household-size"), size);
            }
            OfRole::Maid { skills, experience_years } => {
                add(fl!(words.0, "profile-skills"), skills.as_ref().map(|skills| skills.as_str().to_owned()));
                let years = experience_years.map(ExperienceYears::get).map(|years| years.to_string());
                add(fl!(words.0, "profile-experience-years"), years);
            }
        }
        add(fl!(words.0, "admin-accounts-about"), about.as_ref().map(|about| about.as_str().to_owned()));
        facts
    }

    /// What can be done, and where: the account's own page of each act.
    fn acts(&self) -> Vec<(String, String, String)> {
        let (words, person) = (&self.chrome.words, &self.person);
        let listed = |deed: Deed| (deed_path(person.id, deed), deed_title(deed, words), deed_short(deed, words));
        let offered = |deed: &Deed| deed.is_possible(person) || *deed == Deed::RequireReset && offers_a_way(person);
        let mut acts: Vec<_> = Deed::ALL.into_iter().filter(offered).map(listed).collect();
        if person.active && person.recovery.is_none() {
            let (title, short) = (fl!(words.0, "admin-accounts-recover"), fl!(words.0, "admin-accounts-recover-short"));
            acts.insert(acts.len().saturating_sub(1), (recovery_path(person.id), title, short));
        }
        acts
    }

    fn texts(&self) -> String {
        format!("/admin/messages?reference={}", Subject::Account(self.person.id))
    }

    fn browser(&self, name: &BrowserName) -> String {
        self.chrome.words.browser(name)
    }

    fn place(&self, address: &str) -> String {
        devices::place(address, &self.chrome.words)
    }

    fn used(&self, session: &Session) -> String {
        devices::used(session, self.now, self.clock, &self.chrome.words)
    }

    fn until(&self, device: &TrustedDevice) -> String {
        devices::trusted_until(device, self.clock, &self.chrome.words)
    }

    fn when(&self, entry: &Entry) -> Sentence {
        activity::when(entry.at, self.clock, &self.chrome.words)
    }

    fn who(&self, entry: &Entry) -> Option<String> {
        entry.origin.as_ref().map(|origin| activity::who(origin, &self.chrome.words))
    }

    fn what(&self, event: &Event) -> String {
        event.in_words(&self.chrome.words)
    }

    fn path(&self) -> String {
        path_of(self.person.id)
    }
}

/// `GET /admin/accounts/{id}/disable` and the like, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "admin/deed.html")]
pub struct DeedPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether it is the reader's own account.
    pub own: bool,
    /// The account.
    pub person: Person,
    /// What is to be done.
    pub deed: Deed,
    /// Whether the reader has proven within the last minutes who they are.
    pub fresh: bool,
    /// What stands in the form.
    pub reason: String,
    /// What is wrong.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl DeedPage {
    fn heading(&self) -> String {
        deed_title(self.deed, &self.chrome.words)
    }

    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &self.heading())
    }

    fn area(&self) -> AdminArea {
        AdminArea::Accounts
    }

    /// Why it cannot be done, if so.
    fn hindrance(&self) -> Option<String> {
        let words = &self.chrome.words;
        if self.own {
            return Some(fl!(words.0, "admin-accounts-own"));
        }
        if self.deed.is_possible(&self.person) {
            return None;
        }
        let needs_a_way = self.deed == Deed::RequireReset && offers_a_way(&self.person);
        Some(if needs_a_way {
            fl!(words.0, "admin-accounts-no-way")
        } else {
            fl!(words.0, "admin-accounts-not-possible")
        })
    }

    /// Where else to go, if that would help.
    fn way(&self) -> Option<String> {
        let helps = !self.own && self.deed == Deed::RequireReset && offers_a_way(&self.person);
        helps.then(|| recovery_path(self.person.id))
    }

    fn does(&self) -> Vec<String> {
        deed_does(self.deed, self.person.role, &self.chrome.words)
    }

    fn told(&self) -> String {
        told(self.deed.told())
    }

    fn whom(&self) -> Sentence {
        whom(&self.person, &self.chrome.words)
    }

    fn path(&self) -> String {
        path_of(self.person.id)
    }

    fn action(&self) -> String {
        deed_path(self.person.id, self.deed)
    }
}

/// `GET /admin/accounts/{id}/recovery/start`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "admin/recovery.html")]
pub struct RecoveryPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether it is the reader's own account.
    pub own: bool,
    /// The account.
    pub person: Person,
    /// Whether there is somebody to carry the code.
    pub can_be_sent: bool,
    /// Whether the reader has proven within the last minutes who they are.
    pub fresh: bool,
    /// What stands in the form.
    pub form: RecoveryEcho,
    /// What is wrong.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What the form of a recovery shows.
pub struct RecoveryEcho {
    /// The country.
    pub country: Country,
    /// The number.
    pub phone: String,
    /// Why.
    pub reason: String,
}

impl RecoveryEcho {
    /// Nothing typed yet: the country is the one of the number so far.
    pub fn blank(person: &Person) -> Self {
        let [first, ..] = Country::HOME;
        let country = person.number.as_ref().and_then(|number| number.phone.country()).unwrap_or(first);
        Self { country, phone: String::new(), reason: String::new() }
    }

    /// What was typed.
    pub fn typed(form: RecoveryForm, person: &Person) -> Self {
        let country = Country::parse(&form.country).unwrap_or(Self::blank(person).country);
        Self { country, phone: form.phone, reason: form.reason }
    }
}

impl RecoveryPage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &fl!(self.chrome.words.0, "admin-accounts-recover"))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Accounts
    }

    /// Why none can be started, if so.
    fn hindrance(&self) -> Option<String> {
        let words = &self.chrome.words;
        match (self.own, self.person.active, &self.person.recovery) {
            (true, ..) => Some(fl!(words.0, "admin-accounts-own")),
            (_, false, _) => Some(fl!(words.0, "admin-accounts-recover-disabled")),
            (.., Some(_)) => Some(fl!(words.0, "admin-accounts-recover-open")),
            _ if !self.can_be_sent => Some(cannot_be_sent(words)),
            _ => None,
        }
    }

    fn whom(&self) -> Sentence {
        whom(&self.person, &self.chrome.words)
    }

    fn path(&self) -> String {
        path_of(self.person.id)
    }

    fn action(&self) -> String {
        recovery_path(self.person.id)
    }
}

/// Why the code of a recovery cannot be sent.
pub fn cannot_be_sent(words: &Words) -> String {
    fl!(words.0, "admin-accounts-recover-unsent")
}

/// Whether a new password cannot be asked for, and a recovery is what helps.
fn offers_a_way(person: &Person) -> bool {
    person.active && person.owes_a_password_since.is_none() && !person.can_reset()
}

fn deed_path(id: UserId, deed: Deed) -> String {
    format!("{}/{}", path_of(id), deed.path())
}

fn recovery_path(id: UserId) -> String {
    format!("{}/recovery/start", path_of(id))
}

/// The text that an owner gets, in English whatever their language: administrators read it.
fn told(kind: NoticeKind) -> String {
    sms::texts::notice(kind, None, &Words::english().0)
}

/// Who hears of an act.
fn whom(person: &Person, words: &Words) -> Sentence {
    let mut parts = Parts::new();
    let proven = person.number.as_ref().filter(|number| !number.contested);
    let said = match proven {
        Some(number) => {
            let phone = parts.left_to_right(&number.phone);
            fl!(words.0, "admin-accounts-told-at", number = phone)
        }
        None => fl!(words.0, "admin-accounts-told-nowhere"),
    };
    parts.put_into(&said)
}

fn role_in_words(role: Role, words: &Words) -> String {
    match role {
        Role::Sponsor => fl!(words.0, "admin-accounts-sponsor"),
        Role::Maid => fl!(words.0, "admin-accounts-maid"),
        Role::Administrator => fl!(words.0, "admin-accounts-administrator"),
    }
}

fn state_in_words(state: State, words: &Words) -> (&'static str, String) {
    match state {
        State::Disabled => ("bad", fl!(words.0, "admin-accounts-disabled")),
        State::ToBeDeleted => ("wait", fl!(words.0, "admin-accounts-to-be-deleted")),
        State::OwesAPassword => ("wait", fl!(words.0, "admin-accounts-owes")),
        State::Contested => ("wait", fl!(words.0, "admin-accounts-contested")),
        State::Active => ("ok", fl!(words.0, "admin-accounts-active")),
    }
}

fn recovery_in_words(listed: &recovery::Listed, clock: Clock, words: &Words) -> Sentence {
    let mut parts = Parts::new();
    let (to, at) = (parts.left_to_right(&listed.phone), clock.date_and_time(listed.opens_at, words));
    let until = clock.date_and_time(listed.expires_at, words);
    let said = match listed.sent {
        recovery::Sent::NotYet => fl!(words.0, "admin-accounts-code-leaves", number = to, at = at),
        recovery::Sent::Left => fl!(words.0, "admin-accounts-code-left", number = to, until = until),
        recovery::Sent::Refused => fl!(words.0, "admin-accounts-code-refused", number = to),
    };
    parts.put_into(&said)
}

fn deed_title(deed: Deed, words: &Words) -> String {
    match deed {
        Deed::Disable => fl!(words.0, "admin-accounts-disable"),
        Deed::Enable => fl!(words.0, "admin-accounts-enable"),
        Deed::EndSessions => fl!(words.0, "admin-accounts-end-sessions"),
        Deed::RequireReset => fl!(words.0, "admin-accounts-require-reset"),
        Deed::RemoveFactor => fl!(words.0, "admin-accounts-remove-factor"),
        Deed::CancelRecovery => fl!(words.0, "admin-accounts-cancel-recovery"),
    }
}

fn deed_short(deed: Deed, words: &Words) -> String {
    match deed {
        Deed::Disable => fl!(words.0, "admin-accounts-disable-short"),
        Deed::Enable => fl!(words.0, "admin-accounts-enable-short"),
        Deed::EndSessions => fl!(words.0, "admin-accounts-end-sessions-short"),
        Deed::RequireReset => fl!(words.0, "admin-accounts-require-reset-short"),
        Deed::RemoveFactor => fl!(words.0, "admin-accounts-remove-factor-short"),
        Deed::CancelRecovery => fl!(words.0, "admin-accounts-cancel-recovery-short"),
    }
}

fn deed_does(deed: Deed, role: Role, words: &Words) -> Vec<String> {
    let all_out = fl!(words.0, "admin-accounts-all-out");
    match deed {
        Deed::Disable => {
            vec![fl!(words.0, "admin-accounts-disable-1"), all_out, fl!(words.0, "admin-accounts-disable-2")]
        }
        Deed::Enable => vec![fl!(words.0, "admin-accounts-enable-1"), fl!(words.0, "admin-accounts-enable-2")],
        Deed::EndSessions => vec![all_out, fl!(words.0, "admin-accounts-end-sessions-1")],
        Deed::RequireReset => {
            let first = fl!(words.0, "admin-accounts-require-reset-1");
            vec![first, all_out, fl!(words.0, "admin-accounts-require-reset-2")]
        }
        Deed::RemoveFactor => {
            let mut does = vec![fl!(words.0, "admin-accounts-remove-factor-1"), all_out];
            if role == Role::Administrator {
                does.push(fl!(words.0, "admin-accounts-remove-factor-2"));
            }
            does
        }
        Deed::CancelRecovery => vec![fl!(words.0, "admin-accounts-cancel-recovery-1")],
    }
}
