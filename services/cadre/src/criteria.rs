//! What is asked of a person (B4, X3): typed filters over what is on record and a condition in the
//! office's words, each explained with the value that was compared.

pub(crate) mod formula;

use jiff::civil::Date;
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use self::formula::Formula;
use crate::definition::day;
use crate::period;
use crate::person::{Education, EntryKind, Person, Posting, Rank};

/// Not on record.
pub(crate) const UNKNOWN: &str = "未登记";

/// Criteria; what is empty asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Criteria {
    #[serde(with = "day")]
    pub(crate) born_from: Option<Date>,
    #[serde(with = "day")]
    pub(crate) born_until: Option<Date>,
    pub(crate) ranks: Vec<Rank>,
    pub(crate) entries: Vec<EntryKind>,
    pub(crate) education: Option<Education>,
    pub(crate) skills: Vec<String>,
    pub(crate) months_in_post: i32,
    pub(crate) experience: Option<Experience>,
    pub(crate) results: Option<Results>,
    pub(crate) months_in_rank: i32,
    pub(crate) formula: Formula,
}

/// Work in certain units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Experience {
    pub(crate) units: Vec<String>,
    pub(crate) months: i32,
}

/// Results of certain grades.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) grades: Vec<String>,
    pub(crate) count: i32,
    #[serde(default, with = "day")]
    pub(crate) since: Option<Date>,
    pub(crate) series: String,
}

/// A result of a unit in which the person held a post on the period's last day.
#[derive(Clone, Debug)]
pub(crate) struct Graded {
    pub(crate) person: String,
    /// The ranking it stands in, by which a later run supersedes it.
    pub(crate) ranking: String,
    pub(crate) series: String,
    pub(crate) period: String,
    pub(crate) period_end: Date,
    pub(crate) grade: String,
    pub(crate) grade_display_name: String,
    pub(crate) create_time: Timestamp,
}

kit::numbered! {
    /// Which criterion.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "i64", try_from = "i64")]
    enum Kind {
        /// Day of birth.
        Birth = 1,
        /// Rank.
        Rank = 2,
        /// How the person came into service.
        Entry = 3,
        /// Education.
        Education = 4,
        /// Fields of skill.
        Skill = 5,
        /// Time in a present post.
        MonthsInPost = 6,
        /// Time in certain units.
        Experience = 7,
        /// Results of certain grades.
        Results = 8,
        /// Time in the present rank.
        MonthsInRank = 9,
        /// A condition in the office's words.
        Condition = 10,
    }
}

impl From<Kind> for i64 {
    fn from(kind: Kind) -> Self {
        kind as Self
    }
}

/// What became of one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) kind: Kind,
    pub(crate) passed: bool,
    /// What was compared.
    pub(crate) value: String,
    pub(crate) wanted: String,
}

impl Criteria {
    /// Each criterion as the person meets it on a day.
    pub(crate) fn check(&self, person: &Person, graded: &[Graded], day: Date) -> Vec<Outcome> {
        let basics = &person.basics;
        let mut found = Vec::new();
        let mut add = |kind, passed, value: Option<String>, wanted: String| {
            let value = value.filter(|it| !it.is_empty()).unwrap_or_else(|| UNKNOWN.to_owned());
            found.push(Outcome { kind, passed, value, wanted });
        };
        if self.born_from.is_some() || self.born_until.is_some() {
            let met = |born: Date| {
                self.born_from.is_none_or(|from| from <= born)
                    && self.born_until.is_none_or(|until| born <= until)
            };
            let shown = |day: Option<Date>| day.map(|it| it.to_string()).unwrap_or_default();
            let wanted = format!("{}～{}", shown(self.born_from), shown(self.born_until));
            add(Kind::Birth, basics.birth.is_some_and(met), Some(shown(basics.birth)), wanted);
        }
        if !self.ranks.is_empty() {
            let passed = basics.rank.is_some_and(|it| self.ranks.contains(&it));
            let wanted = joined(self.ranks.iter().map(|it| it.label()));
            add(Kind::Rank, passed, basics.rank.map(|it| it.label().to_owned()), wanted);
        }
        if !self.entries.is_empty() {
            let passed = basics.entry.is_some_and(|it| self.entries.contains(&it));
            let wanted = joined(self.entries.iter().map(|it| it.label()));
            add(Kind::Entry, passed, basics.entry.map(|it| it.label().to_owned()), wanted);
        }
        if let Some(least) = self.education {
            let passed = basics.education.is_some_and(|it| it as i32 >= least as i32);
            let value = basics.education.map(|it| it.label().to_owned());
            add(Kind::Education, passed, value, format!("{}及以上", least.label()));
        }
        if !self.skills.is_empty() {
            let passed = basics.skills.iter().any(|it| self.skills.contains(it));
            add(Kind::Skill, passed, Some(basics.skills.join("、")), self.skills.join("、"));
        }
        if self.months_in_post > 0 {
            let (post, held) = longest(person, day);
            let wanted = format!("任现职满{}个月", self.months_in_post);
            let value = (!post.is_empty()).then(|| format!("{post}{held}个月"));
            add(Kind::MonthsInPost, held >= self.months_in_post, value, wanted);
        }
        if let Some(asked) = &self.experience {
            let held = months_in(person, |unit| asked.units.iter().any(|it| it == unit), day);
            let wanted = format!("在{}工作满{}个月", asked.units.join("、"), asked.months);
            add(Kind::Experience, held >= asked.months, Some(format!("{held}个月")), wanted);
        }
        if self.months_in_rank > 0 {
            let held = basics.rank_since.map(|since| months(since, day));
            let passed = held.is_some_and(|held| held >= self.months_in_rank);
            let label = basics.rank.map_or("", Rank::label);
            let value = held.map(|held| format!("{label}{held}个月"));
            add(
                Kind::MonthsInRank,
                passed,
                value,
                format!("任现职级满{}个月", self.months_in_rank),
            );
        }
        if let Some(asked) = &self.results {
            let (count, value) = asked.count(person, graded, day);
            let wanted = format!("{}不少于{}次", asked.grades.join("、"), asked.count);
            add(Kind::Results, count >= asked.count, Some(value), wanted);
        }
        if !self.formula.text().is_empty() {
            let (holds, value) = self.formula.check(person, day);
            add(Kind::Condition, holds, Some(value), self.formula.text().to_owned());
        }
        found
    }
}

