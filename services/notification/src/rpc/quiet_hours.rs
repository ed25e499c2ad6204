//! Quiet hours.

use std::collections::BTreeSet;

use kit::etag;
use kit::field::{self, Fields};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::quiet_hours_service_server::QuietHoursService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::document::Kind;
use crate::quiet_hours::{NAME, QuietHours};
use crate::store;

const UPDATED: &str = "saima.notification.v1.QuietHoursUpdated";

#[tonic::async_trait]
impl QuietHoursService for Rpc {
    async fn get_quiet_hours(
        &self,
        request: Request<pb::GetQuietHoursRequest>,
    ) -> Result<Response<pb::QuietHours>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = store::quiet_hours::get(&mut tx, name.id("district")).await?;
        Ok(Response::new(shown(name.id("district"), &found)))
    }

    async fn update_quiet_hours(
        &self,
        request: Request<pb::UpdateQuietHoursRequest>,
    ) -> Result<Response<pb::QuietHours>, Status> {
        let request = request.into_inner();
        let given = field::required("quiet_hours", request.quiet_hours.as_ref())?;
        let mut fields = Fields::default();
        let name = fields.name("quiet_hours.name", &NAME, &given.name);
        let start = fields.number("quiet_hours.start_minute", given.start_minute, 0..=1439);
        let end = fields.number("quiet_hours.end_minute", given.end_minute, 0..=1439);
        let mut urgent = BTreeSet::new();
        for (at, kind) in given.urgent_kinds.iter().enumerate() {
            let path = format!("quiet_hours.urgent_kinds[{at}]");
            let kind = fields.choice::<Kind>(&path, *kind);
            if !urgent.insert(kind as i64) && fields.is_sound() {
                fields.violation(path, "DUPLICATE", "comes twice");
            }
        }
        fields.check()?;
        let district = self.registry.district(name.id("district")).await?;
        let zone = district.zone.iana_name().unwrap_or("UTC").to_owned();

        let mut tx = self.db.begin_write().await?;
        store::document::lock(&mut tx, &district.id).await?;
        let before = store::quiet_hours::get(&mut tx, &district.id).await?;
        etag::check(&given.etag, before.revision, name.as_str())?;
        let (start, end) = (start.into(), end.into());
        let mut hours = QuietHours { start, end, urgent, zone, revision: before.revision };
        if hours == before {
            return Ok(Response::new(shown(&district.id, &before)));
        }
        hours.revision += 1;
        store::quiet_hours::insert(&mut tx, &district.id, &hours).await?;
        let reply = shown(&district.id, &hours);
        let resource = Resource::QuietHours(reply.clone());
        change::append(&mut tx, &district.id, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn shown(district: &str, it: &QuietHours) -> pb::QuietHours {
    pb::QuietHours {
        name: NAME.format(&[district]),
        start_minute: it.start as i32,
        end_minute: it.end as i32,
        urgent_kinds: it.urgent.iter().map(|kind| *kind as i32).collect(),
        etag: etag::of(it.revision),
    }
}
