//! The change feed.

use kit::db::Tx;
use kit::feed;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;

use super::Rpc;
use crate::district;

kit::watch_changes!(Rpc, proto::notification::v1, district::NAME);

/// Appends to the feed what happened to a resource. What the feed itself knows of an event is
/// filled in when it is read.
pub(super) fn append(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    name: &str,
    resource: Resource,
) {
    let change = pb::Change { resource: Some(resource), ..Default::default() };
    feed::append(tx, district, kind, name, &change);
}
