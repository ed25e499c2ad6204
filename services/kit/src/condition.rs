//! Conditions as offices write them: the syntax of the Common Expression Language, read by its
//! maintained parser, every name and type checked when it is saved, and evaluated here in exact
//! numbers. What is absent equals nothing and is less or more than nothing.

mod fact;
mod read;

use std::cmp::Ordering;

use jiff::civil::Date;
use rust_decimal::Decimal;

pub use fact::{Fact, Shape};
pub use read::read;

/// Why a condition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A stable reason.
    pub reason: &'static str,
    /// What is wrong, and where.
    pub message: String,
}

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Always, or never.
    Constant(bool),
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// One at least.
    Or(Box<Condition>, Box<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Two terms lie so.
    Compare(Sign, Term, Term),
    /// A term is one of these.
    In(Term, Vec<Term>),
    /// A term stands in the list at this path.
    Among(Term, Vec<String>),
    /// A text begins so.
    StartsWith(Term, String),
    /// There is something at this path.
    Present(Vec<String>),
    /// What stands at this path is true.
    Flag(Vec<String>),
}

/// How two terms are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// The fact at a path.
    Fact(Vec<String>),
    /// How many there are.
    Size(Vec<String>),
    /// An exact number.
    Number(Decimal),
    /// A text.
    Text(String),
    /// A day.
    Day(Date),
    /// True or false.
    Flag(bool),
}

impl Condition {
    /// The paths of the facts that it is read from.
    pub fn facts(&self) -> Vec<&[String]> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::And(one, two) | Self::Or(one, two) => {
                one.facts().into_iter().chain(two.facts()).collect()
            }
            Self::Not(one) => one.facts(),
            Self::Compare(_, one, two) => one.path().into_iter().chain(two.path()).collect(),
            Self::In(one, list) => {
                one.path().into_iter().chain(list.iter().filter_map(Term::path)).collect()
            }
            Self::Among(one, path) => one.path().into_iter().chain([path.as_slice()]).collect(),
            Self::StartsWith(one, _) => one.path().into_iter().collect(),
            Self::Present(path) | Self::Flag(path) => vec![path],
        }
    }

    /// True when it holds for these facts.
    pub fn holds(&self, facts: &Fact) -> bool {
        match self {
            Self::Constant(holds) => *holds,
            Self::And(one, two) => one.holds(facts) && two.holds(facts),
            Self::Or(one, two) => one.holds(facts) || two.holds(facts),
            Self::Not(one) => !one.holds(facts),
            Self::Compare(sign, one, two) => {
                let (one, two) = (one.of(facts), two.of(facts));
                match order(&one, &two) {
                    Some(order) => sign.allows(order),
                    None => false,
                }
            }
            Self::In(one, list) => {
                let one = one.of(facts);
                list.iter().any(|it| order(&one, &it.of(facts)) == Some(Ordering::Equal))
            }
            Self::Among(one, path) => match (one.of(facts), facts.at(path)) {
                (one, Fact::List(items)) => {
                    items.iter().any(|it| order(&one, it) == Some(Ordering::Equal))
                }
                _ => false,
            },
            Self::StartsWith(one, begin) => match one.of(facts) {
                Fact::Text(text) => text.starts_with(begin.as_str()),
                _ => false,
            },
            Self::Present(path) => facts.at(path).is_present(),
            Self::Flag(path) => facts.at(path) == &Fact::Flag(true),
        }
    }
}

impl Term {
    fn path(&self) -> Option<&[String]> {
        match self {
            Self::Fact(path) | Self::Size(path) => Some(path),
            _ => None,
        }
    }

    fn of(&self, facts: &Fact) -> Fact {
        match self {
            Self::Fact(path) => facts.at(path).clone(),
            Self::Size(path) => match facts.at(path) {
                Fact::List(items) => Fact::Number(items.len().into()),
                _ => Fact::Number(Decimal::ZERO),
            },
            Self::Number(number) => Fact::Number(*number),
            Self::Text(text) => Fact::Text(text.clone()),
            Self::Day(day) => Fact::Day(*day),
            Self::Flag(flag) => Fact::Flag(*flag),
        }
    }
}

impl Sign {
    fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::Unequal => order != Ordering::Equal,
            Self::Below => order == Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::Above => order == Ordering::Greater,
            Self::AtLeast => order != Ordering::Less,
        }
    }
}

/// How two facts of one sort lie; none when one is absent.
fn order(one: &Fact, two: &Fact) -> Option<Ordering> {
    match (one, two) {
        (Fact::Number(one), Fact::Number(two)) => Some(one.cmp(two)),
        (Fact::Text(one), Fact::Text(two)) => Some(one.cmp(two)),
        (Fact::Day(one), Fact::Day(two)) => Some(one.cmp(two)),
        (Fact::Flag(one), Fact::Flag(two)) => Some(one.cmp(two)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
