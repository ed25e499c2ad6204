//! Taking dispatches to send, within the channel's rate, and writing down what came of them.

use jiff::Timestamp;
use kit::db::Tx;
use kit::secret::Keyring;
use kit::{Result, clock};

use super::{Row, columns};
use crate::channel::Channel;
use crate::dispatch::{BATCH, Dispatch};
use crate::store::{self, lane};

/// The channels, by district and id, for which something is due.
pub(crate) async fn due(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let now = clock::to_micros(tx.now());
    kit::fetch_all!(
        tx,
        (String, String),
        "SELECT c.district, c.id FROM channel c
         WHERE c.state = 1 AND c.circuit_time <= $1 AND c.rest_time <= $1 AND c.lease_time <= $1
           AND EXISTS (SELECT 1 FROM dispatch d WHERE d.district = c.district
                       AND d.channel = c.id AND d.state = 1 AND d.next_time <= $1)",
        now
    )
}

/// Takes a channel and what is due for it, in the order of issue; none when there is nothing to do.
/// After failures it is one dispatch alone. In quiet hours all that is not urgent is put off until the
/// `morning` first, in one statement, however much it is: what waited for a rate or a circuit does not
/// leave at night, either.
pub(crate) async fn claim(
    tx: &mut Tx,
    keys: &Keyring,
    (district, id): (&str, &str),
    lease: &str,
    morning: Option<Timestamp>,
) -> Result<Option<(Channel, Vec<Dispatch>)>> {
    let now = tx.now();
    let Some(channel) = store::channel::get(tx, keys, district, id).await? else {
        return Ok(None);
    };
    if channel.standing.takes(BATCH, now) == 0 || !seize(tx, (district, id), lease).await? {
        return Ok(None);
    }
    if let Some(morning) = morning {
        super::put_off(tx, (district, id), morning).await?;
    }
    let room = channel.wish.rate - spent(tx, district, id).await?;
    if room <= 0 {
        rest(tx, district, id).await?;
        return Ok(None);
    }
    let limit = channel.standing.takes(room.min(BATCH), now);
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM dispatch WHERE district = $1 AND channel = $2 AND state = 1 AND next_time <= $3
             ORDER BY next_time, sequence LIMIT $4"
        ),
        district,
        id,
        clock::to_micros(now),
        limit
    )?;
    let mut taken = rows.into_iter().map(Dispatch::try_from).collect::<Result<Vec<_>>>()?;
    taken.sort_unstable_by_key(|dispatch| dispatch.sequence);
    Ok(Some((channel, taken)))
}

lane::queue! {
    lanes: "channel",
    rows: "dispatch" by sequence of Dispatch,
    attempts: "dispatch_attempt" of "dispatch",
    // Codes to contacts are messages, too.
    also: " + (SELECT COUNT(*) FROM contact
               WHERE district = $1 AND channel = $2 AND code_time > $3)",
}
