//! A period's facts laid out for scoring: one cohort for each track.

mod facts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::{Accumulation, Cell, Cohort, Fact, Share, Sheet, Trouble, accumulate};
use jiff::civil::Date;
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::indicators::{Indicators, Measure};
use crate::milestones::Plans;
use crate::span::{Length, Span};
use crate::targets::{Sets, Targets};
use crate::{PERIOD, Rulebook, refusal};
use facts::OfSubject;
pub use facts::{Facts, Figure};

/// One track's part of a run.
#[derive(Clone, Debug)]
pub struct TrackInputs {
    /// The track.
    pub track_id: String,
    /// Everybody who runs on it, subjects named as units are.
    pub cohort: Cohort,
}

/// The cohorts of a scheme's tracks in the period of an assignment, in the scheme's order.
///
/// The fact of an indicator is made of the facts of its reporting periods within the scored
/// one; an indicator reported for longer periods only does not apply. `through` is the last
/// day that has elapsed, the whole period when `None`: reporting periods that end later count
/// where there is a fact and are not missed where there is none, and of a target that grows
/// with the period (SUM, CUMULATIVE) the share of days elapsed is due. Where nothing is known of
/// an indicator that the track carries forward, the last fact of the twelve months before holds.
pub fn track_inputs(
    assignment: &pb::Assignment,
    scheme: &str,
    rulebook: &Rulebook,
    facts: &Facts,
    through: Option<Date>,
) -> kit::Result<Vec<TrackInputs>> {
    let mut fields = Fields::default();
    let (span, indicators) = definitions(assignment, &mut fields);
    let targets = Targets::read(assignment, &mut fields);
    let through = through.unwrap_or(span.last);
    let plans = Plans::read(assignment, span.first, through, &mut fields);
    fields.check()?;
    let parts = Parts::of(&span, through, facts);
    let before = span.year_before().map(|before| Parts::of(&before, before.last, facts));
    let earlier = span.months_before().map(|months| Parts::of(&months, months.last, facts));
    let period = span.id();
    let layout =
        Layout { span, period, through, parts, before, earlier, indicators, targets, plans, facts };
    let mut inputs = Vec::with_capacity(rulebook.entries.len());
    for entry in &rulebook.entries {
        let track_id = entry.track.track_id();
        let (indicators, scheduled) = (entry.track.indicators(), entry.track.scheduled());
        let columns = layout.columns(&indicators, &entry.track.carried());
        let sheets = entrants(assignment, scheme, track_id)
            .map(|unit| layout.sheet(unit, &indicators, &columns, &scheduled));
        let sheets: Result<Vec<Sheet>, Trouble> = sheets.collect();
        let cohort = sheets.and_then(Cohort::new).map_err(|trouble| refusal(vec![trouble]))?;
        inputs.push(TrackInputs { track_id: track_id.to_owned(), cohort });
    }
    Ok(inputs)
}

/// The days of an assignment's period, and its indicators.
pub(crate) fn definitions(assignment: &pb::Assignment, fields: &mut Fields) -> (Span, Indicators) {
    let name = assignment.period.as_ref().map_or("", |period| &period.name);
    let name = fields.name("assignment.period.name", &PERIOD, name);
    let span = Span::parse(name.id("period"));
    if span.is_none() {
        fields.violation(
            "assignment.period.name",
            "NAME_FORMAT",
            "must end in an id such as 2023Q1",
        );
    }
    let nothing = Span { length: crate::Length::Year, first: Date::ZERO, last: Date::ZERO };
    (span.unwrap_or(nothing), Indicators::from_proto(&assignment.indicators))
}

/// The units on a track of a scheme.
pub(crate) fn entrants<'a>(
    assignment: &'a pb::Assignment,
    scheme: &str,
    track_id: &str,
) -> impl Iterator<Item = &'a str> {
    let on_track =
        move |entrant: &&pb::Entrant| entrant.scheme == scheme && entrant.track_id == track_id;
    assignment.entrants.iter().filter(on_track).map(|entrant| entrant.unit.as_str())
}

