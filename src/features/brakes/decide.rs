//! Whether texts go on: one pure function.

use super::Place;

/// So many open texts are allowed, and more where codes are entered.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    /// Where nobody has entered a code.
    least: f64,
    /// For each code that was entered in the same time, or usually is.
    for_each: f64,
}

/// Each country has an allowance of its own, so that whoever is held back in one goes on in the next: this is what all of
/// them together may have open. At the start of a launch 15 people wait for their text at any moment.
const EVERYWHERE_HOUR: Allowance = Allowance { least: 25.0, for_each: 0.25 };
const EVERYWHERE_DAY: Allowance = Allowance { least: 10.0, for_each: 0.2 };
const COUNTRY_HOUR: Allowance = Allowance { least: 12.0, for_each: 0.25 };
const COUNTRY_DAY: Allowance = Allowance { least: 10.0, for_each: 0.2 };
const RANGE_HOUR: Allowance = Allowance { least: 5.0, for_each: 0.25 };
const RANGE_DAY: Allowance = Allowance { least: 8.0, for_each: 0.2 };
/// An address has an allowance of its own once somebody has entered a code there.
const ADDRESS_DAY: Allowance = Allowance { least: 1.0, for_each: 0.2 };
/// The busiest hour is taken to have a sixth of a day's codes.
const HOURS_OF_A_DAY: f64 = 6.0;

/// In a home country's first days so many times the allowance is a flood, which no launch looks like.
const FLOOD_OF_A_COUNTRY: f64 = 8.0;
/// The same for a range: a launch brings people of all ranges.
const FLOOD_OF_A_RANGE: f64 = 15.0;

/// Texts somewhere to numbers that nobody has proven. One is open while nobody has entered its code.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Texts {
    /// Open ones of the last 60 minutes.
    pub open_hour: f64,
    /// Open ones of the last 24 hours, but for the last minutes: there people are still typing. The hour at the edge
    /// counts in part.
    pub open_day: f64,
    /// Texts of the last 60 minutes whose code was entered.
    pub entered_hour: f64,
    /// The same of the last 24 hours.
    pub entered_day: f64,
}

/// What is known when a number asks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// Texts to the number's country that no address vouched for.
    pub country: Texts,
    /// Texts to the number's range, all of them.
    pub range: Texts,
    /// How many texts to the country led to a code on the best day of the last 14.
    pub best_day: f64,
    /// Whether these are the first days of a home country's texts.
    pub is_new: bool,
}

/// Why no more texts go somewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// To all countries, by their last hour.
    EverywhereHour(Excess),
    /// To all countries, by their last day.
    EverywhereDay(Excess),
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

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// Which.
    pub rule: Rule,
    /// Whether that is only written down.
    pub alert_only: bool,
}

/// What was decided for one more text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decided {
    /// About the country.
    pub country: Option<Decision>,
    /// About the range.
    pub range: Option<Decision>,
}

/// Decides about one more text.
pub fn decide(facts: &Facts) -> Decided {
    let Facts { country, range, best_day, is_new } = facts;
    let usual_hour = country.entered_hour.max(best_day / HOURS_OF_A_DAY);
    let usual_day = country.entered_day.max(*best_day);
    let of_country = Judge { is_new: *is_new, flood: FLOOD_OF_A_COUNTRY };
    let of_range = Judge { is_new: *is_new, flood: FLOOD_OF_A_RANGE };
    Decided {
        country: gravest([
            of_country.judge(Rule::CountryHour, country.open_hour, COUNTRY_HOUR.at(usual_hour)),
            of_country.judge(Rule::CountryDay, country.open_day, COUNTRY_DAY.at(usual_day)),
        ]),
        range: gravest([
            of_range.judge(Rule::RangeHour, range.open_hour, RANGE_HOUR.at(range.entered_hour)),
            of_range.judge(Rule::RangeDay, range.open_day, RANGE_DAY.at(range.entered_day)),
        ]),
    }
}

/// Decides about one more text of those that no address vouches for, whatever its country.
pub fn decide_everywhere(texts: &Texts) -> Option<Decision> {
    let Texts { open_hour, open_day, entered_hour, entered_day } = *texts;
    let usual_hour = entered_hour.max(entered_day / HOURS_OF_A_DAY);
    // No launch comes near to it, so it holds from the first day.
    let judge = Judge { is_new: false, flood: 1.0 };
    gravest([
        judge.judge(Rule::EverywhereHour, open_hour, EVERYWHERE_HOUR.at(usual_hour)),
        judge.judge(Rule::EverywhereDay, open_day, EVERYWHERE_DAY.at(entered_day)),
    ])
}

/// Whether an address from which codes were entered vouches for one more text, which then counts for no country: an attack
/// must not shut out the people who share their carrier's addresses, and they make no room for it.
pub fn vouches(address: &Texts) -> bool {
    address.entered_day >= 1.0 && address.open_day + 1.0 <= ADDRESS_DAY.at(address.entered_day)
}

