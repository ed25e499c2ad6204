//! Resource names: one parser for `districts/{district}/units/{unit}` and its like.

use std::fmt;

use crate::error::{Error, Result};
use crate::guard;

const LONGEST_ID: usize = 63;

/// The shape of one kind of resource's names.
#[derive(Debug)]
pub struct Pattern {
    kind: &'static str,
    template: &'static str,
}

impl Pattern {
    /// A pattern of alternating literal and `{variable}` segments; `kind` is what errors call the resource.
    pub const fn new(kind: &'static str, template: &'static str) -> Self {
        Self { kind, template }
    }

    /// What errors call the resource.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Reads a name given in `field`; one that does not fit is refused with reason `NAME_FORMAT`,
    /// one of a district where the caller may not do this as `Denied`.
    pub fn parse(&'static self, field: &str, text: &str) -> Result<Name> {
        let name = self.cut(text);
        let name =
            name.ok_or_else(|| Error::invalid(field, "NAME_FORMAT", self.complaint(text)))?;
        guard::named(text, name.id("district"))?;
        Ok(name)
    }

    /// Reads a name; `None` when it has another shape, or lies in a district where the caller may
    /// not do what he asked for.
    pub fn read(&'static self, text: &str) -> Option<Name> {
        let name = self.cut(text)?;
        let district = name.id("district");
        (district.is_empty() || guard::in_district(district).is_ok()).then_some(name)
    }

    /// Cuts a name into its ids; whoever calls asks the guard.
    pub(crate) fn cut(&'static self, text: &str) -> Option<Name> {
        let mut ids = Vec::with_capacity(4);
        let mut given = text.split('/');
        for expected in self.template.split('/') {
            let segment = given.next()?;
            if variable(expected).is_none() {
                if segment != expected {
                    return None;
                }
            } else if is_id(segment) {
                ids.push(segment.to_owned());
            } else {
                return None;
            }
        }
        given.next().is_none().then(|| Name { pattern: Some(self), text: text.to_owned(), ids })
    }

    /// Writes the name that has these ids, in the pattern's order.
    pub fn format(&self, ids: &[&str]) -> String {
        let mut ids = ids.iter();
        let mut text = String::with_capacity(self.template.len() + 16);
        for segment in self.template.split('/') {
            if !text.is_empty() {
                text.push('/');
            }
            match variable(segment) {
                None => text.push_str(segment),
                Some(_) => text.push_str(ids.next().copied().unwrap_or_default()),
            }
        }
        debug_assert!(ids.next().is_none(), "more ids than {} has", self.template);
        text
    }

    /// What is wrong with a name of another shape.
    pub(crate) fn complaint(&self, text: &str) -> String {
        let shown: String = text.chars().take(100).collect();
        format!(
            "{shown:?} is not a {} name; it must look like {} with ids of 1 to {LONGEST_ID} ASCII letters, digits, '.', '_', '-', beginning with a letter or digit",
            self.kind, self.template
        )
    }
}

/// A name that fits its pattern. The default is the empty name, which fits none.
#[derive(Clone, Debug, Default)]
pub struct Name {
    pattern: Option<&'static Pattern>,
    text: String,
    ids: Vec<String>,
}

impl Name {
    /// The id at `index`, counted from the left; empty when there is none.
    pub fn get(&self, index: usize) -> &str {
        self.ids.get(index).map_or("", String::as_str)
    }

    /// The id of the variable `name`, as in `{unit}`; empty when the pattern has none.
    pub fn id(&self, name: &str) -> &str {
        let position = self.pattern.and_then(|pattern| {
            let variables = pattern.template.split('/').filter_map(variable);
            variables.into_iter().position(|given| given == name)
        });
        position.map_or("", |index| self.get(index))
    }

    /// What errors call the resource.
    pub fn kind(&self) -> &'static str {
        self.pattern.map_or("resource", Pattern::kind)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The error that says there is no such resource.
    pub fn not_found(&self) -> Error {
        Error::not_found(self.kind(), &self.text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Name {}

/// True when `text` may be a resource id: `[A-Za-z0-9][A-Za-z0-9._-]{0,62}`.
pub fn is_id(text: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.len() <= LONGEST_ID
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && text.bytes().all(rest)
}

fn variable(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}
