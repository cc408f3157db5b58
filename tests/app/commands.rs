//! The commands as an operator meets them: what they print, what they refuse, how they end.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use latchkey::config::VARIABLES;
use reqwest::redirect::Policy;

use crate::support::{TestApp, database::Database, environment, fake_twilio::FakeTwilio, kept_port, latchkey, people};

/// Sixty-four bytes that are no secret.
const KEY: &str = "c2l4dHkgZm91ciBieXRlcyBvZiB0ZXN0IGtleSBtYXRlcmlhbCwgbm90IGEgc2VjcmV0";
const NOWHERE: &str = "postgres://latchkey@127.0.0.1:1/latchkey";

/// How a command ended.
#[derive(Debug)]
struct Ended {
    well: bool,
    said: String,
}

impl Ended {
    #[track_caller]
    fn refuses(&self, parts: &[&str]) -> &Self {
        assert!(!self.well, "it went on: {}", self.said);
        self.says(parts)
    }

    #[track_caller]
    fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.said.contains(part), "{part:?} is not in:\n{}", self.said);
        }
        self
    }
}

/// Runs a command to its end with these variables and no others.
fn run(command: &str, variables: &[(&str, &str)]) -> Ended {
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    run_in(command, &variables)
}

fn run_in(command: &str, variables: &[(String, String)]) -> Ended {
    let output = latchkey(variables).args(command.split_whitespace()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Ended { well: output.status.success(), said: String::from_utf8(said).unwrap() }
}

/// An environment of a public origin with Twilio, changed as a test wants it.
fn public(database_url: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut variables = environment("messaging", &FakeTwilio::start(), database_url);
    change(&mut variables, &[("LATCHKEY_BASE_URL", "https://id.example.com"), ("LATCHKEY_SECRET_KEY", KEY)]);
    change(&mut variables, changes);
    variables
}

fn change(variables: &mut Vec<(String, String)>, changes: &[(&str, &str)]) {
    for (name, value) in changes {
        variables.retain(|(known, _)| known != name);
        variables.push(((*name).to_owned(), (*value).to_owned()));
    }
}

/// A file of this test's own.
fn file(name: &str, content: &str, mode: u32) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("commands-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn the_help_of_every_command_lists_every_variable() {
    for command in [
        "",
        "serve",
        "migrate",
        "seed",
        "check",
        "recovery",
        "recovery start",
        "recovery cancel",
        "recovery list",
        "admin",
        "admin create",
        "admin list",
        "admin remove",
        "audit",
        "audit verify",
    ] {
        let help = run(&format!("{command} --help"), &[]);
        assert!(help.well);
        for variable in VARIABLES {
            help.says(&[variable.name, variable.about]);
        }
    }
    run("--help", &[]).says(&["serve", "migrate", "admin", "audit", "seed", "recovery", "check"]);
    run("frobnicate", &[]).refuses(&["frobnicate"]);
}

#[test]
fn wrong_variables_stop_every_command_with_all_that_is_wrong_and_no_secret() {
    let wrong = [
        ("LATCHKEY_BIND", "everywhere"),
        ("LATCHKEY_SECRET_KEY", "short-but-private"),
        ("TWILIO_MAX_SMS_PER_HOUR", "0"),
        ("SMS_PROVIDER", "messaging"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", "a-private-token"),
        ("VITE_TWILIO_AUTH_TOKEN", "another-private-token"),
    ];
    for command in ["", "serve", "migrate", "seed", "check", "recovery list", "admin list", "audit verify"] {
        let ended = run(command, &wrong);
        ended.refuses(&[
            "LATCHKEY_BIND: found \"everywhere\", expected an address and a port",
            "LATCHKEY_SECRET_KEY: found 17 characters that are not such a key, expected 32",
            "TWILIO_MAX_SMS_PER_HOUR: found \"0\", expected a whole number from 1 to 100",
            "TWILIO_ACCOUNT_SID: found \"AC123\", expected AC and 32 hexadecimal digits",
            "VITE_TWILIO_AUTH_TOKEN: found a value, expected no such variable: Vite ships VITE_ variables to every browser",
            "DATABASE_URL: found nothing, expected postgres://",
        ]);
        assert!(!ended.said.contains("private"), "{}", ended.said);
    }
}

#[test]
fn cfg_03_a_password_in_the_database_url_is_not_shown_when_the_database_is_away() {
    for command in ["serve", "migrate", "check", "recovery list", "admin list", "audit verify"] {
        let ended = run(command, &[("DATABASE_URL", "postgres://latchkey:very-private@127.0.0.1:1/latchkey")]);
        ended.refuses(&["127.0.0.1", "Connection refused"]);
        assert!(!ended.said.contains("very-private"), "{}", ended.said);
    }
}

#[test]
fn aut_04_a_public_start_without_a_key_is_refused_with_the_command_that_makes_one() {
    let mut variables = public(NOWHERE, &[]);
    variables.retain(|(name, _)| name != "LATCHKEY_SECRET_KEY");
    run_in("serve", &variables).refuses(&["LATCHKEY_SECRET_KEY: found nothing", "openssl rand -base64 32"]);
    // What the example file has in its place is no key either.
    for line in include_str!("../../.env.example").lines() {
        if let Some(sample) = line.trim_start_matches("# ").strip_prefix("LATCHKEY_SECRET_KEY=") {
            change(&mut variables, &[("LATCHKEY_SECRET_KEY", sample)]);
        }
    }
    run_in("serve", &variables).refuses(&["LATCHKEY_SECRET_KEY: found"]);
}

#[test]
fn arc_03_tls_02_a_public_start_in_demo_mode_or_without_https_is_refused() {
    run_in("serve", &public(NOWHERE, &[("SMS_PROVIDER", "demo")])).refuses(&["SMS_PROVIDER: found demo", "loopback"]);
    let plain = public(NOWHERE, &[("LATCHKEY_BASE_URL", "http://id.example.com")]);
    run_in("serve", &plain).refuses(&["LATCHKEY_BASE_URL: found http://id.example.com, expected https"]);
}

#[test]
fn a_public_start_waits_for_migrate_and_migrate_can_be_repeated() {
    let database = Database::create_empty();
    let variables = public(&database.url(), &[]);
    run_in("serve", &variables).refuses(&["migration(s); run: latchkey migrate"]);
    run_in("check", &variables).refuses(&["wrong migrations", "run: latchkey migrate"]);
    assert_eq!(database.number("SELECT count(*) FROM pg_tables WHERE tablename = 'users'"), 0, "nothing by itself");

    assert!(run_in("migrate", &variables).says(&["applied "]).well);
    assert!(run_in("migrate", &variables).says(&["nothing to apply"]).well);
    assert_eq!(database.count("users"), 0, "AUT-04: no default accounts");
    run_in("check", &variables).says(&["ok    migrations"]);
}

#[test]
fn several_that_migrate_at_the_same_time_wait_for_each_other() {
    let database = Database::create_empty();
    let variables = public(&database.url(), &[]);
    let mut children: Vec<_> = (0..4)
        .map(|_| latchkey(&variables).arg("migrate").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
}

#[test]
fn aut_04_seed_makes_an_account_of_each_kind_once_and_only_on_this_machine() {
    let database = Database::create_empty();
    run_in("seed", &public(&database.url(), &[])).refuses(&["refused", "LATCHKEY_BASE_URL is not loopback"]);

    let variables = [("DATABASE_URL", database.url())];
    let variables = variables.each_ref().map(|(name, url)| (*name, url.as_str()));
    assert!(run("seed", &variables).says(&["made: administrator", "made: sponsor", "made: maid", "password: "]).well);
    assert!(run("seed", &variables).says(&["there already: administrator", "there already: sponsor"]).well);
    assert_eq!((database.count("users"), database.count("activity"), database.count("audit")), (3, 0, 1));
    assert_eq!(database.count("sponsor_profiles") + database.count("maid_profiles"), 2);
}

#[test]
fn check_says_what_is_well_and_what_is_not() {
    let (database, twilio) = (Database::create(), FakeTwilio::start());
    let mut variables = environment("messaging", &twilio, &database.url());
    let good = run_in("check", &variables);
    good.says(&["ok    configuration", "ok    database", "ok    durability", "ok    migrations", "ok    clock"]);
    assert!(good.says(&["ok    sms messaging", "ok    sms verify"]).well);
    good.says(&["messaging is ready: carries codes, and notices", "verify is ready: carries codes where a country's"]);

    change(&mut variables, &[("TWILIO_AUTH_TOKEN", "somebody-elses-token")]);
    let ended = run_in("check", &variables);
    ended.refuses(&[
        "wrong sms messaging",
        "wrong sms verify",
        "Twilio does not accept the credentials",
        "401",
        "20003",
        "ok    database",
    ]);
    assert!(!ended.said.contains("somebody-elses-token"));

    // Each line names what it is about, so that an outage of one is not taken for the other's.
    let reachable = variables.clone();
    change(&mut variables, &[("TWILIO_API_BASE_URL", "http://127.0.0.1:1")]);
    run_in("check", &variables).refuses(&["ok    database", "wrong sms messaging", "cannot be reached"]);
    variables = reachable;
    change(&mut variables, &[("DATABASE_URL", NOWHERE), ("TWILIO_AUTH_TOKEN", twilio.auth_token())]);
    run_in("check", &variables).refuses(&["wrong database", "ok    sms messaging"]);
    assert!(twilio.calls().iter().all(|call| call.method == "GET"), "looking sends nothing");
}

#[test]
fn an_env_file_in_the_working_directory_is_read_and_the_environment_wins() {
    let env = file(".env", "LATCHKEY_BIND=everywhere\nTWILIO_MAX_SMS_PER_DAY=many\n", 0o600);
    let mut command = latchkey(&[("TWILIO_MAX_SMS_PER_DAY".to_owned(), "none".to_owned())]);
    let output = command.current_dir(env.parent().unwrap()).arg("check").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("LATCHKEY_BIND: found \"everywhere\""), "{said}");
    assert!(said.contains("TWILIO_MAX_SMS_PER_DAY: found \"none\""), "{said}");
    fs::remove_file(env).unwrap();
}

#[test]
fn cfg_03_a_key_file_that_others_may_read_is_refused() {
    let key = file("key", &format!("{KEY}\n"), 0o644);
    let path = key.to_str().unwrap();
    let variables = [("LATCHKEY_SECRET_KEY_FILE", path), ("DATABASE_URL", NOWHERE)];
    let ended = run("check", &variables);
    ended.refuses(&["LATCHKEY_SECRET_KEY_FILE: found", "which others may read", "mode 0600"]);
    assert!(!ended.said.contains(KEY));

    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    run("check", &variables).says(&["ok    configuration"]);
    let both = [("LATCHKEY_SECRET_KEY", KEY), variables[0], variables[1]];
    run("check", &both)
        .refuses(&["LATCHKEY_SECRET_KEY: found both it and LATCHKEY_SECRET_KEY_FILE, expected one of the two"]);
    fs::remove_file(&key).unwrap();
    run("check", &variables).refuses(&["LATCHKEY_SECRET_KEY_FILE: found", "No such file"]);
}

#[actix_web::test]
async fn a_second_server_on_the_same_port_is_refused_with_the_address() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = Database::create();
    let variables = [("DATABASE_URL", database.url()), ("LATCHKEY_BIND", address.clone())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    run("serve", &variables).refuses(&[&format!("cannot listen on {address}"), "in use"]);
}

#[actix_web::test]
async fn sms_07_after_many_sends_neither_database_nor_log_holds_a_code_a_password_or_a_token() {
    let mut app = TestApp::start_with("messaging", &[("RUST_LOG", "trace")]).await;
    let (mut secrets, mut browsers) = (Vec::new(), Vec::new());
    for number in 0..25 {
        let person = people::Person { password: format!("kettle window {number} rope"), ..people::sponsor() };
        let browser = app.browser();
        let code = person.begins(&app, &browser).await;
        let wrong = people::other_than(&code);
        browser.submit("/register/verify", &[("code", &wrong)]).await.shows(422, "Invalid code");
        if number % 2 == 0 {
            browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
        }
        secrets.extend([code, wrong, person.password, person.phone]);
        secrets.extend(browser.cookies().into_values());
        browsers.push(browser);
    }
    let (log, dump) = (app.log().join("\n"), app.database.dump());
    assert!(log.contains("event=account_opened") && dump.contains("registration"));
    for secret in secrets {
        assert!(!holds(&log, &secret), "{secret} is in the log");
        // The number is not a secret of the database: it is what texts are sent to.
        assert!(secret.starts_with("+251") || !holds(&dump, &secret), "{secret} is in the database");
    }
    for secret in [app.twilio.auth_token(), STANDARD.encode(app.twilio.auth_token()).as_str()] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    app.instance(0).kill();
}

/// Whether a text holds a secret; six digits count only where they stand alone, not inside an id or a moment.
fn holds(text: &str, secret: &str) -> bool {
    let alone = |at: usize| {
        let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
        !touches(text[..at].chars().next_back()) && !touches(text[at + secret.len()..].chars().next())
    };
    text.match_indices(secret).any(|(at, _)| secret.len() > 6 || alone(at))
}

/// The certificate and key of `localhost` that nobody trusts, as PEM files.
fn tls_files() -> (PathBuf, PathBuf) {
    let pem =
        |label: &str, der: &[u8]| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der));
    // The key is no secret: thirty-two times seven, in the envelope of PKCS #8.
    let mut key = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    key.extend([7; 32]);
    let certificate = include_bytes!("../data/self_signed_localhost.der");
    (file("cert.pem", &pem("CERTIFICATE", certificate), 0o644), file("key.pem", &pem("PRIVATE KEY", &key), 0o600))
}

