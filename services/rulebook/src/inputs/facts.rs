//! What is known of subjects before it is laid out, by id.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Entry, Exemption, Fact, Referred, Tally, Won};

use super::last_segment;

/// What was reported: facts by subject, indicator and period. A subject is named in full or by
/// its id (`finance`, `projects.ring-road`, `posts.finance-head`), the others in full or by the
/// last segment of the name. What is not in here is missing.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    subjects: Ids,
    indicators: Ids,
    periods: Ids,
    /// By the places of subject and indicator.
    series: Vec<Vec<Series>>,
    carried: BTreeMap<String, Carried>,
    tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    entries: BTreeMap<String, Vec<Entry>>,
}

/// An indicator's facts, each with the place of its period among those that came.
pub(super) type Series = Vec<(usize, Fact)>;

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
    series: Option<&'a Vec<Series>>,
    pub(super) carried: Option<&'a Carried>,
    pub(super) tallies: Option<&'a BTreeMap<String, Tally>>,
    pub(super) entries: Option<&'a Vec<Entry>>,
}

impl Facts {
    /// Adds a fact; a later one for the same cell takes the place of the earlier.
    pub fn insert(&mut self, subject: &str, indicator: &str, period: &str, fact: Fact) {
        let (subject, indicator) = (subject_id(subject), last_segment(indicator));
        let subject = self.subjects.place_or_insert(&subject);
        let indicator = self.indicators.place_or_insert(indicator);
        let period = self.periods.place_or_insert(last_segment(period));
        if self.series.len() <= subject {
            self.series.resize_with(subject + 1, Vec::new);
        }
        let of_subject = &mut self.series[subject];
        if of_subject.len() <= indicator {
            of_subject.resize_with(indicator + 1, Vec::new);
        }
        let series = &mut of_subject[indicator];
        match series.iter_mut().rfind(|(at, _)| *at == period) {
            Some((_, held)) => *held = fact,
            None => series.push((period, fact)),
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

    /// All that there is of a subject.
    pub(super) fn of_subject(&self, subject: &str) -> OfSubject<'_> {
        let id = subject_id(subject);
        OfSubject {
            series: self.subjects.place(&id).and_then(|at| self.series.get(at)),
            carried: self.carried.get(&*id),
            tallies: self.tallies.get(&*id),
            entries: self.entries.get(&*id),
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
    /// The facts of the indicator in that place.
    pub(super) fn series(&self, indicator: Option<usize>) -> &[(usize, Fact)] {
        let found = self.series.zip(indicator).and_then(|(series, at)| series.get(at));
        found.map_or(&[], Vec::as_slice)
    }
}

impl Ids {
    fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn place_or_insert(&mut self, id: &str) -> usize {
        // Facts come in order, mostly: the same again, the next, or the first.
        for at in [self.last, self.last + 1, 0] {
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
