//! The canonical text of a rulebook, over which its digest is taken.
//!
//! UTF-8 lines, each ended by a line feed; the first is `saima-rulebook 1`. A line is the path
//! of a field, a space, and its value. Lines stand in the order of the contract's field
//! numbers, repeated fields by position from 0, the members of a set by their text.
//!
//! * Text is written as JSON writes it, in quotes, with only `"`, `\` and control characters
//!   escaped; words of a closed list and ids of the contract's fields are written bare.
//! * A number is written without exponent, plus sign or trailing zeros; zero is `0`.
//! * Defaults are written out: a rulebook that leaves a field empty and one that writes the
//!   default down are the same. What has no default and is absent has no line.
//! * Fields that the contract gained later have no line where they hold their default, so that
//!   what was digested before keeps its digest: from `least_parts` on in a node, from `gates` on
//!   in a track, the themes.
//! * A theme's weights stand with the theme, by track and node.
//! * A formula is written in its one printed form, however it was spaced or bracketed.
//! * The direction of each leaf's indicator is written with the leaf, since points depend on
//!   it. Nothing else of the indicator is; a leaf without a name of its own has none here.
//!
//! Not in the text: the scheme's name, uid, state, times and tags. Two schemes that
//! say the same have the same digest.

mod compose;
mod figure;
mod method;
mod outcome;

use std::fmt::{Display, Write as _};

use engine::{
    Colouring, Direction, Leaf, MissingPolicy, Node, Roundings, Rule, TieRule, TrackDraft,
};
use rust_decimal::Decimal;

use crate::members::Members;
use crate::theme::Theme;

/// What stands above the tracks.
pub(crate) struct Head<'a> {
    pub(crate) display_name: &'a str,
    pub(crate) series: &'a str,
    pub(crate) effective_period: &'a str,
    pub(crate) objection_days: Option<i32>,
}

/// The canonical text.
pub(crate) fn text<'a>(
    head: &Head<'_>,
    roundings: Roundings,
    tracks: impl Iterator<Item = (&'a Members, &'a TrackDraft)>,
    themes: &[Theme],
) -> String {
    let mut text = Text { lines: "saima-rulebook 1\n".to_owned(), path: Vec::new() };
    text.quoted("display_name", head.display_name);
    text.quoted("series", head.series);
    text.quoted("effective_period", head.effective_period);
    text.bare("leaf_rounding", roundings.leaf);
    text.bare("total_rounding", roundings.total);
    if let Some(days) = head.objection_days {
        text.bare("objection_days", days);
    }
    for (place, (members, draft)) in tracks.enumerate() {
        text.inside(format!("tracks[{place}]"), |text| track(members, draft, text));
    }
    for (place, it) in themes.iter().enumerate() {
        text.inside(format!("themes[{place}]"), |text| theme(it, text));
    }
    text.lines
}

/// The text so far, and where it is.
struct Text {
    lines: String,
    path: Vec<String>,
}

impl Text {
    fn inside(&mut self, part: impl Into<String>, write: impl FnOnce(&mut Text)) {
        self.path.push(part.into());
        write(self);
        self.path.pop();
    }

    fn bare(&mut self, field: &str, value: impl Display) {
        let path =
            self.path.iter().map(String::as_str).chain([field]).collect::<Vec<_>>().join(".");
        // Writing to a string cannot fail.
        let _ = writeln!(self.lines, "{path} {value}");
    }

    fn number(&mut self, field: &str, value: Decimal) {
        self.bare(field, kit::decimal::to_text(value));
    }

    fn optional(&mut self, field: &str, value: Option<Decimal>) {
        if let Some(value) = value {
            self.number(field, value);
        }
    }

    fn quoted(&mut self, field: &str, value: &str) {
        let mut quoted = String::with_capacity(value.len() + 2);
        for char in value.chars() {
            match char {
                '"' | '\\' => quoted.extend(['\\', char]),
                char if char.is_control() => {
                    let _ = write!(quoted, "\\u{:04x}", char as u32);
                }
                char => quoted.push(char),
            }
        }
        self.bare(field, format_args!("\"{quoted}\""));
    }
}

fn theme(theme: &Theme, text: &mut Text) {
    text.quoted("theme_id", &theme.theme_id);
    text.quoted("display_name", &theme.display_name);
    for (place, part) in theme.parts.iter().enumerate() {
        text.quoted(&format!("parts[{place}]"), part);
    }
    for ((track, node), shifted) in &theme.weights {
        text.inside(format!("tracks[{track}].{node}"), |text| {
            text.number("weight", shifted.weight);
            text.optional("full_marks", shifted.full_marks);
        });
    }
}

