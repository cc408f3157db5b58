//! How long calls to the provider take: what is only to look like a call has to last like one.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::RngExt as _;

use super::ProviderChoice;

/// So many of the newest calls are remembered: few, so that what looks like a call follows when all grow slower.
const KEPT: usize = 3;
/// What a call to Twilio takes from most places, until one has been made.
const AT_FIRST: Duration = Duration::from_millis(300);

/// The times of the newest calls of one kind.
#[derive(Default)]
pub struct CallTimes(Mutex<VecDeque<Duration>>);

impl CallTimes {
    /// Remembers how long a call took.
    pub fn note(&self, took: Duration) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.len() == KEPT {
            newest.pop_front();
        }
        newest.push_back(took);
    }

    /// How long another one might take: about as long as one of those. The same to the millisecond twice, it would be
    /// told from a call by that.
    pub fn like_one(&self) -> Duration {
        let newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut random = rand::rng();
        let one = match newest.len() {
            0 => AT_FIRST,
            calls => newest.get(random.random_range(0..calls)).copied().unwrap_or(AT_FIRST),
        };
        one.mul_f64(random.random_range(0.9..=1.1))
    }
}

/// The times of the newest sends, by who carried them.
#[derive(Default)]
pub struct SendTimes {
    messaging: CallTimes,
    verify: CallTimes,
}

impl SendTimes {
    /// Those of a provider.
    pub fn of(&self, provider: ProviderChoice) -> &CallTimes {
        match provider {
            // The demo stands in for Messaging.
            ProviderChoice::Demo | ProviderChoice::Messaging => &self.messaging,
            ProviderChoice::Verify => &self.verify,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_call_lasts_like_the_newest_ones_and_never_the_same_twice() {
        let (times, tenth) = (CallTimes::default(), |millis: u64| Duration::from_millis(millis / 10));
        let near = |one: Duration, millis: u64| one.abs_diff(Duration::from_millis(millis)) <= tenth(millis);
        assert!(near(times.like_one(), 300));
        for millis in [5000, 100, 100, 200] {
            times.note(Duration::from_millis(millis));
        }
        let some: Vec<Duration> = (0..100).map(|_| times.like_one()).collect();
        assert!(some.iter().all(|one| near(*one, 100) || near(*one, 200)), "{some:?}");
        assert!(some.windows(2).all(|two| two[0] != two[1]));
    }
}
