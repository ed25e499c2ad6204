//! An explanation as a tree: each number, how it came about, and from what.

use std::io::{self, Write};

use proto::google::r#type::Decimal;
use proto::scoring::v1::{Explanation, ExplanationLine, Input};

use crate::names;
use crate::table::{Align, Cell, Paint, Table, align_points};

/// Decimal places that are printed of a number before rounding.
const SHOWN_PLACES: usize = 6;

/// Prints the tree of `root`, each line behind `indent`.
pub fn print(
    out: &mut impl Write,
    root: &Explanation,
    indent: &str,
    painted: bool,
) -> io::Result<()> {
    let mut branches = Vec::new();
    climb(root, "", "", &mut branches);
    let points = align_points(branches.iter().map(|it| text(it.node.points.as_ref())));
    let mut table = Table::new([
        ("", Align::Left),
        ("points", Align::Right),
        ("of", Align::Right),
        ("rule", Align::Left),
        ("", Align::Left),
    ]);
    for (branch, points) in branches.iter().zip(points) {
        let node = branch.node;
        table.line([
            branch.label.as_str().into(),
            Cell::new(points, Paint::Bold),
            weight(node).into(),
            node.method.as_str().into(),
            Cell::new(remarks(node), Paint::Dim),
        ]);
    }
    table.print(out, indent, painted)
}

/// The flags a reader of a board should know of; the others belong to the explanation.
pub fn notable(flags: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    const NOTABLE: [&str; 5] =
        ["MISSING", "PARTIAL", "UNVERIFIED", "NOT_APPLICABLE", "DEGENERATE_COHORT"];
    let flags = flags.into_iter().map(|it| it.as_ref().to_owned());
    flags.filter(|it| NOTABLE.contains(&it.as_str())).collect::<Vec<_>>().join(" ")
}

struct Branch<'a> {
    label: String,
    node: &'a Explanation,
}

fn climb<'a>(node: &'a Explanation, before: &str, below: &str, branches: &mut Vec<Branch<'a>>) {
    let label = format!("{before}{}", node.display_name);
    branches.push(Branch { label, node });
    for (index, child) in node.children.iter().enumerate() {
        let (here, further) = if index + 1 == node.children.len() {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        climb(child, &format!("{below}{here}"), &format!("{below}{further}"), branches);
    }
}

/// The points at stake, and what they became when others were left out.
fn weight(node: &Explanation) -> String {
    let (weight, effective) = (text(node.weight.as_ref()), text(node.effective_weight.as_ref()));
    if weight == effective { weight } else { format!("{weight} → {effective}") }
}

/// Formula, inputs, what came before rounding, what was special, and the sources.
fn remarks(node: &Explanation) -> String {
    let mut words = vec![node.formula.clone()];
    let known = |it: &&Input| it.value.is_some();
    let inputs: Vec<_> = node.inputs.iter().filter(known).collect();
    if !inputs.is_empty() {
        let shown: Vec<_> = inputs
            .iter()
            .map(|it| format!("{} = {}", it.symbol, text(it.value.as_ref())))
            .collect();
        words.push(shown.join(", "));
    }
    if node.raw_points.is_some() && node.raw_points != node.points {
        words.push(format!("{} before {}", text(node.raw_points.as_ref()), node.rounding));
    }
    words.extend(node.lines.iter().map(line));
    words.extend(node.flags.iter().cloned());
    if !node.observations.is_empty() {
        let ids: Vec<_> = node.observations.iter().map(|it| names::id(it)).collect();
        words.push(format!("from {}", ids.join(" ")));
    }
    words.retain(|it| !it.is_empty());
    words.join("; ")
}

/// A result, entry or award: what it is, its points, in brackets when they do not count.
fn line(line: &ExplanationLine) -> String {
    let name = if line.display_name.is_empty() { &line.label } else { &line.display_name };
    let mut points = match &line.points {
        Some(points) => text(Some(points)),
        None => "absent".to_owned(),
    };
    if let Some(full_marks) = &line.full_marks {
        points = format!("{points}/{}", text(Some(full_marks)));
    }
    if !line.counts {
        points = format!("({points})");
    }
    match line.remark.as_str() {
        "" => format!("{name} {points}"),
        remark => format!("{name} {points}: {remark}"),
    }
}

/// The number, an endless fraction cut where a reader stops reading.
fn text(value: Option<&Decimal>) -> String {
    let text = value.map(|it| it.value.clone()).unwrap_or_default();
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.len() > SHOWN_PLACES => {
            format!("{whole}.{}…", &fraction[..SHOWN_PLACES])
        }
        _ => text,
    }
}
