//! The results of a table, for people and for programs.

use std::io::Write;

use engine::{Colour, Explained, SubjectResult, TrackResult};
use rust_decimal::Decimal;

use super::Scored;
use crate::explain;
use crate::failure::{Failure, Result};
use crate::table::{Align, Cell, Paint, Table, align_points, paint};

/// Which nodes' points are printed.
pub(super) enum Columns {
    /// The parts directly below the root, and the nodes beside the tree.
    Usual,
    /// Every node but the root, which is the score.
    All,
    /// These.
    Listed(Vec<String>),
}

impl Columns {
    /// Reads a list of node ids, or `all`.
    pub(super) fn parse(text: Option<&str>) -> Columns {
        match text {
            None => Columns::Usual,
            Some("all") => Columns::All,
            Some(list) => {
                let ids = list.split(',').map(str::trim).filter(|id| !id.is_empty());
                Columns::Listed(ids.map(str::to_owned).collect())
            }
        }
    }

    /// Ids and names of the nodes, as the results of one track have them.
    fn of(&self, result: &TrackResult) -> Vec<(String, String)> {
        let Some(first) = result.subjects.first() else { return Vec::new() };
        let mut nodes: Vec<&Explained> = Vec::new();
        match self {
            Columns::Usual => nodes.extend(first.explained.children.iter().chain(&first.asides)),
            Columns::All => {
                first
                    .explained
                    .children
                    .iter()
                    .chain(&first.asides)
                    .for_each(|it| all(it, &mut nodes));
            }
            Columns::Listed(ids) => nodes.extend(ids.iter().filter_map(|id| first.node(id))),
        }
        nodes.into_iter().map(|it| (it.node_id.clone(), it.display_name.clone())).collect()
    }

    /// Refuses a node that no track has.
    pub(super) fn check(&self, tracks: &[Scored]) -> Result<()> {
        let Columns::Listed(ids) = self else { return Ok(()) };
        let has = |id: &String| {
            let mut subjects = tracks.iter().filter_map(|it| it.result.subjects.first());
            subjects.any(|subject| subject.node(id).is_some())
        };
        match ids.iter().find(|id| !has(id)) {
            Some(id) => Err(Failure::data(format!("--columns: no track has a node `{id}`"))),
            None => Ok(()),
        }
    }
}

fn all<'a>(node: &'a Explained, nodes: &mut Vec<&'a Explained>) {
    nodes.push(node);
    node.children.iter().for_each(|child| all(child, nodes));
}

/// One table for each track, period and group.
pub(super) fn table(
    out: &mut impl Write,
    tracks: &[Scored],
    columns: &Columns,
    painted: bool,
) -> Result<()> {
    for (index, scored) in tracks.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let parts = [scored.display_name.as_str(), scored.period.as_str(), scored.group.as_str()];
        let title: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let title = title.join(" · ");
        let title = if painted { paint(&title, Paint::Bold) } else { title };
        writeln!(out, "{title}")?;
        one_table(&scored.result, columns).print(out, "", painted)?;
        proposals(out, &scored.result)?;
    }
    Ok(())
}

fn one_table(result: &TrackResult, columns: &Columns) -> Table {
    let nodes = columns.of(result);
    let graded = result.subjects.iter().any(|it| it.grade.is_some());
    let mut head = vec![
        ("名次", Align::Right),
        ("单位", Align::Left),
        ("得分", Align::Right),
        ("", Align::Left),
    ];
    if graded {
        head.push(("等次", Align::Left));
    }
    head.extend(nodes.iter().map(|(_, name)| (name.as_str(), Align::Right)));
    head.push(("备注", Align::Left));
    let mut table = Table::new(head);
    let totals = align_points(result.subjects.iter().map(|it| text(it.total)));
    let columns: Vec<_> = nodes
        .iter()
        .map(|(id, _)| align_points(result.subjects.iter().map(|it| text(points(it, id)))))
        .collect();
    for (line, subject) in result.subjects.iter().enumerate() {
        let (colour, paint) = match subject.colour {
            Some(Colour::Green) => ("绿", Paint::Green),
            Some(Colour::Yellow) => ("黄", Paint::Yellow),
            Some(Colour::Red) => ("红", Paint::Red),
            None => ("", Paint::Plain),
        };
        let mut cells: Vec<Cell> = vec![
            text(subject.rank).into(),
            subject.subject.as_str().into(),
            Cell::new(&totals[line], Paint::Bold),
            Cell::new(colour, paint),
        ];
        if graded {
            let grade = subject.grade.as_ref();
            let name = grade.map_or("", |it| match it.display_name.as_str() {
                "" => it.grade_id.as_str(),
                name => name,
            });
            cells.push(name.into());
        }
        cells.extend(columns.iter().map(|column| column[line].as_str().into()));
        let flags = subject.flags();
        cells.push(Cell::new(explain::notable(flags.iter().map(|it| it.as_str())), Paint::Dim));
        table.line(cells);
    }
    table
}

