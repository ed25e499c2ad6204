//! Persons over the wire.

mod draft;
mod import;
mod posting;

use kit::db::Tx;
use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::secret::Keyring;
use kit::{Error, clock, date, etag};
use prost::Message as _;
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::person_service_server::PersonService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, UNIT, archive, bounded, change, recusal};
use crate::person::{Person, name_key};
use crate::store;
use crate::store::person::revision::Revision;
use draft::{Change, Draft, check_all_free};
use posting::Given;

const CREATED: &str = "saima.cadre.v1.PersonCreated";
const UPDATED: &str = "saima.cadre.v1.PersonUpdated";

#[tonic::async_trait]
impl PersonService for Rpc {
    async fn get_person(
        &self,
        request: Request<pb::GetPersonRequest>,
    ) -> Result<Response<pb::Person>, Status> {
        let name = PERSON.parse("name", &request.into_inner().name)?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let found = store::person::find(&mut tx, name.id("district"), name.id("person")).await?;
        Ok(Response::new(to_proto(&found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_persons(
        &self,
        request: Request<pb::ListPersonsRequest>,
    ) -> Result<Response<pb::ListPersonsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let unit = fields.optional_member("unit", &UNIT, &request.unit, district);
        let external_id = fields.text("external_id", &request.external_id, 0..=64);
        let query = name_key::query(&fields.text("query", &request.query, 0..=100));
        let rank = fields.optional_choice("rank", request.rank);
        let born_from = fields.optional_date("born_from", &request.born_from);
        let born_until = fields.optional_date("born_until", &request.born_until);
        fields.check()?;
        let shown = |day: Option<jiff::civil::Date>| day.map(date::to_text).unwrap_or_default();
        let (from, until) = (shown(born_from), shown(born_until));
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.unit,
                &request.external_id,
                &query,
                &request.rank,
                &from,
                &until,
            ],
        )?;
        let filter = store::person::Filter {
            district,
            unit: unit.as_deref(),
            external_id: Some(external_id.as_str()).filter(|it| !it.is_empty()),
            query: Some(query.as_str()).filter(|it| !it.is_empty()),
            rank,
            born_from,
            born_until,
        };
        let mut tx = self.db.begin_read().await?;
        let mut persons = store::person::list(&mut tx, &filter, &page).await?;
        let next_page_token = page.cut(&mut persons, |person| person.id.clone());
        recusal::leave_out(&mut tx, district, &mut persons, |it| &it.id).await?;
        let persons = persons.iter().map(to_proto).collect();
        Ok(Response::new(pb::ListPersonsResponse { persons, next_page_token }))
    }

    async fn create_person(
        &self,
        request: Request<pb::CreatePersonRequest>,
    ) -> Result<Response<pb::Person>, Status> {
        let request = request.into_inner();
        let given = field::required("person", request.person.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let draft = Draft::read(&mut fields, "person", given);
        let postings = Given::one(&mut fields, district, "person", &given.postings);
        fields.check()?;
        let once = Once::new(district, "CreatePerson", &request.request_id, &request)?;
        self.registry.check_district(district).await?;
        postings.check_units(&self.registry, district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let units = postings.check_heads(&mut tx, district, &[]).await?;
        draft.check_free(&mut tx, district).await?;
        let person = draft.person(&tx, district, postings.rows.concat());
        store::person::insert(&mut tx, std::slice::from_ref(&person)).await?;
        let reply =
            tell(&mut tx, &self.keys, CREATED, "", std::slice::from_ref(&person)).await?.remove(0);
        archive::file(&mut tx, district, &units).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn batch_create_persons(
        &self,
        request: Request<pb::BatchCreatePersonsRequest>,
    ) -> Result<Response<pb::BatchCreatePersonsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let given = bounded(&mut fields, "persons", &request.persons);
        let drafts = given.iter().enumerate();
        let drafts: Vec<Draft> = drafts
            .map(|(row, given)| Draft::read(&mut fields, &format!("persons[{row}]"), given))
            .collect();
        let postings = Given::many(&mut fields, district, given);
        fields.check()?;
        let once = Once::new(district, "BatchCreatePersons", &request.request_id, &request)?;
        self.registry.check_district(district).await?;
        postings.check_units(&self.registry, district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let units = postings.check_heads(&mut tx, district, &[]).await?;
        check_all_free(&mut tx, district, &drafts).await?;
        let rows = drafts.into_iter().zip(postings.rows.iter().cloned());
        let persons: Vec<Person> =
            rows.map(|(draft, postings)| draft.person(&tx, district, postings)).collect();
        store::person::insert(&mut tx, &persons).await?;
        let persons = tell(&mut tx, &self.keys, CREATED, "", &persons).await?;
        archive::file(&mut tx, district, &units).await?;
        let reply = pb::BatchCreatePersonsResponse { persons };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_person(
        &self,
        request: Request<pb::UpdatePersonRequest>,
    ) -> Result<Response<pb::Person>, Status> {
        let request = request.into_inner();
        let given = field::required("person", request.person.as_ref())?;
        let mut fields = Fields::default();
        let name = fields.name("person.name", &PERSON, &given.name);
        let district = name.id("district");
        let mask = &request.update_mask;
        let change = Change::read(&mut fields, district, "person", mask, given)?;
        let reason = fields.text("reason", &request.reason, 0..=500);
        fields.check()?;
        if let Some(postings) = &change.postings {
            postings.check_units(&self.registry, district).await?;
        }

        let mut tx = self.db.begin_write().await?;
        let units = match &change.postings {
            Some(postings) => postings.check_heads(&mut tx, district, &[name.id("person")]).await?,
            None => Vec::new(),
        };
        let found = store::person::find(&mut tx, district, name.id("person")).await?;
        let mut person = found.ok_or_else(|| name.not_found())?;
        etag::check(&given.etag, person.revision, name.as_str())?;
        if person.is_erased() {
            let message = "was erased, and is nobody any more";
            return Err(Error::precondition("ERASED", name.as_str(), message).into());
        }
        change.check_free(&mut tx, &person).await?;
        let before = person.revision;
        if !change.apply(&tx, &mut person) {
            return Ok(Response::new(to_proto(&person)));
        }
        if !store::person::update(&mut tx, &person, before).await? {
            return Err(Error::Conflict { name: given.name.clone() }.into());
        }
        let reply = tell(&mut tx, &self.keys, UPDATED, &reason, std::slice::from_ref(&person))
            .await?
            .remove(0);
        archive::file(&mut tx, district, &units).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn import_persons(
        &self,
        request: Request<pb::ImportPersonsRequest>,
    ) -> Result<Response<pb::ImportPersonsResponse>, Status> {
        let request = request.into_inner();
        let validate_only = request.validate_only;
        match self.import(request).await {
            Err(Error::Invalid(found)) if validate_only => {
                let problem = |it: kit::Violation| pb::ImportProblem {
                    field: it.field,
                    reason: it.reason.to_owned(),
                    message: it.message,
                };
                let problems = found.into_iter().map(problem).collect();
                Ok(Response::new(pb::ImportPersonsResponse { problems, ..Default::default() }))
            }
            outcome => Ok(Response::new(outcome?)),
        }
    }

    async fn list_person_revisions(
        &self,
        request: Request<pb::ListPersonRevisionsRequest>,
    ) -> Result<Response<pb::ListPersonRevisionsResponse>, Status> {
        let request = request.into_inner();
        let name = PERSON.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let (district, person) = (name.id("district"), name.id("person"));
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        store::person::find(&mut tx, district, person).await?.ok_or_else(|| name.not_found())?;
        let mut rows =
            store::person::revision::list(&mut tx, &self.keys, district, person, &page).await?;
        let next_page_token = page.cut(&mut rows, |it| it.revision.to_string());
        let revisions = rows.into_iter().map(revision).collect::<kit::Result<_>>()?;
        Ok(Response::new(pb::ListPersonRevisionsResponse { revisions, next_page_token }))
    }
}

/// A record after a change on the wire.
pub(super) fn revision(it: Revision) -> kit::Result<pb::PersonRevision> {
    let person = it.payload.as_deref().map(pb::Person::decode);
    Ok(pb::PersonRevision {
        revision: it.revision,
        erased: person.is_none(),
        person: person.transpose().map_err(Error::internal)?,
        reason: it.reason,
        create_time: Some(clock::to_proto(it.create_time)),
    })
}

/// Appends the events to the feed, keeps the records and yields them on the wire. All are of one
/// district.
async fn tell(
    tx: &mut Tx,
    keys: &Keyring,
    kind: &'static str,
    reason: &str,
    persons: &[Person],
) -> kit::Result<Vec<pb::Person>> {
    let replies: Vec<pb::Person> = persons.iter().map(to_proto).collect();
    let mut revisions = Vec::with_capacity(persons.len());
    for (person, reply) in persons.iter().zip(&replies) {
        let resource = Resource::Person(reply.clone());
        change::append(tx, &person.district, kind, &reply.name, resource);
        revisions.push(Revision {
            person: person.id.clone(),
            revision: person.revision,
            payload: Some(reply.encode_to_vec()),
            reason: reason.to_owned(),
            create_time: person.update_time,
        });
    }
    if let Some(first) = persons.first() {
        store::person::revision::insert(tx, keys, &first.district, &revisions).await?;
    }
    Ok(replies)
}

/// A person on the wire.
pub(super) fn to_proto(person: &Person) -> pb::Person {
    let district = &person.district;
    pb::Person {
        name: PERSON.format(&[district, &person.id]),
        display_name: person.display_name.clone(),
        external_id: person.external_id.clone().unwrap_or_default(),
        birth_date: person.basics.birth.map(date::to_proto),
        education: person.basics.education.map_or(0, |it| it as i32),
        rank: person.basics.rank.map_or(0, |it| it as i32),
        rank_date: person.basics.rank_since.map(date::to_proto),
        entry_kind: person.basics.entry.map_or(0, |it| it as i32),
        skills: person.basics.skills.clone(),
        postings: person.postings.iter().map(|it| posting::to_proto(district, it)).collect(),
        create_time: Some(clock::to_proto(person.create_time)),
        update_time: Some(clock::to_proto(person.update_time)),
        etag: etag::of(person.revision),
    }
}
