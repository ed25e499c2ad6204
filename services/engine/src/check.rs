//! What must hold of a track before anybody is scored by it.

mod carrying;
pub(crate) mod reach;
mod references;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::direction::Direction;
use crate::exact::Ratio;
use crate::expression::{Limits, Name};
use crate::fault::Faults;
use crate::figure::Figure;
use crate::method::{Method, Takes};
use crate::node::{Leaf, Node, Rule};
use crate::outcome::check::{self, Known};
use crate::track::{Colouring, Track, TrackDraft, WarningRules};

use carrying::Carrying;
use references::Reference;

/// Deepest tree, in nodes from the root to a leaf.
pub const MAX_DEPTH: usize = 12;
/// Most nodes of a tree.
pub const MAX_NODES: usize = 2000;

/// Notes everything that is wrong with a track.
pub(crate) fn track(track: &Track, faults: &mut Faults) {
    let draft = track.draft();
    let mut tree = Tree::of(draft);
    faults.inside("root", |faults| tree.node(&draft.root, 1, false, faults));
    for (place, aside) in draft.asides.iter().enumerate() {
        faults.inside(format!("asides[{place}]"), |faults| tree.node(aside, 1, false, faults));
    }
    references::check(draft, &tree.references, faults);
    carrying::check(&tree.leaves, faults);
    let known = Known::of(draft, track.most_points());
    faults
        .inside("ranking", |faults| known.tie_break("tie_break", &draft.ranking.tie_break, faults));
    if let Some(rule) = &draft.colouring {
        faults.inside("colouring", |faults| colouring(rule, &known, faults));
    }
    faults.inside("warnings", |faults| warnings(&draft.warnings, faults));
    check::outcomes(&draft.outcomes, &known, faults);
}

struct Tree<'a> {
    limits: &'a BTreeMap<String, Limits>,
    ids: BTreeSet<&'a str>,
    items: BTreeSet<&'a str>,
    count: usize,
    references: Vec<Reference<'a>>,
    leaves: Vec<Carrying<'a>>,
}

