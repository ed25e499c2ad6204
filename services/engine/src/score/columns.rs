//! What subjects are compared by: the values of each indicator over the cohort, and the figures
//! that rest on other nodes' points or on the cohort itself.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Stage;
use super::tree::Walk;
use crate::exact::{Arithmetic, Ratio};
use crate::expression::{self, Name, OfCohort, Quantity, Standing};
use crate::fact::{Cohort, Column, Fact, Sheet};
use crate::figure::{Figure, GrowthBy};
use crate::input::{Input, Inputs};
use crate::method::Takes;
use crate::node::{Leaf, MissingPolicy, Node, Rule};
use crate::track::Track;

/// The columns of a track over its cohort.
pub(crate) struct Columns<'a> {
    track: &'a Track,
    /// Values by indicator.
    plain: BTreeMap<&'a str, Column>,
    /// Figures by node.
    drawn: BTreeMap<&'a str, Column>,
    /// Points of nodes that are named elsewhere, by node and subject.
    points: BTreeMap<&'a str, BTreeMap<String, Option<Decimal>>>,
    /// The inner parts of functions of the cohort, by their text.
    parts: BTreeMap<String, Part>,
}

/// The value of part of a formula for everybody who has one.
struct Part {
    of: BTreeMap<String, Decimal>,
    column: Column,
}

