//! Nominees over the wire.

pub(super) mod convert;
mod draft;
mod fit;
mod room;

use std::collections::HashMap;

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use prost::Message;
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::nominee_service_server::NomineeService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, recusal, shown};
use crate::campaign::{self, Campaign, PhaseKind};
use crate::nominee::{Act, LEDGER, NAME, Nominee, State, Step};
use crate::{store, training_post};
use convert::to_proto;
use draft::Asked;

const NOMINATED: &str = "saima.cadre.v1.NomineeNominated";
const APPRAISED: &str = "saima.cadre.v1.NomineeAppraised";
const PROPOSED: &str = "saima.cadre.v1.NomineeProposed";
const DECIDED: &str = "saima.cadre.v1.NomineeDecided";

#[tonic::async_trait]
impl NomineeService for Rpc {
    async fn get_nominee(
        &self,
        request: Request<pb::GetNomineeRequest>,
    ) -> Result<Response<pb::Nominee>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        recusal::refuse_reading_of(&mut tx, &name, &found.person).await?;
        Ok(Response::new(to_proto(name.id("district"), &found)))
    }

    async fn list_nominees(
        &self,
        request: Request<pb::ListNomineesRequest>,
    ) -> Result<Response<pb::ListNomineesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &campaign::NAME, &request.parent);
        let state: Option<State> = fields.optional_choice("state", request.state);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.state],
        )?;
        let (district, id) = (parent.id("district"), parent.id("campaign"));
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::nominee::list(&mut tx, district, id, state, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.person.clone());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let nominees = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListNomineesResponse { nominees, next_page_token }))
    }

    async fn nominate_persons(
        &self,
        request: Request<pb::NominatePersonsRequest>,
    ) -> Result<Response<pb::NominatePersonsResponse>, Status> {
        let request = request.into_inner();
        let asked = draft::nominations(&request)?;
        let units = draft::units_of_nominations(&asked);
        self.registry.check_units(asked.district(), "nominations", &units).await?;
        let nominees = self.take(&asked, NOMINATED, &request.request_id, &request).await?;
        Ok(Response::new(nominees))
    }

    async fn appraise_nominees(
        &self,
        request: Request<pb::AppraiseNomineesRequest>,
    ) -> Result<Response<pb::AppraiseNomineesResponse>, Status> {
        let request = request.into_inner();
        let asked = draft::appraisals(&request)?;
        let nominees: pb::NominatePersonsResponse =
            self.take(&asked, APPRAISED, &request.request_id, &request).await?;
        Ok(Response::new(pb::AppraiseNomineesResponse { nominees: nominees.nominees }))
    }

    async fn get_fit(
        &self,
        request: Request<pb::GetFitRequest>,
    ) -> Result<Response<pb::Fit>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("nominee", &NAME, &request.nominee);
        let district = name.id("district");
        let pattern = &training_post::NAME;
        let post = fields.member("training_post", pattern, &request.training_post, district);
        let day = fields.date("date", &request.date);
        fields.check()?;
        let mut tx = self.db.begin_read().await?;
        let nominee = find(&mut tx, &name).await?;
        recusal::refuse_reading_of(&mut tx, &name, &nominee.person).await?;
        let fits = fit::of(&mut tx, district, &post, &[nominee], day).await?;
        let fit = fits.into_iter().next().ok_or_else(|| name.not_found())?;
        Ok(Response::new(fit))
    }

    async fn list_fits(
        &self,
        request: Request<pb::ListFitsRequest>,
    ) -> Result<Response<pb::ListFitsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &campaign::NAME, &request.parent);
        let (district, id) = (parent.id("district"), parent.id("campaign"));
        let pattern = &training_post::NAME;
        let post = fields.member("training_post", pattern, &request.training_post, district);
        let day = fields.date("date", &request.date);
        let state: Option<State> = fields.optional_choice("state", request.state);
        fields.check()?;
        let bound = shown(Some(day));
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.training_post, &bound, &request.state],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::nominee::list(&mut tx, district, id, state, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.person.clone());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let fits = fit::of(&mut tx, district, &post, &rows, day).await?;
        Ok(Response::new(pb::ListFitsResponse { fits, next_page_token }))
    }

    async fn propose_placements(
        &self,
        request: Request<pb::ProposePlacementsRequest>,
    ) -> Result<Response<pb::ProposePlacementsResponse>, Status> {
        let request = request.into_inner();
        let mut asked = draft::proposals(&request)?;
        let district = asked.district().to_owned();
        let units = draft::home_units(&asked);
        self.registry.check_units(&district, "proposals", &units).await?;
        let zone = self.registry.zone(&district).await?;
        let id = &request.request_id;
        let once = Once::new(&district, "ProposePlacements", id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::ledger::lock(&mut tx, &district, LEDGER).await?;
        let campaign = open(&mut tx, &asked, &zone).await?;
        let present = present(&mut tx, &asked).await?;
        room::complete(&mut tx, &campaign, &mut asked).await?;
        let stepped = step(&asked, present, tx.now())?;
        room::check_proposals(&mut tx, &campaign, &asked).await?;
        let nominees = keep(&mut tx, &district, PROPOSED, &stepped).await?;
        let reply = pb::ProposePlacementsResponse { nominees };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn decide_placements(
        &self,
        request: Request<pb::DecidePlacementsRequest>,
    ) -> Result<Response<pb::DecidePlacementsResponse>, Status> {
        let request = request.into_inner();
        let asked = draft::decisions(&request)?;
        let district = asked.district().to_owned();
        let zone = self.registry.zone(&district).await?;
        let once = Once::new(&district, "DecidePlacements", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::ledger::lock(&mut tx, &district, LEDGER).await?;
        open(&mut tx, &asked, &zone).await?;
        let present = present(&mut tx, &asked).await?;
        let stepped = step(&asked, present, tx.now())?;
        let today = tx.now().to_zoned(zone).date();
        let placements = room::place(&mut tx, &asked, &stepped, today).await?;
        let nominees = keep(&mut tx, &district, DECIDED, &stepped).await?;
        let reply = pb::DecidePlacementsResponse { nominees, placements };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl Rpc {
    /// Takes nominations or appraisals.
    async fn take(
        &self,
        asked: &Asked,
        kind: &'static str,
        request_id: &str,
        request: &impl Message,
    ) -> kit::Result<pb::NominatePersonsResponse> {
        let district = asked.district();
        let zone = self.registry.zone(district).await?;
        let method = if kind == NOMINATED { "NominatePersons" } else { "AppraiseNominees" };
        let once = Once::new(district, method, request_id, request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::ledger::lock(&mut tx, district, LEDGER).await?;
        open(&mut tx, asked, &zone).await?;
        draft::check_persons(&mut tx, asked).await?;
        let present = present(&mut tx, asked).await?;
        let stepped = step(asked, present, tx.now())?;
        let nominees = keep(&mut tx, district, kind, &stepped).await?;
        let reply = pb::NominatePersonsResponse { nominees };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

/// The campaign, refused outside the phase of what is asked.
async fn open(tx: &mut Tx, asked: &Asked, zone: &jiff::tz::TimeZone) -> kit::Result<Campaign> {
    let name = &asked.campaign;
    let found = store::definition::find(tx, name.id("district"), name.id("campaign")).await?;
    let campaign: Campaign = found.ok_or_else(|| name.not_found())?;
    let phase = match asked.rows.first().map(|it| &it.act) {
        Some(Act::Nominate { .. }) => PhaseKind::Nomination,
        Some(Act::Appraise(_)) => PhaseKind::Appraisal,
        _ => PhaseKind::Decision,
    };
    let today = tx.now().to_zoned(zone.clone()).date();
    campaign.contents.check_phase(name.as_str(), phase, today)?;
    Ok(campaign)
}

/// The nominees asked about. Anybody may nominate himself; nobody takes him a step further who
/// stands close to him.
async fn present(tx: &mut Tx, asked: &Asked) -> kit::Result<HashMap<String, Nominee>> {
    let ids = asked.persons();
    if !asked.rows.iter().all(|it| matches!(it.act, Act::Nominate { .. })) {
        recusal::refuse_deciding(tx, asked.district(), ids.iter().copied()).await?;
    }
    store::nominee::of(tx, asked.district(), asked.campaign.id("campaign"), &ids).await
}

/// The nominees a step further in the order asked, or what stands in the way by row.
fn step(
    asked: &Asked,
    mut present: HashMap<String, Nominee>,
    now: Timestamp,
) -> kit::Result<Vec<Nominee>> {
    let mut fields = Fields::default();
    let mut stepped = Vec::with_capacity(asked.rows.len());
    for (row, it) in asked.rows.iter().enumerate() {
        let path = format!("{}[{row}].person", asked.field);
        let is_nomination = matches!(it.act, Act::Nominate { .. });
        let mut nominee = match present.remove(&it.person) {
            Some(nominee) => nominee,
            None if is_nomination => Nominee {
                campaign: asked.campaign.id("campaign").to_owned(),
                person: it.person.clone(),
                create_time: now,
                steps: Vec::new(),
            },
            None => {
                let message = format!("{} is no nominee of the campaign", it.person);
                fields.violation(path, "NOT_NOMINATED", message);
                continue;
            }
        };
        if let Err((reason, message)) = nominee.check(&it.act, &asked.account) {
            fields.violation(path, reason, format!("{} {message}", it.person));
        }
        nominee.steps.push(Step {
            act: it.act.clone(),
            account: asked.account.clone(),
            reason: it.reason.clone(),
            create_time: now,
        });
        stepped.push(nominee);
    }
    fields.check()?;
    Ok(stepped)
}

async fn keep(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    stepped: &[Nominee],
) -> kit::Result<Vec<pb::Nominee>> {
    let new: Vec<&Nominee> = stepped.iter().filter(|it| it.steps.len() == 1).collect();
    store::nominee::insert(tx, district, &new).await?;
    store::nominee::take_steps(tx, district, stepped).await?;
    let told = stepped.iter().map(|it| {
        let reply = to_proto(district, it);
        change::append(tx, district, kind, &reply.name, Resource::Nominee(reply.clone()));
        reply
    });
    Ok(told.collect())
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Nominee> {
    let (district, campaign) = (name.id("district"), name.id("campaign"));
    let person = name.id("nominee");
    let mut found = store::nominee::of(tx, district, campaign, &[person]).await?;
    found.remove(person).ok_or_else(|| name.not_found())
}
