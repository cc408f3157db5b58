//! The trail as a file for spreadsheets (RFC 4180). Every field stands in quotes, so that no comma or line break of a
//! reason ends it.

use std::fmt::Write as _;

use chrono::SecondsFormat;

use super::pages::{Names, Row};

/// What begins the file, so that spreadsheets read it as UTF-8 and not as the letters of their own system.
const BYTE_ORDER_MARK: &str = "\u{feff}";
const COLUMNS: [&str; 10] =
    ["number", "time_utc", "actor", "email", "act", "subject", "reason", "before", "after", "mac"];

/// The first line.
pub fn head() -> String {
    let mut line = BYTE_ORDER_MARK.to_owned();
    add_line(&mut line, COLUMNS);
    line
}

/// A line for each row.
pub fn lines(rows: &[Row], names: &Names) -> String {
    let mut lines = String::new();
    for row in rows {
        let (number, time) = (row.number.to_string(), row.happened_at.to_rfc3339_opts(SecondsFormat::Millis, true));
        let optional = |field: &'_ Option<String>| field.clone().unwrap_or_default();
        add_line(
            &mut lines,
            [
                number.as_str(),
                &time,
                &row.actor,
                names.email_of(&row.actor).unwrap_or_default(),
                &row.act,
                &optional(&row.subject),
                &optional(&row.reason),
                &optional(&row.before),
                &optional(&row.after),
                &row.mac,
            ],
        );
    }
    lines
}

fn add_line<const N: usize>(to: &mut String, fields: [&str; N]) {
    for (place, field) in fields.into_iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let apostrophe = if is_formula(field) { "'" } else { "" };
        // Writing to a text never fails.
        let _ = write!(to, "{comma}\"{apostrophe}{}\"", field.replace('"', "\"\""));
    }
    to.push_str("\r\n");
}

/// Whether a spreadsheet would work it out in the place of showing it. OWASP, "CSV Injection".
fn is_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_work_out_is_text() {
        for (field, written) in [
            ("", "\"\"\r\n"),
            ("plain", "\"plain\"\r\n"),
            ("a, \"b\"\nc", "\"a, \"\"b\"\"\nc\"\r\n"),
            ("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\"\r\n"),
            ("+1", "\"'+1\"\r\n"),
            ("-1", "\"'-1\"\r\n"),
            ("@SUM(A1)", "\"'@SUM(A1)\"\r\n"),
            ("\t=1", "\"'\t=1\"\r\n"),
            ("\r=1", "\"'\r=1\"\r\n"),
            ("1=1", "\"1=1\"\r\n"),
        ] {
            let mut line = String::new();
            add_line(&mut line, [field]);
            assert_eq!(line, written, "{field:?}");
        }
        assert!(head().starts_with("\u{feff}\"number\",\"time_utc\","));
    }
}
