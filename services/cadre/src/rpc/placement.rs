//! Placements over the wire.

pub(super) mod convert;

use jiff::civil::Date;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{etag, guard};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::placement_service_server::PlacementService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, UNIT, change, position, recusal, shown};
use crate::nominee::Rating;
use crate::placement::{Act, Assignment, LEDGER, NAME, Placement, Side, Step};
use crate::store::placement::Filter;
use crate::{campaign, store, training_post};
use convert::to_proto;

pub(super) const DECIDED: &str = "saima.cadre.v1.PlacementDecided";
const ASSIGNED: &str = "saima.cadre.v1.PlacementAssigned";
const ENDED: &str = "saima.cadre.v1.PlacementEnded";
const APPRAISED: &str = "saima.cadre.v1.PlacementAppraised";

#[tonic::async_trait]
impl PlacementService for Rpc {
    async fn get_placement(
        &self,
        request: Request<pb::GetPlacementRequest>,
    ) -> Result<Response<pb::Placement>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = tx.now().to_zoned(zone).date();
        let found = find(&mut tx, &name).await?;
        either(district, &found.home_unit, &found.managing_unit)?;
        recusal::refuse_reading_of(&mut tx, &name, &found.person).await?;
        Ok(Response::new(to_proto(district, &found, today)))
    }

    async fn list_placements(
        &self,
        request: Request<pb::ListPlacementsRequest>,
    ) -> Result<Response<pb::ListPlacementsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let mut optional = |field: &str, pattern, name: &str| {
            fields.optional_member(field, pattern, name, district)
        };
        let mut filter = Filter {
            person: optional("person", &PERSON, &request.person),
            post: optional("training_post", &training_post::NAME, &request.training_post),
            campaign: optional("campaign", &campaign::NAME, &request.campaign),
            home_unit: optional("home_unit", &UNIT, &request.home_unit),
            managing_unit: optional("managing_unit", &UNIT, &request.managing_unit),
            ..Default::default()
        };
        filter.day = fields.optional_date("as_of_date", &request.as_of_date);
        filter.unappraised = fields.optional_date("unappraised_date", &request.unappraised_date);
        fields.check()?;
        own(district, [&filter.home_unit, &filter.managing_unit].map(Option::as_deref))?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.person,
                &request.training_post,
                &request.campaign,
                &request.home_unit,
                &request.managing_unit,
                &shown(filter.day),
                &shown(filter.unappraised),
            ],
        )?;
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = tx.now().to_zoned(zone).date();
        let mut rows = store::placement::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let placements = rows.iter().map(|it| to_proto(district, it, today)).collect();
        Ok(Response::new(pb::ListPlacementsResponse { placements, next_page_token }))
    }

    async fn assign_placement(
        &self,
        request: Request<pb::AssignPlacementRequest>,
    ) -> Result<Response<pb::Placement>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let district = name.id("district");
        let assignment = Assignment {
            mentor: fields.optional_member("mentor", &PERSON, &request.mentor, district),
            branch: fields.text("branch", &request.branch, 0..=100),
            group: fields.text("group", &request.group, 0..=100),
        };
        let account = fields.account("account", &request.account, 1..=100);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let zone = self.registry.zone(district).await?;
        let once = Once::new(district, "AssignPlacement", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::ledger::lock(&mut tx, district, LEDGER).await?;
        let found = find(&mut tx, &name).await?;
        etag::check(&request.etag, found.revision(), name.as_str())?;
        check_mentor(&mut tx, district, &found, assignment.mentor.as_deref()).await?;
        let today = tx.now().to_zoned(zone).date();
        let create_time = tx.now();
        let step = Step { act: Act::Assign(assignment), day: None, account, reason, create_time };
        let reply = take_step(&mut tx, district, ASSIGNED, found, step, today).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn end_placement(
        &self,
        request: Request<pb::EndPlacementRequest>,
    ) -> Result<Response<pb::Placement>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let day = Some(fields.date("end_date", &request.end_date));
        let account = fields.account("account", &request.account, 1..=100);
        let reason = fields.paragraph("reason", &request.reason, 1..=500);
        fields.check()?;
        let district = name.id("district");
        let zone = self.registry.zone(district).await?;
        let once = Once::new(district, "EndPlacement", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::ledger::lock(&mut tx, district, LEDGER).await?;
        let found = find(&mut tx, &name).await?;
        etag::check(&request.etag, found.revision(), name.as_str())?;
        let today = tx.now().to_zoned(zone).date();
        let step = Step { act: Act::End, day, account, reason, create_time: tx.now() };
        let reply = take_step(&mut tx, district, ENDED, found, step, today).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn appraise_placement(
        &self,
        request: Request<pb::AppraisePlacementRequest>,
    ) -> Result<Response<pb::Placement>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let district = name.id("district");
        let side: Side = fields.choice("side", request.side);
        let unit = fields.member("unit", &UNIT, &request.unit, district);
        let rating: Rating = fields.choice("rating", request.rating);
        let comment = fields.paragraph("comment", &request.comment, 1..=2000);
        let account = fields.account("account", &request.account, 1..=100);
        let appraiser = fields.optional_member("appraiser", &PERSON, &request.appraiser, district);
        fields.check()?;
        guard::for_unit(district, &unit)?;
        let zone = self.registry.zone(district).await?;
        let once = Once::new(district, "AppraisePlacement", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::ledger::lock(&mut tx, district, LEDGER).await?;
        let found = find(&mut tx, &name).await?;
        recusal::refuse_deciding(&mut tx, district, [&*found.person]).await?;
        let mut fields = Fields::default();
        if found.unit(side) != unit {
            let message = format!("that side is {}", UNIT.format(&[district, found.unit(side)]));
            fields.violation("unit", "NOT_ITS_UNIT", message);
        }
        let person = store::person::find(&mut tx, district, &found.person).await?;
        let by_appraiser = appraiser.as_ref() == Some(&found.person);
        if by_appraiser || person.is_some_and(|it| it.is(&account)) {
            let field = if by_appraiser { "appraiser" } else { "account" };
            fields.violation(field, "OWN_APPRAISAL", "nobody appraises himself");
        }
        fields.check()?;
        let today = tx.now().to_zoned(zone).date();
        let step = Step {
            act: Act::Appraise { side, rating },
            day: Some(today),
            account,
            reason: comment,
            create_time: tx.now(),
        };
        let reply = take_step(&mut tx, district, APPRAISED, found, step, today).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// Refuses whoever is bound to units a list of placements that he narrows to none of them.
pub(super) fn own(district: &str, units: [Option<&str>; 2]) -> kit::Result<()> {
    match units {
        [Some(home), Some(managing)] => either(district, home, managing),
        [home, managing] => guard::only_own(district, home.or(managing)),
    }
}

/// Refuses whoever is bound to neither of the two units that manage a placement.
pub(super) fn either(district: &str, home: &str, managing: &str) -> kit::Result<()> {
    guard::for_unit(district, home).or_else(|_| guard::for_unit(district, managing))
}

/// One placement; NOT_FOUND when absent.
pub(super) async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Placement> {
    let filter = Filter { sequence: Some(position(name)?), ..Default::default() };
    let found = store::placement::list(tx, name.id("district"), &filter, None).await?.pop();
    found.ok_or_else(|| name.not_found())
}

async fn check_mentor(
    tx: &mut Tx,
    district: &str,
    it: &Placement,
    mentor: Option<&str>,
) -> kit::Result<()> {
    let Some(mentor) = mentor else { return Ok(()) };
    let mut fields = Fields::default();
    if mentor == it.person {
        fields.violation("mentor", "OWN_MENTOR", "nobody is his own mentor");
    } else if store::person::find(tx, district, mentor).await?.is_none() {
        fields.violation("mentor", "UNKNOWN_PERSON", "there is no such person");
    }
    fields.check()
}

async fn take_step(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    mut found: Placement,
    step: Step,
    today: Date,
) -> kit::Result<pb::Placement> {
    found.take(district, step, today)?;
    store::placement::take_step(tx, district, &found).await?;
    Ok(tell(tx, district, kind, &found, today))
}

/// Appends to the feed what happened, and yields the placement on the wire.
pub(super) fn tell(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    it: &Placement,
    today: Date,
) -> pb::Placement {
    let reply = to_proto(district, it, today);
    change::append(tx, district, kind, &reply.name, Resource::Placement(reply.clone()));
    reply
}
