//! What recipients are to be told in digests, until it is written.

use kit::db::Tx;
use kit::{Error, Result, date};

use crate::document::{Draft, Recipient, Role};
use crate::store::document::{fields_from_text, fields_to_text};
use crate::trigger;
use crate::trigger::digest::{Address, TOLD};

/// Keeps what each recipient of documents about single events is to be told, by trigger and event.
pub(crate) async fn gather(
    tx: &mut Tx,
    district: &str,
    drafts: &[(&str, &str, Draft)],
) -> Result<()> {
    let single = |draft: &Draft| draft.recipients.first().cloned().unwrap_or_default();
    kit::insert_many!(
        tx,
        "INSERT INTO digest_entry (district, trigger_id, document_kind, unit, event_key,
             display_name, roles, problem, missing, period, due_date, fields,
             english_fields, source, cause_key) ",
        drafts,
        |row, (trigger, event, draft)| {
            let to = single(draft);
            row.push_bind(district)
                .push_bind(trigger)
                .push_bind(draft.kind as i64)
                .push_bind(to.unit.clone())
                .push_bind(event)
                .push_bind(to.display_name.clone())
                .push_bind(roles_to_text(&to))
                .push_bind(to.problem)
                .push_bind(super::rule::recipients_to_text(&draft.missing))
                .push_bind(&draft.period)
                .push_bind(draft.due_date.map(date::to_text).unwrap_or_default())
                .push_bind(fields_to_text(&draft.contents))
                .push_bind(fields_to_text(&draft.english_contents))
                .push_bind(&draft.source)
                .push_bind(draft.cause_key.as_deref().unwrap_or_default());
        },
        "ON CONFLICT (district, trigger_id, document_kind, unit, event_key) DO NOTHING"
    )?;
    Ok(())
}

/// To whom is to be written, of triggers that have gathered all that is due.
pub(crate) async fn addresses(tx: &mut Tx, district: &str) -> Result<Vec<Address>> {
    let now = kit::clock::to_micros(tx.now());
    let rows = kit::fetch_all!(
        tx,
        (String, i64, String),
        "SELECT DISTINCT e.trigger_id, e.document_kind, e.unit FROM digest_entry e
         WHERE e.district = $1 AND NOT EXISTS (
             SELECT 1 FROM trigger_task t WHERE t.district = e.district
             AND t.trigger_id = e.trigger_id AND t.next_time <= $2)
         ORDER BY e.trigger_id, e.document_kind, e.unit",
        district,
        now
    )?;
    let read =
        |(trigger, kind, unit): (_, i64, _)| Ok(Address { trigger, kind: kind.try_into()?, unit });
    rows.into_iter().map(read).collect()
}

/// Of how many events a recipient is to be told.
pub(crate) async fn count(tx: &mut Tx, district: &str, to: &Address) -> Result<i64> {
    let (count,) = kit::fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM digest_entry WHERE district = $1 AND trigger_id = $2
           AND document_kind = $3 AND unit = $4",
        district,
        &to.trigger,
        to.kind as i64,
        &to.unit
    )?;
    Ok(count)
}

/// The next hundred that a recipient is to be told, behind an event, in the order of the events; and
/// the last of those events.
pub(crate) async fn entries(
    tx: &mut Tx,
    district: &str,
    to: &Address,
    after: &str,
) -> Result<(Vec<Draft>, Option<String>)> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT event_key, display_name, roles, problem, missing, period, due_date, fields,
             english_fields, source, cause_key
         FROM digest_entry WHERE district = $1 AND trigger_id = $2 AND document_kind = $3
           AND unit = $4 AND event_key > $5 ORDER BY event_key LIMIT $6",
        district,
        &to.trigger,
        to.kind as i64,
        &to.unit,
        after,
        TOLD as i64
    )?;
    let last = rows.last().map(|it| it.event_key.clone());
    let drafts = rows.into_iter().map(|it| it.draft(district, to)).collect::<Result<_>>()?;
    Ok((drafts, last))
}

/// Takes away what a recipient was told.
pub(crate) async fn forget(tx: &mut Tx, district: &str, to: &Address) -> Result<()> {
    kit::execute!(
        tx,
        "DELETE FROM digest_entry WHERE district = $1 AND trigger_id = $2 AND document_kind = $3
           AND unit = $4",
        district,
        &to.trigger,
        to.kind as i64,
        &to.unit
    )?;
    Ok(())
}

fn roles_to_text(to: &Recipient) -> String {
    serde_json::Value::from_iter(to.roles().map(|it| it as i64)).to_string()
}

#[derive(sqlx::FromRow)]
struct Row {
    event_key: String,
    display_name: String,
    roles: String,
    problem: String,
    missing: String,
    period: String,
    due_date: String,
    fields: String,
    english_fields: String,
    source: String,
    cause_key: String,
}

impl Row {
    fn draft(self, district: &str, to: &Address) -> Result<Draft> {
        let roles: Vec<i64> = serde_json::from_str(&self.roles).map_err(Error::internal)?;
        let mut recipients = Vec::new();
        for role in roles.into_iter().filter(|_| !to.unit.is_empty()) {
            let role = Role::try_from(role)?;
            Recipient::address(&mut recipients, &to.unit, &self.display_name, role)
                .charge(&self.problem);
        }
        let due_date = Some(self.due_date).filter(|it| !it.is_empty());
        Ok(Draft {
            kind: to.kind,
            recipients,
            missing: super::rule::recipients_from_text(&self.missing, "")?,
            period: self.period,
            due_date: due_date.map(|it| date::from_text(&it)).transpose()?,
            contents: fields_from_text(&self.fields)?,
            english_contents: fields_from_text(&self.english_fields)?,
            source: self.source,
            cause: trigger::NAME.format(&[district, &to.trigger]),
            cause_key: Some(self.cause_key),
            ..Draft::default()
        })
    }
}
