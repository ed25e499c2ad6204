//! What a subject brings along from elsewhere: results of other periods and subjects, awards,
//! exemptions.

use rust_decimal::Decimal;

/// A result that a reference node asks for: of an earlier period, of another subject, or of
/// another series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referred {
    /// Which of the results asked for it is, for example `2023Q1`; a node's results come in
    /// the order in which they were asked for, the present and the absent.
    pub slot: String,
    /// Its points; absent when there is no such result or it has no score.
    pub points: Option<Decimal>,
    /// What the points are out of: the weight of the node they were taken from.
    pub full_marks: Decimal,
    /// Names of the results behind it.
    pub sources: Vec<String>,
}

/// An award or title that was won, confirmed and announced elsewhere, and counts here: by its
/// points (B11), or as a grade outright (H9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Won {
    /// Its name, or the entry's where a result of a higher level was filed.
    pub name: String,
    /// Which award, as `series/award id`, for example `special-projects/first`.
    pub award: String,
    /// Class, for example `progress`; empty when it has none.
    pub class: String,
    /// Level at which it was given, for example `district`; empty when it has none.
    pub level: String,
    /// Names of the documents behind it.
    pub sources: Vec<String>,
}

/// Somebody decided that a rule does not apply to the subject: force majeure (B10), error
/// tolerance (S10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Id of the gate, award or card it exempts from.
    pub rule: String,
    /// Why, in the office's words.
    pub ground: String,
    /// Names of the documents behind it.
    pub sources: Vec<String>,
}
