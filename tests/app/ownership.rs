//! Who gets into an account when its number changes hands: random orders of everything that can happen to a number, held
//! against a model of what may come of it.
//!
//! X is the owner, who knows the password. B holds the SIM card of X's first number and reads its texts, nothing else. The
//! invariant: no path opens X's account to B, but for the one that the rules name: X has no second factor, the number is
//! X's, uncontested and not new, and X has been seen within 180 days and ended no wait within 30, or has not objected for
//! 72 hours.
//!
//! `LATCHKEY_TEST_ORDERS` sets how many orders are tried.

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};

use crate::support::{
    TestApp,
    authenticator::{enable_sms, enrol_app, let_code_be_used_again},
    browser::Browser,
    people::{self, Person},
};

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// B opens an account with the number, and moves it there if it is X's.
    NewHolderProves,
    /// B tries to set X's password with texts to the number.
    NewHolderResets,
    /// X signs in.
    OwnerSignsIn,
    /// Whoever reads the number's texts enters the code that stops a reset.
    SomebodyObjects,
    /// X takes another number.
    OwnerChangesNumber,
    /// B enters the code that undoes that.
    NewHolderUndoes,
    /// So many hours go by.
    Passes(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::NewHolderResets),
        2 => Just(Step::NewHolderUndoes),
        2 => Just(Step::OwnerChangesNumber),
        1 => Just(Step::NewHolderProves),
        1 => Just(Step::OwnerSignsIn),
        1 => Just(Step::SomebodyObjects),
        4 => prop_oneof![Just(24), Just(73), Just(8 * 24), Just(181 * 24)].prop_map(Step::Passes),
    ];
    proptest::collection::vec(step, 3..9)
}

/// How X proves a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Factor {
    None,
    Sms,
    App,
}

/// What ought to be true. Times are hours.
#[derive(Debug)]
struct Model {
    two_factor: bool,
    /// Whether the number is the one on X's account, proven by X or contested.
    is_at_x: bool,
    contested: bool,
    is_at_b: bool,
    since_seen: f64,
    since_change: Option<f64>,
    since_wait: Option<f64>,
    /// Since a wait began that X has ended.
    since_disputed_wait: Option<f64>,
    /// Since the number was left, while that can be undone.
    since_left: Option<f64>,
}

impl Model {
    fn passes(&mut self, hours: f64) {
        self.since_seen += hours;
        let since = [&mut self.since_change, &mut self.since_wait, &mut self.since_disputed_wait, &mut self.since_left];
        for since in since {
            *since = since.map(|since| since + hours);
        }
    }

    fn owner_is_seen(&mut self) {
        self.since_seen = 0.0;
        self.is_disputed();
    }

    fn is_disputed(&mut self) {
        self.since_disputed_wait = self.since_wait.take().or(self.since_disputed_wait);
    }

    fn is_xs(&self) -> bool {
        self.is_at_x && !self.contested
    }

    /// Whether a text to the number sets X's password, and what trying it does.
    fn reset(&mut self) -> bool {
        if self.two_factor || !self.is_xs() {
            return false;
        }
        let is_dormant = self.since_seen >= 180.0 * 24.0;
        let is_disputed = self.since_disputed_wait.is_some_and(|since| since < 30.0 * 24.0);
        let is_new = self.since_change.is_some_and(|since| since < 72.0);
        let heard = self.since_wait.filter(|since| *since < 240.0);
        if !is_new && (!is_dormant && !is_disputed || heard.is_some_and(|since| since >= 72.0)) {
            return true;
        }
        if heard.is_none() {
            self.since_wait = Some(0.0);
            self.since_disputed_wait = is_disputed.then_some(0.0);
        }
        false
    }

    fn takes_another_number(&mut self) {
        if self.is_at_x {
            self.since_left = (!self.contested).then_some(0.0);
        }
        (self.is_at_x, self.contested) = (false, false);
        self.since_change = Some(0.0);
        self.owner_is_seen();
        self.since_disputed_wait = None;
    }

