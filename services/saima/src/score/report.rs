//! The results of a table, for people and for programs.

use std::io::Write;

use engine::{Colour, SubjectResult, TrackResult};
use rust_decimal::Decimal;

use super::Scored;
use crate::explain;
use crate::failure::Result;
use crate::table::{Align, Cell, Paint, Table, align_points, paint};

/// One table for each track.
pub(super) fn table(out: &mut impl Write, tracks: &[Scored], painted: bool) -> Result<()> {
    for (index, Scored { display_name, result }) in tracks.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let title = if painted { paint(display_name, Paint::Bold) } else { display_name.clone() };
        writeln!(out, "{title}")?;
        one_table(result).print(out, "", painted)?;
    }
    Ok(())
}

fn one_table(result: &TrackResult) -> Table {
    let parts = parts(result);
    let mut head = vec![
        ("名次", Align::Right),
        ("单位", Align::Left),
        ("得分", Align::Right),
        ("", Align::Left),
    ];
    head.extend(parts.iter().map(|(_, name)| (name.as_str(), Align::Right)));
    head.push(("备注", Align::Left));
    let mut table = Table::new(head);
    let points = |it: &SubjectResult, part: usize| {
        text(it.explained.children.get(part).and_then(|it| it.points))
    };
    let totals = align_points(result.subjects.iter().map(|it| text(it.total)));
    let columns: Vec<_> = (0..parts.len())
        .map(|part| align_points(result.subjects.iter().map(|it| points(it, part))))
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
        cells.extend(columns.iter().map(|column| column[line].as_str().into()));
        let flags = subject.flags();
        cells.push(Cell::new(explain::notable(flags.iter().map(|it| it.as_str())), Paint::Dim));
        table.line(cells);
    }
    table
}

/// One CSV of all tracks; the columns of parts are named by their nodes.
pub(super) fn csv(out: &mut impl Write, tracks: &[Scored]) -> Result<()> {
    let mut nodes: Vec<String> = Vec::new();
    for (id, _) in tracks.iter().flat_map(|it| parts(&it.result)) {
        if !nodes.contains(&id) {
            nodes.push(id);
        }
    }
    let mut writer = csv::Writer::from_writer(out);
    let mut head: Vec<&str> = vec!["track", "unit", "score", "rank", "colour", "pace"];
    head.extend(nodes.iter().map(String::as_str));
    head.push("flags");
    writer.write_record(head)?;
    for Scored { result, .. } in tracks {
        for subject in &result.subjects {
            let colour = match subject.colour {
                Some(Colour::Green) => "GREEN",
                Some(Colour::Yellow) => "YELLOW",
                Some(Colour::Red) => "RED",
                None => "",
            };
            let mut cells = vec![
                result.track_id.clone(),
                subject.subject.clone(),
                text(subject.total),
                text(subject.rank),
                colour.to_owned(),
                text(subject.pace),
            ];
            let children = &subject.explained.children;
            cells.extend(nodes.iter().map(|node| {
                text(children.iter().find(|it| it.node_id == *node).and_then(|it| it.points))
            }));
            cells.push(flags(subject));
            writer.write_record(cells)?;
        }
    }
    writer.flush()?;
    Ok(())
}

/// Ids and names of the parts directly below the root.
fn parts(result: &TrackResult) -> Vec<(String, String)> {
    let children =
        result.subjects.first().map(|it| it.explained.children.as_slice()).unwrap_or_default();
    children.iter().map(|it| (it.node_id.clone(), it.display_name.clone())).collect()
}

fn flags(subject: &SubjectResult) -> String {
    let flags: Vec<_> = subject.flags().iter().map(ToString::to_string).collect();
    flags.join(" ")
}

fn text(value: Option<Decimal>) -> String {
    value.map(kit::decimal::to_text).unwrap_or_default()
}
