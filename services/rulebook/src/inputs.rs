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
use crate::span::{Length, Span};
use crate::targets::Targets;
use crate::{PERIOD, Rulebook, refusal};

/// What was reported: facts by subject, indicator and period. A subject is named in full or by
/// its id (`finance`, `projects.ring-road`, `posts.finance-head`), the others in full or by the
/// last segment of the name. What is not in here is missing.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// By subject and indicator.
    series: BTreeMap<String, BTreeMap<String, Series>>,
    /// Ids of periods, each once, in the order in which they came.
    periods: Vec<String>,
    carried: BTreeMap<String, Carried>,
    tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    entries: BTreeMap<String, Vec<Entry>>,
}

/// An indicator's facts, each with the place of its period among those that came.
type Series = Vec<(usize, Fact)>;

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
        let period = last_segment(period);
        // The last one, mostly: facts come period by period.
        let place = self.periods.iter().rposition(|it| it == period).unwrap_or_else(|| {
            self.periods.push(period.to_owned());
            self.periods.len() - 1
        });
        let (subject, indicator) = (subject_id(subject), last_segment(indicator));
        let of_subject = match self.series.get_mut(&*subject) {
            Some(found) => found,
            None => self.series.entry(subject.into_owned()).or_default(),
        };
        let series = match of_subject.get_mut(indicator) {
            Some(found) => found,
            None => of_subject.entry(indicator.to_owned()).or_default(),
        };
        match series.iter_mut().rfind(|(at, _)| *at == place) {
            Some((_, held)) => *held = fact,
            None => series.push((place, fact)),
        }
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

    /// The place of a period; none where nothing was reported for it.
    fn place(&self, period: &str) -> Option<usize> {
        self.periods.iter().position(|it| it == period)
    }

    fn series(&self, subject: &str, indicator: &str) -> &[(usize, Fact)] {
        let found = self.series.get(&*subject_id(subject));
        found.and_then(|it| it.get(last_segment(indicator))).map_or(&[], Vec::as_slice)
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
    let parts = Parts::of(&span, through, facts);
    let before = span.year_before().map(|before| Parts::of(&before, before.last, facts));
    let layout = Layout { span, through, parts, before, indicators, targets, plans, facts };
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
        let part = |it: Span| Part { place: facts.place(&it.id()), is_due: it.last <= through };
        let lengths = LENGTHS.into_iter().filter(|length| *length <= span.length);
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

const LENGTHS: [Length; 5] =
    [Length::Week, Length::Month, Length::Quarter, Length::HalfYear, Length::Year];

/// The fact of a part. Both go on in time, so the search does where it stopped.
fn fact_at<'f>(series: &'f [(usize, Fact)], from: &mut usize, place: usize) -> Option<&'f Fact> {
    let order = (*from..series.len()).chain(0..*from);
    let at = order.into_iter().find(|at| series[*at].0 == place)?;
    *from = at;
    Some(&series[at].1)
}

struct Layout<'a> {
    span: Span,
    through: Date,
    parts: Parts,
    /// Those of the year before.
    before: Option<Parts>,
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
        let parts = self.parts.every(measure.frequency);
        let count = |parts: usize| u32::try_from(parts).unwrap_or(u32::MAX);
        let done = parts.iter().filter(|part| part.is_due).count();
        if parts.is_empty() { Share::WHOLE } else { Share::new(count(done), count(parts.len())) }
    }

    /// The value of the same period of the year before, as far as its facts are among those given.
    fn last_year(
        &self,
        unit: &str,
        indicator: &str,
        measure: &Measure,
    ) -> Result<Option<Decimal>, Trouble> {
        let before = self.before.as_ref().filter(|it| it.reported(measure.frequency));
        let Some(before) = before else {
            return Ok(None);
        };
        let (series, mut from) = (self.facts.series(unit, indicator), 0);
        let places = before.every(measure.frequency).iter().filter_map(|part| part.place);
        let facts: Vec<&Fact> =
            places.filter_map(|place| fact_at(series, &mut from, place)).collect();
        match self.accumulated(unit, indicator, measure, &facts)? {
            Fact::Value { value, .. } => Ok(Some(value)),
            Fact::Missing | Fact::NotApplicable { .. } => Ok(None),
        }
    }

    fn accumulated(
        &self,
        unit: &str,
        indicator: &str,
        measure: &Measure,
        parts: &[&Fact],
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
        let (series, mut from) = (self.facts.series(unit, indicator), 0);
        let parts = self.parts.every(measure.frequency).iter().filter_map(|part| {
            let fact = part.place.and_then(|place| fact_at(series, &mut from, place));
            fact.or(part.is_due.then_some(&Fact::Missing))
        });
        self.accumulated(unit, indicator, measure, &parts.collect::<Vec<_>>())
    }
}
