//! Every page in every state, held against what must be true of all of them. What one page alone promises is tested
//! beside it.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use scraper::{ElementRef, Html, Selector};

use super::account::pages::OverviewPage;
use super::activity::{Event, Origin, hours::Happened, pages::ActivityPage, store::Entry};
use super::admin::accounts::deed::Deed;
use super::admin::accounts::forms::reason_problem;
use super::admin::accounts::pages::{DeedPage, ListPage, PersonPage, RecoveryEcho, RecoveryPage};
use super::admin::accounts::search::{Found, Wanted};
use super::admin::accounts::store::{Hit, Person, State};
use super::admin::activity::{forms::Filters, pages as trail};
use super::admin::countries::{
    forms::CountryForm,
    pages::{CountriesPage, CountryPage},
};
use super::admin::messages::forms::Filter;
use super::admin::messages::message::MessagePage;
use super::admin::messages::pages::{Figured, MessagesPage, Time};
use super::admin::overview::{
    look::{Attention, Look, Period, Slice},
    pages::OverviewPage as AdminOverviewPage,
};
use super::admin::settings::forms::{Rules, SettingsForm};
use super::admin::settings::pages::{Fields, NotSent, SettingsPage};
use super::alerts::store::Undelivered;
use super::audit::store::Row;
use super::brakes::Noted;
use super::budget::{Caps, store::Fill};
use super::circuits::{Scope, store::Open};
use super::countries::{Policy, Standing as CountryStanding};
use super::demo_inbox::pages::{InboxMessage, InboxPage, MessageKind};
use super::devices::pages::DevicesPage;
use super::email_change::pages::EmailPage;
use super::health::findings::Finding;
use super::home::pages::HomePage;
use super::information::pages::{InformationPage, Topic};
use super::message_hours::{Arrivals, Figures, Way, Why};
use super::messages::Kind;
use super::messages::search::{End, Found as FoundText, Occasion};
use super::messages::store::Streak;
use super::messages::story::{Attempt, Story};
use super::my_data::pages::{DataPage, DeletePage, DeleteState, Due};
use super::password_change::pages::PasswordPage;
use super::phone_change::pages::{CodePage as PhoneCodePage, PhonePage, same_number};
use super::phone_verifications::pages::{CodeState, Resend, TextState, Unsent};
use super::profile::pages::{ProfileEcho, ProfilePage};
use super::profile::{OfRole, Profile};
use super::recovery::pages::{CodePage as RecoveryCodePage, PasswordPage as RecoveryPasswordPage, code_wrong};
use super::recovery::{Grounds, Listed as Recovery, Sent};
use super::registration::pages::{
    CannotOpenPage, ChangeEcho, ClaimPage, EmailTakenPage, RegisterEcho, RegisterPage, VerifyPage, choice_missing,
    role_missing, terms_missing,
};
use super::sessions::{Glance, Waiting, store::Listed as Session};
use super::settings::{Settings, save::Standing};
use super::sign_in::pages::{BackupCodePage, LoginEcho, LoginPage, SecondStepPage};
use super::step_up::pages::ConfirmPage;
use super::stopping::pages::{Hindrance, StopPage, code_unknown, code_unreadable};
use super::trusted_devices::store::Listed as TrustedDevice;
use super::two_factor::Method;
use super::two_factor::app::{Qr, TotpSecret};
use super::two_factor::pages::{AppPage, BackupCodesPage, NewBackupCodesPage, TwoFactorPage};
use super::users::Number;
use crate::config::{CREDENTIALS, Config};
use crate::domain::brake_reference::BrakeReference;
use crate::domain::browser_name::BrowserName;
use crate::domain::country::Country;
use crate::domain::email_address::EmailAddress;
use crate::domain::full_name::FullName;
use crate::domain::ids::{MessageId, RecoveryId, SessionId, TrustedDeviceId, UserId};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::prose::{About, Skills};
use crate::domain::remark::{NotARemark, Remark};
use crate::domain::role::Role;
use crate::sms::{DeliveryStatus, Fault, ProviderChoice, Sender, TextKind};
use crate::web::assets;
use crate::web::clock::Clock;
use crate::web::error_page::{Back, ErrorPage, TooManyPage, Trouble};
use crate::web::form::{FormErrors, Problem};
use crate::web::next::Next;
use crate::web::page::{Chrome, Notice};
use crate::web::words::Words;

/// What a hostile person types everywhere.
const HOSTILE: &str = "\"><script>alert('x')</script> & {{ 1 }} \u{10F800}";

fn now() -> DateTime<Utc> {
    "2025-11-22T11:31:08Z".parse().expect("a moment")
}

fn phone() -> PhoneNumber {
    PhoneNumber::from_stored("+251912984567".to_owned())
}

fn chrome() -> Chrome {
    Chrome::new(Words::english(), false)
}

fn inside() -> Chrome {
    Chrome::signed_in(Words::english(), false)
}

fn demo() -> Chrome {
    Chrome::new(Words::english(), true)
}

fn ethiopia() -> Country {
    Country::HOME[0]
}

fn paused() -> Problem {
    Problem::PhonePaused(BrakeReference::parse("KT-4821").expect("a reference"))
}

