//! Days in words without `Intl`: for the server's HTML and the first render in the browser, which must be the same.

use super::Language;
use crate::model::calendar::CivilDate;

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

/// A day, such as "22 November 2026" or "2026 年 11 月 22 日".
#[must_use]
pub fn day(language: Language, date: CivilDate) -> String {
    let CivilDate { year, month, day } = date;
    match language {
        Language::English => {
            let month = MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default();
            format!("{day} {month} {year}")
        }
        Language::Chinese => format!("{year} 年 {month} 月 {day} 日"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_naturally_in_both_languages() {
        let date = CivilDate { year: 2026, month: 11, day: 2 };
        assert_eq!(day(Language::English, date), "2 November 2026");
        assert_eq!(day(Language::Chinese, date), "2026 年 11 月 2 日");
    }
}
