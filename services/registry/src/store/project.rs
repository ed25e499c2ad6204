//! The project table.

use kit::db::Tx;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date, decimal};

use super::{from_lines, lines};
use crate::project::{Class, Contents, Project, Stage};

macro_rules! columns {
    () => {
        "district, id, uid, display_name, class, lead_unit, territorial_owner, \
         functional_owner, leader_posts, head_posts, member_units, steward_posts, \
         stations, front, industry_chain, planned_investment, start_date, end_date, \
         stage, stage_date, contract_value, investment_done, capital_in_place, \
         progress_date, create_time, update_time, revision"
    };
}

/// What a list of projects is narrowed to.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) class: Option<Class>,
    pub(crate) lead_unit: Option<String>,
    pub(crate) territorial_owner: Option<String>,
    pub(crate) front: Option<String>,
    pub(crate) stage: Option<Stage>,
}

/// The project of that name; NOT_FOUND when there is none.
pub(crate) async fn get(tx: &mut Tx, name: &Name) -> Result<Project> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM project WHERE district = $1 AND id = $2"),
        name.id("district"),
        name.id("project")
    )?;
    row.ok_or_else(|| name.not_found())?.try_into()
}

/// A page of a district's projects by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Project>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM project WHERE district = "));
        q.push_bind(district);
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        if let Some(class) = filter.class {
            q.push(" AND class = ").push_bind(class as i64);
        }
        if let Some(lead_unit) = &filter.lead_unit {
            q.push(" AND lead_unit = ").push_bind(lead_unit);
        }
        if let Some(territorial_owner) = &filter.territorial_owner {
            q.push(" AND territorial_owner = ").push_bind(territorial_owner);
        }
        if let Some(front) = &filter.front {
            q.push(" AND front = ").push_bind(front);
        }
        if let Some(stage) = filter.stage {
            q.push(" AND stage = ").push_bind(stage as i64);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    rows.into_iter().map(Project::try_from).collect()
}

/// Every project of a district by id.
pub(crate) async fn all(tx: &mut Tx, district: &str) -> Result<Vec<Project>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM project WHERE district = $1 ORDER BY id"),
        district
    )?;
    rows.into_iter().map(Project::try_from).collect()
}

/// Every project of a district that the filter lets through, by id.
pub(crate) async fn matching(tx: &mut Tx, district: &str, filter: &Filter) -> Result<Vec<Project>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM project WHERE district = "));
        q.push_bind(district);
        if let Some(class) = filter.class {
            q.push(" AND class = ").push_bind(class as i64);
        }
        if let Some(lead_unit) = &filter.lead_unit {
            q.push(" AND lead_unit = ").push_bind(lead_unit);
        }
        if let Some(front) = &filter.front {
            q.push(" AND front = ").push_bind(front);
        }
        q.push(" ORDER BY id");
    })?;
    rows.into_iter().map(Project::try_from).collect()
}

/// The projects that have leaders, each with the ids of their posts.
pub(crate) async fn leaders(tx: &mut Tx, district: &str) -> Result<Vec<(String, Vec<String>)>> {
    let rows = kit::fetch_all!(
        tx,
        (String, String),
        "SELECT id, leader_posts FROM project WHERE district = $1 AND leader_posts <> ''",
        district
    )?;
    Ok(rows.into_iter().map(|(id, posts)| (id, from_lines(&posts))).collect())
}

/// Those of `ids` that are there.
pub(crate) async fn of(tx: &mut Tx, district: &str, ids: &[String]) -> Result<Vec<Project>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM project WHERE district = "));
        q.push_bind(district).push(" AND id IN (");
        let mut listed = q.separated(", ");
        for id in ids {
            listed.push_bind(id);
        }
        q.push(")");
    })?;
    rows.into_iter().map(Project::try_from).collect()
}

