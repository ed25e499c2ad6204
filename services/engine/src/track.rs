//! A track: who is compared with whom, by which tree, and what follows from the order.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::check;
use crate::direction::Direction;
use crate::expression::Limits;
use crate::fault::{Fault, Faults};
use crate::method::{Method, Takes};
use crate::node::{Leaf, MissingPolicy, Node, Rule};
use crate::outcome::Outcomes;
use crate::rounding::Rounding;
use crate::rule::{Graded, Item, Reference};
use crate::tie::TieBreak;

/// A track as it was written down, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackDraft {
    /// Id, unique within the scheme.
    pub track_id: String,
    /// Name as printed.
    pub display_name: String,
    /// The score tree.
    pub root: Node,
    /// Nodes beside the tree (另列): scored and shown like its nodes, named by formulas and
    /// tie-breaks, never counted.
    pub asides: Vec<Node>,
    /// What is known of the values of indicators before any is reported, by name.
    pub limits: BTreeMap<String, Limits>,
    /// How the order is made.
    pub ranking: Ranking,
    /// How the board is coloured; not at all when absent.
    pub colouring: Option<Colouring>,
    /// When warnings are given.
    pub warnings: WarningRules,
    /// Gates, grades, awards, cards.
    pub outcomes: Outcomes,
}

/// The roundings that a scheme gives its tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roundings {
    /// Of each leaf's points, unless the leaf says otherwise.
    pub leaf: Rounding,
    /// Of the root's points, unless the root says otherwise.
    pub total: Rounding,
}

/// How the order within a track is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// What tied subjects get.
    pub tie_rule: TieRule,
    /// What breaks a tie, in order of precedence.
    pub tie_break: Vec<TieBreak>,
    /// The lowest score ranks first; the tie-break follows the same direction.
    pub ascending: bool,
}

/// What tied subjects get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieRule {
    /// 1, 1, 3.
    Competition,
    /// 1, 1, 2.
    Dense,
    /// 1.5, 1.5, 3.
    Average,
}

/// How the board is coloured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Colouring {
    /// By how far a subject is behind the time schedule, in percentage points.
    ByPace {
        /// Behind by this or more: yellow.
        yellow_behind: Decimal,
        /// Behind by more than this: red.
        red_behind: Decimal,
    },
    /// By score.
    ByThreshold {
        /// At least this score: green.
        green_at_least: Decimal,
        /// At least this score: yellow; below: red.
        yellow_at_least: Decimal,
    },
    /// By rank: the first and the last share of the track, in per cent. The number is
    /// rounded down; ties at an edge take the better colour.
    ByRankShare {
        /// Share that is green.
        green_share: Decimal,
        /// Share that is red.
        red_share: Decimal,
    },
}

/// When the two warnings are given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WarningRules {
    /// Warn of an indicator that is behind by so many percentage points or more.
    pub behind_schedule: Option<Decimal>,
    /// Warn the last so many subjects.
    pub lowest_ranks: u32,
}

/// A track that was checked: whatever it holds can be scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    draft: TrackDraft,
    roundings: Roundings,
}

impl Track {
    /// Checks a track, or returns everything that is wrong with it. Reasons: `NODE_ID`,
    /// `DUPLICATE_NODE`, `NO_CHILDREN`, `TREE_SIZE`, `WEIGHT_SUM`, `FULL_MARKS`,
    /// `POINTS_ORDER`, `INDICATOR_REQUIRED`, `DIRECTION`, `PARAMETER_RANGE`,
    /// `PARAMETER_SIZE`, `BOUNDS_ORDER`, `STEPS_ORDER`, `STEPS_END`, `RANK_TABLE`,
    /// `UNKNOWN_TIE_BREAK`, `DUPLICATE_TIE_BREAK`, `COLOURING_ORDER`, `COLOURING_DIRECTION`,
    /// `UNREACHABLE_COLOUR`, `UNREACHABLE_GRADE`; and those of the rules, which name what they
    /// miss.
    pub fn check(draft: TrackDraft, roundings: Roundings) -> Result<Track, Vec<Fault>> {
        let mut faults = Faults::default();
        let track = Track { draft, roundings };
        check::track(&track, &mut faults);
        faults.into_result(track)
    }

    /// What it was made of.
    pub(crate) fn draft(&self) -> &TrackDraft {
        &self.draft
    }

    /// Most total points that anybody can have, to nine places; none where nothing bounds them.
    /// Nobody has more, and it is not always reached: see `UNREACHABLE_GRADE`, which is refused by it.
    pub fn most_points(&self) -> Option<Decimal> {
        check::reach::most(self)
    }

    /// Id, unique within the scheme.
    pub fn track_id(&self) -> &str {
        &self.draft.track_id
    }

    /// Name as printed.
    pub fn display_name(&self) -> &str {
        &self.draft.display_name
    }

    /// The score tree.
    pub fn root(&self) -> &Node {
        &self.draft.root
    }

    /// The nodes beside the tree.
    pub fn asides(&self) -> &[Node] {
        &self.draft.asides
    }

    /// Every node of the tree, then of the asides, parents first.
    pub fn nodes(&self) -> Vec<&Node> {
        self.trees().flat_map(Node::walk).collect()
    }