fn in_minutes(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

/// All messages a form can show at once.
fn all_wrong(words: &Words) -> FormErrors {
    let mut errors = FormErrors::on("role", role_missing(words));
    errors.say("full_name", Problem::NameMissing, words);
    errors.say("email", Problem::EmailUnreadable, words);
    errors.say("country", Problem::CountryMissing, words);
    errors.say("phone", Problem::PhoneTooShort(ethiopia()), words);
    errors.say("password", Problem::PasswordWeak, words);
    errors.add("accept_terms", terms_missing(words));
    errors
}

fn register(errors: FormErrors, form: RegisterEcho) -> RegisterPage {
    RegisterPage { chrome: chrome(), form, errors, least_password: 10, notice: None }
}

fn hanna() -> RegisterEcho {
    RegisterEcho {
        role: Some(Role::Maid),
        full_name: "Hanna Tesfaye".to_owned(),
        email: "hanna@example.com".to_owned(),
        country: ethiopia(),
        phone: "0911 23".to_owned(),
        accept_terms: true,
    }
}

fn verify(code: CodeState, resend: Resend) -> VerifyPage {
    VerifyPage {
        chrome: chrome(),
        phone: phone(),
        code,
        resend,
        now: now(),
        clock: Clock::of(ethiopia()),
        errors: FormErrors::new(),
        change: ChangeEcho { country: ethiopia(), phone: String::new() },
        notice: None,
    }
}

fn sent() -> VerifyPage {
    verify(CodeState::Sent { expires_at: in_minutes(10) }, Resend::At(in_minutes(1)))
}

fn refused_code(problem: Problem, code: CodeState) -> VerifyPage {
    let errors = FormErrors::on("code", problem.in_words(&Words::english()));
    VerifyPage { errors, ..verify(code, Resend::Now) }
}

fn number(contested: bool) -> Option<Number> {
    Some(Number { phone: phone(), since: now(), contested })
}

fn overview(role: Role, notice: Option<Notice>) -> OverviewPage {
    OverviewPage {
        chrome: inside(),
        first_name: "Hanna".to_owned(),
        role,
        number: number(false),
        two_factor: None,
        codes_left: 0,
        email: Some("hanna@example.com".to_owned()),
        glance: glance(None),
        clock: Clock::of(ethiopia()),
        due: None,
        notice,
    }
}

fn glance(waiting: Option<Waiting>) -> Glance {
    Glance { signed_in: 2, trusted: 1, last: Some((Event::SignedInBySms, now())), waiting }
}

fn for_administrators() -> Chrome {
    Chrome { has_profile: false, administers: true, ..inside() }
}

fn profile(role: Role, form: ProfileEcho, errors: FormErrors) -> ProfilePage {
    let email = (role == Role::Sponsor).then(|| "hanna@example.com".to_owned());
    ProfilePage { chrome: inside(), role, form, email, errors, notice: None }
}

fn full_profile() -> ProfileEcho {
    ProfileEcho {
        full_name: "Hanna Tesfaye".to_owned(),
        city: "Addis Ababa".to_owned(),
        about: "\nTwo lines,\nand the first one is empty.".to_owned(),
        household_size: "4".to_owned(),
        skills: "Cooking, ironing".to_owned(),
        experience_years: "12".to_owned(),
    }
}

fn email(form: Option<&str>, optional: bool, errors: FormErrors) -> EmailPage {
    let (address, form) = (Some("hanna@example.com".to_owned()), form.map(str::to_owned));
    EmailPage { chrome: inside(), address, optional, form, errors, notice: None }
}

fn password(must_confirm: bool, errors: FormErrors) -> PasswordPage {
    let username = "hanna@example.com".to_owned();
    PasswordPage { chrome: inside(), username, least_password: 10, must_confirm, errors, notice: None }
}

fn due() -> Due {
    Due { at: now() + TimeDelta::days(14), clock: Clock::of(ethiopia()) }
}

fn data(fresh: bool, due: Option<Due>, notice: Option<Notice>) -> DataPage {
    DataPage { chrome: inside(), fresh, due, notice }
}

fn deletion(state: DeleteState, errors: FormErrors) -> DeletePage {
    DeletePage { chrome: inside(), state, username: "hanna@example.com".to_owned(), errors, notice: None }
}

fn devices(others: usize, trusted: usize) -> DevicesPage {
    let browser = |name| BrowserName::from_stored(name);
    let session = |address: &str, name, hours| Session {
        id: SessionId::generate(),
        browser: browser(name),
        address: address.to_owned(),
        created_at: now() - TimeDelta::days(3),
        last_seen_at: now() - TimeDelta::hours(hours),
    };
    let this = session("196.188.12.0/24", "chrome/android", 0);
    let id = this.id;
    let mut sessions = vec![this];
    sessions.extend((0..others).map(|_| session("2001:db8:5::/48", "", 26)));
    let device = |_| TrustedDevice {
        id: TrustedDeviceId::generate(),
        browser: browser("samsung/android"),
        address: "196.188.12.0/24".to_owned(),
        expires_at: now() + TimeDelta::days(9),
    };
    DevicesPage {
        chrome: inside(),
        sessions,
        this: id,
        trusted: (0..trusted).map(device).collect(),
        now: now(),
        clock: Clock::of(ethiopia()),
        notice: None,
    }
}

fn activity(entries: Vec<Entry>, is_first: bool) -> ActivityPage {
    let earlier = entries.last().map(|entry| entry.id);
    ActivityPage { chrome: inside(), entries, earlier, is_first, clock: Clock::of(ethiopia()) }
}

fn admin_messages(found: Vec<FoundText>, on: Vec<Noted>, figured: Option<Figured>, filter: Filter) -> MessagesPage {
    MessagesPage {
        chrome: for_administrators(),
        older: found.last().map(|last| last.id),
        filter,
        errors: FormErrors::new(),
        found,
        on,
        figured,
        clock: Clock::of(ethiopia()),
        notice: None,
    }
}

fn found(end: End, why: Why) -> FoundText {
    FoundText {
        id: MessageId::generate(),
        created_at: now(),
        to: (end != End::Superseded).then(phone),
        country: (end != End::Unknown).then(ethiopia),
        end,
        occasion: if end == End::Sent { Occasion::Notice } else { Occasion::Registration },
        provider: (end != End::Held).then_some(ProviderChoice::Messaging),
        why,
        arrived_ms: (end == End::Delivered).then_some(3_240),
        spent_micros: if end == End::Held { 0 } else { 13_200 },
        brake: (end == End::Held).then(|| "KT-4821".to_owned()),
    }
}

fn brake(alert_only: bool, over: bool, range: &str) -> Noted {
    Noted {
        reference: "KT-4821".to_owned(),
        country: Some(ethiopia()),
        number_range: range.to_owned(),
        why:
            "12 texts of the last hour to ET wait for their code to be entered, and 12 may: 12, and 0.25 for each code \
              that is entered in such a time; in a home country's first days a multiple of it"
                .to_owned(),
        alert_only,
        began_at: now() - TimeDelta::hours(2),
        ended_at: over.then(now),
        opened_at: (over && range.is_empty()).then(now),
    }
}

fn figures(month: bool) -> Figured {
    let figures = Figures {
        texts: 720,
        sent: 700,
        codes: 650,
        delivered: 660,
        failed: 22,
        unknown: 1,
        held: 14,
        entered: 512,
        spent_micros: 12_345_678,
        arrivals: Arrivals([0, 3, 300, 200, 80, 40, 20, 9, 4, 2, 1, 1, 0, 0, 0, 0]),
    };
    let way = |country, provider, sender: Option<&str>| Way { country, provider, sender: sender.map(str::to_owned) };
    let time = |back: i64| {
        let moment = now() - TimeDelta::hours(back);
        if month { Time::Day(moment.date_naive()) } else { Time::Hour(moment) }
    };
    Figured {
        ways: vec![
            (way(Some(ethiopia()), Some(ProviderChoice::Messaging), None), figures),
            (way(Some(ethiopia()), Some(ProviderChoice::Verify), None), figures),
            (way(Some(ethiopia()), None, None), Figures { held: 14, ..Figures::default() }),
            (way(Country::parse("SA").ok(), Some(ProviderChoice::Messaging), Some("Latchkey")), figures),
            (way(None, Some(ProviderChoice::Messaging), Some("+15005550006")), figures),
        ],
        whys: vec![
            (Why::Code(30003), Some(ethiopia()), 14),
            (Why::Fault(Fault::Paused), Some(ethiopia()), 9),
            (Why::Code(99999), None, 1),
        ],
        times: (0..3).map(|back| (time(back * 24), figures)).collect(),
        recent: vec![brake(false, true, ""), brake(false, true, "+25191123"), brake(true, true, "")],
    }
}

fn add_admin_messages(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let nothing = Figured { ways: Vec::new(), whys: Vec::new(), times: Vec::new(), recent: Vec::new() };
    add("admin-messages-none", &admin_messages(Vec::new(), Vec::new(), Some(nothing), Filter::default()));
    let whys = [Why::Code(30003), Why::Fault(Fault::Ours), Why::Fault(Fault::Paused), Why::NotTold];
    let all: Vec<_> = End::ALL.into_iter().zip(whys.into_iter().cycle()).map(|(end, why)| found(end, why)).collect();
    let on = vec![brake(false, false, ""), brake(false, false, "+25191123"), brake(true, false, "")];
    add("admin-messages", &admin_messages(all.clone(), on, Some(figures(false)), Filter::default()));
    let month = Filter { month: true, ..Filter::default() };
    let opened = admin_messages(all.clone(), Vec::new(), Some(figures(true)), month);
    add("admin-messages-month", &MessagesPage { notice: Some(Notice::BrakeOpened), ..opened });
    let filter =
        Filter::of_query("outcome=failed&country=ET&purpose=notice&before=0198c2f0-0000-7000-8000-000000000001");
    add("admin-messages-filtered", &admin_messages(all.clone(), Vec::new(), None, filter.clone()));
    add("admin-messages-none-fits", &admin_messages(Vec::new(), Vec::new(), None, filter));
    let hostile = Filter { reference: HOSTILE.to_owned(), ..Filter::default() };
    let errors = FormErrors::on("reference", HOSTILE);
    add("admin-messages-hostile", &MessagesPage { errors, ..admin_messages(Vec::new(), Vec::new(), None, hostile) });
    for text in all {
        let name = format!("admin-message-{}", text.end.as_str());
        let is_sent = matches!(text.end, End::Sent | End::Delivered | End::Undelivered);
        let last = if text.end == End::Delivered { DeliveryStatus::Delivered } else { DeliveryStatus::Undelivered };
        let reports = [DeliveryStatus::Queued, DeliveryStatus::Sent, last].map(|status| (status, now()));
        let story = Story {
            kind: Some(Kind::Code(TextKind::Verification)),
            account: (text.end == End::Sent).then(UserId::generate),
            by_stranger: true,
            charged: text.end != End::Refused,
            send: 1,
            entered_at: (text.end == End::Delivered).then(now),
            challenge_is_kept: true,
            would_hold: BrakeReference::parse("KT-4821").filter(|_| is_sent),
            held_because: (text.end == End::Held).then(|| "12 texts wait, and 12 may".to_owned()),
            attempts: 2,
            in_vain: vec![Attempt {
                number: 1,
                provider: Some(ProviderChoice::Verify),
                ended_at: now(),
                why: if is_sent { Why::Code(20429) } else { Why::NotTold },
            }],
            claimed_at: Some(now()),
            next_attempt_at: (text.end == End::Underway).then(now),
            settled_at: (text.end != End::Underway).then(now),
            sender: None,
            provider_sid: is_sent.then(|| "SM0123456789abcdef0123456789abcdef".to_owned()),
            reports: if is_sent { reports.to_vec() } else { Vec::new() },
            segments: is_sent.then_some(1),
            price: is_sent.then(|| (13_200, "USD".to_owned())),
            text,
        };
        add(&name, &MessagePage { chrome: for_administrators(), story, clock: Clock::of(ethiopia()) });
    }
}

fn every_event() -> Vec<Entry> {
    let origin = Origin { browser: BrowserName::from_stored("chrome/android"), address: "196.188.12.0/24".to_owned() };
    let entry = |event| Entry { id: 7, event, at: now(), origin: Some(origin.clone()) };
    let from_outside = |entry: Entry| match entry.event {
        Event::NumberContested => Entry { origin: None, ..entry },
        _ => entry,
    };
    Event::ALL.map(entry).into_iter().map(from_outside).collect()
}

fn message(kind: MessageKind, body: &str, code: &str, replaced: bool) -> InboxMessage {
    let (body, code) = (body.to_owned(), Some(code.to_owned()));
    InboxMessage { kind, phone: phone(), body, code, at: now(), replaced }
}

fn login(errors: FormErrors, identifier: &str) -> LoginPage {
    let form = LoginEcho { identifier: identifier.to_owned(), ..LoginEcho::default() };
    LoginPage { chrome: chrome(), form, errors, notice: None }
}

fn second_step(method: Method, text: Option<TextState>) -> SecondStepPage {
    SecondStepPage {
        chrome: chrome(),
        method,
        phone: Some(phone()),
        text,
        remember: false,
        may_trust: true,
        trust_until: now() + TimeDelta::days(30),
        now: now(),
        clock: Clock::of(ethiopia()),
        errors: FormErrors::new(),
        notice: None,
    }
}

fn confirm(method: Option<Method>, text: Option<TextState>) -> ConfirmPage {
    ConfirmPage {
        chrome: inside(),
        username: "hanna@example.com".to_owned(),
        method,
        phone: Some(phone()),
        contested: false,
        text,
        next: Next::of_request("/account/two-factor"),
        now: now(),
        clock: Clock::of(ethiopia()),
        errors: FormErrors::new(),
        notice: None,
    }
}

/// Every way in which a text to an account can stand, by name.
fn all_texts() -> Vec<(String, TextState)> {
    let expires_at = in_minutes(5);
    let codes = [
        ("sending", CodeState::Sending { expires_at }),
        ("sent", CodeState::Sent { expires_at }),
        ("late", CodeState::Late { expires_at }),
        ("expired", CodeState::Expired),
        ("spent", CodeState::OutOfGuesses),
        ("bad-number", CodeState::Unsent(Unsent::BadNumber)),
        ("no-sms", CodeState::Unsent(Unsent::NoSms)),
        ("opted-out", CodeState::Unsent(Unsent::OptedOut)),
        ("country", CodeState::Unsent(Unsent::Country)),
        ("later", CodeState::Unsent(Unsent::Later)),
        ("ours", CodeState::Unsent(Unsent::Ours)),
    ];
    let resends = [("", Resend::Now), ("-soon", Resend::At(in_minutes(1))), ("-over", Resend::Over { sends: 4 })];
    let pairs = codes.into_iter().flat_map(|code| resends.map(|resend| (code, resend)));
    pairs.map(|((name, code), (when, resend))| (format!("{name}{when}"), TextState { code, resend })).collect()
}

fn phone_page(contested: bool, form: Option<ChangeEcho>) -> PhonePage {
    PhonePage {
        chrome: inside(),
        number: number(contested),
        form,
        pending: None,
        clock: Clock::of(ethiopia()),
        errors: FormErrors::new(),
        notice: None,
    }
}

fn phone_code(text: TextState, errors: FormErrors) -> PhoneCodePage {
    let clock = Clock::of(ethiopia());
    PhoneCodePage { chrome: inside(), phone: phone(), text, now: now(), clock, errors, notice: None }
}

fn two_factor(method: Option<Method>, contested: bool, codes_left: i64, notice: Option<Notice>) -> TwoFactorPage {
    TwoFactorPage { chrome: inside(), method, required: false, number: number(contested), codes_left, notice }
}

fn app(replaces: bool, errors: FormErrors) -> AppPage {
    let secret = TotpSecret::generate().expect("randomness");
    let uri = secret.uri("hanna.tesfaye.of.addis.ababa@mail.example.com");
    let qr = Qr::of(&uri).expect("a code");
    AppPage { chrome: inside(), qr, secret: secret.groups(), uri, replaces, errors }
}

fn new_backup_codes(account: &str, notice: Option<Notice>) -> NewBackupCodesPage {
    let codes = (0..10).map(|it| format!("7KQ2-M9XD-4HTR-W6P{it}")).collect();
    let (account, clock) = (account.to_owned(), Clock::of(ethiopia()));
    NewBackupCodesPage { chrome: inside(), codes, account, made_at: now(), clock, notice }
}

const TROUBLES: [Trouble; 16] = [
    Trouble::BadRequest,
    Trouble::NotAllowed,
    Trouble::CrossSite,
    Trouble::Embedded,
    Trouble::NotFound,
    Trouble::WrongWay,
    Trouble::TooSlow,
    Trouble::TooLarge,
    Trouble::NotAForm,
    Trouble::WrongHost,
    Trouble::Unusable,
    Trouble::TooMany,
    Trouble::HeavyHead,
    Trouble::Ours,
    Trouble::Busy,
    Trouble::NoAnswer,
];

const BACKS: [Back; 17] = [
    Back::Home,
    Back::Register,
    Back::Verify,
    Back::SignIn,
    Back::SecondStep,
    Back::BackupCode,
    Back::Confirm,
    Back::Account,
    Back::Password,
    Back::Email,
    Back::TwoFactor,
    Back::Devices,
    Back::Phone,
    Back::PhoneCode,
    Back::Stop,
    Back::Data,
    Back::Delete,
];

/// A page's name and its HTML.
type Rendered = (String, String);

fn all_pages() -> Vec<Rendered> {
    let words = Words::english();
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn askama::DynTemplate| {
        pages.push((name.to_owned(), page.dyn_render().expect("a page that renders")));
    };
    add("home", &HomePage { chrome: demo(), notice: None });
    add("home-signed-out", &HomePage { chrome: chrome(), notice: Some(Notice::SignedOut) });
    add("home-signed-in", &HomePage { chrome: inside(), notice: None });
    add("register", &register(FormErrors::new(), RegisterEcho::default()));
    let over = Some(Notice::RegistrationOver);
    add("register-over", &RegisterPage { notice: over, ..register(FormErrors::new(), RegisterEcho::default()) });
    let mut errors = FormErrors::new();
    errors.say("phone", Problem::PhoneTooShort(ethiopia()), &words);
    add("register-error", &register(errors.clone(), hanna()));
    errors.say("password", Problem::PasswordWeak, &words);
    add("register-errors", &register(errors, hanna()));
    add("register-paused", &register(FormErrors::on("phone", paused().in_words(&words)), hanna()));
    add("register-all-wrong", &register(all_wrong(&words), RegisterEcho::default()));
    let hostile = RegisterEcho {
        full_name: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        phone: HOSTILE.to_owned(),
        ..RegisterEcho::default()
    };
    add("register-hostile", &register(FormErrors::on("full_name", HOSTILE), hostile));
    add("verify", &sent());
    let sending = CodeState::Sending { expires_at: in_minutes(10) };
    add("verify-sending", &verify(sending, Resend::At(in_minutes(1))));
    add("verify-late", &verify(CodeState::Late { expires_at: in_minutes(9) }, Resend::Now));
    add("verify-new-code", &VerifyPage { notice: Some(Notice::CodeSent), ..sent() });
    add("verify-new-number", &VerifyPage { notice: Some(Notice::NumberChanged), ..sent() });
    add("verify-too-early", &VerifyPage { notice: Some(Notice::TooEarly), ..sent() });
    let live = CodeState::Sent { expires_at: in_minutes(9) };
    add("verify-wrong", &refused_code(Problem::CodeWrong { left: 2 }, live));
    add("verify-too-many", &refused_code(Problem::CodeTooMany, CodeState::OutOfGuesses));
    add("verify-too-late", &refused_code(Problem::CodeExpired, CodeState::Expired));
    add("verify-expired", &verify(CodeState::Expired, Resend::Now));
    add("verify-spent", &verify(CodeState::OutOfGuesses, Resend::At(in_minutes(2))));
    add("verify-over", &verify(CodeState::Expired, Resend::Over { sends: 4 }));
    for (name, why) in [
        ("verify-unsent-bad-number", Unsent::BadNumber),
        ("verify-unsent-no-sms", Unsent::NoSms),
        ("verify-unsent-opted-out", Unsent::OptedOut),
        ("verify-unsent-country", Unsent::Country),
        ("verify-unsent-later", Unsent::Later),
        ("verify-unsent-ours", Unsent::Ours),
    ] {
        add(name, &verify(CodeState::Unsent(why), Resend::Now));
    }
    let errors = FormErrors::on("phone", Problem::PhoneNotInPlan(ethiopia()).in_words(&words));
    let change = ChangeEcho { country: ethiopia(), phone: "0711 000 000".to_owned() };
    add("verify-change", &VerifyPage { errors, change, ..sent() });
    let errors = FormErrors::on("phone", paused().in_words(&words));
    add("verify-paused", &VerifyPage { errors, ..verify(CodeState::Unsent(Unsent::Later), Resend::Now) });
    add("claim", &ClaimPage { chrome: chrome(), phone: phone(), errors: FormErrors::new() });
    let errors = FormErrors::on("choice", choice_missing(&words));
    add("claim-error", &ClaimPage { chrome: chrome(), phone: phone(), errors });
    add("email-taken", &EmailTakenPage { chrome: chrome() });
    add("cannot-open", &CannotOpenPage { chrome: chrome() });
    add_audit_trail(&mut add);
    add_countries(&mut add);
    add_signing_in(&mut add);
    add_confirming(&mut add);
    add_two_factor(&mut add);
    add_recovery(&mut add);
    add_changing_number(&mut add);
    add_stopping(&mut add);
    add_accounts(&mut add);
    add("account-new", &overview(Role::Maid, Some(Notice::AccountOpened)));
    add("account", &OverviewPage { two_factor: Some(Method::App), codes_left: 10, ..overview(Role::Sponsor, None) });
    let few = OverviewPage { two_factor: Some(Method::Sms), codes_left: 2, ..overview(Role::Sponsor, None) };
    add("account-few-codes", &few);
    add("account-no-codes", &OverviewPage { codes_left: 0, ..few });
    let few = OverviewPage { two_factor: Some(Method::App), codes_left: 1, ..overview(Role::Administrator, None) };
    add("account-administrator", &OverviewPage { chrome: for_administrators(), ..few });
    let contested = OverviewPage { number: number(true), ..overview(Role::Maid, None) };
    add("account-contested", &contested);
    add("account-contested-few-codes", &OverviewPage { two_factor: Some(Method::Sms), codes_left: 3, ..contested });
    for (name, waiting) in [("reset", Waiting::Reset), ("recovery", Waiting::Recovery)] {
        let page = OverviewPage { glance: glance(Some(waiting)), ..overview(Role::Maid, None) };
        add(&format!("account-{name}-waits"), &page);
    }
    let no_email = OverviewPage { two_factor: Some(Method::App), codes_left: 10, ..overview(Role::Maid, None) };
    let nothing_yet = Glance { signed_in: 1, trusted: 0, last: None, waiting: None };
    add("account-no-email", &OverviewPage { email: None, glance: nothing_yet, ..no_email });
    let to_go = OverviewPage { due: Some(due()), number: number(true), ..overview(Role::Maid, None) };
    add("account-to-be-deleted", &to_go);
    add("account-kept", &overview(Role::Maid, Some(Notice::DeletionCancelled)));
    add_own_data(&mut add);
    add_settings(&mut add);
    add_my_data(&mut add);
    add_admin_overview(&mut add);
    add_admin_messages(&mut add);
    add("devices-one", &devices(0, 0));
    add("devices-many", &devices(3, 2));
    add("activity", &activity(every_event(), true));
    add("activity-empty", &activity(Vec::new(), false));
    add("inbox-empty", &InboxPage { chrome: demo(), messages: Vec::new(), clock: Clock::of(ethiopia()) });
    let messages = vec![
        message(
            MessageKind::Verification,
            "Your Latchkey verification code is: 482913. Valid for 10 minutes.",
            "482 913",
            false,
        ),
        message(MessageKind::SignIn, "Your Latchkey sign-in code is: 077254. Valid for 5 minutes.", "077 254", false),
        message(
            MessageKind::PasswordReset,
            "Your Latchkey reset code is: 610338. Valid for 10 minutes.",
            "610 338",
            true,
        ),
    ];
    add("inbox", &InboxPage { chrome: demo(), messages, clock: Clock::of(ethiopia()) });
    for topic in [Topic::Help, Topic::Privacy, Topic::Terms] {
        add(&format!("{topic:?}").to_lowercase(), &InformationPage { chrome: chrome(), topic });
    }
    for trouble in TROUBLES {
        let (reference, clock) = ("LK-7F3K-92QM".to_owned(), Clock::UTC);
        let page = ErrorPage { chrome: chrome(), trouble, reference, at: now(), clock };
        add(&format!("error-{trouble:?}").to_lowercase(), &page);
    }
    for back in BACKS {
        let (wait, at, clock) = (Duration::from_secs(720), in_minutes(12), Clock::of(ethiopia()));
        add(&format!("too-many-{back:?}").to_lowercase(), &TooManyPage { chrome: chrome(), wait, at, clock, back });
    }
    pages
}

fn add_audit_trail(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let marta = UserId::generate();
    let row = |number, actor: String, act: &str, subject: Option<&str>, change: Option<(&str, &str)>| Row {
        number,
        happened_at: now(),
        actor,
        act: act.to_owned(),
        subject: subject.map(str::to_owned),
        reason: (number % 2 == 0).then(|| "left the company".to_owned()),
        before: change.map(|(before, _)| before.to_owned()),
        after: change.map(|(_, after)| after.to_owned()),
        mac: String::new(),
    };
    let administrator = || format!("administrator:{marta}");
    let account = format!("account:{}", UserId::generate());
    let rows = vec![
        row(
            5,
            administrator(),
            "country_changed",
            Some("country:ET"),
            Some((
                r#"{"price":"0.35","sender":null,"unproven":true}"#,
                r#"{"price":"0.4","sender":"Latchkey","unproven":false}"#,
            )),
        ),
        row(4, "operator:sara".to_owned(), "administrator_removed", Some(&account), None),
        row(3, administrator(), "unproven_stopped", None, Some((r#"{"open":["ET","SA"]}"#, r#"{"open":[]}"#))),
        row(2, format!("administrator:{}", UserId::generate()), HOSTILE, Some(HOSTILE), Some((HOSTILE, HOSTILE))),
        row(1, "operator:root".to_owned(), "administrator_made", Some(&account), None),
    ];
    let email = EmailAddress::parse("marta@example.com").expect("an address");
    let names = trail::Names::of(&rows, |_| Ok::<_, ()>(vec![(marta, email)])).expect("names");
    let page = |filters: Filters, rows: Vec<Row>, earlier, errors| trail::ActivityPage {
        chrome: for_administrators(),
        filters,
        errors,
        rows,
        names: names.clone(),
        earlier,
    };
    add("admin-activity", &page(Filters::default(), rows.clone(), Some(1), FormErrors::new()));
    add("admin-activity-empty", &page(Filters::default(), Vec::new(), None, FormErrors::new()));
    let filters = Filters {
        actor: HOSTILE.to_owned(),
        subject: HOSTILE.to_owned(),
        act: "country_changed".to_owned(),
        before: "7".to_owned(),
        ..Filters::default()
    };
    add("admin-activity-none-fits", &page(filters.clone(), Vec::new(), None, FormErrors::new()));
    add("admin-activity-filtered", &page(filters.clone(), rows, None, FormErrors::new()));
    let wrong = Filters { from: "2026-11-28".to_owned(), to: "2026-11-27".to_owned(), ..filters };
    let errors = wrong.parse(&Words::english()).err().expect("an error");
    add("admin-activity-error", &page(wrong, Vec::new(), None, errors));
}

fn standing(country: Country, unproven: bool, stopped: bool) -> CountryStanding {
    let policy = Policy {
        unproven,
        proven: true,
        sender: (!unproven).then(|| Sender::parse("Latchkey").expect("a sender")),
        price_micros: 350_000,
        ..Policy::closed()
    };
    CountryStanding { country, policy, version: 3, changed_at: now(), stopped_at: stopped.then(now) }
}

fn add_countries(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let page = |countries, notice| CountriesPage { chrome: for_administrators(), countries, notice };
    let open: Vec<CountryStanding> = Country::HOME.into_iter().map(|country| standing(country, true, false)).collect();
    add("admin-countries", &page(open, Some(Notice::UnprovenResumed)));
    let stopped = Country::HOME.into_iter().map(|country| standing(country, false, country != ethiopia()));
    add("admin-countries-stopped", &page(stopped.collect(), Some(Notice::UnprovenStopped)));
    add("admin-countries-empty", &page(Vec::new(), None));
    let page = |standing: Option<CountryStanding>, form: CountryForm, errors: FormErrors, is_stale| CountryPage {
        chrome: for_administrators(),
        country: ethiopia(),
        standing,
        form,
        errors,
        is_stale,
        first: ProviderChoice::Messaging,
        notice: None,
    };
    let stood = standing(ethiopia(), false, true);
    let caps = Caps { hour: Some(12_500_000), day: None, month: Some(0) };
    let form = CountryForm::of(3, &stood.policy, &caps);
    add("admin-country", &page(Some(stood.clone()), form.clone(), FormErrors::new(), false));
    let saved = CountryPage {
        notice: Some(Notice::CountrySaved),
        ..page(Some(stood.clone()), form.clone(), FormErrors::new(), false)
    };
    add("admin-country-saved", &saved);
    let closed = CountryForm::of(0, &Policy::closed(), &Caps::default());
    add("admin-country-new", &page(None, closed.clone(), FormErrors::new(), false));
    let errors = closed.parse(&words).expect_err("no price");
    add("admin-country-error", &page(None, closed.clone(), errors, false));
    let errors = form.differing(&closed, &words);
    add("admin-country-stale", &page(Some(stood.clone()), form, errors, true));
    let hostile = CountryForm::hostile(HOSTILE);
    let errors = hostile.parse(&words).expect_err("all of it");
    add("admin-country-hostile", &page(Some(stood), hostile, errors, false));
}

fn add_signing_in(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    add("login", &login(FormErrors::new(), ""));
    let form = LoginEcho { next: Some("/account/devices".to_owned()), ..LoginEcho::default() };
    add("login-next", &LoginPage { form, ..login(FormErrors::new(), "") });
    for notice in [Notice::SignInOver, Notice::SignInAgain, Notice::AccountKept] {
        let page = LoginPage { notice: Some(notice), ..login(FormErrors::new(), "") };
        add(&format!("login-{}", notice.key()), &page);
    }
    let refused = FormErrors::on("password", Problem::SignInWrong.in_words(&words));
    add("login-wrong", &login(refused, "hanna@example.com"));
    let mut errors = FormErrors::new();
    errors.say("identifier", Problem::IdentifierMissing, &words);
    errors.say("country", Problem::CountryMissing, &words);
    errors.say("password", Problem::PasswordNotEntered, &words);
    add("login-all-wrong", &login(errors, ""));
    add("login-hostile", &login(FormErrors::on("identifier", HOSTILE), HOSTILE));
    add("second-step-app", &second_step(Method::App, None));
    let errors = FormErrors::on("code", Problem::CodeWrong { left: 9 }.in_words(&words));
    add("second-step-app-wrong", &SecondStepPage { errors, remember: true, ..second_step(Method::App, None) });
    add("second-step-ask", &second_step(Method::Sms, None));
    for (name, text) in all_texts() {
        add(&format!("second-step-{name}"), &second_step(Method::Sms, Some(text)));
        let errors = FormErrors::on("code", Problem::CodeTooMany.in_words(&words));
        let page = SecondStepPage { errors, may_trust: false, ..second_step(Method::Sms, Some(text)) };
        add(&format!("second-step-{name}-refused"), &page);
    }
    for method in [Method::Sms, Method::App] {
        let page = |errors, notice| BackupCodePage { chrome: chrome(), method, errors, notice };
        let name = method.as_str();
        add(&format!("login-backup-code-{name}"), &page(FormErrors::new(), None));
        add(&format!("login-backup-code-{name}-only"), &page(FormErrors::new(), Some(Notice::OnlyBackupCode)));
        add(&format!("login-backup-code-{name}-no-text"), &page(FormErrors::new(), Some(Notice::CodeNotPossible)));
        for problem in [
            Problem::BackupCodeMissing,
            Problem::BackupCodeUnreadable,
            Problem::BackupCodeWrong { left: 1 },
            Problem::BackupCodeWrong { left: 8 },
        ] {
            let errors = FormErrors::on("code", problem.in_words(&words));
            add(&format!("login-backup-code-{name}-{problem:?}"), &page(errors, None));
        }
    }
}

fn add_confirming(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let mut errors = FormErrors::on("password", Problem::PasswordWrong.in_words(&words));
    add("confirm", &confirm(None, None));
    add("confirm-wrong", &ConfirmPage { errors: errors.clone(), ..confirm(None, None) });
    errors.say("code", Problem::OnlyBackupCode, &words);
    add("confirm-app", &confirm(Some(Method::App), None));
    add("confirm-app-wrong", &ConfirmPage { errors: errors.clone(), ..confirm(Some(Method::App), None) });
    add("confirm-ask", &confirm(Some(Method::Sms), None));
    add("confirm-contested", &ConfirmPage { contested: true, ..confirm(Some(Method::Sms), None) });
    for (name, text) in all_texts() {
        add(&format!("confirm-{name}"), &confirm(Some(Method::Sms), Some(text)));
        let page = ConfirmPage { errors: errors.clone(), ..confirm(Some(Method::Sms), Some(text)) };
        add(&format!("confirm-{name}-wrong"), &page);
    }
}

/// The form of the settings with the same in every field.
fn settings_form(everywhere: &str) -> SettingsForm {
    let fields = super::admin::settings::forms::fields().chain([super::admin::settings::forms::VERSION]);
    let sent = fields.map(|field| (field.to_owned(), everywhere.to_owned())).collect::<Vec<_>>();
    SettingsForm::try_from(sent).expect("the fields of the page")
}

fn add_settings(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let config = Config::from_variables([("DATABASE_URL".to_owned(), "postgres:///latchkey".to_owned())]);
    let defaults = Settings::defaults(&config.expect("the defaults are enough"));
    let caps = Caps { hour: Some(50_000_000), day: None, month: Some(150_000) };
    let standing = Standing { version: 41, settings: defaults.clone(), caps };
    let rules = Rules { standing: &standing, defaults: &defaults, least_segments: 1, can_sign_alerts: true };
    let page = |sent: Option<&SettingsForm>, is_stale, errors| SettingsPage {
        chrome: for_administrators(),
        version: 41,
        is_fresh: true,
        fields: Fields::new(&rules, sent, is_stale, &words),
        errors,
        is_stale,
        notice: None,
        test: None,
        findings: Vec::new(),
        credentials: CREDENTIALS.iter().enumerate().map(|(n, name)| (*name, n % 2 == 0)).collect(),
        number: Some(phone()),
    };
    let plain = || page(None, false, FormErrors::new());
    add("admin-settings", &plain());
    add("admin-settings-stale-proof", &SettingsPage { is_fresh: false, number: None, ..plain() });
    add("admin-settings-saved", &SettingsPage { notice: Some(Notice::SettingsSaved), ..plain() });
    add("admin-settings-no-number", &SettingsPage { number: None, ..plain() });
    let hostile = settings_form(HOSTILE);
    let errors = hostile.parse(&rules, &words).expect_err("hostile");
    add("admin-settings-hostile", &page(Some(&hostile), false, errors.clone()));
    add("admin-settings-overtaken", &page(Some(&hostile), true, errors));
    for fault in Fault::ALL {
        let page = SettingsPage { test: Some(NotSent::Refused(fault)), ..plain() };
        add(&format!("admin-settings-test-{fault:?}"), &page);
    }
    let found = |found| Finding::new("database", found);
    let findings = vec![found(Ok("reachable".to_owned())), found(Err(HOSTILE.to_owned()))];
    add("admin-settings-checked", &SettingsPage { findings, ..plain() });
}

fn add_own_data(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    for role in [Role::Sponsor, Role::Maid] {
        let name = role.as_str();
        let mut errors = FormErrors::new();
        errors.say("full_name", Problem::NameMissing, &words);
        errors.add("city", HOSTILE);
        if role == Role::Maid {
            errors.add("skills", HOSTILE);
            errors.add("experience_years", HOSTILE);
        } else {
            errors.add("household_size", HOSTILE);
        }
        errors.add("about", HOSTILE);
        let hostile = || HOSTILE.to_owned();
        let form = ProfileEcho {
            full_name: hostile(),
            city: hostile(),
            about: hostile(),
            household_size: hostile(),
            skills: hostile(),
            experience_years: hostile(),
        };
        add(&format!("profile-{name}"), &profile(role, full_profile(), FormErrors::new()));
        let saved = ProfilePage {
            notice: Some(Notice::ProfileSaved),
            ..profile(role, ProfileEcho { full_name: "Hanna".to_owned(), ..ProfileEcho::default() }, FormErrors::new())
        };
        add(&format!("profile-{name}-saved"), &saved);
        add(&format!("profile-{name}-wrong"), &profile(role, full_profile(), FormErrors::on("city", HOSTILE)));
        add(&format!("profile-{name}-hostile"), &profile(role, form, errors));
    }
    for optional in [false, true] {
        let name = if optional { "maid" } else { "sponsor" };
        add(&format!("email-{name}"), &email(Some("hanna@example.com"), optional, FormErrors::new()));
        add(&format!("email-{name}-hostile"), &email(Some(HOSTILE), optional, FormErrors::on("email", HOSTILE)));
        add(&format!("email-{name}-stale"), &email(None, optional, FormErrors::new()));
    }
    let none = EmailPage { address: None, ..email(Some(""), true, FormErrors::new()) };
    add("email-none", &EmailPage { notice: Some(Notice::EmailRemoved), ..none });
    add("email-none-stale", &EmailPage { address: None, ..email(None, true, FormErrors::new()) });
    let changed = email(Some("hanna@example.com"), false, FormErrors::new());
    add("email-administrator", &EmailPage { chrome: for_administrators(), ..changed });

    add("password", &password(false, FormErrors::new()));
    add("password-stale", &password(true, FormErrors::new()));
    let mut errors = FormErrors::on("current_password", Problem::PasswordWrong.in_words(&words));
    add("password-wrong", &password(false, errors.clone()));
    errors.say("password", Problem::PasswordTooShort { least: 10 }, &words);
    add("password-all-wrong", &password(false, errors));
    let confirmed = PasswordPage { notice: Some(Notice::Confirmed), ..password(false, FormErrors::new()) };
    add("password-confirmed", &confirmed);
}

fn add_changing_number(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let form = |typed: &str| Some(ChangeEcho { country: ethiopia(), phone: typed.to_owned() });
    for (state, contested) in [("", false), ("-contested", true)] {
        add(&format!("phone{state}"), &phone_page(contested, form("")));
        add(&format!("phone-stale{state}"), &phone_page(contested, None));
        add(&format!("phone-pending{state}"), &PhonePage { pending: Some(phone()), ..phone_page(contested, form("")) });
    }
    for notice in [Notice::PhoneChanged, Notice::PhoneChangeOver, Notice::Confirmed] {
        let page = PhonePage { notice: Some(notice), ..phone_page(false, form("")) };
        add(&format!("phone-{}", notice.key()), &page);
    }
    let errors = FormErrors::on("phone", same_number(&words));
    add("phone-same", &PhonePage { errors, ..phone_page(false, form("0912 984 567")) });
    let mut errors = FormErrors::on("country", Problem::CountryMissing.in_words(&words));
    errors.say("phone", Problem::PhoneNotMobile, &words);
    add("phone-all-wrong", &PhonePage { errors, ..phone_page(false, form("")) });
    let errors = FormErrors::on("phone", HOSTILE);
    add("phone-hostile", &PhonePage { errors, ..phone_page(false, form(HOSTILE)) });
    for (name, text) in all_texts() {
        add(&format!("phone-code-{name}"), &phone_code(text, FormErrors::new()));
        let errors = FormErrors::on("code", Problem::CodeTooMany.in_words(&words));
        add(&format!("phone-code-{name}-refused"), &phone_code(text, errors));
    }
}

fn add_stopping(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let page = |hindrance, errors| StopPage { chrome: chrome(), hindrance, errors };
    add("stop", &page(None, FormErrors::new()));
    add("stop-taken", &page(Some(Hindrance::NumberTaken), FormErrors::new()));
    add("stop-recover", &page(Some(Hindrance::ForRecovery), FormErrors::new()));
    add("stop-missing", &page(None, FormErrors::on("code", Problem::CodeMissing.in_words(&words))));
    add("stop-unreadable", &page(None, FormErrors::on("code", code_unreadable(&words))));
    add("stop-unknown", &page(None, FormErrors::on("code", code_unknown(&words))));
}

fn add_two_factor(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    for method in [None, Some(Method::Sms), Some(Method::App)] {
        let name = method.map_or("off", Method::as_str);
        for (state, contested, left) in
            [("", false, 10), ("-contested", true, 4), ("-few", false, 3), ("-last", false, 1), ("-none", true, 0)]
        {
            add(&format!("two-factor-{name}{state}"), &two_factor(method, contested, left, None));
            let page = BackupCodesPage { chrome: inside(), method, codes_left: left, notice: None };
            add(&format!("backup-codes-{name}{state}"), &page);
        }
    }
    let off = two_factor(None, false, 0, Some(Notice::TwoFactorOff));
    let required = TwoFactorPage { required: true, ..two_factor(None, false, 0, None) };
    add("two-factor-required", &required);
    add("two-factor-required-of-administrators", &TwoFactorPage { chrome: for_administrators(), ..required });
    add("two-factor-switched-off", &off);
    add("two-factor-confirmed", &two_factor(Some(Method::App), false, 10, Some(Notice::Confirmed)));
    add("two-factor-enrolment-over", &two_factor(None, false, 0, Some(Notice::EnrolmentOver)));
    add("app", &app(false, FormErrors::new()));
    add("app-replaces", &app(true, FormErrors::new()));
    let errors = FormErrors::on("code", Problem::CodeWrong { left: 9 }.in_words(&words));
    add("app-wrong", &app(false, errors));
    add("new-backup-codes", &new_backup_codes("hanna@example.com", None));
    add("new-backup-codes-app", &new_backup_codes("hanna@example.com", Some(Notice::TwoFactorByApp)));
    add("new-backup-codes-sms", &new_backup_codes("*****4567", Some(Notice::TwoFactorBySms)));
    add("new-backup-codes-hostile", &new_backup_codes(HOSTILE, None));
    let codes = new_backup_codes("hanna@example.com", Some(Notice::TwoFactorByApp));
    add("new-backup-codes-administrator", &NewBackupCodesPage { chrome: for_administrators(), ..codes });
}

fn add_recovery(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let code = |errors, notice| RecoveryCodePage { chrome: chrome(), errors, notice };
    add("recovery", &code(FormErrors::new(), None));
    add("recovery-over", &code(FormErrors::new(), Some(Notice::ResetOver)));
    add("recovery-wrong", &code(FormErrors::on("code", code_wrong(&words)), None));
    let (wait, at, clock) = (Duration::from_secs(720), in_minutes(12), Clock::of(ethiopia()));
    add("recovery-too-many", &TooManyPage { chrome: chrome(), wait, at, clock, back: Back::Recovery });
    for (name, least_password) in [("recovery-password", 10), ("recovery-password-administrator", 15)] {
        let page = |errors| RecoveryPasswordPage {
            chrome: chrome(),
            username: "hanna@example.com".to_owned(),
            phone: phone(),
            least_password,
            errors,
        };
        add(name, &page(FormErrors::new()));
        let short = Problem::PasswordTooShort { least: least_password };
        for problem in [Problem::PasswordMissing, short, Problem::PasswordWeak, Problem::PasswordPersonal] {
            let errors = FormErrors::on("password", problem.in_words(&words));
            add(&format!("{name}-{problem:?}"), &page(errors));
        }
    }
    add("login-recovered", &LoginPage { notice: Some(Notice::Recovered), ..login(FormErrors::new(), "") });
}

fn admin_overview(period: Period, attention: Attention, figure: impl Fn(i64) -> i64) -> AdminOverviewPage {
    let (bars, length) = match period {
        Period::Day => (24, TimeDelta::hours(1)),
        Period::Month => (30, TimeDelta::days(1)),
    };
    let midnight = "2025-11-22T00:00:00Z".parse::<DateTime<Utc>>().expect("a moment");
    let slice = |index: i32| {
        let number = figure(index.into());
        let (sent, part) = (number, number / 3 * 2);
        let texts = Figures { sent, codes: sent, delivered: part, entered: part, failed: 1, ..Figures::default() };
        Slice {
            start: midnight - length * (bars - 1 - index),
            happened: Happened { registrations: part, sign_ins: number, refused: number / 5 },
            texts: Figures { texts: sent, spent_micros: number.saturating_mul(11_700), ..texts },
        }
    };
    let slices: Vec<Slice> = (0..bars).map(slice).collect();
    let look = Look {
        now: now(),
        period,
        attention,
        texts: slices.last().expect("a slice").texts,
        slices,
        happened_before: Happened { registrations: 12, sign_ins: 1_208, refused: 3 },
        texts_before: Figures { sent: 100, codes: 90, delivered: 80, entered: 70, ..Figures::default() },
        waiting: 4,
        caps: Caps { hour: Some(1_000_000), ..Caps::default() },
    };
    AdminOverviewPage { chrome: for_administrators(), look, clock: Clock::of(ethiopia()), notice: None }
}

fn all_attention() -> Attention {
    let fill = |scope: &str, period: &str, percent, is_full| Fill {
        scope: scope.to_owned(),
        period: period.to_owned(),
        starts_at: now() - TimeDelta::hours(11),
        ends_at: now() + TimeDelta::hours(13),
        cap: 10_000_000,
        spent: 100_000 * percent,
        unproven: if scope == "ALL" { 0 } else { 80_000 * percent },
        percent,
        is_full,
    };
    let brake = |range: &str, alert_only| Noted {
        reference: "KT-4821".to_owned(),
        country: Some(ethiopia()),
        number_range: range.to_owned(),
        why: "41 texts of the last hour to ET wait for their code to be entered, and 12 may".to_owned(),
        alert_only,
        began_at: now() - TimeDelta::hours(20),
        ended_at: None,
        opened_at: None,
    };
    let recovery = |sent| Recovery {
        id: RecoveryId::generate(),
        user: UserId::generate(),
        role: Role::Maid,
        phone: phone(),
        grounds: Grounds { by: Remark::ours("an operator"), reason: Remark::ours("knows her") },
        started_at: now(),
        opens_at: now() + TimeDelta::hours(22),
        expires_at: now() + TimeDelta::days(7),
        sent,
    };
    let circuit = |country| Open {
        scope: Scope::stored(ProviderChoice::Verify, country).expect("a circuit"),
        reason: "4 of the last 8 calls failed".to_owned(),
        opened_at: now(),
        probe_at: now(),
    };
    Attention {
        audit_failed_at: Some(now()),
        brakes: vec![brake("", false), brake("+25191298", true)],
        budgets: vec![fill("ALL", "day", 100, true), fill("ET", "hour", 87, false), fill("ALL", "month", 50, false)],
        down: vec![Streak { provider: "messaging".to_owned(), failures: 7, answered_at: None }],
        circuits: vec![circuit(""), circuit("SA")],
        failed: Some((12, 40)),
        late: Some((3, Duration::from_secs(240))),
        recoveries: vec![recovery(Sent::NotYet), recovery(Sent::NotYet)],
        stuck_recoveries: vec![recovery(Sent::Refused)],
        alerts: Undelivered { waiting: 1, given_up: 2 },
    }
}

fn add_admin_overview(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    add("admin-overview-nothing", &admin_overview(Period::Day, Attention::default(), |_| 0));
    add("admin-overview", &admin_overview(Period::Day, all_attention(), |index| 3 + index * index % 61));
    add(
        "admin-overview-month",
        &admin_overview(Period::Month, all_attention(), |index| 3_000 + index * index % 97 * 61),
    );
    let one = admin_overview(Period::Month, Attention::default(), |index| i64::from(index == 7) * 5);
    add("admin-overview-one-bar", &one);
    let huge = admin_overview(Period::Month, Attention::default(), |index| 4_123_456_789_012 / (index + 1));
    add("admin-overview-huge", &huge);
}

fn add_my_data(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    add("data", &data(true, None, Some(Notice::Confirmed)));
    add("data-not-proven", &data(false, None, None));
    add("data-to-be-deleted", &data(true, Some(due()), None));
    add("data-to-be-deleted-not-proven", &data(false, Some(due()), None));
    for (name, state) in [
        ("delete", DeleteState::Possible),
        ("delete-not-proven", DeleteState::NotProven),
        ("delete-due", DeleteState::Due(due())),
        ("delete-administrator", DeleteState::Administrator),
    ] {
        let chrome = if matches!(state, DeleteState::Administrator) { for_administrators() } else { inside() };
        add(name, &DeletePage { chrome, ..deletion(state, FormErrors::new()) });
    }
    for problem in [Problem::PasswordNotEntered, Problem::PasswordWrong] {
        let errors = FormErrors::on("password", problem.in_words(&words));
        add(&format!("delete-{problem:?}"), &deletion(DeleteState::Possible, errors));
    }
    add(
        "login-deletion-requested",
        &LoginPage { notice: Some(Notice::DeletionRequested), ..login(FormErrors::new(), "") },
    );
}

/// A maid who says hostile things wherever she can, as her page for administrators shows her.
fn person() -> Person {
    let DevicesPage { sessions, trusted, .. } = devices(1, 1);
    Person {
        id: UserId::generate(),
        role: Role::Maid,
        active: true,
        email: Some("hanna@example.com".to_owned()),
        number: number(false),
        opened_at: now(),
        owner_seen_at: now(),
        deletion_due_at: None,
        owes_a_password_since: None,
        factors_rest_until: None,
        reset_waits_since: None,
        recovery: None,
        two_factor: Some(Method::App),
        app_since: Some(now()),
        backup_codes_left: 9,
        profile: Some(Profile {
            full_name: FullName::from_stored(HOSTILE.to_owned()),
            city: None,
            about: Some(About::from_stored(HOSTILE.to_owned())),
            of_role: OfRole::Maid { skills: Some(Skills::from_stored(HOSTILE.to_owned())), experience_years: None },
        }),
        sessions,
        trusted,
    }
}

/// Everything that can be the matter with an account.
fn troubled() -> Person {
    Person {
        active: false,
        number: number(true),
        deletion_due_at: Some(now()),
        owes_a_password_since: Some(now()),
        factors_rest_until: Some(now()),
        reset_waits_since: Some(now()),
        recovery: Some(recovery_under_way(Sent::NotYet)),
        two_factor: Some(Method::Sms),
        app_since: None,
        sessions: Vec::new(),
        trusted: Vec::new(),
        ..person()
    }
}

/// An administrator as the host makes them.
fn plain_administrator() -> Person {
    Person { role: Role::Administrator, number: None, two_factor: None, app_since: None, profile: None, ..person() }
}

fn recovery_under_way(sent: Sent) -> Recovery {
    Recovery {
        id: RecoveryId::generate(),
        user: UserId::generate(),
        role: Role::Maid,
        phone: phone(),
        grounds: Grounds { by: Remark::ours("Sara"), reason: Remark::ours(HOSTILE) },
        started_at: now(),
        opens_at: now() + TimeDelta::hours(72),
        expires_at: now() + TimeDelta::hours(240),
        sent,
    }
}

fn accounts(typed: &str, hits: Vec<Hit>, waiting: Vec<Recovery>) -> ListPage {
    ListPage {
        chrome: for_administrators(),
        typed: typed.to_owned(),
        wanted: Wanted::read(typed),
        found: Found { earlier: hits.last().map(|hit| hit.id), hits },
        is_first: typed.is_empty(),
        waiting,
        clock: Clock::UTC,
        notice: None,
    }
}

fn hit(state: State) -> Hit {
    Hit {
        id: UserId::generate(),
        role: Role::Maid,
        name: Some(HOSTILE.to_owned()),
        email: None,
        phone: Some(phone()),
        state,
        opened_at: now(),
    }
}

fn add_accounts(add: &mut dyn FnMut(&str, &dyn askama::DynTemplate)) {
    let words = Words::english();
    let states = [State::Disabled, State::ToBeDeleted, State::OwesAPassword, State::Contested, State::Active];
    let mut hits: Vec<Hit> = states.into_iter().cycle().take(24).map(hit).collect();
    hits.push(Hit {
        role: Role::Administrator,
        name: None,
        email: Some(HOSTILE.to_owned()),
        phone: None,
        ..hits[0].clone()
    });
    let waiting = [Sent::NotYet, Sent::Left, Sent::Refused].map(recovery_under_way).to_vec();
    add("admin-accounts", &accounts("", hits.clone(), waiting));
    add("admin-accounts-none", &accounts("", Vec::new(), Vec::new()));
    for (name, typed) in [("hostile", HOSTILE), ("nothing", "%"), ("brake", "KT-4821"), ("request", "LK-7F3K-92QM")] {
        add(&format!("admin-accounts-{name}"), &accounts(typed, Vec::new(), Vec::new()));
    }
    add("admin-accounts-found", &accounts("Hanna & 'Tes", hits, Vec::new()));
    let further = Found { hits: Vec::new(), earlier: Some(UserId::generate()) };
    add("admin-accounts-further", &ListPage { found: further, ..accounts("Hanna", Vec::new(), Vec::new()) });

    let page = |person, own| PersonPage {
        chrome: for_administrators(),
        own,
        person,
        entries: every_event().into_iter().take(20).collect(),
        earlier: Some(7),
        is_first: false,
        now: now(),
        clock: Clock::UTC,
        notice: None,
    };
    add("admin-person", &page(person(), false));
    add("admin-person-troubled", &page(troubled(), false));
    add("admin-person-administrator", &page(plain_administrator(), false));
    let bare = PersonPage { entries: Vec::new(), earlier: None, is_first: true, ..page(plain_administrator(), true) };
    add("admin-person-own", &PersonPage { notice: Some(Notice::NothingDone), ..bare });

    for deed in Deed::ALL {
        let name = deed.path().replace('/', "-");
        let page = |person, fresh, errors| DeedPage {
            chrome: for_administrators(),
            own: false,
            person,
            deed,
            fresh,
            reason: String::new(),
            errors,
            notice: None,
        };
        for (who, person) in
            [("", person as fn() -> Person), ("-troubled", troubled), ("-administrator", plain_administrator)]
        {
            add(&format!("admin-{name}{who}"), &page(person(), true, FormErrors::new()));
            add(&format!("admin-{name}{who}-stale"), &page(person(), false, FormErrors::new()));
        }
        add(&format!("admin-{name}-own"), &DeedPage { own: true, ..page(person(), true, FormErrors::new()) });
        let willing = if deed.is_possible(&person()) { person } else { troubled };
        for not in [NotARemark::Empty, NotARemark::TooLong, NotARemark::Unreadable] {
            let errors = FormErrors::on("reason", reason_problem(not, &words));
            let wrong = DeedPage { reason: HOSTILE.to_owned(), ..page(willing(), true, errors) };
            add(&format!("admin-{name}-{not:?}"), &wrong);
        }
    }

    let page = |person: Person, fresh, errors| RecoveryPage {
        chrome: for_administrators(),
        own: false,
        form: RecoveryEcho::blank(&person),
        person,
        can_be_sent: true,
        fresh,
        errors,
        notice: None,
    };
    add("admin-recovery", &page(person(), true, FormErrors::new()));
    add("admin-recovery-stale", &page(plain_administrator(), false, FormErrors::new()));
    add("admin-recovery-disabled", &page(troubled(), true, FormErrors::new()));
    add("admin-recovery-open", &page(Person { active: true, ..troubled() }, true, FormErrors::new()));
    add("admin-recovery-unsent", &RecoveryPage { can_be_sent: false, ..page(person(), true, FormErrors::new()) });
    add("admin-recovery-own", &RecoveryPage { own: true, ..page(person(), true, FormErrors::new()) });
    let mut errors = FormErrors::on("phone", Problem::PhoneMissing.in_words(&words));
    add("admin-recovery-wrong", &page(person(), true, errors.clone()));
    errors.add("reason", reason_problem(NotARemark::Empty, &words));
    add("admin-recovery-all-wrong", &page(person(), true, errors));
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).collect()
}

fn text(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_says_its_language_its_title_and_what_it_is_about() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
        assert_eq!(page.root_element().value().attr("lang"), Some("en"), "{name}");
        assert_eq!(page.root_element().value().attr("dir"), Some("ltr"), "{name}");
        assert!(text(&select(&page, "title")[0]).ends_with(" – Latchkey"), "{name}");
        assert_eq!(select(&page, "h1").len(), 1, "{name} has one heading of the first rank");
        assert_eq!(select(&page, "main#main").len(), 1, "{name}");
        assert!(!html.contains("No localization"), "{name} lacks a word");
    }
}

#[test]
fn web_04_a_page_has_no_script_no_style_of_its_own_and_no_foreign_address() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        assert!(select(&page, "script, style, [style], iframe, object, embed, base").is_empty(), "{name}");
        for element in select(&page, "*") {
            assert!(element.value().attrs().all(|(key, _)| !key.starts_with("on")), "{name}: {:?}", element.value());
            for key in ["href", "src", "action", "formaction"] {
                if let Some(address) = element.value().attr(key) {
                    let ours = address.starts_with('#') || (address.starts_with('/') && !address.starts_with("//"));
                    // A file inside the page, and the app on the same phone: neither asks anybody for anything.
                    let file = element.value().attr("download").is_some() && address.starts_with("data:text/plain;");
                    let app = element.value().name() == "a" && address.starts_with("otpauth://totp/Latchkey");
                    assert!(ours || file || app, "{name}: {address}");
                }
            }
        }
    }
}

