//! Templates that districts made their own.

use kit::db::Tx;
use kit::{Error, Result, clock};

use crate::template::{self, Kind, Template, Text};

/// The template that holds for a kind: the district's own, or the one that Saima brings.
pub(crate) async fn get(tx: &mut Tx, district: &str, kind: Kind) -> Result<Template> {
    template::of(&all(tx, district).await?, kind).cloned()
}

/// The templates that hold in a district, one a kind.
pub(crate) async fn all(tx: &mut Tx, district: &str) -> Result<Vec<Template>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        "SELECT kind, subject, body, english_subject, english_body, update_time, revision
         FROM template WHERE district = $1",
        district
    )?;
    let mut templates =
        Kind::ALL.map(|kind| Template::built_in(district, kind)).into_iter().collect::<Vec<_>>();
    for row in rows {
        let kind = row.kind.try_into()?;
        for template in templates.iter_mut().filter(|template| template.kind == kind) {
            template.texts[0] = Text { subject: row.subject.clone(), body: row.body.clone() };
            // Empty where the district has none of its own.
            let english = &mut template.texts[1];
            for (held, own) in [
                (&mut english.subject, &row.english_subject),
                (&mut english.body, &row.english_body),
            ] {
                if !own.is_empty() {
                    held.clone_from(own);
                }
            }
            template.revision = row.revision;
            template.update_time = Some(clock::from_micros(row.update_time)?);
        }
    }
    Ok(templates)
}

/// Writes a district's own template, one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, template: &Template) -> Result<()> {
    let [chinese, english] = &template.texts;
    let saved = kit::execute!(
        tx,
        "INSERT INTO template (district, kind, subject, body, update_time, revision,
             english_subject, english_body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (district, kind) DO UPDATE SET
             subject = excluded.subject, body = excluded.body,
             english_subject = excluded.english_subject, english_body = excluded.english_body,
             update_time = excluded.update_time, revision = excluded.revision
         WHERE template.revision = excluded.revision - 1",
        &template.district,
        template.kind as i64,
        &chinese.subject,
        &chinese.body,
        template.update_time.map(clock::to_micros),
        template.revision,
        &english.subject,
        &english.body
    )?;
    match saved {
        0 => Err(Error::Conflict { name: template.name() }),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: i64,
    subject: String,
    body: String,
    english_subject: String,
    english_body: String,
    update_time: i64,
    revision: i64,
}
