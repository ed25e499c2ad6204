//! What was special about a node, as codes that a reader of a board knows.

use std::fmt;

/// What was special about a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// No value was reported.
    Missing,
    /// The method needs a target above 0 and there is none; in a provisional score only.
    TargetMissing,
    /// The indicator does not apply.
    NotApplicable,
    /// The evaluating unit has not agreed with every observation.
    Unverified,
    /// Some observations of the period are missing.
    Partial,
    /// The node has no points, and its weight was spread over its siblings.
    LeftOut,
    /// The node took on weight of siblings that were left out.
    Spread,
    /// The method cut the points to its range.
    Clamped,
    /// The node's least or most points took effect.
    Bounded,
    /// All values of the cohort are equal, or there is but one.
    DegenerateCohort,
    /// Fewer parts or results counted than the node needs.
    TooFew,
    /// A part capped or discounted another.
    Linked,
    /// No mark was given in some aspect.
    Unmarked,
    /// A cap of the ledger took effect.
    Capped,
    /// A provisional deduction counts.
    Provisional,
    /// An entry was waived or found groundless.
    Waived,
    /// A gate made the total 0.
    Vetoed,
    /// Nothing was due of the subject yet, so it has all points.
    NothingDue,
    /// The value is of an earlier period and holds on.
    CarriedForward,
}

impl Flag {
    /// Every mark, in the order of the list above.
    const ALL: [Flag; 19] = [
        Flag::Missing,
        Flag::TargetMissing,
        Flag::NotApplicable,
        Flag::Unverified,
        Flag::Partial,
        Flag::LeftOut,
        Flag::Spread,
        Flag::Clamped,
        Flag::Bounded,
        Flag::DegenerateCohort,
        Flag::TooFew,
        Flag::Linked,
        Flag::Unmarked,
        Flag::Capped,
        Flag::Provisional,
        Flag::Waived,
        Flag::Vetoed,
        Flag::NothingDue,
        Flag::CarriedForward,
    ];

    /// What [`Flag::as_str`] wrote.
    ///
    /// ```
    /// use engine::Flag;
    /// assert_eq!(Flag::parse("UNVERIFIED"), Some(Flag::Unverified));
    /// assert_eq!(Flag::parse("NOTHING_DUE"), Some(Flag::NothingDue));
    /// assert_eq!(Flag::parse("unverified"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Flag> {
        Flag::ALL.into_iter().find(|flag| flag.as_str() == text)
    }

    /// The stable code, for example `NOT_APPLICABLE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Flag::Missing => "MISSING",
            Flag::TargetMissing => "TARGET_MISSING",
            Flag::NotApplicable => "NOT_APPLICABLE",
            Flag::Unverified => "UNVERIFIED",
            Flag::Partial => "PARTIAL",
            Flag::LeftOut => "LEFT_OUT",
            Flag::Spread => "SPREAD",
            Flag::Clamped => "CLAMPED",
            Flag::Bounded => "BOUNDED",
            Flag::DegenerateCohort => "DEGENERATE_COHORT",
            Flag::TooFew => "TOO_FEW",
            Flag::Linked => "LINKED",
            Flag::Unmarked => "UNMARKED",
            Flag::Capped => "CAPPED",
            Flag::Provisional => "PROVISIONAL",
            Flag::Waived => "WAIVED",
            Flag::Vetoed => "VETOED",
            Flag::NothingDue => "NOTHING_DUE",
            Flag::CarriedForward => "CARRIED_FORWARD",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