#[test]
fn every_control_has_a_label_and_every_reference_a_target() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        let ids: Vec<_> = select(&page, "[id]").iter().filter_map(|it| it.value().attr("id")).collect();
        let known: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{name} gives an id twice: {ids:?}");
        // What is hidden from everybody needs no name: where to go on, and the user name for password managers.
        for control in select(&page, "input:not([type='hidden']):not([aria-hidden='true']), select, textarea") {
            let id = control.value().attr("id");
            let wrapped = control.ancestors().filter_map(ElementRef::wrap).any(|it| it.value().name() == "label");
            let labelled = id.is_some_and(|id| !select(&page, &format!("label[for='{id}']")).is_empty());
            assert!(wrapped || labelled, "{name}: no label for {:?}", control.value());
        }
        for element in select(&page, "[aria-describedby]") {
            let described = element.value().attr("aria-describedby").unwrap_or_default();
            assert!(described.split_whitespace().count() > 0, "{name}");
            assert!(described.split_whitespace().all(|id| known.contains(id)), "{name}: {described}");
        }
        for link in select(&page, "a[href^='#'], label[for]") {
            let target = link.value().attr("for").or(link.value().attr("href")).unwrap_or_default();
            assert!(known.contains(target.trim_start_matches('#')), "{name}: {target}");
        }
        for nav in select(&page, "nav, aside") {
            assert!(nav.value().attr("aria-label").is_some(), "{name}: a landmark without a name");
        }
    }
}

