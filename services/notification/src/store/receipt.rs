//! Receipts that are owed, which the database keeps by itself, and how many were given.

use std::collections::HashSet;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, date};

use crate::receipt::{Count, Kind, Owed};
use crate::rectification::{Asking, Title};

macro_rules! owed {
    () => {
        "SELECT o.district, o.kind, o.sequence, o.unit, o.due_date, o.level, o.rest_date, o.vacancy,
             COALESCE(r.place, 0) AS place, COALESCE(l.kind, d.kind, 0) AS of_kind,
             COALESCE(l.subject, t.subject, '') AS subject,
             COALESCE(n.subject, e.subject, '') AS english_subject,
             COALESCE(l.recipient_display_name, r.display_name, '') AS display_name,
             COALESCE(l.state, c.state, 1) AS state
         FROM owed_receipt o
         LEFT JOIN letter l
             ON o.kind = 1 AND l.district = o.district AND l.sequence = o.sequence
         LEFT JOIN document d
             ON o.kind = 2 AND d.district = o.district AND d.sequence = o.sequence
         LEFT JOIN document_text t ON o.kind = 2 AND t.district = o.district
             AND t.document = o.sequence AND t.language = 1
         LEFT JOIN letter_text n ON o.kind = 1 AND n.district = o.district
             AND n.letter = o.sequence AND n.language = 2
         LEFT JOIN document_text e ON o.kind = 2 AND e.district = o.district
             AND e.document = o.sequence AND e.language = 2
         LEFT JOIN document_recipient r ON o.kind = 2 AND r.district = o.district
             AND r.document = o.sequence AND r.unit = o.unit
         LEFT JOIN document_receipt c ON o.kind = 2 AND c.district = o.district
             AND c.document = o.sequence AND c.unit = o.unit AND c.state = 2
         WHERE o.district = "
    };
}

/// What a list of receipts is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) recipient: Option<String>,
    /// Due before this day; any when none.
    pub(crate) before: Option<Date>,
}

/// A page of those that are owed, the oldest due date first.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Owed>> {
    let after = page.after().map(Key::read).transpose()?;
    let rows = kit::query!(tx, Row, |q| {
        q.push(owed!()).push_bind(district);
        if let Some(recipient) = &filter.recipient {
            q.push(" AND o.unit = ").push_bind(recipient);
        }
        if let Some(before) = filter.before {
            q.push(" AND o.due_date < ").push_bind(date::to_text(before));
        }
        if let Some(Key(due, kind, sequence, unit)) = &after {
            q.push(" AND (o.due_date, o.kind, o.sequence, o.unit) > (").push_bind(due);
            q.push(", ").push_bind(*kind).push(", ").push_bind(*sequence);
            q.push(", ").push_bind(unit).push(")");
        }
        q.push(" ORDER BY o.due_date, o.kind, o.sequence, o.unit LIMIT ");
        q.push_bind(page.limit());
    })?;
    rows.into_iter().map(Owed::try_from).collect()
}

/// Where one stands in lists.
pub(crate) fn key(it: &Owed) -> String {
    let (kind, sequence) = stored(it.asking);
    format!("{} {kind} {sequence} {}", date::to_text(it.due_date), it.unit)
}

/// The districts in which somebody may have to be spoken to on `latest` or before. Named by an
/// expression, lest SQLite go through all by an index that is in their order.
pub(crate) async fn late_districts(tx: &mut Tx, latest: Date) -> Result<Vec<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT district || '' FROM owed_receipt
         WHERE rest_date <> '' AND rest_date < $1 ORDER BY 1",
        date::to_text(latest)
    )?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// Those of a district about which somebody is to be spoken to on `today`.
pub(crate) async fn late(
    tx: &mut Tx,
    district: &str,
    today: Date,
    limit: i64,
) -> Result<Vec<Owed>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(owed!()).push_bind(district);
        q.push(" AND o.rest_date <> '' AND o.rest_date < ").push_bind(date::to_text(today));
        q.push(" ORDER BY o.rest_date, o.kind, o.sequence LIMIT ").push_bind(limit);
    })?;
    rows.into_iter().map(Owed::try_from).collect()
}

