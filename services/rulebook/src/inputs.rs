//! A period's facts laid out for scoring: one cohort for each track.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use engine::{
    Accumulation, Cell, Cohort, Entry, Exemption, Fact, Referred, Share, Sheet, Tally, Trouble,
    Won, accumulate,
};
use jiff::civil::Date;
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::indicators::{Indicators, Measure};
use crate::milestones::Plans;
use crate::span::Span;
use crate::targets::Targets;
use crate::{PERIOD, Rulebook, refusal};

/// What was reported: facts by subject, indicator and period. A subject is named in full or by
/// its id (`finance`, `projects.ring-road`, `posts.finance-head`), the others in full or by the
/// last segment of the name. What is not in here is missing.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    by_subject: BTreeMap<String, BTreeMap<String, BTreeMap<String, Fact>>>,
    carried: BTreeMap<String, Carried>,
    tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    entries: BTreeMap<String, Vec<Entry>>,
}

/// What a subject brings along from other runs and decisions.
#[derive(Clone, Debug, Default)]
struct Carried {
    results: BTreeMap<String, Vec<Referred>>,
    awards: Vec<Won>,
    exemptions: Vec<Exemption>,
    marks: BTreeMap<String, BTreeMap<String, String>>,
}

/// One track's part of a run.
#[derive(Clone, Debug)]
pub struct TrackInputs {
    /// The track.
    pub track_id: String,
    /// Everybody who runs on it, subjects named as units are.
    pub cohort: Cohort,
}

impl Facts {
    /// Adds a fact; a later one for the same cell takes the place of the earlier.
    pub fn insert(&mut self, subject: &str, indicator: &str, period: &str, fact: Fact) {
        let subject = self.by_subject.entry(subject_id(subject).into_owned()).or_default();
        let indicator = subject.entry(last_segment(indicator).to_owned()).or_default();
        indicator.insert(last_segment(period).to_owned(), fact);
    }

    /// Adds a result that a reference node asked for, in the order of [`Rulebook::wanted`].
    pub fn insert_result(&mut self, subject: &str, node_id: &str, result: Referred) {
        self.carried(subject).results.entry(node_id.to_owned()).or_default().push(result);
    }

    /// Adds an award that counts.
    pub fn insert_award(&mut self, subject: &str, award: Won) {
        self.carried(subject).awards.push(award);
    }

    /// Adds an exemption from a gate, award or card.
    pub fn insert_exemption(&mut self, subject: &str, exemption: Exemption) {
        self.carried(subject).exemptions.push(exemption);
    }

    /// Adds the mark that was given to what an indicator stands for, in one aspect (S2).
    pub fn insert_mark(&mut self, subject: &str, indicator: &str, aspect: &str, mark: &str) {
        let marks = &mut self.carried(subject).marks;
        let marks = marks.entry(last_segment(indicator).to_owned()).or_default();
        marks.insert(aspect.to_owned(), mark.to_owned());
    }

    fn carried(&mut self, subject: &str) -> &mut Carried {
        self.carried.entry(subject_id(subject).into_owned()).or_default()
    }

    /// Adds ballots that were counted; those of the same subject and indicator add up.
    pub fn insert_tally(&mut self, subject: &str, indicator: &str, tally: Tally) {
        let subject = self.tallies.entry(subject_id(subject).into_owned()).or_default();
        let sum = subject.entry(last_segment(indicator).to_owned()).or_default();
        for (group, marks) in tally.groups {
            let group = sum.groups.entry(group).or_default();
            for (mark, count) in marks {
                let sum = group.entry(mark).or_default();
                *sum = sum.saturating_add(count);
            }
        }
        sum.void = sum.void.saturating_add(tally.void);
        sum.sources.extend(tally.sources);
    }

    /// Adds an entry of the ledger of bonuses and deductions.
    pub fn insert_entry(&mut self, subject: &str, entry: Entry) {
        self.entries.entry(subject_id(subject).into_owned()).or_default().push(entry);
    }

    fn tally(&self, subject: &str, indicator: &str) -> Option<&Tally> {
        self.tallies.get(&*subject_id(subject))?.get(last_segment(indicator))
    }

    fn get(&self, subject: &str, indicator: &str, period: &str) -> Option<&Fact> {
        let indicators = self.by_subject.get(&*subject_id(subject))?;
        indicators.get(last_segment(indicator))?.get(period)
    }
}

/// The cohorts of a scheme's tracks in the period of an assignment, in the scheme's order.
///
/// The fact of an indicator is made of the facts of its reporting periods within the scored
/// one; an indicator reported for longer periods only does not apply. `through` is the last
/// day that has elapsed, the whole period when `None`: reporting periods that end later count
/// where there is a fact and are not missed where there is none, and of a target that grows
/// with the period (SUM, CUMULATIVE) the share of days elapsed is due.
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
    let plans = Plans::read(assignment, through, &mut fields);
    fields.check()?;
    let layout = Layout { span, through, indicators, targets, plans, facts };
    let mut inputs = Vec::with_capacity(rulebook.entries.len());
    for entry in &rulebook.entries {
        let track_id = entry.track.track_id();
        let names = (entry.track.indicators(), entry.track.scheduled());
        let sheets = entrants(assignment, scheme, track_id)
            .map(|unit| layout.sheet(unit, &names.0, &names.1));
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

/// The id of a subject: of a unit the end of its name, of others their collection and it.
fn subject_id(name: &str) -> Cow<'_, str> {
    let mut segments = name.rsplit('/');
    let id = segments.next().unwrap_or(name);
    match segments.next() {
        Some(collection @ ("projects" | "posts")) => Cow::Owned(format!("{collection}.{id}")),
        _ => Cow::Borrowed(id),
    }
}

