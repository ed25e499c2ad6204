//! Pools over the wire, and the screening of persons.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use prost::Message as _;
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::pool_service_server::PoolService;
use proto::cadre::v1::screen_persons_request::By;
use tonic::{Request, Response, Status};

use super::definition::{Listed, Told};
use super::{DISTRICT, PERSON, Rpc, UNIT, criteria, recusal, shown};
use crate::criteria::{Criteria, Outcome};
use crate::definition::Definition;
use crate::person::Person;
use crate::pool::{Contents, Kind, NAME, Pool};
use crate::store;
use crate::store::person::candidate::{self, Candidates};
use crate::training_post::{self, TrainingPost};

/// Persons looked at in one go.
const CHUNK: i64 = 500;

#[tonic::async_trait]
impl PoolService for Rpc {
    async fn get_pool(
        &self,
        request: Request<pb::GetPoolRequest>,
    ) -> Result<Response<pb::Pool>, Status> {
        let request = request.into_inner();
        Ok(Response::new(self.definition::<pb::Pool>(&request.name).await?))
    }

    async fn list_pools(
        &self,
        request: Request<pb::ListPoolsRequest>,
    ) -> Result<Response<pb::ListPoolsResponse>, Status> {
        let request = request.into_inner();
        let listed = Listed::all(&request.parent, request.page_size, &request.page_token);
        let listed = Listed { narrowed: request.kind.to_string(), ..listed };
        let label = |fields: &mut Fields, _: &str| {
            let kind: Option<Kind> = fields.optional_choice("kind", request.kind);
            kind.map(|it| (it as i64).to_string())
        };
        let (pools, next_page_token) = self.definitions(listed, label).await?;
        Ok(Response::new(pb::ListPoolsResponse { pools, next_page_token }))
    }

    async fn batch_update_pools(
        &self,
        request: Request<pb::BatchUpdatePoolsRequest>,
    ) -> Result<Response<pb::BatchUpdatePoolsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn screen_persons(
        &self,
        request: Request<pb::ScreenPersonsRequest>,
    ) -> Result<Response<pb::ScreenPersonsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let (mut pool, mut post, mut asked) = (None, None, Criteria::default());
        match &request.by {
            Some(By::Pool(name)) => pool = Some(fields.member("pool", &NAME, name, district)),
            Some(By::TrainingPost(name)) => {
                post = Some(fields.member("training_post", &training_post::NAME, name, district));
            }
            Some(By::Criteria(given)) => {
                asked = criteria::read(&mut fields, "criteria", Some(given), district);
            }
            None => fields.violation(
                "by",
                "REQUIRED",
                "name a pool or a training post, or give criteria",
            ),
        }
        let day = fields.date("date", &request.date);
        let unit = fields.optional_member("unit", &UNIT, &request.unit, district);
        let member_of = fields.optional_member("member_of", &NAME, &request.member_of, district);
        fields.check()?;
        let by = pb::ScreenPersonsRequest { by: request.by.clone(), ..Default::default() };
        let by = by.encode_to_vec().iter().map(|it| format!("{it:02x}")).collect::<String>();
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &by,
                &shown(Some(day)),
                &request.unit,
                &request.passing_only,
                &request.member_of,
            ],
        )?;

        let mut tx = self.db.begin_read().await?;
        if let Some(pool) = pool {
            let found = store::definition::find(&mut tx, district, &pool).await?;
            let found: Pool = found
                .ok_or_else(|| kit::Error::not_found("pool", NAME.format(&[district, &pool])))?;
            asked = found.contents.criteria;
        }
        if let Some(post) = post {
            let name = training_post::NAME.format(&[district, &post]);
            let found = store::definition::find(&mut tx, district, &post).await?;
            let found: TrainingPost =
                found.ok_or_else(|| kit::Error::not_found("training_post", name))?;
            asked = found.contents.criteria;
        }
        let about = Candidates {
            district,
            passing: request.passing_only.then_some(&asked),
            unit: unit.as_deref(),
            pool: member_of.as_deref().map(|pool| (pool, day)),
        };
        let mut after = page.after().unwrap_or_default().to_owned();
        let mut found: Vec<(Person, Vec<Outcome>)> = Vec::new();
        // Passing persons may be rare among those looked at; a page is filled all the same.
        while (found.len() as i64) < page.limit() {
            let limit = if request.passing_only { CHUNK } else { page.limit() };
            let persons = candidate::list(&mut tx, &about, &after, limit).await?;
            let Some(last) = persons.last() else { break };
            after.clone_from(&last.id);
            let is_last = (persons.len() as i64) < limit;
            let mut outcomes = criteria::check(&mut tx, district, &asked, &persons, day).await?;
            for person in persons {
                let outcomes = outcomes.remove(&person.id).unwrap_or_default();
                if !request.passing_only || outcomes.iter().all(|it| it.passed) {
                    found.push((person, outcomes));
                }
            }
            if is_last {
                break;
            }
        }
        let next_page_token = page.cut(&mut found, |(person, _)| person.id.clone());
        recusal::leave_out(&mut tx, district, &mut found, |(person, _)| &person.id).await?;
        let screening = |(person, outcomes): &(Person, Vec<Outcome>)| pb::PersonScreening {
            person: PERSON.format(&[district, &person.id]),
            display_name: person.display_name.clone(),
            external_id: person.external_id.clone().unwrap_or_default(),
            passed: outcomes.iter().all(|it| it.passed),
            outcomes: criteria::outcomes_to_proto(outcomes),
        };
        let screenings = found.iter().map(screening).collect();
        Ok(Response::new(pb::ScreenPersonsResponse { screenings, next_page_token }))
    }
}

impl Told for pb::Pool {
    type Contents = Contents;

    const EVENTS: [&'static str; 2] = ["saima.cadre.v1.PoolCreated", "saima.cadre.v1.PoolUpdated"];

    fn read(fields: &mut Fields, at: &str, given: &Self, district: &str) -> Contents {
        let asked = given.criteria.as_ref();
        Contents {
            display_name: fields.text(
                format_args!("{at}.display_name"),
                &given.display_name,
                1..=200,
            ),
            kind: fields.choice(format_args!("{at}.kind"), given.kind),
            field: fields.text(format_args!("{at}.field"), &given.field, 0..=40),
            criteria: criteria::read(fields, &format!("{at}.criteria"), asked, district),
            description: fields.paragraph(
                format_args!("{at}.description"),
                &given.description,
                0..=2000,
            ),
        }
    }

    fn of(district: &str, pool: &Definition<Contents>) -> Self {
        let contents = &pool.contents;
        Self {
            name: NAME.format(&[district, &pool.id]),
            display_name: contents.display_name.clone(),
            kind: contents.kind as i32,
            field: contents.field.clone(),
            criteria: Some(criteria::to_proto(district, &contents.criteria)),
            description: contents.description.clone(),
            create_time: Some(clock::to_proto(pool.create_time)),
            update_time: Some(clock::to_proto(pool.update_time)),
            etag: etag::of(pool.revision),
        }
    }

    fn told(self) -> (String, Resource) {
        (self.name.clone(), Resource::Pool(self))
    }
}
