//! Conditions on events, as offices write them: the syntax of the Common Expression Language,
//! read by its maintained parser, every name and type checked when it is saved, and evaluated here in exact
//! numbers. What is absent equals nothing and is less or more than nothing.

mod read;

use std::cmp::Ordering;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::fact::Fact;

pub(crate) use read::read;

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Constant(bool),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Sign, Term, Term),
    In(Term, Vec<Term>),
    StartsWith(Term, String),
    Present(Vec<String>),
    Flag(Vec<String>),
}

/// How two terms are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Equal,
    Unequal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    Fact(Vec<String>),
    /// How many there are.
    Size(Vec<String>),
    Number(Decimal),
    Text(String),
    Day(Date),
    Flag(bool),
}

impl Condition {
    /// True when it holds for an event.
    pub(crate) fn holds(&self, event: &Fact) -> bool {
        match self {
            Self::Constant(holds) => *holds,
            Self::And(one, two) => one.holds(event) && two.holds(event),
            Self::Or(one, two) => one.holds(event) || two.holds(event),
            Self::Not(one) => !one.holds(event),
            Self::Compare(sign, one, two) => {
                let (one, two) = (one.of(event), two.of(event));
                match order(&one, &two) {
                    Some(order) => sign.allows(order),
                    None => false,
                }
            }
            Self::In(one, list) => {
                let one = one.of(event);
                list.iter().any(|it| order(&one, &it.of(event)) == Some(Ordering::Equal))
            }
            Self::StartsWith(one, begin) => match one.of(event) {
                Fact::Text(text) => text.starts_with(begin.as_str()),
                _ => false,
            },
            Self::Present(path) => event.at(path).is_present(),
            Self::Flag(path) => event.at(path) == &Fact::Flag(true),
        }
    }
}

impl Term {
    fn of(&self, event: &Fact) -> Fact {
        match self {
            Self::Fact(path) => event.at(path).clone(),
            Self::Size(path) => match event.at(path) {
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