struct Judge {
    is_new: bool,
    flood: f64,
}

impl Judge {
    fn judge(&self, rule: fn(Excess) -> Rule, open: f64, allowed: f64) -> Option<Decision> {
        let beyond = |allowed: f64| (open + 1.0 > allowed).then(|| rule(Excess { open, allowed }));
        let warning = beyond(allowed).map(|rule| Decision { rule, alert_only: self.is_new });
        let flood = beyond(allowed * self.flood).map(|rule| Decision { rule, alert_only: false });
        if self.is_new { flood.or(warning) } else { warning }
    }
}

/// The first that holds texts back, or else the first.
fn gravest(decisions: [Option<Decision>; 2]) -> Option<Decision> {
    decisions.into_iter().flatten().min_by_key(|decision| decision.alert_only)
}

impl Allowance {
    fn at(self, entered: f64) -> f64 {
        self.least + self.for_each * entered
    }
}

impl Rule {
    /// The name in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::EverywhereHour(_) => "everywhere_hour",
            Self::EverywhereDay(_) => "everywhere_day",
            Self::CountryHour(_) => "country_hour",
            Self::CountryDay(_) => "country_day",
            Self::RangeHour(_) => "range_hour",
            Self::RangeDay(_) => "range_day",
        }
    }

    /// The rule with its figures, for whoever runs the service.
    pub fn in_words(&self, place: &Place) -> String {
        let (Excess { open, allowed }, time, Allowance { least, for_each }) = match *self {
            Self::EverywhereHour(excess) => (excess, "hour", EVERYWHERE_HOUR),
            Self::EverywhereDay(excess) => (excess, "day", EVERYWHERE_DAY),
            Self::CountryHour(excess) => (excess, "hour", COUNTRY_HOUR),
            Self::CountryDay(excess) => (excess, "day", COUNTRY_DAY),
            Self::RangeHour(excess) => (excess, "hour", RANGE_HOUR),
            Self::RangeDay(excess) => (excess, "day", RANGE_DAY),
        };
        let in_first_days = match place {
            Place::Everywhere => "",
            Place::Country(_) | Place::Range(..) => "; in a home country's first days a multiple of it",
        };
        let place = match place {
            Place::Everywhere => "all countries".to_owned(),
            Place::Country(country) => country.to_string(),
            Place::Range(country, _) => format!("one range of numbers in {country}"),
        };
        format!(
            "{open:.0} texts of the last {time} to {place} wait for their code to be entered, and {allowed:.0} may: \
             {least}, and {for_each} for each code that is entered in such a time{in_first_days}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::country::Country;

    fn country(open_hour: f64, open_day: f64, entered_hour: f64, entered_day: f64) -> Facts {
        Facts { country: Texts { open_hour, open_day, entered_hour, entered_day }, ..Facts::default() }
    }

    fn range(open_hour: f64, open_day: f64) -> Facts {
        Facts { range: Texts { open_hour, open_day, ..Texts::default() }, ..Facts::default() }
    }

    fn held(rule: Rule) -> Option<Decision> {
        Some(Decision { rule, alert_only: false })
    }

    #[test]
    fn sms_09_where_nothing_has_been_twelve_may_be_open_in_an_hour_and_ten_in_a_day() {
        assert_eq!(decide(&country(11.0, 0.0, 0.0, 0.0)).country, None);
        let excess = Excess { open: 12.0, allowed: 12.0 };
        assert_eq!(decide(&country(12.0, 0.0, 0.0, 0.0)).country, held(Rule::CountryHour(excess)));
        assert_eq!(decide(&country(9.0, 9.0, 0.0, 0.0)).country, None);
        let excess = Excess { open: 9.5, allowed: 10.0 };
        assert_eq!(decide(&country(9.0, 9.5, 0.0, 0.0)).country, held(Rule::CountryDay(excess)));
    }

    #[test]
    fn sms_09_all_countries_together_have_25_in_an_hour_and_ten_in_a_day_and_more_where_codes_are_entered() {
        let decide = |open_hour, open_day, entered_hour, entered_day| {
            decide_everywhere(&Texts { open_hour, open_day, entered_hour, entered_day })
        };
        assert_eq!(decide(24.0, 9.0, 0.0, 0.0), None);
        assert_eq!(decide(25.0, 9.0, 0.0, 0.0), held(Rule::EverywhereHour(Excess { open: 25.0, allowed: 25.0 })));
        assert_eq!(decide(0.0, 10.0, 0.0, 0.0), held(Rule::EverywhereDay(Excess { open: 10.0, allowed: 10.0 })));
        assert_eq!(decide(34.0, 29.0, 40.0, 100.0), None, "35 in an hour, 30 in a day");
        assert_eq!(decide(34.0, 57.0, 0.0, 240.0), None, "35 in an hour, 58 in a day");
    }

    #[test]
    fn sms_09_a_range_has_five_in_an_hour_and_eight_in_a_day() {
        assert_eq!(decide(&range(4.0, 7.0)), Decided { country: None, range: None });
        assert_eq!(decide(&range(5.0, 0.0)).range, held(Rule::RangeHour(Excess { open: 5.0, allowed: 5.0 })));
        assert_eq!(decide(&range(0.0, 8.0)).range, held(Rule::RangeDay(Excess { open: 8.0, allowed: 8.0 })));
    }

    #[test]
    fn the_more_codes_are_entered_the_more_may_be_open() {
        let open = country(60.0, 200.0, 0.0, 0.0);
        assert!(decide(&open).country.is_some());
        let after_a_good_day = Facts { best_day: 1200.0, ..open };
        assert_eq!(decide(&after_a_good_day).country, None, "62 in an hour, 250 in a day");
        assert_eq!(decide(&country(60.0, 200.0, 200.0, 960.0)).country, None, "62 in an hour, 202 in a day");
        let forgotten = decide(&country(60.0, 200.0, 100.0, 960.0)).country.map(|decision| decision.rule);
        assert!(matches!(forgotten, Some(Rule::CountryHour(Excess { allowed: 37.0, .. }))), "{forgotten:?}");
        let range = |open_hour, entered_hour| Facts {
            range: Texts { open_hour, entered_hour, ..Texts::default() },
            ..Facts::default()
        };
        assert_eq!(decide(&range(6.0, 8.0)).range, None);
        assert!(decide(&range(6.0, 7.0)).range.is_some());
    }

    #[test]
    fn allowances_never_shrink_when_more_codes_are_entered() {
        for entered in 0..500 {
            let (less, more) = (f64::from(entered), f64::from(entered + 1));
            for open in [0.0, 2.0, 5.0, 20.0, 60.0, 150.0] {
                let facts = |entered| Facts { best_day: entered, ..country(open, open, entered, entered) };
                assert!(decide(&facts(less)).country.is_some() || decide(&facts(more)).country.is_none());
            }
        }
    }

    #[test]
    fn sms_09_in_the_first_days_only_a_flood_is_held_back() {
        let new = |facts: Facts| decide(&Facts { is_new: true, ..facts });
        let alert_only = |decision: Option<Decision>| decision.map(|decision| decision.alert_only);
        assert_eq!(alert_only(new(country(11.0, 5.0, 0.0, 0.0)).country), None);
        assert_eq!(alert_only(new(country(12.0, 5.0, 0.0, 0.0)).country), Some(true));
        assert_eq!(alert_only(new(country(95.0, 79.0, 0.0, 0.0)).country), Some(true));
        assert_eq!(alert_only(new(country(96.0, 0.0, 0.0, 0.0)).country), Some(false));
        // The hour's rule is only a warning, the day's is none.
        let country_day = new(country(20.0, 80.0, 0.0, 0.0)).country;
        assert!(matches!(country_day, Some(Decision { rule: Rule::CountryDay(_), alert_only: false })));
        assert_eq!(alert_only(new(range(74.0, 74.0)).range), Some(true));
        assert_eq!(alert_only(new(range(75.0, 74.0)).range), Some(false));
        // A launch: six hundred in an hour, a tenth of whom never enter a code.
        assert_eq!(alert_only(new(country(80.0, 60.0, 520.0, 520.0)).country), None);
    }

    #[test]
    fn an_address_vouches_for_as_many_as_its_people_have_earned() {
        let address = |open_day, entered_day| Texts { open_day, entered_day, ..Texts::default() };
        assert!(!vouches(&address(0.0, 0.0)));
        assert!(vouches(&address(0.0, 1.0)));
        assert!(!vouches(&address(1.0, 4.0)));
        assert!(vouches(&address(1.0, 5.0)));
        assert!(vouches(&address(9.0, 45.0)));
    }

    #[test]
    fn every_rule_says_its_figures_and_no_number_of_anybody() {
        let excess = Excess { open: 12.4, allowed: 13.0 };
        let country = Country::HOME[0];
        for (rule, place, named) in [
            (Rule::EverywhereHour(excess), Place::Everywhere, "hour to all countries wait"),
            (Rule::EverywhereDay(excess), Place::Everywhere, "day to all countries wait"),
            (Rule::CountryHour(excess), Place::Country(country), "hour to ET wait"),
            (Rule::CountryDay(excess), Place::Country(country), "day to ET wait"),
            (
                Rule::RangeHour(excess),
                Place::Range(country, "+2519110".to_owned()),
                "hour to one range of numbers in ET wait",
            ),
            (
                Rule::RangeDay(excess),
                Place::Range(country, "+2519110".to_owned()),
                "day to one range of numbers in ET wait",
            ),
        ] {
            let words = rule.in_words(&place);
            assert!(words.starts_with("12 texts of the last ") && words.contains(named), "{words}");
            assert!(!words.contains("9110"), "{words}");
            assert!(words.contains("and 13 may"), "{words}");
        }
    }
}
