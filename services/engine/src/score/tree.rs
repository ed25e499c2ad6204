//! One subject's score tree.

mod lines;

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::{Drawn, Explained};
use crate::expression::Standing;
use crate::fact::{Column, Fact, Sheet};
use crate::figure::Figure;
use crate::flag::Flag;
use crate::input::{Input, Inputs};
use crate::method::{self, Case};
use crate::node::{Leaf, MissingPolicy, Node, Rule};
use crate::rule::{self, Whole};
use crate::score::Stage;
use crate::score::behind::Behind;
use crate::score::columns::{Columns, left_out, standing, too_few};
use crate::settle::{Bounds, Settled, settle};
use crate::track::Track;
use crate::trouble::Trouble;

/// Scores one subject. The tree is only of use when no trouble was added.
pub(crate) fn explain(
    track: &Track,
    sheet: &Sheet,
    columns: &Columns<'_>,
    stage: Stage,
    troubles: &mut Vec<Trouble>,
) -> Explained {
    below(track, track.root(), sheet, columns, stage, (&Ratio::ONE, false), troubles)
}

/// The same from any node down, its own terms grown by a factor, and marked as spread.
pub(crate) fn below(
    track: &Track,
    node: &Node,
    sheet: &Sheet,
    columns: &Columns<'_>,
    stage: Stage,
    (factor, spread): (&Ratio, bool),
    troubles: &mut Vec<Trouble>,
) -> Explained {
    Walk::new(track, sheet, columns, stage, troubles).node(node, factor, spread)
}

/// The nodes beside the tree.
pub(crate) fn asides(
    track: &Track,
    sheet: &Sheet,
    columns: &Columns<'_>,
    stage: Stage,
    troubles: &mut Vec<Trouble>,
) -> Vec<Explained> {
    let mut walk = Walk::new(track, sheet, columns, stage, troubles);
    track.asides().iter().map(|aside| walk.node(aside, &Ratio::ONE, false)).collect()
}

