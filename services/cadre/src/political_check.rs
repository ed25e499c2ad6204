//! Political check-ups (政治体检, X10): reminders on schedule and the checklists in answer to them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::name::Pattern;

/// How check-ups are named.
pub(crate) static NAME: Pattern =
    Pattern::new("political_check", "districts/{district}/politicalChecks/{political_check}");

kit::numbered! {
    /// Where a check-up stands.
    enum State {
        /// The checklist is awaited.
        Awaited = 1,
        /// It came in time.
        Submitted = 2,
        /// It came late.
        Late = 3,
        /// It did not come.
        Overdue = 4,
    }
}

/// A reminder, and whether its checklist came.
#[derive(Clone, Debug)]
pub(crate) struct PoliticalCheck {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) person: String,
    pub(crate) unit: String,
    pub(crate) period: String,
    pub(crate) due: Date,
    pub(crate) items: Vec<String>,
    pub(crate) submission: Option<Submission>,
    pub(crate) create_time: Timestamp,
}

/// A checklist that came; what it says is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Submission {
    /// Position of the sealed record.
    pub(crate) record: i64,
    pub(crate) create_time: Timestamp,
}

/// How many of a period's check-ups stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) issued: i32,
    pub(crate) submitted: i32,
    pub(crate) late: i32,
    pub(crate) overdue: i32,
}

impl PoliticalCheck {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Where it stands on a day; `zone` tells the day on which the checklist came.
    pub(crate) fn state(&self, today: Date, zone: &TimeZone) -> State {
        match &self.submission {
            Some(it) if it.create_time.to_zoned(zone.clone()).date() > self.due => State::Late,
            Some(_) => State::Submitted,
            None if today > self.due => State::Overdue,
            None => State::Awaited,
        }
    }
}

/// How check-ups stand on a day.
pub(crate) fn tally(checks: &[PoliticalCheck], today: Date, zone: &TimeZone) -> Tally {
    let mut tally = Tally::default();
    for check in checks {
        tally.issued += 1;
        match check.state(today, zone) {
            State::Awaited => {}
            State::Submitted => tally.submitted += 1,
            State::Late => tally.late += 1,
            State::Overdue => tally.overdue += 1,
        }
    }
    tally
}

/// A checklist as it is sealed: a line an item.
pub(crate) fn contents(items: &[String], answers: &[(bool, String)]) -> String {
    let line = |(item, (met, note)): (&String, &(bool, String))| {
        let mark = if *met { "符合" } else { "不符合" };
        match note.as_str() {
            "" => format!("{item}：{mark}"),
            note => format!("{item}：{mark}（{note}）"),
        }
    };
    items.iter().zip(answers).map(line).collect::<Vec<_>>().join("\n")
}
