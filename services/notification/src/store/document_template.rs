//! Templates of documents that districts made their own, every revision.

use kit::db::Tx;
use kit::{Error, Result, clock};

use crate::document::Kind;
use crate::document_template::DocumentTemplate;
use crate::template::Text;

macro_rules! columns {
    () => {
        "district, kind, revision, series, subject, body, english_subject, english_body, \
         create_time"
    };
}

/// The template that holds for a kind: the district's own, or the one that Saima brings.
pub(crate) async fn get(tx: &mut Tx, district: &str, kind: Kind) -> Result<DocumentTemplate> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM document_template WHERE district = $1 AND kind = $2
              ORDER BY revision DESC LIMIT 1"
        ),
        district,
        kind as i64
    )?;
    match row {
        Some(row) => row.try_into(),
        None => Ok(DocumentTemplate::built_in(district, kind)),
    }
}

/// The templates that hold in a district, one a kind.
pub(crate) async fn all(tx: &mut Tx, district: &str) -> Result<Vec<DocumentTemplate>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM document_template t WHERE district = $1 AND revision =
                 (SELECT MAX(revision) FROM document_template l
                  WHERE l.district = t.district AND l.kind = t.kind)"
        ),
        district
    )?;
    let mut all = Kind::ALL.map(|kind| DocumentTemplate::built_in(district, kind)).to_vec();
    for row in rows {
        let own = DocumentTemplate::try_from(row)?;
        for template in all.iter_mut().filter(|it| it.kind == own.kind) {
            *template = own.clone();
        }
    }
    Ok(all)
}

/// The revisions of a district's own template behind `after`.
pub(crate) async fn revisions(
    tx: &mut Tx,
    district: &str,
    kind: Kind,
    after: i64,
    limit: i64,
) -> Result<Vec<DocumentTemplate>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM document_template WHERE district = $1 AND kind = $2 AND revision > $3
              ORDER BY revision LIMIT $4"
        ),
        district,
        kind as i64,
        after,
        limit
    )?;
    rows.into_iter().map(DocumentTemplate::try_from).collect()
}

/// Writes a new revision; CONFLICT when another was first.
pub(crate) async fn insert(tx: &mut Tx, template: &DocumentTemplate) -> Result<()> {
    let [chinese, english] = &template.texts;
    let saved = kit::execute!(
        tx,
        concat!(
            "INSERT INTO document_template (",
            columns!(),
            ") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
               WHERE NOT EXISTS (SELECT 1 FROM document_template
                                 WHERE district = $1 AND kind = $2 AND revision >= $3)"
        ),
        &template.district,
        template.kind as i64,
        template.revision,
        &template.series,
        &chinese.subject,
        &chinese.body,
        &english.subject,
        &english.body,
        clock::to_micros(template.update_time.unwrap_or_else(|| tx.now()))
    )?;
    match saved {
        0 => Err(Error::Conflict { name: template.name() }),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    kind: i64,
    revision: i64,
    series: String,
    subject: String,
    body: String,
    english_subject: String,
    english_body: String,
    create_time: i64,
}

impl TryFrom<Row> for DocumentTemplate {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            kind: row.kind.try_into()?,
            series: row.series,
            texts: [
                Text { subject: row.subject, body: row.body },
                Text { subject: row.english_subject, body: row.english_body },
            ],
            revision: row.revision,
            update_time: Some(clock::from_micros(row.create_time)?),
        })
    }
}