#[actix_web::test]
async fn tls_01_with_a_certificate_pages_are_served_over_tls_and_only_so() {
    let (certificate, key) = tls_files();
    let (_port, address) = kept_port();
    let origin = format!("https://localhost:{}", address.port());
    let _app = TestApp::start_with(
        "demo",
        &[
            ("LATCHKEY_TLS_CERT", certificate.to_str().unwrap()),
            ("LATCHKEY_TLS_KEY", key.to_str().unwrap()),
            ("LATCHKEY_BASE_URL", &origin),
            ("LATCHKEY_BIND", &address.to_string()),
        ],
    )
    .await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    // What is looked at is the listener; nobody vouches for its certificate.
    for version in [reqwest::tls::Version::TLS_1_2, reqwest::tls::Version::TLS_1_3] {
        let client =
            reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().redirect(Policy::none());
        let client = client.min_tls_version(version).max_tls_version(version).resolve("localhost", address).build();
        let form = client.unwrap().post(format!("{origin}/register")).header("sec-fetch-site", "same-origin");
        let page = form.form(&people::maid().fields()).send().await.unwrap();
        assert_eq!((page.status().as_u16(), page.version()), (303, reqwest::Version::HTTP_2), "{version:?}");
        assert!(page.headers().contains_key("strict-transport-security"));
        let cookie = page.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-latchkey=") && cookie.contains("Secure"), "{cookie}");
    }

    let mut plain = TcpStream::connect(address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut heard = Vec::new();
    let _ = plain.read_to_end(&mut heard);
    assert!(!heard.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&heard));
}

#[test]
fn tls_files_that_cannot_be_used_are_named() {
    let database = Database::create();
    let (certificate, key) = tls_files();
    let start = |certificate: &str, key: &str| {
        let url = database.url();
        run(
            "serve",
            &[
                ("DATABASE_URL", &url),
                ("LATCHKEY_BIND", "127.0.0.1:0"),
                ("LATCHKEY_TLS_CERT", certificate),
                ("LATCHKEY_TLS_KEY", key),
            ],
        )
    };
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    start("/nowhere/cert.pem", key).refuses(&["/nowhere/cert.pem", "No such file"]);
    start(certificate, certificate).refuses(&["LATCHKEY_TLS_KEY", certificate]);
    start(key, key).refuses(&["LATCHKEY_TLS_CERT", key]);
    run("serve", &[("LATCHKEY_TLS_CERT", certificate)]).refuses(&["LATCHKEY_TLS_KEY: found nothing"]);
}
