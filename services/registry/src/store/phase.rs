//! The phase table.

use std::collections::BTreeSet;

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use super::{from_lines, lines};
use crate::phase::{Contents, Phase};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, campaign, start_date, end_date, duties, \
         create_time, update_time, revision"
    };
}

/// What a list of phases is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) campaign: Option<String>,
}

/// The phase of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Phase> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM phase WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("phase")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's phases by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Phase>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM phase WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(campaign) = &filter.campaign {
            q.push(" AND campaign = ").push_bind(campaign);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Phase::try_from).collect()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Phase>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM phase WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Phase::try_from).collect()
}

/// Writes phases that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Phase>) -> Result<()> {
    let all: Vec<&Phase> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO phase (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.display_name)
                .push_bind(&it.contents.campaign)
                .push_bind(date::to_text(it.contents.start_date))
                .push_bind(date::to_text(it.contents.end_date))
                .push_bind(lines(&it.contents.duties))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, campaign = excluded.campaign, start_date =
             excluded.start_date, end_date = excluded.end_date, duties = excluded.duties,
             update_time = excluded.update_time, revision = excluded.revision
         WHERE phase.revision = excluded.revision - 1"
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
    display_name: String,
    campaign: String,
    start_date: String,
    end_date: String,
    duties: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Phase {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                campaign: row.campaign,
                start_date: date::from_text(&row.start_date)?,
                end_date: date::from_text(&row.end_date)?,
                duties: from_lines(&row.duties),
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

/// Every phase of `campaigns`.
pub(crate) async fn of_campaigns(
    tx: &mut Tx,
    district: &str,
    campaigns: &BTreeSet<&str>,
) -> Result<Vec<Phase>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM phase WHERE district = "));
        q.push_bind(district).push(" AND campaign IN (");
        let mut listed = q.separated(", ");
        for campaign in campaigns {
            listed.push_bind(*campaign);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Phase::try_from).collect()
}
