//! The ledger of nominees and of what was done with each.

use std::collections::HashMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::nominee::{Nominee, State, Step};

/// Ids per statement.
const CHUNK: usize = 500;

/// A page of a campaign's nominees by person; all without a page.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    campaign: &str,
    state: Option<State>,
    page: Option<&Page>,
) -> Result<Vec<Nominee>> {
    let rows = kit::query!(tx, (String, i64), |q| {
        q.push("SELECT n.person, n.create_time FROM nominee n WHERE n.district = ");
        q.push_bind(district).push(" AND n.campaign = ").push_bind(campaign);
        if let Some(state) = state {
            q.push(
                " AND EXISTS (SELECT 1 FROM nominee_step s WHERE s.district = n.district
                   AND s.campaign = n.campaign AND s.person = n.person AND s.state = ",
            );
            q.push_bind(state as i64).push(
                " AND NOT EXISTS (SELECT 1 FROM nominee_step l WHERE l.district = s.district
                   AND l.campaign = s.campaign AND l.person = s.person
                   AND l.ordinal = s.ordinal + 1))",
            );
        }
        if let Some(after) = page.and_then(Page::after) {
            q.push(" AND n.person > ").push_bind(after);
        }
        q.push(" ORDER BY n.person");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    with_steps(tx, district, campaign, rows).await
}

/// Those of `persons` who are nominees of a campaign, by person.
pub(crate) async fn of(
    tx: &mut Tx,
    district: &str,
    campaign: &str,
    persons: &[&str],
) -> Result<HashMap<String, Nominee>> {
    let mut found = HashMap::new();
    for persons in persons.chunks(CHUNK) {
        let rows = kit::query!(tx, (String, i64), |q| {
            q.push("SELECT person, create_time FROM nominee WHERE district = ");
            q.push_bind(district).push(" AND campaign = ").push_bind(campaign);
            q.push(" AND person IN (");
            let mut list = q.separated(", ");
            for person in persons {
                list.push_bind(*person);
            }
            q.push(")");
        })?;
        let nominees = with_steps(tx, district, campaign, rows).await?;
        found.extend(nominees.into_iter().map(|it| (it.person.clone(), it)));
    }
    Ok(found)
}

/// What a person was in campaigns, by campaign.
pub(crate) async fn of_person(tx: &mut Tx, district: &str, person: &str) -> Result<Vec<Nominee>> {
    let campaigns = kit::fetch_all!(
        tx,
        (String,),
        "SELECT campaign FROM nominee WHERE district = $1 AND person = $2 ORDER BY campaign",
        district,
        person
    )?;
    let mut found = Vec::new();
    for (campaign,) in campaigns {
        found.extend(of(tx, district, &campaign, &[person]).await?.into_values());
    }
    Ok(found)
}

/// Adds nominees who have no step but their last.
pub(crate) async fn insert(tx: &mut Tx, district: &str, new: &[&Nominee]) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO nominee (district, campaign, person, create_time) ",
        new,
        |row, it| {
            row.push_bind(district)
                .push_bind(&it.campaign)
                .push_bind(&it.person)
                .push_bind(clock::to_micros(it.create_time));
        }
    )?;
    Ok(())
}

/// Stores the last step of each.
pub(crate) async fn take_steps(tx: &mut Tx, district: &str, stepped: &[Nominee]) -> Result<()> {
    let row = |it: &Nominee| -> Result<_> {
        let step = it.steps.last().ok_or_else(|| Error::internal("a nominee without a step"))?;
        let act = serde_json::to_string(&step.act).map_err(Error::internal)?;
        Ok((it.clone(), step.clone(), act))
    };
    let rows = stepped.iter().map(row).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO nominee_step
         (district, campaign, person, ordinal, state, act, account, reason, create_time) ",
        &rows,
        |row, (it, step, act)| {
            row.push_bind(district)
                .push_bind(&it.campaign)
                .push_bind(&it.person)
                .push_bind(it.steps.len() as i64)
                .push_bind(it.state() as i64)
                .push_bind(act)
                .push_bind(&step.account)
                .push_bind(&step.reason)
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

async fn with_steps(
    tx: &mut Tx,
    district: &str,
    campaign: &str,
    rows: Vec<(String, i64)>,
) -> Result<Vec<Nominee>> {
    let mut steps: HashMap<String, Vec<Step>> = HashMap::new();
    for rows in rows.chunks(CHUNK) {
        let found = kit::query!(tx, StepRow, |q| {
            q.push("SELECT person, act, account, reason, create_time FROM nominee_step");
            q.push(" WHERE district = ").push_bind(district);
            q.push(" AND campaign = ").push_bind(campaign).push(" AND person IN (");
            let mut list = q.separated(", ");
            for (person, _) in rows {
                list.push_bind(person);
            }
            q.push(") ORDER BY person, ordinal");
        })?;
        for row in found {
            let step = Step {
                act: serde_json::from_str(&row.act).map_err(Error::internal)?,
                account: row.account,
                reason: row.reason,
                create_time: clock::from_micros(row.create_time)?,
            };
            steps.entry(row.person).or_default().push(step);
        }
    }
    rows.into_iter()
        .map(|(person, create_time)| {
            Ok(Nominee {
                campaign: campaign.to_owned(),
                steps: steps.remove(&person).unwrap_or_default(),
                person,
                create_time: clock::from_micros(create_time)?,
            })
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct StepRow {
    person: String,
    act: String,
    account: String,
    reason: String,
    create_time: i64,
}
