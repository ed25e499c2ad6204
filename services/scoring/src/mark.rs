//! Marks (难度等级评定, S2): how hard, how new, how useful what a subject took on is.

use std::collections::HashMap;

use jiff::Timestamp;
use kit::Violation;
use kit::name::Pattern;

/// How they are named.
pub(crate) static NAME: Pattern = Pattern::new("mark", "districts/{district}/marks/{mark}");

/// What a mark is of. There is one that stands for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Object {
    pub(crate) period: String,
    pub(crate) unit: String,
    pub(crate) indicator: String,
    pub(crate) aspect: String,
}

/// What a panel says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) object: Object,
    pub(crate) mark: String,
    pub(crate) panel: String,
    pub(crate) ground: String,
    /// Position of the mark whose place it takes.
    pub(crate) supersedes: Option<i64>,
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) contents: Contents,
    /// Another took its place.
    pub(crate) superseded: bool,
    pub(crate) create_time: Timestamp,
}

/// The full name of the mark at a position.
pub(crate) fn name(district: &str, sequence: i64) -> String {
    NAME.format(&[district, &sequence.to_string()])
}

/// The marks that stand, by what they are of.
#[derive(Debug, Default)]
pub(crate) struct Standing(HashMap<Object, i64>);

impl Standing {
    pub(crate) fn new(marks: Vec<Mark>) -> Self {
        Self(marks.into_iter().map(|mark| (mark.contents.object, mark.sequence)).collect())
    }

    /// Takes a mark in: the first of its object, or in the place of the one that stands.
    /// `ALREADY_MARKED`, `NOT_STANDING`.
    pub(crate) fn take(&mut self, contents: &Contents, sequence: i64) -> Result<(), Violation> {
        let refuse = |field: &str, reason, message: String| {
            Err(Violation { field: field.to_owned(), reason, message })
        };
        match (self.0.get(&contents.object), contents.supersedes) {
            (Some(stands), None) => {
                let message = format!("mark {stands} stands; supersede it to correct it");
                return refuse("aspect_id", "ALREADY_MARKED", message);
            }
            (stands, Some(before)) if stands != Some(&before) => {
                let message = "is not the mark that stands for this subject, indicator, period \
                               and aspect";
                return refuse("supersedes", "NOT_STANDING", message.to_owned());
            }
            _ => {}
        }
        self.0.insert(contents.object.clone(), sequence);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_stands_for_each_object() {
        let object = |aspect: &str| Object {
            period: "2023Q1".to_owned(),
            unit: "posts.works".to_owned(),
            indicator: "market".to_owned(),
            aspect: aspect.to_owned(),
        };
        let mark = |aspect: &str, supersedes| Contents {
            object: object(aspect),
            mark: "A".to_owned(),
            panel: "评定小组".to_owned(),
            ground: "难".to_owned(),
            supersedes,
        };
        let mut standing = Standing::default();
        let mut take = |aspect: &str, supersedes, sequence| {
            standing.take(&mark(aspect, supersedes), sequence).map_err(|it| it.reason)
        };
        assert_eq!(take("difficulty", None, 1), Ok(()));
        assert_eq!(take("innovation", None, 2), Ok(()));
        assert_eq!(take("difficulty", None, 3), Err("ALREADY_MARKED"));
        assert_eq!(take("difficulty", Some(2), 3), Err("NOT_STANDING"));
        assert_eq!(take("difficulty", Some(1), 3), Ok(()));
        assert_eq!(take("difficulty", Some(1), 4), Err("NOT_STANDING"));
        assert_eq!(take("contribution", Some(3), 4), Err("NOT_STANDING"));
    }
}
