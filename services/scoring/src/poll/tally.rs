//! Ballots counted: as the engine takes them, and as they may be shown.

use std::collections::BTreeMap;

use engine::Tally;
use kit::decimal;

use super::{Contents, name};

/// How often one group gave one mark to one subject in a closed poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) poll: String,
    pub(crate) period: String,
    pub(crate) indicator: String,
    /// Id of the subject.
    pub(crate) unit: String,
    pub(crate) group: String,
    pub(crate) mark: String,
    pub(crate) ballots: i64,
    /// Void ballots of the whole poll.
    pub(crate) void: i64,
}

/// The tallies of subjects, by subject, indicator and period. Polls about the same are added,
/// group by group.
pub(crate) fn tallies(
    district: &str,
    counted: &[Counted],
) -> BTreeMap<(String, String, String), Tally> {
    let count = |ballots: i64| u32::try_from(ballots).unwrap_or(u32::MAX);
    let mut tallies: BTreeMap<_, Tally> = BTreeMap::new();
    for row in counted {
        let key = (row.unit.clone(), row.indicator.clone(), row.period.clone());
        let tally = tallies.entry(key).or_default();
        let marks = tally.groups.entry(row.group.clone()).or_default();
        let sum = marks.entry(row.mark.clone()).or_default();
        *sum = sum.saturating_add(count(row.ballots));
        let source = name(district, &row.poll);
        if !tally.sources.contains(&source) {
            tally.sources.push(source);
            tally.void = tally.void.saturating_add(count(row.void));
        }
    }
    tallies
}

/// A subject's tally as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) unit: String,
    /// Groups in the form's order; none where a group is too small to be shown apart.
    pub(crate) groups: Vec<(String, Option<Marks>)>,
    /// The marks of those groups together; empty where they are too few even so.
    pub(crate) pooled: Marks,
}

/// Marks in the form's order, numbers by size, with how often they were given.
type Marks = Vec<(String, i64)>;

/// The tallies of one poll by subject, small groups withheld.
pub(crate) fn shown(contents: &Contents, counted: &[Counted]) -> Vec<Shown> {
    let mut by_unit: BTreeMap<&str, Vec<&Counted>> =
        contents.subjects.iter().map(|unit| (unit.as_str(), Vec::new())).collect();
    for row in counted {
        by_unit.entry(&row.unit).or_default().push(row);
    }
    by_unit.into_iter().map(|(unit, rows)| one(contents, unit, &rows)).collect()
}

fn one(contents: &Contents, unit: &str, rows: &[&Counted]) -> Shown {
    let enough = |marks: &Marks| size(marks) >= contents.smallest_group;
    let mut withheld = BTreeMap::<String, i64>::new();
    let mut groups = Vec::with_capacity(contents.groups.len());
    let mut hidden = 0;
    for group in &contents.groups {
        let rows = rows.iter().filter(|row| row.group == group.id);
        let marks = ordered(contents, rows.map(|row| (row.mark.clone(), row.ballots)).collect());
        if enough(&marks) {
            groups.push((group.id.clone(), Some(marks)));
            continue;
        }
        hidden += usize::from(!marks.is_empty());
        for (mark, ballots) in marks {
            *withheld.entry(mark).or_default() += ballots;
        }
        groups.push((group.id.clone(), None));
    }
    let pooled = ordered(contents, withheld.into_iter().collect());
    // One group alone is not hidden by being called the pool.
    let pooled = if hidden > 1 && enough(&pooled) { pooled } else { Marks::new() };
    Shown { unit: unit.to_owned(), groups, pooled }
}

fn size(marks: &Marks) -> i64 {
    marks.iter().map(|(_, ballots)| ballots).sum()
}

fn ordered(contents: &Contents, mut marks: Marks) -> Marks {
    match &contents.form {
        super::Form::Words(words) => {
            marks.sort_by_key(|(mark, _)| words.iter().position(|word| word == mark));
        }
        super::Form::Numbers { .. } => marks.sort_by_key(|(mark, _)| decimal::parse(mark)),
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::super::{Form, Group, Kind};
    use super::*;

    fn contents() -> Contents {
        let group = |id: &str| Group { id: id.to_owned(), display_name: id.to_owned(), size: 10 };
        Contents {
            display_name: "测评".to_owned(),
            kind: Kind::MultiSourceRating,
            indicator: "rating".to_owned(),
            period: "2023".to_owned(),
            subjects: vec!["works".to_owned(), "health".to_owned()],
            form: Form::Words(vec!["好".to_owned(), "差".to_owned()]),
            quotas: Vec::new(),
            groups: vec![group("leaders"), group("staff"), group("public")],
            smallest_group: 3,
        }
    }

    fn counted(poll: &str, group: &str, mark: &str, ballots: i64) -> Counted {
        Counted {
            poll: poll.to_owned(),
            period: "2023".to_owned(),
            indicator: "rating".to_owned(),
            unit: "works".to_owned(),
            group: group.to_owned(),
            mark: mark.to_owned(),
            ballots,
            void: 2,
        }
    }

    #[test]
    fn small_groups_are_shown_together_or_not_at_all() {
        let mut rows = vec![
            counted("a", "leaders", "好", 2),
            counted("a", "public", "差", 3),
            counted("a", "public", "好", 1),
        ];
        let marks = |given: &[(&str, i64)]| -> Marks {
            given.iter().map(|(mark, count)| ((*mark).to_owned(), *count)).collect()
        };
        let of_works = |rows: &[Counted]| shown(&contents(), rows).pop();
        let first = of_works(&rows).map(|it| (it.groups[2].1.clone(), it.pooled));
        assert_eq!(first, Some((Some(marks(&[("好", 1), ("差", 3)])), Marks::new())));
        rows.push(counted("a", "staff", "差", 1));
        let second = of_works(&rows).map(|it| (it.groups[0].1.clone(), it.pooled));
        assert_eq!(second, Some((None, marks(&[("好", 2), ("差", 1)]))));
        let unrated = shown(&contents(), &rows)[0].clone();
        assert_eq!((unrated.unit.as_str(), unrated.pooled), ("health", Marks::new()));
    }

    #[test]
    fn polls_about_the_same_are_added_and_void_ballots_counted_once_each() {
        let rows = [
            counted("a", "leaders", "好", 2),
            counted("a", "leaders", "差", 1),
            counted("b", "leaders", "好", 3),
        ];
        let key = ("works".to_owned(), "rating".to_owned(), "2023".to_owned());
        let tally = tallies("d", &rows).remove(&key).unwrap_or_default();
        assert_eq!((tally.size(), tally.void, tally.sources.len()), (6, 4, 2));
        assert_eq!(tally.groups["leaders"]["好"], 5);
    }
}
