//! The ledgers of comments and of their answers.

use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

use crate::comment::{Answer, Comment};

macro_rules! select {
    () => {
        "SELECT c.district, c.consultation, c.number, c.unit, c.track_id, c.node_id, c.text,
             c.create_time, a.verdict, a.text AS answer, a.create_time AS answer_time
         FROM comment c
         LEFT JOIN answer a ON a.district = c.district AND a.consultation = c.consultation
             AND a.number = c.number
         WHERE c.district = $1 AND c.consultation = $2"
    };
}

/// The comment of that number, if there is one.
pub(crate) async fn find(
    tx: &mut Tx,
    district: &str,
    consultation: &str,
    number: i64,
) -> Result<Option<Comment>> {
    let sql = concat!(select!(), " AND c.number = $3");
    let row = kit::fetch_optional!(tx, Row, sql, district, consultation, number)?;
    row.map(Comment::try_from).transpose()
}

/// A page of a consultation's comments in the order in which they were made.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    consultation: &str,
    page: &Page,
) -> Result<Vec<Comment>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(select!(), " AND c.number > $3 ORDER BY c.number LIMIT $4"),
        district,
        consultation,
        page.after_number()?.unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter().map(Comment::try_from).collect()
}

/// Writes a comment down for good.
pub(crate) async fn insert(tx: &mut Tx, it: &Comment) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO comment
             (district, consultation, number, unit, track_id, node_id, text, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &it.district,
        &it.consultation,
        it.number,
        &it.unit,
        &it.track_id,
        &it.node_id,
        &it.text,
        clock::to_micros(it.create_time)
    )?;
    Ok(())
}

/// Writes a comment's answer down for good.
pub(crate) async fn answer(tx: &mut Tx, comment: &Comment, answer: &Answer) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO answer (district, consultation, number, verdict, text, create_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &comment.district,
        &comment.consultation,
        comment.number,
        answer.verdict as i64,
        &answer.text,
        clock::to_micros(answer.time)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    consultation: String,
    number: i64,
    unit: String,
    track_id: Option<String>,
    node_id: Option<String>,
    text: String,
    create_time: i64,
    verdict: Option<i64>,
    answer: Option<String>,
    answer_time: Option<i64>,
}

impl TryFrom<Row> for Comment {
    type Error = kit::Error;

    fn try_from(row: Row) -> Result<Self> {
        let answer = match (row.verdict, row.answer, row.answer_time) {
            (Some(verdict), Some(text), Some(time)) => {
                let (verdict, time) = (verdict.try_into()?, clock::from_micros(time)?);
                Some(Answer { verdict, text, time })
            }
            _ => None,
        };
        Ok(Self {
            district: row.district,
            consultation: row.consultation,
            number: row.number,
            unit: row.unit,
            track_id: row.track_id,
            node_id: row.node_id,
            text: row.text,
            create_time: clock::from_micros(row.create_time)?,
            answer,
        })
    }
}
