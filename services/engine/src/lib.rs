//! Scoring, and nothing else: from facts and rules to points, ranks, colours, warnings and
//! the tree that explains them.
//!
//! The way through it: a rulebook is checked once ([`Track::check`]); the facts of a period
//! are gathered on sheets ([`accumulate`], [`Sheet`], [`Cohort`]); [`score`] compares them.
//! Everything is a function of its arguments: the same arguments give the same bytes on any
//! machine, in any order of subjects, today and in ten years. Numbers are decimals; where
//! arithmetic stops is said in [`PLACES`] and its module.
//!
//! Deliberately absent: clocks, randomness, maps in hash order, binary floating point,
//! threads, files, networks, the wire format, and any decision about a person.
#![deny(clippy::float_arithmetic, clippy::float_cmp_const)]

mod accumulate;
mod check;
mod colour;
mod direction;
mod exact;
mod explained;
mod expression;
mod fact;
mod fault;
mod figure;
mod flag;
mod input;
mod kernel;
mod method;
mod node;
mod outcome;
mod pace;
mod rank;
mod recompute;
mod rounding;
mod rule;
mod score;
mod settle;
mod summary;
mod tie;
mod track;
mod trouble;
mod warning;

/// The edition of the arithmetic: one more whenever the same arguments may come to other
/// results than before, so that what was computed earlier is known to be of another edition.
pub const EDITION: u32 = 2;

pub use accumulate::{Accumulation, accumulate};
pub use check::{MAX_DEPTH, MAX_NODES};
pub use colour::Colour;
pub use direction::Direction;
pub use exact::{Arithmetic, DIGITS, FUNCTION_PLACES, PLACES};
pub use explained::{Drawn, Explained, Line};
pub use expression::{
    Comparison, Expression, Function, Limits, Name, OfCohort, OfPresent, Operation, Quantity, Truth,
};
pub use fact::{
    BrokenQuota, Cell, Cohort, Day, Entry, EntryStanding, Exemption, Fact, MarkQuota, Milestone,
    Milestones, PlanPoint, Referred, Share, Sheet, Tally, Won, broken_quotas,
};
pub use fault::Fault;
pub use figure::{Difficulty, Figure, GrowthBy, Otherwise, Reconciled};
pub use flag::Flag;
pub use input::Input;
pub use kernel::{Kernel, Kind, Order, Points, Span, State, Table, TableColumn, Units};
pub use method::ballots::{MarkValue, RaterGroup};
pub use method::case_handling::CaseKind;
pub use method::efficacy::Exponential;
pub use method::interpolation::Knot;
pub use method::milestones::Lateness;
pub use method::pace_points::Curve;
pub use method::rank_bands::{RankBand, Through};
pub use method::slopes::{Segment, SlopeSide};
pub use method::steps::{Precondition, Step};
pub use method::{
    Ballots, Bounds, CaseHandling, Cliff, Completion, Contribution, Control, DeductPerEvent,
    Efficacy, ExpressionPoints, Interpolation, Marks, Method, MilestonePoints, MinMax, PacePoints,
    RankBands, RankTable, RatioToLeader, Slopes, Steps,
};
pub use node::{Leaf, MissingPolicy, Node, Rule};
pub use outcome::{
    Award, AwardProposal, Card, CardKind, CardProposal, Condition, Edge, End, Gate, GateEffect,
    GateResult, Grade, GradeBy, GradeResult, Grading, Ground, GroupRule, Measure, NumberRange,
    Outcomes, Passed, PassedWhy, Pick, Picked, Places, Quota, QuotaRounding,
};
pub use pace::Pace;
pub use rounding::{Rounding, RoundingMode};
pub use rule::{
    Adjustments, Asked, AskedPeriods, AskedSubject, Aspect, AwardPoints, AwardWorth, Combine,
    Graded, GradedAspect, Item, Link, LinkEffect, LinkedSum, PartLength, Reference, Side, Worth,
};
pub use score::{SubjectResult, TrackResult, behind_schedule, provisional, score};
pub use summary::{SubjectSummary, TrackSummary, summarize, summarize_provisional};
pub use tie::TieBreak;
pub use track::{Colouring, Ranking, Roundings, TieRule, Track, TrackDraft, WarningRules};
pub use trouble::Trouble;
pub use warning::Warning;
