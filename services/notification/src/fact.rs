//! Events as conditions and templates see them: facts by name, whatever message they came in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use minijinja::Value;
use rust_decimal::Decimal;

use crate::print;

/// A fact of an event, or several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    Absent,
    Flag(bool),
    Number(Decimal),
    Day(Date),
    Text(String),
    List(Vec<Fact>),
    Parts(BTreeMap<String, Fact>),
}

/// What a fact may be, known before there is any.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Flag,
    Number,
    Day,
    Text,
    /// A text out of these.
    Choice(Vec<String>),
    List(Box<Shape>),
    Parts(BTreeMap<String, Shape>),
}

static ABSENT: Fact = Fact::Absent;

impl Fact {
    /// The fact at a path.
    pub(crate) fn at(&self, path: &[String]) -> &Fact {
        path.iter().fold(self, |fact, name| match fact {
            Self::Parts(parts) => parts.get(name).unwrap_or(&ABSENT),
            _ => &ABSENT,
        })
    }

    /// The text at a name below `resource`; empty when there is none.
    pub(crate) fn resource_text(&self, name: &str) -> &str {
        self.text("resource", name)
    }

    /// The text at a name below another; empty when there is none.
    pub(crate) fn text(&self, whole: &str, name: &str) -> &str {
        match self.at(&[whole.to_owned(), name.to_owned()]) {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// True when there is something.
    pub(crate) fn is_present(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Parts(parts) => parts.values().any(Fact::is_present),
            Self::Flag(_) | Self::Number(_) | Self::Day(_) => true,
        }
    }

    /// As templates print it.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Absent => Value::from(""),
            Self::Flag(flag) => Value::from(*flag),
            Self::Number(number) => Value::from(print::score(*number)),
            Self::Day(day) => Value::from(print::day(*day)),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(items) => Value::from_iter(items.iter().map(Fact::value)),
            Self::Parts(parts) => {
                let parts = parts.iter().map(|(name, part)| (name.clone(), part.value()));
                Value::from(parts.collect::<BTreeMap<_, _>>())
            }
        }
    }
}

impl Shape {
    /// The shape at a path.
    pub(crate) fn at(&self, path: &[String]) -> Option<&Shape> {
        path.iter().try_fold(self, |shape, name| match shape {
            Self::Parts(parts) => parts.get(name),
            _ => None,
        })
    }

    /// The names of its parts.
    pub(crate) fn names(&self) -> String {
        match self {
            Self::Parts(parts) => parts.keys().cloned().collect::<Vec<_>>().join(", "),
            _ => String::new(),
        }
    }

    /// Sample data of this shape.
    pub(crate) fn sample(&self) -> Value {
        match self {
            Self::Flag => Value::from(true),
            Self::Number => Value::from("1"),
            Self::Day => Value::from("2023年4月1日"),
            Self::Text => Value::from("文字"),
            Self::Choice(names) => Value::from(names.last().map_or("", String::as_str)),
            Self::List(item) => Value::from(vec![item.sample()]),
            Self::Parts(parts) => {
                let parts = parts.iter().map(|(name, part)| (name.clone(), part.sample()));
                Value::from(parts.collect::<BTreeMap<_, _>>())
            }
        }
    }
}
