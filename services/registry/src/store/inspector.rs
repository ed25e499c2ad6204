//! The inspector table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::inspector::{Contents, Inspector};

macro_rules! columns {
    () => {
        "district, id, uid, account, label, series, track, start_date, end_date, create_time, \
         update_time, revision"
    };
}

/// What a list of inspectors is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) series: Option<String>,
    pub(crate) track: Option<String>,
    pub(crate) account: Option<String>,
}

/// The inspector of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Inspector> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM inspector WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("inspector")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's inspectors by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Inspector>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM inspector WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(series) = &filter.series {
            q.push(" AND series = ").push_bind(series);
        }
        if let Some(track) = &filter.track {
            q.push(" AND track = ").push_bind(track);
        }
        if let Some(account) = &filter.account {
            q.push(" AND account = ").push_bind(account);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Inspector::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Inspector>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM inspector WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Inspector::try_from).collect()
}

/// Writes inspectors that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Inspector>) -> Result<()> {
    let all: Vec<&Inspector> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO inspector (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.account)
                .push_bind(&it.contents.label)
                .push_bind(&it.contents.series)
                .push_bind(&it.contents.track)
                .push_bind(date::to_text(it.contents.start_date))
                .push_bind(it.contents.end_date.map(date::to_text))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             account = excluded.account, label = excluded.label, series = excluded.series,
             track = excluded.track, start_date = excluded.start_date, end_date =
             excluded.end_date, update_time = excluded.update_time, revision = excluded.revision
         WHERE inspector.revision = excluded.revision - 1"
    )?;
    match all.first() {
        Some(first) if saved < all.len() as u64 => Err(first.refused()),
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    account: String,
    label: String,
    series: String,
    track: String,
    start_date: String,
    end_date: Option<String>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Inspector {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                account: row.account,
                label: row.label,
                series: row.series,
                track: row.track,
                start_date: date::from_text(&row.start_date)?,
                end_date: row.end_date.as_deref().map(date::from_text).transpose()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