/// Writes projects that are new, at revision 1, or one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, all: impl IntoIterator<Item = &Project>) -> Result<()> {
    let all: Vec<&Project> = all.into_iter().collect();
    let saved = kit::insert_many!(
        tx,
        concat!("INSERT INTO project (", columns!(), ") "),
        &all,
        |row, it| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.uid)
                .push_bind(&it.contents.display_name)
                .push_bind(it.contents.class as i64)
                .push_bind(&it.contents.lead_unit)
                .push_bind(&it.contents.territorial_owner)
                .push_bind(&it.contents.functional_owner)
                .push_bind(lines(&it.contents.leader_posts))
                .push_bind(lines(&it.contents.head_posts))
                .push_bind(lines(&it.contents.member_units))
                .push_bind(lines(&it.contents.steward_posts))
                .push_bind(lines(&it.contents.stations))
                .push_bind(&it.contents.front)
                .push_bind(&it.contents.industry_chain)
                .push_bind(it.contents.planned_investment.map(decimal::to_text))
                .push_bind(it.contents.start_date.map(date::to_text))
                .push_bind(it.contents.end_date.map(date::to_text))
                .push_bind(it.contents.stage as i64)
                .push_bind(it.contents.stage_date.map(date::to_text))
                .push_bind(it.contents.contract_value.map(decimal::to_text))
                .push_bind(it.contents.investment_done.map(decimal::to_text))
                .push_bind(it.contents.capital_in_place.map(decimal::to_text))
                .push_bind(it.contents.progress_date.map(date::to_text))
                .push_bind(clock::to_micros(it.create_time))
                .push_bind(clock::to_micros(it.update_time))
                .push_bind(it.revision);
        },
        "ON CONFLICT (district, id) DO UPDATE SET
             display_name = excluded.display_name, class = excluded.class, lead_unit =
             excluded.lead_unit, territorial_owner = excluded.territorial_owner,
             functional_owner = excluded.functional_owner, leader_posts =
             excluded.leader_posts, head_posts = excluded.head_posts, member_units =
             excluded.member_units, steward_posts = excluded.steward_posts, stations =
             excluded.stations, front = excluded.front, industry_chain =
             excluded.industry_chain, planned_investment = excluded.planned_investment,
             start_date = excluded.start_date, end_date = excluded.end_date, stage =
             excluded.stage, stage_date = excluded.stage_date, contract_value =
             excluded.contract_value, investment_done = excluded.investment_done,
             capital_in_place = excluded.capital_in_place, progress_date =
             excluded.progress_date, update_time = excluded.update_time, revision =
             excluded.revision
         WHERE project.revision = excluded.revision - 1"
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
    class: i64,
    lead_unit: String,
    territorial_owner: Option<String>,
    functional_owner: Option<String>,
    leader_posts: String,
    head_posts: String,
    member_units: String,
    steward_posts: String,
    stations: String,
    front: Option<String>,
    industry_chain: Option<String>,
    planned_investment: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    stage: i64,
    stage_date: Option<String>,
    contract_value: Option<String>,
    investment_done: Option<String>,
    capital_in_place: Option<String>,
    progress_date: Option<String>,
    create_time: i64,
    update_time: i64,
    revision: i64,
}

impl TryFrom<Row> for Project {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            district: row.district,
            id: row.id,
            uid: row.uid,
            contents: Contents {
                display_name: row.display_name,
                class: row.class.try_into()?,
                lead_unit: row.lead_unit,
                territorial_owner: row.territorial_owner,
                functional_owner: row.functional_owner,
                leader_posts: from_lines(&row.leader_posts),
                head_posts: from_lines(&row.head_posts),
                member_units: from_lines(&row.member_units),
                steward_posts: from_lines(&row.steward_posts),
                stations: from_lines(&row.stations),
                front: row.front,
                industry_chain: row.industry_chain,
                planned_investment: row
                    .planned_investment
                    .as_deref()
                    .map(decimal::from_text)
                    .transpose()?,
                start_date: row.start_date.as_deref().map(date::from_text).transpose()?,
                end_date: row.end_date.as_deref().map(date::from_text).transpose()?,
                stage: row.stage.try_into()?,
                stage_date: row.stage_date.as_deref().map(date::from_text).transpose()?,
                contract_value: row
                    .contract_value
                    .as_deref()
                    .map(decimal::from_text)
                    .transpose()?,
                investment_done: row
                    .investment_done
                    .as_deref()
                    .map(decimal::from_text)
                    .transpose()?,
                capital_in_place: row
                    .capital_in_place
                    .as_deref()
                    .map(decimal::from_text)
                    .transpose()?,
                progress_date: row.progress_date.as_deref().map(date::from_text).transpose()?,
            },
            create_time: clock::from_micros(row.create_time)?,
            update_time: clock::from_micros(row.update_time)?,
            revision: row.revision,
        })
    }
}
