//! Feedback (结果反馈, H12): the leaves of a score held against the track.

use std::cmp::Reverse;

use engine::Explained;
use kit::name::Pattern;
use kit::{Error, Result};
use rust_decimal::{Decimal, RoundingStrategy};

/// How feedbacks are named.
pub(crate) static NAME: Pattern =
    Pattern::new("feedback", "districts/{district}/runs/{run}/results/{unit}/feedback");

/// One leaf, held against the track.
#[derive(Debug)]
pub(crate) struct Point<'a> {
    pub(crate) leaf: &'a Explained,
    /// Names of the nodes above it, from the root down.
    pub(crate) path: Vec<&'a str>,
    pub(crate) points: Decimal,
    pub(crate) lost: Decimal,
    pub(crate) track_mean: Decimal,
    /// Mean less points.
    pub(crate) behind: Decimal,
    /// The subject with most points here, by its place among the trees, and how many.
    pub(crate) best: (usize, Decimal),
}

/// What is weak and what is strong.
#[derive(Debug, Default)]
pub(crate) struct Feedback<'a> {
    /// Furthest behind the track first.
    pub(crate) weak: Vec<Point<'a>>,
    /// Furthest ahead of it first.
    pub(crate) strong: Vec<Point<'a>>,
}

/// Holds the tree at `own` against all trees of its track, which come in the order of the
/// subjects' names; at most `limit` points on either side.
pub(crate) fn feedback<'a>(
    trees: &[&'a Explained],
    own: usize,
    limit: usize,
) -> Result<Feedback<'a>> {
    let Some(tree) = trees.get(own) else { return Ok(Feedback::default()) };
    let mut leaves = Vec::new();
    collect(tree, &mut Vec::new(), &mut leaves);
    let mut points = Vec::new();
    for (leaf, path) in leaves {
        points.extend(point(leaf, path, trees)?);
    }
    let (mut weak, mut strong): (Vec<_>, Vec<_>) = points
        .into_iter()
        .filter(|it| !it.behind.is_zero())
        .partition(|it| it.behind > Decimal::ZERO);
    // Both sorts keep the scheme's order among equals.
    weak.sort_by_key(|it| Reverse((it.behind, it.lost)));
    strong.sort_by_key(|it| it.behind);
    weak.truncate(limit);
    strong.truncate(limit);
    Ok(Feedback { weak, strong })
}

fn collect<'a>(
    node: &'a Explained,
    path: &mut Vec<&'a str>,
    leaves: &mut Vec<(&'a Explained, Vec<&'a str>)>,
) {
    if node.children.is_empty() {
        leaves.push((node, path.clone()));
    }
    path.push(&node.display_name);
    for child in &node.children {
        collect(child, path, leaves);
    }
    path.pop();
}

/// None where the subject has no points.
fn point<'a>(
    leaf: &'a Explained,
    path: Vec<&'a str>,
    trees: &[&'a Explained],
) -> Result<Option<Point<'a>>> {
    let Some(points) = leaf.points else { return Ok(None) };
    let found = trees.iter().enumerate().filter_map(|(place, tree)| {
        Some((place, tree.find(&leaf.node_id).and_then(|node| node.points)?))
    });
    let found: Vec<(usize, Decimal)> = found.collect();
    let best = found.iter().max_by_key(|(place, points)| (*points, Reverse(*place)));
    let Some(best) = best.copied() else { return Ok(None) };
    let overflow = || Error::internal("the points of a track are too large to be averaged");
    let sum = found.iter().try_fold(Decimal::ZERO, |sum, (_, it)| sum.checked_add(*it));
    let mean = sum.and_then(|sum| sum.checked_div(Decimal::from(found.len())));
    let mean = mean.ok_or_else(overflow)?;
    let track_mean = mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    Ok(Some(Point {
        leaf,
        path,
        points,
        lost: leaf.effective_weight.checked_sub(points).ok_or_else(overflow)?.max(Decimal::ZERO),
        track_mean,
        behind: track_mean.checked_sub(points).ok_or_else(overflow)?,
        best,
    }))
}
