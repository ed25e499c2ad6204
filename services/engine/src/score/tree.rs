//! One subject's score tree.

mod lines;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::{Bounds, Explained, Flag, Input, Inputs, Settled, settle};
use crate::fact::{Cohort, Column, Fact, Sheet};
use crate::method::{self, Case};
use crate::node::{Leaf, MissingPolicy, Node, Rule};
use crate::rule::{self, Whole};
use crate::score::Stage;
use crate::track::Track;
use crate::trouble::Trouble;

/// The values of every indicator of a track, over its cohort.
pub(crate) type Columns<'a> = BTreeMap<&'a str, Column>;

/// Gathers the values that subjects are compared by.
pub(crate) fn columns<'a>(track: &'a Track, cohort: &Cohort) -> Columns<'a> {
    let leaves = track.leaves().into_iter();
    leaves.map(|(_, leaf)| (leaf.indicator.as_str(), Column::of(cohort, &leaf.indicator))).collect()
}

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
    let mut walk = Walk { track, sheet, columns, stage, troubles };
    walk.node(node, factor, spread)
}

struct Walk<'a> {
    track: &'a Track,
    sheet: &'a Sheet,
    columns: &'a Columns<'a>,
    stage: Stage,
    troubles: &'a mut Vec<Trouble>,
}

impl Walk<'_> {
    /// `factor` is how much the node's own terms grow by what was left out beside and above.
    fn node(&mut self, node: &Node, factor: &Ratio, spread: bool) -> Explained {
        let mut explained = blank(node, self.track);
        if spread {
            explained.flags.insert(Flag::Spread);
        }
        let out = left_out(node, self.sheet);
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
        let weights: Vec<(Decimal, bool)> = node
            .children()
            .iter()
            .map(|child| {
                let symbols = Inputs(&explained.inputs);
                let weight = rule::weight_beside(rule, symbols, &child.node_id, child.weight);
                (weight, !left_out(child, self.sheet))
            })
            .collect();
        let counted = weights.iter().filter(|(_, counts)| *counts).count();
        let spread = weights.iter().any(|(weight, counts)| !counts && !weight.is_zero());
        let spread = spread && matches!(node.rule, Rule::Sum(_) | Rule::LinkedSum(_));
        let below =
            rule::factor_below(rule, node.full_marks.is_some(), factor, weights.into_iter())?;
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
        if too_few(node, self.sheet) {
            explained.flags.insert(Flag::TooFew);
            if node.too_few == MissingPolicy::Block && self.stage == Stage::Final {
                self.troubles.push(Trouble::too_few(&self.sheet.subject, node));
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

    fn leaf(
        &mut self,
        node: &Node,
        leaf: &Leaf,
        factor: &Ratio,
        explained: &mut Explained,
    ) -> Result<Settled, Arithmetic> {
        match self.sheet.fact(&leaf.indicator) {
            Fact::Missing => {
                explained.flags.insert(Flag::Missing);
                if leaf.missing == MissingPolicy::Block && self.stage == Stage::Final {
                    let subject = &self.sheet.subject;
                    self.troubles.push(Trouble::missing_value(
                        subject,
                        &node.node_id,
                        &leaf.indicator,
                    ));
                }
                Ok(Settled::nothing())
            }
            Fact::NotApplicable { reason, verified, sources } => {
                explained.flags.insert(Flag::NotApplicable);
                if !verified {
                    explained.flags.insert(Flag::Unverified);
                }
                explained.reason.clone_from(reason);
                explained.observations.clone_from(sources);
                Ok(Settled::nothing())
            }
            Fact::Value { value, verified, partial, sources } => {
                if !verified {
                    explained.flags.insert(Flag::Unverified);
                }
                if *partial {
                    explained.flags.insert(Flag::Partial);
                }
                explained.observations.clone_from(sources);
                self.value(node, leaf, *value, factor, explained)
            }
        }
    }

    fn value(
        &mut self,
        node: &Node,
        leaf: &Leaf,
        value: Decimal,
        factor: &Ratio,
        explained: &mut Explained,
    ) -> Result<Settled, Arithmetic> {
        let target = self.sheet.cells.get(&leaf.indicator).and_then(|cell| cell.target);
        if leaf.method.needs_target() && target.is_none_or(|target| target <= Decimal::ZERO) {
            let trouble = match target {
                None => Trouble::target_missing,
                Some(_) => Trouble::target_not_positive,
            };
            match self.stage {
                Stage::Final => {
                    self.troubles.push(trouble(&self.sheet.subject, &node.node_id, &leaf.indicator))
                }
                Stage::Provisional => {
                    explained.flags.insert(Flag::TargetMissing);
                }
            }
            return Ok(Settled::nothing());
        }
        let empty = Column::default();
        let case = Case {
            weight: node.weight,
            direction: leaf.direction,
            value,
            target,
            cohort: self.columns.get(leaf.indicator.as_str()).unwrap_or(&empty),
        };
        let inputs = leaf.method.inputs(&case);
        let outcome = method::points(leaf.method.name(), Inputs(&inputs))?;
        explained.inputs.splice(0..0, inputs);
        explained.flags.extend(outcome.flag);
        let raw = (outcome.points * factor.clone()).cut()?;
        settle(raw, factor, bounds(node), explained.rounding)
    }
}

/// Whether a node has no points: a leaf that does not apply or may be left out and has no
/// value, a reference that may be left out and has no result, an inner node all of whose parts
/// are out, or too many of them.
pub(crate) fn left_out(node: &Node, sheet: &Sheet) -> bool {
    match &node.rule {
        Rule::Leaf(leaf) => match sheet.fact(&leaf.indicator) {
            Fact::NotApplicable { .. } => true,
            Fact::Missing => leaf.missing == MissingPolicy::LeaveOut,
            Fact::Value { .. } => false,
        },
        Rule::Reference(reference) => reference.left_out(&node.node_id, sheet),
        Rule::Adjustments(_) | Rule::AwardPoints(_) => false,
        _ => match counted(node, sheet) {
            0 => true,
            _ => node.too_few == MissingPolicy::LeaveOut && too_few(node, sheet),
        },
    }
}

/// How many of the parts that share the node's weight have points.
fn counted(node: &Node, sheet: &Sheet) -> usize {
    let silent = |child: &Node| match &node.rule {
        Rule::LinkedSum(linked) => linked.is_silent(&child.node_id),
        _ => false,
    };
    let sharing = node.children().iter().filter(|it| !it.weight.is_zero() && !silent(it));
    sharing.filter(|child| !left_out(child, sheet)).count()
}

fn too_few(node: &Node, sheet: &Sheet) -> bool {
    node.least_parts > 1
        && counted(node, sheet) < usize::try_from(node.least_parts).unwrap_or(usize::MAX)
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
        indicator: node.leaf().map(|leaf| leaf.indicator.clone()),
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