#[test]
fn a_form_with_a_message_says_so_in_its_title_and_focuses_the_first_bad_field() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        let messages = select(&page, "strong.error");
        let focused = select(&page, "[autofocus]");
        let wrong = select(&page, "[aria-invalid='true']");
        assert_eq!(wrong.len(), messages.len(), "{name}");
        let warned = text(&select(&page, "title")[0]).starts_with("Please check: ");
        assert_eq!(warned, !messages.is_empty(), "{name}");
        assert_eq!(focused.len(), usize::from(!messages.is_empty()), "{name}");
        let summary = select(&page, ".notice.bad li a");
        assert_eq!(summary.len(), if messages.len() > 1 { messages.len() } else { 0 }, "{name}");
        for element in wrong {
            let described = element.value().attr("aria-describedby").unwrap_or_default();
            assert!(described.split_whitespace().any(|id| id.ends_with("-error")), "{name}: {described}");
        }
        if let (Some(message), Some(focused)) = (messages.first(), focused.first()) {
            let field = message.value().attr("id").unwrap_or_default().trim_end_matches("-error");
            assert_eq!(focused.value().attr("id"), Some(field), "{name}");
        }
    }
}

#[test]
fn a_page_has_one_filled_button_at_most() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        let filled = select(&page, "main button:not(.second), main .button:not(.second)");
        assert!(filled.len() <= 1, "{name}: {:?}", filled.iter().map(text).collect::<Vec<_>>());
    }
}

