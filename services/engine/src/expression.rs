//! Formulas of a scheme's author, evaluated in exact numbers.
//!
//! A formula is a [`Quantity`]; where it branches, it does so on a [`Truth`]. The two are
//! different types, so a formula that adds a number to a truth cannot be built. The text of a
//! formula (in CEL) is read by the rulebook crate; here it has no syntax but the one it is
//! printed in.
//!
//! Numbers are fractions of whole numbers of any length: 0.1 + 0.2 is 0.3, and (x ÷ 3)·3 is x.
//! Only logarithm, exponential and fractional power end, at [`crate::FUNCTION_PLACES`]. What
//! leaves the formula is cut like every number of the engine.

mod evaluate;
mod print;
mod range;
mod standing;

use crate::exact::{Arithmetic, Ratio};
use crate::fault::Faults;
use crate::input::{Input, Inputs};

pub use range::Limits;
use range::analyse;
pub(crate) use standing::Standing;

/// What a formula may ask of a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// The value of an indicator.
    Value(String),
    /// Its target.
    Target(String),
    /// Its value in the same period of the year before.
    LastYear(String),
    /// The points of another node of the track, as they are printed.
    Points(String),
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Written in the formula.
    Constant(rust_decimal::Decimal),
    /// Asked of the subject; without it the formula has no value.
    Name(Name),
    /// Asked of the subject, or the second where there is none.
    ValueOr(Name, Box<Quantity>),
    /// The first taken from 0.
    Negative(Box<Quantity>),
    /// Two numbers made one.
    Arithmetic(Operation, Box<Quantity>, Box<Quantity>),
    /// The second where the first holds, else the third.
    If(Box<Truth>, Box<Quantity>, Box<Quantity>),
    /// A function of numbers.
    Call(Function, Vec<Quantity>),
    /// A function of those of the names that have a value.
    OfPresent(OfPresent, Vec<Name>),
    /// A number of the whole cohort: the inner one is evaluated for every subject, and those
    /// for whom it has no value are passed over.
    OfCohort(OfCohort, Box<Quantity>),
}

/// Something that holds or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Written in the formula.
    Constant(bool),
    /// The subject has it.
    Present(Name),
    /// Two numbers compared.
    Compare(Comparison, Box<Quantity>, Box<Quantity>),
    /// It does not hold.
    Not(Box<Truth>),
    /// Both hold; the second is not looked at when the first does not.
    And(Box<Truth>, Box<Truth>),
    /// One holds; the second is not looked at when the first does.
    Or(Box<Truth>, Box<Truth>),
}

/// + − × ÷.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// +
    Add,
    /// −
    Subtract,
    /// ×
    Multiply,
    /// ÷
    Divide,
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// <
    Below,
    /// ≤
    AtMost,
    /// >
    Above,
    /// ≥
    AtLeast,
    /// =
    Equal,
    /// ≠
    Unequal,
}

/// Functions of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The least of one or more.
    Min,
    /// The greatest of one or more.
    Max,
    /// The mean of one or more.
    Mean,
    /// The distance from 0.
    Abs,
    /// The greatest whole number not above it.
    Floor,
    /// The least whole number not below it.
    Ceil,
    /// Rounded half up to that many places.
    Round(u32),
    /// The natural logarithm.
    Ln,
    /// e to that power.
    Exp,
    /// The first to the power of the second.
    Pow,
    /// The first, not below the second and not above the third.
    Clamp,
}

/// Functions of those names that have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfPresent {
    /// How many have one.
    Count,
    /// Their sum; 0 of none.
    Sum,
    /// Their mean; no value of none.
    Mean,
}

/// Functions of the whole cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfCohort {
    /// How many subjects have a value.
    Count,
    /// Their sum; 0 of none.
    Sum,
    /// Their mean; 0 of none.
    Mean,
    /// Their least; 0 of none.
    Min,
    /// Their greatest; 0 of none.
    Max,
    /// The subject's own rank, the greatest value first; tied values share the better rank.
    Rank,
}

/// A formula that was checked: whatever the subject's figures are, it never divides by zero.
///
/// ```
/// use engine::{Expression, Function, Name, Operation, Quantity};
/// let name = |id: &str| Quantity::Name(Name::Value(id.into()));
/// // x ÷ max(y, 1)
/// let least = Quantity::Call(Function::Max, vec![name("y"), Quantity::Constant(1.into())]);
/// let sound = Quantity::Arithmetic(Operation::Divide, Box::new(name("x")), Box::new(least));
/// let formula = Expression::new("x / max(y, 1)", sound);
/// assert_eq!(formula.to_string(), "x / max(y, 1)");
/// assert!(formula.names().contains(&Name::Value("y".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    text: String,
    root: Quantity,
}