pub(crate) struct Walk<'a> {
    track: &'a Track,
    sheet: &'a Sheet,
    columns: &'a Columns<'a>,
    stage: Stage,
    troubles: &'a mut Vec<Trouble>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        track: &'a Track,
        sheet: &'a Sheet,
        columns: &'a Columns<'a>,
        stage: Stage,
        troubles: &'a mut Vec<Trouble>,
    ) -> Walk<'a> {
        Walk { track, sheet, columns, stage, troubles }
    }

    /// The points of one node, as the whole tree has them.
    pub(crate) fn points_at(&mut self, node: &Node) -> Option<Decimal> {
        let trees = self.track.trees();
        let found = trees
            .into_iter()
            .find_map(|tree| self.descend(tree, &Ratio::ONE, false, &node.node_id));
        found.and_then(|found| found.points)
    }

    fn descend(
        &mut self,
        node: &Node,
        factor: &Ratio,
        spread: bool,
        node_id: &str,
    ) -> Option<Explained> {
        if node.node_id == node_id {
            return Some(self.node(node, factor, spread));
        }
        let own = inputs(&node.rule, self.sheet, &mut BTreeSet::new());
        let below = self.below(node, factor, Inputs(&own)).ok()?;
        let mut children = node.children().iter();
        children.find_map(|child| self.descend(child, &below.factor, below.spread, node_id))
    }

    /// `factor` is how much the node's own terms grow by what was left out beside and above.
    fn node(&mut self, node: &Node, factor: &Ratio, spread: bool) -> Explained {
        let mut explained = blank(node, self.track);
        if spread {
            explained.flags.insert(Flag::Spread);
        }
        let out = left_out(self.track, node, self.sheet);
        let settled = match &node.rule {
            Rule::Leaf(leaf) => self.leaf(node, leaf, factor, &mut explained),
            Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_) => {
                self.lines(node, factor, out, &mut explained)
            }
            _ => self.inner(node, factor, out, &mut explained),
        };
        if out {
            explained.flags.remove(&Flag::Spread);
            explained.flags.insert(Flag::LeftOut);
            return explained;
        }
        let effective = (Ratio::from(node.weight) * factor.clone()).cut();
        match settled.and_then(|settled| Ok((settled, effective?))) {
            Ok((settled, effective)) => {
                explained.effective_weight = effective;
                explained.raw_points = Some(settled.raw);
                explained.points = Some(settled.points);
                if settled.bounded {
                    explained.flags.insert(Flag::Bounded);
                }
            }
            Err(cause) => {
                let trouble = Trouble::arithmetic(&self.sheet.subject, &node.node_id, cause);
                self.troubles.push(trouble);
            }
        }
        explained
    }

    fn inner(
        &mut self,
        node: &Node,
        factor: &Ratio,
        out: bool,
        explained: &mut Explained,
    ) -> Result<Settled, Arithmetic> {
        let rule = node.rule.name();
        let own = inputs(&node.rule, self.sheet, &mut explained.flags);
        explained.inputs.splice(0..0, own);
        let Below { factor: below, spread, counted } =
            self.below(node, factor, Inputs(&explained.inputs))?;
        for child in node.children() {
            let spread = spread && !out && !child.weight.is_zero();
            let child = self.node(child, &below, spread);
            explained.children.push(child);
        }
        let parts = rule::parts(&explained.children, &below);
        let here = totals(rule, node, &parts)?;
        explained.inputs.splice(0..0, here);
        let troubled = parts.len() < counted;
        if out || troubled {
            return Ok(Settled::nothing());
        }
        if too_few(self.track, node, self.sheet) {
            explained.flags.insert(Flag::TooFew);
            if node.too_few == MissingPolicy::Block && self.stage == Stage::Final {
                self.troubles.push(Trouble::too_few(
                    &self.sheet.subject,
                    &node.node_id,
                    node.least_parts,
                ));
            }
            return Ok(Settled::nothing());
        }
        let weight = Ratio::from(node.weight) * factor.clone();
        let whole = Whole { weight, full_marks: node.full_marks };
        let (raw, linked) = rule::points(rule, &whole, Inputs(&explained.inputs), &parts)?;
        if linked {
            explained.flags.insert(Flag::Linked);
        }
        settle(raw, factor, bounds(node), explained.rounding)
    }

    /// What an inner node's parts are told.
    fn below(&self, node: &Node, factor: &Ratio, symbols: Inputs<'_>) -> Result<Below, Arithmetic> {
        let rule = node.rule.name();
        let children = node.children().iter();
        let weights = children.map(|child| {
            let weight = rule::weight_beside(rule, symbols, &child.node_id, child.weight);
            (weight, !left_out(self.track, child, self.sheet))
        });
        let weights: Vec<(Decimal, bool)> = weights.collect();
        let counted = weights.iter().filter(|(_, counts)| *counts).count();
        let spread = weights.iter().any(|(weight, counts)| !counts && !weight.is_zero());
        let spread = spread && matches!(node.rule, Rule::Sum(_) | Rule::LinkedSum(_));
        let own_scale = node.full_marks.is_some();
        let factor = rule::factor_below(rule, own_scale, factor, weights.into_iter())?;
        Ok(Below { factor, spread, counted })
    }

    fn leaf(
        &mut self,
        node: &Node,
        leaf: &Leaf,
        factor: &Ratio,
        explained: &mut Explained,
    ) -> Result<Settled, Arithmetic> {
        let behind = Behind::of(leaf, self.sheet);
        match standing(self.track, leaf, self.sheet) {
            Standing::Missing => {
                explained.flags.insert(Flag::Missing);
                if leaf.missing == MissingPolicy::Block && self.stage == Stage::Final {
                    let subject = &self.sheet.subject;
                    let lacking = behind.lacking(leaf);
                    self.troubles.push(Trouble::missing_value(subject, &node.node_id, lacking));
                }
                Ok(Settled::nothing())
            }
            Standing::NotApplicable => {
                explained.flags.insert(Flag::NotApplicable);
                behind.note(explained);
                explained.reason = behind.reason();
                Ok(Settled::nothing())
            }
            Standing::Value => {
                behind.note(explained);
                self.value(node, leaf, factor, explained)
            }
        }
    }

    fn value(
        &mut self,
        node: &Node,
        leaf: &Leaf,
        factor: &Ratio,
        explained: &mut Explained,
    ) -> Result<Settled, Arithmetic> {
        if !self.has_targets(node, leaf, explained) {
            return Ok(Settled::nothing());
        }
        let value = match &leaf.figure {
            Figure::Value => match self.sheet.fact(&leaf.indicator) {
                Fact::Value { value, .. } => *value,
                // Ballots and milestones have no value of their own.
                Fact::Missing | Fact::NotApplicable { .. } => Decimal::ZERO,
            },
            figure => {
                let (value, inputs) = self.columns.draw(leaf, self.sheet)?;
                explained.drawn = Some(Drawn { figure: figure.clone(), inputs });
                value
            }
        };
        let empty = Column::default();
        let cell = self.sheet.cells.get(leaf.indicator.as_str());
        let case = Case {
            weight: node.weight,
            direction: leaf.direction,
            value,
            target: cell.and_then(|cell| cell.target),
            cohort: self.columns.of_leaf(node, leaf).unwrap_or(&empty),
            cell,
            tally: self.sheet.tallies.get(&leaf.indicator),
            milestones: self.sheet.milestones.get(&leaf.indicator),
            sheet: self.sheet,
        };
        let inputs = leaf.method.inputs(&case);
        let outcome = method::points(leaf.method.name(), Inputs(&inputs))?;
        explained.inputs.splice(0..0, inputs);
        explained.flags.extend(outcome.flag);
        let raw = (outcome.points * factor.clone()).cut()?;
        settle(raw, factor, bounds(node), explained.rounding)
    }

    /// Whether every target that the leaf needs is there and above 0; if not, what follows.
    fn has_targets(&mut self, node: &Node, leaf: &Leaf, explained: &mut Explained) -> bool {
        let mut sound = true;
        for indicator in leaf.targets() {
            let target = self.sheet.cells.get(indicator.as_str()).and_then(|cell| cell.target);
            let trouble = match target {
                Some(target) if target > Decimal::ZERO => continue,
                Some(_) => Trouble::target_not_positive,
                None => Trouble::target_missing,
            };
            sound = false;
            match self.stage {
                Stage::Final => {
                    self.troubles.push(trouble(&self.sheet.subject, &node.node_id, &indicator));
                }
                Stage::Provisional => {
                    explained.flags.insert(Flag::TargetMissing);
                }
            }
        }
        sound
    }
}

