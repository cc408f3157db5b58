//! Codes and QR codes held against programs of others: `oathtool` computes codes as authenticator apps do, `zbarimg`
//! reads QR codes as phones do. Without them the tests are left out, except in CI.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use chrono::DateTime;
use latchkey::domain::one_time_code::OneTimeCode;
use latchkey::features::two_factor::app::{Qr, TotpSecret, TotpStep, matching_step};
use rand::{TryRng, rngs::SysRng};

#[test]
fn tot_02_oathtool_has_the_same_codes() {
    let Some(oathtool) = program("oathtool") else { return };
    for _ in 0..50 {
        let secret = TotpSecret::generate().unwrap();
        let now = DateTime::from_timestamp(i64::from(SysRng.try_next_u32().unwrap()), 0).unwrap();
        let moment = now.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let text = secret.groups().concat();
        let code = output(Command::new(&oathtool).args(["--totp", "--now", &moment, "-b", &text]));
        let code = OneTimeCode::parse(code.trim_end()).unwrap();
        assert_eq!(matching_step(&secret, &code, now), Some(TotpStep::at(now)), "{text} at {moment}");
    }
}

#[test]
fn tot_03_zbarimg_reads_the_qr_code() {
    let Some(zbarimg) = program("zbarimg") else { return };
    for account in ["ada@example.com", "+251911234567", "*****4567", "ሰላም@example.com", &"long".repeat(16)] {
        let uri = TotpSecret::generate().unwrap().uri(account);
        let picture = Picture::of(&Qr::of(&uri).unwrap());
        let read =
            output(Command::new(&zbarimg).args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]).arg(&picture.0));
        assert_eq!(read.trim_end(), uri);
    }
}

/// Where a program is. Tells loudly that a test is left out where it is missing; CI must have it.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is missing");
        // Past the test runner, which would keep the line of a passing test to itself.
        writeln!(std::io::stderr(), "SKIPPED: there is no {name} to compare with").ok();
    }
    found
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A picture file, gone with its owner.
struct Picture(PathBuf);

impl Picture {
    /// Draws the path as a browser would, four pixels a module, as a PGM of plain text.
    fn of(qr: &Qr) -> Self {
        const SCALE: usize = 4;
        let mut dark = vec![vec![false; qr.size()]; qr.size()];
        for run in qr.path().split_terminator('z') {
            let (start, run) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (length, back) = run.split_once("v1h-").unwrap();
            assert_eq!(length, back, "a rectangle");
            let (x, y, length): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            dark[y][x..x + length].fill(true);
        }
        let side = qr.size() * SCALE;
        let mut text = format!("P2\n{side} {side}\n1\n");
        for y in 0..side {
            for x in 0..side {
                text.push_str(if dark[y / SCALE][x / SCALE] { "0 " } else { "1 " });
            }
            text.push('\n');
        }
        let name = format!("latchkey-qr-{}-{:?}.pgm", std::process::id(), std::thread::current().id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).unwrap();
        Self(file)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}
