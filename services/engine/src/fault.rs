//! What is wrong with a rulebook, all of it at once, each fault at its place.

use std::fmt;

use rust_decimal::Decimal;

/// One fault of a rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, from the track on, for example `root.sum.children[0].leaf.completion.cap`.
    pub path: String,
    /// Stable code, for example `WEIGHT_SUM`.
    pub reason: &'static str,
    /// What is wrong and what would mend it.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.path, self.message, self.reason)
    }
}

/// Collects faults while walking through a rulebook.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    path: Vec<String>,
    found: Vec<Fault>,
}

impl Faults {
    /// Walks into a part.
    pub(crate) fn inside<R>(
        &mut self,
        part: impl Into<String>,
        walk: impl FnOnce(&mut Faults) -> R,
    ) -> R {
        self.path.push(part.into());
        let result = walk(self);
        self.path.pop();
        result
    }

    /// Notes a fault of a field of the part that is walked through.
    pub(crate) fn add(&mut self, field: &str, reason: &'static str, message: impl Into<String>) {
        let mut path = self.path.join(".");
        if !field.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(field);
        }
        self.found.push(Fault { path, reason, message: message.into() });
    }

    /// Where the walk is.
    pub(crate) fn here(&self) -> String {
        self.path.join(".")
    }

    /// Notes a fault of a place that was walked through before.
    pub(crate) fn add_at(&mut self, path: String, reason: &'static str, message: String) {
        self.found.push(Fault { path, reason, message });
    }

    /// Notes `PARAMETER_RANGE` unless `least ≤ value ≤ most`.
    pub(crate) fn range(&mut self, field: &str, value: Decimal, least: Decimal, most: Decimal) {
        if value < least || value > most {
            let message = format!("must lie within {least}..{most}, not {value}");
            self.add(field, "PARAMETER_RANGE", message);
        }
    }

    /// Notes `PARAMETER_RANGE` unless `value > least`.
    pub(crate) fn above(&mut self, field: &str, value: Decimal, least: Decimal) {
        if value <= least {
            self.add(field, "PARAMETER_RANGE", format!("must be above {least}, not {value}"));
        }
    }

    /// Notes `PARAMETER_SIZE` for a number that no rulebook needs: more than 18 digits
    /// before or 10 after the point.
    pub(crate) fn size(&mut self, field: &str, value: Decimal) {
        let value = value.normalize();
        if value.scale() > 10 || value.abs() >= Decimal::from(10_u64.pow(18)) {
            let message = "may have at most 18 digits before and 10 after the point";
            self.add(field, "PARAMETER_SIZE", message);
        }
    }

    /// All faults, in the order they were found.
    pub(crate) fn into_result<T>(self, sound: T) -> Result<T, Vec<Fault>> {
        if self.found.is_empty() { Ok(sound) } else { Err(self.found) }
    }
}
