//! Why a number is what it is: the tree behind every score, which recomputes by itself.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use rust_decimal::Decimal;

use crate::exact::{Arithmetic, Ratio};
use crate::figure::Figure;
use crate::rounding::Rounding;
use crate::rule::Whole;
use crate::{method, rule};

/// How one node came to its points. Together with its children it holds every number that
/// its formula needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The node's id.
    pub node_id: String,
    /// Name as printed.
    pub display_name: String,
    /// Rule or method, as in the contract.
    pub method: &'static str,
    /// Its formula, in the symbols of `inputs`. p and w under a Σ or Π are the children's
    /// points and weights.
    pub formula: &'static str,
    /// The indicator of a leaf.
    pub indicator: Option<String>,
    /// How a leaf's number was made, where it is not simply the indicator's value.
    pub drawn: Option<Drawn>,
    /// Symbols of the formula, then `min` and `max` where the node bounds its points.
    pub inputs: Vec<Input>,
    /// Points at stake in the scheme.
    pub weight: Decimal,
    /// Points at stake after the weight of what is left out was spread; 0 when left out.
    pub effective_weight: Decimal,
    /// Points before bounds and rounding; absent when left out.
    pub raw_points: Option<Decimal>,
    /// Points; absent when left out.
    pub points: Option<Decimal>,
    /// Rounding that was applied.
    pub rounding: Rounding,
    /// What was special about this node itself.
    pub flags: BTreeSet<Flag>,
    /// Why the indicator does not apply; empty otherwise.
    pub reason: String,
    /// Observations behind a leaf's value.
    pub observations: Vec<String>,
    /// What the points of a reference, a ledger or award points are made of.
    pub lines: Vec<Line>,
    /// Parts, in the scheme's order.
    pub children: Vec<Explained>,
}

/// One result, entry or award that a node's points are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Which it is: a result's period, an entry's list item, an award.
    pub label: String,
    /// Name as printed; empty for a result.
    pub display_name: String,
    /// What it is capped with: an item's aspect; an award's class and level.
    pub group: String,
    /// Points, below 0 for a deduction; absent for a result that is not there.
    pub points: Option<Decimal>,
    /// What a result's points are out of.
    pub full_marks: Option<Decimal>,
    /// Whether it counts.
    pub counts: bool,
    /// It counts for the time being only (预扣分).
    pub provisional: bool,
    /// Its ground, or why it does not count.
    pub remark: String,
    /// Names of what is behind it.
    pub sources: Vec<String>,
}

/// A figure that a leaf scores, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What kind of figure it is.
    pub figure: Figure,
    /// Symbols of its formula.
    pub inputs: Vec<Input>,
}

/// One symbol of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Symbol, for example `A`.
    pub symbol: Cow<'static, str>,
    /// What it stands for, for example `actual value`.
    pub meaning: Cow<'static, str>,
    /// Its value; absent when there is none.
    pub value: Option<Decimal>,
}

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

impl Explained {
    /// The points, computed again from `inputs`, weights and children alone; absent when the
    /// node is left out. Equal to [`Explained::points`] in every tree the engine makes.
    pub fn recompute(&self) -> Result<Option<Decimal>, Arithmetic> {
        Ok(self.recompute_with(&Ratio::ONE)?.map(|settled| settled.points))
    }

