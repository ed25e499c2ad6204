//! Events that go to an endpoint once more.

use jiff::Timestamp;
use kit::Result;
use kit::db::Tx;

use crate::endpoint::Endpoint;
use crate::store;

/// Events whose resources are looked at together.
const PAGE: i64 = 500;

/// Sets the events between two instants on their way once more; yields how many.
pub(super) async fn events(
    tx: &mut Tx,
    endpoint: &Endpoint,
    time: (Timestamp, Option<Timestamp>),
) -> Result<usize> {
    let whose = (endpoint.district.as_str(), endpoint.id.as_str());
    if endpoint.wish.conditions.is_empty() {
        return store::event::replay(tx, whose, time, None).await;
    }
    let (mut count, mut after) = (0, 0);
    loop {
        let page = store::event::between(tx, whose.0, time, after, PAGE).await?;
        let wanted = page.iter().filter(|it| endpoint.wish.wants(&it.resource));
        let wanted: Vec<i64> = wanted.map(|it| it.sequence).collect();
        if !wanted.is_empty() {
            count += store::event::replay(tx, whose, time, Some(&wanted)).await?;
        }
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => after = last.sequence,
            _ => return Ok(count),
        }
    }
}
