//! Conditions of gates, awards and cards.

use engine::{Condition, Flag, NumberRange};
use kit::field::Fields;
use proto::registry::v1 as pb;

use crate::indicators::Indicators;

/// Deepest condition within conditions.
const MAX_DEPTH: usize = 8;

/// Reads the condition at `path`, which must be there.
pub(super) fn required(
    path: &str,
    given: Option<&pb::Condition>,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Condition {
    match given {
        Some(given) => read(path, given, indicators, fields),
        None => {
            fields.violation(path, "REQUIRED", "must say when it takes effect");
            Condition::TargetsMet { indicators: Vec::new() }
        }
    }
}

/// Reads the condition at `path`.
pub(super) fn read(
    path: &str,
    given: &pb::Condition,
    indicators: &Indicators,
    fields: &mut Fields,
) -> Condition {
    Reading { indicators, fields }.condition(path, given, 1)
}

/// An indicator's name, which must be known.
pub(super) fn indicator(
    field: &str,
    name: &str,
    indicators: &Indicators,
    fields: &mut Fields,
) -> String {
    if indicators.get(name).is_none() {
        let (reason, message) = match name {
            "" => ("REQUIRED", "must be an indicator name".to_owned()),
            name => ("UNKNOWN_INDICATOR", format!("there is no indicator {name}")),
        };
        fields.violation(field, reason, message);
    }
    name.to_owned()
}

struct Reading<'a> {
    indicators: &'a Indicators,
    fields: &'a mut Fields,
}

impl Reading<'_> {
    fn condition(&mut self, path: &str, given: &pb::Condition, depth: usize) -> Condition {
        use pb::condition::Kind;
        if depth > MAX_DEPTH {
            let message = format!("conditions stand at most {MAX_DEPTH} deep");
            self.fields.violation(path, "CONDITION_DEPTH", message);
            return Condition::TargetsMet { indicators: Vec::new() };
        }
        match &given.kind {
            Some(Kind::Total(it)) => Condition::Total(self.range(&format!("{path}.total"), it)),
            Some(Kind::Pace(it)) => Condition::Pace(self.range(&format!("{path}.pace"), it)),
            Some(Kind::Rank(it)) => Condition::Rank(self.range(&format!("{path}.rank"), it)),
            Some(Kind::Points(it)) => Condition::Points {
                node_id: it.node_id.clone(),
                limits: self.limits(&format!("{path}.points.limits"), it.limits.as_ref()),
                percent: it.percent,
            },
            Some(Kind::Value(it)) => {
                let field = format!("{path}.value.indicator");
                Condition::Value {
                    indicator: indicator(&field, &it.indicator, self.indicators, self.fields),
                    limits: self.limits(&format!("{path}.value.limits"), it.limits.as_ref()),
                }
            }
            Some(Kind::TargetsMet(it)) => {
                let names = it.indicators.iter().enumerate();
                let field = |place: usize| format!("{path}.targets_met.indicators[{place}]");
                let read = |(place, name): (usize, &String)| {
                    indicator(&field(place), name, self.indicators, self.fields)
                };
                Condition::TargetsMet { indicators: names.map(read).collect() }
            }
            Some(Kind::Entry(it)) => Condition::Entry { items: it.items.clone() },
            Some(Kind::Marked(it)) => Condition::Flag {
                node_id: it.node_id.clone(),
                flag: self.flag(&format!("{path}.marked.flag"), &it.flag),
            },
            Some(Kind::Award(award)) => {
                let field = format!("{path}.award");
                Condition::Award(self.fields.text(field, award, 1..=130))
            }
            Some(Kind::Not(it)) => {
                Condition::Not(Box::new(self.condition(&format!("{path}.not"), it, depth + 1)))
            }
            Some(Kind::All(it)) => Condition::All(self.list(&format!("{path}.all"), it, depth)),
            Some(Kind::Any(it)) => Condition::Any(self.list(&format!("{path}.any"), it, depth)),
            None => {
                let message = "must have one of total, points, value, targets_met, pace, rank, \
                               entry, marked, award, not, all, any";
                self.fields.violation(path, "REQUIRED", message);
                Condition::TargetsMet { indicators: Vec::new() }
            }
        }
    }

    fn list(&mut self, path: &str, given: &pb::condition::List, depth: usize) -> Vec<Condition> {
        let parts = given.conditions.iter().enumerate();
        let read = |(place, part): (usize, &pb::Condition)| {
            self.condition(&format!("{path}.conditions[{place}]"), part, depth + 1)
        };
        parts.map(read).collect()
    }

    fn limits(&mut self, path: &str, given: Option<&pb::NumberRange>) -> NumberRange {
        match given {
            Some(given) => self.range(path, given),
            None => NumberRange::default(),
        }
    }

    fn range(&mut self, path: &str, given: &pb::NumberRange) -> NumberRange {
        let mut limit = |name: &str, given: &Option<proto::google::r#type::Decimal>| {
            self.fields.optional_decimal(format_args!("{path}.{name}"), given)
        };
        NumberRange {
            at_least: limit("at_least", &given.at_least),
            above: limit("above", &given.above),
            at_most: limit("at_most", &given.at_most),
            below: limit("below", &given.below),
        }
    }

    fn flag(&mut self, field: &str, given: &str) -> Flag {
        Flag::parse(given).unwrap_or_else(|| {
            let message = format!("{given:?} is no mark, such as MISSING or UNVERIFIED");
            self.fields.violation(field, "UNKNOWN_FLAG", message);
            Flag::Missing
        })
    }
}
