//! What a batch of attempts means for its dispatches and its channel.

use kit::Result;
use kit::db::Tx;
use kit::secret::Keyring;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;

use super::DISABLED;
use crate::channel::Channel;
use crate::delivery::Attempt;
use crate::dispatch::{Dispatch, REFUSED, State as Reach};
use crate::inbox::Kind;
use crate::rpc::{change, dispatch, inbox};
use crate::store;

/// True for an attempt that reached the channel, whatever it says of one address.
pub(crate) fn reached(attempt: &Attempt) -> bool {
    attempt.succeeded() || attempt.reason == REFUSED
}

/// Writes down what came of a batch. A channel that failed for days is disabled, and the feed
/// tells it, as it tells of each letter that was given up.
pub(crate) async fn settle(
    tx: &mut Tx,
    keys: &Keyring,
    channel: &Channel,
    lease: &str,
    outcomes: Vec<(Dispatch, Attempt)>,
) -> Result<()> {
    let (district, id, now) = (&*channel.district, &*channel.id, tx.now());
    let Some(mut channel) = store::channel::lock(tx, keys, district, id).await? else {
        return Ok(());
    };
    let settled = store::dispatch::settle(tx, (district, id), lease, &outcomes).await?;
    let before = channel.standing.health;
    for (it, attempt) in outcomes {
        channel.standing.health =
            channel.standing.health.after(reached(&attempt), attempt.create_time);
        if it.state == Reach::Dead && settled.contains(&it.sequence) {
            dispatch::tell_given_up(tx, it, &channel.wish.owner).await?;
        }
    }
    if !channel.standing.health.is_hopeless(now) {
        return match channel.standing.health == before {
            true => Ok(()),
            false => store::channel::save_health(tx, district, id, channel.standing.health).await,
        };
    }
    let reason = "every attempt failed for five days";
    if channel.standing.disable(reason.to_owned(), now) {
        tracing::warn!(channel = channel.name(), reason, "was disabled");
        store::channel::save(tx, keys, &channel).await?;
        let text = format!("渠道“{}”已停用：{reason}", channel.wish.display_name);
        let owner = (district, channel.wish.owner.as_str());
        inbox::note(tx, owner, Kind::ChannelDisabled, &channel.name(), text).await?;
        let channel = pb::Channel::from(channel);
        let name = channel.name.clone();
        change::append(tx, district, DISABLED, &name, Resource::Channel(channel));
    }
    Ok(())
}
