//! How far along its plan a subject is (时序进度).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::fact::{Fact, Sheet};
use crate::figure::Figure;
use crate::method::Takes;
use crate::node::{Direction, Leaf, Node};
use crate::rounding::{Rounding, RoundingMode};
use crate::track::Track;
use crate::trouble::Trouble;

/// The pace of one leaf. Colours and warnings follow from the number as it stands here, so
/// that what is printed and what is decided agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The leaf.
    pub node_id: String,
    /// Its indicator.
    pub indicator: String,
    /// Per cent of what was due, half up to 2 places: 100·A/due, or 100·(2 − A/due) where
    /// lower values are better; at least 0, not capped.
    pub pace: Decimal,
    /// Actual value.
    pub actual: Decimal,
    /// Value due by now: what the subject's own plan says, else the target times the share of the
    /// period elapsed; half up to 6 places.
    pub due: Decimal,
}

/// The paces of a subject's leaves that have a value, a target above 0 and time elapsed.
pub(crate) fn of_subject(track: &Track, sheet: &Sheet, troubles: &mut Vec<Trouble>) -> Vec<Pace> {
    let mut paces = Vec::new();
    for (node, leaf) in track.leaves() {
        match of_leaf(node, leaf, sheet) {
            Ok(pace) => paces.extend(pace),
            Err(cause) => troubles.push(Trouble::arithmetic(&sheet.subject, &node.node_id, cause)),
        }
    }
    paces
}

/// Σ stake·min(pace, 100) ÷ Σ stake, half up to 2 places: being ahead in one indicator does
/// not hide that another lags.
pub(crate) fn mean(
    paces: &[Pace],
    stakes: &BTreeMap<&str, Ratio>,
) -> Result<Option<Decimal>, Arithmetic> {
    if paces.is_empty() {
        return Ok(None);
    }
    let (mut sum, mut total) = (Ratio::ZERO, Ratio::ZERO);
    for pace in paces {
        let stake = stakes.get(pace.node_id.as_str()).cloned().unwrap_or(Ratio::ZERO);
        sum = sum + stake.clone() * Ratio::from(pace.pace.min(Decimal::ONE_HUNDRED));
        total = total + stake;
    }
    let mean = sum.over(total)?.cut()?;
    Ok(Some(half_up(mean, 2)))
}

/// The share of the total that each leaf stands for, by node id.
pub(crate) fn stakes(track: &Track) -> BTreeMap<&str, Ratio> {
    let mut stakes = BTreeMap::new();
    share_out(track.root(), Ratio::ONE, &mut stakes);
    stakes
}

fn share_out<'a>(node: &'a Node, stake: Ratio, stakes: &mut BTreeMap<&'a str, Ratio>) {
    if node.leaf().is_some() {
        stakes.insert(&node.node_id, stake);
        return;
    }
    let all: Ratio = node.children().iter().map(|child| Ratio::from(child.weight)).sum();
    for child in node.children() {
        // Weights were checked to be above 0.
        let part = Ratio::from(child.weight).over(all.clone()).unwrap_or(Ratio::ZERO);
        share_out(child, stake.clone() * part, stakes);
    }
}

fn of_leaf(node: &Node, leaf: &Leaf, sheet: &Sheet) -> Result<Option<Pace>, Arithmetic> {
    if leaf.figure != Figure::Value || leaf.method.takes() != Takes::Value {
        return Ok(None);
    }
    let Some(cell) = sheet.cells.get(leaf.indicator.as_str()) else { return Ok(None) };
    let (Fact::Value { value, .. }, Some(target)) = (&cell.fact, cell.target) else {
        return Ok(None);
    };
    let due = cell.planned().map_or_else(|| cell.elapsed.of(target), Ratio::from);
    if due.is_zero() || due.is_negative() {
        return Ok(None);
    }
    let reached = Ratio::from(*value).over(due.clone())?;
    let pace = match leaf.direction {
        Direction::HigherIsBetter => reached,
        Direction::LowerIsBetter => Ratio::whole(2) - reached,
    };
    Ok(Some(Pace {
        node_id: node.node_id.clone(),
        indicator: leaf.indicator.clone(),
        pace: half_up((pace * Ratio::HUNDRED).max(Ratio::ZERO).cut()?, 2),
        actual: *value,
        due: half_up(due.cut()?, 6),
    }))
}

fn half_up(value: Decimal, places: u32) -> Decimal {
    let rounding = Rounding::new(RoundingMode::HalfUp, places);
    rounding.unwrap_or(Rounding::NONE).apply(value)
}
