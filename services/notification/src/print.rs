//! How figures, days and periods stand in print.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::document::Language;

/// Places after the point in print.
const PLACES: u32 = 2;
/// Places after the point of a quantity below one, of which two might leave nothing.
const SMALL_PLACES: u32 = 4;

/// A score, a rank, or a number of per cent: at most two places, half up.
pub(crate) fn score(value: Decimal) -> String {
    rounded(value, PLACES)
}

/// A quantity with its unit of measure: 1200.5万元.
pub(crate) fn quantity(value: Decimal, unit_of_measure: &str) -> String {
    let places = if value.abs() < Decimal::ONE { SMALL_PLACES } else { PLACES };
    format!("{}{unit_of_measure}", rounded(value, places))
}

/// 2023年4月1日.
pub(crate) fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

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

/// 1 April 2023.
fn english_day(date: Date) -> String {
    format!("{} {} {}", date.day(), english_month(date.month()), date.year())
}

/// The name of a month by its number, from 1.
pub(crate) fn english_month(number: i8) -> &'static str {
    let month = usize::try_from(number - 1).ok().and_then(|at| MONTHS.get(at));
    month.copied().unwrap_or_default()
}

/// A day in a language.
pub(crate) fn day_in(language: Language, date: Date) -> String {
    match language {
        Language::Chinese => day(date),
        Language::English => english_day(date),
    }
}

/// The title of a period's id in a language: `2023Q1` is the first quarter of 2023.
pub(crate) fn period_in(language: Language, id: &str) -> String {
    match language {
        Language::Chinese => period(id),
        Language::English => known_in_english(id).unwrap_or_else(|| id.to_owned()),
    }
}

/// Chinese number of a section: 一, 十二, 二十三. Digits from a hundred on.
pub(crate) fn ordinal(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match number {
        1..=9 => DIGITS[number].to_owned(),
        10..=19 => format!("十{}", DIGITS[number % 10]),
        20..=99 => format!("{}十{}", DIGITS[number / 10], DIGITS[number % 10]),
        _ => number.to_string(),
    }
}

/// Number of a section in a language: digits in English.
pub(crate) fn ordinal_in(language: Language, number: usize) -> String {
    match language {
        Language::Chinese => ordinal(number),
        Language::English => number.to_string(),
    }
}

/// The title of a period's id: `2023Q1` is 2023年第一季度. An id of another shape stands for
/// itself.
pub(crate) fn period(id: &str) -> String {
    known(id).unwrap_or_else(|| id.to_owned())
}

/// The quarter that a month lies in, `2023Q2` for `2023-04`, or the last day of a week; none for
/// what is longer.
pub(crate) fn quarter_of(id: &str) -> Option<String> {
    if let Some(sunday) = read_week(id) {
        return Some(format!("{:04}Q{}", sunday.year(), (sunday.month() + 2) / 3));
    }
    let (year, number) = read_month(id)?;
    Some(format!("{year}Q{}", number.div_ceil(3)))
}

fn known(id: &str) -> Option<String> {
    if let Some((year, month)) = read_month(id) {
        return Some(format!("{year}年{month}月"));
    }
    if let Some(sunday) = read_week(id) {
        let week = sunday.iso_week_date();
        return Some(format!("{}年第{}周", week.year(), week.week()));
    }
    let (year, part) = read_year(id)?;
    let part = match part {
        "" => "度",
        "H1" => "上半年",
        "H2" => "下半年",
        "Q1" => "第一季度",
        "Q2" => "第二季度",
        "Q3" => "第三季度",
        "Q4" => "第四季度",
        _ => return None,
    };
    Some(format!("{year}年{part}"))
}

fn known_in_english(id: &str) -> Option<String> {
    if let Some((year, month)) = read_month(id) {
        return Some(format!("{} {year}", english_month(i8::try_from(month).ok()?)));
    }
    if let Some(sunday) = read_week(id) {
        let week = sunday.iso_week_date();
        return Some(format!("week {} of {}", week.week(), week.year()));
    }
    let (year, part) = read_year(id)?;
    let part = match part {
        "" => return Some(year.to_owned()),
        "H1" => "first half",
        "H2" => "second half",
        "Q1" => "first quarter",
        "Q2" => "second quarter",
        "Q3" => "third quarter",
        "Q4" => "fourth quarter",
        _ => return None,
    };
    Some(format!("the {part} of {year}"))
}

fn read_month(id: &str) -> Option<(&str, u8)> {
    let (year, part) = read_year(id)?;
    let digits = part.strip_prefix('-').filter(|it| it.len() == 2 && is_digits(it))?;
    let month = digits.parse().ok().filter(|month| (1..=12).contains(month))?;
    Some((year, month))
}

/// The last day of a week.
fn read_week(id: &str) -> Option<Date> {
    let (year, part) = read_year(id)?;
    let digits = part.strip_prefix("-W").filter(|it| it.len() == 2 && is_digits(it))?;
    let (year, week) = (year.parse().ok()?, digits.parse().ok()?);
    Some(ISOWeekDate::new(year, week, Weekday::Sunday).ok()?.date())
}

fn read_year(id: &str) -> Option<(&str, &str)> {
    id.split_at_checked(4).filter(|(year, _)| is_digits(year))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn rounded(value: Decimal, places: u32) -> String {
    let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    kit::decimal::to_text(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_titles_and_months_have_quarters() {
        let ids = ["2023", "2023H2", "2023Q1", "2023-04", "2023-13", "2023-+4", "spring"];
        let expected = [
            "2023年度",
            "2023年下半年",
            "2023年第一季度",
            "2023年4月",
            "2023-13",
            "2023-+4",
            "spring",
        ];
        assert_eq!(ids.map(period), expected);
        let expected = [
            "2023",
            "the second half of 2023",
            "the first quarter of 2023",
            "April 2023",
            "2023-13",
            "2023-+4",
            "spring",
        ];
        assert_eq!(ids.map(|id| period_in(Language::English, id)), expected);
        assert_eq!(period_in(Language::English, "2023-W05"), "week 5 of 2023");
        assert_eq!(
            ["2023-W05", "2023-W54", "2023-W5"].map(period),
            ["2023年第5周", "2023-W54", "2023-W5"]
        );
        let weeks = ["2023-W05", "2023-W13", "2023-W14", "2020-W53"].map(quarter_of);
        assert_eq!(weeks.map(Option::unwrap_or_default), ["2023Q1", "2023Q2", "2023Q2", "2021Q1"]);
        let months = ["2023-01", "2023-03", "2023-04", "2023-12", "2023Q1", "2023", "2023-00"];
        let expected = ["2023Q1", "2023Q1", "2023Q2", "2023Q4", "", "", ""];
        assert_eq!(months.map(|month| quarter_of(month).unwrap_or_default()), expected);
    }

    #[test]
    fn figures_are_rounded_half_up_and_carry_their_unit() {
        let number = |text: &str| kit::decimal::parse(text).unwrap_or_default();
        assert_eq!(score(number("66.665")), "66.67");
        assert_eq!(score(number("-0.001")), "0");
        assert_eq!(quantity(number("1200.50"), "万元"), "1200.5万元");
        assert_eq!(quantity(number("33.33333"), "%"), "33.33%");
        assert_eq!(quantity(number("0.00415"), "亿元"), "0.0042亿元");
        assert_eq!(quantity(number("7"), ""), "7");
        assert_eq!(
            [1, 10, 11, 20, 35, 100].map(ordinal),
            ["一", "十", "十一", "二十", "三十五", "100"]
        );
    }
}
