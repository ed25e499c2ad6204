//! Persons (干部) and the posts they hold, and the one rule among them: a unit has at
//! most one head on any day.

mod basics;
pub(crate) mod name_key;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

pub(crate) use basics::{Basics, Education, EntryKind, Rank};

/// A post holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The district's id.
    pub(crate) district: String,
    /// Last segment of the name, not to be guessed.
    pub(crate) id: String,
    /// Name.
    pub(crate) display_name: String,
    /// Key in the district's personnel system.
    pub(crate) external_id: Option<String>,
    /// What is known beyond name and posts.
    pub(crate) basics: Basics,
    /// Posts by start date.
    pub(crate) postings: Vec<Posting>,
    /// Counts the changes, from 1.
    pub(crate) revision: i64,
    /// When it was created.
    pub(crate) create_time: Timestamp,
    /// When it was last changed.
    pub(crate) update_time: Timestamp,
}

/// A post held for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Posting {
    /// The unit's id.
    pub(crate) unit: String,
    /// Title of the post.
    pub(crate) post: String,
    /// The post is head of the unit.
    pub(crate) head: bool,
    /// No other such post of the person on the same day.
    pub(crate) exclusive: bool,
    /// The id of the registry's post.
    pub(crate) position: Option<String>,
    /// First day.
    pub(crate) start: Date,
    /// Last day; none while it is held.
    pub(crate) end: Option<Date>,
}

/// A post that somebody holds on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldPost {
    pub(crate) unit: String,
    pub(crate) person: String,
    pub(crate) post: String,
    pub(crate) head: bool,
    pub(crate) start: Date,
}

/// The exclusive posts of one person that another exclusive one, told earlier, has a day in
/// common with: index, and index of the other.
pub(crate) fn exclusive_overlaps(postings: &[Posting]) -> Vec<(usize, usize)> {
    let meets = |a: &Posting, b: &Posting| {
        a.end.is_none_or(|end| b.start <= end) && b.end.is_none_or(|end| a.start <= end)
    };
    let exclusive: Vec<_> = postings.iter().enumerate().filter(|(_, it)| it.exclusive).collect();
    let other = |at: usize| {
        let (index, posting) = exclusive[at];
        let before = exclusive[..at].iter().find(|(_, it)| meets(it, posting));
        before.map(|(other, _)| (index, *other))
    };
    (0..exclusive.len()).filter_map(other).collect()
}

impl Person {
    /// The account is this person's: the id, or the key in the personnel system.
    pub(crate) fn is(&self, account: &str) -> bool {
        self.id == account || self.external_id.as_deref() == Some(account)
    }

    /// The unit that keeps the person on a day: that of the postings held, when it is one.
    pub(crate) fn home_unit(&self, day: Date) -> Option<&str> {
        let held = |it: &&Posting| it.start <= day && it.end.is_none_or(|end| day <= end);
        let mut units = self.postings.iter().filter(held).map(|it| it.unit.as_str());
        let first = units.next()?;
        units.all(|it| it == first).then_some(first)
    }
}

/// The days on which somebody heads a unit, and who, as far as a refusal must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Headship {
    /// The unit's id.
    pub(crate) unit: String,
    /// First day.
    pub(crate) start: Date,
    /// Last day; none while it lasts.
    pub(crate) end: Option<Date>,
    /// Where it comes from: a row of the request, or a stored person.
    pub(crate) holder: Holder,
}

/// Who heads a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holder {
    /// A person on record, by id.
    Stored(String),
    /// The posting at this place of the request: row, index within the row.
    Asked(usize, usize),
}

/// A posting of the request that would give a unit a second head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// Its row in the request.
    pub(crate) row: usize,
    /// Its index within the row.
    pub(crate) posting: usize,
    /// Who is head on the same day.
    pub(crate) other: Headship,
}

/// The units that are headed in `rows` or whose posts are held there, each once, in order: the
/// order in which they are locked.
pub(crate) fn answering_units(rows: &[Vec<Posting>]) -> BTreeSet<&str> {
    let answers = |it: &&Posting| it.head || it.position.is_some();
    rows.iter().flatten().filter(answers).map(|it| it.unit.as_str()).collect()
}

/// Every posting of `rows` that gives a unit a second head on some day, beside another of
/// `rows` or one of `stored`. The later row is named; a stored head is never at fault.
pub(crate) fn overlaps(rows: &[Vec<Posting>], stored: Vec<Headship>) -> Vec<Overlap> {
    let mut by_unit: BTreeMap<String, Vec<Headship>> = BTreeMap::new();
    for headship in stored.into_iter().chain(asked(rows)) {
        by_unit.entry(headship.unit.clone()).or_default().push(headship);
    }
    let mut found = Vec::new();
    for mut headships in by_unit.into_values() {
        headships.sort_by(|a, b| (a.start, &a.holder).cmp(&(b.start, &b.holder)));
        // Sorted by start, a headship meets an earlier one exactly when it begins before
        // the latest end so far.
        let mut longest: Option<Headship> = None;
        for headship in headships {
            if let Some(before) = &longest
                && before.end.is_none_or(|end| headship.start <= end)
            {
                found.extend(overlap(before, &headship));
            }
            longest = Some(match longest {
                Some(before) if lasts(&before) >= lasts(&headship) => before,
                _ => headship,
            });
        }
    }
    found.sort_by_key(|it| (it.row, it.posting));
    found.dedup_by_key(|it| (it.row, it.posting));
    found
}

