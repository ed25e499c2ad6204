//! A schedule as it is stored.

use kit::{Error, Result, clock, date};

use crate::schedule::{Next, Plan, Recurrence, Schedule};
use crate::store::document::fields_from_text;
use crate::store::trigger::recipients_from_text;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    district: String,
    id: String,
    revision: i64,
    display_name: String,
    frequency: i64,
    weekday: i64,
    month: i64,
    day: i64,
    time: String,
    holiday_rule: i64,
    speaks_of_before: i64,
    document_kind: i64,
    recipients: String,
    categories: String,
    fields: String,
    due_days: i64,
    last_only: i64,
    paused: i64,
    next_date: String,
    next_time: Option<i64>,
    next_left_out: i64,
    update_time: i64,
    fault: String,
    problem: String,
    english_fields: String,
    relations: String,
}

impl TryFrom<Row> for Schedule {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let small = |number: i64| i8::try_from(number).map_err(Error::internal);
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        let next = match row.next_time {
            Some(due) => Some(Next {
                planned: date::from_text(&row.next_date)?,
                due: clock::from_micros(due)?,
                left_out: row.next_left_out == 1,
            }),
            None => None,
        };
        Ok(Self {
            district: row.district,
            id: row.id,
            revision: row.revision,
            plan: Plan {
                display_name: row.display_name,
                recurrence: Recurrence {
                    frequency: row.frequency.try_into()?,
                    weekday: small(row.weekday)?,
                    month: small(row.month)?,
                    day: small(row.day)?,
                    time: row.time.parse().map_err(Error::internal)?,
                },
                holiday_rule: row.holiday_rule.try_into()?,
                before: row.speaks_of_before == 1,
                kind: row.document_kind.try_into()?,
                recipients: lines(&row.recipients),
                categories: lines(&row.categories),
                relations: recipients_from_text(&row.relations, "")?,
                fields: fields_from_text(&row.fields)?,
                english_fields: fields_from_text(&row.english_fields)?,
                due_days: row.due_days,
                problem: row.problem,
                last_only: row.last_only == 1,
                paused: row.paused == 1,
            },
            next,
            update_time: clock::from_micros(row.update_time)?,
            fault: row.fault,
        })
    }
}
