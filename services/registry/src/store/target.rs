//! The target table.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use crate::target::{Contents, Higher, Key, PlanShare, Target};

macro_rules! columns {
    () => {
        "district, unit, indicator, period, value, source, higher_issuer, higher_document, \
         higher_indicator, higher_value, higher_share, plan, create_time, update_time, revision"
    };
}

/// What a list of targets is narrowed to, by ids.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) unit: Option<String>,
    pub(crate) indicator: Option<String>,
    pub(crate) period: Option<String>,
}

/// The target of that key, if there is one.
pub(crate) async fn find(tx: &mut Tx, district: &str, key: &Key) -> Result<Option<Target>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM target
              WHERE district = $1 AND unit = $2 AND indicator = $3 AND period = $4"
        ),
        district,
        &key.unit,
        &key.indicator,
        &key.period
    )?;
    row.map(Target::try_from).transpose()
}

/// A page of a district's targets by unit, indicator and period.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Target>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM target WHERE district = "));
        q.push_bind(district);
        if let Some((unit, rest)) = page.after().and_then(|key| key.split_once('/')) {
            let (indicator, period) = rest.split_once('/').unwrap_or((rest, ""));
            q.push(" AND (unit, indicator, period) > (").push_bind(unit);
            q.push(", ").push_bind(indicator).push(", ").push_bind(period).push(")");
        }
        if let Some(unit) = &filter.unit {
            q.push(" AND unit = ").push_bind(unit);
        }
        if let Some(indicator) = &filter.indicator {
            q.push(" AND indicator = ").push_bind(indicator);
        }
        if let Some(period) = &filter.period {
            q.push(" AND period = ").push_bind(period);
        }
        q.push(" ORDER BY unit, indicator, period LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Target::try_from).collect()
}

/// Where a target stands in the list.
pub(crate) fn key(target: &Target) -> String {
    let Key { unit, indicator, period } = &target.key;
    format!("{unit}/{indicator}/{period}")
}

/// The ids of everything in a district that can have targets, retired units too.
pub(crate) async fn subjects(tx: &mut Tx, district: &str) -> Result<HashSet<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT id FROM unit WHERE district = $1
         UNION ALL SELECT 'projects.' || id FROM project WHERE district = $1
         UNION ALL SELECT 'posts.' || id FROM post WHERE district = $1",
        district
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A district's targets of these periods, by unit, indicator and period.
pub(crate) async fn of_periods(
    tx: &mut Tx,
    district: &str,
    periods: &BTreeSet<&str>,
) -> Result<Vec<Target>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM target WHERE district = "));
        q.push_bind(district).push(" AND period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") ORDER BY unit, indicator, period");
    })?;
    rows.into_iter().map(Target::try_from).collect()
}

/// A district's targets that are not above 0, of these indicators and of periods that begin on
/// `start` or later.
pub(crate) async fn not_positive(
    tx: &mut Tx,
    district: &str,
    indicators: &BTreeSet<&str>,
    start: Date,
) -> Result<Vec<Target>> {
    if indicators.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM target WHERE district = "));
        q.push_bind(district).push(" AND indicator IN (");
        let mut list = q.separated(", ");
        for indicator in indicators {
            list.push_bind(*indicator);
        }
        // Canonical text: what is not above zero is "0" or begins with a minus sign.
        q.push(") AND (value = '0' OR value LIKE '-%') AND period IN (");
        q.push("SELECT id FROM period WHERE district = ").push_bind(district);
        q.push(" AND start_date >= ").push_bind(date::to_text(start));
        q.push(")");
        q.push(" ORDER BY unit, indicator, period");
    })?;
    rows.into_iter().map(Target::try_from).collect()
}

/// Writes targets that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, targets: impl IntoIterator<Item = &Target>) -> Result<()> {
    let targets: Vec<&Target> = targets.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO target (", columns!(), ") "),
        &targets,
        |row, target| {
            let higher = target.contents.higher.as_ref();
            row.push_bind(&target.district)
                .push_bind(&target.key.unit)
                .push_bind(&target.key.indicator)
                .push_bind(&target.key.period)
                .push_bind(decimal::to_text(target.contents.value))
                .push_bind(&target.contents.source)
                .push_bind(higher.map(|it| it.issuer.as_str()))
                .push_bind(higher.map(|it| it.document.as_str()))
                .push_bind(higher.map(|it| it.indicator.as_str()))
                .push_bind(higher.map(|it| decimal::to_text(it.value)))
                .push_bind(higher.and_then(|it| it.share).map(decimal::to_text))
                .push_bind(plan_to_text(&target.contents.plan))
                .push_bind(clock::to_micros(target.create_time))
                .push_bind(clock::to_micros(target.update_time))
                .push_bind(target.revision);
        },
        "ON CONFLICT (district, unit, indicator, period) DO UPDATE SET
             value = excluded.value, source = excluded.source,
             higher_issuer = excluded.higher_issuer, higher_document = excluded.higher_document,
             higher_indicator = excluded.higher_indicator, higher_value = excluded.higher_value,
             higher_share = excluded.higher_share, plan = excluded.plan,
             update_time = excluded.update_time, revision = excluded.revision
         WHERE target.revision = excluded.revision - 1"
    )?;
    match targets.first() {
        Some(target) if saved < targets.len() as u64 => {
            Err(Error::Conflict { name: target.name() })
        }
        _ => Ok(()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    unit: String,
    indicator: String,
    period: String,
    value: String,
    source: String,
    higher_issuer: Option<String>,
    higher_document: Option<String>,
    higher_indicator: Option<String>,
    higher_value: Option<String>,
    higher_share: Option<String>,
    plan: String,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Target {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let share = row.higher_share.as_deref().map(decimal::from_text).transpose()?;
        let higher = match row.higher_value {
            Some(value) => Some(Higher {
                issuer: row.higher_issuer.unwrap_or_default(),
                document: row.higher_document.unwrap_or_default(),
                indicator: row.higher_indicator.unwrap_or_default(),
                value: decimal::from_text(&value)?,
                share,
            }),
            None => None,
        };
        Ok(Self {
            district: row.district,
            key: Key { unit: row.unit, indicator: row.indicator, period: row.period },
            contents: Contents {
                value: decimal::from_text(&row.value)?,
                source: row.source,
                higher,
                plan: row.plan.lines().map(plan_from_text).collect::<Result<_>>()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}

fn plan_to_text(plan: &[PlanShare]) -> String {
    let line = |it: &PlanShare| format!("{} {}", it.period, decimal::to_text(it.share));
    plan.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn plan_from_text(line: &str) -> Result<PlanShare> {
    let parts = line.split_once(' ');
    let (period, share) = parts.ok_or_else(|| Error::internal(format!("{line} is no plan")))?;
    Ok(PlanShare { period: period.to_owned(), share: decimal::from_text(share)? })
}