fn asked(rows: &[Vec<Posting>]) -> impl Iterator<Item = Headship> {
    let numbered = rows.iter().enumerate().flat_map(|(row, postings)| {
        postings.iter().enumerate().map(move |(index, posting)| (row, index, posting))
    });
    numbered.filter(|(.., posting)| posting.head).map(|(row, index, posting)| Headship {
        unit: posting.unit.clone(),
        start: posting.start,
        end: posting.end,
        holder: Holder::Asked(row, index),
    })
}

fn overlap(a: &Headship, b: &Headship) -> Option<Overlap> {
    let (fault, other) = if a.holder > b.holder { (a, b) } else { (b, a) };
    match fault.holder {
        Holder::Asked(row, posting) => Some(Overlap { row, posting, other: other.clone() }),
        Holder::Stored(_) => None,
    }
}

fn lasts(headship: &Headship) -> Date {
    headship.end.unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(unit: &str, start: &str, end: Option<&str>) -> Posting {
        Posting {
            unit: unit.to_owned(),
            post: "局长".to_owned(),
            head: true,
            exclusive: false,
            position: None,
            start: start.parse().unwrap_or_default(),
            end: end.and_then(|end| end.parse().ok()),
        }
    }

    #[track_caller]
    fn check(rows: &[Vec<Posting>], stored: Vec<Headship>, faults: &[(usize, usize)]) {
        let found: Vec<_> = overlaps(rows, stored).iter().map(|it| (it.row, it.posting)).collect();
        assert_eq!(found, faults);
    }

    #[test]
    fn one_day_in_common_is_an_overlap() {
        let until = head("finance", "2022-01-01", Some("2023-03-31"));
        check(&[vec![until.clone()], vec![head("finance", "2023-04-01", None)]], vec![], &[]);
        check(&[vec![until], vec![head("finance", "2023-03-31", None)]], vec![], &[(1, 0)]);
    }

    #[test]
    fn the_later_row_is_named_whatever_its_dates() {
        let rows = [
            vec![head("finance", "2023-01-01", None)],
            vec![head("water", "2021-01-01", None), head("finance", "2022-01-01", None)],
        ];
        check(&rows, vec![], &[(1, 1)]);
    }

    #[test]
    fn a_long_headship_meets_all_within_it() {
        let rows = [
            vec![head("finance", "2020-01-01", Some("2024-12-31"))],
            vec![head("finance", "2021-01-01", Some("2021-12-31"))],
            vec![head("finance", "2023-01-01", Some("2023-12-31"))],
        ];
        check(&rows, vec![], &[(1, 0), (2, 0)]);
    }

    #[test]
    fn a_stored_head_is_never_at_fault() {
        let stored = |start: &str, end: Option<&str>| Headship {
            unit: "finance".to_owned(),
            start: start.parse().unwrap_or_default(),
            end: end.and_then(|end| end.parse().ok()),
            holder: Holder::Stored("somebody".to_owned()),
        };
        let rows = [vec![head("finance", "2022-01-01", None)]];
        check(&rows, vec![stored("2023-01-01", None)], &[(0, 0)]);
        check(&rows, vec![stored("2020-01-01", Some("2021-12-31"))], &[]);
        check(&rows, vec![stored("2020-01-01", None), stored("2021-01-01", None)], &[(0, 0)]);
    }

    #[test]
    fn two_exclusive_posts_have_no_day_in_common() {
        let exclusive = |start, end| Posting { exclusive: true, ..head("finance", start, end) };
        let shared = head("water", "2022-01-01", None);
        let first = exclusive("2022-01-01", Some("2022-12-31"));
        let later = exclusive("2023-01-01", None);
        let meeting = exclusive("2022-12-31", None);
        assert!(exclusive_overlaps(&[shared.clone(), first.clone(), later]).is_empty());
        assert_eq!(exclusive_overlaps(&[shared, first, meeting]), [(2, 1)]);
    }

    #[test]
    fn deputies_may_be_many() {
        let deputy = Posting { head: false, ..head("finance", "2022-01-01", None) };
        let rows = [vec![deputy.clone()], vec![deputy], vec![head("finance", "2022-01-01", None)]];
        check(&rows, vec![], &[]);
    }
}
