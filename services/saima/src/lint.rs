//! `saima lint`: everything that is wrong with a scheme, without a server.
//!
//! The faults are those for which registry refuses to save it, each at the line of the file in
//! which it was written, with the field's path, what would mend it and the stable reason. A
//! scheme without a name is read as `saima score` reads it: what only a district needs may be
//! left out.

use std::io::{self, Write};
use std::path::PathBuf;

use proto::registry::v1::Scheme;

use crate::failure::{Failure, Result};
use crate::pack::{Pack, Source};
use crate::problem::{Item, Problems};
use crate::score::draft;

/// Names everything that is wrong with a scheme, without a server
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scheme with its indicators: a YAML file, or a folder of such files
    #[arg(value_name = "SCHEME")]
    pub scheme: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<()> {
    let sound = lint(&Source::gather(&args.scheme)?)?;
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
    let (mut problems, mut sound) = (Problems::default(), Vec::new());
    for scheme in &pack.schemes {
        let before = problems.count();
        check(&pack, scheme, &mut problems);
        if problems.count() == before {
            let tracks = scheme.value.tracks.len();
            sound.push(format!("{}: sound, tracks: {tracks}", scheme.origin.file));
        }
    }
    problems.check(sound)
}

fn check(pack: &Pack, scheme: &Item<Scheme>, problems: &mut Problems) {
    let offline = scheme.value.name.is_empty();
    let whole = if offline { draft::complete(scheme) } else { scheme.clone() };
    let indicators = match offline {
        true => draft::indicators(pack, &whole.value),
        false => pack.indicators.iter().map(|it| it.value.clone()).collect(),
    };
    match rulebook::parse(&whole.value, &rulebook::Indicators::from_proto(&indicators)) {
        Ok(_) => {}
        Err(kit::Error::Invalid(violations)) => {
            for violation in violations {
                let path = violation.field.trim_start_matches("scheme").trim_start_matches('.');
                let message = format!("{} ({})", violation.message, violation.reason);
                problems.add_below(&whole.origin, path, message);
            }
        }
        Err(other) => problems.add_below(&whole.origin, "", Failure::from(other)),
    }
}
