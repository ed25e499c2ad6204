//! The tables of schemes and of what they use.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::scheme::{Contents, Enactment, NAME, Scheme, State, Use};

macro_rules! columns {
    () => {
        "district, id, uid, series, effective_period, effective_start, document, state, \
         supersedes, digest, enact_time, enact_edition, create_time, update_time, revision"
    };
}

/// What a list of schemes is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) series: Option<String>,
    pub(crate) state: Option<State>,
}

/// The scheme of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Scheme> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM scheme WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("scheme")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's schemes by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Scheme>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM scheme WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(series) = &filter.series {
            q.push(" AND series = ").push_bind(series);
        }
        if let Some(state) = filter.state {
            q.push(" AND state = ").push_bind(state as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Scheme::try_from).collect()
}

/// The scheme of a series that is in force, if there is one; the database lets there be no two.
pub(crate) async fn last_of(tx: &mut Tx, district: &str, series: &str) -> Result<Option<Scheme>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM scheme WHERE district = $1 AND series = $2 AND state = 2"
        ),
        district,
        series
    )?;
    row.map(Scheme::try_from).transpose()
}

/// What stands for a series: its scheme in force, or the last of its drafts.
pub(crate) async fn of_series(tx: &mut Tx, district: &str, series: &str) -> Result<Option<Scheme>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM scheme WHERE district = $1 AND series = $2
              ORDER BY CASE state WHEN 2 THEN 0 ELSE 1 END, id DESC LIMIT 1"
        ),
        district,
        series
    )?;
    row.map(Scheme::try_from).transpose()
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[&str]) -> Result<Vec<Scheme>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM scheme WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut list = q.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Scheme::try_from).collect()
}

/// Every scheme of some series, drafts too.
pub(crate) async fn of_all_series(
    tx: &mut Tx,
    district: &str,
    series: &BTreeSet<&str>,
) -> Result<Vec<Scheme>> {
    if series.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM scheme WHERE district = "));
        q.push_bind(district).push(" AND series IN (");
        let mut list = q.separated(", ");
        for series in series {
            list.push_bind(*series);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Scheme::try_from).collect()
}

/// The schemes that hold on `day` or on some later day, by id: of each series the one that
/// began last by then and those that begin afterwards, but none replaced from its first day on.
pub(crate) async fn holding_from(tx: &mut Tx, district: &str, day: Date) -> Result<Vec<Scheme>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM scheme AS one
              WHERE district = $1 AND state <> 1 AND NOT EXISTS (
                  SELECT 1 FROM scheme AS other
                  WHERE other.district = one.district AND other.series = one.series
                    AND other.state <> 1
                    AND (other.effective_start <= $2
                         OR other.effective_start = one.effective_start)
                    AND (other.effective_start, other.enact_edition)
                        > (one.effective_start, one.enact_edition))
              ORDER BY id"
        ),
        district,
        date::to_text(day)
    )?;
    rows.into_iter().map(Scheme::try_from).collect()
}

/// The schemes that hold on `day`, by id: of each series the one that began last.
pub(crate) async fn holding(tx: &mut Tx, district: &str, day: Date) -> Result<Vec<Scheme>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM scheme AS one
              WHERE district = $1 AND state <> 1 AND effective_start <= $2 AND NOT EXISTS (
                  SELECT 1 FROM scheme AS other
                  WHERE other.district = one.district AND other.series = one.series
                    AND other.state <> 1 AND other.effective_start <= $2
                    AND (other.effective_start, other.enact_edition)
                        > (one.effective_start, one.enact_edition))
              ORDER BY id"
        ),
        district,
        date::to_text(day)
    )?;
    rows.into_iter().map(Scheme::try_from).collect()
}

/// Ids of the indicators that a scheme scores which was ever in force.
pub(crate) async fn in_force(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT indicator FROM scheme_use
         JOIN scheme ON scheme.district = scheme_use.district AND scheme.id = scheme_use.scheme
         WHERE scheme_use.district = $1 AND scheme.state <> 1",
        district
    )?;
    Ok(rows.into_iter().map(|(indicator,)| indicator).collect())
}

/// Ids of the indicators whose targets some scheme, be it a draft, divides by.
pub(crate) async fn divided(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT indicator FROM scheme_use WHERE district = $1 AND divides",
        district
    )?;
    Ok(rows.into_iter().map(|(indicator,)| indicator).collect())
}

