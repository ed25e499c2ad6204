//! Activities of a body (工作台账, B9): what was done on a day, and what that adds up to.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};
use rust_decimal::Decimal;

use crate::report::Evidence;

/// How activities are named.
pub(crate) static NAME: Pattern =
    Pattern::new("activity", "districts/{district}/activities/{activity}");

/// Groups that one count may have.
pub(crate) const MOST_COUNTS: usize = 10_000;

/// What somebody says was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The body.
    pub(crate) unit: String,
    /// The day, by the district's calendar.
    pub(crate) date: Date,
    /// What sort it is, an id of the district's choice.
    pub(crate) kind: String,
    pub(crate) title: String,
    /// How many it stands for.
    pub(crate) quantity: i64,
    /// What it brought.
    pub(crate) amount: Option<Decimal>,
    /// Unit of measure of the amount; empty without one.
    pub(crate) unit_of_measure: String,
    pub(crate) note: String,
    pub(crate) evidence: Vec<Evidence>,
}

/// One row of the ledger, and whether it still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Activity {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    /// Why it was taken out of every count; none while it counts.
    pub(crate) void_reason: Option<String>,
    pub(crate) create_time: Timestamp,
}

impl Activity {
    /// Takes it out of every count.
    pub(crate) fn void(&mut self, district: &str, reason: &str) -> Result<()> {
        if self.void_reason.is_some() {
            let subject = name(district, self.sequence);
            return Err(Error::precondition("ALREADY_VOIDED", subject, "is out of every count"));
        }
        self.void_reason = Some(reason.to_owned());
        Ok(())
    }
}

/// Activities of one body, kind and unit of measure with the same amount, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tied {
    pub(crate) unit: String,
    pub(crate) kind: String,
    pub(crate) unit_of_measure: String,
    /// The amount of each of them.
    pub(crate) amount: Option<Decimal>,
    pub(crate) entries: i64,
    pub(crate) quantity: i64,
}

/// What a body did of one kind, in one unit of measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) unit: String,
    pub(crate) kind: String,
    pub(crate) unit_of_measure: String,
    /// Rows of the ledger.
    pub(crate) entries: i64,
    /// How many they stand for.
    pub(crate) quantity: i64,
    /// Their amounts added.
    pub(crate) amount: Option<Decimal>,
}

/// Adds up what comes in the order of body, kind and unit of measure. The database counts
/// equal amounts and the sum is made here, since its own decimals are not exact.
pub(crate) fn counts(tied: impl IntoIterator<Item = Tied>) -> Result<Vec<Count>> {
    let mut counts: Vec<Count> = Vec::new();
    for tie in tied {
        let amount = match tie.amount {
            Some(amount) => Some(amount.checked_mul(tie.entries.into()).ok_or_else(too_large)?),
            None => None,
        };
        let same = |it: &&mut Count| {
            it.unit == tie.unit && it.kind == tie.kind && it.unit_of_measure == tie.unit_of_measure
        };
        match counts.last_mut().filter(same) {
            Some(count) => {
                count.entries += tie.entries;
                count.quantity += tie.quantity;
                count.amount = match (count.amount, amount) {
                    (Some(sum), Some(more)) => Some(sum.checked_add(more).ok_or_else(too_large)?),
                    (sum, more) => sum.or(more),
                };
            }
            None => counts.push(Count {
                unit: tie.unit,
                kind: tie.kind,
                unit_of_measure: tie.unit_of_measure,
                entries: tie.entries,
                quantity: tie.quantity,
                amount,
            }),
        }
    }
    Ok(counts)
}

fn too_large() -> Error {
    let message = "the amounts add up to more than a decimal of 28 digits holds".to_owned();
    Error::OutOfRange { reason: "AMOUNT_TOO_LARGE", message }
}

/// The full name of the activity at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tied(unit: &str, kind: &str, amount: Option<i64>, entries: i64) -> Tied {
        Tied {
            unit: unit.to_owned(),
            kind: kind.to_owned(),
            unit_of_measure: amount.map_or("", |_| "万元").to_owned(),
            amount: amount.map(|amount| Decimal::new(amount, 1)),
            entries,
            quantity: entries,
        }
    }

    #[test]
    fn equal_amounts_are_added_as_often_as_they_occur() {
        let counts = counts([
            tied("a", "order", Some(15), 2),
            tied("a", "order", Some(1), 3),
            tied("a", "visit", None, 4),
            tied("b", "visit", None, 1),
        ]);
        let counts = counts.unwrap_or_default();
        let shown: Vec<_> = counts
            .iter()
            .map(|it| (&*it.unit, &*it.kind, it.quantity, it.amount.map(|it| it.to_string())))
            .collect();
        assert_eq!(
            shown,
            [
                ("a", "order", 5, Some("3.3".to_owned())),
                ("a", "visit", 4, None),
                ("b", "visit", 1, None),
            ]
        );
    }
}
