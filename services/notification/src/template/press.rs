//! Printing: a source and its data become a text, within bounds.

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};

use super::{Fault, Kind, Part};

/// How long a template may run and how much it may yield.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Steps of the template engine.
    steps: u64,
    /// Bytes of text.
    size: usize,
}

/// A title line.
pub(crate) const SUBJECT: Bounds = Bounds { steps: 20_000, size: 2 << 10 };
/// A problem of a recipient, some sentences.
pub(crate) const PROBLEM: Bounds = Bounds { steps: 20_000, size: 64 << 10 };
/// A letter has no lists to go through.
const LETTER: Bounds = Bounds { steps: 20_000, size: 64 << 10 };
/// A bulletin goes through some thousand units a few times.
pub(crate) const BULLETIN: Bounds = Bounds { steps: 1_000_000, size: 256 << 10 };

pub(super) fn bounds(kind: Kind, part: Part) -> Bounds {
    match (kind, part) {
        (_, Part::Subject) => SUBJECT,
        (Kind::WorkReminder | Kind::WarningSheet, Part::Body) => LETTER,
        (Kind::MonthlyBulletin, Part::Body) => BULLETIN,
    }
}

/// Prints a template. Without bounds only what Saima brings.
pub(crate) fn print(source: &str, values: &Value, bounds: Option<Bounds>) -> Result<String, Fault> {
    let text = lines(source, values, bounds)?;
    if text.trim().is_empty() {
        let message = "yields no text".to_owned();
        return Err(Fault { reason: "TEMPLATE_LIMIT", message });
    }
    Ok(text)
}

/// Prints what may have nothing to say.
pub(crate) fn lines(source: &str, values: &Value, bounds: Option<Bounds>) -> Result<String, Fault> {
    let mut sheet = Sheet { text: Vec::new(), room: bounds.map(|it| it.size) };
    let printed = environment(bounds).and_then(|environment| {
        let template = environment.template_from_str(source)?;
        template.render_captured_to(values.clone(), &mut sheet).map(|_| ())
    });
    printed.map_err(|error| fault(&error))?;
    Ok(String::from_utf8_lossy(&sheet.text).trim_end().to_owned())
}

/// A statement that stands on a line of its own leaves no trace of the line.
pub(super) fn syntax() -> Result<SyntaxConfig, minijinja::Error> {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()
}

/// What a caller is told of the engine's refusal.
pub(super) fn fault(error: &minijinja::Error) -> Fault {
    let (reason, message) = match error.kind() {
        ErrorKind::OutOfFuel => ("TEMPLATE_LIMIT", "runs too long".to_owned()),
        ErrorKind::WriteFailure => ("TEMPLATE_LIMIT", "yields too long a text".to_owned()),
        ErrorKind::UndefinedError => ("UNKNOWN_VARIABLE", "prints an unknown variable".to_owned()),
        kind => {
            let detail = error.detail().map_or_else(|| kind.to_string(), str::to_owned);
            ("TEMPLATE_SYNTAX", detail)
        }
    };
    match error.line() {
        Some(line) => Fault::at(reason, line, message),
        None => Fault { reason, message },
    }
}

fn environment(bounds: Option<Bounds>) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::empty();
    environment.set_syntax(syntax()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(bounds.map(|it| it.steps));
    environment.add_filter("length", minijinja::filters::length);
    Ok(environment)
}

struct Sheet {
    text: Vec<u8>,
    /// Bytes that are left.
    room: Option<usize>,
}

impl io::Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(room) = &mut self.room {
            let full = || io::Error::other("the sheet is full");
            *room = room.checked_sub(bytes.len()).ok_or_else(full)?;
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
