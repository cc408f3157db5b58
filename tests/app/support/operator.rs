//! Whoever runs the service, at a shell beside the server.

use std::{
    io::Write as _,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use super::{TestApp, latchkey};

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub well: bool,
    pub said: String,
}

impl Ended {
    #[track_caller]
    pub fn does(&self, parts: &[&str]) -> &Self {
        assert!(self.well, "it did not: {}", self.said);
        self.says(parts)
    }

    #[track_caller]
    pub fn refuses(&self, parts: &[&str]) -> &Self {
        assert!(!self.well, "it went on: {}", self.said);
        self.says(parts)
    }

    #[track_caller]
    pub fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.said.contains(part), "{part:?} is not in:\n{}", self.said);
        }
        self
    }
}

/// Runs a command to its end with these variables and no others.
pub fn run_with(environment: &[(String, String)], arguments: &[&str]) -> Ended {
    end(start(environment, arguments, ""))
}

fn start(environment: &[(String, String)], arguments: &[&str], typed: &str) -> Child {
    let mut command = latchkey(environment);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that has ended by itself reads nothing.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child
}

/// Waits for the end of a command.
pub fn end(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Ended { well: output.status.success(), said }
}

impl TestApp {
    /// Runs a command to its end, with the server's own variables.
    pub fn operator(&self, arguments: &[&str]) -> Ended {
        self.operators(&[arguments]).remove(0)
    }

    /// Several at the same time.
    pub fn operators(&self, commands: &[&[&str]]) -> Vec<Ended> {
        let started: Vec<_> = commands.iter().map(|arguments| start(&self.environment, arguments, "")).collect();
        started.into_iter().map(end).collect()
    }

    /// Starts a command, which goes on by itself.
    pub fn operator_starts(&self, arguments: &[&str]) -> Child {
        start(&self.environment, arguments, "")
    }

    /// Runs a command that reads something.
    pub fn operator_typing(&self, arguments: &[&str], typed: &str) -> Ended {
        self.operators_typing(&[(arguments, typed)]).remove(0)
    }

    /// Several at the same time.
    pub fn operators_typing(&self, commands: &[(&[&str], &str)]) -> Vec<Ended> {
        let started: Vec<_> =
            commands.iter().map(|(arguments, typed)| start(&self.environment, arguments, typed)).collect();
        started.into_iter().map(end).collect()
    }

    /// Makes an administrator who has not signed in yet.
    #[track_caller]
    pub fn makes_administrator(&self, email: &str, password: &str) -> Ended {
        self.operator_typing(&["admin", "create", "--email", email], &format!("{password}\n"))
    }

    /// Starts the recovery of an account whose owner has this number now.
    #[track_caller]
    pub fn starts_recovery(&self, account: &str, phone: &str) -> Ended {
        let command = ["recovery", "start", "--account", account, "--phone", phone];
        let ended = self.operator(&[&command[..], &["--by", "Sara", "--reason", "knows her in person"]].concat());
        ended.does(&["started: account "]);
        ended
    }

    /// As if the 72 hours were over, and nothing else had changed.
    pub fn ends_the_wait_of_recoveries(&self) {
        self.database.run("UPDATE action_codes SET opens_at = now() WHERE act = 'recover'");
        self.database.run("UPDATE sms_messages SET next_attempt_at = now() WHERE kind = 'recovery_code'");
    }

    /// Waits until every text that is due has been dealt with.
    pub async fn all_due_are_sent(&self) {
        let due = "SELECT count(*) FROM sms_messages WHERE state = 'sending' OR state = 'queued' AND next_attempt_at <= now()";
        self.database.becomes(due, 0).await;
    }

    /// Waits for the text with the code that finishes a recovery. The newest, if there are several.
    pub async fn recovery_code_to(&self, phone: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            if let Some(code) = self.recovery_codes_to(phone).pop() {
                return code;
            }
            assert!(Instant::now() < deadline, "no recovery code to {phone} within 5 seconds");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every such code that has come so far.
    pub fn recovery_codes_to(&self, phone: &str) -> Vec<String> {
        self.long_codes_to(phone, "your recovery code is ")
    }

    /// Every code that has come so far and stops a recovery.
    pub fn stop_codes_to(&self, phone: &str) -> Vec<String> {
        self.long_codes_to(
            phone,
            "we recover your account in 72 hours. Was it not you? Sign in, or open Stop a change and enter ",
        )
    }

    fn long_codes_to(&self, phone: &str, before: &str) -> Vec<String> {
        let code = |body: &str| body.split_once(before).map(|(_, code)| code[..19].to_owned());
        self.twilio.messages_to(phone).iter().filter_map(|delivery| code(&delivery.body)).collect()
    }
}
