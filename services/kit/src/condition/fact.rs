//! What conditions are asked of: facts by name, whatever message they came in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A fact, or several.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// There is none.
    Absent,
    /// True or false.
    Flag(bool),
    /// An exact number.
    Number(Decimal),
    /// A day.
    Day(Date),
    /// A text.
    Text(String),
    /// Several of one sort.
    List(Vec<Fact>),
    /// Others by name.
    Parts(BTreeMap<String, Fact>),
}

/// What a fact may be, known before there is any.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// True or false.
    Flag,
    /// An exact number.
    Number,
    /// A day.
    Day,
    /// A text.
    Text,
    /// A text out of these.
    Choice(Vec<String>),
    /// Several of one sort.
    List(Box<Shape>),
    /// Others by name.
    Parts(BTreeMap<String, Shape>),
}

static ABSENT: Fact = Fact::Absent;

impl Fact {
    /// The fact at a path.
    pub fn at(&self, path: &[String]) -> &Fact {
        path.iter().fold(self, |fact, name| match fact {
            Self::Parts(parts) => parts.get(name).unwrap_or(&ABSENT),
            _ => &ABSENT,
        })
    }

    /// The text at a name below another; empty when there is none.
    pub fn text(&self, whole: &str, name: &str) -> &str {
        match self.at(&[whole.to_owned(), name.to_owned()]) {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// True when there is something.
    pub fn is_present(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Parts(parts) => parts.values().any(Fact::is_present),
            Self::Flag(_) | Self::Number(_) | Self::Day(_) => true,
        }
    }
}

impl Shape {
    /// The shape at a path.
    pub fn at(&self, path: &[String]) -> Option<&Shape> {
        path.iter().try_fold(self, |shape, name| match shape {
            Self::Parts(parts) => parts.get(name),
            _ => None,
        })
    }

    /// The names of its parts.
    pub fn names(&self) -> String {
        match self {
            Self::Parts(parts) => parts.keys().cloned().collect::<Vec<_>>().join(", "),
            _ => String::new(),
        }
    }
}
