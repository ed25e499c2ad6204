//! `saima lint`: everything that is wrong with a scheme, without a server.
//!
//! The faults are those for which registry refuses to save it, each at the line of the file in
//! which it was written, with the field's path, what would mend it and the stable reason. A
//! scheme without a name is read as `saima score` reads it: what only a district needs may be
//! left out. What the files do not hold is not judged: who runs where there are no units, and
//! schemes of other series unless a whole district is given.

mod beside;

use std::io::{self, Write};
use std::path::PathBuf;

use kit::Violation;
use proto::registry::v1::Scheme;
use rulebook::Rulebook;

use crate::failure::{Failure, Result};
use crate::pack::{Pack, Source};
use crate::problem::{Item, Problems};
use crate::score::draft;

/// Names everything that is wrong with a scheme, without a server
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scheme with its indicators: YAML files, or folders of such files, read as one
    #[arg(value_name = "SCHEME", required = true)]
    pub schemes: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let sources: Result<Vec<Vec<Source>>> =
        args.schemes.iter().map(|path| Source::gather(path)).collect();
    let sound = lint(&sources?.concat())?;
    let mut out = io::stdout().lock();
    sound.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    Ok(())
}

/// A line for each scheme that is sound, or the faults of all.
pub fn lint(sources: &[Source]) -> Result<Vec<String>> {
    let pack = Pack::read(sources)?;
    if pack.schemes.is_empty() {
        return Err(Failure::data(format!("{}: no scheme", sources[0].label)));
    }
    let mut problems = Problems::default();
    let mut read: Vec<(&Item<Scheme>, Option<Rulebook>, Vec<Violation>)> = Vec::new();
    for scheme in &pack.schemes {
        match parse(&pack, scheme) {
            Ok(rulebook) => read.push((scheme, Some(rulebook), Vec::new())),
            Err(kit::Error::Invalid(violations)) => read.push((scheme, None, violations)),
            Err(other) => return Err(Failure::from(other)),
        }
    }
    let series = read.iter().filter_map(|(_, rulebook, _)| rulebook.as_ref());
    let series = series.map(|it| (it.series.clone(), it.clone())).collect();
    let mut sound = Vec::new();
    for (scheme, rulebook, mut faults) in read {
        if let Some(rulebook) = rulebook.filter(|_| !is_offline(scheme)) {
            faults.extend(beside::faults(&pack, &scheme.value, &rulebook, &series));
        }
        if faults.is_empty() {
            let tracks = scheme.value.tracks.len();
            sound.push(format!("{}: sound, tracks: {tracks}", scheme.origin.file));
        }
        for fault in faults {
            let path = fault.field.trim_start_matches("scheme").trim_start_matches('.');
            let message = format!("{} ({})", fault.message, fault.reason);
            problems.add_below(&scheme.origin, path, message);
        }
    }
    problems.check(sound)
}

/// It is to be scored without a district.
fn is_offline(scheme: &Item<Scheme>) -> bool {
    scheme.value.name.is_empty()
}

fn parse(pack: &Pack, scheme: &Item<Scheme>) -> kit::Result<Rulebook> {
    let offline = is_offline(scheme);
    let whole = if offline { draft::complete(scheme) } else { scheme.clone() };
    let indicators = match offline {
        true => draft::indicators(pack, &whole.value),
        false => pack.indicators.iter().map(|it| it.value.clone()).collect(),
    };
    rulebook::parse(&whole.value, &rulebook::Indicators::from_proto(&indicators))
}
