//! The rules that make the points of a node from those of its parts, or from what other runs
//! and the ledger say: one file each.

pub(crate) mod adjustments;
pub(crate) mod award_points;
pub(crate) mod geometric_mean;
pub(crate) mod graded;
pub(crate) mod linked_sum;
pub(crate) mod maximum;
pub(crate) mod minimum;
pub(crate) mod product;
pub(crate) mod reference;
pub(crate) mod sum;
pub(crate) mod weighted_mean;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::{Explained, Line};
use crate::input::Inputs;
use crate::rounding::Rounding;

pub use adjustments::{Adjustments, Aspect, Item, Side, Worth};
pub use award_points::{AwardPoints, AwardWorth};
pub use graded::{Graded, GradedAspect};
pub use linked_sum::{Link, LinkEffect, LinkedSum};
pub use reference::{Asked, AskedPeriods, AskedSubject, Combine, PartLength, Reference};

/// A part that counts: one that was not left out.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) id: &'a str,
    pub(crate) points: Decimal,
    pub(crate) weight: Decimal,
    /// The weight, grown by what was left out beside the part.
    pub(crate) worth: Ratio,
    pub(crate) rounding: Rounding,
}

/// What the parts' points are combined with.
pub(crate) struct Whole {
    /// Points at stake, what is left out spread.
    pub(crate) weight: Ratio,
    /// What the parts' weights add up to, for a sum on a scale of its own.
    pub(crate) full_marks: Option<Decimal>,
}

/// The formula of the rule of that name.
pub(crate) fn formula(rule: &str, own_scale: bool) -> &'static str {
    match rule {
        sum::NAME if own_scale => sum::FORMULA_SCALED,
        sum::NAME => sum::FORMULA,
        weighted_mean::NAME => weighted_mean::FORMULA,
        minimum::NAME => minimum::FORMULA,
        maximum::NAME => maximum::FORMULA,
        product::NAME => product::FORMULA,
        linked_sum::NAME => linked_sum::FORMULA,
        graded::NAME => graded::FORMULA,
        reference::NAME => reference::FORMULA,
        adjustments::NAME => adjustments::FORMULA,
        award_points::NAME => award_points::FORMULA,
        _ => geometric_mean::FORMULA,
    }
}

/// Evaluates the rule of that name over its parts; and whether parts acted on one another.
pub(crate) fn points(
    rule: &str,
    whole: &Whole,
    inputs: Inputs<'_>,
    parts: &[Part<'_>],
) -> Result<(Decimal, bool), Arithmetic> {
    let points = match rule {
        linked_sum::NAME => return linked_sum::points(inputs, parts),
        sum::NAME => sum::points(whole, parts),
        weighted_mean::NAME => weighted_mean::points(whole, parts),
        geometric_mean::NAME => geometric_mean::points(whole, parts),
        minimum::NAME => minimum::points(whole, parts),
        maximum::NAME => maximum::points(whole, parts),
        product::NAME => product::points(whole, parts),
        graded::NAME => graded::points(whole, inputs, parts),
        _ => Err(Arithmetic::Absent("a known rule")),
    };
    Ok((points?, false))
}

/// Whether the rule of that name makes points of lines: results, entries, awards.
pub(crate) fn has_lines(rule: &str) -> bool {
    matches!(rule, reference::NAME | adjustments::NAME | award_points::NAME)
}

/// Evaluates such a rule, in the scheme's own terms; and whether a cap took effect.
pub(crate) fn of_lines(
    rule: &str,
    inputs: Inputs<'_>,
    lines: &[Line],
) -> Result<(Ratio, bool), Arithmetic> {
    match rule {
        reference::NAME => Ok((reference::points(inputs, lines)?, false)),
        adjustments::NAME => adjustments::points(inputs, lines),
        _ => Ok((award_points::points(lines), false)),
    }
}

/// By how much the terms of a node are multiplied whose points come of lines: what comes on top
/// of its siblings takes on nothing of theirs.
pub(crate) fn own_factor(weight: Decimal, factor: &Ratio) -> Ratio {
    if weight.is_zero() { Ratio::ONE } else { factor.clone() }
}

/// The weight that a part shares with its siblings: none where it only acts on them.
pub(crate) fn weight_beside(
    rule: &str,
    inputs: Inputs<'_>,
    node_id: &str,
    weight: Decimal,
) -> Decimal {
    let silent = rule == linked_sum::NAME && inputs.has(&format!("s({node_id})"));
    if silent { Decimal::ZERO } else { weight }
}

/// By how much the parts' own terms are multiplied: in a sum, the weight of the parts left
/// out is spread over the others in proportion, and a sum without a scale of its own hands
/// its own factor down. Below a mean weights are relative, and leaving out is enough. A part
/// without a share in the weight is given as 0.
pub(crate) fn factor_below(
    rule: &str,
    own_scale: bool,
    factor: &Ratio,
    weights: impl Iterator<Item = (Decimal, bool)>,
) -> Result<Ratio, Arithmetic> {
    if rule != sum::NAME && rule != linked_sum::NAME {
        return Ok(Ratio::ONE);
    }
    let (mut all, mut present) = (Ratio::ZERO, Ratio::ZERO);
    for (weight, counts) in weights {
        all = all + weight.into();
        if counts {
            present = present + weight.into();
        }
    }
    if present.is_zero() || all == present {
        return Ok(if own_scale { Ratio::ONE } else { factor.clone() });
    }
    let spread = all.over(present)?;
    Ok(if own_scale { spread } else { spread * factor.clone() })
}

/// The parts of an explained node that count, their own terms grown by `below`.
pub(crate) fn parts<'a>(children: &'a [Explained], below: &Ratio) -> Vec<Part<'a>> {
    let counted = children.iter().filter_map(|child| Some((child, child.points?)));
    counted.map(|(child, points)| part(child, points, below)).collect()
}

/// One part, with points that may have been computed anew.
pub(crate) fn part<'a>(child: &'a Explained, points: Decimal, below: &Ratio) -> Part<'a> {
    Part {
        id: &child.node_id,
        points,
        weight: child.weight,
        worth: Ratio::from(child.weight) * below.clone(),
        rounding: child.rounding,
    }
}

/// The share of its points that a part reached.
fn share(part: &Part<'_>) -> Result<Ratio, Arithmetic> {
    Ratio::from(part.points).over(part.worth.clone())
}
