//! The milestones of an assignment, as its subjects are scored by them.

use std::collections::BTreeMap;

use engine::{Day, Milestone, Milestones};
use jiff::civil::Date;
use kit::date;
use kit::field::Fields;
use proto::google::r#type as wire;
use proto::registry::v1 as pb;
use rust_decimal::Decimal;

use crate::inputs::last_segment;

/// Milestones by subject: of a project its own, of a unit those that name it.
#[derive(Debug)]
pub(crate) struct Plans<'a> {
    since: Day,
    as_of: Day,
    by_subject: BTreeMap<&'a str, Vec<Milestone>>,
}

impl<'a> Plans<'a> {
    /// Takes the milestones of an assignment, whose period begins on the first day, as they stood on
    /// the last day elapsed, noting those
    /// without a planned day or with points that are none. One point is meant where an assignment
    /// of former days says nothing.
    pub(crate) fn read(
        assignment: &'a pb::Assignment,
        first: Date,
        through: Date,
        fields: &mut Fields,
    ) -> Plans<'a> {
        let (since, as_of) = (day(first), day(through));
        let mut plans = Plans { since, as_of, by_subject: BTreeMap::new() };
        for (place, given) in assignment.milestones.iter().enumerate() {
            let Some(due) = civil(given.plan_date.as_ref()) else {
                let field = format_args!("assignment.milestones[{place}].plan_date");
                fields.violation(field, "DATE_FORMAT", "must be a day");
                continue;
            };
            let field = format_args!("assignment.milestones[{place}].points");
            let points = fields.optional_decimal(field, &given.points).unwrap_or(Decimal::ONE);
            if points <= Decimal::ZERO {
                fields.violation(field, "OUT_OF_RANGE", "must be above 0");
                continue;
            }
            let milestone = Milestone {
                milestone_id: last_segment(&given.name).to_owned(),
                points,
                due,
                reached: civil(given.actual_date.as_ref()).filter(|reached| *reached <= as_of),
                sources: vec![given.name.clone()],
            };
            for owner in [&given.project, &given.unit] {
                if !owner.is_empty() {
                    plans.by_subject.entry(owner).or_default().push(milestone.clone());
                }
            }
        }
        plans
    }

    /// The milestones of a subject; none where nothing is planned.
    pub(crate) fn of(&self, subject: &str) -> Option<Milestones> {
        let list = self.by_subject.get(subject)?.clone();
        Some(Milestones { since: self.since, as_of: self.as_of, list })
    }
}

fn civil(given: Option<&wire::Date>) -> Option<Day> {
    date::from_proto(given?).map(day)
}

/// Days since 1970-01-01.
fn day(date: Date) -> Day {
    Day::from((date - Date::constant(1970, 1, 1)).get_days())
}
