//! Rectifications.

mod convert;

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::{Db, Tx};
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, date, guard};
use prost::Message;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::rectification_service_server::RectificationService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, inbox};
use crate::district::{self, District, UNIT};
use crate::document::NAME as DOCUMENT;
use crate::follow::message;
use crate::follow::trigger::Judge;
use crate::inbox::Kind as NoteKind;
use crate::letter::NAME as LETTER;
use crate::rectification::{Asking, NAME, Place, Rectification, Step, Title, Way, check_due};
use crate::store;
use crate::store::rectification::Filter;
use crate::trigger::{Heard, Trigger};
use convert::{evidence, shown, whole};

const PLANNED: &str = "saima.notification.v1.RectificationPlanned";
const REPORTED: &str = "saima.notification.v1.RectificationReported";
const REVIEWED: &str = "saima.notification.v1.RectificationReviewed";
const ESCALATED: &str = "saima.notification.v1.RectificationEscalated";

/// Those that are looked at in one transaction.
const BATCH: i64 = 200;

/// Speaks to the next level about what is late in a district, a batch of it.
pub(crate) async fn escalate(db: &Db, district: &District, way: &Way<'_>) -> kit::Result<()> {
    let mut tx = db.begin_write().await?;
    store::head::lock(&mut tx, &district.id).await?;
    let (now, today) = (tx.now(), district.day(tx.now()));
    let late = store::rectification::late(&mut tx, &district.id, today, BATCH).await?;
    let mut moved = Vec::new();
    for mut it in late {
        if let Some(step) = it.escalate(today, now)? {
            moved.push((it, step));
        }
    }
    let waiting = store::trigger::waiting(&mut tx, &district.id, ESCALATED).await?;
    let titles = titles(&mut tx, &district.id, &moved).await?;
    let mut drafts = Vec::new();
    for (it, step) in &mut moved {
        // A trigger of the district that takes this one writes in its own words.
        if is_taken(&waiting, it, step)? {
            continue;
        }
        let Some(title) = titles.get(&it.place) else { continue };
        match it.supervision(step, title, way) {
            Ok(draft) => drafts.push(draft),
            Err(vacancy) => step.text = vacancy.to_owned(),
        }
    }
    store::rectification::save(&mut tx, &moved).await?;
    super::document::issue(&mut tx, district, drafts).await?;
    for (it, step) in moved {
        tell(&mut tx, ESCALATED, whole(it, vec![step]));
    }
    tx.commit().await
}

/// True when the condition of a trigger that waits for escalations holds for this one.
fn is_taken(waiting: &[Trigger], it: &Rectification, step: &Step) -> kit::Result<bool> {
    if waiting.is_empty() {
        return Ok(false);
    }
    let told = whole(it.clone(), vec![step.clone()]);
    let name = told.name.clone();
    let change = pb::Change { resource: Some(Resource::Rectification(told)), ..Default::default() };
    let facts = message::facts(&Heard {
        kind: ESCALATED.to_owned(),
        name,
        time: step.create_time,
        trace_parent: String::new(),
        payload: change.encode_to_vec(),
    })?;
    Ok(waiting.iter().any(|trigger| Judge::of(trigger).holds(&facts)))
}

/// The subjects of what asked for rectifications, and the names of who owes them.
async fn titles(
    tx: &mut Tx,
    district: &str,
    of: &[(Rectification, Step)],
) -> kit::Result<HashMap<Place, Title>> {
    let (mut letters, mut documents) = (Vec::new(), Vec::new());
    for (it, _) in of {
        match it.place.asking() {
            Asking::Letter(letter) => letters.push(letter),
            Asking::Document(document, _) => documents.push(document),
        }
    }
    let letters = store::letter::titles(tx, district, &letters).await?;
    let documents = store::document::titles(tx, district, &documents).await?;
    let title = |(it, _): &(Rectification, Step)| {
        let title = match it.place.asking() {
            Asking::Letter(letter) => letters.get(&letter),
            Asking::Document(document, recipient) => documents.get(&(document, recipient)),
        };
        Some((it.place, title?.clone()))
    };
    Ok(of.iter().filter_map(title).collect())
}

