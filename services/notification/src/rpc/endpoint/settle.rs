//! What a batch of attempts means for its deliveries and its endpoint.

use kit::db::Tx;
use kit::{Error, Result};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;

use super::DISABLED;
use crate::delivery::{Attempt, Delivery};
use crate::endpoint::{Endpoint, State};
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
    let before = endpoint.health;
    for (_, attempt) in outcomes {
        endpoint.health = endpoint.health.after(attempt.succeeded(), attempt.create_time);
    }
    let reason = if outcomes.iter().any(|(_, attempt)| attempt.is_farewell()) {
        "the endpoint replied 410 Gone: it wants no more events"
    } else if endpoint.health.is_hopeless(now) {
        "every attempt failed for five days"
    } else {
        return match endpoint.health == before {
            true => Ok(()),
            false => store::endpoint::save_health(tx, district, id, endpoint.health).await,
        };
    };
    if endpoint.disable(reason.to_owned(), now) {
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

/// Refuses to send to an endpoint that is disabled.
pub(crate) fn check_enabled(endpoint: &Endpoint) -> Result<()> {
    if endpoint.state == State::Enabled {
        return Ok(());
    }
    let message = format!("is disabled ({}); enable it first", endpoint.disable_reason);
    Err(Error::precondition("ENDPOINT_DISABLED", endpoint.name(), message))
}
