//! Documents, their numbers and their receipts.

/// Narrows a statement over documents `d`.
macro_rules! narrow {
    ($q:ident, $filter:ident) => {
        if let Some(kind) = $filter.kind {
            $q.push(" AND d.kind = ").push_bind(kind as i64);
        }
        if let Some(period) = &$filter.period {
            $q.push(" AND d.period = ").push_bind(period);
        }
    };
}

mod english;
mod further;
mod number;
mod open;
mod part;

use std::collections::{HashMap, HashSet};

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};
use serde_json::Value;

pub(crate) use further::cause;
pub(crate) use number::{last_numbers, save_numbers};
pub(crate) use open::for_everybody;
pub(crate) use part::receive;

use crate::document::{Attachment, Content, Contents, Document, Draft, Kind, Number, State};
use crate::rectification::Title;

macro_rules! columns {
    () => {
        "d.district, d.sequence, d.kind, d.series, d.year, d.ordinal, d.issuer, d.period, \
         d.due_date, d.fields, d.attachments, d.source, d.cause, d.cause_key, d.account, \
         d.create_time"
    };
}
use columns;

/// What a list of documents is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Id of the unit that was sent them; with those for everybody unless a state is asked for.
    pub(crate) recipient: Option<String>,
    /// How far that unit has come.
    pub(crate) state: Option<State>,
    pub(crate) kind: Option<Kind>,
    pub(crate) period: Option<String>,
}

/// Takes a district's documents for this transaction, and yields the last position.
pub(crate) async fn lock(tx: &mut Tx, district: &str) -> Result<i64> {
    let (document,) = kit::fetch_one!(
        tx,
        (i64,),
        "INSERT INTO document_head (district, document) VALUES ($1, 0)
         ON CONFLICT (district) DO UPDATE SET document = document_head.document
         RETURNING document",
        district
    )?;
    Ok(document)
}

/// The document at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Document>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM document d WHERE d.district = $1 AND d.sequence = $2"
        ),
        district,
        sequence
    )?;
    Ok(whole(tx, district, row.into_iter().collect()).await?.pop())
}

/// A page of a district's documents in the order they were issued.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Document>> {
    if let (Some(unit), None) = (&filter.recipient, filter.state) {
        return open::with_those_of(tx, district, unit, filter, page).await;
    }
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM document d"));
        if let Some(recipient) = &filter.recipient {
            q.push(match filter.state {
                Some(_) => " JOIN document_standing r",
                None => " JOIN document_recipient r",
            });
            q.push(" ON r.district = d.district AND r.document = d.sequence WHERE r.unit = ");
            q.push_bind(recipient).push(" AND r.district = ").push_bind(district);
            q.push(" AND r.document > ").push_bind(after).push(" AND d.district = ");
        } else {
            q.push(" WHERE d.district = ");
        }
        q.push_bind(district).push(" AND d.sequence > ").push_bind(after);
        if let Some(state) = filter.state {
            q.push(" AND r.state = ").push_bind(state as i64);
        }
        narrow!(q, filter);
        q.push(" ORDER BY d.sequence LIMIT ").push_bind(page.limit());
    })?;
    whole(tx, district, rows).await
}

/// Subjects of documents, with the name of each recipient by its place.
pub(crate) async fn titles(
    tx: &mut Tx,
    district: &str,
    documents: &[i64],
) -> Result<HashMap<(i64, i64), Title>> {
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = kit::query!(tx, (i64, i64, String, String, String), |q| {
        q.push(
            "SELECT r.document, r.place, t.subject, COALESCE(e.subject, ''), r.display_name
             FROM document_recipient r
             JOIN document_text t ON t.district = r.district AND t.document = r.document
                 AND t.language = 1
             LEFT JOIN document_text e ON e.district = r.district AND e.document = r.document
                 AND e.language = 2
             WHERE r.district = ",
        );
        q.push_bind(district).push(" AND r.document IN (");
        let mut list = q.separated(", ");
        for document in documents {
            list.push_bind(*document);
        }
        q.push(")");
    })?;
    let title = |(document, place, subject, english_subject, unit)| {
        ((document, place), Title { subject, english_subject, unit })
    };
    Ok(rows.into_iter().map(title).collect())
}