/// Stores who was spoken to and until when nobody is; yields what is still owed, by kind, place and
/// unit.
pub(crate) async fn save(
    tx: &mut Tx,
    district: &str,
    moved: &[Owed],
) -> Result<HashSet<(i64, i64, String)>> {
    if moved.is_empty() {
        return Ok(HashSet::new());
    }
    let saved = kit::query!(tx, (i64, i64, String), |q| {
        q.push(
            "UPDATE owed_receipt SET level = v.column4, rest_date = v.column5, vacancy = v.column6
             FROM (",
        );
        q.push_values(moved, |mut row, it| {
            let (kind, sequence) = stored(it.asking);
            row.push_bind(kind)
                .push_bind(sequence)
                .push_bind(&it.unit)
                .push_bind(it.level)
                .push_bind(it.rest_date.map(date::to_text).unwrap_or_default())
                .push_bind(&it.vacancy);
        });
        q.push(
            ") AS v WHERE owed_receipt.kind = v.column1 AND owed_receipt.sequence = v.column2
                 AND owed_receipt.unit = v.column3 AND owed_receipt.district = ",
        );
        q.push_bind(district);
        q.push(" RETURNING owed_receipt.kind, owed_receipt.sequence, owed_receipt.unit");
    })?;
    Ok(saved.into_iter().collect())
}

/// As `save` names it.
pub(crate) fn place(it: &Owed) -> (i64, i64, String) {
    let (kind, sequence) = stored(it.asking);
    (kind, sequence, it.unit.clone())
}

/// How far recipients have come, by kind, letters first.
pub(crate) async fn counts(
    tx: &mut Tx,
    district: &str,
    period: Option<&str>,
    today: Date,
) -> Result<Vec<Count>> {
    let today = date::to_text(today);
    let letters = kit::query!(tx, Counted, |q| {
        q.push(
            "SELECT l.kind, COUNT(*) AS told,
                 CAST(SUM(CASE WHEN l.state = 2 THEN 1 ELSE 0 END) AS BIGINT) AS read,
                 CAST(SUM(CASE WHEN l.state = 3 THEN 1 ELSE 0 END) AS BIGINT) AS acknowledged,
                 COUNT(r.letter) AS late,
                 CAST(SUM(CASE WHEN l.state < 3 AND l.due_date < ",
        );
        q.push_bind(&today);
        q.push(
            " THEN 1 ELSE 0 END) AS BIGINT) AS overdue FROM letter l
             LEFT JOIN late_receipt r ON r.district = l.district AND r.letter = l.sequence
             WHERE l.district = ",
        );
        q.push_bind(district);
        if let Some(period) = period {
            q.push(" AND l.period = ").push_bind(period);
        }
        q.push(" GROUP BY l.kind ORDER BY l.kind");
    })?;
    let documents = kit::query!(tx, Counted, |q| {
        q.push(
            "SELECT d.kind, COUNT(*) AS told,
                 CAST(SUM(CASE WHEN c.unit IS NULL AND o.unit IS NOT NULL THEN 1 ELSE 0 END)
                     AS BIGINT) AS read,
                 COUNT(c.unit) AS acknowledged,
                 CAST(SUM(CASE WHEN c.late = 1 THEN 1 ELSE 0 END) AS BIGINT) AS late,
                 CAST(SUM(CASE WHEN c.unit IS NULL AND d.due_date <> '' AND d.due_date < ",
        );
        q.push_bind(&today);
        q.push(
            " THEN 1 ELSE 0 END) AS BIGINT) AS overdue FROM document d
             JOIN document_recipient r ON r.district = d.district AND r.document = d.sequence
             LEFT JOIN document_receipt o ON o.district = r.district AND o.document = r.document
                 AND o.unit = r.unit AND o.state = 2
             LEFT JOIN document_receipt c ON c.district = r.district AND c.document = r.document
                 AND c.unit = r.unit AND c.state = 3
             WHERE d.district = ",
        );
        q.push_bind(district);
        if let Some(period) = period {
            q.push(" AND d.period = ").push_bind(period);
        }
        q.push(" GROUP BY d.kind ORDER BY d.kind");
    })?;
    let letters = letters.into_iter().map(|it| {
        let kind = Kind::Letter(it.kind.try_into()?);
        Ok(it.count(kind))
    });
    let documents = documents.into_iter().map(|it| {
        let kind = Kind::Document(it.kind.try_into()?);
        Ok(it.count(kind))
    });
    letters.chain(documents).collect()
}

/// Kind and place, as they are stored.
fn stored(asking: Asking) -> (i64, i64) {
    match asking {
        Asking::Letter(letter) => (1, letter),
        Asking::Document(document, _) => (2, document),
    }
}

/// A place in lists: due date, kind, sequence, unit.
struct Key(String, i64, i64, String);

impl Key {
    fn read(text: &str) -> Result<Self> {
        let mut parts = text.splitn(4, ' ');
        let mut next = || parts.next().unwrap_or_default();
        let (due, kind, sequence, unit) = (next(), next(), next(), next());
        let number = |text: &str| {
            let unreadable = |_| Error::invalid("page_token", "PAGE_TOKEN", "is unreadable");
            text.parse::<i64>().map_err(unreadable)
        };
        Ok(Self(due.to_owned(), number(kind)?, number(sequence)?, unit.to_owned()))
    }
}

#[derive(sqlx::FromRow)]
struct Counted {
    kind: i64,
    told: i64,
    read: i64,
    acknowledged: i64,
    late: i64,
    overdue: i64,
}

impl Counted {
    fn count(self, kind: Kind) -> Count {
        Count {
            kind,
            delivered: self.told - self.read - self.acknowledged,
            read: self.read,
            acknowledged: self.acknowledged,
            late: self.late,
            overdue: self.overdue,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    kind: i64,
    sequence: i64,
    unit: String,
    due_date: String,
    level: i64,
    rest_date: String,
    vacancy: String,
    place: i64,
    of_kind: i64,
    subject: String,
    english_subject: String,
    display_name: String,
    state: i64,
}

impl TryFrom<Row> for Owed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let rest = Some(row.rest_date).filter(|it| !it.is_empty());
        let (asking, kind) = match row.kind {
            1 => (Asking::Letter(row.sequence), Kind::Letter(row.of_kind.try_into()?)),
            _ => {
                let asking = Asking::Document(row.sequence, row.place);
                (asking, Kind::Document(row.of_kind.try_into()?))
            }
        };
        Ok(Self {
            district: row.district,
            asking,
            kind,
            title: Title {
                subject: row.subject,
                english_subject: row.english_subject,
                unit: row.display_name,
            },
            unit: row.unit,
            due_date: date::from_text(&row.due_date)?,
            level: row.level,
            rest_date: rest.map(|it| date::from_text(&it)).transpose()?,
            vacancy: row.vacancy,
            opened: row.state == 2,
        })
    }
}
