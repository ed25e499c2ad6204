//! The table for people and the file for machines.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::Outcome;
use crate::pair::{Cost, Spread, control, ratios};

/// One line of the table.
#[derive(Serialize)]
pub(crate) struct Line {
    row: u32,
    what: String,
    against: String,
    /// peer ÷ suite for times (more is better), suite ÷ peer for memory (less is better).
    ratio: Option<Spread>,
    unit: &'static str,
    suite: String,
    peer: String,
    goal: &'static str,
    /// How far the peer lies from itself; `None` where nothing was paired with itself.
    control_per_cent: Option<f64>,
}

impl Line {
    /// A line of any ratio.
    pub(crate) fn new(
        row: u32,
        [what, against]: [&str; 2],
        (ratio, unit): (Spread, &'static str),
        [suite, peer]: [String; 2],
        goal: &'static str,
    ) -> Self {
        let (what, against) = (what.to_owned(), against.to_owned());
        Self {
            row,
            what,
            against,
            ratio: Some(ratio),
            unit,
            suite,
            peer,
            goal,
            control_per_cent: None,
        }
    }

    /// A line of a peer that is not to be had here.
    pub(crate) fn absent(row: u32, [what, against]: [&str; 2], reason: String) -> Self {
        let (what, against) = (what.to_owned(), against.to_owned());
        let (unit, suite, goal) = ("absent", String::new(), "");
        Self {
            row,
            what,
            against,
            ratio: None,
            unit,
            suite,
            peer: reason,
            goal,
            control_per_cent: None,
        }
    }

    /// The same with a goal.
    pub(crate) fn toward(self, goal: &'static str) -> Self {
        Self { goal, ..self }
    }

    /// Two lines, CPU and wall, for `units` units of work a measurement.
    pub(crate) fn costs(
        row: u32,
        names: [&str; 2],
        (suite, peer): (&[Cost], &[Cost]),
        (units, unit): (u32, &str),
        goal: &'static str,
    ) -> [Self; 2] {
        let line = |kind: &'static str, of: fn(&Cost) -> std::time::Duration, goal| {
            let each = |costs: &[Cost]| {
                let micros =
                    costs.iter().map(|it| of(it).as_secs_f64() * 1e6 / f64::from(units)).collect();
                format!("{:.2} µs/{unit}", Spread::of(micros).median)
            };
            let mut line = Self::new(
                row,
                names,
                (ratios(suite, peer, of), kind),
                [each(suite), each(peer)],
                goal,
            );
            line.control_per_cent = Some(control(peer, of));
            line
        };
        [line("CPU", |it| it.cpu, goal), line("wall", |it| it.wall, "")]
    }
}

/// Prints the table as Markdown.
pub(crate) fn print(lines: &[Line]) {
    println!("| row | what | against | ratio (min–max) | of | suite | peer | goal | A/A control |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for line in lines {
        let ratio = line.ratio.map_or_else(String::new, |Spread { min, median, max }| {
            format!("{median:.2} ({min:.2}–{max:.2})")
        });
        let control = match line.control_per_cent {
            Some(off) if off.is_finite() && off > 5.0 => format!("{off:.1} %, inconclusive"),
            Some(off) if off.is_finite() => format!("{off:.1} %"),
            Some(_) => "too short to tell".to_owned(),
            None => "none".to_owned(),
        };
        println!(
            "| {} | {} | {} | {ratio} | {} | {} | {} | {} | {control} |",
            line.row, line.what, line.against, line.unit, line.suite, line.peer, line.goal,
        );
    }
}

/// Writes the figures as JSON.
pub(crate) fn write(path: &Path, lines: &[Line]) -> Outcome<()> {
    Ok(fs::write(path, serde_json::to_string_pretty(lines)?)?)
}
