//! Formulas in the one form in which they are printed, which is also the form they are read in.

use std::fmt::{self, Display, Formatter};

use super::{
    Comparison, Expression, Function, Name, OfCohort, OfPresent, Operation, Quantity, Truth,
};

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

/// An indicator goes by its id here, which is the last part of its name.
impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Name::Value(indicator) => f.write_str(&id(indicator, "value")),
            Name::Target(indicator) => write!(f, "target({})", argument(last(indicator))),
            Name::LastYear(indicator) => write!(f, "last_year({})", argument(last(indicator))),
            Name::Points(node) => write!(f, "points({})", argument(node)),
        }
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Constant(number) => number.normalize().fmt(f),
            Quantity::Name(name) => name.fmt(f),
            Quantity::ValueOr(name, or) => write!(f, "value_or({name}, {or})"),
            Quantity::Negative(one) => write!(f, "-{}", inner(one, 3)),
            Quantity::Arithmetic(operation, one, two) => {
                let (sign, tight) = match operation {
                    Operation::Add => ("+", 1),
                    Operation::Subtract => ("-", 1),
                    Operation::Multiply => ("*", 2),
                    Operation::Divide => ("/", 2),
                };
                write!(f, "{} {sign} {}", inner(one, tight), inner(two, tight + 1))
            }
            Quantity::If(condition, one, two) => {
                write!(f, "{condition} ? {} : {}", inner(one, 1), inner(two, 1))
            }
            Quantity::Call(Function::Round(places), all) => {
                let number = all.iter().map(ToString::to_string).collect::<String>();
                write!(f, "round({number}, {places})")
            }
            Quantity::Call(function, all) => {
                let name = match function {
                    Function::Min => "min",
                    Function::Max => "max",
                    Function::Mean => "mean",
                    Function::Abs => "abs",
                    Function::Floor => "floor",
                    Function::Ceil => "ceil",
                    Function::Round(_) => "round",
                    Function::Ln => "ln",
                    Function::Exp => "exp",
                    Function::Pow => "pow",
                    Function::Clamp => "clamp",
                };
                write!(f, "{name}({})", list(all))
            }
            Quantity::OfPresent(function, names) => {
                let name = match function {
                    OfPresent::Count => "count_present",
                    OfPresent::Sum => "sum_present",
                    OfPresent::Mean => "mean_present",
                };
                write!(f, "{name}({})", list(names))
            }
            Quantity::OfCohort(function, one) => {
                let name = match function {
                    OfCohort::Count => "count_of",
                    OfCohort::Sum => "sum_of",
                    OfCohort::Mean => "mean_of",
                    OfCohort::Min => "min_of",
                    OfCohort::Max => "max_of",
                    OfCohort::Rank => "rank_of",
                };
                write!(f, "{name}({one})")
            }
        }
    }
}

impl Display for Truth {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Truth::Constant(holds) => holds.fmt(f),
            Truth::Present(name) => write!(f, "present({name})"),
            Truth::Compare(comparison, one, two) => {
                let sign = match comparison {
                    Comparison::Below => "<",
                    Comparison::AtMost => "<=",
                    Comparison::Above => ">",
                    Comparison::AtLeast => ">=",
                    Comparison::Equal => "==",
                    Comparison::Unequal => "!=",
                };
                write!(f, "{} {sign} {}", inner(one, 1), inner(two, 1))
            }
            Truth::Not(one) => write!(f, "!({one})"),
            Truth::And(one, two) => write!(f, "({one}) && ({two})"),
            Truth::Or(one, two) => write!(f, "({one}) || ({two})"),
        }
    }
}

/// A part in brackets, unless it binds at least so tightly: 0 a branch, 1 a sum, 2 a product,
/// 3 a sign, 4 what needs none.
fn inner(part: &Quantity, tight: u32) -> String {
    let own = match part {
        Quantity::If(..) => 0,
        Quantity::Arithmetic(Operation::Add | Operation::Subtract, ..) => 1,
        Quantity::Arithmetic(Operation::Multiply | Operation::Divide, ..) => 2,
        Quantity::Negative(_) => 3,
        Quantity::Constant(number) if number.is_sign_negative() => 3,
        _ => 4,
    };
    if own < tight { format!("({part})") } else { part.to_string() }
}

fn list(parts: &[impl Display]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Words that CEL keeps for itself.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// An id that is a word of the language stands bare, any other in quotes.
fn argument(id: &str) -> String {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bare = id.bytes().all(word) && !id.starts_with(|first: char| first.is_ascii_digit());
    if bare && !RESERVED.contains(&id) { id.to_owned() } else { format!("\"{id}\"") }
}

fn id(name: &str, function: &str) -> String {
    match argument(last(name)) {
        bare if !bare.starts_with('"') => bare,
        quoted => format!("{function}({quoted})"),
    }
}
