//! Whether a provider goes on being used somewhere: one pure function.

use std::time::Duration;

/// Calls below which nothing is decided.
pub const FEWEST_CALLS: u32 = 4;
/// Texts whose fate is told, below which nothing is decided.
pub const FEWEST_TOLD: u32 = 4;
/// Numbers that were texted, below which silence says nothing.
pub const FEWEST_NUMBERS: u32 = 10;
/// Silence is what falls below this part of what usually arrives.
pub const COLLAPSED: f64 = 0.25;
/// The first rest after calls that failed. No call lasts as long.
const FIRST_REST: Duration = Duration::from_secs(60);
/// The first rest after texts that did not arrive: whether one arrives takes a while to tell.
const FIRST_REST_OF_ARRIVALS: Duration = Duration::from_secs(5 * 60);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(15 * 60);

/// How a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Texts go through.
    Closed,
    /// None does.
    Open,
    /// One is on its way, to see whether it goes through.
    HalfOpen,
}

impl State {
    /// The state with that name in the database.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "closed" => Some(Self::Closed),
            "open" => Some(Self::Open),
            "half_open" => Some(Self::HalfOpen),
            _ => None,
        }
    }
}

/// What opened a circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Calls that failed.
    Calls,
    /// Texts that were accepted and did not arrive.
    Arrivals,
}

impl Cause {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Arrivals => "arrivals",
        }
    }

    /// The cause with that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Calls, Self::Arrivals].into_iter().find(|cause| cause.as_str() == name)
    }
}

/// A circuit as far as the decision depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circuit {
    /// How it stands.
    pub state: State,
    /// What opened it the last time.
    pub cause: Cause,
    /// How often it has opened, or a probe has failed, in a row; 0 once it has been closed for long.
    pub openings: u16,
}

impl Circuit {
    /// One that has never opened.
    pub const NEW: Self = Self { state: State::Closed, cause: Cause::Calls, openings: 0 };
}

/// How the last calls ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// So many of them.
    pub ended: u32,
    /// So many of these failed.
    pub failed: u32,
}

/// What became of texts that were accepted, counted by numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrivals {
    /// Numbers whose text has arrived or failed, or has had its time.
    pub numbers: u32,
    /// Those of them whose code was entered, or whose phone has the text as the carrier says.
    pub arrived: u32,
    /// Those of them whose text failed on the way.
    pub failed: u32,
    /// The part of texts whose code is usually entered.
    pub usual: f64,
}

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heard {
    /// A text was accepted whose call began after the circuit had opened.
    Accepted,
    /// A call failed. These are the last calls, it included.
    Failed(Calls),
    /// Texts that left since the circuit changed, and what became of them.
    Arrivals(Arrivals),
}

/// What changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It opens, or stays open after a probe that failed.
    Open {
        /// Why.
        cause: Cause,
        /// The same with figures, for whoever runs the service.
        reason: String,
        /// In a row, this one included.
        openings: u16,
        /// Until a text may try it.
        rest: Duration,
    },
    /// It closes.
    Close,
}

/// Decides about a circuit after something was heard.
pub fn decide(circuit: &Circuit, heard: &Heard) -> Option<Change> {
    match (circuit.state, heard) {
        (State::Closed, Heard::Failed(calls)) if calls.are_too_bad() => {
            Some(open(circuit, Cause::Calls, calls.words()))
        }
        (State::Closed, Heard::Arrivals(texts)) => {
            texts.what_is_wrong().map(|reason| open(circuit, Cause::Arrivals, reason))
        }
        (State::HalfOpen, Heard::Failed(_)) => Some(open(circuit, circuit.cause, "a probe failed".to_owned())),
        // Whoever loses texts accepts them all the same.
        (State::Open | State::HalfOpen, Heard::Accepted) if circuit.cause == Cause::Calls => Some(Change::Close),
        (State::Open | State::HalfOpen, Heard::Arrivals(texts)) if texts.arrived > 0 => Some(Change::Close),
        _ => None,
    }
}

fn open(circuit: &Circuit, cause: Cause, reason: String) -> Change {
    let first = match cause {
        Cause::Calls => FIRST_REST,
        Cause::Arrivals => FIRST_REST_OF_ARRIVALS,
    };
    let rest = first.saturating_mul(2_u32.saturating_pow(circuit.openings.into())).min(LONGEST_REST);
    Change::Open { cause, reason, openings: circuit.openings.saturating_add(1), rest }
}

impl Calls {
    fn are_too_bad(self) -> bool {
        self.ended >= FEWEST_CALLS && self.failed * 2 >= self.ended
    }

    fn words(self) -> String {
        format!("{} of the last {} calls failed", self.failed, self.ended)
    }
}

