//! Trainings over the wire.

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::{self, Fields};
use kit::name::Name;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::training_service_server::TrainingService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, UNIT, change, position};
use crate::store;
use crate::store::training::Filter;
use crate::training::{NAME, Training};

const CREATED: &str = "saima.cadre.v1.TrainingCreated";

/// The most topics of one training.
const TOPICS: usize = 20;

#[tonic::async_trait]
impl TrainingService for Rpc {
    async fn get_training(
        &self,
        request: Request<pb::GetTrainingRequest>,
    ) -> Result<Response<pb::Training>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        Ok(Response::new(to_proto(name.id("district"), &found)))
    }

    async fn list_trainings(
        &self,
        request: Request<pb::ListTrainingsRequest>,
    ) -> Result<Response<pb::ListTrainingsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            sequences: None,
            mentor: None,
            kind: fields.optional_choice("kind", request.kind),
            from: fields.optional_date("from_date", &request.from_date),
        };
        fields.check()?;
        let from = filter.from.map(|it| it.to_string()).unwrap_or_default();
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.kind, &from],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::training::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let trainings = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListTrainingsResponse { trainings, next_page_token }))
    }

    async fn create_training(
        &self,
        request: Request<pb::CreateTrainingRequest>,
    ) -> Result<Response<pb::Training>, Status> {
        let request = request.into_inner();
        let given = field::required("training", request.training.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let mut training = read(&mut fields, district, given);
        training.check(&mut fields);
        fields.check()?;
        let once = Once::new(district, "CreateTraining", &request.request_id, &request)?;
        self.registry.check_district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        if let Some(mentor) = &training.mentor {
            let known = store::person::named(&mut tx, district, &[mentor.as_str()]).await?;
            if known.is_empty() {
                let message = format!("there is no person {}", given.mentor);
                return Err(Error::invalid("training.mentor", "UNKNOWN_PERSON", message).into());
            }
        }
        training.create_time = tx.now();
        store::training::insert(&mut tx, district, &mut training).await?;
        let reply = to_proto(district, &training);
        let resource = Resource::Training(reply.clone());
        change::append(&mut tx, district, CREATED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The training of a name.
pub(super) async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Training> {
    let sequence = position(name)?;
    let found = store::training::find(tx, name.id("district"), sequence).await?;
    found.ok_or_else(|| name.not_found())
}

fn read(fields: &mut Fields, district: &str, given: &pb::Training) -> Training {
    fields.number("training.topics", given.topics.len(), 0..=TOPICS);
    let topics = given.topics.iter().take(TOPICS).enumerate();
    let topics = topics
        .map(|(at, it)| fields.text(format_args!("training.topics[{at}]"), it, 1..=40))
        .collect();
    let start = fields.date("training.start_date", &given.start_date);
    let end = fields.optional_date("training.end_date", &given.end_date).unwrap_or(start);
    Training {
        sequence: 0,
        kind: fields.choice("training.kind", given.kind),
        title: fields.text("training.title", &given.title, 1..=100),
        content: fields.paragraph("training.content", &given.content, 0..=2000),
        topics,
        start,
        end,
        organiser: fields.text("training.organiser", &given.organiser, 1..=100),
        unit: fields.optional_member("training.unit", &UNIT, &given.unit, district),
        mentor: fields.optional_member("training.mentor", &PERSON, &given.mentor, district),
        places: fields.number("training.places", given.places, 0..=10_000),
        create_time: Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn to_proto(district: &str, it: &Training) -> pb::Training {
    pb::Training {
        name: it.name(district),
        kind: it.kind as i32,
        title: it.title.clone(),
        content: it.content.clone(),
        topics: it.topics.clone(),
        start_date: Some(date::to_proto(it.start)),
        end_date: Some(date::to_proto(it.end)),
        organiser: it.organiser.clone(),
        unit: it.unit.as_ref().map(|id| UNIT.format(&[district, id])).unwrap_or_default(),
        mentor: it.mentor.as_ref().map(|id| PERSON.format(&[district, id])).unwrap_or_default(),
        places: it.places,
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