fn track(members: &Members, draft: &TrackDraft, text: &mut Text) {
    text.quoted("track_id", &draft.track_id);
    text.quoted("display_name", &draft.display_name);
    text.inside("members", |text| {
        members.categories.iter().for_each(|it| text.quoted("categories", it));
        members.kinds.iter().for_each(|it| text.bare("kinds", it));
        members.units.iter().for_each(|it| text.quoted("units", it));
        members.except_units.iter().for_each(|it| text.quoted("except_units", it));
        members.project_classes.iter().for_each(|it| text.bare("project_classes", it));
        members.projects.iter().for_each(|it| text.quoted("projects", it));
        members.except_projects.iter().for_each(|it| text.quoted("except_projects", it));
        members.post_kinds.iter().for_each(|it| text.bare("post_kinds", it));
        members.post_categories.iter().for_each(|it| text.quoted("post_categories", it));
        members.posts.iter().for_each(|it| text.quoted("posts", it));
        members.except_posts.iter().for_each(|it| text.quoted("except_posts", it));
    });
    text.inside("root", |text| node(&draft.root, text));
    for (place, aside) in draft.asides.iter().enumerate() {
        text.inside(format!("asides[{place}]"), |text| node(aside, text));
    }
    text.inside("ranking", |text| {
        let tie_rule = match draft.ranking.tie_rule {
            TieRule::Competition => "COMPETITION",
            TieRule::Dense => "DENSE",
            TieRule::Average => "AVERAGE",
        };
        text.bare("tie_rule", tie_rule);
        outcome::tie_breaks("tie_break", &draft.ranking.tie_break, text);
        text.bare("ascending", draft.ranking.ascending);
    });
    if let Some(rule) = &draft.colouring {
        text.inside("colouring", |text| colouring(rule, text));
    }
    text.inside("warnings", |text| {
        text.optional("behind_schedule", draft.warnings.behind_schedule);
        text.bare("lowest_ranks", draft.warnings.lowest_ranks);
    });
    outcome::write(&draft.outcomes, text);
}

fn colouring(colouring: &Colouring, text: &mut Text) {
    match colouring {
        Colouring::ByPace { yellow_behind, red_behind } => {
            text.number("by_pace.yellow_behind", *yellow_behind);
            text.number("by_pace.red_behind", *red_behind);
        }
        Colouring::ByThreshold { green_at_least, yellow_at_least } => {
            text.number("by_threshold.green_at_least", *green_at_least);
            text.number("by_threshold.yellow_at_least", *yellow_at_least);
        }
        Colouring::ByRankShare { green_share, red_share } => {
            text.number("by_rank_share.green_share", *green_share);
            text.number("by_rank_share.red_share", *red_share);
        }
    }
}

fn node(node: &Node, text: &mut Text) {
    text.quoted("node_id", &node.node_id);
    text.quoted("display_name", &node.display_name);
    text.number("weight", node.weight);
    text.optional("full_marks", node.full_marks);
    if let Some(rounding) = node.rounding {
        text.bare("rounding", rounding);
    }
    text.optional("min_points", node.min_points);
    text.optional("max_points", node.max_points);
    if node.least_parts > 1 {
        text.bare("least_parts", node.least_parts);
        text.bare("too_few", policy(node.too_few));
    }
    text.inside(field(&node.rule), |text| {
        compose::write(&node.rule, text);
        if let Rule::Graded(graded) = &node.rule {
            text.inside("child", |text| self::node(&graded.child, text));
            return;
        }
        for (place, child) in node.children().iter().enumerate() {
            text.inside(format!("children[{place}]"), |text| self::node(child, text));
        }
    });
}

/// The field of the contract in which a rule stands.
fn field(rule: &Rule) -> &'static str {
    match rule {
        Rule::Leaf(_) => "leaf",
        other => other.name(),
    }
}

fn policy(policy: MissingPolicy) -> &'static str {
    match policy {
        MissingPolicy::ZeroPoints => "ZERO_POINTS",
        MissingPolicy::LeaveOut => "LEAVE_OUT",
        MissingPolicy::Block => "BLOCK",
        MissingPolicy::CarryForward => "CARRY_FORWARD",
    }
}

fn leaf(leaf: &Leaf, text: &mut Text) {
    text.quoted("indicator", &leaf.indicator);
    let direction = match leaf.direction {
        Direction::HigherIsBetter => "HIGHER_IS_BETTER",
        Direction::LowerIsBetter => "LOWER_IS_BETTER",
    };
    text.bare("direction", direction);
    text.bare("missing", policy(leaf.missing));
    figure::write(&leaf.figure, text);
    text.bare("method", leaf.method.name());
    text.inside(leaf.method.name(), |text| method::write(&leaf.method, text));
}
