//! Enrolments over the wire.

use std::collections::{BTreeMap, BTreeSet};

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::enrolment_service_server::EnrolmentService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, change, training};
use crate::enrolment::{self, Enrolment, NAME, Outcome, Presence};
use crate::store;
use crate::store::enrolment::Filter;
use crate::training::{Kind, NAME as TRAINING};

const ENROLLED: &str = "saima.cadre.v1.EnrolmentMade";
const ATTENDED: &str = "saima.cadre.v1.EnrolmentAttended";
const CONCLUDED: &str = "saima.cadre.v1.EnrolmentConcluded";

/// The most rows of one request.
const BATCH: usize = 1000;

#[tonic::async_trait]
impl EnrolmentService for Rpc {
    async fn list_enrolments(
        &self,
        request: Request<pb::ListEnrolmentsRequest>,
    ) -> Result<Response<pb::ListEnrolmentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let all = request.parent.strip_suffix("/trainings/-");
        let parent = match all {
            Some(district) => fields.name("parent", &DISTRICT, district),
            None => fields.name("parent", &TRAINING, &request.parent),
        };
        let district = parent.id("district");
        let person = fields.optional_member("person", &PERSON, &request.person, district);
        if all.is_some() && person.is_none() {
            fields.violation("person", "REQUIRED", "must be given for all trainings");
        }
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.person],
        )?;
        let mut tx = self.db.begin_read().await?;
        let training = match all {
            Some(_) => None,
            None => Some(training::find(&mut tx, &parent).await?.sequence),
        };
        let filter = Filter { training, person };
        let mut rows = store::enrolment::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let enrolments = rows.iter().map(|it| to_proto(district, it)).collect();
        Ok(Response::new(pb::ListEnrolmentsResponse { enrolments, next_page_token }))
    }

    async fn batch_create_enrolments(
        &self,
        request: Request<pb::BatchCreateEnrolmentsRequest>,
    ) -> Result<Response<pb::BatchCreateEnrolmentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &TRAINING, &request.parent);
        let district = parent.id("district");
        let rows = request.persons.iter().map(String::as_str);
        let persons = persons(&mut fields, district, "persons", "", rows);
        fields.check()?;
        let once = Once::new(district, "BatchCreateEnrolments", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::enrolment::lock(&mut tx, district).await?;
        let training = training::find(&mut tx, &parent).await?;
        let filter = Filter { training: Some(training.sequence), person: None };
        let enrolled = store::enrolment::list(&mut tx, district, &filter, None).await?;
        let there: BTreeSet<&str> = enrolled.iter().map(|it| it.person.as_str()).collect();
        let ids: Vec<&str> = persons.iter().map(String::as_str).collect();
        let known = store::person::named(&mut tx, district, &ids).await?;
        let mut fields = Fields::default();
        for (row, id) in ids.iter().enumerate() {
            let (reason, message) = if !known.contains_key(*id) {
                ("UNKNOWN_PERSON", "there is no such person")
            } else if there.contains(id) {
                ("ENROLLED", "is enrolled already")
            } else if training.mentor.as_deref() == Some(id) {
                ("OWN_MENTOR", "is the mentor")
            } else {
                continue;
            };
            fields.violation(format_args!("persons[{row}]"), reason, message);
        }
        fields.check()?;
        let count = enrolled.len() + ids.len();
        if training.places > 0 && count > training.places as usize {
            let message = format!("has {} places, {count} would be enrolled", training.places);
            return Err(Error::precondition("NO_PLACE", parent.as_str(), message).into());
        }
        let now = tx.now();
        let enrolment = |person: String| Enrolment {
            sequence: 0,
            training: training.sequence,
            person,
            attendance: BTreeMap::new(),
            outcome: None,
            create_time: now,
        };
        let mut made: Vec<Enrolment> = persons.into_iter().map(enrolment).collect();
        store::enrolment::insert(&mut tx, district, &mut made).await?;
        let enrolments = made.iter().map(|it| tell(&mut tx, district, ENROLLED, it)).collect();
        let reply = pb::BatchCreateEnrolmentsResponse { enrolments };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn record_attendance(
        &self,
        request: Request<pb::RecordAttendanceRequest>,
    ) -> Result<Response<pb::RecordAttendanceResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &TRAINING, &request.parent);
        let district = parent.id("district");
        let day = fields.date("date", &request.date);
        let rows = request.rows.iter().map(|it| it.person.as_str());
        let persons = persons(&mut fields, district, "rows", ".person", rows);
        let records = request.rows.iter().enumerate().map(|(row, it)| {
            let presence: Presence =
                fields.choice(format_args!("rows[{row}].presence"), it.presence);
            (presence, fields.text(format_args!("rows[{row}].note"), &it.note, 0..=200))
        });
        let records: Vec<(Presence, String)> = records.collect();
        fields.check()?;
        let once = Once::new(district, "RecordAttendance", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::enrolment::lock(&mut tx, district).await?;
        let training = training::find(&mut tx, &parent).await?;
        let today = tx.now().to_zoned(zone).date();
        if day < training.start || day > training.end {
            let message = format!("must be {} to {}, is {day}", training.start, training.end);
            return Err(Error::invalid("date", "OUT_OF_TERM", message).into());
        }
        if day > today {
            return Err(Error::invalid("date", "IN_FUTURE", format!("{today} is today")).into());
        }
        let mut enrolled = enrolled(&mut tx, district, training.sequence, &persons).await?;
        for (it, record) in enrolled.iter_mut().zip(records) {
            it.attendance.insert(day, record);
        }
        let of: Vec<&Enrolment> = enrolled.iter().collect();
        store::enrolment::attend(&mut tx, district, day, &of).await?;
        let enrolments = of.iter().map(|it| tell(&mut tx, district, ATTENDED, it)).collect();
        let reply = pb::RecordAttendanceResponse { enrolments };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn record_outcomes(
        &self,
        request: Request<pb::RecordOutcomesRequest>,
    ) -> Result<Response<pb::RecordOutcomesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &TRAINING, &request.parent);
        let district = parent.id("district");
        let rows = request.rows.iter().map(|it| it.person.as_str());
        let persons = persons(&mut fields, district, "rows", ".person", rows);
        let results = request.rows.iter().enumerate().map(|(row, it)| {
            let outcome: Outcome = fields.choice(format_args!("rows[{row}].outcome"), it.outcome);
            let place = fields.number(format_args!("rows[{row}].place"), it.place, 0..=10_000);
            let note = fields.paragraph(format_args!("rows[{row}].note"), &it.note, 0..=500);
            enrolment::Result { outcome, place, note }
        });
        let results: Vec<enrolment::Result> = results.collect();
        fields.check()?;
        let once = Once::new(district, "RecordOutcomes", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::enrolment::lock(&mut tx, district).await?;
        let training = training::find(&mut tx, &parent).await?;
        let mut fields = Fields::default();
        for (row, it) in results.iter().enumerate() {
            if it.place > 0 && training.kind != Kind::Arena {
                let message = "places are taken in an arena";
                fields.violation(format_args!("rows[{row}].place"), "NO_ARENA", message);
            }
        }
        fields.check()?;
        if tx.now().to_zoned(zone).date() < training.start {
            let message = format!("begins on {}", training.start);
            return Err(Error::precondition("NOT_BEGUN", parent.as_str(), message).into());
        }
        let mut enrolled = enrolled(&mut tx, district, training.sequence, &persons).await?;
        for (it, result) in enrolled.iter_mut().zip(results) {
            it.outcome = Some(result);
        }
        let of: Vec<&Enrolment> = enrolled.iter().collect();
        store::enrolment::conclude(&mut tx, district, &of).await?;
        let enrolments = of.iter().map(|it| tell(&mut tx, district, CONCLUDED, it)).collect();
        let reply = pb::RecordOutcomesResponse { enrolments };
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The ids of the persons of 1 to 1000 rows, each once: `OUT_OF_RANGE`, `DUPLICATE`.
fn persons<'a>(
    fields: &mut Fields,
    district: &str,
    rows: &str,
    field: &str,
    given: impl ExactSizeIterator<Item = &'a str>,
) -> Vec<String> {
    fields.number(rows, given.len(), 1..=BATCH);
    let mut seen = BTreeSet::new();
    let given = given.take(BATCH).enumerate();
    let persons = given.map(|(row, name)| {
        let at = format!("{rows}[{row}]{field}");
        if !seen.insert(name) {
            fields.violation(&at, "DUPLICATE", "stands here twice");
        }
        fields.member(&at, &PERSON, name, district)
    });
    persons.collect()
}

