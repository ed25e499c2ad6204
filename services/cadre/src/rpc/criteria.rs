//! Criteria between wire and domain, and their check over persons on record.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::field::Fields;
use kit::{Result, date};
use proto::cadre::v1 as pb;

use super::UNIT;
use crate::criteria::formula::Formula;
use crate::criteria::{Criteria, Experience, Graded, Outcome, Results};
use crate::person::Person;
use crate::store;

/// Reads criteria at the path `at`; none ask nothing.
pub(super) fn read(
    fields: &mut Fields,
    at: &str,
    given: Option<&pb::Criteria>,
    district: &str,
) -> Criteria {
    let Some(given) = given else { return Criteria::default() };
    let born_from = fields.optional_date(format_args!("{at}.born_from"), &given.born_from);
    let born_until = fields.optional_date(format_args!("{at}.born_until"), &given.born_until);
    if born_from.zip(born_until).is_some_and(|(from, until)| until < from) {
        let message = "nobody is born from then until then";
        fields.violation(format_args!("{at}.born_until"), "BIRTH_SPAN", message);
    }
    let least = given.least_months_in_post;
    Criteria {
        born_from,
        born_until,
        ranks: choices(fields, &format!("{at}.ranks"), &given.ranks),
        entries: choices(fields, &format!("{at}.entry_kinds"), &given.entry_kinds),
        education: fields
            .optional_choice(format_args!("{at}.least_education"), given.least_education),
        skills: texts(fields, &format!("{at}.skills"), &given.skills, 0..=20, 40),
        months_in_post: fields.number(format_args!("{at}.least_months_in_post"), least, 0..=600),
        experience: given.experience.as_ref().map(|it| {
            let at = format!("{at}.experience");
            fields.number(format_args!("{at}.units"), it.units.len(), 1..=100);
            let units = it.units.iter().take(100).enumerate();
            Experience {
                units: units
                    .map(|(index, unit)| {
                        fields.member(format_args!("{at}.units[{index}]"), &UNIT, unit, district)
                    })
                    .collect(),
                months: fields.number(format_args!("{at}.least_months"), it.least_months, 1..=600),
            }
        }),
        months_in_rank: fields.number(
            format_args!("{at}.least_months_in_rank"),
            given.least_months_in_rank,
            0..=600,
        ),
        formula: formula(fields, &format!("{at}.condition"), &given.condition),
        results: given.results.as_ref().map(|it| {
            let at = format!("{at}.results");
            let count = if it.least_count == 0 { 1 } else { it.least_count };
            Results {
                grades: texts(fields, &format!("{at}.grade_ids"), &it.grade_ids, 1..=20, 63),
                count: fields.number(format_args!("{at}.least_count"), count, 1..=20),
                since: fields.optional_date(format_args!("{at}.since_date"), &it.since_date),
                series: fields.text(format_args!("{at}.series"), &it.series, 0..=63),
            }
        }),
    }
}

fn formula(fields: &mut Fields, at: &str, given: &str) -> Formula {
    let text = fields.paragraph(at, given, 0..=1000);
    Formula::read(&text).unwrap_or_else(|faults| {
        for it in faults {
            fields.violation(at, it.reason, it.message);
        }
        Formula::default()
    })
}

/// Some of an enumeration, at most ten.
pub(super) fn choices<E: TryFrom<i32> + Default>(
    fields: &mut Fields,
    at: &str,
    given: &[i32],
) -> Vec<E> {
    fields.number(at, given.len(), 0..=10);
    let given = given.iter().take(10).enumerate();
    given.map(|(index, it)| fields.choice(format_args!("{at}[{index}]"), *it)).collect()
}

/// Lines of at most `longest` characters, as many as `count` lets.
pub(super) fn texts(
    fields: &mut Fields,
    at: &str,
    given: &[String],
    count: std::ops::RangeInclusive<usize>,
    longest: usize,
) -> Vec<String> {
    let most = *count.end();
    fields.number(at, given.len(), count);
    let given = given.iter().take(most).enumerate();
    given.map(|(index, it)| fields.text(format_args!("{at}[{index}]"), it, 1..=longest)).collect()
}

/// Criteria on the wire.
pub(super) fn to_proto(district: &str, it: &Criteria) -> pb::Criteria {
    pb::Criteria {
        born_from: it.born_from.map(date::to_proto),
        born_until: it.born_until.map(date::to_proto),
        ranks: it.ranks.iter().map(|it| *it as i32).collect(),
        entry_kinds: it.entries.iter().map(|it| *it as i32).collect(),
        least_education: it.education.map_or(0, |it| it as i32),
        skills: it.skills.clone(),
        least_months_in_post: it.months_in_post,
        experience: it.experience.as_ref().map(|it| pb::ExperienceCriterion {
            units: it.units.iter().map(|id| UNIT.format(&[district, id])).collect(),
            least_months: it.months,
        }),
        condition: it.formula.text().to_owned(),
        least_months_in_rank: it.months_in_rank,
        results: it.results.as_ref().map(|it| pb::ResultCriterion {
            grade_ids: it.grades.clone(),
            least_count: it.count,
            since_date: it.since.map(date::to_proto),
            series: it.series.clone(),
        }),
    }
}

/// Outcomes on the wire.
pub(super) fn outcomes_to_proto(outcomes: &[Outcome]) -> Vec<pb::CriterionOutcome> {
    let outcome = |it: &Outcome| pb::CriterionOutcome {
        criterion: it.kind as i32,
        passed: it.passed,
        value: it.value.clone(),
        wanted: it.wanted.clone(),
    };
    outcomes.iter().map(outcome).collect()
}

/// What was not met, for a refusal to say.
pub(super) fn complaint<'a>(failed: impl IntoIterator<Item = &'a Outcome>) -> String {
    let line = |it: &Outcome| format!("{:?}: {}, asked {}", it.kind, it.value, it.wanted);
    failed.into_iter().map(line).collect::<Vec<_>>().join("; ")
}

/// How each of the persons meets the criteria on a day, by id.
pub(super) async fn check(
    tx: &mut Tx,
    district: &str,
    criteria: &Criteria,
    persons: &[Person],
    day: Date,
) -> Result<HashMap<String, Vec<Outcome>>> {
    let graded = graded(tx, district, &[criteria], persons).await?;
    let check = |person: &Person| {
        let graded = graded.get(&person.id).map_or(&[][..], Vec::as_slice);
        (person.id.clone(), criteria.check(person, graded, day))
    };
    Ok(persons.iter().map(check).collect())
}

/// The graded results of the persons by id, where some of the criteria ask for any.
pub(super) async fn graded(
    tx: &mut Tx,
    district: &str,
    criteria: &[&Criteria],
    persons: &[Person],
) -> Result<HashMap<String, Vec<Graded>>> {
    let mut found: HashMap<String, Vec<Graded>> = HashMap::new();
    if criteria.iter().any(|it| it.results.is_some()) {
        let ids: Vec<&str> = persons.iter().map(|it| it.id.as_str()).collect();
        for it in store::person::candidate::graded(tx, district, &ids).await? {
            found.entry(it.person.clone()).or_default().push(it);
        }
    }
    Ok(found)
}
