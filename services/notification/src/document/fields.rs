//! What a document's template prints beside what every document has.

use std::collections::BTreeMap;

use super::Kind;

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Text(String),
    List(Vec<String>),
}

/// The fields of a document by name.
pub(crate) type Contents = BTreeMap<String, Content>;

impl Content {
    /// What the contract calls such a content in English.
    pub(crate) fn english_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "english_text",
            Self::List(_) => "english_items",
        }
    }

    /// Bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(String::len).sum(),
        }
    }
}

/// What is wrong with a field: its name, the reason, and what would be right.
pub(crate) type Fault = (String, &'static str, String);

impl Kind {
    /// Every fault of the fields given for a document of this kind.
    pub(crate) fn faults(self, given: &Contents) -> Vec<Fault> {
        let known = || self.fields().iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
        let mut faults = Vec::new();
        for (name, content) in given {
            let Some(field) = self.fields().iter().find(|it| it.name == name) else {
                let message = format!("there is no field {name}; there are {}", known());
                faults.push((name.clone(), "UNKNOWN_FIELD", message));
                continue;
            };
            let message = match (field.list, content) {
                (true, Content::Text(_)) => "is a list: give items",
                (false, Content::List(_)) => "is a text: give text",
                _ => continue,
            };
            faults.push((name.clone(), "FIELD_FORM", message.to_owned()));
        }
        for field in self.fields().iter().filter(|it| !it.list && !given.contains_key(it.name)) {
            let message = format!("must be given: {}", field.says);
            faults.push((field.name.to_owned(), "REQUIRED", message));
        }
        faults
    }
}
