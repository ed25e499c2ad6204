//! Endpoints, with what they subscribed to.

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::endpoint::{Condition, Endpoint, Wish};
use crate::store::lane;

macro_rules! columns {
    () => {
        "district, id, display_name, url, event_types, subject_prefix, include_resource, ordered, \
         owner, rate, conditions, scheme, state, disable_reason, failures, failing_since, circuit_time, create_time, \
         update_time, revision"
    };
}

/// An endpoint by its id.
pub(crate) async fn get(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Endpoint>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM endpoint WHERE district = $1 AND id = $2"),
        district,
        id
    )?;
    row.map(Endpoint::try_from).transpose()
}

/// The same, held until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Endpoint>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!(
            "UPDATE endpoint SET failures = failures WHERE district = $1 AND id = $2 RETURNING ",
            columns!()
        ),
        district,
        id
    )?;
    row.map(Endpoint::try_from).transpose()
}

/// A page of a district's endpoints by their ids.
pub(crate) async fn list(tx: &mut Tx, district: &str, page: &Page) -> Result<Vec<Endpoint>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM endpoint WHERE district = $1 AND id > $2 ORDER BY id LIMIT $3"
        ),
        district,
        page.after().unwrap_or_default(),
        page.limit()
    )?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// Stores a new endpoint; false when its id is taken.
pub(crate) async fn insert(tx: &mut Tx, endpoint: &Endpoint) -> Result<bool> {
    kit::execute!(
        tx,
        "INSERT INTO event_head (district, event) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        &endpoint.district
    )?;
    let inserted = kit::insert_many!(
        tx,
        concat!("INSERT INTO endpoint (", columns!(), ") "),
        [(endpoint, written(&endpoint.wish.conditions)?)],
        |row, (it, conditions)| {
            row.push_bind(&it.district)
                .push_bind(&it.id)
                .push_bind(&it.wish.display_name)
                .push_bind(&it.wish.url)
                .push_bind(it.wish.event_types.join(" "))
                .push_bind(&it.wish.subject_prefix)
                .push_bind(i64::from(it.wish.include_resource))
                .push_bind(i64::from(it.wish.ordered))
                .push_bind(&it.wish.owner)
                .push_bind(it.wish.rate)
                .push_bind(conditions)
                .push_bind(it.scheme as i64)
                .push_bind(it.standing.state as i64)
                .push_bind(&it.standing.disable_reason)
                .push_bind(it.standing.health.failures)
                .push_bind(it.standing.health.failing_since.map(clock::to_micros))
                .push_bind(clock::to_micros(it.standing.health.circuit_time))
                .push_bind(clock::to_micros(it.standing.create_time))
                .push_bind(clock::to_micros(it.standing.update_time))
                .push_bind(it.standing.revision);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    if inserted == 1 {
        subscribe(tx, endpoint).await?;
    }
    Ok(inserted == 1)
}

/// Writes an endpoint, one revision on from what is stored.
pub(crate) async fn save(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    let wish = &endpoint.wish;
    let saved = kit::execute!(
        tx,
        "UPDATE endpoint SET display_name = $3, url = $4, event_types = $5, subject_prefix = $6,
             include_resource = $7, ordered = $8, state = $9, disable_reason = $10,
             update_time = $11, revision = $12, owner = $13, rate = $14, conditions = $15,
             rest_time = 0
         WHERE district = $1 AND id = $2 AND revision = $12 - 1",
        &endpoint.district,
        &endpoint.id,
        &wish.display_name,
        &wish.url,
        wish.event_types.join(" "),
        &wish.subject_prefix,
        i64::from(wish.include_resource),
        i64::from(wish.ordered),
        endpoint.standing.state as i64,
        &endpoint.standing.disable_reason,
        clock::to_micros(endpoint.standing.update_time),
        endpoint.standing.revision,
        &wish.owner,
        wish.rate,
        written(&wish.conditions)?
    )?;
    if saved == 0 {
        return Err(Error::Conflict { name: endpoint.name() });
    }
    kit::execute!(
        tx,
        "DELETE FROM subscription WHERE district = $1 AND endpoint = $2",
        &endpoint.district,
        &endpoint.id
    )?;
    subscribe(tx, endpoint).await?;
    save_health(tx, &endpoint.district, &endpoint.id, endpoint.standing.health).await
}

lane::health!("endpoint");

async fn subscribe(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO subscription (district, event_type, endpoint) ",
        &endpoint.wish.event_types,
        |row, event_type| {
            row.push_bind(&endpoint.district).push_bind(event_type).push_bind(&endpoint.id);
        }
    )?;
    Ok(())
}

fn written(conditions: &[Condition]) -> Result<String> {
    serde_json::to_string(conditions).map_err(Error::internal)
}

#[derive(sqlx::FromRow)]
struct Row {
    district: String,
    id: String,
    display_name: String,
    url: String,
    event_types: String,
    subject_prefix: String,
    include_resource: i64,
    ordered: i64,
    owner: String,
    rate: i64,
    conditions: String,
    scheme: i64,
    #[sqlx(flatten)]
    standing: lane::Row,
}

impl TryFrom<Row> for Endpoint {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            wish: Wish {
                display_name: row.display_name,
                url: row.url,
                event_types: row.event_types.split(' ').map(str::to_owned).collect(),
                subject_prefix: row.subject_prefix,
                include_resource: row.include_resource == 1,
                ordered: row.ordered == 1,
                owner: row.owner,
                rate: row.rate,
                conditions: serde_json::from_str(&row.conditions).map_err(Error::internal)?,
            },
            district: row.district,
            id: row.id,
            scheme: row.scheme.try_into()?,
            standing: row.standing.try_into()?,
        })
    }
}
