//! The log: env_logger, one line an event, `key=value`, UTC.

use std::io::Write as _;

/// The longest line; what people send is cut, not trusted to be short.
const LONGEST: usize = 2000;

/// Starts the log on standard error. `RUST_LOG` chooses what is logged; INFO without it.
pub fn init() {
    let filter = env_logger::Env::default().default_filter_or("info");
    env_logger::Builder::from_env(filter)
        .format(|out, record| {
            let time = out.timestamp_millis();
            let message = event(record.target(), &record.args().to_string());
            writeln!(out, "{time} {:5} {} {}", record.level(), record.target(), one_line(&message))
        })
        .init();
}

/// Our own messages are events already; what a library says becomes one, so that every line reads alike (LOG-02).
fn event(target: &str, message: &str) -> String {
    let is_ours = target.split("::").next() == Some(env!("CARGO_PKG_NAME"));
    if is_ours { message.to_owned() } else { format!("event=library says={message:?}") }
}

/// A message as one line that shows itself as it is: controls, line separators and marks that turn the direction of
/// writing are escaped (LOG-05, O-4).
fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for c in message.chars() {
        if line.len() >= LONGEST {
            line.push('…');
            break;
        }
        match c {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                line.extend(c.escape_unicode());
            }
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn log_05_nothing_in_a_message_can_begin_a_line_or_turn_it_around() {
        let hostile = "event=x name=a\r\n2026 ERROR forged\u{1b}[31m\u{202e}\u{2028}\0";
        let line = one_line(hostile);
        assert!(!line.chars().any(|c| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c)), "{line:?}");
        assert!(line.contains(r"a\r\n2026") && line.contains(r"\u{202e}"));
    }

    #[test]
    fn log_05_a_line_is_cut() {
        assert!(one_line(&"x".repeat(70_000)).len() < 2100);
    }
}
