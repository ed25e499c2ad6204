//! Postings as a request gives them, and what they are checked against.

use kit::db::Tx;
use kit::field::Fields;
use kit::{Result, date};
use proto::cadre::v1 as pb;

use super::super::{PERSON, POST, UNIT};
use crate::follow::peers::Registry;
use crate::person::{Holder, Overlap, Posting, answering_units, exclusive_overlaps, overlaps};
use crate::store;

/// The most posts of one person.
const MOST: usize = 100;

/// The postings of a request, one row a person, in the order given.
pub(crate) struct Given {
    pub(crate) rows: Vec<Vec<Posting>>,
    /// The path of each row's postings.
    paths: Vec<String>,
}

impl Given {
    /// The postings of the person at the path `person` of a request about `district`.
    pub(crate) fn one(
        fields: &mut Fields,
        district: &str,
        person: &str,
        given: &[pb::Posting],
    ) -> Self {
        let path = format!("{person}.postings");
        Self { rows: vec![read(fields, &path, district, given)], paths: vec![path] }
    }

    /// The postings of several readings, one after the other.
    pub(crate) fn concat(all: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self { rows: Vec::new(), paths: Vec::new() };
        for it in all {
            joined.rows.extend(it.rows);
            joined.paths.extend(it.paths);
        }
        joined
    }

    /// The postings of each of `persons`.
    pub(crate) fn many(fields: &mut Fields, district: &str, given: &[pb::Person]) -> Self {
        let rows = given.iter().enumerate();
        Self::concat(rows.map(|(row, given)| {
            Self::one(fields, district, &format!("persons[{row}]"), &given.postings)
        }))
    }

    /// Refuses units that the registry does not know.
    pub(crate) async fn check_units(&self, registry: &Registry, district: &str) -> Result<()> {
        let named = || self.rows.iter().flatten().map(|posting| posting.unit.as_str());
        let unknown = registry.unknown_units(district, named().collect()).await?;
        let mut fields = Fields::default();
        for (row, postings) in self.rows.iter().enumerate() {
            for (index, posting) in postings.iter().enumerate() {
                if unknown.contains(&posting.unit) {
                    let unit = UNIT.format(&[district, &posting.unit]);
                    let field = format!("{}[{index}].unit", self.paths[row]);
                    fields.violation(field, "UNKNOWN_UNIT", format!("there is no unit {unit}"));
                }
            }
        }
        fields.check()
    }

    /// Refuses a second head of a unit, within the request or beside a person on record other
    /// than those of `except`. The units stay taken until the transaction ends; yields them.
    pub(crate) async fn check_heads(
        &self,
        tx: &mut Tx,
        district: &str,
        except: &[&str],
    ) -> Result<Vec<&str>> {
        let units: Vec<&str> = answering_units(&self.rows).into_iter().collect();
        store::headship::lock(tx, district, &units).await?;
        let stored = store::headship::of_units(tx, district, &units, except).await?;
        let mut fields = Fields::default();
        for overlap in overlaps(&self.rows, stored) {
            let field = format!("{}[{}].unit", self.paths[overlap.row], overlap.posting);
            fields.violation(field, "POSTING_OVERLAP", self.complaint(district, &overlap));
        }
        fields.check()?;
        Ok(units)
    }

    fn complaint(&self, district: &str, overlap: &Overlap) -> String {
        let other = &overlap.other;
        let unit = UNIT.format(&[district, &other.unit]);
        let who = match &other.holder {
            Holder::Stored(person) => PERSON.format(&[district, person]),
            Holder::Asked(row, index) => format!("{}[{index}]", self.paths[*row]),
        };
        let until = other.end.map(|end| format!(" until {end}")).unwrap_or_default();
        format!("{unit} has one head at a time: {who} is head from {}{until}", other.start)
    }
}

/// A posting on the wire.
pub(crate) fn to_proto(district: &str, posting: &Posting) -> pb::Posting {
    pb::Posting {
        unit: UNIT.format(&[district, &posting.unit]),
        post: posting.post.clone(),
        head: posting.head,
        exclusive: posting.exclusive,
        position: posting
            .position
            .as_ref()
            .map(|id| POST.format(&[district, id]))
            .unwrap_or_default(),
        start_date: Some(date::to_proto(posting.start)),
        end_date: posting.end.map(date::to_proto),
    }
}

fn read(fields: &mut Fields, path: &str, district: &str, given: &[pb::Posting]) -> Vec<Posting> {
    if given.len() > MOST {
        let message = format!("must have at most {MOST} postings, has {}", given.len());
        fields.violation(path, "TOO_MANY", message);
    }
    let given = given.iter().take(MOST).enumerate();
    let postings: Vec<Posting> = given
        .map(|(index, given)| read_one(fields, &format!("{path}[{index}]"), district, given))
        .collect();
    for (index, other) in exclusive_overlaps(&postings) {
        let message = format!("is held to the exclusion of others, as {path}[{other}] is");
        fields.violation(format_args!("{path}[{index}].exclusive"), "EXCLUSIVE_POSTS", message);
    }
    postings
}

fn read_one(fields: &mut Fields, path: &str, district: &str, given: &pb::Posting) -> Posting {
    let unit = fields.member(format_args!("{path}.unit"), &UNIT, &given.unit, district);
    let post = fields.text(format_args!("{path}.post"), &given.post, 1..=100);
    let start = fields.date(format_args!("{path}.start_date"), &given.start_date);
    let end = fields.optional_date(format_args!("{path}.end_date"), &given.end_date);
    if end.is_some_and(|end| end < start) {
        let message = format!("must not be before the first day {start}");
        fields.violation(format_args!("{path}.end_date"), "BEFORE_START", message);
    }
    let position =
        fields.optional_member(format_args!("{path}.position"), &POST, &given.position, district);
    Posting { unit, post, head: given.head, exclusive: given.exclusive, position, start, end }
}
