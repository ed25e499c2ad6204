//! A bulk of reports on its way into the ledger: checked row by row as it comes, kept small
//! until it is whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use kit::{Error, Result, Violation};

use crate::assignment::{Assignment, Place};
use crate::report::{Evidence, Reading, Report};
use crate::sheet::{Entry, Key, Sheets};

/// Problems that are told; the rest are only counted.
const TOLD: usize = 1000;

/// Bytes of notes and evidence that one bulk may hold, so that a hundred thousand rows with
/// the longest texts do not fill the memory.
const TEXT_BYTES: usize = 32 << 20;

/// The rows so far and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Bulk {
    /// Assignments of the periods that occur, by their place in rows.
    pub(crate) periods: Vec<Arc<Assignment>>,
    rows: Vec<Row>,
    /// Rows read, sound or not.
    count: i32,
    text_bytes: usize,
    problems: Vec<RowProblem>,
    problem_count: usize,
}

/// A sound row.
#[derive(Debug)]
struct Row {
    row: i32,
    period: u32,
    place: Place,
    reading: Reading,
    report_time: Option<Timestamp>,
    /// What it corrects.
    corrects: Option<Corrected>,
    /// Most rows have neither note nor evidence.
    texts: Option<Box<Texts>>,
}

/// The observation that a row takes the place of.
#[derive(Clone, Copy, Debug)]
struct Corrected {
    sequence: i64,
    late: bool,
}

#[derive(Debug)]
struct Texts {
    note: Arc<str>,
    evidence: Vec<Evidence>,
}

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) struct RowProblem {
    pub(crate) row: i32,
    pub(crate) violation: Violation,
}

/// A row as the ledger takes it.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) period: &'a Arc<str>,
    pub(crate) unit: &'a Arc<str>,
    pub(crate) indicator: &'a Arc<str>,
    pub(crate) reading: Reading,
    pub(crate) note: Option<&'a Arc<str>>,
    pub(crate) evidence: &'a [Evidence],
    pub(crate) late: bool,
    pub(crate) report_time: Timestamp,
    pub(crate) supersedes: Option<i64>,
}

impl Bulk {
    /// A bulk of which so many rows are announced.
    pub(crate) fn of(announced: usize) -> Self {
        Self { rows: Vec::with_capacity(announced), ..Self::default() }
    }

    /// Takes the next row as sound. `period` is its place in `periods`.
    pub(crate) fn accept(&mut self, period: usize, place: Place, report: Report) -> Result<()> {
        let Report { reading, note, evidence, report_time } = report;
        let texts = if note.is_empty() && evidence.is_empty() {
            None
        } else {
            self.text_bytes += note.len() + evidence.iter().map(Evidence::bytes).sum::<usize>();
            Some(Box::new(Texts { note: note.into(), evidence }))
        };
        if self.text_bytes > TEXT_BYTES {
            return Err(Error::Exhausted {
                reason: "BULK_TOO_LARGE",
                message: format!(
                    "notes and evidence of one stream may take {} MiB; send the rows in several",
                    TEXT_BYTES >> 20
                ),
            });
        }
        let (row, period) = (self.count, period as u32);
        self.rows.push(Row { row, period, place, reading, report_time, corrects: None, texts });
        self.count += 1;
        Ok(())
    }

    /// Takes the next row as refused.
    pub(crate) fn refuse(&mut self, violations: Vec<Violation>) {
        let row = self.count;
        self.count += 1;
        self.problem_count += violations.len();
        if self.problems.len() < TOLD {
            let problems = violations.into_iter().map(|violation| RowProblem { row, violation });
            self.problems.extend(problems);
        }
    }

    /// Replaces a period's assignment by a later reading. Rows whose unit or indicator it no
    /// longer has are refused.
    pub(crate) fn reread(&mut self, period: usize, later: Arc<Assignment>) {
        let earlier = std::mem::replace(&mut self.periods[period], Arc::clone(&later));
        let Self { rows, problems, problem_count, .. } = self;
        rows.retain_mut(|row| {
            if row.period as usize != period {
                return true;
            }
            let (unit, indicator) = (earlier.unit(row.place), earlier.indicator(row.place));
            match later.place(&unit.id, &indicator.id) {
                Ok(place) => row.place = place,
                Err(violation) => {
                    *problem_count += 1;
                    problems.push(RowProblem { row: row.row, violation });
                    return false;
                }
            }
            true
        });
    }

