//! The clock that a page shows its times by.

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use i18n_embed_fl::fl;

use crate::domain::country::Country;
use crate::web::words::Words;

/// What this machine's clock shows. For showing and logging only: every expiry is decided by the database's.
#[expect(clippy::disallowed_methods, reason = "the one place that asks")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A time zone that a page tells its reader once ("Times are for Addis Ababa").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock(Tz);

impl Clock {
    /// For readers of whom we do not know where they are.
    pub const UTC: Self = Self(Tz::UTC);

    /// The clock of a country that has only one, UTC for the others.
    pub fn of(country: Country) -> Self {
        country.time_zone().map_or(Self::UTC, Self)
    }

    /// The hour and minute, `14:41`.
    pub fn time(self, moment: DateTime<Utc>) -> String {
        let local = moment.with_timezone(&self.0);
        format!("{:02}:{:02}", local.hour(), local.minute())
    }

    /// The same with its second, `14:41:07`.
    pub fn time_to_the_second(self, moment: DateTime<Utc>) -> String {
        format!("{}:{:02}", self.time(moment), moment.second())
    }

    /// The day, `3 May 2025`.
    pub fn date(self, moment: DateTime<Utc>, words: &Words) -> String {
        let local = moment.with_timezone(&self.0);
        fl!(words.0, "date", day = local.day(), month = local.month(), year = local.year().to_string())
    }

    /// The day where there is little room, `3 May`.
    pub fn short_date(self, moment: DateTime<Utc>, words: &Words) -> String {
        let local = moment.with_timezone(&self.0);
        fl!(words.0, "date-short", day = local.day(), month = local.month())
    }

    /// The day, the time and whose it is, `3 May 2025, 14:41 (Addis Ababa)`.
    pub fn date_and_time(self, moment: DateTime<Utc>, words: &Words) -> String {
        let (date, time) = (self.date(moment, words), self.time(moment));
        fl!(words.0, "date-and-time", date = date, time = time, place = self.place(words))
    }

    /// Says whose times a page shows.
    pub fn note(self, words: &Words) -> String {
        match self.0 {
            Tz::UTC => fl!(words.0, "clock-note-utc"),
            _ => fl!(words.0, "clock-note", place = self.place(words)),
        }
    }

    fn place(self, words: &Words) -> String {
        match self.0 {
            Tz::UTC => fl!(words.0, "place-utc"),
            Tz::Africa__Addis_Ababa => fl!(words.0, "place-addis-ababa"),
            Tz::Asia__Riyadh => fl!(words.0, "place-riyadh"),
            Tz::Asia__Dubai => fl!(words.0, "place-dubai"),
            Tz::Asia__Kuwait => fl!(words.0, "place-kuwait"),
            Tz::Asia__Qatar => fl!(words.0, "place-qatar"),
            Tz::Asia__Bahrain => fl!(words.0, "place-bahrain"),
            Tz::Asia__Muscat => fl!(words.0, "place-muscat"),
            Tz::Asia__Beirut => fl!(words.0, "place-beirut"),
            Tz::Asia__Amman => fl!(words.0, "place-amman"),
            // The zone database names zones by their largest city: "Africa/Dar_es_Salaam".
            other => other.name().rsplit('/').next().unwrap_or(other.name()).replace('_', " "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_by_the_clock_of_its_reader() {
        let words = Words::english();
        let moment: DateTime<Utc> = "2025-11-22T21:31:00Z".parse().expect("a moment");
        let addis = Clock(Tz::Africa__Addis_Ababa);
        assert_eq!(addis.time(moment), "00:31");
        assert_eq!(addis.date_and_time(moment, &words), "23 November 2025, 00:31 (Addis Ababa)");
        assert_eq!(addis.note(&words), "Times are for Addis Ababa.");
        assert_eq!(Clock::UTC.date_and_time(moment, &words), "22 November 2025, 21:31 (UTC)");
        assert_eq!(Clock::UTC.note(&words), "Times are in UTC, the world’s common time.");
        assert_eq!(Clock(Tz::Africa__Dar_es_Salaam).note(&words), "Times are for Dar es Salaam.");
    }

    #[test]
    fn every_month_has_its_name() {
        let words = Words::english();
        let said: Vec<_> = (1..=12)
            .map(|month| format!("2025-{month:02}-03T12:00:00Z").parse::<DateTime<Utc>>().expect("a moment"))
            .map(|moment| Clock::UTC.date(moment, &words))
            .collect();
        assert_eq!(said[0], "3 January 2025");
        assert_eq!(said[11], "3 December 2025");
        assert_eq!(said.iter().collect::<std::collections::HashSet<_>>().len(), 12);
    }
}