/// The id at the end of a resource's name.
pub(crate) fn last_segment(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A reporting period within the scored one.
struct Part {
    /// Among the facts; none where nothing was reported for it.
    place: Option<usize>,
    /// It has ended, so a fact that is not there is missing.
    is_due: bool,
}

/// The reporting periods of the scored one, in time order, by how long they are.
struct Parts(BTreeMap<Length, Vec<Part>>);

impl Parts {
    fn of(span: &Span, through: Date, facts: &Facts) -> Self {
        let part = |it: Span| Part { place: facts.period(&it.id()), is_due: it.last <= through };
        let lengths = Length::ALL.into_iter().filter(|length| *length <= span.length);
        Self(lengths.map(|length| (length, span.parts(length).map(part).collect())).collect())
    }

    fn every(&self, length: Length) -> &[Part] {
        self.0.get(&length).map_or(&[], Vec::as_slice)
    }

    /// Whether anything was reported for one of them.
    fn reported(&self, length: Length) -> bool {
        self.every(length).iter().any(|part| part.place.is_some())
    }
}

struct Layout<'a> {
    span: Span,
    /// Its id.
    period: String,
    through: Date,
    parts: Parts,
    /// Those of the year before.
    before: Option<Parts>,
    /// Those of the twelve months before.
    earlier: Option<Parts>,
    indicators: Indicators,
    targets: Targets<'a>,
    plans: Plans<'a>,
    facts: &'a Facts,
}

/// An indicator of a track, looked up once for all that run on it.
struct Column<'a> {
    name: Arc<str>,
    measure: &'a Measure,
    /// Among the facts; none where nothing was reported in it.
    place: Option<usize>,
    /// Its last fact holds on.
    is_carried: bool,
    /// Of these how much has elapsed.
    elapsed: Share,
    rounds: Share,
}

