//! Whether texts go on: one pure function.

use crate::domain::country::Country;

/// Open texts in an hour that a country may have whatever has been.
const COUNTRY_HOUR: f64 = 3.0;
/// The same in a day.
const COUNTRY_DAY: f64 = 20.0;
/// Open texts in an hour that a range may have.
const RANGE_HOUR: f64 = 5.0;
/// The same in a day.
const RANGE_DAY: f64 = 15.0;
/// Of the codes entered in an hour so many texts more may be open.
const OPEN_TO_ENTERED_HOUR: f64 = 0.2;
/// The same of a day's.
const OPEN_TO_ENTERED_DAY: f64 = 0.3;
/// The busiest hour is taken to have a sixth of a day's codes.
const HOURS_OF_A_DAY: f64 = 6.0;

/// What is known of a country and a range of its numbers. A text is open while nobody has entered its code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Open texts of the last 60 minutes to the country, the last hour that has ended counted in part.
    pub open_hour: f64,
    /// Open texts of the last 24 hours to the country.
    pub open_day: f64,
    /// Texts of the last 60 minutes whose code was entered.
    pub entered_hour: f64,
    /// Texts of the last 24 hours whose code was entered.
    pub entered_day: f64,
    /// The same of the best day of the last 14.
    pub best_day: f64,
    /// Open texts of the last 60 minutes to the range.
    pub range_open_hour: f64,
    /// Open texts of the last 24 hours to the range.
    pub range_open_day: f64,
    /// Whether decisions are only written down.
    pub is_alert_only: bool,
}

/// Why no more texts go somewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// To a country, by its last hour.
    CountryHour(Excess),
    /// To a country, by its last day.
    CountryDay(Excess),
    /// To a range, by its last hour.
    RangeHour(Excess),
    /// To a range, by its last day.
    RangeDay(Excess),
}

/// How many texts are open, and how many may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Open ones.
    pub open: f64,
    /// With one more there would be too many.
    pub allowed: f64,
}

impl Excess {
    fn of(open: f64, allowed: f64) -> Option<Self> {
        (open + 1.0 > allowed).then_some(Self { open, allowed })
    }
}

/// What was decided for one more text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decided {
    /// Why the country gets none.
    pub country: Option<Rule>,
    /// Why the range gets none.
    pub range: Option<Rule>,
}

/// Decides about one more text.
pub fn decide(facts: &Facts) -> Decided {
    let hour = COUNTRY_HOUR
        .max(facts.best_day / HOURS_OF_A_DAY * OPEN_TO_ENTERED_HOUR)
        .max(facts.entered_hour * OPEN_TO_ENTERED_HOUR);
    let day = COUNTRY_DAY.max(facts.best_day * OPEN_TO_ENTERED_DAY).max(facts.entered_day * OPEN_TO_ENTERED_DAY);
    let country = Excess::of(facts.open_hour, hour)
        .map(Rule::CountryHour)
        .or_else(|| Excess::of(facts.open_day, day).map(Rule::CountryDay));
    let range = Excess::of(facts.range_open_hour, RANGE_HOUR)
        .map(Rule::RangeHour)
        .or_else(|| Excess::of(facts.range_open_day, RANGE_DAY).map(Rule::RangeDay));
    Decided { country, range }
}

