//! The date and time of an assembly.

/// A time, and the offset of the local clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970 in UTC, without leap seconds.
    pub seconds: i64,
    /// The number of minutes by which the local clock is ahead of UTC.
    pub ahead: i32,
}

/// A day and a time of day.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    seconds: i64,
}

/// The names of months for `__DATE__`.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Converts seconds since 1970 to the Gregorian calendar.
fn civil(seconds: i64) -> Civil {
    let (days, seconds) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
    // Here years begin in March, so that the leap day is the last of a year. An era is 400 years; all eras have the
    // same length.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil { year, month, day, seconds }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Moment {
    fn utc(self) -> Civil {
        civil(self.seconds)
    }

    fn local(self) -> Civil {
        civil(self.seconds.saturating_add(i64::from(self.ahead) * 60))
    }

    pub(crate) fn year(self) -> i32 {
        small(self.utc().year)
    }

    pub(crate) fn month(self) -> i32 {
        small(self.utc().month)
    }

    pub(crate) fn day(self) -> i32 {
        small(self.utc().day)
    }

    pub(crate) fn hour(self) -> i32 {
        small(self.utc().seconds / 3600)
    }

    pub(crate) fn minute(self) -> i32 {
        small(self.utc().seconds / 60 % 60)
    }

    pub(crate) fn second(self) -> i32 {
        small(self.utc().seconds % 60)
    }

    /// `2026-08-01T12:34:56Z`
    pub(crate) fn iso_8601_utc(self) -> String {
        let Civil { year, month, day, .. } = self.utc();
        format!("{year}-{month:02}-{day:02}T{}Z", clock(self.utc().seconds))
    }

    /// `2026-08-01T14:34:56+0200`
    pub(crate) fn iso_8601_local(self) -> String {
        let Civil { year, month, day, seconds } = self.local();
        let sign = if self.ahead < 0 { '-' } else { '+' };
        let ahead = self.ahead.unsigned_abs();
        format!("{year}-{month:02}-{day:02}T{}{sign}{:02}{:02}", clock(seconds), ahead / 60, ahead % 60)
    }

    /// `"01 August 2026"`, with the quotes.
    pub(crate) fn quoted_date(self) -> String {
        let Civil { year, month, day, .. } = self.local();
        let month = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
        format!("\"{day:02} {month} {year}\"")
    }

    /// `"14:34:56"`, with the quotes.
    pub(crate) fn quoted_time(self) -> String {
        format!("\"{}\"", clock(self.local().seconds))
    }
}

fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_time_is_given_in_both_zones() {
        let moment = Moment { seconds: 951_827_696, ahead: -90 };
        assert_eq!(moment.iso_8601_utc(), "2000-02-29T12:34:56Z");
        assert_eq!(moment.iso_8601_local(), "2000-02-29T11:04:56-0130");
        assert_eq!(Moment { seconds: -1, ahead: 0 }.iso_8601_utc(), "1969-12-31T23:59:59Z");
        assert_eq!(Moment { seconds: 1_709_164_800, ahead: 60 }.quoted_date(), "\"29 February 2024\"");
    }
}
