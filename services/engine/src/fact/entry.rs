//! What the office's ledger of bonuses and deductions (加减分) holds of a subject.

use rust_decimal::Decimal;

/// One entry of the ledger: something that happened, under an item of the scheme's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The entry's name.
    pub name: String,
    /// Id of the list item it falls under.
    pub item: String,
    /// Points it is worth, above 0 on either side; absent where the item says how many.
    pub points: Option<Decimal>,
    /// The level it was given at, for example `national`; empty where the item has no levels.
    pub level: String,
    /// What it is about: the same matter counts once, at its highest level. Empty: a matter of
    /// its own.
    pub matter: String,
    /// The ground, in the office's words.
    pub ground: String,
    /// Where the entry stands.
    pub standing: EntryStanding,
    /// Names of the documents behind it.
    pub sources: Vec<String>,
}

/// Where an entry stands.
///
/// ```
/// use engine::EntryStanding;
/// let standing = EntryStanding::parse("WAIVED").unwrap();
/// assert_eq!((standing.counts(), standing.as_str()), (false, "WAIVED"));
/// assert_eq!(EntryStanding::parse("FORGOTTEN"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryStanding {
    /// A provisional deduction (预扣分) whose term runs: it counts (Q7).
    Provisional,
    /// It counts.
    Final,
    /// A provisional deduction lifted because the work caught up: it does not count (Q7).
    Lifted,
    /// Waived under error tolerance (容错): shown, not counted (S10).
    Waived,
    /// Found groundless (澄清): shown, not counted (S10).
    Groundless,
}

impl EntryStanding {
    /// Whether an entry that stands so counts.
    pub fn counts(self) -> bool {
        match self {
            EntryStanding::Provisional | EntryStanding::Final => true,
            EntryStanding::Lifted | EntryStanding::Waived | EntryStanding::Groundless => false,
        }
    }

    /// The stable code, for example `WAIVED`.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryStanding::Provisional => "PROVISIONAL",
            EntryStanding::Final => "FINAL",
            EntryStanding::Lifted => "LIFTED",
            EntryStanding::Waived => "WAIVED",
            EntryStanding::Groundless => "GROUNDLESS",
        }
    }

    /// What [`EntryStanding::as_str`] wrote.
    pub fn parse(text: &str) -> Option<EntryStanding> {
        [
            EntryStanding::Provisional,
            EntryStanding::Final,
            EntryStanding::Lifted,
            EntryStanding::Waived,
            EntryStanding::Groundless,
        ]
        .into_iter()
        .find(|standing| standing.as_str() == text)
    }
}