impl Rule {
    /// The name in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CountryHour(_) => "country_hour",
            Self::CountryDay(_) => "country_day",
            Self::RangeHour(_) => "range_hour",
            Self::RangeDay(_) => "range_day",
        }
    }

    /// The rule with its figures, for whoever runs the service.
    pub fn in_words(&self, country: Country) -> String {
        match self {
            Self::CountryHour(Excess { open, allowed }) => format!(
                "{open:.0} texts of the last hour to {country} wait for their code to be entered; {allowed:.0} may: the \
                 most of {COUNTRY_HOUR}, a fifth of a sixth of the best day's codes, and a fifth of the last hour's"
            ),
            Self::CountryDay(Excess { open, allowed }) => format!(
                "{open:.0} texts of the last day to {country} were not followed by their code; {allowed:.0} may be: the \
                 most of {COUNTRY_DAY}, three tenths of the best day's codes, and three tenths of the last day's"
            ),
            Self::RangeHour(Excess { open, allowed }) => format!(
                "{open:.0} texts of the last hour to one range of numbers in {country} wait for their code; \
                 {allowed:.0} may"
            ),
            Self::RangeDay(Excess { open, allowed }) => format!(
                "{open:.0} texts of the last day to one range of numbers in {country} were not followed by their code; \
                 {allowed:.0} may be"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Facts = Facts {
        open_hour: 0.0,
        open_day: 0.0,
        entered_hour: 0.0,
        entered_day: 0.0,
        best_day: 0.0,
        range_open_hour: 0.0,
        range_open_day: 0.0,
        is_alert_only: false,
    };

    #[test]
    fn sms_09_where_nothing_has_been_three_may_be_open_in_an_hour_and_twenty_in_a_day() {
        for (open, stopped) in [(0.0, false), (2.0, false), (2.5, true), (3.0, true), (100.0, true)] {
            let decided = decide(&Facts { open_hour: open, ..QUIET });
            assert_eq!(decided.country.is_some(), stopped, "{open}");
            assert_eq!(decided.range, None);
        }
        assert_eq!(decide(&Facts { open_day: 19.0, ..QUIET }).country, None);
        assert_eq!(
            decide(&Facts { open_day: 20.0, ..QUIET }).country,
            Some(Rule::CountryDay(Excess { open: 20.0, allowed: 20.0 }))
        );
    }

    #[test]
    fn sms_09_a_range_has_five_in_an_hour_and_fifteen_in_a_day() {
        assert_eq!(decide(&Facts { range_open_hour: 4.0, ..QUIET }).range, None);
        assert_eq!(
            decide(&Facts { range_open_hour: 5.0, ..QUIET }).range,
            Some(Rule::RangeHour(Excess { open: 5.0, allowed: 5.0 }))
        );
        assert_eq!(decide(&Facts { range_open_day: 14.0, ..QUIET }).range, None);
        assert_eq!(
            decide(&Facts { range_open_day: 15.0, ..QUIET }).range,
            Some(Rule::RangeDay(Excess { open: 15.0, allowed: 15.0 }))
        );
    }

    #[test]
    fn the_more_codes_are_entered_the_more_may_be_open() {
        let open = Facts { open_hour: 30.0, open_day: 200.0, ..QUIET };
        assert!(decide(&open).country.is_some());
        let after_a_good_day = Facts { best_day: 1000.0, ..open };
        assert_eq!(decide(&after_a_good_day).country, None, "33 in an hour, 300 in a day");
        let in_a_busy_hour = Facts { entered_hour: 200.0, entered_day: 800.0, ..open };
        assert_eq!(decide(&in_a_busy_hour).country, None, "40 in an hour, 240 in a day");
        let forgotten = Facts { entered_hour: 100.0, entered_day: 800.0, ..open };
        assert!(matches!(decide(&forgotten).country, Some(Rule::CountryHour(_))), "20 in an hour");
    }

    #[test]
    fn allowances_never_shrink_when_more_codes_are_entered() {
        for entered in 0..500 {
            let (less, more) = (f64::from(entered), f64::from(entered + 1));
            for open in [0.0, 2.0, 5.0, 20.0, 60.0, 150.0] {
                let facts = |entered| Facts {
                    open_hour: open,
                    open_day: open,
                    entered_hour: entered,
                    entered_day: entered,
                    best_day: entered,
                    ..QUIET
                };
                assert!(decide(&facts(less)).country.is_some() || decide(&facts(more)).country.is_none());
            }
        }
    }

    #[test]
    fn every_rule_says_its_figures_and_no_number_of_anybody() {
        let country = Country::HOME[0];
        let excess = Excess { open: 4.0, allowed: 3.0 };
        for rule in [Rule::CountryHour, Rule::CountryDay, Rule::RangeHour, Rule::RangeDay] {
            let rule = rule(excess);
            let words = rule.in_words(country);
            assert!(words.starts_with("4 texts of the last ") && words.contains("ET"), "{words}");
        }
    }
}
