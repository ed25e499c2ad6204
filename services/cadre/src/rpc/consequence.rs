//! Consequences over the wire.

pub(super) mod convert;

use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, date, decimal, etag, guard};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::consequence_service_server::ConsequenceService;
use tonic::{Request, Response, Status};

use super::appointment_rule::Asked;
use super::consequence_rule::effect_to_proto;
use super::{DISTRICT, PERIOD, PERSON, POST, Rpc, UNIT, change, recusal};
use crate::conduct_entry::Side;
use crate::consequence::count::{counted, gated};
use crate::consequence::propose::{proposals, renew};
use crate::consequence::{Consequence, NAME, Proposal, Purpose, State, hinders};
use crate::consequence_rule::{self, Condition, ConsequenceRule, Counted, EffectKind};
use crate::period::{self, Window};
use crate::store;
use crate::store::consequence::{Filter, fact};

const PROPOSED: &str = "saima.cadre.v1.ConsequenceProposed";
const WITHDRAWN: &str = "saima.cadre.v1.ConsequenceWithdrawn";
const DECIDED: &str = "saima.cadre.v1.ConsequenceDecided";
const APPEALED: &str = "saima.cadre.v1.ConsequenceAppealed";
const RESOLVED: &str = "saima.cadre.v1.ConsequenceResolved";

