//! Members over the wire.

mod draft;

use std::collections::BTreeMap;

use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::member_service_server::MemberService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, SEAT, UNIT, change, position, shown};
use crate::member::{LEDGER, Member, NAME, Step, StepKind};
use crate::store;
use crate::store::member::Filter;

const SEATED: &str = "saima.cadre.v1.MemberSeated";
const ENDED: &str = "saima.cadre.v1.MemberEnded";
const REVOKED: &str = "saima.cadre.v1.MemberRevoked";

#[tonic::async_trait]
impl MemberService for Rpc {
    async fn get_member(
        &self,
        request: Request<pb::GetMemberRequest>,
    ) -> Result<Response<pb::Member>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        Ok(Response::new(to_proto(name.id("district"), &found)))
    }

    async fn list_members(
        &self,
        request: Request<pb::ListMembersRequest>,
    ) -> Result<Response<pb::ListMembersResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            sequence: None,
            unit: fields.optional_member("unit", &UNIT, &request.unit, district),
            seat: fields.optional_member("seat", &SEAT, &request.seat, district),
            person: fields.optional_member("person", &PERSON, &request.person, district),
            day: fields.optional_date("as_of_date", &request.as_of_date),
        };
        fields.check()?;
        let day = shown(filter.day);
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.unit, &request.seat, &request.person, &day],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::member::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let members = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListMembersResponse { members, next_page_token }))
    }

    async fn get_roster(
        &self,
        request: Request<pb::GetRosterRequest>,
    ) -> Result<Response<pb::Roster>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("unit", &UNIT, &request.unit);
        let day = fields.date("date", &request.date);
        fields.check()?;
        let (district, unit) = (name.id("district"), name.id("unit"));
        let seats = self.registry.seats_of(district, unit).await?;
        let filter = Filter { unit: Some(unit.to_owned()), day: Some(day), ..Default::default() };
        let mut tx = self.db.begin_read().await?;
        let mut by_seat: BTreeMap<String, Vec<pb::Member>> = BTreeMap::new();
        for it in store::member::list(&mut tx, district, &filter, None).await? {
            by_seat.entry(it.contents.seat.clone()).or_default().push(to_proto(district, &it));
        }
        let seats = seats.into_iter().map(|it| {
            let members = by_seat.remove(&it.id).unwrap_or_default();
            pb::RosterSeat {
                seat: SEAT.format(&[district, &it.id]),
                role: it.role as i32,
                least: it.least,
                most: it.most,
                wanting_count: (it.least - members.len() as i32).max(0),
                members,
            }
        });
        let seats: Vec<pb::RosterSeat> = seats.collect();
        Ok(Response::new(pb::Roster {
            unit: request.unit,
            date: request.date,
            wanting_count: seats.iter().map(|it| it.wanting_count).sum(),
            seats,
        }))
    }

    async fn batch_create_members(
        &self,
        request: Request<pb::BatchCreateMembersRequest>,
    ) -> Result<Response<pb::BatchCreateMembersResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let drafts = draft::read(&mut fields, district, &request.members);
        fields.check()?;
        let once = Once::new(district, "BatchCreateMembers", &request.request_id, &request)?;
        let known = draft::Known::ask(&self.registry, district, &drafts).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let last = store::ledger::lock(&mut tx, district, LEDGER).await?;
        let contents = known.check(&mut tx, district, drafts).await?;
        let now = tx.now();
        let new: Vec<Member> = (last + 1..)
            .zip(contents)
            .map(|(sequence, contents)| Member {
                sequence,
                contents,
                create_time: now,
                steps: Vec::new(),
            })
            .collect();
        store::member::insert(&mut tx, district, &new).await?;
        let members = new.iter().map(|it| tell(&mut tx, district, SEATED, it)).collect();
        let reply = pb::BatchCreateMembersResponse { members };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn end_member(
        &self,
        request: Request<pb::EndMemberRequest>,
    ) -> Result<Response<pb::Member>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let day = fields.date("end_date", &request.end_date);
        let account = fields.account("account", &request.account, 1..=100);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "EndMember", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let create_time = tx.now();
        let step = Step { kind: StepKind::End, day: Some(day), account, reason, create_time };
        let reply = take_step(&mut tx, &name, &request.etag, ENDED, step).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn revoke_member(
        &self,
        request: Request<pb::RevokeMemberRequest>,
    ) -> Result<Response<pb::Member>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let account = fields.account("account", &request.account, 1..=100);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "RevokeMember", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let create_time = tx.now();
        let step = Step { kind: StepKind::Revoke, day: None, account, reason, create_time };
        let reply = take_step(&mut tx, &name, &request.etag, REVOKED, step).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Member> {
    let filter = Filter { sequence: Some(position(name)?), ..Default::default() };
    let found = store::member::list(tx, name.id("district"), &filter, None).await?.pop();
    found.ok_or_else(|| name.not_found())
}

async fn take_step(
    tx: &mut Tx,
    name: &Name,
    given: &str,
    kind: &'static str,
    step: Step,
) -> kit::Result<pb::Member> {
    let district = name.id("district");
    store::ledger::lock(tx, district, LEDGER).await?;
    let mut found = find(tx, name).await?;
    etag::check(given, found.revision(), name.as_str())?;
    found.take(district, step)?;
    store::member::take_step(tx, district, &found).await?;
    Ok(tell(tx, district, kind, &found))
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &Member) -> pb::Member {
    let reply = to_proto(district, it);
    change::append(tx, district, kind, &reply.name, Resource::Member(reply.clone()));
    reply
}

pub(super) fn to_proto(district: &str, it: &Member) -> pb::Member {
    let standing = it.standing();
    let step = |it: &Step| pb::MemberStep {
        end_date: it.day.map(date::to_proto),
        account: it.account.clone(),
        reason: it.reason.clone(),
        create_time: Some(clock::to_proto(it.create_time)),
    };
    pb::Member {
        name: it.name(district),
        seat: SEAT.format(&[district, &standing.seat]),
        unit: UNIT.format(&[district, &standing.unit]),
        role: standing.role as i32,
        person: PERSON.format(&[district, &standing.person]),
        home_unit: UNIT.format(&[district, &standing.home_unit]),
        start_date: Some(date::to_proto(standing.start)),
        end_date: standing.end.map(date::to_proto),
        revoked: it.is_revoked(),
        steps: it.steps.iter().map(step).collect(),
        create_time: Some(clock::to_proto(it.create_time)),
        etag: etag::of(it.revision()),
    }
}
