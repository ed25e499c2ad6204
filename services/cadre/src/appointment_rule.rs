//! Rules of appointment (选拔任用规则, S8): what a post asks of whoever is to be appointed, and how a
//! person meets it on a day. Pure.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::name::Pattern;
use serde::{Deserialize, Serialize};

use crate::criteria::{UNKNOWN, joined, months, months_in};
use crate::definition::{self, Definition};
use crate::person::{Education, Person, Posting, Rank};

/// How rules are named.
pub(crate) static NAME: Pattern =
    Pattern::new("appointment_rule", "districts/{district}/appointmentRules/{appointment_rule}");

/// A rule.
pub(crate) type AppointmentRule = Definition<Contents>;

/// What the organisation department says of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) basis: String,
    /// Categories of units; all when empty.
    pub(crate) to_categories: Vec<String>,
    /// Posts of the registry; all when empty.
    pub(crate) to_positions: Vec<String>,
    pub(crate) requirement: Requirement,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Requirement {
    Experience { categories: Vec<String>, months: i32 },
    Stay { categories: Vec<String>, heads: bool, months: i32 },
    FrontLine { categories: Vec<String>, months: i32 },
    Rank { ranks: Vec<Rank>, months: i32 },
    Education(Education),
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }
}

/// An appointment that somebody thinks of.
pub(crate) struct Appointment<'a> {
    pub(crate) day: Date,
    pub(crate) category: &'a str,
    pub(crate) position: Option<&'a str>,
    /// It brings a higher rank.
    pub(crate) promotes: bool,
    /// Categories of the units that matter, by id.
    pub(crate) categories: &'a HashMap<String, String>,
}

/// What was compared and does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) value: String,
    pub(crate) wanted: String,
}

impl Contents {
    /// Why the person may not be appointed by this rule; nothing where he may.
    pub(crate) fn failure(&self, person: &Person, to: &Appointment<'_>) -> Option<Failure> {
        let position = to.position.unwrap_or_default();
        let about = (self.to_categories.is_empty() || holds(&self.to_categories, to.category))
            && (self.to_positions.is_empty() || holds(&self.to_positions, position));
        about.then(|| self.requirement.failure(person, to)).flatten()
    }
}

impl Requirement {
    fn failure(&self, person: &Person, to: &Appointment<'_>) -> Option<Failure> {
        let basics = &person.basics;
        let of = |unit: &str| to.categories.get(unit).map_or("", String::as_str);
        let (passed, value, wanted) = match self {
            Self::Experience { categories, months: least } => {
                let held = months_in(person, |unit| holds(categories, of(unit)), to.day);
                let wanted = format!("在{}工作满{least}个月", categories.join("、"));
                (held >= *least, format!("{held}个月"), wanted)
            }
            Self::Stay { categories, heads, months: least } => {
                let present = |it: &&Posting| {
                    it.start <= to.day
                        && it.end.is_none_or(|end| to.day <= end)
                        && (it.head || !heads)
                        && (categories.is_empty() || holds(categories, of(&it.unit)))
                };
                let posts = person.postings.iter().filter(present);
                let posts = posts.map(|it| (months(it.start, to.day), it.post.as_str()));
                let (held, post) = posts.min()?;
                let wanted = format!("任现职满{least}个月");
                (held >= *least, format!("{post}{held}个月"), wanted)
            }
            Self::FrontLine { categories, months: within } => {
                let since = basics.rank_since.filter(|since| months(*since, to.day) < *within);
                if !to.promotes && since.is_none() {
                    return None;
                }
                let value = match since {
                    Some(since) => format!("{since}新提拔，拟任{}", to.category),
                    None => format!("提拔，拟任{}", to.category),
                };
                let wanted = format!("新提拔的先到{}", categories.join("、"));
                (holds(categories, to.category), value, wanted)
            }
            Self::Rank { ranks, months: least } => {
                let held = basics.rank_since.map(|since| months(since, to.day));
                let long = *least == 0 || held.is_some_and(|held| held >= *least);
                let has = basics.rank.is_some_and(|it| ranks.contains(&it));
                let label = basics.rank.map_or(UNKNOWN, Rank::label);
                let held = held.map(|it| format!("{it}个月"));
                let value = format!("{label}{}", held.unwrap_or_default());
                let mut wanted = joined(ranks.iter().map(|it| it.label()));
                if *least > 0 {
                    wanted.push_str(&format!("满{least}个月"));
                }
                (has && long, value, wanted)
            }
            Self::Education(least) => {
                let has = basics.education.is_some_and(|it| it as i32 >= *least as i32);
                let value = basics.education.map_or(UNKNOWN, Education::label).to_owned();
                (has, value, format!("{}及以上", least.label()))
            }
        };
        (!passed).then_some(Failure { value, wanted })
    }
}

fn holds(list: &[String], it: &str) -> bool {
    list.iter().any(|one| one == it)
}
