//! Problems that a rule names to recipients, as templates.

use minijinja::Value;

use crate::template::{Fault, grammar, press};

/// Characters of a problem.
pub(crate) const LONGEST: usize = 1000;

/// What a recipient is to correct; empty for nothing.
pub(crate) fn printed(source: &str, values: &Value) -> Result<String, Fault> {
    if source.is_empty() {
        return Ok(String::new());
    }
    let text = press::lines(source, values, Some(press::PROBLEM))?;
    Ok(cut(text.trim()))
}

/// Says whether a source can be printed of data like the sample, of which there may be nothing to say.
pub(crate) fn check(source: &str, sample: &Value) -> Result<(), Fault> {
    grammar::check(source, sample)?;
    printed(source, sample).map(|_| ())
}

/// A problem, cut where it is too long.
pub(super) fn cut(text: &str) -> String {
    match text.chars().count() > LONGEST {
        true => text.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}
