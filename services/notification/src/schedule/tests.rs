use jiff::civil::{date, time};
use jiff::tz::TimeZone;

use super::*;

fn schedule(frequency: Frequency, month: i8, day: i8, holiday_rule: HolidayRule) -> Schedule {
    let recurrence =
        Recurrence { frequency, weekday: day.min(7), month, day, time: time(9, 0, 0, 0) };
    Schedule {
        district: "hengkou".to_owned(),
        id: "rhythm".to_owned(),
        revision: 1,
        plan: Plan { recurrence, holiday_rule, ..Plan::default() },
        next: None,
        fault: String::new(),
        update_time: Timestamp::UNIX_EPOCH,
    }
}

fn district() -> District {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    District { id: "hengkou".to_owned(), display_name: "恒口".to_owned(), zone }
}

fn planned(schedule: &Schedule, after: Date, count: usize) -> Vec<String> {
    let mut day = after;
    let mut found = Vec::new();
    for _ in 0..count {
        let next = schedule.following(day, &district(), &Calendar::default());
        day = next.map(|it| it.planned).unwrap_or_default();
        found.push(day.to_string());
    }
    found
}

// H5, X8: the days of each rhythm, months with fewer days included.
#[test]
fn each_rhythm_has_its_days() {
    let days = |frequency, month, day| {
        planned(&schedule(frequency, month, day, HolidayRule::Keep), date(2023, 12, 31), 3)
    };
    assert_eq!(days(Frequency::Weekly, 1, 1), ["2024-01-01", "2024-01-08", "2024-01-15"]);
    assert_eq!(days(Frequency::Monthly, 1, 31), ["2024-01-31", "2024-02-29", "2024-03-31"]);
    assert_eq!(days(Frequency::Bimonthly, 1, 5), ["2024-01-05", "2024-03-05", "2024-05-05"]);
    assert_eq!(days(Frequency::Quarterly, 3, 20), ["2024-03-20", "2024-06-20", "2024-09-20"]);
    assert_eq!(days(Frequency::HalfYearly, 1, 10), ["2024-01-10", "2024-07-10", "2025-01-10"]);
    assert_eq!(days(Frequency::Yearly, 12, 25), ["2024-12-25", "2025-12-25", "2026-12-25"]);
}

#[test]
fn an_occurrence_speaks_of_its_cycle() -> Result<()> {
    for (frequency, before, period, title, english, number) in [
        (Frequency::Weekly, false, "", "2024年第1周", "week 1 of 2024", 1),
        (Frequency::Monthly, true, "2023-12", "2023年12月", "December 2023", 12),
        (Frequency::Bimonthly, true, "2023-12", "2023年11—12月", "November and December 2023", 6),
        (Frequency::Bimonthly, false, "2024-02", "2024年1—2月", "January and February 2024", 1),
        (Frequency::Quarterly, true, "2023Q4", "2023年第四季度", "the fourth quarter of 2023", 4),
        (Frequency::HalfYearly, false, "2024H1", "2024年上半年", "the first half of 2024", 1),
        (Frequency::Yearly, true, "2023", "2023年度", "2023", 1),
    ] {
        let recurrence = schedule(frequency, 1, 5, HolidayRule::Keep).plan.recurrence;
        let cycle = recurrence.cycle(date(2024, 1, 5), before)?;
        assert_eq!((&*cycle.period, cycle.number), (period, number));
        assert_eq!((&*cycle.title, &*cycle.english_title), (title, english));
    }
    Ok(())
}

// H5: nobody is called to a dispatch on a holiday unless the rule says so.
#[test]
fn holidays_move_an_occurrence() -> Result<()> {
    // The first of May 2023 is a Monday; the sixth, a Saturday, is worked for it.
    let calendar = Calendar {
        holidays: [date(2023, 5, 1), date(2023, 5, 2), date(2023, 5, 3)].into(),
        workdays: [date(2023, 5, 6)].into(),
        revision: 1,
    };
    for (rule, due, left_out) in [
        (HolidayRule::After, "2023-05-04T01:00:00Z", false),
        (HolidayRule::Before, "2023-04-28T01:00:00Z", false),
        (HolidayRule::Keep, "2023-05-01T01:00:00Z", false),
        (HolidayRule::Skip, "2023-05-01T01:00:00Z", true),
    ] {
        let schedule = schedule(Frequency::Monthly, 1, 1, rule);
        let next = schedule.following(date(2023, 4, 30), &district(), &calendar)?;
        assert_eq!((next.due.to_string().as_str(), next.left_out), (due, left_out), "{rule:?}");
    }
    assert!(calendar.is_worked(date(2023, 5, 6)) && !calendar.is_worked(date(2023, 5, 7)));
    Ok(())
}