#[test]
fn web_05_passwords_and_codes_are_never_shown_again() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        let secrets = "[type='password'], [name='code'], [autocomplete='one-time-code']";
        assert!(select(&page, secrets).iter().all(|it| it.value().attr("value").is_none()), "{name}");
    }
}

#[test]
fn an_area_of_the_administration_says_which_it_is() {
    for (name, html) in all_pages().into_iter().filter(|(name, _)| name.starts_with("admin-")) {
        let page = Html::parse_document(&html);
        assert_eq!(select(&page, ".areas [aria-current='page']").len(), 1, "{name}");
    }
}

#[test]
fn rec_04_no_page_of_the_administration_asks_for_a_password_or_a_code() {
    for (name, html) in all_pages().into_iter().filter(|(name, _)| name.starts_with("admin-")) {
        let page = Html::parse_document(&html);
        // By whole names: how long a password has to be may be asked.
        let asked =
            "[type='password'], [name='password'], [name$='_password'], [name='code'], [name$='_code'], [name='role']";
        assert!(select(&page, asked).is_empty(), "{name}");
    }
}

#[test]
fn an_area_of_the_account_says_which_it_is() {
    for (name, html) in all_pages() {
        let page = Html::parse_document(&html);
        let areas = select(&page, ".margin nav li a");
        let current = select(&page, ".margin nav [aria-current='page']");
        // An administrator has no profile, and the way to the administration in its place.
        assert!(areas.is_empty() || (areas.len() == 8 && current.len() == 1), "{name}");
        let hub = !select(&page, ".margin.hub").is_empty();
        let overview = current.first().is_some_and(|it| it.value().attr("href") == Some("/account"));
        assert_eq!(hub, overview, "{name}");
    }
}