    fn undo(&mut self) -> bool {
        let possible = self.since_left.is_some_and(|since| since < 7.0 * 24.0) && !self.is_at_b;
        if possible {
            (self.is_at_x, self.contested, self.since_left) = (true, false, None);
            (self.since_change, self.since_wait, self.since_disputed_wait) = (Some(0.0), None, None);
        }
        possible
    }
}

/// X and B around one number.
struct World<'a> {
    app: &'a TestApp,
    x: Person,
    number: String,
    backup_codes: Vec<String>,
    model: Model,
    objections_used: usize,
}

const PASSWORD_OF_B: &str = "copper lantern under nine";

impl<'a> World<'a> {
    async fn begin(app: &'a TestApp, factor: Factor) -> Self {
        let x = people::sponsor();
        let browser = x.has_account(app).await;
        let backup_codes = match factor {
            Factor::None => Vec::new(),
            Factor::Sms => enable_sms(&browser).await,
            Factor::App => enrol_app(app, &browser).await.1,
        };
        let model = Model {
            two_factor: factor != Factor::None,
            is_at_x: true,
            contested: false,
            is_at_b: false,
            since_seen: 0.0,
            since_change: None,
            since_wait: None,
            since_disputed_wait: None,
            since_left: None,
        };
        Self { app, number: x.phone.clone(), x, backup_codes, model, objections_used: 0 }
    }

    /// Does a step and holds what came of it against the model. Answers whether X's account is B's now.
    async fn does(&mut self, step: Step) -> bool {
        // So that no step meets the limits on texts, which are proven elsewhere.
        self.let_pass(5.0);
        match step {
            Step::NewHolderProves => self.new_holder_proves().await,
            Step::NewHolderResets => return self.new_holder_resets().await,
            Step::OwnerSignsIn => drop(self.owner_signs_in().await),
            Step::SomebodyObjects => self.somebody_objects().await,
            Step::OwnerChangesNumber => self.owner_changes_number().await,
            Step::NewHolderUndoes => self.new_holder_undoes().await,
            Step::Passes(hours) => self.let_pass(hours as f64),
        }
        false
    }

    fn let_pass(&mut self, hours: f64) {
        self.app.let_pass(&format!("{} minutes", hours * 60.0 + 1.0));
        self.model.passes(hours + 1.0 / 60.0);
    }

    async fn new_holder_proves(&mut self) {
        let (b, browser) = (people::maid().at(&self.number), self.app.browser());
        browser.submit("/register", &b.fields()).await.redirects_to("/register/verify");
        let code = self.newest_code("").await.expect("a text");
        let page = browser.enters(&code).await;
        if page.location() == Some("/register/claim") {
            assert!(self.model.is_xs() || self.model.is_at_b, "the number had nobody");
            browser.claims("move").await.redirects_to("/account");
        } else {
            page.redirects_to("/account");
        }
        self.model.contested = self.model.is_at_x;
        self.model.is_at_b = true;
    }

    async fn new_holder_resets(&mut self) -> bool {
        let (before, may) = (self.password_of_x(), self.model.reset());
        let browser = self.app.browser();
        let fields = [("country", "ET"), ("phone", self.number.as_str())];
        browser.submit("/password-reset", &fields).await.redirects_to("/password-reset/verify");
        if let Some(code) = self.newest_code("reset code").await {
            let page = browser.submit("/password-reset/verify", &[("code", &code)]).await;
            if page.location() == Some("/password-reset/second-step") {
                browser.submit("/password-reset/second-step", &[("code", &code)]).await.shows(422, "");
            }
            browser.submit("/password-reset/password", &[("password", PASSWORD_OF_B)]).await;
        }
        let opened = self.password_of_x() != before;
        assert_eq!(opened, may, "{:?}", self.model);
        opened
    }

    async fn owner_signs_in(&mut self) -> Browser {
        let browser = self.app.browser();
        let page = self.x.signs_in(&browser).await;
        if self.model.two_factor {
            assert!(page.location().is_some_and(|path| path.starts_with("/login/")), "{}", page.text());
            let code = self.backup_codes.pop().expect("enough backup codes");
            browser.submit("/login/backup-code", &[("code", &code)]).await.redirects_to("/account");
        } else {
            page.redirects_to("/account");
        }
        self.model.owner_is_seen();
        browser
    }

