//! Dates from Unix milliseconds without tables: the server's HTML and the first client render agree on UTC.
//! Not here: names of months and days, which `Intl` knows in every language.

use std::fmt;

use crate::protocol::Timestamp;

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;

/// A day of the proleptic Gregorian calendar. Displays as ISO 8601: `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate {
    /// Astronomical year: 0 is 1 BC.
    pub year: i64,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
}

/// A time of day, to the minute. Displays as `21:03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    /// 0–23.
    pub hour: u8,
    /// 0–59.
    pub minute: u8,
}

/// On which clocks times are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// In the server's HTML and in the first render of the browser, so that both are the same.
    Utc,
    /// The reader's own, from then on. Another value whenever something that is shown by it changes.
    Local {
        /// The reader's day.
        today: CivilDate,
        /// How many minutes east of UTC their clocks stand now.
        zone_minutes: i32,
    },
}

/// The day at a moment, as somebody sees it whose clocks stand `zone_minutes` east of UTC.
#[must_use]
pub fn date(at: Timestamp, zone_minutes: i32) -> CivilDate {
    CivilDate::from_days(local_ms(at, zone_minutes).div_euclid(MS_PER_DAY))
}

/// The time of day at a moment, as somebody sees it whose clocks stand `zone_minutes` east of UTC.
#[must_use]
pub fn clock(at: Timestamp, zone_minutes: i32) -> Clock {
    let minutes = local_ms(at, zone_minutes).rem_euclid(MS_PER_DAY) / MS_PER_MINUTE;
    Clock { hour: small(minutes / 60), minute: small(minutes % 60) }
}

/// In how many milliseconds a clock that shows minutes changes.
#[must_use]
pub fn to_next_minute_ms(at: Timestamp) -> u32 {
    u32::try_from(MS_PER_MINUTE - at.unix_ms().rem_euclid(MS_PER_MINUTE)).expect("a minute is below 2^32 milliseconds")
}

/// RFC 3339 in UTC with milliseconds: `2026-11-22T21:03:08.000Z`.
#[must_use]
pub fn rfc3339_utc(at: Timestamp) -> String {
    let ms = at.unix_ms().rem_euclid(MS_PER_MINUTE);
    format!("{}T{}:{:02}.{:03}Z", date(at, 0), clock(at, 0), ms / 1_000, ms % 1_000)
}

fn local_ms(at: Timestamp, zone_minutes: i32) -> i64 {
    at.unix_ms().saturating_add(i64::from(zone_minutes) * MS_PER_MINUTE)
}

fn small(number: i64) -> u8 {
    u8::try_from(number).expect("minutes, hours, days and months are below 60")
}

impl CivilDate {
    /// The day that lies `days` after 1970-01-01.
    ///
    /// `civil_from_days` of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2021: years begin in March, so
    /// that the leap day is the last of its year, and 400 years (146,097 days) repeat exactly.
    pub(crate) fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month: small(month), day: small(day) }
    }

    /// Reads what a date displays as, such as `2026-11-22`: the form in which browsers post a day (HTML, "valid date string").
    /// `None` for anything else, also for a day that its month does not have.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) =
            (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Self::new(year, month, day).filter(|date| date.to_string() == text)
    }

    /// The day with these numbers, of a year up to 9999. `None` when the month or the year has no such day.
    #[must_use]
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let is_in_range = (0..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        let date = is_in_range.then_some(Self { year, month, day })?;
        (Self::from_days(date.days_since_epoch()) == date).then_some(date)
    }

    /// When this day begins for somebody whose clocks stand `zone_minutes` east of UTC.
    #[must_use]
    pub fn begins(self, zone_minutes: i32) -> Timestamp {
        Timestamp::from_unix_ms(self.days_since_epoch() * MS_PER_DAY - i64::from(zone_minutes) * MS_PER_MINUTE)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self::from_days(self.days_since_epoch() + 1)
    }

    /// Days since 1970-01-01, negative before: the difference of two dates says how many days lie between them.
    /// `days_from_civil` of the same source.
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = self.year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// 12:00 UTC of this day, which is what `Intl` formats in UTC.
    #[must_use]
    pub fn noon_utc(self) -> Timestamp {
        Timestamp::from_unix_ms(self.days_since_epoch() * MS_PER_DAY + MS_PER_DAY / 2)
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.hour, self.minute)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(unix_ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(unix_ms)
    }

    #[test]
    fn known_moments_have_their_known_dates() {
        for (unix_ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_795_381_388_042, "2026-11-22T21:03:08.042Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339_utc(at(unix_ms)), expected);
        }
    }

    #[test]
    fn the_readers_zone_decides_the_day() {
        let late = at(1_795_381_388_000);
        assert_eq!(date(late, 0).to_string(), "2026-11-22");
        assert_eq!(date(late, 480).to_string(), "2026-11-23", "Shanghai is ahead");
        assert_eq!(clock(late, 480).to_string(), "05:03");
        assert_eq!(clock(late, 345).to_string(), "02:48", "Kathmandu, 5:45 east");
        assert_eq!(clock(late, -210).to_string(), "17:33", "St John's, 3:30 west");
    }

    #[test]
    fn a_clock_changes_with_the_minute() {
        assert_eq!(to_next_minute_ms(at(0)), 60_000);
        assert_eq!(to_next_minute_ms(at(59_999)), 1);
        assert_eq!(to_next_minute_ms(at(-1)), 1);
    }

    #[test]
    fn the_distance_of_days_crosses_the_leap_day() {
        let before = CivilDate { year: 2024, month: 2, day: 28 };
        let after = CivilDate { year: 2024, month: 3, day: 1 };
        assert_eq!(after.days_since_epoch() - before.days_since_epoch(), 2);
    }

    #[test]
    fn only_what_a_date_displays_as_is_read_as_one() {
        for text in ["2026-11-22", "2024-02-29", "0000-01-01", "9999-12-31"] {
            assert_eq!(CivilDate::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-2",
            "26-11-22",
            "2026-13-01",
            "2026-00-01",
            "2026-02-29",
            "2026-04-31",
            "2026-11-22-1",
            "2026-11-22T00:00",
            "-001-01-01",
            "10000-01-01",
            "2026-+1-22",
            " 2026-11-22",
            "２０２６-11-22",
        ] {
            assert_eq!(CivilDate::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_day_begins_with_the_readers_midnight() {
        let day = CivilDate { year: 2026, month: 11, day: 22 };
        assert_eq!(rfc3339_utc(day.begins(0)), "2026-11-22T00:00:00.000Z");
        assert_eq!(rfc3339_utc(day.begins(480)), "2026-11-21T16:00:00.000Z", "Shanghai is ahead");
        assert_eq!(date(day.next().begins(480), 480).to_string(), "2026-11-23");
    }

    proptest! {
        #[test]
        fn a_date_leads_back_to_its_day(days in -1_000_000_i64..4_000_000) {
            let date = CivilDate::from_days(days);
            prop_assert_eq!(date.days_since_epoch(), days);
            prop_assert_eq!(super::date(date.noon_utc(), 0), date);
            prop_assert!(CivilDate::from_days(days + 1) > date);
        }
    }
}