impl Expression {
    /// A formula and the text that it was read from.
    pub fn new(text: impl Into<String>, root: Quantity) -> Expression {
        Expression { text: text.into(), root }
    }

    /// The formula itself.
    pub fn root(&self) -> &Quantity {
        &self.root
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Everything that it asks of a subject, each once, in the order of the text.
    pub fn names(&self) -> Vec<Name> {
        let mut names = Vec::new();
        self.root.visit(&mut |quantity| {
            for name in quantity.own_names() {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        });
        names
    }

    /// The parts that need the whole cohort, the inner before the outer, each once.
    pub(crate) fn cohort_parts(&self) -> Vec<&Quantity> {
        let mut parts: Vec<&Quantity> = Vec::new();
        self.root.visit(&mut |quantity| {
            if matches!(quantity, Quantity::OfCohort(..)) && !parts.contains(&quantity) {
                parts.push(quantity);
            }
        });
        parts
    }

    /// Its value from what was written down of its names.
    pub(crate) fn value(&self, inputs: Inputs<'_>) -> Result<Ratio, Arithmetic> {
        self.root.evaluate(inputs)
    }

    /// Notes `DIVISION_BY_ZERO` where it may divide by zero or take a logarithm of what is not
    /// above 0. The limits of each indicator are what the caller knows of its values.
    pub(crate) fn check(&self, field: &str, limits: &dyn Fn(&Name) -> Limits, faults: &mut Faults) {
        for (place, message) in analyse(&self.root, limits) {
            faults.add(field, "DIVISION_BY_ZERO", format!("{place}: {message}"));
        }
    }
}

impl Quantity {
    /// Visits every part, the inner before the outer, in the order of the text.
    pub(crate) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Quantity)) {
        // One kind of function whatever the depth.
        self.walk(see);
    }

    fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Quantity)) {
        match self {
            Quantity::Constant(_) | Quantity::Name(_) | Quantity::OfPresent(..) => {}
            Quantity::ValueOr(_, one) | Quantity::Negative(one) | Quantity::OfCohort(_, one) => {
                one.walk(see);
            }
            Quantity::Arithmetic(_, one, two) => {
                one.walk(see);
                two.walk(see);
            }
            Quantity::If(condition, one, two) => {
                condition.walk(see);
                one.walk(see);
                two.walk(see);
            }
            Quantity::Call(_, all) => all.iter().for_each(|one| one.walk(see)),
        }
        see(self);
    }

    /// The names that stand in this part itself or in a condition of its own.
    fn own_names(&self) -> Vec<&Name> {
        match self {
            Quantity::Name(name) | Quantity::ValueOr(name, _) => vec![name],
            Quantity::OfPresent(_, names) => names.iter().collect(),
            Quantity::If(condition, ..) => condition.present(),
            _ => Vec::new(),
        }
    }
}

impl Truth {
    fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Quantity)) {
        match self {
            Truth::Constant(_) | Truth::Present(_) => {}
            Truth::Compare(_, one, two) => {
                one.walk(see);
                two.walk(see);
            }
            Truth::Not(one) => one.walk(see),
            Truth::And(one, two) | Truth::Or(one, two) => {
                one.walk(see);
                two.walk(see);
            }
        }
    }

    /// The names whose presence it asks for.
    fn present(&self) -> Vec<&Name> {
        match self {
            Truth::Present(name) => vec![name],
            Truth::Constant(_) | Truth::Compare(..) => Vec::new(),
            Truth::Not(one) => one.present(),
            Truth::And(one, two) | Truth::Or(one, two) => {
                let mut names = one.present();
                names.append(&mut two.present());
                names
            }
        }
    }
}

/// The symbol under which a name stands in an explanation.
pub(crate) fn named(name: &Name, value: Option<rust_decimal::Decimal>) -> Input {
    let meaning = match name {
        Name::Value(_) => "value",
        Name::Target(_) => "target",
        Name::LastYear(_) => "value of the year before",
        Name::Points(_) => "points of the node",
    };
    Input::maybe(name.to_string(), meaning, value)
}