/// The id at the end of a resource's name.
pub(crate) fn last_segment(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

struct Layout<'a> {
    span: Span,
    through: Date,
    indicators: Indicators,
    targets: Targets<'a>,
    plans: Plans<'a>,
    facts: &'a Facts,
}

impl Layout<'_> {
    fn sheet(
        &self,
        unit: &str,
        indicators: &BTreeSet<String>,
        scheduled: &BTreeSet<String>,
    ) -> Result<Sheet, Trouble> {
        let mut cells = BTreeMap::new();
        for indicator in indicators {
            // A scheme in force names no unknown indicator; one that does has no facts of it.
            if let Some(measure) = self.indicators.get(indicator) {
                cells.insert(indicator.clone(), self.cell(unit, indicator, measure)?);
            }
        }
        let carried = self.facts.carried.get(&*subject_id(unit)).cloned().unwrap_or_default();
        let marks = |indicator: &String| {
            let marks = carried.marks.get(last_segment(indicator))?;
            Some((indicator.clone(), marks.clone()))
        };
        let tally = |indicator: &String| {
            let tally = self.facts.tally(unit, indicator)?;
            Some((indicator.clone(), tally.clone()))
        };
        let planned = |indicator: &String| Some((indicator.clone(), self.plans.of(unit)?));
        Ok(Sheet {
            subject: unit.to_owned(),
            cells,
            marks: indicators.iter().filter_map(marks).collect(),
            results: carried.results,
            awards: carried.awards,
            exemptions: carried.exemptions,
            tallies: indicators.iter().filter_map(tally).collect(),
            milestones: scheduled.iter().filter_map(planned).collect(),
            entries: self.facts.entries.get(&*subject_id(unit)).cloned().unwrap_or_default(),
        })
    }

    fn cell(&self, unit: &str, indicator: &str, measure: &Measure) -> Result<Cell, Trouble> {
        let (elapsed, rounds) = match measure.accumulation {
            Accumulation::Sum | Accumulation::Cumulative => (
                Share::new(self.span.days_through(self.through), self.span.days()),
                self.rounds(measure),
            ),
            Accumulation::Mean | Accumulation::Latest => (Share::WHOLE, Share::WHOLE),
        };
        Ok(Cell {
            fact: self.fact(unit, indicator, measure)?,
            target: self.targets.of(unit, indicator, measure, &self.span),
            elapsed,
            rounds,
            plan: self.targets.plan(unit, indicator, measure, &self.span),
            last_year: self.last_year(unit, indicator, measure)?,
        })
    }

    /// How many of the reporting periods have elapsed.
    fn rounds(&self, measure: &Measure) -> Share {
        let parts: Vec<Span> = self.span.parts(measure.frequency).collect();
        let count = |parts: usize| u32::try_from(parts).unwrap_or(u32::MAX);
        let done = parts.iter().filter(|part| part.last <= self.through).count();
        if parts.is_empty() { Share::WHOLE } else { Share::new(count(done), count(parts.len())) }
    }

    /// The value of the same period of the year before, as far as its facts are among those given.
    fn last_year(
        &self,
        unit: &str,
        indicator: &str,
        measure: &Measure,
    ) -> Result<Option<Decimal>, Trouble> {
        let Some(before) = self.span.year_before() else {
            return Ok(None);
        };
        if measure.frequency > before.length {
            return Ok(None);
        }
        let parts = before.parts(measure.frequency);
        let facts = parts.filter_map(|part| self.facts.get(unit, indicator, &part.id()).cloned());
        match self.accumulated(unit, indicator, measure, &facts.collect::<Vec<_>>())? {
            Fact::Value { value, .. } => Ok(Some(value)),
            Fact::Missing | Fact::NotApplicable { .. } => Ok(None),
        }
    }

    fn accumulated(
        &self,
        unit: &str,
        indicator: &str,
        measure: &Measure,
        parts: &[Fact],
    ) -> Result<Fact, Trouble> {
        accumulate(measure.accumulation, parts).map_err(|cause| Trouble {
            subject: unit.to_owned(),
            node_id: String::new(),
            indicator: indicator.to_owned(),
            reason: "OVERFLOW",
            message: format!("the values of {unit} in {indicator} cannot be accumulated: {cause}"),
        })
    }

    fn fact(&self, unit: &str, indicator: &str, measure: &Measure) -> Result<Fact, Trouble> {
        if measure.frequency > self.span.length {
            let (owed, scored) = (measure.frequency.noun(), self.span.length.noun());
            return Ok(Fact::NotApplicable {
                reason: format!("reported for a {owed}; nothing is due for a {scored}"),
                verified: true,
                sources: Vec::new(),
            });
        }
        let parts = self.span.parts(measure.frequency).filter_map(|part| {
            let fact = self.facts.get(unit, indicator, &part.id());
            let due = part.last <= self.through;
            fact.cloned().or(due.then_some(Fact::Missing))
        });
        self.accumulated(unit, indicator, measure, &parts.collect::<Vec<_>>())
    }
}