#[tonic::async_trait]
impl ConsequenceService for Rpc {
    async fn get_consequence(
        &self,
        request: Request<pb::GetConsequenceRequest>,
    ) -> Result<Response<pb::Consequence>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        recusal::refuse_reading_of(&mut tx, &name, &found.proposal.person).await?;
        Ok(Response::new(convert::to_proto(name.id("district"), &found)))
    }

    async fn list_consequences(
        &self,
        request: Request<pb::ListConsequencesRequest>,
    ) -> Result<Response<pb::ListConsequencesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            sequence: None,
            period: fields.optional_member("period", &PERIOD, &request.period, district),
            person: fields.optional_member("person", &PERSON, &request.person, district),
            rule: fields.optional_member("rule", &consequence_rule::NAME, &request.rule, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period, &request.person, &request.rule],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::consequence::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.proposal.person).await?;
        let consequences = rows.iter().map(|it| convert::to_proto(district, it)).collect();
        Ok(Response::new(pb::ListConsequencesResponse { consequences, next_page_token }))
    }

    async fn propose_consequences(
        &self,
        request: Request<pb::ProposeConsequencesRequest>,
    ) -> Result<Response<pb::ProposeConsequencesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let id = fields.member("rule", &consequence_rule::NAME, &request.rule, district);
        let period = fields.member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let once = Once::new(district, "ProposeConsequences", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let last = store::consequence::lock(&mut tx, district).await?;
        let rule = store::consequence_rule::find(&mut tx, district, &id).await?;
        let rule = rule.ok_or_else(|| Error::not_found("consequence rule", &request.rule))?;
        let called = called(&mut tx, district, &rule, &period).await?;
        let filter = Filter { period: Some(period), rule: Some(id), ..Default::default() };
        let held = store::consequence::list(&mut tx, district, &filter, None).await?;
        let (new, gone, unchanged) = renew(held, called, last, tx.now());
        store::consequence::insert(&mut tx, district, &new).await?;
        store::consequence::take_steps(&mut tx, district, &gone).await?;
        for (kind, told) in [(PROPOSED, &new), (WITHDRAWN, &gone)] {
            for it in told {
                tell(&mut tx, district, kind, it);
            }
        }
        let reply = pb::ProposeConsequencesResponse {
            proposed_count: new.len() as i32,
            withdrawn_count: gone.len() as i32,
            unchanged_count: unchanged as i32,
        };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn decide_consequence(
        &self,
        request: Request<pb::DecideConsequenceRequest>,
    ) -> Result<Response<pb::Consequence>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let district = name.id("district");
        guard::signs("decider", &request.decider)?;
        let once = Once::new(district, "DecideConsequence", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        let step = convert::decision(&request, tx.now())?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::consequence::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, &name).await?;
        etag::check(&request.etag, found.revision(), name.as_str())?;
        recusal::refuse_deciding(&mut tx, district, [&*found.proposal.person]).await?;
        found.decide(district, step)?;
        let reply = take_step(&mut tx, district, DECIDED, found).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn appeal_consequence(
        &self,
        request: Request<pb::AppealConsequenceRequest>,
    ) -> Result<Response<pb::Consequence>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "AppealConsequence", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        let who = ("appellant", request.appellant.as_str());
        let step = convert::step(State::Appealed, who, &request.reason, tx.now())?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::consequence::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, &name).await?;
        let rule = &found.proposal.rule;
        let rule = store::consequence_rule::find(&mut tx, district, rule).await?;
        let rule = rule.ok_or_else(|| Error::internal("a consequence without its rule"))?;
        found.appeal(district, &rule, step)?;
        let reply = take_step(&mut tx, district, APPEALED, found).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn resolve_consequence(
        &self,
        request: Request<pb::ResolveConsequenceRequest>,
    ) -> Result<Response<pb::Consequence>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let district = name.id("district");
        guard::signs("decider", &request.decider)?;
        let once = Once::new(district, "ResolveConsequence", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        let state = if request.granted { State::Revoked } else { State::Upheld };
        let who = ("decider", request.decider.as_str());
        let step = convert::step(state, who, &request.reason, tx.now())?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::consequence::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, &name).await?;
        recusal::refuse_deciding(&mut tx, district, [&*found.proposal.person]).await?;
        found.resolve(district, step)?;
        let reply = take_step(&mut tx, district, RESOLVED, found).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn check_eligibility(
        &self,
        request: Request<pb::CheckEligibilityRequest>,
    ) -> Result<Response<pb::CheckEligibilityResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("person", &PERSON, &request.person);
        let purpose: Purpose = fields.choice("purpose", request.purpose);
        let day = fields.date("date", &request.date);
        let (district, person) = (name.id("district"), name.id("person"));
        let unit = fields.optional_member("unit", &UNIT, &request.unit, district);
        let position = fields.optional_member("position", &POST, &request.position, district);
        if unit.is_none() && position.is_some() {
            fields.violation("unit", "REQUIRED", "must be given with the post");
        }
        if unit.is_some() && purpose == Purpose::Honour && request.purpose != 0 {
            fields.violation("unit", "NOT_AN_APPOINTMENT", "an honour leads to no post");
        }
        fields.check()?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let found = store::person::find(&mut tx, district, person).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        let filter = Filter { person: Some(person.to_owned()), ..Default::default() };
        let mut reply = pb::CheckEligibilityResponse::default();
        for it in store::consequence::list(&mut tx, district, &filter, None).await? {
            let (hindrances, preferences) = in_force(district, &it, purpose, day);
            reply.hindrances.extend(hindrances);
            reply.preferences.extend(preferences);
        }
        if let Some(unit) = unit {
            drop(tx);
            let promotes = purpose == Purpose::Promotion;
            let asked = Asked { unit, position, promotes, day };
            reply.failures = self.failures(district, &found, &asked).await?;
        }
        reply.eligible = reply.hindrances.is_empty() && reply.failures.is_empty();
        Ok(Response::new(reply))
    }

    async fn list_pay_adjustments(
        &self,
        request: Request<pb::ListPayAdjustmentsRequest>,
    ) -> Result<Response<pb::ListPayAdjustmentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let period = fields.member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.period],
        )?;
        let mut tx = self.db.begin_read().await?;
        let filter = Filter { period: Some(period), ..Default::default() };
        let mut rows = store::consequence::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let ids: Vec<&str> = rows.iter().map(|it| it.proposal.person.as_str()).collect();
        let persons = store::person::named(&mut tx, district, &ids).await?;
        let mut pay_adjustments = Vec::new();
        for it in rows.iter().filter(|it| it.stands()) {
            let person = &it.proposal.person;
            let (display_name, external_id) = persons.get(person).cloned().unwrap_or_default();
            for effect in it.effects().iter().filter(|effect| effect.pays()) {
                pay_adjustments.push(pb::PayAdjustment {
                    consequence: it.name(district),
                    person: PERSON.format(&[district, person]),
                    external_id: external_id.clone().unwrap_or_default(),
                    display_name: display_name.clone(),
                    unit: convert::unit(district, &it.proposal.unit),
                    kind: effect.kind as i32,
                    percent: effect.percent.map(decimal::to_proto),
                });
            }
        }
        Ok(Response::new(pb::ListPayAdjustmentsResponse { pay_adjustments, next_page_token }))
    }
}