/// The enrolments of persons in their order: `NOT_ENROLLED`.
async fn enrolled(
    tx: &mut Tx,
    district: &str,
    training: i64,
    persons: &[String],
) -> kit::Result<Vec<Enrolment>> {
    let filter = Filter { training: Some(training), person: None };
    let found = store::enrolment::list(tx, district, &filter, None).await?;
    let mut by_person: BTreeMap<String, Enrolment> =
        found.into_iter().map(|it| (it.person.clone(), it)).collect();
    let mut fields = Fields::default();
    let mut enrolled = Vec::with_capacity(persons.len());
    for (row, person) in persons.iter().enumerate() {
        match by_person.remove(person) {
            Some(it) => enrolled.push(it),
            None => {
                let message = "is not enrolled";
                fields.violation(format_args!("rows[{row}].person"), "NOT_ENROLLED", message);
            }
        }
    }
    fields.check()?;
    Ok(enrolled)
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &Enrolment) -> pb::Enrolment {
    let reply = to_proto(district, it);
    change::append(tx, district, kind, &reply.name, Resource::Enrolment(reply.clone()));
    reply
}

pub(super) fn to_proto(district: &str, it: &Enrolment) -> pb::Enrolment {
    let training = it.training.to_string();
    let attendance = it.attendance.iter().map(|(day, (presence, note))| pb::Attendance {
        date: Some(date::to_proto(*day)),
        presence: *presence as i32,
        note: note.clone(),
    });
    let outcome = it.outcome.clone();
    pb::Enrolment {
        name: NAME.format(&[district, &training, &it.person]),
        person: PERSON.format(&[district, &it.person]),
        training: TRAINING.format(&[district, &training]),
        attendance: attendance.collect(),
        outcome: outcome.as_ref().map_or(0, |it| it.outcome as i32),
        place: outcome.as_ref().map_or(0, |it| it.place),
        note: outcome.map(|it| it.note).unwrap_or_default(),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
