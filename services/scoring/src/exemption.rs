//! Exemptions (豁免, B10): who is not touched by a gate, an award or a card, decided before a run.

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

/// How they are named.
pub(crate) static NAME: Pattern =
    Pattern::new("exemption", "districts/{district}/exemptions/{exemption}");

/// What somebody grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Id of the subject.
    pub(crate) unit: String,
    pub(crate) period: String,
    pub(crate) scheme: String,
    /// Id of the gate, award or card.
    pub(crate) rule: String,
    pub(crate) reason: String,
    /// The document it was decided by.
    pub(crate) citation: String,
    /// Account of who approved it.
    pub(crate) approver: String,
}

/// One row of the ledger, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exemption {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    /// The subject's track.
    pub(crate) track: String,
    pub(crate) withdrawal: Option<Withdrawal>,
    pub(crate) create_time: Timestamp,
}

/// How it was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Withdrawal {
    pub(crate) reason: String,
    /// Account of who took it back.
    pub(crate) withdrawer: String,
    pub(crate) create_time: Timestamp,
}

impl Exemption {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// One more once it is taken back.
    pub(crate) fn revision(&self) -> i64 {
        1 + i64::from(self.withdrawal.is_some())
    }

    /// Takes it back, once.
    pub(crate) fn withdraw(&mut self, district: &str, withdrawal: Withdrawal) -> Result<()> {
        if self.withdrawal.is_some() {
            let message = "was taken back before";
            return Err(Error::precondition("EXEMPTION_WITHDRAWN", self.name(district), message));
        }
        self.withdrawal = Some(withdrawal);
        Ok(())
    }
}

/// Refuses a second exemption of a subject from a rule: `EXEMPTED`. `standing` are those of the
/// ranking that stand.
pub(crate) fn refuse_second(
    district: &str,
    standing: &[Exemption],
    contents: &Contents,
) -> Result<()> {
    let same =
        |it: &&Exemption| it.contents.unit == contents.unit && it.contents.rule == contents.rule;
    match standing.iter().find(same) {
        Some(before) => {
            let message = "exempts the subject from the rule already";
            Err(Error::precondition("EXEMPTED", before.name(district), message))
        }
        None => Ok(()),
    }
}