/// What an inner node's parts are told.
struct Below {
    factor: Ratio,
    spread: bool,
    counted: usize,
}

fn blank(node: &Node, track: &Track) -> Explained {
    let formula = match &node.rule {
        Rule::Leaf(leaf) => leaf.method.formula(),
        inner => rule::formula(inner.name(), node.full_marks.is_some()),
    };
    let mut inputs = Vec::new();
    if let Some(least) = node.min_points {
        inputs.push(Input::new("min", "least points", least));
    }
    if let Some(most) = node.max_points {
        inputs.push(Input::new("max", "most points", most));
    }
    Explained {
        node_id: node.node_id.clone(),
        display_name: node.display_name.clone(),
        method: node.rule.name(),
        formula,
        indicator: node.leaf().map(|it| it.indicator.clone()).filter(|it| !it.is_empty()),
        drawn: None,
        inputs,
        weight: node.weight,
        effective_weight: Decimal::ZERO,
        raw_points: None,
        points: None,
        rounding: track.rounding(node),
        flags: BTreeSet::new(),
        reason: String::new(),
        observations: Vec::new(),
        lines: Vec::new(),
        children: Vec::new(),
    }
}

fn bounds(node: &Node) -> Bounds {
    Bounds { least: node.min_points, most: node.max_points }
}

/// The symbols that an inner rule needs beside its parts.
fn inputs(rule: &Rule, sheet: &Sheet, flags: &mut BTreeSet<Flag>) -> Vec<Input> {
    match rule {
        Rule::LinkedSum(linked) => linked.inputs(),
        Rule::Graded(graded) => {
            let (inputs, unmarked) = graded.inputs(sheet);
            if unmarked {
                flags.insert(Flag::Unmarked);
            }
            inputs
        }
        _ => Vec::new(),
    }
}

/// The totals that an inner node's formula names, for the reader; recomputing makes them anew.
fn totals(rule: &str, node: &Node, parts: &[rule::Part<'_>]) -> Result<Vec<Input>, Arithmetic> {
    let points: Ratio = parts.iter().map(|part| Ratio::from(part.points)).sum();
    let weights: Ratio = parts.iter().map(|part| Ratio::from(part.weight)).sum();
    let adds = matches!(rule, rule::sum::NAME | rule::linked_sum::NAME);
    let mut inputs = Vec::new();
    if !adds || node.full_marks.is_some() {
        inputs.push(Input::new("w", "points at stake", node.weight));
    }
    if adds || rule == rule::weighted_mean::NAME {
        inputs.push(Input::new("Σp", "sum of the parts' points", points.cut()?));
    }
    if matches!(rule, rule::weighted_mean::NAME | rule::geometric_mean::NAME) {
        inputs.push(Input::new("Σw", "sum of the parts' weights", weights.cut()?));
    }
    if let Some(full_marks) = node.full_marks {
        inputs.push(Input::new("full", "full marks of the parts", full_marks));
    }
    Ok(inputs)
}