impl Results {
    /// How many results there are of these grades, and which.
    fn count(&self, person: &Person, graded: &[Graded], day: Date) -> (i32, String) {
        let about = |it: &&Graded| {
            it.person == person.id
                && it.period_end <= day
                && (self.series.is_empty() || it.series == self.series)
                && self.since.is_none_or(|since| since <= it.period_end)
        };
        let latest = |it: &&Graded| {
            let later = |other: &Graded| {
                (&other.person, &other.ranking, &other.period)
                    == (&it.person, &it.ranking, &it.period)
                    && other.create_time > it.create_time
            };
            !graded.iter().any(later)
        };
        let met = graded.iter().filter(about).filter(latest);
        let met: Vec<&Graded> = met.filter(|it| self.grades.contains(&it.grade)).collect();
        let line = |it: &&Graded| {
            let name = &it.grade_display_name;
            format!(
                "{}{}",
                period::title(&it.period),
                if name.is_empty() { &it.grade } else { name }
            )
        };
        let lines = met.iter().map(line).collect::<Vec<_>>().join("；");
        (met.len() as i32, if lines.is_empty() { "0次".to_owned() } else { lines })
    }
}

/// Whole months of work in units that `counts` lets through, up to a day; days that two postings
/// share count once.
pub(crate) fn months_in(person: &Person, counts: impl Fn(&str) -> bool, day: Date) -> i32 {
    let mut spans: Vec<(Date, Date)> = person
        .postings
        .iter()
        .filter(|it| counts(&it.unit) && it.start <= day)
        .map(|it| (it.start, it.end.map_or(day, |end| end.min(day))))
        .collect();
    spans.sort_unstable();
    let mut joined: Vec<(Date, Date)> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some(last) if start <= last.1.tomorrow().unwrap_or(last.1) => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined.into_iter().map(|(start, end)| months(start, end)).sum()
}

/// Whole months from a first to a last day.
pub(crate) fn months(start: Date, end: Date) -> i32 {
    let after = end.tomorrow().unwrap_or(end);
    start.until((Unit::Month, after)).map_or(0, |span| span.get_months())
}

/// The post held the longest of those held on a day, and for how many months.
fn longest(person: &Person, day: Date) -> (&str, i32) {
    let held = |it: &&Posting| it.start <= day && it.end.is_none_or(|end| day <= end);
    let posts = person.postings.iter().filter(held);
    let posts = posts.map(|it| (it.post.as_str(), months(it.start, day)));
    posts.max_by_key(|it| it.1).unwrap_or_default()
}

/// Labels in one line.
pub(crate) fn joined(labels: impl Iterator<Item = &'static str>) -> String {
    labels.collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::Basics;

    fn posting(unit: &str, start: &str, end: Option<&str>) -> Posting {
        Posting {
            unit: unit.to_owned(),
            post: "科长".to_owned(),
            head: false,
            exclusive: false,
            position: None,
            start: start.parse().unwrap_or_default(),
            end: end.and_then(|end| end.parse().ok()),
        }
    }

    fn person(postings: Vec<Posting>) -> Person {
        Person {
            district: "d".to_owned(),
            id: "p".to_owned(),
            display_name: "王".to_owned(),
            external_id: None,
            basics: Basics::default(),
            postings,
            revision: 1,
            create_time: Timestamp::UNIX_EPOCH,
            update_time: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn months_are_whole_and_shared_days_count_once() {
        let it = person(vec![
            posting("street", "2020-01-01", Some("2020-06-30")),
            posting("street", "2020-04-01", Some("2020-12-31")),
            posting("finance", "2021-01-01", None),
        ]);
        let day = "2021-03-30".parse().unwrap_or_default();
        assert_eq!(months_in(&it, |unit| unit == "street", day), 12);
        assert_eq!(months_in(&it, |_| true, day), 14);
        assert_eq!(longest(&it, day), ("科长", 2));
    }

    #[test]
    fn what_is_not_on_record_is_not_met() {
        let criteria = Criteria { ranks: vec![Rank::Section], ..Default::default() };
        let outcomes = criteria.check(&person(vec![]), &[], Date::constant(2023, 1, 1));
        let expected = Outcome {
            kind: Kind::Rank,
            passed: false,
            value: UNKNOWN.to_owned(),
            wanted: "正科级".to_owned(),
        };
        assert_eq!(outcomes, [expected]);
    }
}