impl Arrivals {
    fn what_is_wrong(&self) -> Option<String> {
        let Self { numbers, arrived, failed, usual } = *self;
        let told = arrived + failed;
        if told >= FEWEST_TOLD && failed * 2 >= told {
            return Some(format!("{failed} of {told} texts whose fate is told did not arrive"));
        }
        let expected = f64::from(numbers) * usual;
        let is_silent = numbers >= FEWEST_NUMBERS && f64::from(arrived) < expected * COLLAPSED;
        is_silent.then(|| format!("{arrived} of {numbers} texts arrived, where about {expected:.0} usually do"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 3] = [State::Closed, State::Open, State::HalfOpen];
    const CAUSES: [Cause; 2] = [Cause::Calls, Cause::Arrivals];
    const BAD: Heard = Heard::Failed(Calls { ended: 4, failed: 4 });
    const SILENT: Arrivals = Arrivals { numbers: 10, arrived: 0, failed: 0, usual: 0.4 };

    fn every_circuit() -> impl Iterator<Item = Circuit> {
        STATES.into_iter().flat_map(|state| {
            CAUSES.into_iter().flat_map(move |cause| (0..20).map(move |openings| Circuit { state, cause, openings }))
        })
    }

    fn opens(change: Option<Change>) -> bool {
        matches!(change, Some(Change::Open { .. }))
    }

    #[test]
    fn a_closed_circuit_opens_when_half_of_four_or_more_calls_failed() {
        for ended in 0..=20_u32 {
            for failed in 0..=ended {
                let change = decide(&Circuit::NEW, &Heard::Failed(Calls { ended, failed }));
                assert_eq!(opens(change), ended >= 4 && failed * 2 >= ended, "{failed} of {ended}");
            }
        }
    }

    #[test]
    fn a_closed_circuit_opens_when_half_of_the_texts_of_which_is_told_failed() {
        for arrived in 0..=9_u32 {
            for failed in 0..=9_u32 {
                let texts = Arrivals { numbers: arrived + failed, arrived, failed, usual: 0.0 };
                let expected = arrived + failed >= 4 && failed >= arrived;
                assert_eq!(opens(decide(&Circuit::NEW, &Heard::Arrivals(texts))), expected, "{texts:?}");
            }
        }
    }

    #[test]
    fn a_closed_circuit_opens_when_next_to_nothing_arrives_of_what_usually_does() {
        for (numbers, arrived, usual, opened) in [
            (9, 0, 0.8, false),
            (10, 0, 0.4, true),
            (10, 1, 0.4, false),
            (10, 1, 0.8, true),
            (10, 2, 0.8, false),
            (100, 9, 0.4, true),
            (100, 10, 0.4, false),
            (100, 0, 0.0, false),
        ] {
            let texts = Arrivals { numbers, arrived, usual, ..SILENT };
            assert_eq!(opens(decide(&Circuit::NEW, &Heard::Arrivals(texts))), opened, "{texts:?}");
        }
    }

    #[test]
    fn each_rest_is_twice_the_one_before_up_to_a_quarter_of_an_hour() {
        let rest =
            |cause, openings, heard: &Heard| match decide(&Circuit { state: State::Closed, cause, openings }, heard) {
                Some(Change::Open { rest, openings: counted, .. }) => {
                    assert_eq!(counted, openings + 1);
                    rest.as_secs() / 60
                }
                other => panic!("{other:?}"),
            };
        for cause in CAUSES {
            assert_eq!([0, 1, 2, 3, 4, 999].map(|openings| rest(cause, openings, &BAD)), [1, 2, 4, 8, 15, 15]);
            let silence = Heard::Arrivals(SILENT);
            assert_eq!([0, 1, 2, 999].map(|openings| rest(cause, openings, &silence)), [5, 10, 15, 15]);
        }
    }

    #[test]
    fn an_open_circuit_is_closed_by_what_it_opened_for_and_by_nothing_else() {
        let arrived = Heard::Arrivals(Arrivals { arrived: 1, ..SILENT });
        for circuit in every_circuit().filter(|circuit| circuit.state != State::Closed) {
            let accepted = decide(&circuit, &Heard::Accepted);
            assert_eq!(accepted, (circuit.cause == Cause::Calls).then_some(Change::Close), "{circuit:?}");
            assert_eq!(decide(&circuit, &arrived), Some(Change::Close), "{circuit:?}");
            assert_eq!(decide(&circuit, &Heard::Arrivals(SILENT)), None, "{circuit:?}");
        }
    }

    #[test]
    fn only_while_a_probe_is_on_its_way_does_a_failure_lengthen_the_rest() {
        for circuit in every_circuit().filter(|circuit| circuit.state != State::Closed) {
            for ended in 1..=20 {
                let change = decide(&circuit, &Heard::Failed(Calls { ended, failed: 1 }));
                match (circuit.state, change) {
                    (State::HalfOpen, Some(Change::Open { cause, openings, .. })) => {
                        assert_eq!((cause, openings), (circuit.cause, circuit.openings + 1));
                    }
                    (State::Open, None) => {}
                    (_, change) => panic!("{circuit:?}: {change:?}"),
                }
            }
        }
    }

    #[test]
    fn what_is_closed_is_never_closed_again_and_good_news_opens_nothing() {
        for circuit in every_circuit() {
            for heard in [Heard::Accepted, Heard::Arrivals(Arrivals { numbers: 50, arrived: 50, ..SILENT })] {
                let change = decide(&circuit, &heard);
                assert!(!opens(change.clone()), "{circuit:?}");
                assert!(circuit.state != State::Closed || change.is_none(), "{circuit:?}");
            }
        }
    }
}
