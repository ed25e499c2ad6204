//! What is wrong with a file: every fault with its file, line, column and the path of
//! the field, so that an author mends them all in one go.

use std::fmt;
use std::rc::Rc;

use crate::failure::Failure;
use crate::yaml::{Kind, Place, Tree};

/// Faults that are printed; the rest are counted.
const SHOWN: usize = 50;

/// One fault of a file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The file as the author knows it.
    pub file: Rc<str>,
    /// Where in it.
    pub at: Place,
    /// The field, for example `units[3].kind`; may be empty.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Every fault that was found.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

/// A value and the piece of a file it was read from.
#[derive(Clone, Debug)]
pub struct Item<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// A piece of a file.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file.
    pub file: Rc<str>,
    /// The path of the piece within it.
    pub path: String,
    /// What was written.
    pub tree: Tree,
}

impl Problems {
    /// Adds a fault.
    pub fn add(&mut self, file: &Rc<str>, at: Place, path: &str, message: impl fmt::Display) {
        self.0.push(Problem {
            file: file.clone(),
            at,
            path: path.to_owned(),
            message: message.to_string(),
        });
    }

    /// Adds a fault of the field `path` below `origin`, for example `tracks[0].root.weight`.
    pub fn add_below(&mut self, origin: &Origin, path: &str, message: impl fmt::Display) {
        let whole = match path {
            "" => origin.path.clone(),
            path => format!("{}.{path}", origin.path),
        };
        self.add(&origin.file, locate(&origin.tree, path), &whole, message);
    }

    /// The value if there is no fault, else the faults.
    pub fn check<T>(self, value: T) -> Result<T, Failure> {
        if self.0.is_empty() { Ok(value) } else { Err(Failure::data(self)) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(SHOWN).enumerate() {
            let Problem { file, at, path, message } = problem;
            let newline = if index == 0 { "" } else { "\n" };
            let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
            write!(out, "{newline}{file}:{at}: {path}{message}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(out, "\n… and {more} more"),
        }
    }
}

/// Where the field `path` stands in `tree`; where its nearest ancestor stands when it
/// was not written.
fn locate(tree: &Tree, path: &str) -> Place {
    let mut here = tree;
    for step in path.split(['.', '[']).map(|it| it.trim_end_matches(']')) {
        let next = match &here.kind {
            Kind::Map(entries) => {
                entries.iter().find(|it| is_called(&it.key, step)).map(|it| &it.value)
            }
            Kind::List(items) => step.parse::<usize>().ok().and_then(|it| items.get(it)),
            Kind::Scalar(_) => None,
        };
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    here.at
}

/// `display_name` may have been written `displayName`.
fn is_called(key: &str, field: &str) -> bool {
    key == field || key.eq_ignore_ascii_case(&field.replace('_', ""))
}
