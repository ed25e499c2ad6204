//! Themes, and the trees that they make of the usual ones.

use std::collections::BTreeMap;

use engine::{Node, Roundings, Rule, Track, TrackDraft};
use kit::field::Fields;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::members::Members;
use crate::theme::{Shifted, Theme, part_of};

/// Most themes of a scheme.
const MAX_THEMES: usize = 12;

/// Reads the themes with the weights that nodes have in them.
pub(super) fn read(scheme: &pb::Scheme, fields: &mut Fields) -> Vec<Theme> {
    if scheme.themes.len() > MAX_THEMES {
        let message = format!("are at most {MAX_THEMES} themes, not {}", scheme.themes.len());
        fields.violation("scheme.themes", "THEME_COUNT", message);
    }
    let mut themes: Vec<Theme> = Vec::new();
    for (place, given) in scheme.themes.iter().take(MAX_THEMES).enumerate() {
        let path = format!("scheme.themes[{place}]");
        let theme_id = fields.id(format_args!("{path}.theme_id"), &given.theme_id);
        if themes.iter().any(|theme| theme.theme_id == theme_id) {
            let message = format!("{theme_id} names another theme already");
            fields.violation(format_args!("{path}.theme_id"), "DUPLICATE_THEME", message);
        }
        parts(&path, given, &themes, fields);
        themes.push(Theme {
            theme_id,
            display_name: fields.text(
                format_args!("{path}.display_name"),
                &given.display_name,
                1..=200,
            ),
            parts: given.parts.clone(),
            weights: BTreeMap::new(),
        });
    }
    for (track, given) in scheme.tracks.iter().enumerate() {
        if let Some(root) = &given.root {
            weights(&format!("scheme.tracks[{track}].root"), track, root, &mut themes, fields);
        }
    }
    themes
}

/// Notes parts that are none, or that lie in a theme before.
fn parts(path: &str, given: &pb::Theme, before: &[Theme], fields: &mut Fields) {
    if given.parts.is_empty() {
        fields.violation(format_args!("{path}.parts"), "REQUIRED", "must say when it holds");
    }
    for (place, part) in given.parts.iter().enumerate() {
        let field = format!("{path}.parts[{place}]");
        let Some(span) = part_of("2000", part) else {
            let message = format!("{part:?} is none of Q1–Q4, H1, H2, 01–12");
            fields.violation(field, "THEME_PART", message);
            continue;
        };
        let others = before.iter().flat_map(|theme| &theme.parts).chain(&given.parts[..place]);
        let mut taken = others.filter_map(|other| Some((other, part_of("2000", other)?)));
        if let Some((other, _)) =
            taken.find(|(_, other)| other.first <= span.last && span.first <= other.last)
        {
            let message = format!("{part} and {other} share days; a day has one theme");
            fields.violation(field, "THEME_PART", message);
        }
    }
}

fn weights(path: &str, track: usize, node: &pb::Node, themes: &mut [Theme], fields: &mut Fields) {
    for (place, given) in node.themes.iter().enumerate() {
        let path = format!("{path}.themes[{place}]");
        let weight = fields.decimal(format_args!("{path}.weight"), &given.weight);
        let full_marks =
            fields.optional_decimal(format_args!("{path}.full_marks"), &given.full_marks);
        let theme = themes.iter_mut().find(|theme| theme.theme_id == given.theme);
        let Some(theme) = theme else {
            let message = format!("the scheme has no theme {:?}; add it or name one", given.theme);
            fields.violation(format_args!("{path}.theme"), "UNKNOWN_THEME", message);
            continue;
        };
        let shifted = Shifted { weight, full_marks };
        if theme.weights.insert((track, node.node_id.clone()), shifted).is_some() {
            let message = format!("{} has a weight for {} already", node.node_id, given.theme);
            fields.violation(format_args!("{path}.theme"), "DUPLICATE_THEME", message);
        }
    }
    let field = node.children_field();
    for (place, child) in node.children().iter().enumerate() {
        let path = match field {
            "graded.child" => format!("{path}.{field}"),
            field => format!("{path}.{field}[{place}]"),
        };
        weights(&path, track, child, themes, fields);
    }
}

/// The tracks of each theme. What does not hold under a theme is named at the node at which it
/// was written, with the theme in the message.
pub(super) fn shift(
    themes: &[Theme],
    drafts: &[(Members, TrackDraft)],
    roundings: Roundings,
    fields: &mut Fields,
) -> Vec<Vec<TrackDraft>> {
    let mut all = Vec::with_capacity(themes.len());
    for theme in themes {
        let mut tracks = Vec::with_capacity(drafts.len());
        for (number, (_, usual)) in drafts.iter().enumerate() {
            let mut draft = usual.clone();
            apply(&mut draft.root, number, theme);
            for fault in Track::check(draft.clone(), roundings).err().unwrap_or_default() {
                let message = format!("under {}: {}", theme.display_name, fault.message);
                let path = match fault.path.strip_prefix("root") {
                    Some(rest) => format!("root{}", written(&usual.root, &draft.root, rest)),
                    None => fault.path.clone(),
                };
                let field = format_args!("scheme.tracks[{number}].{path}");
                fields.violation(field, fault.reason, message);
            }
            tracks.push(draft);
        }
        all.push(tracks);
    }
    all
}

/// Where something below a node was written. A theme takes out nodes that weigh nothing in it, so
/// that those after them stand further on among the usual ones.
fn written(usual: &Node, shifted: &Node, rest: &str) -> String {
    const CHILDREN: &str = ".children[";
    const CHILD: &str = ".graded.child";
    if let (Some(after), [usual], [shifted]) =
        (rest.strip_prefix(CHILD), usual.children(), shifted.children())
    {
        return format!("{CHILD}{}", written(usual, shifted, after));
    }
    let step = rest.split_once(CHILDREN).and_then(|(rule, after)| {
        let (place, after) = after.split_once(']')?;
        let child = shifted.children().get(place.parse::<usize>().ok()?)?;
        let place = usual.children().iter().position(|it| it.node_id == child.node_id)?;
        let inner = written(&usual.children()[place], child, after);
        Some(format!("{rule}{CHILDREN}{place}]{inner}"))
    });
    step.unwrap_or_else(|| rest.to_owned())
}

fn apply(node: &mut Node, track: usize, theme: &Theme) {
    if let Some(shifted) = theme.weights.get(&(track, node.node_id.clone())) {
        node.weight = shifted.weight;
        node.full_marks = shifted.full_marks.or(node.full_marks);
    }
    let stays = |child: &Node| {
        let shifted = theme.weights.get(&(track, child.node_id.clone()));
        shifted.is_none_or(|shifted| shifted.weight > Decimal::ZERO)
    };
    match &mut node.rule {
        Rule::Sum(children)
        | Rule::WeightedMean(children)
        | Rule::GeometricMean(children)
        | Rule::Minimum(children)
        | Rule::Maximum(children)
        | Rule::Product(children) => children.retain(stays),
        Rule::LinkedSum(linked) => linked.children.retain(stays),
        Rule::Graded(_)
        | Rule::Leaf(_)
        | Rule::Reference(_)
        | Rule::Adjustments(_)
        | Rule::AwardPoints(_) => {}
    }
    node.children_mut().iter_mut().for_each(|child| apply(child, track, theme));
}