impl<'a> Columns<'a> {
    /// Gathers the values that subjects are compared by.
    pub(crate) fn of(track: &'a Track, cohort: &Cohort) -> Columns<'a> {
        let mut columns = Columns {
            track,
            plain: BTreeMap::new(),
            drawn: BTreeMap::new(),
            points: BTreeMap::new(),
            parts: BTreeMap::new(),
        };
        let leaves = track.all_leaves();
        for (_, leaf) in &leaves {
            let indicator = leaf.indicator.as_str();
            if leaf.figure == Figure::Value
                && leaf.method.uses_cohort()
                && !columns.plain.contains_key(indicator)
            {
                columns.plain.insert(indicator, Column::of(cohort, indicator));
            }
        }
        let mut ready = BTreeSet::new();
        for (node, leaf) in leaves {
            columns.make_ready(node, leaf, cohort, &mut ready);
        }
        columns
    }

    /// The values that a leaf is compared with; none where its method compares with nobody.
    pub(crate) fn of_leaf(&self, node: &Node, leaf: &Leaf) -> Option<&Column> {
        match leaf.figure {
            Figure::Value => self.plain.get(leaf.indicator.as_str()),
            _ => self.drawn.get(node.node_id.as_str()),
        }
    }

    /// A leaf's figure for a subject, with every number of its formula.
    pub(crate) fn draw(
        &self,
        leaf: &Leaf,
        sheet: &Sheet,
    ) -> Result<(Decimal, Vec<Input>), Arithmetic> {
        let of = |name: &Name| self.known(name, sheet);
        let mut inputs = leaf.figure.inputs(&leaf.indicator, leaf.direction, &of);
        if let Figure::Expression(expression) = &leaf.figure {
            for part in expression.cohort_parts() {
                let number = self.of_cohort(part, &sheet.subject)?;
                inputs.push(Input::maybe(part.to_string(), "of the cohort", number));
            }
        }
        let value = leaf.figure.value(Inputs(&inputs))?;
        Ok((value, inputs))
    }

    fn known(&self, name: &Name, sheet: &Sheet) -> Option<Decimal> {
        match name {
            Name::Points(node) => *self.points.get(node.as_str())?.get(sheet.subject.as_str())?,
            Name::Value(indicator) => match sheet.fact(indicator) {
                Fact::Value { value, .. } => Some(*value),
                Fact::Missing | Fact::NotApplicable { .. } => None,
            },
            Name::Target(indicator) => sheet.cells.get(indicator.as_str())?.target,
            Name::LastYear(indicator) => sheet.cells.get(indicator.as_str())?.last_year,
        }
    }

    fn of_cohort(&self, part: &Quantity, subject: &str) -> Result<Option<Decimal>, Arithmetic> {
        let Quantity::OfCohort(function, inner) = part else { return Ok(None) };
        let Some(part) = self.parts.get(&inner.to_string()) else { return Ok(None) };
        let size = Decimal::from(part.column.size());
        let or_zero = |number: Option<Decimal>| Ok(Some(number.unwrap_or(Decimal::ZERO)));
        match function {
            OfCohort::Count => Ok(Some(size)),
            OfCohort::Sum => part.column.sum().map(Some).ok_or(Arithmetic::Overflow),
            OfCohort::Mean if size.is_zero() => Ok(Some(size)),
            OfCohort::Mean => {
                let sum = part.column.sum().ok_or(Arithmetic::Overflow)?;
                Ratio::from(sum).over(size.into())?.cut().map(Some)
            }
            OfCohort::Min => or_zero(part.column.least()),
            OfCohort::Max => or_zero(part.column.greatest()),
            OfCohort::Rank => Ok(part.of.get(subject).map(|own| {
                let (_, greater) = part.column.around(*own);
                Decimal::from(greater + 1)
            })),
        }
    }

    /// Computes whatever the leaf's figure rests on, each thing once. A check has refused
    /// figures that rest on themselves.
    fn make_ready(
        &mut self,
        node: &'a Node,
        leaf: &'a Leaf,
        cohort: &Cohort,
        ready: &mut BTreeSet<&'a str>,
    ) {
        if leaf.figure == Figure::Value || !ready.insert(&node.node_id) {
            return;
        }
        match &leaf.figure {
            Figure::Points(named) => self.ready_points(named, cohort, ready),
            Figure::Expression(expression) => {
                for name in expression.names() {
                    if let Name::Points(named) = name {
                        self.ready_points(&named, cohort, ready);
                    }
                }
                for part in expression.cohort_parts() {
                    self.ready_part(part, cohort);
                }
            }
            _ => {}
        }
        if leaf.method.uses_cohort() {
            let sheets = cohort.sheets().iter();
            let with_value =
                sheets.filter(|sheet| standing(self.track, leaf, sheet) == Standing::Value);
            // A subject whose figure cannot be had is refused when it is scored itself.
            let values = with_value.filter_map(|sheet| Some(self.draw(leaf, sheet).ok()?.0));
            let column = Column::from_values(values.collect());
            self.drawn.insert(&node.node_id, column);
        }
    }

    fn ready_points(&mut self, named: &str, cohort: &Cohort, ready: &mut BTreeSet<&'a str>) {
        let Some(node) = self.track.node(named) else { return };
        if self.points.contains_key(node.node_id.as_str()) {
            return;
        }
        for below in node.walk() {
            if let Some(leaf) = below.leaf() {
                self.make_ready(below, leaf, cohort, ready);
            }
        }
        let mut points = BTreeMap::new();
        for sheet in cohort.sheets() {
            // Troubles come up again when the node itself is scored.
            let mut troubles = Vec::new();
            let mut walk = Walk::new(self.track, sheet, self, Stage::Provisional, &mut troubles);
            points.insert(sheet.subject.clone(), walk.points_at(node));
        }
        self.points.insert(&node.node_id, points);
    }

    fn ready_part(&mut self, part: &Quantity, cohort: &Cohort) {
        let Quantity::OfCohort(_, inner) = part else { return };
        let text = inner.to_string();
        if self.parts.contains_key(&text) {
            return;
        }
        let mut of = BTreeMap::new();
        for sheet in cohort.sheets() {
            if let Some(value) = self.evaluate(inner, sheet) {
                of.insert(sheet.subject.clone(), value);
            }
        }
        let column = Column::from_values(of.values().copied().collect());
        self.parts.insert(text, Part { of, column });
    }

    /// Part of a formula by itself.
    fn evaluate(&self, part: &Quantity, sheet: &Sheet) -> Option<Decimal> {
        let of = |name: &Name| presence(self.track, name, sheet);
        if part.standing(&of) != Standing::Value {
            return None;
        }
        let whole = expression::Expression::new(String::new(), part.clone());
        let names = whole.names();
        let known = names.iter().map(|name| expression::named(name, self.known(name, sheet)));
        let mut inputs: Vec<Input> = known.collect();
        for inner in whole.cohort_parts() {
            let number = self.of_cohort(inner, &sheet.subject).ok()?;
            inputs.push(Input::maybe(inner.to_string(), "of the cohort", number));
        }
        whole.value(Inputs(&inputs)).ok()?.cut().ok()
    }
}

/// Whether a leaf has something to score. It follows from what is there, never from how much.
pub(crate) fn standing(track: &Track, leaf: &Leaf, sheet: &Sheet) -> Standing {
    let value = |indicator: &str| presence(track, &Name::Value(indicator.to_owned()), sheet);
    match leaf.method.takes() {
        Takes::Value => {
            let figure = match &leaf.figure {
                // The usual leaf, without a detour.
                Figure::Value => fact_standing(sheet.fact(&leaf.indicator)),
                Figure::Growth(GrowthBy::Rate) if lacks_base(leaf, sheet) => {
                    fact_standing(sheet.fact(&leaf.indicator)).and(Standing::Missing)
                }
                figure => {
                    figure.standing(&leaf.indicator, &|name: &Name| presence(track, name, sheet))
                }
            };
            let needed = leaf.method.needs().into_iter();
            needed.fold(figure, |so_far, indicator| so_far.and(value(indicator)))
        }
        Takes::Tally => match sheet.tallies.get(&leaf.indicator) {
            _ if value(&leaf.indicator) == Standing::NotApplicable => Standing::NotApplicable,
            Some(tally) if leaf.method.rates(tally) => Standing::Value,
            Some(_) | None => Standing::Missing,
        },
        Takes::Milestones => match sheet.milestones.get(&leaf.indicator) {
            _ if value(&leaf.indicator) == Standing::NotApplicable => Standing::NotApplicable,
            Some(all) if leaf.method.counts(all) => Standing::Value,
            Some(all) if !all.list.is_empty() => Standing::NotApplicable,
            Some(_) | None => Standing::Missing,
        },
    }
}

/// A rate of growth needs a value above 0 to grow from.
fn lacks_base(leaf: &Leaf, sheet: &Sheet) -> bool {
    let last_year = sheet.cells.get(leaf.indicator.as_str()).and_then(|cell| cell.last_year);
    last_year.is_none_or(|last_year| last_year <= Decimal::ZERO)
}

fn fact_standing(fact: &Fact) -> Standing {
    match fact {
        Fact::Value { .. } => Standing::Value,
        Fact::Missing => Standing::Missing,
        Fact::NotApplicable { .. } => Standing::NotApplicable,
    }
}

fn presence(track: &Track, name: &Name, sheet: &Sheet) -> Standing {
    match name {
        Name::Value(indicator) => fact_standing(sheet.fact(indicator)),
        // A target that is not there is a trouble of its own.
        Name::Target(_) => Standing::Value,
        Name::LastYear(indicator) => match sheet.cells.get(indicator.as_str()) {
            Some(cell) if cell.last_year.is_some() => Standing::Value,
            _ => Standing::Missing,
        },
        Name::Points(named) => match track.node(named) {
            Some(node) if !left_out(track, node, sheet) => Standing::Value,
            _ => Standing::NotApplicable,
        },
    }
}

/// Whether a node has no points: a leaf that does not apply or may be left out and has no
/// value, a reference that may be left out and has no result, an inner node all of whose parts
/// are out, or too many of them.
pub(crate) fn left_out(track: &Track, node: &Node, sheet: &Sheet) -> bool {
    match &node.rule {
        Rule::Leaf(leaf) => match standing(track, leaf, sheet) {
            Standing::NotApplicable => true,
            Standing::Missing => leaf.missing == MissingPolicy::LeaveOut,
            Standing::Value => false,
        },
        Rule::Reference(reference) => reference.left_out(&node.node_id, sheet),
        Rule::Adjustments(_) | Rule::AwardPoints(_) => false,
        _ => match counted(track, node, sheet) {
            0 => true,
            _ => node.too_few == MissingPolicy::LeaveOut && too_few(track, node, sheet),
        },
    }
}

/// How many of the parts that share the node's weight have points.
fn counted(track: &Track, node: &Node, sheet: &Sheet) -> usize {
    let silent = |child: &Node| match &node.rule {
        Rule::LinkedSum(linked) => linked.is_silent(&child.node_id),
        _ => false,
    };
    let sharing = node.children().iter().filter(|it| !it.weight.is_zero() && !silent(it));
    sharing.filter(|child| !left_out(track, child, sheet)).count()
}

pub(crate) fn too_few(track: &Track, node: &Node, sheet: &Sheet) -> bool {
    node.least_parts > 1
        && counted(track, node, sheet) < usize::try_from(node.least_parts).unwrap_or(usize::MAX)
}
