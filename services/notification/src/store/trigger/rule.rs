//! A revision of a trigger as it is stored.

use kit::{Error, Result, clock};
use serde_json::Value;

use crate::store::document::fields_from_text;
use crate::trigger::{Recipient, Rule, Trigger};

pub(in crate::store) fn recipients_to_text(recipients: &[Recipient]) -> String {
    let pair = |it: &Recipient| serde_json::json!([it.relation as i64, it.unit]);
    Value::from_iter(recipients.iter().map(pair)).to_string()
}

pub(in crate::store) fn recipients_from_text(text: &str) -> Result<Vec<Recipient>> {
    let pairs: Vec<(i64, String)> = serde_json::from_str(text).map_err(Error::internal)?;
    let recipient =
        |(relation, unit): (i64, String)| Ok(Recipient { relation: relation.try_into()?, unit });
    pairs.into_iter().map(recipient).collect()
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
                recipients: recipients_from_text(&row.recipients)?,
                fields: fields_from_text(&row.fields)?,
                english_fields: fields_from_text(&row.english_fields)?,
                delay_hours: row.delay_hours,
                due_days: row.due_days,
                digest_hours: row.digest_hours,
            },
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
