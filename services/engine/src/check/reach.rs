//! The most points that anybody can have, so that what lies beyond them is refused.

use rust_decimal::Decimal;

use crate::exact::Ratio;
use crate::node::{Node, Rule};
use crate::rounding::{Rounding, RoundingMode};
use crate::rule::Graded;
use crate::track::Track;

/// Most total points; none where nothing bounds them. A bound, not always reached: whoever is
/// left out of weak parts is taken to be as good everywhere as the best part allows. Rounded up
/// to nine places, but for the dust of cut quotients far behind them.
pub(crate) fn most(track: &Track) -> Option<Decimal> {
    let root = track.root();
    let most = share(track, root, false)? * Ratio::from(root.weight);
    let dusted = Rounding::new(RoundingMode::HalfUp, 15)?.apply(most.cut().ok()?);
    Some(Rounding::new(RoundingMode::Up, 9)?.apply(dusted))
}

/// The most that the node's points can be of what it is worth, at least 0. `grows`: it may take
/// on weight of what is left out beside or above it.
fn share(track: &Track, node: &Node, grows: bool) -> Option<Ratio> {
    let weight = Ratio::from(node.weight);
    let own = match &node.rule {
        Rule::Leaf(leaf) => leaf.method.range(node.weight)[1].clone()?.over(weight.clone()).ok(),
        Rule::Sum(_) | Rule::LinkedSum(_) => sum(track, node, grows),
        Rule::Product(_) if never_negative(node) => product(track, node),
        Rule::GeometricMean(_) if !never_negative(node) => None,
        Rule::WeightedMean(parts)
        | Rule::GeometricMean(parts)
        | Rule::Minimum(parts)
        | Rule::Maximum(parts) => best(track, parts.iter(), false),
        Rule::Graded(graded) => Some(share(track, &graded.child, false)? * factor(graded)?),
        Rule::Adjustments(ledger) => ledger.most()?.over(weight.clone()).ok(),
        Rule::Product(_) | Rule::Reference(_) | Rule::AwardPoints(_) => None,
    };
    let of = |points: Decimal| Ratio::from(points).over(weight.clone()).ok();
    let own = match (own, node.max_points) {
        (Some(own), Some(most)) => own.min(of(most)?),
        (Some(own), None) => own,
        (None, most) => of(most?)?,
    };
    let least = node.min_points.and_then(of).unwrap_or(Ratio::ZERO);
    rounded(track, node, own.max(least).max(Ratio::ZERO), grows)
}

/// Rounding may lift points: those of a fixed worth to the next round number, others by up to a
/// last place, or half of it.
fn rounded(track: &Track, node: &Node, share: Ratio, grows: bool) -> Option<Ratio> {
    let (weight, rounding) = (Ratio::from(node.weight), track.rounding(node));
    let lift = match rounding.mode() {
        RoundingMode::None | RoundingMode::Down => return Some(share),
        RoundingMode::HalfUp | RoundingMode::HalfEven => Decimal::new(5, rounding.places() + 1),
        RoundingMode::Up => Decimal::new(1, rounding.places()),
    };
    if grows {
        return Some(share + Ratio::from(lift).over(weight).ok()?);
    }
    let points = rounding.apply((share * weight.clone()).cut().ok()?);
    Ratio::from(points).over(weight).ok()
}

/// Parts that share a weight are together as good as the best of them; others come on top.
fn sum(track: &Track, node: &Node, grows: bool) -> Option<Ratio> {
    let silent = |part: &&Node| match &node.rule {
        Rule::LinkedSum(linked) => linked.is_silent(&part.node_id),
        _ => false,
    };
    let (on_top, sharing): (Vec<&Node>, Vec<&Node>) =
        node.children().iter().filter(|part| !silent(part)).partition(|part| part.weight.is_zero());
    let grows = grows || sharing.len() > 1;
    let mut most = best(track, sharing.into_iter(), grows)?;
    for part in on_top {
        most = most + extra(track, part)?.over(node.scale().into()).ok()?;
    }
    Some(most)
}

fn best<'a>(track: &Track, parts: impl Iterator<Item = &'a Node>, grows: bool) -> Option<Ratio> {
    parts.map(|part| share(track, part, grows)).try_fold(Ratio::ZERO, |most, part| {
        let part = part?;
        Some(most.max(part))
    })
}

/// Any of the parts may be left out, those that would lessen the product above all.
fn product(track: &Track, node: &Node) -> Option<Ratio> {
    let mut more = Ratio::ONE;
    for part in node.children() {
        more = more * share(track, part, false)?.max(Ratio::ONE);
    }
    if more > Ratio::ONE { Some(more) } else { best(track, node.children().iter(), false) }
}

/// Most points of what comes on top of a sum; it has no share in the weight and never grows.
fn extra(track: &Track, node: &Node) -> Option<Ratio> {
    let own = node.adjustments().and_then(|ledger| ledger.most());
    let most = node.max_points.map(Ratio::from);
    let points = match (own, most) {
        (Some(own), Some(most)) => own.min(most),
        (own, most) => own.or(most)?,
    };
    let least = node.min_points.map_or(Ratio::ZERO, Ratio::from);
    let points = points.max(least).max(Ratio::ZERO).cut().ok()?;
    Some(track.rounding(node).apply(points).into())
}

/// The best marks in every aspect.
fn factor(graded: &Graded) -> Option<Ratio> {
    let (mut weighed, mut weights) = (Ratio::ZERO, Ratio::ZERO);
    for aspect in &graded.aspects {
        let marks = aspect.factors.iter().map(|(_, factor)| *factor);
        let best = marks.fold(aspect.unmarked, Decimal::max);
        weighed = weighed + Ratio::from(best) * aspect.weight.into();
        weights = weights + aspect.weight.into();
    }
    weighed.over(weights).ok()
}

/// Two negative parts would multiply to a positive whole.
fn never_negative(node: &Node) -> bool {
    let is_positive = |least: &Ratio| !least.is_negative();
    let own = match &node.rule {
        Rule::Leaf(leaf) => leaf.method.range(node.weight)[0].as_ref().is_some_and(is_positive),
        Rule::Reference(_) | Rule::Adjustments(_) | Rule::AwardPoints(_) => false,
        _ => node.children().iter().all(never_negative),
    };
    let bounded = node.min_points.is_some_and(|least| least >= Decimal::ZERO);
    let lowered = node.max_points.is_some_and(|most| most < Decimal::ZERO);
    (own || bounded) && !lowered
}
