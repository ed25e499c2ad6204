//! Erasure of persons over the wire.

use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Pattern;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, approval, clock, date, etag, guard, retention};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::person_erasure_service_server::PersonErasureService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, change, recusal};
use crate::person_erasure::{Due, Erasure, Limit};
use crate::store;
use crate::store::person_erasure::PERSONS;

static ERASURE: Pattern =
    Pattern::new("person erasure", "districts/{district}/persons/{person}/erasure");

const ERASED: &str = "saima.cadre.v1.PersonErased";

#[tonic::async_trait]
impl PersonErasureService for Rpc {
    async fn list_due_person_erasures(
        &self,
        request: Request<pb::ListDuePersonErasuresRequest>,
    ) -> Result<Response<pb::ListDuePersonErasuresResponse>, Status> {
        let request = request.into_inner();
        let parent = DISTRICT.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let district = parent.id("district");
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let (limit, days) = limit(&mut tx, district, &zone).await?;
        let mut due =
            store::person_erasure::due(&mut tx, district, None, &limit, Some(&page)).await?;
        let next_page_token = page.cut(&mut due, |it| it.person.clone());
        let barred = recusal::barred(&mut tx, district).await?;
        due.retain(|it| !barred.iter().any(|(person, _)| *person == it.person));
        let told = |it: Due| pb::DuePersonErasure {
            person: PERSON.format(&[district, &it.person]),
            last_date: it.last_day.map(date::to_proto),
            update_time: Some(clock::to_proto(it.update_time)),
        };
        Ok(Response::new(pb::ListDuePersonErasuresResponse {
            due_person_erasures: due.into_iter().map(told).collect(),
            next_page_token,
            keep_days: days as i32,
        }))
    }

    async fn get_person_erasure(
        &self,
        request: Request<pb::GetPersonErasureRequest>,
    ) -> Result<Response<pb::PersonErasure>, Status> {
        let name = ERASURE.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = store::person_erasure::find(&mut tx, district, name.id("person")).await?;
        Ok(Response::new(to_proto(district, found.ok_or_else(|| name.not_found())?)))
    }

    async fn erase_person(
        &self,
        request: Request<pb::ErasePersonRequest>,
    ) -> Result<Response<pb::PersonErasure>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &PERSON, &request.name);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("person"));
        let once = Once::new(district, "ErasePerson", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        recusal::refuse_reading(&mut tx, &name).await?;
        let found = store::person::find(&mut tx, district, id).await?;
        let mut person = found.ok_or_else(|| name.not_found())?;
        etag::check(&request.etag, person.revision, name.as_str())?;
        if person.is_erased() {
            let message = "was erased before";
            return Err(Error::precondition("ERASED", name.as_str(), message).into());
        }
        let (limit, days) = limit(&mut tx, district, &zone).await?;
        if store::person_erasure::due(&mut tx, district, Some(id), &limit, None).await?.is_empty() {
            let message = format!("held a post, or was changed, within the last {days} days");
            return Err(Error::precondition("NOT_DUE", name.as_str(), message).into());
        }
        let seen = etag::of(person.revision);
        approval::consume(&mut tx, district, &request.approval, name.as_str(), &seen).await?;
        let (before, now) = (person.revision, tx.now());
        person.erase(now);
        if !store::person::update(&mut tx, &person, before).await? {
            return Err(Error::Conflict { name: request.name.clone() }.into());
        }
        let account = guard::account().unwrap_or_default();
        let erasure = Erasure { person: id.to_owned(), reason, account, erase_time: now };
        store::person_erasure::insert(&mut tx, district, &erasure).await?;
        let reply = to_proto(district, erasure);
        let resource = Resource::PersonErasure(reply.clone());
        change::append(&mut tx, district, ERASED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// What was over before is old, and after how many days.
async fn limit(tx: &mut Tx, district: &str, zone: &TimeZone) -> kit::Result<(Limit, i64)> {
    let days = retention::days(tx, district, &PERSONS).await?;
    Ok((Limit::of(tx.now(), days, zone)?, days))
}

fn to_proto(district: &str, it: Erasure) -> pb::PersonErasure {
    pb::PersonErasure {
        name: ERASURE.format(&[district, &it.person]),
        reason: it.reason,
        author: it.account,
        erase_time: Some(clock::to_proto(it.erase_time)),
    }
}
