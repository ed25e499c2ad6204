//! Discrimination (区分度): how far apart the indicators held the subjects of a track (H13).

use std::collections::{BTreeMap, BTreeSet};

use engine::{Explained, Flag, TrackResult};
use rust_decimal::Decimal;

/// What several runs show, added one at a time.
#[derive(Debug, Default)]
pub(crate) struct Discriminations(BTreeMap<(String, String), Leaf>);

/// One leaf of a track over the runs that have it.
#[derive(Debug, Default)]
pub(crate) struct Leaf {
    pub(crate) display_name: String,
    pub(crate) indicator: String,
    pub(crate) spreads: Vec<Spread>,
}

/// A leaf in one run.
#[derive(Debug)]
pub(crate) struct Spread {
    /// The run's place in the order in which runs were added.
    pub(crate) run: usize,
    pub(crate) weight: Decimal,
    pub(crate) subjects: usize,
    /// The different points that subjects with a value have.
    pub(crate) points: BTreeSet<Decimal>,
}

impl Spread {
    /// One alone cannot be told apart.
    fn can_tell(&self) -> bool {
        self.subjects > 1
    }
}

impl Leaf {
    /// How many runs could tell subjects apart, and how many did.
    pub(crate) fn runs(&self) -> (usize, usize) {
        let could = self.spreads.iter().filter(|it| it.can_tell());
        let did = could.clone().filter(|it| it.points.len() > 1);
        (could.count(), did.count())
    }

    /// True when a run could tell, and none did.
    pub(crate) fn never_separated(&self) -> bool {
        matches!(self.runs(), (1.., 0))
    }
}

impl Discriminations {
    /// Adds what a run came to on one of its tracks.
    pub(crate) fn add(&mut self, run: usize, track: &TrackResult) {
        for subject in &track.subjects {
            self.walk(run, &track.track_id, &subject.explained);
        }
    }

    fn walk(&mut self, run: usize, track: &str, node: &Explained) {
        if let Some(indicator) = &node.indicator {
            let leaf = self.0.entry((track.to_owned(), node.node_id.clone())).or_default();
            leaf.display_name.clone_from(&node.display_name);
            leaf.indicator.clone_from(indicator);
            leaf.see(run, node);
        }
        node.children.iter().for_each(|child| self.walk(run, track, child));
    }

    /// By track and node, those that told subjects apart in the fewest runs first.
    pub(crate) fn into_leaves(self) -> Vec<((String, String), Leaf)> {
        let mut leaves: Vec<_> = self.0.into_iter().collect();
        leaves.sort_by_key(|(_, leaf)| leaf.runs().1);
        leaves
    }
}

impl Leaf {
    fn see(&mut self, run: usize, node: &Explained) {
        if self.spreads.last().is_none_or(|spread| spread.run != run) {
            let (weight, points) = (node.weight, BTreeSet::new());
            self.spreads.push(Spread { run, weight, subjects: 0, points });
        }
        let absent = [Flag::Missing, Flag::NotApplicable];
        if absent.iter().any(|flag| node.flags.contains(flag)) {
            return;
        }
        if let (Some(spread), Some(points)) = (self.spreads.last_mut(), node.points) {
            spread.subjects += 1;
            spread.points.insert(points);
        }
    }
}
