//! What is held about a person, over the wire.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, clock, date, json};
use proto::cadre::v1 as pb;
use proto::cadre::v1::person_export_service_server::PersonExportService;
use serde_json::Value;
use tonic::{Request, Response, Status};

use super::{PERSON, Rpc, recusal};
use super::{
    appraisal_report, archive, commitment, commitment_fact, conduct_entry, consequence, enrolment,
    growth, member, nominee, person, placement, placement_report, pool_member, remark, training,
};
use crate::distinction::Held;
use crate::growth::distinction;
use crate::person_export::{WITHHELD, without_others};
use crate::store;

/// The nouns, in their order.
const NOUNS: [&str; 18] = [
    "Person",
    "PersonRevision",
    "ArchiveEntry",
    "Commitment",
    "ConductEntry",
    "Consequence",
    "Enrolment",
    "AppraisalReport",
    "Placement",
    "PlacementReport",
    "Member",
    "PoolMember",
    "Nominee",
    "GrowthEntry",
    "ResultGate",
    "CommitmentFact",
    "Remark",
    "Training",
];
/// More than anybody's archive holds.
const MOST: i64 = 100_000;

#[tonic::async_trait]
impl PersonExportService for Rpc {
    async fn list_person_data(
        &self,
        request: Request<pb::ListPersonDataRequest>,
    ) -> Result<Response<pb::ListPersonDataResponse>, Status> {
        let request = request.into_inner();
        let name = PERSON.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let after = page.after().and_then(|it| it.split_once(' '));
        let after = after.and_then(|(noun, count)| Some((noun.parse().ok()?, count.parse().ok()?)));
        let (first, passed): (usize, usize) = after.unwrap_or_default();
        let district = name.id("district");
        let zone = self.registry.zone(district).await?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let about = About { rpc: self, district, id: name.id("person"), zone };
        let mut rows = Vec::new();
        // No more than one noun of one person is held at a time.
        for (noun, kind) in NOUNS.into_iter().enumerate().skip(first) {
            let records = about.records(&mut tx, kind).await?;
            if noun == 0 && records.is_empty() {
                return Err(name.not_found().into());
            }
            let passed = if noun == first { passed } else { 0 };
            let room = page.limit() as usize - rows.len();
            for (at, record) in records.into_iter().enumerate().skip(passed).take(room) {
                rows.push((noun, at + 1, datum(kind, record, name.as_str())?));
            }
            if rows.len() == page.limit() as usize {
                break;
            }
        }
        let next_page_token = page.cut(&mut rows, |(noun, count, _)| format!("{noun} {count}"));
        let withheld = WITHHELD.map(|(subject, reason, ask)| pb::WithheldData {
            subject: subject.to_owned(),
            reason: reason.to_owned(),
            ask: ask.to_owned(),
        });
        Ok(Response::new(pb::ListPersonDataResponse {
            person_data: rows.into_iter().map(|(_, _, it)| it).collect(),
            next_page_token,
            withheld: withheld.into(),
        }))
    }
}

/// Whose records are read.
struct About<'a> {
    rpc: &'a Rpc,
    district: &'a str,
    id: &'a str,
    zone: TimeZone,
}

