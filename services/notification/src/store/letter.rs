//! Letters and their receipts.

use std::collections::{HashMap, HashSet};

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::document::{Language, Number};
use crate::letter::{Kind, Letter, Receipt, State, Written};
use crate::rectification::Title;
use crate::template::Text;

macro_rules! columns {
    () => {
        "district, sequence, kind, recipient, recipient_display_name, subject, body, \
         template_fault, source, period, due_date, create_time, state"
    };
}

/// A letter with its number, as `Row` reads it.
macro_rules! selected {
    () => {
        "SELECT l.district, l.sequence, l.kind, l.recipient, l.recipient_display_name, l.subject, \
             l.body, l.template_fault, l.source, l.period, l.due_date, l.create_time, l.state, \
             n.series, n.year, n.ordinal \
         FROM letter l LEFT JOIN letter_number n \
             ON n.district = l.district AND n.letter = l.sequence "
    };
}

/// What a list of letters is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Id of the unit whose inbox it is.
    pub(crate) recipient: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) state: Option<State>,
    pub(crate) period: Option<String>,
}

/// The letter at a position.
pub(crate) async fn get(tx: &mut Tx, district: &str, sequence: i64) -> Result<Option<Letter>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(selected!(), "WHERE l.district = $1 AND l.sequence = $2"),
        district,
        sequence
    )?;
    Ok(whole(tx, district, row.into_iter().collect()).await?.pop())
}

/// A page of a district's letters in the order they were issued.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Letter>> {
    let after = page.after_number()?.unwrap_or_default();
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!(selected!(), "WHERE l.district = "));
        q.push_bind(district).push(" AND l.sequence > ").push_bind(after);
        if let Some(recipient) = &filter.recipient {
            q.push(" AND l.recipient = ").push_bind(recipient);
        }
        if let Some(kind) = filter.kind {
            q.push(" AND l.kind = ").push_bind(kind as i64);
        }
        if let Some(state) = filter.state {
            q.push(" AND l.state = ").push_bind(state as i64);
        }
        if let Some(period) = &filter.period {
            q.push(" AND l.period = ").push_bind(period);
        }
        q.push(" ORDER BY l.sequence LIMIT ").push_bind(page.limit());
    })?;
    whole(tx, district, rows).await
}

/// Those of the sources that have their letter.
pub(crate) async fn known(
    tx: &mut Tx,
    district: &str,
    sources: &[&str],
) -> Result<HashSet<String>> {
    let rows = kit::query!(tx, (String,), |q| {
        q.push("SELECT source FROM letter WHERE district = ").push_bind(district);
        q.push(" AND source IN (");
        let mut list = q.separated(", ");
        for source in sources {
            list.push_bind(*source);
        }
        q.push(")");
    })?;
    Ok(rows.into_iter().map(|(source,)| source).collect())
}

/// Subjects and names of the recipients of letters, by their places.
pub(crate) async fn titles(
    tx: &mut Tx,
    district: &str,
    letters: &[i64],
) -> Result<HashMap<i64, Title>> {
    if letters.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = kit::query!(tx, (i64, String, String, String), |q| {
        q.push(
            "SELECT l.sequence, l.subject, COALESCE(e.subject, ''), l.recipient_display_name
             FROM letter l LEFT JOIN letter_text e ON e.district = l.district
                 AND e.letter = l.sequence AND e.language = 2
             WHERE l.district = ",
        );
        q.push_bind(district).push(" AND l.sequence IN (");
        let mut list = q.separated(", ");
        for letter in letters {
            list.push_bind(*letter);
        }
        q.push(")");
    })?;
    let title = |(letter, subject, english_subject, unit)| {
        (letter, Title { subject, english_subject, unit })
    };
    Ok(rows.into_iter().map(title).collect())
}

/// Stores new letters.
pub(crate) async fn insert(tx: &mut Tx, letters: &[Letter]) -> Result<()> {
    kit::insert_many!(
        tx,
        concat!("INSERT INTO letter (", columns!(), ") "),
        letters,
        |row, letter| {
            row.push_bind(&letter.district)
                .push_bind(letter.sequence)
                .push_bind(letter.kind as i64)
                .push_bind(&letter.recipient)
                .push_bind(&letter.recipient_display_name)
                .push_bind(&letter.written.text.subject)
                .push_bind(&letter.written.text.body)
                .push_bind(&letter.written.template_fault)
                .push_bind(&letter.source)
                .push_bind(&letter.period)
                .push_bind(date::to_text(letter.due_date))
                .push_bind(clock::to_micros(letter.create_time))
                .push_bind(letter.state as i64);
        }
    )?;
    let numbers = letters.iter().filter_map(|it| Some((it, it.number.as_ref()?)));
    kit::insert_many!(
        tx,
        "INSERT INTO letter_number (district, letter, series, year, ordinal) ",
        numbers.collect::<Vec<_>>(),
        |row, (letter, it)| {
            row.push_bind(&letter.district)
                .push_bind(letter.sequence)
                .push_bind(&it.series)
                .push_bind(it.year)
                .push_bind(it.ordinal);
        }
    )?;
    let texts = letters.iter().flat_map(|it| it.translations.iter().map(move |text| (it, text)));
    kit::insert_many!(
        tx,
        "INSERT INTO letter_text (district, letter, language, subject, body, template_fault) ",
        texts.collect::<Vec<_>>(),
        |row, (letter, it)| {
            row.push_bind(&letter.district)
                .push_bind(letter.sequence)
                .push_bind(it.language as i64)
                .push_bind(&it.text.subject)
                .push_bind(&it.text.body)
                .push_bind(&it.template_fault);
        }
    )?;
    Ok(())
}