    /// The whole formula of a leaf: that of its figure, then that of its method.
    pub fn whole_formula(&self) -> Cow<'static, str> {
        match &self.drawn {
            None => Cow::Borrowed(self.formula),
            Some(drawn) => Cow::Owned(format!("x = {}; {}", drawn.figure.formula(), self.formula)),
        }
    }

    /// The symbols of the whole formula.
    pub fn whole_inputs(&self) -> impl Iterator<Item = &Input> {
        self.drawn.iter().flat_map(|drawn| &drawn.inputs).chain(&self.inputs)
    }

    /// The inputs with the figure computed anew, where there is one.
    fn redrawn(&self) -> Result<Option<Vec<Input>>, Arithmetic> {
        let Some(drawn) = &self.drawn else { return Ok(None) };
        let figure = drawn.figure.value(Inputs(&drawn.inputs))?;
        let mut inputs = self.inputs.clone();
        for input in inputs.iter_mut().filter(|input| matches!(&*input.symbol, "x" | "A")) {
            input.value = Some(figure);
        }
        Ok(Some(inputs))
    }

    /// The node of that id, here or below.
    pub fn find(&self, node_id: &str) -> Option<&Explained> {
        if self.node_id == node_id {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(node_id))
    }

    /// What was special here or anywhere below.
    pub fn all_flags(&self) -> BTreeSet<Flag> {
        let below = self.children.iter().flat_map(Explained::all_flags);
        self.flags.iter().copied().chain(below).collect()
    }

    fn recompute_with(&self, factor: &Ratio) -> Result<Option<Settled>, Arithmetic> {
        if self.points.is_none() {
            return Ok(None);
        }
        let inputs = Inputs(&self.inputs);
        let bounds = inputs.bounds();
        let nothing = [Flag::Missing, Flag::TargetMissing, Flag::TooFew, Flag::Vetoed];
        if nothing.iter().any(|flag| self.flags.contains(flag)) {
            return Ok(Some(Settled::nothing()));
        }
        if rule::has_lines(self.method) {
            let (points, _) = rule::of_lines(self.method, inputs, &self.lines)?;
            let factor = rule::own_factor(self.weight, factor);
            let raw = (points * factor.clone()).cut()?;
            return settle(raw, &factor, bounds, self.rounding).map(Some);
        }
        if self.children.is_empty() {
            let redrawn = self.redrawn()?;
            let outcome = method::points(self.method, redrawn.as_deref().map_or(inputs, Inputs))?;
            let raw = (outcome.points * factor.clone()).cut()?;
            return settle(raw, factor, bounds, self.rounding).map(Some);
        }
        let full_marks = inputs.value("full");
        let weights = self.children.iter().map(|child| {
            let weight = rule::weight_beside(self.method, inputs, &child.node_id, child.weight);
            (weight, child.points.is_some())
        });
        let below = rule::factor_below(self.method, full_marks.is_some(), factor, weights)?;
        let mut parts = Vec::new();
        for child in &self.children {
            if let Some(settled) = child.recompute_with(&below)? {
                parts.push(rule::part(child, settled.points, &below));
            }
        }
        let weight = Ratio::from(self.weight) * factor.clone();
        let (raw, _) = rule::points(self.method, &Whole { weight, full_marks }, inputs, &parts)?;
        settle(raw, factor, bounds, self.rounding).map(Some)
    }
}

impl Input {
    pub(crate) fn new(
        symbol: impl Into<Cow<'static, str>>,
        meaning: impl Into<Cow<'static, str>>,
        value: Decimal,
    ) -> Input {
        Input::maybe(symbol, meaning, Some(value))
    }

    pub(crate) fn maybe(
        symbol: impl Into<Cow<'static, str>>,
        meaning: impl Into<Cow<'static, str>>,
        value: Option<Decimal>,
    ) -> Input {
        Input { symbol: symbol.into(), meaning: meaning.into(), value }
    }
}

/// The inputs of a node, read by symbol.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a>(pub(crate) &'a [Input]);

impl Inputs<'_> {
    pub(crate) fn get(self, symbol: &'static str) -> Result<Ratio, Arithmetic> {
        self.find(symbol).ok_or(Arithmetic::Absent(symbol))
    }

    pub(crate) fn find(self, symbol: &str) -> Option<Ratio> {
        self.value(symbol).map(Ratio::from)
    }

    pub(crate) fn has(self, symbol: &str) -> bool {
        self.value(symbol).is_some()
    }

    fn value(self, symbol: &str) -> Option<Decimal> {
        self.0.iter().find(|input| input.symbol == symbol)?.value
    }

    fn bounds(self) -> Bounds {
        Bounds { least: self.value("min"), most: self.value("max") }
    }
}

/// Least and most points of a node, in the scheme's own terms.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) least: Option<Decimal>,
    pub(crate) most: Option<Decimal>,
}

/// The last stages of a node's points.
pub(crate) struct Settled {
    pub(crate) raw: Decimal,
    pub(crate) bounded: bool,
    pub(crate) points: Decimal,
}

impl Settled {
    /// What a missing value gets: 0, whatever the bounds say.
    pub(crate) fn nothing() -> Settled {
        Settled { raw: Decimal::ZERO, bounded: false, points: Decimal::ZERO }
    }
}

/// From raw points to points: bounds, which grow with the weight, then rounding.
pub(crate) fn settle(
    raw: Decimal,
    factor: &Ratio,
    bounds: Bounds,
    rounding: Rounding,
) -> Result<Settled, Arithmetic> {
    let mut points = raw;
    if let Some(least) = bounds.least {
        points = points.max((Ratio::from(least) * factor.clone()).cut()?);
    }
    if let Some(most) = bounds.most {
        points = points.min((Ratio::from(most) * factor.clone()).cut()?);
    }
    let bounded = points != raw;
    Ok(Settled { raw, bounded, points: rounding.apply(points) })
}