#[test]
fn a_page_of_the_administration_says_where_it_is_and_its_pictures_what_they_show() {
    for (name, html) in all_pages().into_iter().filter(|(name, _)| name.starts_with("admin-")) {
        let page = Html::parse_document(&html);
        let areas = select(&page, "nav.areas a");
        assert_eq!((areas.len(), select(&page, "nav.areas [aria-current='page']").len()), (6, 1), "{name}");
        for picture in select(&page, "svg.chart[role='img']") {
            let named = picture.value().attr("aria-labelledby").unwrap_or_default().split_whitespace();
            let words: Vec<_> = named.map(|id| text(&select(&page, &format!("#{id}"))[0])).collect();
            assert!(words.len() == 2 && words.iter().all(|it| !it.is_empty()), "{name}: {words:?}");
        }
        let painted = select(&page, "svg [fill], svg [stroke]");
        let only_the_mark =
            painted.iter().all(|it| it.value().name() == "svg" && it.value().attr("fill") == Some("none"));
        assert!(only_the_mark, "{name}: a colour that the night does not change");
    }
}

#[test]
fn web_02_hostile_answers_stay_answers() {
    let (_, html) = all_pages().into_iter().find(|(name, _)| name == "register-hostile").expect("the page");
    let page = Html::parse_document(&html);
    assert!(select(&page, "script").is_empty());
    for field in ["full_name", "email", "phone"] {
        assert_eq!(select(&page, &format!("#{field}"))[0].value().attr("value"), Some(HOSTILE));
    }
    let (_, html) = all_pages().into_iter().find(|(name, _)| name == "profile-maid-hostile").expect("the page");
    let page = Html::parse_document(&html);
    for field in ["full_name", "city", "experience_years"] {
        assert_eq!(select(&page, &format!("#{field}"))[0].value().attr("value"), Some(HOSTILE));
    }
    for field in ["skills", "about"] {
        let written: String = select(&page, &format!("textarea#{field}"))[0].text().collect();
        assert_eq!(written.strip_prefix('\n').unwrap_or(&written), HOSTILE);
    }
}