/// Who is proposed for awards and cards.
fn proposals(out: &mut impl Write, result: &TrackResult) -> Result<()> {
    let awards = result.awards.iter().map(|it| (&it.award_id, &it.picked));
    let cards = result.cards.iter().map(|it| (&it.card_id, &it.picked));
    for (id, picked) in awards.chain(cards).filter(|(_, picked)| !picked.is_empty()) {
        let names: Vec<&str> = picked.iter().map(|it| it.subject.as_str()).collect();
        writeln!(out, "{id}: {}", names.join("、"))?;
    }
    Ok(())
}

/// One CSV of everything; the columns of nodes are named by their ids. `period`, `group` and
/// `grade` stand where there are any.
pub(super) fn csv(out: &mut impl Write, tracks: &[Scored], columns: &Columns) -> Result<()> {
    let mut nodes: Vec<String> = Vec::new();
    for (id, _) in tracks.iter().flat_map(|it| columns.of(&it.result)) {
        if !nodes.contains(&id) {
            nodes.push(id);
        }
    }
    let periods = tracks.iter().any(|it| !it.period.is_empty());
    let groups = tracks.iter().any(|it| !it.group.is_empty());
    let subjects = || tracks.iter().flat_map(|it| &it.result.subjects);
    let graded = subjects().any(|it| it.grade.is_some());
    let mut writer = csv::Writer::from_writer(out);
    let mut head: Vec<&str> = vec!["track"];
    head.extend(periods.then_some("period"));
    head.extend(groups.then_some("group"));
    head.extend(["unit", "score", "rank", "colour", "pace"]);
    head.extend(graded.then_some("grade"));
    head.extend(nodes.iter().map(String::as_str));
    head.push("flags");
    writer.write_record(head)?;
    for Scored { result, period, group, .. } in tracks {
        for subject in &result.subjects {
            let colour = match subject.colour {
                Some(Colour::Green) => "GREEN",
                Some(Colour::Yellow) => "YELLOW",
                Some(Colour::Red) => "RED",
                None => "",
            };
            let mut cells = vec![result.track_id.clone()];
            cells.extend(periods.then(|| period.clone()));
            cells.extend(groups.then(|| group.clone()));
            cells.extend([
                subject.subject.clone(),
                text(subject.total),
                text(subject.rank),
                colour.to_owned(),
                text(subject.pace),
            ]);
            let grade = subject.grade.as_ref();
            cells.extend(graded.then(|| grade.map(|it| it.grade_id.clone()).unwrap_or_default()));
            cells.extend(nodes.iter().map(|node| text(points(subject, node))));
            cells.push(flags(subject));
            writer.write_record(cells)?;
        }
    }
    writer.flush()?;
    Ok(())
}

fn points(subject: &SubjectResult, node: &str) -> Option<Decimal> {
    subject.node(node).and_then(|it| it.points)
}

fn flags(subject: &SubjectResult) -> String {
    let flags: Vec<_> = subject.flags().iter().map(ToString::to_string).collect();
    flags.join(" ")
}

fn text(value: Option<Decimal>) -> String {
    value.map(kit::decimal::to_text).unwrap_or_default()
}
