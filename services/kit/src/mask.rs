//! Update masks: which fields of a resource an update is about.

use prost_types::FieldMask;

use crate::error::{Error, Result, Violation};
use crate::field::Fields;

/// The fields that an update names or, where it names none, those that it sets.
#[derive(Clone, Debug)]
pub struct Mask {
    named: Vec<&'static str>,
}

impl Mask {
    /// Reads `update_mask`. `mutable` is every field that may be updated, with whether the
    /// message sets it. Another path is refused with reason `UNKNOWN_PATH`; an absent or empty
    /// mask, and `*`, name the fields that are set.
    pub fn parse(mask: &Option<FieldMask>, mutable: &[(&'static str, bool)]) -> Result<Self> {
        let paths = mask.as_ref().map_or(&[][..], |mask| &mask.paths);
        let names_none = paths.is_empty() || paths.iter().any(|path| path == "*");
        if !names_none {
            check_known(paths, mutable)?;
        }
        let is_named = |path: &str, is_set: bool| {
            if names_none { is_set } else { paths.iter().any(|given| given == path) }
        };
        let named = mutable.iter().filter(|(path, is_set)| is_named(path, *is_set));
        Ok(Self { named: named.map(|(path, _)| *path).collect() })
    }

    /// True when the update is about `path`.
    pub fn has(&self, path: &str) -> bool {
        self.named.contains(&path)
    }

    /// Ends the reading of `message`, e.g. `unit`. Its fields that the update is not about may
    /// hold anything.
    pub fn check(&self, message: &str, fields: Fields) -> Result<()> {
        let mut counted = Fields::default();
        for fault in fields.into_violations() {
            let path = fault.field.strip_prefix(message).and_then(|it| it.strip_prefix('.'));
            let field = path.and_then(|path| path.split(['.', '[']).next());
            if field.is_none_or(|field| self.has(field)) {
                counted.violation(fault.field, fault.reason, fault.message);
            }
        }
        counted.check()
    }
}

fn check_known(paths: &[String], mutable: &[(&'static str, bool)]) -> Result<()> {
    let known: Vec<&str> = mutable.iter().map(|(path, _)| *path).collect();
    let unknown = paths.iter().filter(|path| !known.contains(&path.as_str()));
    let violations: Vec<Violation> = unknown
        .map(|path| Violation {
            field: "update_mask".to_owned(),
            reason: "UNKNOWN_PATH",
            message: format!("{path:?} cannot be updated; these can: {}", known.join(", ")),
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}
