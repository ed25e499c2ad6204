//! The rules that make the points of a node from those of its parts: one file each.

pub(crate) mod geometric_mean;
pub(crate) mod sum;
pub(crate) mod weighted_mean;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::explained::Explained;

/// A part that counts: one that was not left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) points: Decimal,
    pub(crate) weight: Decimal,
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
        _ => geometric_mean::FORMULA,
    }
}

/// Evaluates the rule of that name.
pub(crate) fn points(rule: &str, whole: &Whole, parts: &[Part]) -> Result<Decimal, Arithmetic> {
    match rule {
        sum::NAME => sum::points(whole, parts),
        weighted_mean::NAME => weighted_mean::points(whole, parts),
        geometric_mean::NAME => geometric_mean::points(whole, parts),
        _ => Err(Arithmetic::Absent("a known rule")),
    }
}

/// By how much the parts' own terms are multiplied: in a sum, the weight of the parts left
/// out is spread over the others in proportion, and a sum without a scale of its own hands
/// its own factor down. Below a mean weights are relative, and leaving out is enough.
pub(crate) fn factor_below(
    rule: &str,
    own_scale: bool,
    factor: &Ratio,
    weights: impl Iterator<Item = (Decimal, bool)>,
) -> Result<Ratio, Arithmetic> {
    if rule != sum::NAME {
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

/// The parts of an explained node that count.
pub(crate) fn parts(children: &[Explained]) -> Vec<Part> {
    let counted = children.iter().filter_map(|child| Some((child.points?, child.weight)));
    counted.map(|(points, weight)| Part { points, weight }).collect()
}