    /// Refuses sound rows after all, by their index in `lines`.
    pub(crate) fn reject(&mut self, rows: impl IntoIterator<Item = (usize, Violation)>) {
        for (told, (index, violation)) in rows.into_iter().enumerate() {
            self.problem_count += 1;
            if told < TOLD {
                let row = self.row_at(index);
                self.problems.push(RowProblem { row, violation });
            }
        }
    }

    /// Refuses sound rows of subjects for which none of these units answers.
    pub(crate) fn refuse_foreign(&mut self, own: &[String]) {
        let answers = |row: &Row| &self.periods[row.period as usize].unit(row.place).answers;
        let foreign = |row: &Row| !own.iter().any(|unit| **unit == **answers(row));
        let refused: Vec<_> = (0..)
            .zip(&self.rows)
            .filter(|(_, row)| foreign(row))
            .map(|(index, row)| (index, format!("{} answers for it, not you", answers(row))))
            .collect();
        self.reject(refused.into_iter().map(|(index, message)| {
            (index, Violation { field: "unit".to_owned(), reason: "OTHER_UNIT", message })
        }));
    }

    /// The sheets that its rows are to be put into.
    pub(crate) fn sheets(&self) -> BTreeSet<Key> {
        let same = |a: &Row, b: &Row| a.place.unit == b.place.unit && a.period == b.period;
        let key = |rows: &[Row]| {
            let assignment = &self.periods[rows[0].period as usize];
            Key::of(&assignment.unit(rows[0].place).id, &assignment.period.id)
        };
        self.rows.chunk_by(same).map(key).collect()
    }

    /// Puts the rows into their sheets from position `first` on, recorded at `now`. False when
    /// a cell is taken: by an earlier report that nobody asked to correct, or by an earlier row.
    pub(crate) fn place(
        &mut self,
        sheets: &mut Sheets,
        first: i64,
        now: Timestamp,
        corrects: bool,
    ) -> bool {
        let same = |a: &Row, b: &Row| a.place.unit == b.place.unit && a.period == b.period;
        let mut sequence = first;
        for rows in self.rows.chunk_by_mut(same) {
            let assignment = &self.periods[rows[0].period as usize];
            let period = &assignment.period.id;
            let sheet = sheets.open_for(&assignment.unit(rows[0].place).id, period);
            for row in rows {
                let indicator = &assignment.indicator(row.place).id;
                let late = assignment.is_late(row.report_time.unwrap_or(now));
                match sheet.put(period, indicator, sequence, row.reading, late) {
                    None => {}
                    Some(before) if corrects && before.sequence < first => {
                        let Entry { sequence, late, .. } = before;
                        row.corrects = Some(Corrected { sequence, late });
                    }
                    Some(_) => return false,
                }
                sequence += 1;
            }
        }
        true
    }

    /// The sound rows, in the sender's order, as they are recorded at `now`.
    pub(crate) fn lines(&self, now: Timestamp) -> impl ExactSizeIterator<Item = Line<'_>> + Clone {
        self.rows.iter().map(move |row| {
            let assignment = &self.periods[row.period as usize];
            let report_time = row.report_time.unwrap_or(now);
            Line {
                period: &assignment.period.id,
                unit: &assignment.unit(row.place).id,
                indicator: &assignment.indicator(row.place).id,
                reading: row.reading,
                note: row.texts.as_ref().map(|texts| &texts.note),
                evidence: row.texts.as_ref().map_or(&[], |texts| &texts.evidence),
                late: row.corrects.map_or_else(|| assignment.is_late(report_time), |it| it.late),
                report_time,
                supersedes: row.corrects.map(|it| it.sequence),
            }
        })
    }

    /// The sender's number of a sound row.
    pub(crate) fn row_at(&self, index: usize) -> i32 {
        self.rows.get(index).map_or(0, |row| row.row)
    }

    /// Rows read so far.
    pub(crate) fn count(&self) -> i32 {
        self.count
    }

    /// How many problems there are.
    pub(crate) fn problem_count(&self) -> usize {
        self.problem_count
    }

    /// The first problems by row. Each way of finding them kept its own first ones.
    pub(crate) fn into_problems(mut self) -> Vec<RowProblem> {
        self.problems.sort_by_key(|problem| problem.row);
        self.problems.truncate(TOLD);
        self.problems
    }
}