impl<'a> Tree<'a> {
    fn of(draft: &'a TrackDraft) -> Tree<'a> {
        Tree {
            limits: &draft.limits,
            ids: BTreeSet::new(),
            items: BTreeSet::new(),
            count: 0,
            references: Vec::new(),
            leaves: Vec::new(),
        }
    }

    /// `summed`: the node stands below a sum, where something may come on top.
    fn node(&mut self, node: &'a Node, depth: usize, summed: bool, faults: &mut Faults) {
        self.count += 1;
        if depth > MAX_DEPTH || self.count > MAX_NODES {
            // Said once: everything below and behind is left unread.
            if depth > MAX_DEPTH || self.count == MAX_NODES + 1 {
                let message =
                    format!("a tree has at most {MAX_DEPTH} levels and {MAX_NODES} nodes");
                faults.add("", "TREE_SIZE", message);
            }
            return;
        }
        if !is_id(&node.node_id) {
            faults.add("node_id", "NODE_ID", ID_FORM);
        } else if !self.ids.insert(&node.node_id) {
            let message = format!("{} names another node of the track already", node.node_id);
            faults.add("node_id", "DUPLICATE_NODE", message);
        }
        numbers(node, summed, faults);
        carrying::parts(node, faults);
        faults.inside(path(&node.rule), |faults| {
            match &node.rule {
                Rule::Leaf(rule) => self.leaf(node, rule, faults),
                Rule::LinkedSum(linked) => linked.check(faults),
                Rule::Graded(graded) => graded.check(faults),
                Rule::Reference(reference) => reference.check(node, faults),
                Rule::Adjustments(ledger) => ledger.check(&mut self.items, faults),
                Rule::AwardPoints(awards) => awards.check(faults),
                Rule::Sum(_)
                | Rule::WeightedMean(_)
                | Rule::GeometricMean(_)
                | Rule::Minimum(_)
                | Rule::Maximum(_)
                | Rule::Product(_) => {}
            }
            match &node.rule {
                Rule::Leaf(_)
                | Rule::Reference(_)
                | Rule::Adjustments(_)
                | Rule::AwardPoints(_) => {}
                Rule::Graded(graded) => faults.inside("child", |faults| {
                    self.node(&graded.child, depth + 1, false, faults);
                }),
                _ => self.children(node, node.children(), depth, faults),
            }
        });
    }

    fn children(
        &mut self,
        node: &'a Node,
        children: &'a [Node],
        depth: usize,
        faults: &mut Faults,
    ) {
        if children.is_empty() {
            faults.add(
                "children",
                "NO_CHILDREN",
                format!("{} needs at least one part", node.node_id),
            );
        } else if adds(&node.rule) {
            weights(node, children, faults);
        }
        if usize::try_from(node.least_parts).unwrap_or(usize::MAX) > children.len() {
            let (least, count) = (node.least_parts, children.len());
            let message = format!("asks for {least} parts of {count}: it would always be absent");
            faults.add("children", "LEAST_PARTS", message);
        }
        for (place, child) in children.iter().enumerate() {
            faults.inside(format!("children[{place}]"), |faults| {
                self.node(child, depth + 1, adds(&node.rule), faults);
            });
        }
    }

    fn leaf(&mut self, node: &'a Node, leaf: &'a Leaf, faults: &mut Faults) {
        self.leaves.push(Carrying::of(node, leaf, faults));
        leaf.figure.check(&leaf.indicator, faults);
        if let Figure::Expression(expression) = &leaf.figure {
            let limits = |name: &Name| match name {
                Name::Value(indicator) | Name::LastYear(indicator) => {
                    self.limits.get(indicator).copied().unwrap_or_default()
                }
                // A run refuses a target that is not above 0 where a formula names it.
                Name::Target(_) => Limits { above: true, ..Limits::default() },
                Name::Points(_) => Limits::default(),
            };
            expression.check(formula_field(leaf), &limits, faults);
        }
        for name in leaf.figure.names(&leaf.indicator) {
            if let Name::Points(named) = name {
                let field = match leaf.figure {
                    Figure::Points(_) => "figure.points_of",
                    _ => formula_field(leaf),
                };
                let path = format!("{}.{field}", faults.here());
                self.references.push(Reference { path, from: &node.node_id, to: named });
            }
        }
        faults.inside(leaf.method.name(), |faults| method(node, leaf, faults));
    }
}

/// Where the formula of a leaf stands.
fn formula_field(leaf: &Leaf) -> &'static str {
    match leaf.method {
        Method::ExpressionPoints(_) => "expression.formula",
        _ => "figure.expression",
    }
}

fn method(node: &Node, leaf: &Leaf, faults: &mut Faults) {
    if let Some(fit) = leaf.method.direction()
        && fit != leaf.direction
    {
        let wanted = match fit {
            Direction::HigherIsBetter => "higher",
            Direction::LowerIsBetter => "lower",
        };
        let message = format!("this method is for indicators whose {wanted} values are better");
        faults.add("", "DIRECTION", message);
    }
    if leaf.method.takes() != Takes::Value && leaf.figure != Figure::Value {
        faults.add("", "FIGURE", "this method takes no figure: it scores ballots or milestones");
    }
    if leaf.method.needs_target() && leaf.indicator.is_empty() {
        faults.add("", "INDICATOR_REQUIRED", "this method needs the indicator that has the target");
    }
    leaf.method.check(node.weight, leaf.direction, faults);
}

fn adds(rule: &Rule) -> bool {
    matches!(rule, Rule::Sum(_) | Rule::LinkedSum(_))
}

/// The field of the contract in which a rule stands.
fn path(rule: &Rule) -> &'static str {
    match rule {
        Rule::Leaf(_) => "leaf",
        inner => inner.name(),
    }
}

fn numbers(node: &Node, summed: bool, faults: &mut Faults) {
    if !(node.weight.is_zero() && node.rule.comes_on_top()) {
        faults.above("weight", node.weight, Decimal::ZERO);
    } else if !summed {
        let message = "only below a sum may something without a weight come on top";
        faults.add("weight", "PARAMETER_RANGE", message);
    }
    faults.size("weight", node.weight);
    if let Some(full_marks) = node.full_marks {
        faults.above("full_marks", full_marks, Decimal::ZERO);
        faults.size("full_marks", full_marks);
        if !matches!(node.rule, Rule::Sum(_)) {
            faults.add("full_marks", "FULL_MARKS", "only a sum has full marks of its own");
        }
    }
    for (field, points) in [("min_points", node.min_points), ("max_points", node.max_points)] {
        if let Some(points) = points {
            faults.size(field, points);
        }
    }
    if let (Some(least), Some(most)) = (node.min_points, node.max_points)
        && least > most
    {
        faults.add(
            "min_points",
            "POINTS_ORDER",
            format!("{least} is above the most points, {most}"),
        );
    }
}

