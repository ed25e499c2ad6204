//! Periods by their ids: as an archive prints them, and which lie within which.

use jiff::civil::{Date, ISOWeekDate, Weekday, date};

/// The Chinese title of a period's id: `2023Q1` is 2023年第一季度. An id of another shape
/// stands for itself.
pub(crate) fn title(id: &str) -> String {
    known(id).unwrap_or_else(|| id.to_owned())
}

fn known(id: &str) -> Option<String> {
    let (year, rest) = id.split_at_checked(4)?;
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = match rest {
        "" => "度".to_owned(),
        "H1" => "上半年".to_owned(),
        "H2" => "下半年".to_owned(),
        "Q1" => "第一季度".to_owned(),
        "Q2" => "第二季度".to_owned(),
        "Q3" => "第三季度".to_owned(),
        "Q4" => "第四季度".to_owned(),
        _ => {
            let month: u8 = rest.strip_prefix('-').filter(|it| it.len() == 2)?.parse().ok()?;
            (1..=12).contains(&month).then(|| format!("{month}月"))?
        }
    };
    Some(format!("{year}年{part}"))
}

/// The periods of the same length before `period`, so that `count` of them end with it, the last
/// one first; none when the id has no such shape.
pub(crate) fn back(period: &str, count: i32) -> Option<Vec<String>> {
    let mut all = vec![period.to_owned()];
    while (all.len() as i32) < count {
        all.push(before(all.last()?)?);
    }
    Some(all)
}

fn before(period: &str) -> Option<String> {
    let (year, rest) = period.split_at_checked(4)?;
    let year: i32 = year.parse().ok()?;
    if rest.is_empty() {
        return Some((year - 1).to_string());
    }
    let (mark, number) = rest.split_at_checked(1)?;
    let number: u32 = number.parse().ok()?;
    let (width, last) = match mark {
        "Q" => (1, 4),
        "H" => (1, 2),
        "-" => (2, 12),
        _ => return None,
    };
    let (year, number) = if number == 1 { (year - 1, last) } else { (year, number - 1) };
    Some(format!("{year}{mark}{number:0width$}"))
}

/// Lengths, from the shortest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Length {
    Week,
    Month,
    Quarter,
    Half,
    Year,
}

/// Length, first and last day of a period; none when its id has another shape.
fn span(id: &str) -> Option<(Length, Date, Date)> {
    let (year, rest) = id.split_at_checked(4)?;
    let year: i16 = year.parse().ok()?;
    if let Some(week) = rest.strip_prefix("-W") {
        let last = ISOWeekDate::new(year, week.parse().ok()?, Weekday::Sunday).ok()?;
        let first = ISOWeekDate::new(year, last.week(), Weekday::Monday).ok()?;
        return Some((Length::Week, first.date(), last.date()));
    }
    let number = |mark: char| rest.strip_prefix(mark)?.parse::<i8>().ok();
    let (length, months, number) = match rest.chars().next() {
        None => (Length::Year, 12, 1),
        Some('H') => (Length::Half, 6, number('H')?),
        Some('Q') => (Length::Quarter, 3, number('Q')?),
        Some('-') => (Length::Month, 1, number('-')?),
        Some(_) => return None,
    };
    (1..=12 / months).contains(&number).then(|| {
        let last = date(year, months * number, 1).last_of_month();
        (length, date(year, months * (number - 1) + 1, 1), last)
    })
}

/// Some periods of one length that follow each other.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// The last one first.
    ids: Vec<String>,
    /// With what lies within them: their length, the first day and the last.
    days: Option<(Length, Date, Date)>,
}

impl Window {
    /// These very periods.
    pub(crate) fn exact(ids: Vec<String>) -> Self {
        Self { ids, days: None }
    }

    /// So many periods that end with `period`, and all shorter ones within them; only itself,
    /// when its id does not tell its days.
    pub(crate) fn until(period: &str, count: i32) -> Option<Self> {
        let ids = back(period, count)?;
        let days = span(period).zip(ids.last().and_then(|it| span(it)));
        let days = days.map(|((length, _, last), (_, first, _))| (length, first, last));
        Some(Self { ids, days })
    }

    /// The ids of its periods, the last one first.
    pub(crate) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Its first and last day, where what lies within counts.
    pub(crate) fn days(&self) -> Option<(Date, Date)> {
        self.days.map(|(_, first, last)| (first, last))
    }

    /// A period lies within it, by its last day.
    pub(crate) fn holds(&self, period: &str, end: Date) -> bool {
        let within = |(longest, first, last)| {
            let length = span(period).map(|it| it.0);
            first <= end && end <= last && length.is_some_and(|it| it <= longest)
        };
        self.ids.iter().any(|it| it == period) || self.days.is_some_and(within)
    }

    /// What happened on a day and was told of a period lies within it: by the day, where days count.
    pub(crate) fn holds_day(&self, period: &str, day: Date) -> bool {
        match self.days() {
            Some((first, last)) => first <= day && day <= last,
            None => self.ids.iter().any(|it| it == period),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Window, back, title};

    #[test]
    fn periods_run_backwards_at_their_own_length() {
        let back = |period, count| back(period, count).map(|it| it.join(" "));
        assert_eq!(back("2023", 3).as_deref(), Some("2023 2022 2021"));
        assert_eq!(back("2023Q1", 2).as_deref(), Some("2023Q1 2022Q4"));
        assert_eq!(back("2023H2", 3).as_deref(), Some("2023H2 2023H1 2022H2"));
        assert_eq!(back("2023-01", 2).as_deref(), Some("2023-01 2022-12"));
        assert_eq!(back("spring", 2), None);
        assert_eq!(back("spring", 1).as_deref(), Some("spring"));
    }

    #[test]
    fn shorter_periods_lie_within_longer_ones() {
        let quarters = Window::until("2023Q1", 2);
        let days = quarters.as_ref().and_then(Window::days);
        assert_eq!(days, Some((date(2022, 10, 1), date(2023, 3, 31))));
        for (period, end, held) in [
            ("2023Q1", date(2023, 3, 31), true),
            ("2022-10", date(2022, 10, 31), true),
            ("2023-W13", date(2023, 4, 2), false),
            ("2022-W40", date(2022, 10, 9), true),
            ("2022H2", date(2022, 12, 31), false),
            ("2022", date(2022, 12, 31), false),
            ("2022-09", date(2022, 9, 30), false),
            ("spring", date(2023, 2, 28), false),
        ] {
            let holds = quarters.as_ref().is_some_and(|it| it.holds(period, end));
            assert_eq!(holds, held, "{period}");
        }
        assert!(quarters.is_some_and(|it| it.holds_day("2023", date(2022, 12, 31))));
        let spring =
            |holds: fn(&Window) -> bool| Window::until("spring", 1).is_some_and(|it| holds(&it));
        assert!(spring(|it| it.holds("spring", date(2023, 4, 1))));
        assert!(spring(|it| it.holds_day("spring", date(2023, 4, 1))));
        assert!(spring(|it| !it.holds("2023-04", date(2023, 4, 30))));
    }

    #[test]
    fn every_kind_of_period_has_a_title() {
        let titles = ["2023", "2023H2", "2023Q1", "2023-04", "2023-13", "spring"].map(title);
        let expected =
            ["2023年度", "2023年下半年", "2023年第一季度", "2023年4月", "2023-13", "spring"];
        assert_eq!(titles, expected);
    }
}