impl About<'_> {
    /// The records of one noun, from the oldest on.
    async fn records(&self, tx: &mut Tx, noun: &str) -> kit::Result<Vec<Value>> {
        let Self { district, id, zone, .. } = self;
        let (district, id) = (*district, *id);
        let whose = || Some(id.to_owned());
        let name = format!("saima.cadre.v1.{noun}");
        macro_rules! told {
            ($rows:expr, $tell:expr) => {
                $rows.iter().map(|it| json::value(&name, &$tell(it))).collect()
            };
        }
        match noun {
            "Person" => {
                let found = store::person::find(tx, district, id).await?;
                told!(found, person::to_proto)
            }
            "PersonRevision" => self.revisions(tx).await,
            "ArchiveEntry" => {
                let person = Some(id);
                let filter = store::archive::Filter {
                    district,
                    person,
                    period: None,
                    after: None,
                    limit: MOST,
                };
                told!(store::archive::list(tx, &filter).await?, archive::to_proto)
            }
            "Commitment" => {
                let filter = store::commitment::Filter { person: whose(), ..Default::default() };
                let found = store::commitment::list(tx, district, &filter, None).await?;
                told!(found, |it| commitment::convert::to_proto(district, it))
            }
            "ConductEntry" => {
                let filter = store::conduct_entry::Filter { person: whose(), ..Default::default() };
                let found = store::conduct_entry::list(tx, district, &filter, None).await?;
                told!(found, |it| conduct_entry::convert::to_proto(district, it))
            }
            "Consequence" => {
                let filter = store::consequence::Filter { person: whose(), ..Default::default() };
                let found = store::consequence::list(tx, district, &filter, None).await?;
                told!(found, |it| consequence::convert::to_proto(district, it))
            }
            "Enrolment" => {
                let filter = store::enrolment::Filter { training: None, person: whose() };
                let found = store::enrolment::list(tx, district, &filter, None).await?;
                told!(found, |it| enrolment::to_proto(district, it))
            }
            "AppraisalReport" => {
                let found = store::appraisal_report::list(tx, district, id, None, None).await?;
                told!(found, |it| appraisal_report::to_proto(district, id, it))
            }
            "Placement" => {
                let today = tx.now().to_zoned(zone.clone()).date();
                let filter = store::placement::Filter { person: whose(), ..Default::default() };
                let found = store::placement::list(tx, district, &filter, None).await?;
                told!(found, |it| placement::convert::to_proto(district, it, today))
            }
            "PlacementReport" => {
                let filter = store::placement::Filter { person: whose(), ..Default::default() };
                let placed = store::placement::list(tx, district, &filter, None).await?;
                let placed: Vec<i64> = placed.iter().map(|it| it.sequence).collect();
                let days = (Date::MIN, Date::MAX);
                let found = store::placement_report::of(tx, district, &placed, days).await?;
                told!(found, |it| placement_report::to_proto(district, it, zone))
            }
            "Member" => {
                let filter = store::member::Filter { person: whose(), ..Default::default() };
                let found = store::member::list(tx, district, &filter, None).await?;
                told!(found, |it| member::to_proto(district, it))
            }
            "PoolMember" => {
                let filter = store::pool_member::Filter { person: whose(), ..Default::default() };
                let found = store::pool_member::list(tx, district, &filter, None).await?;
                told!(found, |it| pool_member::to_proto(district, it))
            }
            "Nominee" => {
                let found = store::nominee::of_person(tx, district, id).await?;
                told!(found, |it| nominee::convert::to_proto(district, it))
            }
            // Of what the timeline shows, what is no record of its own here.
            "GrowthEntry" => {
                let found = store::distinction::of_person(tx, district, id).await?;
                let entry = |it: &_| {
                    let told = growth::to_proto(&distinction(it));
                    let mut value = json::value(&name, &told)?;
                    value["name"] = told.source.into();
                    Ok(value)
                };
                found.iter().map(entry).collect()
            }
            "ResultGate" => {
                let found = store::distinction::gates_of_person(tx, district, id).await?;
                told!(found, gate)
            }
            "CommitmentFact" => {
                let found = store::commitment_fact::of_person(tx, district, id).await?;
                told!(found, |it| commitment_fact::to_proto(district, it))
            }
            "Remark" => {
                // What was held back is nobody's to read, for what it says of whomever.
                let filter =
                    store::remark::Filter { person: whose(), shown: true, ..Default::default() };
                let found = store::remark::list(tx, district, &filter, None).await?;
                told!(found, |it| remark::to_proto(district, it))
            }
            "Training" => {
                let filter = store::training::Filter { mentor: whose(), ..Default::default() };
                let found = store::training::list(tx, district, &filter, None).await?;
                told!(found, |it| training::to_proto(district, it))
            }
            _ => Err(Error::internal(format!("{noun} is no noun of an export"))),
        }
    }

    async fn revisions(&self, tx: &mut Tx) -> kit::Result<Vec<Value>> {
        let Self { rpc, district, id, .. } = self;
        let (mut all, mut token) = (Vec::new(), String::new());
        loop {
            let page = Page::parse(1000, &token, &[])?;
            let mut rows =
                store::person::revision::list(tx, &rpc.keys, district, id, &page).await?;
            token = page.cut(&mut rows, |it| it.revision.to_string());
            for it in rows {
                let told = person::revision(it)?;
                let mut value = json::value("saima.cadre.v1.PersonRevision", &told)?;
                let name = format!("districts/{district}/persons/{id}/revisions/{}", told.revision);
                value["name"] = name.into();
                all.push(value);
            }
            if token.is_empty() {
                return Ok(all);
            }
        }
    }
}

fn gate(it: &Held) -> pb::ResultGate {
    pb::ResultGate {
        name: it.source.clone(),
        kind: it.kind as i32,
        title: it.line.clone(),
        period_end_date: Some(date::to_proto(it.period_end)),
        standing: it.stands,
        create_time: Some(clock::to_proto(it.create_time)),
    }
}

/// A record as it is exported.
fn datum(noun: &str, mut record: Value, own: &str) -> kit::Result<pb::PersonDatum> {
    without_others(&mut record, own);
    let text = |field: &str| record.get(field).and_then(Value::as_str);
    let time = text("createTime").map(str::parse::<Timestamp>).transpose();
    Ok(pb::PersonDatum {
        noun: noun.to_owned(),
        source: text("name").unwrap_or_default().to_owned(),
        record_time: time.map_err(Error::internal)?.map(clock::to_proto),
        json: record.to_string(),
    })
}
