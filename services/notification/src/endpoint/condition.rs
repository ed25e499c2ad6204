//! What the resource of an event must be for an endpoint to be sent it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

kit::numbered! {
    /// How a field is compared.
    enum Operator {
        /// It is one of the values.
        Is = 1,
        /// It is none of them.
        IsNot = 2,
        /// A number, at least the value.
        AtLeast = 3,
        /// A number, at most the value.
        AtMost = 4,
        /// It begins with one of the values.
        BeginsWith = 5,
    }
}

impl Operator {
    /// True when it compares numbers.
    pub(crate) fn is_of_numbers(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost)
    }
}

/// One thing that must hold. Stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Condition {
    /// Names as the contract has them, from the resource on.
    pub(crate) field: Vec<String>,
    /// The same as they stand in JSON.
    pub(crate) path: Vec<String>,
    /// Number of the operator.
    operator: i64,
    pub(crate) values: Vec<String>,
}

impl Condition {
    pub(crate) fn new(
        (field, path): (Vec<String>, Vec<String>),
        operator: Operator,
        values: Vec<String>,
    ) -> Self {
        Self { field, path, operator: operator as i64, values }
    }

    pub(crate) fn operator(&self) -> Operator {
        Operator::try_from(self.operator).unwrap_or_default()
    }

    /// True when the resource is so.
    pub(crate) fn holds(&self, resource: &Value) -> bool {
        let mut found = Vec::new();
        gather(resource, &self.path, &mut found);
        if found.is_empty() {
            found.push(String::new());
        }
        let is = |it: &String| self.values.contains(it);
        match self.operator() {
            Operator::Is => found.iter().any(is),
            Operator::IsNot => !found.iter().any(is),
            Operator::BeginsWith => found
                .iter()
                .any(|it| self.values.iter().any(|value| it.starts_with(value.as_str()))),
            Operator::AtLeast => self.compare(&found, |it, value| it >= value),
            Operator::AtMost => self.compare(&found, |it, value| it <= value),
        }
    }

    fn compare(&self, found: &[String], holds: fn(Decimal, Decimal) -> bool) -> bool {
        let number = |text: &str| {
            if text.is_empty() { Some(Decimal::ZERO) } else { kit::decimal::parse(text) }
        };
        let Some(value) = self.values.first().and_then(|it| number(it)) else { return false };
        found.iter().filter_map(|it| number(it)).any(|it| holds(it, value))
    }
}

/// What stands at the end of a path, each element of what is repeated on the way.
fn gather(value: &Value, path: &[String], found: &mut Vec<String>) {
    match (value, path) {
        (Value::Array(elements), _) => {
            for element in elements {
                gather(element, path, found);
            }
        }
        (Value::Object(fields), [first, rest @ ..]) => {
            if let Some(field) = fields.get(first) {
                gather(field, rest, found);
            }
        }
        // A decimal number is a message with its text.
        (Value::Object(fields), []) => {
            if let Some(Value::String(text)) = fields.get("value") {
                found.push(text.clone());
            }
        }
        (Value::String(text), []) => found.push(text.clone()),
        (Value::Bool(_) | Value::Number(_), []) => found.push(value.to_string()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(path: &str, operator: Operator, values: &[&str]) -> bool {
        let resource = json!({
            "kind": "WARNING_KIND_LOW_RANKING",
            "rank": {"value": "12"},
            "trackSize": 12,
            "provisional": true,
            "steps": [{"unit": "a", "n": 1}, {"unit": "b", "n": 5}],
        });
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let values = values.iter().map(|it| (*it).to_owned()).collect();
        Condition::new((path.clone(), path), operator, values).holds(&resource)
    }

    // A2: what each operator takes, absent and repeated fields included.
    #[test]
    fn a_condition_reads_texts_numbers_and_what_is_repeated() {
        use Operator::{AtLeast, AtMost, BeginsWith, Is, IsNot};
        for (path, operator, values, expected) in [
            ("kind", Is, &["X", "WARNING_KIND_LOW_RANKING"][..], true),
            ("kind", IsNot, &["WARNING_KIND_LOW_RANKING"], false),
            ("rank", AtLeast, &["12.0"], true),
            ("rank", AtMost, &["11.9"], false),
            ("trackSize", AtMost, &["12"], true),
            ("provisional", Is, &["true"], true),
            ("absent", Is, &[""], true),
            ("absent", AtMost, &["0"], true),
            ("absent.deeper", IsNot, &["x"], true),
            ("steps.unit", Is, &["b"], true),
            ("steps.unit", IsNot, &["b"], false),
            ("steps.n", AtLeast, &["5"], true),
            ("kind", BeginsWith, &["WARNING_"], true),
            ("kind", AtLeast, &["0"], false),
        ] {
            assert_eq!(holds(path, operator, values), expected, "{path} {operator:?} {values:?}");
        }
    }
}
