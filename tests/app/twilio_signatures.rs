//! Signatures held against Twilio's own Python package: it makes them and judges them, and we must agree. Without it the
//! tests are left out.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use latchkey::sms::twilio::signature::{Body, is_genuine};
use rand::{TryRng, rngs::SysRng};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// Reads cases, and writes for each the signature it makes and whether it takes the signature that the case names.
const JUDGE: &str = r#"
import json, sys
from twilio.request_validator import RequestValidator

class Fields(dict):
    def getall(self, name):
        return self[name]

answers = []
for case in json.load(sys.stdin):
    fields = Fields()
    for name, value in case["fields"]:
        fields.setdefault(name, []).append(value)
    validator = RequestValidator(case["token"])
    answers.append({
        "made": validator.compute_signature(case["url"], fields),
        "taken": bool(validator.validate(case["url"], fields, case["signature"])),
    })
json.dump(answers, sys.stdout)
"#;

#[derive(Clone, Serialize)]
struct Case {
    token: String,
    url: String,
    fields: Vec<(String, String)>,
    signature: String,
}

#[derive(Deserialize)]
struct Answer {
    made: String,
    taken: bool,
}

#[test]
fn sms_12_twilios_own_package_makes_signatures_that_we_take() {
    let Some(package) = package() else { return };
    let cases: Vec<_> = (0..500).map(|_| some_case()).collect();
    for (case, answer) in cases.iter().zip(judge(&package, &cases)) {
        assert!(takes(case, &answer.made), "{} {:?}", case.url, case.fields);
    }
}

#[test]
fn sms_12_twilios_own_package_refuses_what_we_refuse() {
    let Some(package) = package() else { return };
    let cases: Vec<_> = (0..500).map(|_| some_case()).collect();
    let forged: Vec<_> = cases
        .iter()
        .zip(judge(&package, &cases))
        .map(|(case, answer)| tampered(Case { signature: answer.made, ..case.clone() }))
        .collect();
    let mut refused = 0;
    for (case, answer) in forged.iter().zip(judge(&package, &forged)) {
        assert_eq!(takes(case, &case.signature), answer.taken, "{} {:?}", case.url, case.fields);
        refused += usize::from(!answer.taken);
    }
    assert!((200..500).contains(&refused), "{refused} of 500: the cases tell nothing");
}

fn takes(case: &Case, signature: &str) -> bool {
    is_genuine(&[SecretString::from(case.token.as_str())], &case.url, Body::Form(&case.fields), signature)
}

/// With one thing changed, which some changes leave as it was: a port that goes without saying, a field said twice.
fn tampered(mut case: Case) -> Case {
    match below(7) {
        0 => case.token.push('0'),
        1 => case.url.push('x'),
        2 => case.url = case.url.replacen("example.com/", "example.com:443/", 1),
        3 => case.fields.push(("Extra".to_owned(), String::new())),
        4 => case.fields.extend(case.fields.first().cloned()),
        5 => drop(case.fields.pop()),
        _ => case.signature = case.signature.replacen('=', "", 1),
    }
    case
}

fn some_case() -> Case {
    let port = ["", ":443", ":8443"][below(3)];
    let path = ["/", "/webhooks/twilio/status/", "/a%20b/%E1%88%B0", "/webhooks/twilio/status?x=1&y=%2B"][below(4)];
    let fields = (0..below(12)).map(|_| (some_word(), some_word())).collect();
    Case { token: some_word(), url: format!("https://id.example.com{port}{path}"), fields, signature: String::new() }
}

/// A few characters, of those that sort and encode in more than one way.
fn some_word() -> String {
    const LETTERS: [&str; 16] =
        ["a", "B", "z", "_", "0", "9", " ", "+", "&", "=", "%", "é", "ሰ", "😀", "\u{ff5e}", "-"];
    (0..=below(6)).map(|_| LETTERS[below(LETTERS.len())]).collect()
}

fn below(end: usize) -> usize {
    usize::try_from(SysRng.try_next_u32().unwrap()).unwrap() % end
}

fn judge(package: &str, cases: &[Case]) -> Vec<Answer> {
    let mut command = Command::new("python3");
    command.args(["-c", JUDGE]).env("PYTHONPATH", package).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = command.spawn().unwrap();
    python.stdin.take().unwrap().write_all(&serde_json::to_vec(cases).unwrap()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "Python failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The folder that Twilio's package is in.
fn package() -> Option<String> {
    let package = std::env::var("LATCHKEY_TEST_TWILIO_PYTHON").ok();
    if package.is_none() {
        // Past the test runner, which would keep the line of a passing test to itself.
        writeln!(std::io::stderr(), "SKIPPED: there is no package of Twilio's to compare with").ok();
    }
    package
}
