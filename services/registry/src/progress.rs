//! Progress (项目进展): what is known of projects day by day (X6). A ledger.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;
use rust_decimal::Decimal;

use crate::project::{Contents, Stage};

/// How entries are named.
pub(crate) static NAME: Pattern =
    Pattern::new("progress", "districts/{district}/projects/{project}/progress/{progress}");

/// What is known of a project on a day.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) district: String,
    /// Counts the entries of the district, from 1.
    pub(crate) sequence: i64,
    /// Id of the project.
    pub(crate) project: String,
    pub(crate) day: Date,
    pub(crate) stage: Option<Stage>,
    pub(crate) figures: Figures,
    pub(crate) note: String,
    pub(crate) create_time: Timestamp,
}

/// Figures of a project, in yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// 合同引资.
    pub(crate) contract_value: Option<Decimal>,
    /// 完成投资.
    pub(crate) investment_done: Option<Decimal>,
    /// 到位资金.
    pub(crate) capital_in_place: Option<Decimal>,
}

/// How a project stands by its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) stage: Stage,
    pub(crate) stage_date: Option<Date>,
    pub(crate) figures: Figures,
    pub(crate) progress_date: Option<Date>,
}

/// Projects added up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) projects: i32,
    pub(crate) started: i32,
    /// By the stage's number.
    pub(crate) stages: BTreeMap<i32, i32>,
    pub(crate) planned_investment: Decimal,
    pub(crate) figures: Figures,
}

impl Default for Standing {
    fn default() -> Self {
        let figures = Figures::default();
        Self { stage: Stage::Planned, stage_date: None, figures, progress_date: None }
    }
}

impl Standing {
    /// How a project stands at the end of `day`; `entries` are in the order of days and, on one
    /// day, of their recording.
    pub(crate) fn by<'a>(entries: impl Iterator<Item = &'a Entry>, day: Date) -> Self {
        let mut standing = Self::default();
        for entry in entries.take_while(|it| it.day <= day) {
            standing.take(entry);
        }
        standing
    }

    fn take(&mut self, entry: &Entry) {
        if let Some(stage) = entry.stage.filter(|stage| *stage != self.stage) {
            self.stage = stage;
            self.stage_date = Some(entry.day);
        }
        self.figures = entry.figures.or(self.figures);
        self.progress_date = Some(entry.day);
    }
}

impl Figures {
    fn or(self, before: Self) -> Self {
        Self {
            contract_value: self.contract_value.or(before.contract_value),
            investment_done: self.investment_done.or(before.investment_done),
            capital_in_place: self.capital_in_place.or(before.capital_in_place),
        }
    }

    fn parts(self) -> [(&'static str, Option<Decimal>); 3] {
        [
            ("contract_value", self.contract_value),
            ("investment_done", self.investment_done),
            ("capital_in_place", self.capital_in_place),
        ]
    }

    /// The sum, exact; `None` beyond what a decimal holds.
    fn add(self, other: Self) -> Option<Self> {
        let add = |a: Option<Decimal>, b: Option<Decimal>| {
            a.unwrap_or_default().checked_add(b.unwrap_or_default())
        };
        Some(Self {
            contract_value: Some(add(self.contract_value, other.contract_value)?),
            investment_done: Some(add(self.investment_done, other.investment_done)?),
            capital_in_place: Some(add(self.capital_in_place, other.capital_in_place)?),
        })
    }
}

impl Contents {
    /// Stands as its entries say.
    pub(crate) fn stand(&mut self, standing: Standing) {
        let Standing { stage, stage_date, figures, progress_date } = standing;
        (self.stage, self.stage_date, self.progress_date) = (stage, stage_date, progress_date);
        self.contract_value = figures.contract_value;
        self.investment_done = figures.investment_done;
        self.capital_in_place = figures.capital_in_place;
    }
}

/// Entries by project, in the order in which they hold.
pub(crate) fn by_project(mut entries: Vec<Entry>) -> HashMap<String, Vec<Entry>> {
    entries.sort_by_key(|it| (it.day, it.sequence));
    let mut all: HashMap<String, Vec<Entry>> = HashMap::new();
    for entry in entries {
        all.entry(entry.project.clone()).or_default().push(entry);
    }
    all
}

/// Refuses new entries that cannot be: a day still to come, and a project that falls back
/// without a word. `known` are the entries that are there.
pub(crate) fn check(fields: &mut Fields, known: &[Entry], new: &[Entry], today: Date) {
    let mut all: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in known {
        all.entry(&entry.project).or_default().push(entry);
    }
    for (row, entry) in new.iter().enumerate() {
        if entry.day > today {
            let message = format!("{} is still to come; today is {today}", entry.day);
            fields.violation(format_args!("progress[{row}].day"), "FUTURE_DATE", message);
        }
        let before = all.entry(&entry.project).or_default();
        before.sort_by_key(|it| (it.day, it.sequence));
        let standing = Standing::by(before.iter().copied(), entry.day);
        if let Some(fall) = falls(&standing, entry).filter(|_| entry.note.is_empty()) {
            let message = format!("{fall}; say why");
            fields.violation(format_args!("progress[{row}].note"), "REASON_REQUIRED", message);
        }
        before.push(entry);
    }
}

/// What falls by an entry, if anything does.
fn falls(before: &Standing, entry: &Entry) -> Option<String> {
    let ordinary = |stage: Stage| (stage as i32) <= Stage::InOperation as i32;
    let stage = entry.stage.filter(|stage| ordinary(*stage) && ordinary(before.stage));
    if stage.is_some_and(|stage| (stage as i32) < before.stage as i32) {
        return Some("the project would fall back to an earlier stage".to_owned());
    }
    let pairs = before.figures.parts().into_iter().zip(entry.figures.parts());
    pairs.into_iter().find_map(|((name, was), (_, is))| {
        let (was, is) = (was?, is?);
        (is < was).then(|| format!("`{name}` would fall from {was} to {is}"))
    })
}

/// Adds projects up, each with how it stands; `None` beyond what a decimal holds.
pub(crate) fn sum<'a>(projects: impl Iterator<Item = (&'a Contents, Standing)>) -> Option<Summary> {
    let mut summary = Summary::default();
    for (project, standing) in projects {
        let stage = standing.stage as i32;
        summary.projects += 1;
        *summary.stages.entry(stage).or_default() += 1;
        let started = Stage::Started as i32..=Stage::InOperation as i32;
        summary.started += i32::from(started.contains(&stage));
        let planned = project.planned_investment.unwrap_or_default();
        summary.planned_investment = summary.planned_investment.checked_add(planned)?;
        summary.figures = summary.figures.add(standing.figures)?;
    }
    Some(summary)
}
