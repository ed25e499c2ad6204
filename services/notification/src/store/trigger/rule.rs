//! A revision of a trigger as it is stored.

use kit::{Error, Result, clock};
use serde_json::Value;

use crate::store::document::fields_from_text;
use crate::trigger::{Recipient, Rule, Trigger};

pub(in crate::store) fn recipients_to_text(recipients: &[Recipient]) -> String {
    let pair = |it: &Recipient| serde_json::json!([it.relation as i64, it.unit]);
    Value::from_iter(recipients.iter().map(pair)).to_string()
}

pub(in crate::store) fn recipients_from_text(text: &str, problems: &str) -> Result<Vec<Recipient>> {
    let pairs: Vec<(i64, String)> = serde_json::from_str(text).map_err(Error::internal)?;
    let mut problems: Vec<String> = match problems {
        "" => Vec::new(),
        problems => serde_json::from_str(problems).map_err(Error::internal)?,
    };
    problems.resize(pairs.len(), String::new());
    let recipient = |((relation, unit), problem): ((i64, String), String)| {
        Ok(Recipient { relation: relation.try_into()?, unit, problem })
    };
    pairs.into_iter().zip(problems).map(recipient).collect()
}

/// The problems that recipients are named, in their order; none where nobody is named one.
pub(super) fn problems_to_text(recipients: &[Recipient]) -> Option<String> {
    let problems = || recipients.iter().map(|it| it.problem.as_str());
    problems().any(|it| !it.is_empty()).then(|| Value::from_iter(problems()).to_string())
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    district: String,
    id: String,
    revision: i64,
    enabled: i64,
    display_name: String,
    event_type: String,
    condition: String,
    document_kind: i64,
    recipients: String,
    fields: String,
    delay_hours: i64,
    due_days: i64,
    digest_hours: i64,
    english_fields: String,
    problems: String,
    create_time: i64,
}

impl TryFrom<Row> for Trigger {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            revision: row.revision,
            enabled: row.enabled == 1,
            rule: Rule {
                display_name: row.display_name,
                event_type: row.event_type,
                condition: row.condition,
                kind: row.document_kind.try_into()?,
                recipients: recipients_from_text(&row.recipients, &row.problems)?,
                fields: fields_from_text(&row.fields)?,
                english_fields: fields_from_text(&row.english_fields)?,
                delay_hours: row.delay_hours,
                due_days: row.due_days,
                digest_hours: row.digest_hours,
            },
            create_time: clock::from_micros(row.create_time)?,
            last_trial: None,
        })
    }
}
