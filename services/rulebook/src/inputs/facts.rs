//! What is known of subjects before it is laid out, by id.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Entry, Exemption, Fact, Referred, Tally, Won};
use rust_decimal::Decimal;

use super::last_segment;

/// What was reported: figures by subject, period and indicator. A subject is named in full or by
/// its id (`finance`, `projects.ring-road`, `posts.finance-head`), the others in full or by the
/// last segment of the name. What is not in here is missing.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    subjects: Ids,
    indicators: Ids,
    periods: Ids,
    /// By the place of the subject.
    blocks: Vec<Vec<Block>>,
    /// What the names of observations begin with; none where they are not to be told.
    observations: Option<String>,
    carried: BTreeMap<String, Carried>,
    tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    entries: BTreeMap<String, Vec<Entry>>,
}

/// What one observation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// None where the indicator does not apply.
    pub value: Option<Decimal>,
    /// The evaluating unit agrees.
    pub verified: bool,
    /// The observation's place in its ledger, the end of its name.
    pub sequence: i64,
}

/// Figures of one subject, each period a row of all indicators.
#[derive(Clone, Debug)]
struct Block {
    /// By the place of the period: which row.
    rows: Vec<Option<usize>>,
    /// By the place of the indicator: which of a row.
    columns: Vec<Option<usize>>,
    width: usize,
    figures: Vec<Option<Figure>>,
}

/// What a subject brings along from other runs and decisions.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    pub(super) results: BTreeMap<String, Vec<Referred>>,
    pub(super) awards: Vec<Won>,
    pub(super) exemptions: Vec<Exemption>,
    /// By indicator and aspect.
    pub(super) marks: BTreeMap<String, BTreeMap<String, String>>,
}

/// Ids, each with its place in the order in which they came.
#[derive(Clone, Debug, Default)]
struct Ids {
    places: BTreeMap<Arc<str>, usize>,
    all: Vec<Arc<str>>,
    /// The place that was asked for last.
    last: usize,
}

/// What there is of one subject.
pub(super) struct OfSubject<'a> {
    blocks: &'a [Block],
    pub(super) carried: Option<&'a Carried>,
    pub(super) tallies: Option<&'a BTreeMap<String, Tally>>,
    pub(super) entries: Option<&'a Vec<Entry>>,
}

impl Facts {
    /// Facts that name the observations behind them: `observations`, a slash, and the place.
    pub fn citing(observations: &str) -> Facts {
        Facts { observations: Some(format!("{observations}/")), ..Facts::default() }
    }

    /// Adds figures of a subject: a row for each period, in it a place for each indicator. A
    /// figure that is there twice is the one that came last.
    pub fn insert<'a>(
        &mut self,
        subject: &str,
        periods: impl Iterator<Item = &'a str>,
        indicators: impl Iterator<Item = &'a str>,
        figures: impl Iterator<Item = Option<Figure>>,
    ) {
        let subject = self.subjects.place_or_insert(&subject_id(subject));
        let (rows, height) = self.periods.inverse(periods);
        let (columns, width) = self.indicators.inverse(indicators);
        let mut block = Block { rows, columns, width, figures: Vec::with_capacity(height * width) };
        block.figures.extend(figures.take(height * width));
        if self.blocks.len() <= subject {
            self.blocks.resize_with(subject + 1, Vec::new);
        }
        self.blocks[subject].push(block);
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

    /// All that there is of a subject.
    pub(super) fn of_subject(&self, subject: &str) -> OfSubject<'_> {
        let id = subject_id(subject);
        let blocks = self.subjects.place(&id).and_then(|at| self.blocks.get(at));
        OfSubject {
            blocks: blocks.map_or(&[], Vec::as_slice),
            carried: self.carried.get(&*id),
            tallies: self.tallies.get(&*id),
            entries: self.entries.get(&*id),
        }
    }

    /// The fact that a figure is.
    pub(super) fn fact(&self, figure: Figure) -> Fact {
        let name = |prefix: &String| format!("{prefix}{}", figure.sequence);
        let sources = self.observations.iter().map(name).collect();
        let Figure { value, verified, .. } = figure;
        match value {
            Some(value) => Fact::Value { value, verified, partial: false, sources },
            None => Fact::NotApplicable { reason: String::new(), verified, sources },
        }
    }

    /// The place of an indicator; none where nothing was reported in it.
    pub(super) fn indicator(&self, name: &str) -> Option<usize> {
        self.indicators.place(last_segment(name))
    }

    /// The place of a period; none where nothing was reported for it.
    pub(super) fn period(&self, id: &str) -> Option<usize> {
        self.periods.place(id)
    }
}

impl OfSubject<'_> {
    /// The figure of the period and the indicator in those places.
    pub(super) fn figure(&self, period: usize, indicator: usize) -> Option<Figure> {
        self.blocks.iter().rev().find_map(|block| block.figure(period, indicator))
    }
}

impl Block {
    fn figure(&self, period: usize, indicator: usize) -> Option<Figure> {
        let (row, column) = ((*self.rows.get(period)?)?, (*self.columns.get(indicator)?)?);
        *self.figures.get(row * self.width + column)?
    }
}

impl Ids {
    fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn place_or_insert(&mut self, id: &str) -> usize {
        // They come in order, mostly: the next, or the first.
        for at in [self.last + 1, 0] {
            if self.all.get(at).is_some_and(|it| **it == *id) {
                self.last = at;
                return at;
            }
        }
        self.last = match self.places.get(id) {
            Some(at) => *at,
            None => {
                let id: Arc<str> = id.into();
                self.all.push(Arc::clone(&id));
                self.places.insert(id, self.all.len() - 1);
                self.all.len() - 1
            }
        };
        self.last
    }

    /// By place, the order in which these come; and how many they are.
    fn inverse<'a>(&mut self, ids: impl Iterator<Item = &'a str>) -> (Vec<Option<usize>>, usize) {
        let (mut inverse, mut count) = (Vec::with_capacity(self.all.len()), 0);
        for id in ids {
            let place = self.place_or_insert(last_segment(id));
            if inverse.len() <= place {
                inverse.resize(place + 1, None);
            }
            inverse[place] = Some(count);
            count += 1;
        }
        (inverse, count)
    }
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
