//! The change feed.

use kit::db::Tx;
use kit::feed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::change::Resource;

use super::Rpc;
use crate::assignment::DISTRICT;

kit::watch_changes!(Rpc, proto::scoring::v1, DISTRICT);

/// Appends to the feed what happened to a resource. What the feed itself knows of an event is
/// filled in when it is read.
pub(super) fn append(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    name: &str,
    resource: Option<Resource>,
) {
    let change = pb::Change { resource, ..Default::default() };
    feed::append(tx, district, kind, name, &change);
}

/// The name under which the feed tells of many observations at once.
pub(super) fn observations(district: &str) -> String {
    format!("districts/{district}/observations")
}
