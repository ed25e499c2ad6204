//! Events as templates see them: facts by name, whatever message they came in.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::print;

pub(crate) use kit::condition::{Fact, Shape};

/// A fact as documents have it.
pub(crate) trait Printed {
    /// The text at a name below `resource`; empty when there is none.
    fn resource_text(&self, name: &str) -> &str;

    /// The texts of a list at a name below `resource`.
    fn resource_texts(&self, name: &str) -> Vec<&str>;

    /// As templates print it.
    fn value(&self) -> Value;
}

impl Printed for Fact {
    fn resource_text(&self, name: &str) -> &str {
        self.text("resource", name)
    }

    fn resource_texts(&self, name: &str) -> Vec<&str> {
        let Self::Parts(event) = self else { return Vec::new() };
        let Some(Self::Parts(resource)) = event.get("resource") else { return Vec::new() };
        let Some(Self::List(items)) = resource.get(name) else { return Vec::new() };
        let mut texts = Vec::new();
        for item in items {
            if let Self::Text(text) = item {
                texts.push(text.as_str());
            }
        }
        texts
    }

    fn value(&self) -> Value {
        match self {
            Self::Absent => Value::from(""),
            Self::Flag(flag) => Value::from(*flag),
            Self::Number(number) => Value::from(print::score(*number)),
            Self::Day(day) => Value::from(print::day(*day)),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(items) => Value::from_iter(items.iter().map(Printed::value)),
            Self::Parts(parts) => {
                let parts = parts.iter().map(|(name, part)| (name.clone(), part.value()));
                Value::from(parts.collect::<BTreeMap<_, _>>())
            }
        }
    }
}

/// A shape that templates are tried with.
pub(crate) trait Tried {
    /// Sample data of this shape.
    fn sample(&self) -> Value;
}

impl Tried for Shape {
    fn sample(&self) -> Value {
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
