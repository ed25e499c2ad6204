//! Polls (多维测评, S4; 领导评价, H3; 三项调研, S10): who is rated, by whom, on which form. Nothing
//! here knows a rater: a ballot is a group and its marks, and only until it is counted.

mod tally;

use std::collections::BTreeMap;

use engine::{BrokenQuota, MarkQuota, broken_quotas};
use jiff::Timestamp;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{Error, Result, decimal};
use rust_decimal::Decimal;

pub(crate) use tally::{Counted, Shown, shown, tallies};

/// How polls are named.
pub(crate) static NAME: Pattern = Pattern::new("poll", "districts/{district}/polls/{poll}");

kit::numbered! {
    /// What a poll is.
    enum Kind {
        /// Rating from several sides.
        MultiSourceRating = 1,
        /// Assessment by district leaders.
        LeadersAssessment = 2,
        /// A survey.
        Survey = 3,
    }
}

/// What a poll asks of whom. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    pub(crate) kind: Kind,
    pub(crate) indicator: String,
    pub(crate) period: String,
    /// Ids of those who are rated.
    pub(crate) subjects: Vec<String>,
    pub(crate) form: Form,
    pub(crate) quotas: Vec<MarkQuota>,
    pub(crate) groups: Vec<Group>,
    /// Groups with fewer valid marks on a subject are not shown apart.
    pub(crate) smallest_group: i64,
}

/// What marks a form takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One of these words.
    Words(Vec<String>),
    /// A number within bounds.
    Numbers { min: Decimal, max: Decimal, places: u32 },
}

/// Those who rate from one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) display_name: String,
    /// How many raters it has.
    pub(crate) size: i64,
}

/// A poll and whether it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Poll {
    pub(crate) id: String,
    pub(crate) contents: Contents,
    /// None while ballots are taken.
    pub(crate) close_time: Option<Timestamp>,
    pub(crate) create_time: Timestamp,
    /// What became of each group's ballots, by its id.
    pub(crate) turnouts: BTreeMap<String, Turnout>,
}

/// What became of one group's ballots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turnout {
    /// Given out and not taken back; on paper, counted.
    pub(crate) issued: i64,
    pub(crate) cast: i64,
    /// Of those cast.
    pub(crate) void: i64,
}

/// One rater's marks, or those of several who gave the same: the subject's id and the mark.
pub(crate) type Marks = Vec<(String, String)>;

/// A mark as a caller gave it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// Path of the mark in the request.
    pub(crate) at: String,
    pub(crate) subject: String,
    pub(crate) mark: String,
}

impl Form {
    /// The mark as it is counted; none when it is not on the form.
    pub(crate) fn mark(&self, given: &str) -> Option<String> {
        match self {
            Form::Words(words) => words.iter().find(|word| *word == given).cloned(),
            Form::Numbers { min, max, places } => {
                let number = decimal::parse(given)?.normalize();
                let fits = (*min..=*max).contains(&number) && number.scale() <= *places;
                fits.then(|| decimal::to_text(number))
            }
        }
    }
}

impl Contents {
    /// The group of an id.
    pub(crate) fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// Those whom a rater may rate: all but the own.
    pub(crate) fn subjects_for(&self, own: &[String]) -> Vec<&str> {
        self.subjects.iter().filter(|it| !own.contains(it)).map(String::as_str).collect()
    }

    /// Reads a ballot's marks. Every fault is named: `UNKNOWN_SUBJECT`, `DUPLICATE`,
    /// `UNKNOWN_MARK`.
    pub(crate) fn marks(&self, fields: &mut Fields, own: &[String], given: &[Given]) -> Marks {
        let allowed = self.subjects_for(own);
        let mut marks = Marks::with_capacity(given.len());
        for Given { at, subject, mark } in given {
            let mut refuse = |field: &str, reason, message: String| {
                fields.violation(format_args!("{at}.{field}"), reason, message);
            };
            if !allowed.contains(&subject.as_str()) {
                refuse("subject", "UNKNOWN_SUBJECT", format!("{subject} is not on the ballot"));
            } else if marks.iter().any(|(earlier, _)| earlier == subject) {
                refuse("subject", "DUPLICATE", format!("{subject} was given a mark already"));
            } else {
                match self.form.mark(mark) {
                    Some(mark) => marks.push((subject.clone(), mark)),
                    None => refuse("mark", "UNKNOWN_MARK", format!("{mark:?} is not on the form")),
                }
            }
        }
        marks
    }

    /// The quotas that a ballot breaks, which makes it void.
    pub(crate) fn broken_quotas(&self, marks: &Marks) -> Vec<BrokenQuota> {
        let marks: Vec<&str> = marks.iter().map(|(_, mark)| mark.as_str()).collect();
        broken_quotas(&self.quotas, &marks)
    }
}

impl Poll {
    /// Refuses what only an open poll takes.
    pub(crate) fn expect_open(&self, district: &str) -> Result<()> {
        match self.close_time {
            None => Ok(()),
            Some(_) => {
                let subject = name(district, &self.id);
                Err(Error::precondition("POLL_CLOSED", subject, "is closed and counted"))
            }
        }
    }

    /// What became of a group's ballots.
    pub(crate) fn turnout(&self, group: &str) -> Turnout {
        self.turnouts.get(group).copied().unwrap_or_default()
    }

    /// Gives out ballots of a group, or counts them on paper; refused when it has no place left
    /// for so many.
    pub(crate) fn issue(
        &mut self,
        group: &str,
        count: i64,
    ) -> std::result::Result<(), (&'static str, String)> {
        let Some(size) = self.contents.group(group).map(|group| group.size) else {
            return Err(("UNKNOWN_GROUP", format!("there is no rater group {group}")));
        };
        let turnout = self.turnouts.entry(group.to_owned()).or_default();
        if turnout.issued + count > size {
            let message = format!(
                "{group} has {size} raters, {} ballots are out or counted; {count} more are too many",
                turnout.issued
            );
            return Err(("TOO_MANY_BALLOTS", message));
        }
        turnout.issued += count;
        Ok(())
    }

    /// Counts ballots of a group that were cast.
    pub(crate) fn cast(&mut self, group: &str, count: i64, void: bool) {
        let turnout = self.turnouts.entry(group.to_owned()).or_default();
        turnout.cast += count;
        turnout.void += if void { count } else { 0 };
    }
}

/// The full name of a poll.
pub(crate) fn name(district: &str, id: &str) -> String {
    NAME.format(&[district, id])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_counted_as_it_is_written_shortest() {
        let number = |places| Form::Numbers { min: 0.into(), max: 100.into(), places };
        assert_eq!(number(1).mark("95.50").as_deref(), Some("95.5"));
        assert_eq!(number(0).mark("95.5"), None);
        assert_eq!(number(0).mark("101"), None);
        assert_eq!(number(0).mark("好"), None);
        let words = Form::Words(vec!["好".to_owned()]);
        assert_eq!(words.mark("好").as_deref(), Some("好"));
        assert_eq!(words.mark("95"), None);
    }
}