#[tonic::async_trait]
impl RectificationService for Rpc {
    async fn get_rectification(
        &self,
        request: Request<pb::GetRectificationRequest>,
    ) -> Result<Response<pb::Rectification>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, place) = (name.id("district"), place(&name)?);
        let mut tx = self.db.begin_read().await?;
        let found = store::rectification::get(&mut tx, district, place).await?;
        let found = found.ok_or_else(|| name.not_found())?;
        guard::for_unit(district, &found.recipient)?;
        let steps = store::rectification::steps(&mut tx, district, place).await?;
        Ok(Response::new(whole(found, steps)))
    }

    async fn list_rectifications(
        &self,
        request: Request<pb::ListRectificationsRequest>,
    ) -> Result<Response<pb::ListRectificationsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let by = match DOCUMENT.read(&request.letter) {
            Some(_) => &DOCUMENT,
            None => &LETTER,
        };
        let letter = fields.optional_member("letter", by, &request.letter, district);
        let filter = Filter {
            recipient: fields.optional_member("recipient", &UNIT, &request.recipient, district),
            state: fields.optional_choice("state", request.state),
            places: letter.map(|_| Place::asked_by(&request.letter)),
        };
        fields.check()?;
        guard::only_own(district, filter.recipient.as_deref())?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.recipient, &request.state, &request.letter],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::rectification::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.place.number().to_string());
        let rectifications = found.into_iter().map(shown).collect();
        Ok(Response::new(pb::ListRectificationsResponse { rectifications, next_page_token }))
    }

    async fn list_overdue(
        &self,
        request: Request<pb::ListOverdueRequest>,
    ) -> Result<Response<pb::ListOverdueResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let after = page.after().and_then(|it| it.split_once(' '));
        let after = after.and_then(|(due, letter)| Some((due.to_owned(), letter.parse().ok()?)));
        let district = self.registry.district(parent.id("district")).await?;
        let mut tx = self.db.begin_read().await?;
        let today = district.day(tx.now());
        let mut found =
            store::rectification::overdue(&mut tx, &district.id, today, after, page.limit())
                .await?;
        let key =
            |it: &Rectification| format!("{} {}", date::to_text(it.due_date), it.place.number());
        let next_page_token = page.cut(&mut found, key);
        let rectifications = found.into_iter().map(shown).collect();
        Ok(Response::new(pb::ListOverdueResponse { rectifications, next_page_token }))
    }

    async fn get_ageing(
        &self,
        request: Request<pb::GetAgeingRequest>,
    ) -> Result<Response<pb::Ageing>, Status> {
        let parent = district::NAME.parse("parent", &request.get_ref().parent)?;
        let district = self.registry.district(parent.id("district")).await?;
        let mut tx = self.db.begin_read().await?;
        let today = district.day(tx.now());
        let found = store::rectification::ageing(&mut tx, &district.id, today).await?;
        Ok(Response::new(found.into()))
    }

    async fn submit_plan(
        &self,
        request: Request<pb::SubmitPlanRequest>,
    ) -> Result<Response<pb::Rectification>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let text = fields.paragraph("text", &request.text, 1..=4000);
        let due = fields.date("due_date", &request.due_date);
        fields.check()?;
        let place = place(&name)?;
        let district = self.registry.district(name.id("district")).await?;
        let plan = |it: &mut Rectification, now| {
            check_due("due_date", due, district.day(now))?;
            it.plan(text.clone(), due, now)
        };
        let (method, id) = ("SubmitPlan", request.request_id.clone());
        self.step(&district.id, place, (method, &id, &request), PLANNED, plan).await
    }

    async fn report_rectification(
        &self,
        request: Request<pb::ReportRectificationRequest>,
    ) -> Result<Response<pb::Rectification>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let text = fields.paragraph("text", &request.text, 1..=4000);
        let evidence = evidence(&mut fields, &request.evidence);
        fields.check()?;
        let place = place(&name)?;
        let report = |it: &mut Rectification, now| it.report(text.clone(), evidence.clone(), now);
        let (method, id) = ("ReportRectification", request.request_id.clone());
        let district = name.id("district");
        self.step(district, place, (method, &id, &request), REPORTED, report).await
    }

    async fn review_rectification(
        &self,
        request: Request<pb::ReviewRectificationRequest>,
    ) -> Result<Response<pb::Rectification>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let text = fields.paragraph("text", &request.text, 1..=2000);
        let returned = returned(&mut fields, &request);
        fields.check()?;
        let place = place(&name)?;
        let district = self.registry.district(name.id("district")).await?;
        let review = |it: &mut Rectification, now| {
            if let Some(due) = returned {
                check_due("due_date", due, district.day(now))?;
            }
            it.review(returned, text.clone(), now)
        };
        let (method, id) = ("ReviewRectification", request.request_id.clone());
        self.step(&district.id, place, (method, &id, &request), REVIEWED, review).await
    }
}

