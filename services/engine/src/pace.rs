//! How far along its plan a subject is (时序进度).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::direction::Direction;
use crate::exact::{Arithmetic, Natural, Ratio};
use crate::fact::{Fact, Sheet};
use crate::figure::Figure;
use crate::method::Takes;
use crate::node::{Leaf, Node};
use crate::track::Track;
use crate::trouble::Trouble;

/// Places of a pace, and of what is due.
const PLACES: u32 = 2;
const DUE_PLACES: u32 = 6;

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
pub(crate) fn mean(paces: &[Pace], stakes: &Stakes<'_>) -> Result<Option<Decimal>, Arithmetic> {
    if paces.is_empty() {
        return Ok(None);
    }
    let (mut sum, mut total) = (Natural::ZERO, Natural::ZERO);
    for pace in paces {
        let Some(stake) = stakes.0.get(pace.node_id.as_str()) else { continue };
        let pace = pace.pace.min(Decimal::ONE_HUNDRED);
        // A pace is at least 0, and has so many places.
        let units = pace.mantissa().unsigned_abs() * 10_u128.pow(PLACES - pace.scale());
        sum = &sum + &(stake * &Natural::from(units));
        total = &total + stake;
    }
    if total.is_zero() {
        return Err(Arithmetic::DivisionByZero);
    }
    let mean = Ratio::of(false, sum, &total * &Natural::power_of_ten(PLACES));
    Ok(Some(mean.half_up(PLACES)?))
}

/// The share of the total that each leaf stands for, by node id, in parts of one size.
pub(crate) struct Stakes<'a>(BTreeMap<&'a str, Natural>);

impl<'a> Stakes<'a> {
    pub(crate) fn of(track: &'a Track) -> Stakes<'a> {
        let mut stakes = BTreeMap::new();
        share_out(track.root(), Ratio::ONE, &mut stakes);
        let mut whole = Natural::ONE;
        for stake in stakes.values() {
            let (_, under) = stake.terms();
            whole = &whole * &under.per(&whole.common_divisor(under));
        }
        let parts = stakes.into_iter().map(|(node_id, stake)| {
            let (over, under) = stake.terms();
            (node_id, over * &whole.per(under))
        });
        Stakes(parts.collect())
    }
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
        pace: (pace * Ratio::HUNDRED).max(Ratio::ZERO).half_up(PLACES)?,
        actual: *value,
        due: due.half_up(DUE_PLACES)?,
    }))
}
