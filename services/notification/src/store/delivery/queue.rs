//! Taking deliveries to send, and writing down what came of them.

use kit::db::Tx;
use kit::{Result, clock};

use super::{Row, columns};
use crate::delivery::{BATCH, Delivery};
use crate::endpoint::Endpoint;
use crate::store::{self, lane};

/// The endpoints, by district and id, for which something is due. The first that waits is found by
/// its place alone, for asked in one for its time SQLite walks all that was ever sent before it.
pub(crate) async fn due(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let now = clock::to_micros(tx.now());
    kit::fetch_all!(
        tx,
        (String, String),
        "SELECT e.district, e.id FROM endpoint e
         WHERE e.state = 1 AND e.circuit_time <= $1 AND e.rest_time <= $1 AND e.lease_time <= $1
           AND EXISTS (SELECT 1 FROM delivery d WHERE d.district = e.district
                       AND d.endpoint = e.id AND d.state = 1 AND d.next_time <= $1)
           AND (e.ordered = 0 OR $1 >= (
                SELECT h.next_time FROM delivery h WHERE h.district = e.district
                AND h.endpoint = e.id AND h.event = (
                    SELECT MIN(d.event) FROM delivery d WHERE d.district = e.district
                    AND d.endpoint = e.id AND d.state = 1)))",
        now
    )
}

/// Takes an endpoint and what is due for it, in the order of events; none when there is nothing to do.
/// After failures it is one delivery alone.
pub(crate) async fn claim(
    tx: &mut Tx,
    district: &str,
    id: &str,
    lease: &str,
) -> Result<Option<(Endpoint, Vec<Delivery>)>> {
    let now = tx.now();
    let Some(endpoint) = store::endpoint::get(tx, district, id).await? else { return Ok(None) };
    if endpoint.standing.takes(BATCH, now) == 0 || !seize(tx, (district, id), lease).await? {
        return Ok(None);
    }
    let room = match endpoint.wish.rate {
        0 => BATCH,
        rate => rate - spent(tx, district, id).await?,
    };
    if room <= 0 {
        rest(tx, district, id).await?;
        return Ok(None);
    }
    let limit = endpoint.standing.takes(room.min(BATCH), now);
    let now = clock::to_micros(now);
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM delivery WHERE state = 1 AND district = "));
        q.push_bind(district).push(" AND endpoint = ").push_bind(id);
        if endpoint.wish.ordered {
            q.push(" AND ").push_bind(now);
            q.push(" >= (SELECT next_time FROM delivery WHERE district = ").push_bind(district);
            q.push(" AND endpoint = ").push_bind(id);
            q.push(" AND event = (SELECT MIN(event) FROM delivery WHERE state = 1 AND district = ");
            q.push_bind(district).push(" AND endpoint = ").push_bind(id);
            q.push(")) ORDER BY event");
        } else {
            q.push(" AND next_time <= ").push_bind(now).push(" ORDER BY next_time, event");
        }
        q.push(" LIMIT ").push_bind(limit);
    })?;
    let mut deliveries = rows.into_iter().map(Delivery::try_from).collect::<Result<Vec<_>>>()?;
    deliveries.sort_unstable_by_key(|delivery| delivery.event);
    Ok(Some((endpoint, deliveries)))
}

lane::queue! {
    lanes: "endpoint",
    rows: "delivery" by event of Delivery,
    attempts: "attempt" of "event",
    also: "",
}