    async fn somebody_objects(&mut self) {
        let codes = self.long_codes("can set your password");
        // Each is tried once: a used one says so, and that is all it does.
        for code in codes.iter().skip(self.objections_used) {
            self.app.browser().submit("/stop", &[("code", code)]).await;
        }
        // A code works as long as the wait that it stops counts.
        if codes.len() > self.objections_used && self.model.since_wait.is_some_and(|since| since < 240.0) {
            self.model.is_disputed();
        }
        self.objections_used = codes.len();
    }

    async fn owner_changes_number(&mut self) {
        let browser = self.owner_signs_in().await;
        let there = people::new_phone();
        let fields = [("country", "ET"), ("phone", there.as_str())];
        browser.submit("/account/phone", &fields).await.redirects_to("/account/phone/verify");
        let code = self.app.twilio.next_code_to(&there).await;
        browser.submit("/account/phone/verify", &[("code", &code)]).await.redirects_to("/account/phone");
        self.model.takes_another_number();
    }

    async fn new_holder_undoes(&mut self) {
        self.settled().await;
        let Some(code) = self.long_codes("has another phone number").pop() else { return };
        let before = self.number_of_x();
        let may = self.model.undo();
        self.app.browser().submit("/stop", &[("code", &code)]).await;
        let now = self.number_of_x();
        if may {
            assert_eq!(now, self.number, "{:?}", self.model);
        } else {
            assert_eq!(now, before, "{:?}", self.model);
        }
    }

    async fn settled(&self) {
        self.app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
    }

    /// The code of the newest text, if that came now and says `part`.
    async fn newest_code(&self, part: &str) -> Option<String> {
        self.settled().await;
        let state = "SELECT state FROM sms_messages WHERE NOT notice ORDER BY created_at DESC LIMIT 1";
        if self.app.database.text(state).as_deref() != Some("sent") {
            return None;
        }
        let mut texts = self.app.twilio.messages_to(&self.number);
        texts.retain(|text| text.has_code());
        texts.pop().filter(|text| text.body.contains(part)).map(|text| text.code())
    }

    /// The long codes of the notices to the number that say `part`.
    fn long_codes(&self, part: &str) -> Vec<String> {
        let texts = self.app.twilio.messages_to(&self.number);
        let carrying = texts.iter().filter(|text| text.body.contains(part));
        carrying.filter_map(|text| Some(text.body.split_once("enter ")?.1.chars().take(19).collect())).collect()
    }

    fn password_of_x(&self) -> String {
        self.column_of_x("password_hash")
    }

    fn number_of_x(&self) -> String {
        self.column_of_x("phone_number")
    }

    fn column_of_x(&self, column: &str) -> String {
        let sql = format!("SELECT {column} FROM users WHERE email = '{}'", self.x.email);
        self.app.database.text(&sql).expect("X's account")
    }
}

#[actix_web::test]
async fn phn_03_no_order_of_events_opens_an_account_to_somebody_who_has_shown_only_its_number() {
    let orders = std::env::var("LATCHKEY_TEST_ORDERS").ok().and_then(|orders| orders.parse().ok()).unwrap_or(24);
    let app = TestApp::start().await;
    let mut runner = TestRunner::new(Config::default());
    for number in 0..orders {
        let order = steps().new_tree(&mut runner).expect("an order").current();
        let factor = [Factor::None, Factor::None, Factor::Sms, Factor::App][number % 4];
        let mut world = World::begin(&app, factor).await;
        for (place, step) in order.iter().enumerate() {
            // What fails says here in which order.
            println!("order {number} {factor:?} step {place} of {order:?}: {:?}", world.model);
            if world.does(*step).await {
                break;
            }
            if step == &Step::Passes(181 * 24) {
                let_code_be_used_again(&app);
            }
        }
    }
}
