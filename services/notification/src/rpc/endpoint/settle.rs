//! What a batch of attempts means for its deliveries and its endpoint.

use kit::Result;
use kit::db::Tx;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;

use super::DISABLED;
use crate::delivery::{Attempt, Delivery};
use crate::endpoint::Endpoint;
use crate::inbox::Kind;
use crate::rpc::{change, inbox};
use crate::store;

/// Writes down what came of a batch. An endpoint that says farewell, or failed for days, is
/// disabled, and the feed tells it.
pub(crate) async fn settle(
    tx: &mut Tx,
    endpoint: &Endpoint,
    lease: &str,
    outcomes: &[(Delivery, Attempt)],
) -> Result<()> {
    let (district, id, now) = (&*endpoint.district, &*endpoint.id, tx.now());
    let Some(mut endpoint) = store::endpoint::lock(tx, district, id).await? else { return Ok(()) };
    store::delivery::settle(tx, (district, id), lease, outcomes).await?;
    let before = endpoint.standing.health;
    for (_, attempt) in outcomes {
        endpoint.standing.health =
            endpoint.standing.health.after(attempt.succeeded(), attempt.create_time);
    }
    let reason = if outcomes.iter().any(|(_, attempt)| attempt.is_farewell()) {
        "the endpoint replied 410 Gone: it wants no more events"
    } else if endpoint.standing.health.is_hopeless(now) {
        "every attempt failed for five days"
    } else {
        return match endpoint.standing.health == before {
            true => Ok(()),
            false => store::endpoint::save_health(tx, district, id, endpoint.standing.health).await,
        };
    };
    if endpoint.standing.disable(reason.to_owned(), now) {
        tracing::warn!(endpoint = endpoint.name(), reason, "was disabled");
        store::endpoint::save(tx, &endpoint).await?;
        let text = format!("接收端“{}”已停用：{reason}", endpoint.wish.display_name);
        let owner = (district, endpoint.wish.owner.as_str());
        inbox::note(tx, owner, Kind::EndpointDisabled, &endpoint.name(), text).await?;
        let endpoint = pb::Endpoint::from(endpoint);
        let name = endpoint.name.clone();
        change::append(tx, district, DISABLED, &name, Resource::Endpoint(endpoint));
    }
    Ok(())
}
