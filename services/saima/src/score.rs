//! `saima score`: a rulebook tried on a table, without a server.
//!
//! The scheme file has the form of a district's files (see [`crate::pack`]), and may leave
//! out what only a district needs: `name`, `series`, `effective_period`, the members of its
//! tracks, and of an indicator everything but `name`; an indicator that is not described is
//! one of which more is better. The table is described in [`sheet`]. The arithmetic is that
//! of `rulebook` and `engine`, the same as on the server.

pub(crate) mod draft;
mod explanation;
mod report;
mod sheet;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::ValueEnum;
use engine::{Cohort, TrackResult};
use proto::registry::v1::Scheme;
use rulebook::Rulebook;

use crate::explain;
use crate::failure::{Failure, Result};
use crate::pack::{Pack, Source};
use crate::problem::{Item, Problems};

/// Scores a table by a scheme, without a server
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scheme with its indicators: a YAML file, or a folder of such files
    #[arg(long, value_name = "FILE")]
    pub scheme: PathBuf,

    /// The figures: a CSV file with a line for each unit
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,

    /// The period that is scored, such as 2023Q1: it says which theme of the scheme holds
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,

    /// Nodes whose points are printed, by id with commas between, or `all`; the parts directly
    /// below the root and the nodes beside the tree where nothing is said
    #[arg(long, value_name = "NODES")]
    pub columns: Option<String>,

    /// Form of the results
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,

    /// Print how this unit came to its score, instead of the results
    #[arg(long, value_name = "UNIT")]
    pub explain: Option<String>,
}

/// Form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people.
    Table,
    /// CSV for programs.
    Csv,
}

/// A scored track, or what of it was compared in one period and group.
pub struct Scored {
    /// The track's name as printed.
    pub display_name: String,
    /// The period, as the table has it; empty where it has none.
    pub period: String,
    /// The group, as the table has it; empty where it has none.
    pub group: String,
    /// What it came to.
    pub result: TrackResult,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let sources = Source::gather(&args.scheme)?;
    let data = Source::gather_one(&args.data)?;
    let tracks = score(&sources, &data, args.period.as_deref())?;
    let columns = report::Columns::parse(args.columns.as_deref());
    columns.check(&tracks)?;
    let mut out = io::stdout().lock();
    let painted = out.is_terminal();
    match (&args.explain, args.format) {
        (Some(unit), _) => {
            let found =
                tracks.iter().flat_map(|it| &it.result.subjects).filter(|it| it.subject == *unit);
            let trees = found.flat_map(|it| std::iter::once(&it.explained).chain(&it.asides));
            let trees: Vec<_> = trees.map(explanation::to_proto).collect();
            if trees.is_empty() {
                return Err(Failure::data(format!("{}: no line for the unit {unit}", data.label)));
            }
            trees.iter().try_for_each(|it| explain::print(&mut out, it, "", painted))?;
        }
        (None, Format::Table) => report::table(&mut out, &tracks, &columns, painted)?,
        (None, Format::Csv) => report::csv(&mut out, &tracks, &columns)?,
    }
    Ok(())
}

/// Scores the table `data` by the one scheme of `sources`, by the weights that hold in a period.
pub fn score(sources: &[Source], data: &Source, period: Option<&str>) -> Result<Vec<Scored>> {
    if let Some(period) = period.filter(|period| rulebook::Span::parse(period).is_none()) {
        return Err(Failure::data(format!(
            "{period}: no period such as 2023, 2023H1, 2023Q1, 2023-01"
        )));
    }
    let pack = Pack::read(sources)?;
    let scheme = match pack.schemes.as_slice() {
        [scheme] => draft::complete(scheme),
        [] => return Err(Failure::data(format!("{}: no scheme", sources[0].label))),
        [_, second, ..] => {
            let origin = &second.origin;
            return Err(Failure::data(format!(
                "{}:{}: a second scheme",
                origin.file, origin.tree.at
            )));
        }
    };
    let indicators = draft::indicators(&pack, &scheme.value);
    let rulebook = parse(&scheme, &rulebook::Indicators::from_proto(&indicators))?;
    let lots = sheet::read(data, &pack.district_id, &rulebook, &indicators)?;
    let mut scored = Vec::new();
    for sheet::Lot { track, period: own, group, sheets } in lots {
        let troubles = |all: Vec<engine::Trouble>| {
            let lines: Vec<_> = all.iter().map(|it| format!("{}: {it}", data.label)).collect();
            Failure::data(lines.join("\n"))
        };
        let entry = &rulebook.entries[track];
        let cohort = Cohort::new(sheets).map_err(|it| troubles(vec![it]))?;
        // A line's own period says which theme holds, where it is one of the calendar.
        let period = Some(own.as_str()).filter(|it| rulebook::Span::parse(it).is_some()).or(period);
        let themed = period.and_then(|period| rulebook.track_in(entry.track.track_id(), period));
        let result = engine::score(themed.unwrap_or(&entry.track), &cohort).map_err(troubles)?;
        let display_name = entry.track.display_name().to_owned();
        scored.push(Scored { display_name, period: own, group, result });
    }
    Ok(scored)
}

/// Every fault of the scheme, at the place in the file where it was written.
pub(crate) fn parse(scheme: &Item<Scheme>, indicators: &rulebook::Indicators) -> Result<Rulebook> {
    let violations = match rulebook::parse(&scheme.value, indicators) {
        Ok(rulebook) => return Ok(rulebook),
        Err(kit::Error::Invalid(violations)) => violations,
        Err(other) => return Err(other.into()),
    };
    let mut problems = Problems::default();
    for violation in violations {
        let path = violation.field.trim_start_matches("scheme").trim_start_matches('.');
        problems.add_below(&scheme.origin, path, violation.message);
    }
    Err(Failure::data(problems))
}