/// A browser drops one line break after the tag, so there is one that is none of the text.
#[test]
fn a_text_comes_back_with_its_own_line_breaks() {
    let (_, html) = all_pages().into_iter().find(|(name, _)| name == "profile-maid").expect("the page");
    assert!(html.contains(">\n\nTwo lines,\nand the first one is empty.</textarea>"), "{html}");
}

#[test]
fn phn_05_a_number_is_shown_masked_but_to_its_owner_on_its_own_page() {
    let whole = |name: &str| name.starts_with("phone") && !name.starts_with("phone-code");
    for (name, html) in all_pages() {
        if whole(&name) {
            continue;
        }
        let bare: String = html.chars().filter(char::is_ascii_digit).collect();
        assert!(!bare.contains("912984567"), "{name} shows the whole number");
    }
}

#[test]
fn the_first_view_of_any_page_weighs_14_kilobytes_at_most() {
    let own = |url: &str| assets::find(url.trim_start_matches("/static/")).expect("an asset").brotli.len();
    let shared = own(assets::stylesheet_url()) + own(assets::icon_url());
    for (name, html) in all_pages() {
        // As the server's compressing middleware does it: quality 3. About 500 bytes of headers for each of three answers.
        let mut compressed = Vec::new();
        let mut writer = brotli::CompressorWriter::new(&mut compressed, 32 * 1024, 3, 22);
        std::io::Write::write_all(&mut writer, html.as_bytes()).expect("memory");
        drop(writer);
        let weight = compressed.len() + shared + 3 * 500;
        assert!(weight <= 14 * 1024, "{name} weighs {weight} bytes");
    }
}