/// Those of the keys for which rules have written.
pub(crate) async fn written(tx: &mut Tx, district: &str, keys: &[&str]) -> Result<HashSet<String>> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT cause_key FROM document WHERE district = ").push_bind(district);
        q.push(" AND cause_key IN (");
        let mut list = q.separated(", ");
        for key in keys {
            list.push_bind(*key);
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// Stores new documents, the last of which has the district's last position.
pub(crate) async fn insert(tx: &mut Tx, district: &str, documents: &[Document]) -> Result<()> {
    let Some(last) = documents.last() else { return Ok(()) };
    kit::execute!(
        tx,
        "UPDATE document_head SET document = $2 WHERE district = $1",
        district,
        last.sequence
    )?;
    kit::insert_many!(
        tx,
        "INSERT INTO document (district, sequence, kind, series, year, ordinal, issuer, period,
             due_date, fields, attachments, source, cause, cause_key, account, create_time) ",
        documents,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(it.sequence)
                .push_bind(it.draft.kind as i64)
                .push_bind(&it.number.series)
                .push_bind(it.number.year)
                .push_bind(it.number.ordinal)
                .push_bind(&it.draft.issuer)
                .push_bind(&it.draft.period)
                .push_bind(it.draft.due_date.map(date::to_text).unwrap_or_default())
                .push_bind(fields_to_text(&it.draft.contents))
                .push_bind(attachments_to_text(&it.draft.attachments))
                .push_bind(&it.draft.source)
                .push_bind(&it.draft.cause)
                .push_bind(&it.draft.cause_key)
                .push_bind(&it.draft.account)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    part::insert(tx, documents).await
}

async fn whole(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Document>> {
    let mut found = rows.into_iter().map(Document::try_from).collect::<Result<Vec<_>>>()?;
    part::fill(tx, district, &mut found).await?;
    Ok(found)
}

/// Fields as they are stored.
pub(in crate::store) fn fields_to_text(contents: &Contents) -> String {
    let value = |content: &Content| match content {
        Content::Text(text) => Value::from(text.as_str()),
        Content::List(items) => Value::from(items.clone()),
    };
    let object = contents.iter().map(|(name, content)| (name.clone(), value(content)));
    Value::Object(object.collect()).to_string()
}

/// Fields as they were stored.
pub(in crate::store) fn fields_from_text(text: &str) -> Result<Contents> {
    let damage = || Error::internal("fields of a document cannot be read");
    let Value::Object(object) = serde_json::from_str(text).map_err(Error::internal)? else {
        return Err(damage());
    };
    let content = |value| match value {
        Value::String(text) => Ok(Content::Text(text)),
        list => serde_json::from_value(list).map(Content::List).map_err(|_| damage()),
    };
    object.into_iter().map(|(name, value)| Ok((name, content(value)?))).collect()
}

fn attachments_to_text(attachments: &[Attachment]) -> String {
    let pairs = attachments.iter().map(|it| Value::from(vec![&*it.title, &*it.sha256]));
    Value::from_iter(pairs).to_string()
}

fn attachments_from_text(text: &str) -> Result<Vec<Attachment>> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).map_err(Error::internal)?;
    Ok(pairs.into_iter().map(|(title, sha256)| Attachment { title, sha256 }).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    kind: i64,
    series: String,
    year: i64,
    ordinal: i64,
    issuer: String,
    period: String,
    due_date: String,
    fields: String,
    attachments: String,
    source: String,
    cause: String,
    cause_key: Option<String>,
    account: String,
    create_time: i64,
}

impl TryFrom<Row> for Document {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let due_date = match row.due_date.as_str() {
            "" => None,
            text => Some(date::from_text(text)?),
        };
        Ok(Self {
            district: row.district,
            sequence: row.sequence,
            number: Number { series: row.series, year: row.year, ordinal: row.ordinal },
            draft: Draft {
                kind: row.kind.try_into()?,
                issuer: row.issuer,
                period: row.period,
                due_date,
                contents: fields_from_text(&row.fields)?,
                attachments: attachments_from_text(&row.attachments)?,
                source: row.source,
                cause: row.cause,
                cause_key: row.cause_key,
                account: row.account,
                ..Draft::default()
            },
            texts: Vec::new(),
            receipts: Default::default(),
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