impl Rpc {
    /// Takes one step of a rectification, once.
    async fn step(
        &self,
        district: &str,
        place: Place,
        (method, request_id, request): (&'static str, &str, &impl Message),
        kind: &'static str,
        decide: impl Fn(&mut Rectification, jiff::Timestamp) -> kit::Result<Step>,
    ) -> Result<Response<pb::Rectification>, Status> {
        let once = Once::new(district, method, request_id, request)?;
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::rectification::get(&mut tx, district, place).await?;
        let absent = || {
            let name = NAME.format(&[district, &place.to_string()]);
            Error::not_found("rectification", name)
        };
        let mut found = found.ok_or_else(absent)?;
        guard::for_unit(district, &found.recipient)?;
        let step = decide(&mut found, tx.now())?;
        if let Some(text) = Rectification::review_note(&step) {
            let (unit, source) = ((district, found.recipient.as_str()), found.name());
            inbox::note(&mut tx, unit, NoteKind::RectificationReviewed, &source, text).await?;
        }
        store::rectification::save(&mut tx, &[(found.clone(), step)]).await?;
        let steps = store::rectification::steps(&mut tx, district, place).await?;
        let reply = whole(found, steps);
        tell(&mut tx, kind, reply.clone());
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The place that a name ends in: NOT_FOUND when the service never gave out such a name.
fn place(name: &Name) -> kit::Result<Place> {
    Place::of(name.id("rectification")).ok_or_else(|| name.not_found())
}

/// The new due date of what is sent back; none of what is accepted.
fn returned(fields: &mut Fields, request: &pb::ReviewRectificationRequest) -> Option<Date> {
    match (request.accepted, &request.due_date) {
        (true, None) => None,
        (true, Some(_)) => {
            fields.violation("due_date", "NOT_ALLOWED", "is for what is sent back");
            None
        }
        (false, due) => Some(fields.date("due_date", due)),
    }
}

fn tell(tx: &mut Tx, kind: &'static str, it: pb::Rectification) {
    let (name, district) = (it.name.clone(), district::of(&it.name).to_owned());
    change::append(tx, &district, kind, &name, Resource::Rectification(it));
}

impl From<crate::rectification::Ageing> for pb::Ageing {
    fn from(it: crate::rectification::Ageing) -> Self {
        let [awaiting_plan_count, under_way_count, reported_count, closed_count] = it.states;
        let [overdue_week_count, overdue_month_count, overdue_longer_count] = it.overdue;
        Self {
            awaiting_plan_count,
            under_way_count,
            reported_count,
            closed_count,
            overdue_week_count,
            overdue_month_count,
            overdue_longer_count,
        }
    }
}
