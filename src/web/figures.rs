//! Numbers as people read them.

/// A whole number, its thousands set apart: `1,208`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// US dollars, given in millionths: `1,208.70`. What is less than a cent is told as exactly as it is known.
pub fn dollars(micros: i64) -> String {
    if micros != 0 && micros.unsigned_abs() < 10_000 {
        let sign = if micros < 0 { "-" } else { "" };
        let exact = format!("{sign}0.{:06}", micros.unsigned_abs());
        return exact.trim_end_matches('0').to_owned();
    }
    let cents = (micros.unsigned_abs() + 5_000) / 10_000;
    let whole = count(i64::try_from(cents / 100).unwrap_or(i64::MAX));
    format!("{}{whole}.{:02}", if micros < 0 { "-" } else { "" }, cents % 100)
}

/// To one digit behind the point: `96.1`.
pub fn tenth(number: f64) -> String {
    format!("{number:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, shown) in [(0, "0"), (12, "12"), (999, "999"), (1_208, "1,208"), (-1_208, "-1,208")] {
            assert_eq!(count(number), shown);
        }
        assert_eq!(count(1_234_567_890), "1,234,567,890");
        assert_eq!(count(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn money_is_told_to_the_cent_and_what_is_less_exactly() {
        for (micros, shown) in [
            (0, "0.00"),
            (8_700_000, "8.70"),
            (8_704_999, "8.70"),
            (8_705_000, "8.71"),
            (1_208_700_000, "1,208.70"),
            (11_700, "0.01"),
            (7_500, "0.0075"),
            (1, "0.000001"),
            (-8_700_000, "-8.70"),
        ] {
            assert_eq!(dollars(micros), shown, "{micros}");
        }
    }
}