impl Layout<'_> {
    /// In the order of their names. A scheme in force names no unknown indicator; one that does
    /// has no facts of it.
    fn columns(
        &self,
        indicators: &BTreeSet<String>,
        carried: &BTreeSet<String>,
    ) -> Vec<Column<'_>> {
        let column = |name: &String| {
            let measure = self.indicators.get(name)?;
            let (elapsed, rounds) = match measure.accumulation {
                Accumulation::Sum | Accumulation::Cumulative => (
                    Share::new(self.span.days_through(self.through), self.span.days()),
                    self.rounds(measure),
                ),
                Accumulation::Mean | Accumulation::Latest => (Share::WHOLE, Share::WHOLE),
            };
            let (is_carried, place) = (carried.contains(name), self.facts.indicator(name));
            let name = name.as_str().into();
            Some(Column { name, measure, place, is_carried, elapsed, rounds })
        };
        indicators.iter().filter_map(column).collect()
    }

    fn sheet(
        &self,
        unit: &str,
        indicators: &BTreeSet<String>,
        columns: &[Column<'_>],
        scheduled: &BTreeSet<String>,
    ) -> Result<Sheet, Trouble> {
        let (known, targets) = (self.facts.of_subject(unit), self.targets.of_subject(unit));
        let cell = |column: &Column<'_>| {
            let targets = targets.and_then(|targets| targets.get(&*column.name));
            Ok((Arc::clone(&column.name), self.cell(unit, column, &known, targets)?))
        };
        let cells = columns.iter().map(cell).collect::<Result<BTreeMap<_, _>, Trouble>>()?;
        let carried = known.carried.cloned().unwrap_or_default();
        let marks = |indicator: &String| {
            let marks = carried.marks.get(last_segment(indicator))?;
            Some((indicator.clone(), marks.clone()))
        };
        let tally = |indicator: &String| {
            let tally = known.tallies?.get(last_segment(indicator))?;
            Some((indicator.clone(), tally.clone()))
        };
        let planned = |indicator: &String| Some((indicator.clone(), self.plans.of(unit)?));
        let (has_marks, has_tallies) = (!carried.marks.is_empty(), known.tallies.is_some());
        Ok(Sheet {
            subject: unit.to_owned(),
            cells,
            marks: indicators.iter().filter(|_| has_marks).filter_map(marks).collect(),
            tallies: indicators.iter().filter(|_| has_tallies).filter_map(tally).collect(),
            milestones: scheduled.iter().filter_map(planned).collect(),
            entries: known.entries.cloned().unwrap_or_default(),
            results: carried.results,
            awards: carried.awards,
            exemptions: carried.exemptions,
        })
    }

    fn cell(
        &self,
        unit: &str,
        column: &Column<'_>,
        known: &OfSubject<'_>,
        targets: Option<&Sets<'_>>,
    ) -> Result<Cell, Trouble> {
        let Column { measure, elapsed, rounds, .. } = column;
        let target = |sets: &Sets<'_>| sets.of(measure, &self.span, &self.period);
        let plan = |sets: &Sets<'_>| sets.plan(measure, &self.span, &self.period);
        let fact = self.fact(unit, column, known)?;
        let is_open = column.is_carried && fact == Fact::Missing;
        let earlier = if is_open { self.earlier(column, known) } else { None };
        Ok(Cell {
            carried: earlier.is_some(),
            fact: earlier.unwrap_or(fact),
            target: targets.and_then(target),
            elapsed: *elapsed,
            rounds: *rounds,
            plan: targets.map(plan).unwrap_or_default(),
            last_year: self.last_year(unit, column, known)?,
        })
    }

    /// How many of the reporting periods have elapsed.
    fn rounds(&self, measure: &Measure) -> Share {
        let parts = self.parts.every(measure.frequency);
        let count = |parts: usize| u32::try_from(parts).unwrap_or(u32::MAX);
        let done = parts.iter().filter(|part| part.is_due).count();
        if parts.is_empty() { Share::WHOLE } else { Share::new(count(done), count(parts.len())) }
    }

    /// The value of the same period of the year before, as far as its facts are among those given.
    fn last_year(
        &self,
        unit: &str,
        column: &Column<'_>,
        known: &OfSubject<'_>,
    ) -> Result<Option<Decimal>, Trouble> {
        let frequency = column.measure.frequency;
        let before = self.before.as_ref().filter(|it| it.reported(frequency));
        let Some(before) = before else {
            return Ok(None);
        };
        let parts = before.every(frequency).iter();
        let facts = parts.filter_map(|part| self.part(column, known, part));
        match accumulated(unit, column, facts)? {
            Fact::Value { value, .. } => Ok(Some(value)),
            Fact::Missing | Fact::NotApplicable { .. } => Ok(None),
        }
    }

    fn fact(
        &self,
        unit: &str,
        column: &Column<'_>,
        known: &OfSubject<'_>,
    ) -> Result<Fact, Trouble> {
        let frequency = column.measure.frequency;
        if frequency > self.span.length {
            let (owed, scored) = (frequency.noun(), self.span.length.noun());
            return Ok(Fact::NotApplicable {
                reason: format!("reported for a {owed}; nothing is due for a {scored}"),
                verified: true,
                sources: Vec::new(),
            });
        }
        let parts = self.parts.every(frequency).iter().filter_map(|part| {
            self.part(column, known, part).or(part.is_due.then_some(Fact::Missing))
        });
        accumulated(unit, column, parts)
    }

    /// The last that was reported in the twelve months before.
    fn earlier(&self, column: &Column<'_>, known: &OfSubject<'_>) -> Option<Fact> {
        let parts = self.earlier.as_ref()?.every(column.measure.frequency);
        parts.iter().rev().find_map(|part| self.part(column, known, part))
    }

    /// What was reported for a part.
    fn part(&self, column: &Column<'_>, known: &OfSubject<'_>, part: &Part) -> Option<Fact> {
        Some(self.facts.fact(known.figure(part.place?, column.place?)?))
    }
}

fn accumulated(
    unit: &str,
    column: &Column<'_>,
    parts: impl Iterator<Item = Fact> + Clone,
) -> Result<Fact, Trouble> {
    accumulate(column.measure.accumulation, parts).map_err(|cause| Trouble {
        subject: unit.to_owned(),
        node_id: String::new(),
        indicator: column.name.to_string(),
        reason: "OVERFLOW",
        message: format!("the values of {unit} in {} cannot be accumulated: {cause}", column.name),
    })
}
