//! Remarks of the public over the wire.

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::remark_service_server::RemarkService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, Rpc, UNIT, change, position};
use crate::commitment;
use crate::evidence::holds_personal_number;
use crate::remark::{NAME, Remark, State, Step};
use crate::store;

const RECEIVED: &str = "saima.cadre.v1.RemarkReceived";
const MODERATED: &str = "saima.cadre.v1.RemarkModerated";
const ANSWERED: &str = "saima.cadre.v1.RemarkAnswered";

#[tonic::async_trait]
impl RemarkService for Rpc {
    async fn get_remark(
        &self,
        request: Request<pb::GetRemarkRequest>,
    ) -> Result<Response<pb::Remark>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        Ok(Response::new(to_proto(name.id("district"), &found)))
    }

    async fn list_remarks(
        &self,
        request: Request<pb::ListRemarksRequest>,
    ) -> Result<Response<pb::ListRemarksResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let on = &request.commitment;
        let on = fields.optional_member("commitment", &commitment::NAME, on, district);
        let filter = store::remark::Filter {
            commitment: on.map(|it| it.parse().unwrap_or_default()),
            state: fields.optional_choice("state", request.state),
            ..Default::default()
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.commitment, &request.state],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::remark::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let remarks = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListRemarksResponse { remarks, next_page_token }))
    }

    async fn create_remark(
        &self,
        request: Request<pb::CreateRemarkRequest>,
    ) -> Result<Response<pb::Remark>, Status> {
        let request = request.into_inner();
        let given = field::required("remark", request.remark.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let on = &given.commitment;
        let on = fields.member("remark.commitment", &commitment::NAME, on, district);
        let mut remark = Remark {
            sequence: 0,
            commitment: on.parse().unwrap_or_default(),
            topic: fields.text("remark.topic", &given.topic, 1..=50),
            text: fields.paragraph("remark.text", &given.text, 1..=1000),
            steps: Vec::new(),
            create_time: Timestamp::UNIX_EPOCH,
        };
        for (field, text) in [("remark.topic", &remark.topic), ("remark.text", &remark.text)] {
            if holds_personal_number(text) {
                let message = "holds a telephone or identity number; leave it out";
                fields.violation(field, "PERSONAL_NUMBER", message);
            }
        }
        fields.check()?;
        let once = Once::new(district, "CreateRemark", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let on = store::commitment::find(&mut tx, district, remark.commitment).await?;
        if on.is_none_or(|it| it.publish_time().is_none()) {
            let message = format!("{} is not published", given.commitment);
            return Err(Error::invalid("remark.commitment", "NOT_PUBLISHED", message).into());
        }
        remark.create_time = tx.now();
        store::remark::insert(&mut tx, district, &mut remark).await?;
        let reply = tell(&mut tx, district, RECEIVED, &remark);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn moderate_remark(
        &self,
        request: Request<pb::ModerateRemarkRequest>,
    ) -> Result<Response<pb::Remark>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let step = Step {
            state: if request.shown { State::Shown } else { State::HeldBack },
            actor: fields.text("moderator", &request.moderator, 1..=100),
            text: fields.paragraph("reason", &request.reason, 1..=500),
            create_time: Timestamp::UNIX_EPOCH,
        };
        fields.check()?;
        let district = name.id("district");
        let once = Once::new(district, "ModerateRemark", &request.request_id, &request)?;
        Ok(Response::new(self.step_remark(&name, &once, MODERATED, step).await?))
    }

    async fn answer_remark(
        &self,
        request: Request<pb::AnswerRemarkRequest>,
    ) -> Result<Response<pb::Remark>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let district = name.id("district");
        let step = Step {
            state: State::Answered,
            actor: fields.member("answering_unit", &UNIT, &request.answering_unit, district),
            text: fields.paragraph("answer", &request.answer, 1..=2000),
            create_time: Timestamp::UNIX_EPOCH,
        };
        fields.check()?;
        let once = Once::new(district, "AnswerRemark", &request.request_id, &request)?;
        Ok(Response::new(self.step_remark(&name, &once, ANSWERED, step).await?))
    }
}

impl Rpc {
    async fn step_remark(
        &self,
        name: &Name,
        once: &Once,
        kind: &'static str,
        step: Step,
    ) -> kit::Result<pb::Remark> {
        let district = name.id("district");
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        store::remark::lock(&mut tx, district).await?;
        let mut found = find(&mut tx, name).await?;
        found.step(district, Step { create_time: tx.now(), ..step })?;
        store::remark::take_step(&mut tx, district, &found).await?;
        let reply = tell(&mut tx, district, kind, &found);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Remark> {
    let sequence = Some(position(name)?);
    let filter = store::remark::Filter { sequence, ..Default::default() };
    let found = store::remark::list(tx, name.id("district"), &filter, None).await?.pop();
    found.ok_or_else(|| name.not_found())
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &Remark) -> pb::Remark {
    let reply = to_proto(district, it);
    change::append(tx, district, kind, &reply.name, Resource::Remark(reply.clone()));
    reply
}

pub(super) fn to_proto(district: &str, it: &Remark) -> pb::Remark {
    let (moderation, answer) = (it.moderation(), it.answer());
    let commitment = it.commitment.to_string();
    pb::Remark {
        name: it.name(district),
        commitment: commitment::NAME.format(&[district, &commitment]),
        topic: it.topic.clone(),
        text: it.text.clone(),
        state: it.state() as i32,
        moderator: moderation.map(|step| step.actor.clone()).unwrap_or_default(),
        reason: moderation.map(|step| step.text.clone()).unwrap_or_default(),
        answer: answer.map(|step| step.text.clone()).unwrap_or_default(),
        answering_unit: answer
            .map(|step| UNIT.format(&[district, &step.actor]))
            .unwrap_or_default(),
        answer_time: answer.map(|step| clock::to_proto(step.create_time)),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
