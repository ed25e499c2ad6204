//! `saima`, the one binary: see the library of the same name.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use saima::failure::Result;
use saima::{apply, demo, export_person, keys, lint, score, serve, token, verify};

/// Saima, the evaluation suite of a district's assessment office
#[derive(Debug, Parser)]
#[command(name = "saima", version)]
enum Command {
    Serve(Box<serve::Args>),
    Apply(apply::Args),
    Score(score::Args),
    Lint(lint::Args),
    Demo(demo::Args),
    ExportPerson(export_person::Args),
    Keys(keys::Args),
    Token(token::Args),
    Verify(verify::Args),
}

/// `EX_USAGE`: the command line is wrong, nothing was tried.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let outcome = match Command::try_parse() {
        Ok(Command::Serve(args)) => return serve::run(&args),
        Ok(Command::Apply(args)) => apply::run(&args),
        Ok(Command::Score(args)) => score::run(&args),
        Ok(Command::Lint(args)) => lint::run(&args),
        Ok(Command::Demo(args)) => demo::run(&args),
        Ok(Command::ExportPerson(args)) => export_person::run(&args),
        Ok(Command::Keys(args)) => keys::run(&args),
        Ok(Command::Token(args)) => token::run(&args),
        Ok(Command::Verify(args)) => verify::run(&args),
        Err(error) => return refuse(&error),
    };
    exit_code(outcome)
}

fn exit_code(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let message = failure.to_string();
            if !message.is_empty() {
                // Standard error may be closed; there is nobody else to tell.
                let _ = writeln!(io::stderr(), "{message}");
            }
            failure.exit_code()
        }
    }
}

fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}