/// Writes a scheme that is new. One of that id that is there already is not even touched: the
/// database lets nobody write over what was enacted.
pub(crate) async fn insert(tx: &mut Tx, scheme: &Scheme) -> Result<()> {
    let enactment = scheme.enactment.as_ref();
    let inserted = kit::execute!(
        tx,
        concat!(
            "INSERT INTO scheme (",
            columns!(),
            ") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
             WHERE NOT EXISTS (SELECT 1 FROM scheme WHERE district = $1 AND id = $2)"
        ),
        &scheme.district,
        &scheme.id,
        &scheme.uid,
        &scheme.contents.series,
        &scheme.contents.effective_period,
        date::to_text(scheme.contents.effective_start),
        &scheme.contents.document,
        scheme.state as i64,
        &scheme.supersedes,
        enactment.map(|it| &it.digest),
        enactment.map(|it| clock::to_micros(it.time)),
        enactment.map(|it| it.edition),
        clock::to_micros(scheme.create_time),
        clock::to_micros(scheme.update_time),
        scheme.revision
    )?;
    match inserted {
        0 => Err(Error::already_exists(NAME.kind(), scheme.name())),
        _ => Ok(()),
    }
}

/// Writes a scheme that is one revision on from what is stored.
pub(crate) async fn update(tx: &mut Tx, scheme: &Scheme) -> Result<()> {
    let enactment = scheme.enactment.as_ref();
    let updated = kit::execute!(
        tx,
        "UPDATE scheme SET series = $3, effective_period = $4, effective_start = $5,
             document = $6, state = $7, digest = $8, enact_time = $9, enact_edition = $10,
             update_time = $11, revision = $12
         WHERE district = $1 AND id = $2 AND revision = $12 - 1",
        &scheme.district,
        &scheme.id,
        &scheme.contents.series,
        &scheme.contents.effective_period,
        date::to_text(scheme.contents.effective_start),
        &scheme.contents.document,
        scheme.state as i64,
        enactment.map(|it| &it.digest),
        enactment.map(|it| clock::to_micros(it.time)),
        enactment.map(|it| it.edition),
        clock::to_micros(scheme.update_time),
        scheme.revision
    )?;
    match updated {
        0 => Err(Error::Conflict { name: scheme.name() }),
        _ => Ok(()),
    }
}

/// Writes which indicators a draft scores, in the place of what it scored before.
pub(crate) async fn save_uses(tx: &mut Tx, scheme: &Scheme, uses: &[Use]) -> Result<()> {
    kit::execute!(
        tx,
        "DELETE FROM scheme_use WHERE district = $1 AND scheme = $2",
        &scheme.district,
        &scheme.id
    )?;
    kit::insert_many!(
        tx,
        "INSERT INTO scheme_use (district, scheme, indicator, divides) ",
        uses,
        |row, used| {
            row.push_bind(&scheme.district)
                .push_bind(&scheme.id)
                .push_bind(&used.indicator)
                .push_bind(used.divides);
        }
    )?;
    Ok(())
}

/// Writes that a new draft scores what the scheme scores from which it was made.
pub(crate) async fn copy_uses(tx: &mut Tx, from: &Scheme, to: &Scheme) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO scheme_use (district, scheme, indicator, divides)
         SELECT district, $1, indicator, divides FROM scheme_use
         WHERE district = $2 AND scheme = $3",
        &to.id,
        &from.district,
        &from.id
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    uid: String,
    series: String,
    effective_period: String,
    effective_start: String,
    document: Vec<u8>,
    state: i64,
    supersedes: Option<String>,
    digest: Option<String>,
    enact_time: Option<i64>,
    enact_edition: Option<i64>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Scheme {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let enactment = match (row.digest, row.enact_time, row.enact_edition) {
            (Some(digest), Some(time), Some(edition)) => {
                Some(Enactment { digest, time: clock::from_micros(time)?, edition })
            }
            _ => None,
        };
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                series: row.series,
                effective_period: row.effective_period,
                effective_start: date::from_text(&row.effective_start)?,
                document: row.document,
            },
            state: row.state.try_into()?,
            supersedes: row.supersedes,
            enactment,
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