    /// The tree, then the asides.
    pub(crate) fn trees(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.draft.root).chain(&self.draft.asides)
    }

    /// The node of that id, in the tree or aside.
    pub fn node(&self, node_id: &str) -> Option<&Node> {
        self.nodes().into_iter().find(|node| node.node_id == node_id)
    }

    /// Every leaf with its node, in the tree and aside.
    pub fn all_leaves(&self) -> Vec<(&Node, &Leaf)> {
        self.nodes().into_iter().filter_map(|node| Some((node, node.leaf()?))).collect()
    }

    /// How the order is made.
    pub fn ranking(&self) -> &Ranking {
        &self.draft.ranking
    }

    /// How the board is coloured.
    pub fn colouring(&self) -> Option<&Colouring> {
        self.draft.colouring.as_ref()
    }

    /// When warnings are given.
    pub fn warnings(&self) -> &WarningRules {
        &self.draft.warnings
    }

    /// Gates, grades, awards, cards.
    pub fn outcomes(&self) -> &Outcomes {
        &self.draft.outcomes
    }

    /// Whether lower values of an indicator are better, by the first leaf that asks for it.
    pub(crate) fn is_lower_better(&self, indicator: &str) -> bool {
        let leaves = self.leaves();
        let leaf = leaves.iter().find(|(_, leaf)| leaf.indicator == indicator);
        leaf.is_some_and(|(_, leaf)| leaf.direction == Direction::LowerIsBetter)
    }

    /// Every leaf of the tree with its node, in the scheme's order.
    pub fn leaves(&self) -> Vec<(&Node, &Leaf)> {
        let nodes = self.draft.root.walk().into_iter();
        nodes.filter_map(|node| Some((node, node.leaf()?))).collect()
    }

    /// Every indicator that the track looks at: to score, to break ties, to decide.
    pub fn indicators(&self) -> BTreeSet<String> {
        self.indicators_of(|_| true)
    }

    /// Those of them whose last value holds on where nothing newer is known.
    pub fn carried(&self) -> BTreeSet<String> {
        let leaves = self.nodes().into_iter().filter_map(Node::leaf);
        let carried = leaves.filter(|leaf| leaf.missing == MissingPolicy::CarryForward);
        carried.flat_map(Leaf::indicators).collect()
    }

    /// Those of them of which it looks at the year before, too.
    pub fn last_year(&self) -> BTreeSet<String> {
        let nodes = self.nodes().into_iter();
        nodes.filter_map(Node::leaf).flat_map(Leaf::last_year).collect()
    }

    /// Those of them whose values are reported; ballots and milestones come in another way.
    pub fn reported(&self) -> BTreeSet<String> {
        self.indicators_of(|leaf| leaf.method.takes() == Takes::Value)
    }

    /// Those for which ballots are counted.
    pub fn polled(&self) -> BTreeSet<String> {
        self.made_of(Takes::Tally)
    }

    /// Those that milestones make up.
    pub fn scheduled(&self) -> BTreeSet<String> {
        self.made_of(Takes::Milestones)
    }

    /// True when some leaf counts milestones that are overdue from former periods.
    pub fn carries_overdue(&self) -> bool {
        let carries = |leaf: &Leaf| match &leaf.method {
            Method::MilestonePoints(it) => it.carry_overdue,
            _ => false,
        };
        self.nodes().into_iter().filter_map(Node::leaf).any(carries)
    }

    fn made_of(&self, facts: Takes) -> BTreeSet<String> {
        let leaves = self.nodes().into_iter().filter_map(Node::leaf);
        let made = leaves.filter(|leaf| leaf.method.takes() == facts);
        made.map(|leaf| leaf.indicator.clone()).collect()
    }

    fn indicators_of(&self, wanted: impl Fn(&Leaf) -> bool) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = BTreeSet::new();
        for node in self.nodes() {
            match &node.rule {
                Rule::Leaf(leaf) if wanted(leaf) => all.extend(leaf.indicators()),
                Rule::Graded(graded) => all.extend([graded.indicator.clone()]),
                _ => {}
            }
        }
        for tie_break in &self.draft.ranking.tie_break {
            all.extend(tie_break.indicator().map(str::to_owned));
        }
        all.extend(self.draft.outcomes.indicators().into_iter().map(str::to_owned));
        all
    }

    /// Every reference with its node, in the tree and aside, in the scheme's order.
    pub fn references(&self) -> Vec<(&Node, &Reference)> {
        let nodes = self.nodes().into_iter();
        nodes.filter_map(|node| Some((node, node.reference()?))).collect()
    }

    /// Every rule that multiplies by marks (S2), in the scheme's order.
    pub fn graded(&self) -> Vec<&Graded> {
        self.nodes().into_iter().filter_map(Node::graded).collect()
    }

    /// Every item of the track's ledgers, in the tree and aside, in the scheme's order.
    pub fn items(&self) -> Vec<&Item> {
        let nodes = self.nodes().into_iter();
        nodes.filter_map(Node::adjustments).flat_map(|ledger| &ledger.items).collect()
    }

    /// The rounding in effect at a node of the tree.
    pub fn rounding(&self, node: &Node) -> Rounding {
        let usual = if node.node_id == self.draft.root.node_id {
            self.roundings.total
        } else if node.children().is_empty() {
            self.roundings.leaf
        } else {
            Rounding::NONE
        };
        node.rounding.unwrap_or(usual)
    }
}
