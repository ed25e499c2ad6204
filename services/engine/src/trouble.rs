//! Why a cohort cannot be scored. Faults of the rulebook itself are found before; see
//! [`crate::Fault`].

use std::fmt;

use crate::exact::Arithmetic;

/// Something in the inputs of a run that forbids a score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    /// The subject it concerns.
    pub subject: String,
    /// The node it concerns; empty when it concerns none.
    pub node_id: String,
    /// The indicator it concerns; empty when it concerns none.
    pub indicator: String,
    /// `MISSING_VALUE`, `TARGET_MISSING`, `TARGET_NOT_POSITIVE`, `MISSING_RESULT`,
    /// `TOO_FEW_PARTS`, `ENTRY_WORTH`, `UNKNOWN_ITEM`, `DUPLICATE_SUBJECT`, or of the arithmetic
    /// `OVERFLOW`, `DIVISION_BY_ZERO`, `UNDEFINED`, `ABSENT`.
    pub reason: &'static str,
    /// What is wrong and where, sufficient alone.
    pub message: String,
}

impl Trouble {
    pub(crate) fn missing_value(subject: &str, node_id: &str, indicator: &str) -> Trouble {
        let message =
            format!("{subject} has no value of {indicator}, and node {node_id} blocks without one");
        Trouble::leaf(subject, node_id, indicator, "MISSING_VALUE", message)
    }

    pub(crate) fn target_missing(subject: &str, node_id: &str, indicator: &str) -> Trouble {
        let message =
            format!("{subject} has no target of {indicator}, and node {node_id} needs one");
        Trouble::leaf(subject, node_id, indicator, "TARGET_MISSING", message)
    }

    pub(crate) fn target_not_positive(subject: &str, node_id: &str, indicator: &str) -> Trouble {
        let message = format!(
            "the target of {subject} in {indicator} must be above 0: node {node_id} divides by it"
        );
        Trouble::leaf(subject, node_id, indicator, "TARGET_NOT_POSITIVE", message)
    }

    pub(crate) fn missing_result(subject: &str, node_id: &str, slot: &str) -> Trouble {
        let what = if slot == node_id { "any period" } else { slot };
        let message = format!(
            "{subject} has no published result of {what}, and node {node_id} blocks without one"
        );
        Trouble::leaf(subject, node_id, "", "MISSING_RESULT", message)
    }

    pub(crate) fn too_few(subject: &str, id: &str, least: u32) -> Trouble {
        let message =
            format!("{subject} has fewer than {least} parts of node {id} that count, which blocks");
        Trouble::leaf(subject, id, "", "TOO_FEW_PARTS", message)
    }

    pub(crate) fn entry(subject: &str, node_id: &str, entry: &str, why: &str) -> Trouble {
        let message = format!("{entry} of {subject} does not fit node {node_id}: {why}");
        Trouble::leaf(subject, node_id, "", "ENTRY_WORTH", message)
    }

    pub(crate) fn unknown_item(subject: &str, entry: &str, item: &str) -> Trouble {
        let message = format!("{entry} of {subject} names {item}, which is no item of the track");
        Trouble::leaf(subject, "", "", "UNKNOWN_ITEM", message)
    }

    pub(crate) fn arithmetic(subject: &str, node_id: &str, cause: Arithmetic) -> Trouble {
        let message = format!("{subject} cannot be scored at node {node_id}: {cause}");
        let reason = match cause {
            Arithmetic::Overflow => "OVERFLOW",
            Arithmetic::DivisionByZero => "DIVISION_BY_ZERO",
            Arithmetic::Undefined => "UNDEFINED",
            Arithmetic::Absent(_) => "ABSENT",
        };
        Trouble::leaf(subject, node_id, "", reason, message)
    }

    pub(crate) fn duplicate_subject(subject: &str) -> Trouble {
        let message = format!("{subject} stands twice on the track");
        Trouble::leaf(subject, "", "", "DUPLICATE_SUBJECT", message)
    }

    fn leaf(
        subject: &str,
        node_id: &str,
        indicator: &str,
        reason: &'static str,
        message: String,
    ) -> Trouble {
        Trouble {
            subject: subject.to_owned(),
            node_id: node_id.to_owned(),
            indicator: indicator.to_owned(),
            reason,
            message,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}