fn weights(node: &Node, children: &[Node], faults: &mut Faults) {
    let shares = |child: &&Node| match &node.rule {
        Rule::LinkedSum(linked) => !linked.is_silent(&child.node_id),
        _ => true,
    };
    let sum: Ratio = children.iter().filter(shares).map(|child| Ratio::from(child.weight)).sum();
    if sum != Ratio::from(node.scale()) {
        let scale = node.scale();
        let told = |number: &Ratio| {
            number.cut().map_or_else(|cause| cause.to_string(), |it| it.normalize().to_string())
        };
        let gap = Ratio::from(scale) - sum.clone();
        let mend = if gap.is_negative() { "lower" } else { "raise" };
        let mut message = format!(
            "the weights below {} add up to {}, not to {scale}; {mend} them by {} in all",
            node.node_id,
            told(&sum),
            told(&gap.abs()),
        );
        if matches!(node.rule, Rule::Sum(_)) && !sum.is_zero() && !sum.is_negative() {
            message += &format!(", or set its full_marks to {}", told(&sum));
        }
        faults.add("children", "WEIGHT_SUM", message);
    }
}

fn colouring(colouring: &Colouring, known: &Known<'_>, faults: &mut Faults) {
    let (zero, hundred) = (Decimal::ZERO, Decimal::ONE_HUNDRED);
    match colouring {
        Colouring::ByPace { yellow_behind, red_behind } => faults.inside("by_pace", |faults| {
            faults.above("yellow_behind", *yellow_behind, zero);
            faults.range("red_behind", *red_behind, zero, hundred);
            faults.size("yellow_behind", *yellow_behind);
            faults.size("red_behind", *red_behind);
            if yellow_behind > red_behind {
                let message =
                    format!("{red_behind} lies before {yellow_behind}, where yellow begins");
                faults.add("red_behind", "COLOURING_ORDER", message);
            }
        }),
        Colouring::ByThreshold { green_at_least, yellow_at_least } => {
            faults.inside("by_threshold", |faults| {
                faults.size("green_at_least", *green_at_least);
                faults.size("yellow_at_least", *yellow_at_least);
                if green_at_least <= yellow_at_least {
                    let message = format!(
                        "{yellow_at_least} must lie below {green_at_least}, where green begins"
                    );
                    faults.add("yellow_at_least", "COLOURING_ORDER", message);
                }
                if let Some(message) = known.unreachable(*green_at_least) {
                    faults.add("green_at_least", "UNREACHABLE_COLOUR", message);
                }
                if known.ascending {
                    let message =
                        "the lowest score ranks first here and would be red: colour by rank share";
                    faults.add("", "COLOURING_DIRECTION", message);
                }
            })
        }
        Colouring::ByRankShare { green_share, red_share } => {
            faults.inside("by_rank_share", |faults| {
                faults.range("green_share", *green_share, zero, hundred);
                faults.range("red_share", *red_share, zero, hundred);
                faults.size("green_share", *green_share);
                faults.size("red_share", *red_share);
                if Ratio::from(*green_share) + Ratio::from(*red_share) > Ratio::HUNDRED {
                    let message =
                        format!("{green_share} and {red_share} per cent are more than the track");
                    faults.add("red_share", "COLOURING_ORDER", message);
                }
            })
        }
    }
}

fn warnings(rules: &WarningRules, faults: &mut Faults) {
    if let Some(behind) = rules.behind_schedule {
        faults.above("behind_schedule", behind, Decimal::ZERO);
        faults.range("behind_schedule", behind, Decimal::MIN, Decimal::ONE_HUNDRED);
        faults.size("behind_schedule", behind);
    }
}

/// How an id must look.
pub(crate) const ID_FORM: &str =
    "must be 1–63 letters, digits, dots, underscores and hyphens, beginning with a letter or digit";

pub(crate) fn is_id(id: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    id.len() <= 63
        && id.bytes().all(inner)
        && id.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}
