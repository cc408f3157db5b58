//! How long texts took, in steps.

use std::time::Duration;

/// How many steps there are. The last has no end.
pub const STEPS: usize = 16;

/// Where each step ends and the next begins, in milliseconds. What is written was counted by them: a change would mix
/// two measures, and needs a migration that counts anew.
pub const BOUNDS: [i32; STEPS - 1] = [
    1_000, 2_000, 3_000, 4_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 120_000, 300_000, 600_000,
];

/// Beyond it nobody has counted.
pub const LAST_BOUND: Duration = Duration::from_secs(600);

/// How many texts took how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrivals(pub [i64; STEPS]);

impl std::ops::Add for Arrivals {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(step, more)| *step += more);
        self
    }
}

impl Arrivals {
    /// From as many sums as there are steps.
    pub fn from_sums(sums: &[Option<i64>]) -> Self {
        let mut steps = [0; STEPS];
        for (step, sum) in steps.iter_mut().zip(sums) {
            *step = sum.unwrap_or(0);
        }
        Self(steps)
    }

    /// Of how many it is known.
    pub fn known(&self) -> i64 {
        self.0.iter().sum()
    }

    /// The time within which this part of them arrived; none when nothing is known. Inside a step they are taken to be
    /// spread evenly, and beyond the last bound that bound stands for all.
    pub fn within(&self, part: f64) -> Option<Duration> {
        let known = self.known();
        let wanted = (known > 0).then_some(known as f64 * part)?;
        let mut before = 0.0;
        let mut begin = 0.0;
        for (count, bound) in self.0.iter().zip(BOUNDS) {
            let (count, end) = (*count as f64, f64::from(bound));
            if count > 0.0 && before + count >= wanted {
                let into = (wanted - before) / count;
                return Some(Duration::from_secs_f64((begin + (end - begin) * into) / 1000.0));
            }
            before += count;
            begin = end;
        }
        Some(Duration::from_secs_f64(begin / 1000.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(steps: &[(usize, i64)]) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for (step, count) in steps {
            arrivals.0[*step] = *count;
        }
        arrivals
    }

    #[test]
    fn parts_are_found_inside_their_step() {
        assert_eq!(of(&[]).within(0.5), None);
        assert_eq!(of(&[(2, 100)]).within(0.5), Some(Duration::from_millis(2500)));
        let most_fast = of(&[(1, 90), (9, 10)]);
        assert_eq!(most_fast.within(0.45), Some(Duration::from_millis(1500)));
        assert_eq!(most_fast.within(0.95), Some(Duration::from_secs(25)));
        assert_eq!(of(&[(STEPS - 1, 3)]).within(0.5), Some(Duration::from_secs(600)), "or more");
    }

    #[test]
    fn more_never_arrive_earlier() {
        let arrivals = of(&[(0, 5), (4, 7), (8, 1), (14, 2), (15, 1)]);
        let times: Vec<_> = (1..=100).map(|percent| arrivals.within(f64::from(percent) / 100.0)).collect();
        assert!(times.is_sorted(), "{times:?}");
    }

    #[test]
    fn bounds_rise() {
        assert!(BOUNDS.is_sorted() && BOUNDS[0] > 0);
        assert_eq!(LAST_BOUND.as_millis(), BOUNDS[STEPS - 2] as u128);
    }
}