/// Stores a receipt and the state it led to.
pub(crate) async fn receive(tx: &mut Tx, letter: &Letter, receipt: &Receipt) -> Result<()> {
    let moved = kit::execute!(
        tx,
        "UPDATE letter SET state = $3 WHERE district = $1 AND sequence = $2 AND state < $3",
        &letter.district,
        letter.sequence,
        letter.state as i64
    )?;
    if moved == 0 {
        return Err(Error::Conflict { name: letter.name() });
    }
    kit::execute!(
        tx,
        "INSERT INTO receipt (district, letter, state, text, create_time)
         VALUES ($1, $2, $3, $4, $5)",
        &letter.district,
        letter.sequence,
        receipt.state as i64,
        &receipt.text,
        clock::to_micros(receipt.create_time)
    )?;
    if receipt.days_late > 0 {
        let (district, days) = (&letter.district, receipt.days_late);
        super::inbox::insert_late(tx, district, letter.sequence, days).await?;
    }
    Ok(())
}

/// Letters with their translations and receipts.
async fn whole(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Letter>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut translations: HashMap<i64, Vec<Written>> = HashMap::new();
    let found = kit::query!(tx, (i64, i64, String, String, String), |q| {
        q.push(
            "SELECT letter, language, subject, body, template_fault FROM letter_text
             WHERE district = ",
        );
        q.push_bind(district).push(" AND letter IN (");
        let mut list = q.separated(", ");
        for row in &rows {
            list.push_bind(row.sequence);
        }
        q.push(") ORDER BY letter, language");
    })?;
    for (letter, language, subject, body, template_fault) in found {
        let (language, text) = (language.try_into()?, Text { subject, body });
        let written = Written { language, text, template_fault };
        translations.entry(letter).or_default().push(written);
    }
    let touched: Vec<i64> =
        rows.iter().filter(|row| row.state > 1).map(|row| row.sequence).collect();
    let mut receipts: HashMap<i64, Vec<Receipt>> = HashMap::new();
    if !touched.is_empty() {
        let found = kit::query!(tx, ReceiptRow, |q| {
            q.push(
                "SELECT r.letter, r.state, r.text, r.create_time,
                     CASE WHEN r.state = 3 THEN COALESCE(l.days, 0) ELSE 0 END AS days_late
                 FROM receipt r LEFT JOIN late_receipt l
                     ON l.district = r.district AND l.letter = r.letter
                 WHERE r.district = ",
            );
            q.push_bind(district).push(" AND r.letter IN (");
            let mut list = q.separated(", ");
            for letter in &touched {
                list.push_bind(*letter);
            }
            q.push(") ORDER BY r.letter, r.state");
        })?;
        for row in found {
            receipts.entry(row.letter).or_default().push(row.try_into()?);
        }
    }
    rows.into_iter()
        .map(|row| {
            let translations = translations.remove(&row.sequence).unwrap_or_default();
            let receipts = receipts.remove(&row.sequence).unwrap_or_default();
            row.read(translations, receipts)
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    sequence: i64,
    kind: i64,
    recipient: String,
    recipient_display_name: String,
    subject: String,
    body: String,
    template_fault: String,
    source: String,
    period: String,
    due_date: String,
    create_time: i64,
    state: i64,
    series: Option<String>,
    year: Option<i64>,
    ordinal: Option<i64>,
}

impl Row {
    fn read(self, translations: Vec<Written>, receipts: Vec<Receipt>) -> Result<Letter> {
        Ok(Letter {
            district: self.district,
            sequence: self.sequence,
            kind: self.kind.try_into()?,
            number: Number::read(self.series, self.year, self.ordinal),
            recipient: self.recipient,
            recipient_display_name: self.recipient_display_name,
            written: Written {
                language: Language::Chinese,
                text: Text { subject: self.subject, body: self.body },
                template_fault: self.template_fault,
            },
            translations,
            source: self.source,
            period: self.period,
            due_date: date::from_text(&self.due_date)?,
            state: self.state.try_into()?,
            receipts,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ReceiptRow {
    letter: i64,
    state: i64,
    text: String,
    create_time: i64,
    days_late: i64,
}

impl TryFrom<ReceiptRow> for Receipt {
    type Error = Error;

    fn try_from(row: ReceiptRow) -> Result<Self> {
        Ok(Self {
            state: row.state.try_into()?,
            text: row.text,
            days_late: row.days_late,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}
