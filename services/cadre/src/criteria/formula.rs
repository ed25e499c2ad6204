//! A criterion in the office's own words (CEL): a condition on what is on record of a person.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Unit;
use jiff::civil::Date;
use kit::condition::{self, Condition, Fact, Fault, Shape};
use serde::{Deserialize, Serialize};

use super::{longest, months, months_in};
use crate::person::{Education, EntryKind, Person, Rank};

/// A condition, read once; empty when nothing is asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Formula {
    text: String,
    /// None when it is empty, or cannot be read any more.
    condition: Option<Condition>,
}

impl Formula {
    /// Reads a condition; its faults name what there is.
    pub(crate) fn read(text: &str) -> Result<Self, Vec<Fault>> {
        let text = text.trim().to_owned();
        let condition = if text.is_empty() { None } else { Some(condition::read(&text, &SHAPE)?) };
        Ok(Self { text, condition })
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds for a person on a day, and the facts that it was read from.
    pub(super) fn check(&self, person: &Person, day: Date) -> (bool, String) {
        let facts = facts(person, day);
        let holds = self.condition.as_ref().is_some_and(|it| it.holds(&facts));
        let named = self.condition.iter().flat_map(Condition::facts);
        let named = named.map(|path| format!("{}={}", path.join("."), shown(facts.at(path))));
        let mut named: Vec<String> = named.collect();
        named.sort_unstable();
        named.dedup();
        (holds, named.join("、"))
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Formula {}

impl From<String> for Formula {
    fn from(text: String) -> Self {
        Self::read(&text).unwrap_or(Self { text, condition: None })
    }
}

impl From<Formula> for String {
    fn from(it: Formula) -> Self {
        it.text
    }
}

/// What is known of a person: numbers, days, and texts in the office's words.
static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    let words = |all: &[&str]| Shape::Choice(all.iter().map(|it| (*it).to_owned()).collect());
    let texts = || Shape::List(Box::new(Shape::Text));
    let parts = [
        ("age", Shape::Number),
        ("birth_date", Shape::Day),
        ("education", words(&Education::ALL.map(Education::label))),
        ("education_level", Shape::Number),
        ("entry_kind", words(&EntryKind::ALL.map(EntryKind::label))),
        ("heads_a_unit", Shape::Flag),
        ("months_in_post", Shape::Number),
        ("months_in_rank", Shape::Number),
        ("months_of_work", Shape::Number),
        ("posts", texts()),
        ("rank", words(&Rank::ALL.map(Rank::label))),
        ("rank_level", Shape::Number),
        ("skills", texts()),
        ("units", texts()),
    ];
    Shape::Parts(parts.map(|(name, shape)| (name.to_owned(), shape)).into())
});

fn facts(person: &Person, day: Date) -> Fact {
    let basics = &person.basics;
    let held = person.postings.iter();
    let held: Vec<_> =
        held.filter(|it| it.start <= day && it.end.is_none_or(|end| day <= end)).collect();
    let texts = |all: Vec<&String>| Fact::List(all.into_iter().cloned().map(Fact::Text).collect());
    let number = |it: Option<i32>| it.map_or(Fact::Absent, |it| Fact::Number(it.into()));
    let text = |it: Option<&str>| it.map_or(Fact::Absent, |it| Fact::Text(it.to_owned()));
    let years = |born: Date| born.until((Unit::Year, day)).map_or(0, |it| it.get_years().into());
    let parts = [
        ("age", number(basics.birth.map(years))),
        ("birth_date", basics.birth.map_or(Fact::Absent, Fact::Day)),
        ("education", text(basics.education.map(Education::label))),
        ("education_level", number(basics.education.map(|it| it as i32))),
        ("entry_kind", text(basics.entry.map(EntryKind::label))),
        ("heads_a_unit", Fact::Flag(held.iter().any(|it| it.head))),
        ("months_in_post", number(Some(longest(person, day).1))),
        ("months_in_rank", number(basics.rank_since.map(|since| months(since, day)))),
        ("months_of_work", number(Some(months_in(person, |_| true, day)))),
        ("posts", texts(held.iter().map(|it| &it.post).collect())),
        ("rank", text(basics.rank.map(Rank::label))),
        ("rank_level", number(basics.rank.map(|it| it as i32))),
        ("skills", texts(basics.skills.iter().collect())),
        ("units", texts(held.iter().map(|it| &it.unit).collect())),
    ];
    Fact::Parts(
        parts.map(|(name, fact)| (name.to_owned(), fact)).into_iter().collect::<BTreeMap<_, _>>(),
    )
}

fn shown(fact: &Fact) -> String {
    match fact {
        Fact::Absent | Fact::Parts(_) => super::UNKNOWN.to_owned(),
        Fact::List(items) if items.is_empty() => super::UNKNOWN.to_owned(),
        Fact::Flag(flag) => if *flag { "是" } else { "否" }.to_owned(),
        Fact::Number(number) => number.normalize().to_string(),
        Fact::Day(day) => day.to_string(),
        Fact::Text(text) => text.clone(),
        Fact::List(items) => items.iter().map(shown).collect::<Vec<_>>().join("/"),
    }
}