/// What of a consequence is in force on a day: what hinders a purpose, and what speaks for the person.
pub(super) fn in_force(
    district: &str,
    it: &Consequence,
    purpose: Purpose,
    day: jiff::civil::Date,
) -> (Vec<pb::EffectInForce>, Vec<pb::EffectInForce>) {
    let (mut hindrances, mut preferences) = (Vec::new(), Vec::new());
    for (effect, start, end) in it.in_force(day) {
        let told = pb::EffectInForce {
            consequence: it.name(district),
            rule: consequence_rule::NAME.format(&[district, &it.proposal.rule]),
            effect: Some(effect_to_proto(effect)),
            start_date: Some(date::to_proto(start)),
            end_date: Some(date::to_proto(end)),
        };
        if hinders(purpose, effect.kind) {
            hindrances.push(told);
        } else if effect.kind == EffectKind::Preference {
            preferences.push(told);
        }
    }
    (hindrances, preferences)
}

/// What a rule calls for over the periods that end with this one.
async fn called(
    tx: &mut Tx,
    district: &str,
    rule: &ConsequenceRule,
    period: &str,
) -> kit::Result<Vec<Proposal>> {
    let untold = || {
        let message = format!("{period} has no period before it that its id tells");
        Error::invalid("period", "PERIOD_FORMAT", message)
    };
    let Condition::Count(count) = &rule.condition else {
        let periods = period::back(period, rule.periods()).ok_or_else(untold)?;
        let window = Window::exact(periods);
        let facts = fact::facts(tx, district, &window).await?;
        let gated = fact::gates(tx, district, &window).await?.into_keys().collect();
        return Ok(proposals(rule, window.ids(), &facts, &gated));
    };
    let window = Window::until(period, count.periods).ok_or_else(untold)?;
    let current = Window::until(period, 1).ok_or_else(untold)?;
    let found = match count.counted {
        Counted::Award | Counted::RedFlag | Counted::YellowCard => {
            fact::distinctions(tx, district, &window).await?
        }
        Counted::Veto | Counted::Bar => {
            let facts = fact::facts(tx, district, &window).await?;
            gated(rule, &facts, &fact::gates(tx, district, &window).await?)
        }
        Counted::PositiveEntry => fact::entries(tx, district, &window, Side::Positive).await?,
        Counted::NegativeEntry => fact::entries(tx, district, &window, Side::Negative).await?,
    };
    Ok(counted(rule, count, (&window, &current), &found))
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Consequence> {
    let filter = Filter { sequence: Some(convert::sequence(name)?), ..Default::default() };
    let found = store::consequence::list(tx, name.id("district"), &filter, None).await?.pop();
    found.ok_or_else(|| name.not_found())
}

async fn take_step(
    tx: &mut Tx,
    district: &str,
    kind: &'static str,
    stepped: Consequence,
) -> kit::Result<pb::Consequence> {
    let stepped = [stepped];
    store::consequence::take_steps(tx, district, &stepped).await?;
    Ok(tell(tx, district, kind, &stepped[0]))
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &Consequence) -> pb::Consequence {
    let reply = convert::to_proto(district, it);
    change::append(tx, district, kind, &reply.name, Resource::Consequence(reply.clone()));
    reply
}
