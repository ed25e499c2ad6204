//! Bulletins.

use std::collections::HashMap;

use jiff::Timestamp;
use kit::db::Tx;
use kit::page::Page;
use kit::{Result, clock};

use crate::bulletin::Bulletin;
use crate::document::{Language, Number};
use crate::letter::Written;
use crate::template::Text;

/// A bulletin with its number, as `Row` reads it.
macro_rules! selected {
    () => {
        "SELECT b.district, b.sequence, b.period, b.subject, b.body, b.template_fault, b.boards, \
             b.create_time, n.series, n.year, n.ordinal \
         FROM bulletin b LEFT JOIN bulletin_number n \
             ON n.district = b.district AND n.bulletin = b.sequence "
    };
}

/// The bulletin at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Bulletin>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(selected!(), "WHERE b.district = $1 AND b.sequence = $2"),
        district,
        sequence
    )?;
    Ok(whole(tx, district, row.into_iter().collect()).await?.pop())
}

/// True when there is a bulletin about a period.
pub(crate) async fn is_known(tx: &mut Tx, district: &str, period: &str) -> Result<bool> {
    let row = kit::fetch_optional!(
        tx,
        (i64,),
        "SELECT sequence FROM bulletin WHERE district = $1 AND period = $2",
        district,
        period
    )?;
    Ok(row.is_some())
}

/// What a list of bulletins is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) period: Option<String>,
    /// When the first of them was issued.
    pub(crate) since: Option<Timestamp>,
}

/// A page of a district's bulletins in the order they were issued.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Bulletin>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!(selected!(), "WHERE b.district = "));
        q.push_bind(district).push(" AND b.sequence > ").push_bind(after);
        if let Some(period) = &filter.period {
            q.push(" AND b.period = ").push_bind(period);
        }
        if let Some(since) = filter.since {
            q.push(" AND b.create_time >= ").push_bind(clock::to_micros(since));
        }
        q.push(" ORDER BY b.sequence LIMIT ").push_bind(page.limit());
    })?;
    whole(tx, district, rows).await
}

/// Stores a new bulletin.
pub(crate) async fn insert(tx: &mut Tx, bulletin: &Bulletin) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO bulletin (district, sequence, period, subject, body, template_fault, boards,
             create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &bulletin.district,
        bulletin.sequence,
        &bulletin.period,
        &bulletin.written.text.subject,
        &bulletin.written.text.body,
        &bulletin.written.template_fault,
        bulletin.boards.join("\n"),
        clock::to_micros(bulletin.create_time)
    )?;
    if let Some(number) = &bulletin.number {
        kit::execute!(
            tx,
            "INSERT INTO bulletin_number (district, bulletin, series, year, ordinal)
             VALUES ($1, $2, $3, $4, $5)",
            &bulletin.district,
            bulletin.sequence,
            &number.series,
            number.year,
            number.ordinal
        )?;
    }
    kit::insert_many!(
        tx,
        "INSERT INTO bulletin_text (district, bulletin, language, subject, body, template_fault) ",
        &bulletin.translations,
        |row, it| {
            row.push_bind(&bulletin.district)
                .push_bind(bulletin.sequence)
                .push_bind(it.language as i64)
                .push_bind(&it.text.subject)
                .push_bind(&it.text.body)
                .push_bind(&it.template_fault);
        }
    )?;
    Ok(())
}

/// Bulletins with their translations.
async fn whole(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Bulletin>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = kit::query!(tx, (i64, i64, String, String, String), |q| {
        q.push(
            "SELECT bulletin, language, subject, body, template_fault FROM bulletin_text
             WHERE district = ",
        );
        q.push_bind(district).push(" AND bulletin IN (");
        let mut list = q.separated(", ");
        for row in &rows {
            list.push_bind(row.sequence);
        }
        q.push(") ORDER BY bulletin, language");
    })?;
    let mut translations: HashMap<i64, Vec<Written>> = HashMap::new();
    for (bulletin, language, subject, body, template_fault) in found {
        let (language, text) = (language.try_into()?, Text { subject, body });
        let written = Written { language, text, template_fault };
        translations.entry(bulletin).or_default().push(written);
    }
    rows.into_iter()
        .map(|row| {
            let translations = translations.remove(&row.sequence).unwrap_or_default();
            row.read(translations)
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    period: String,
    subject: String,
    body: String,
    template_fault: String,
    boards: String,
    create_time: i64,
    series: Option<String>,
    year: Option<i64>,
    ordinal: Option<i64>,
}

impl Row {
    fn read(self, translations: Vec<Written>) -> Result<Bulletin> {
        Ok(Bulletin {
            district: self.district,
            sequence: self.sequence,
            period: self.period,
            number: Number::read(self.series, self.year, self.ordinal),
            written: Written {
                language: Language::Chinese,
                text: Text { subject: self.subject, body: self.body },
                template_fault: self.template_fault,
            },
            translations,
            boards: self.boards.lines().map(str::to_owned).collect(),
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
