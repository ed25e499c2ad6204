//! The political-quality archive over the wire. What is sealed leaves by `get_political_archive`
//! alone, after the read is on record.

use jiff::Timestamp;
use kit::clock;
use kit::field::{self, Fields};
use kit::name::Pattern;
use kit::page::Page;
use kit::request_id::Once;
use kit::secret::Personal;
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::political_record_service_server::PoliticalRecordService;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERIOD, PERSON, Rpc, change, recusal};
use crate::access_ticket;
use crate::political_record::{
    Kind, NAME, READ, Read, Record, Sealed, Verdict, check_ticket, vetoed,
};
use crate::store;

const FILED: &str = "saima.cadre.v1.PoliticalRecordFiled";

/// How archives are named.
static ARCHIVE: Pattern =
    Pattern::new("political archive", "districts/{district}/persons/{person}/politicalArchive");

#[tonic::async_trait]
impl PoliticalRecordService for Rpc {
    async fn list_political_records(
        &self,
        request: Request<pb::ListPoliticalRecordsRequest>,
    ) -> Result<Response<pb::ListPoliticalRecordsResponse>, Status> {
        let request = request.into_inner();
        let parent = PERSON.parse("parent", &request.parent)?;
        let (district, person) = (parent.id("district"), parent.id("person"));
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &parent).await?;
        let mut rows =
            store::political_record::list(&mut tx, district, person, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let political_records = rows.iter().map(|it| closed(district, person, it)).collect();
        Ok(Response::new(pb::ListPoliticalRecordsResponse { political_records, next_page_token }))
    }

    async fn create_political_record(
        &self,
        request: Request<pb::CreatePoliticalRecordRequest>,
    ) -> Result<Response<pb::PoliticalRecord>, Status> {
        let request = request.into_inner();
        let given = field::required("political_record", request.political_record.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &PERSON, &request.parent);
        let (district, person) = (parent.id("district"), parent.id("person"));
        let period = &given.period;
        let mut new = Record {
            sequence: 0,
            kind: fields.choice("political_record.kind", given.kind),
            period: fields.member("political_record.period", &PERIOD, period, district),
            recorder: fields.text("political_record.recorder", &given.recorder, 1..=100),
            create_time: Timestamp::UNIX_EPOCH,
        };
        let contents = fields.paragraph("political_record.contents", &given.contents, 1..=10_000);
        let verdict: Option<Verdict> = match new.kind {
            Kind::Checklist if given.verdict != 0 => {
                let message = "a checklist has none";
                fields.violation("political_record.verdict", "NO_RATING", message);
                None
            }
            Kind::Checklist => None,
            Kind::Forward | Kind::Reverse => {
                Some(fields.choice("political_record.verdict", given.verdict))
            }
        };
        fields.check()?;
        let once = Once::new(district, "CreatePoliticalRecord", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let known = store::person::named(&mut tx, district, &[person]).await?;
        known.get(person).ok_or_else(|| parent.not_found())?;
        new.create_time = tx.now();
        let sealed = Sealed { contents: Personal::new(contents), verdict };
        let keys = &self.keys;
        store::political_record::insert(&mut tx, keys, district, person, &mut new, &sealed).await?;
        let reply = closed(district, person, &new);
        let resource = Resource::PoliticalRecord(reply.clone());
        change::append(&mut tx, district, FILED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn get_political_archive(
        &self,
        request: Request<pb::GetPoliticalArchiveRequest>,
    ) -> Result<Response<pb::PoliticalArchive>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &ARCHIVE, &request.name);
        let (district, person) = (name.id("district"), name.id("person"));
        let ticket = fields.member("ticket", &access_ticket::NAME, &request.ticket, district);
        let reader = fields.text("reader", &request.reader, 1..=100);
        fields.check()?;

        let mut tx = self.db.begin_write().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let number = ticket.parse().unwrap_or_default();
        let ticket = store::access_ticket::find(&mut tx, district, number).await?;
        check_ticket(ticket.as_ref(), person, &reader, tx.now())?;
        let opened = store::political_record::open(&mut tx, &self.keys, district, person).await?;
        let mut read = Read {
            sequence: 0,
            person: person.to_owned(),
            ticket: Some(number),
            reader,
            count: opened.len() as i64,
            create_time: tx.now(),
        };
        store::political_record::insert_read(&mut tx, district, &mut read).await?;
        tx.commit().await?;
        let political_records = opened.into_iter().map(|(record, sealed)| {
            let known = closed(district, person, &record);
            match sealed {
                None => pb::PoliticalRecord { erased: true, ..known },
                Some(sealed) => pb::PoliticalRecord {
                    verdict: sealed.verdict.map_or(0, |it| it as i32),
                    contents: sealed.contents.into_revealed(),
                    ..known
                },
            }
        });
        Ok(Response::new(pb::PoliticalArchive {
            name: name.as_str().to_owned(),
            political_records: political_records.collect(),
        }))
    }

    async fn check_political_veto(
        &self,
        request: Request<pb::CheckPoliticalVetoRequest>,
    ) -> Result<Response<pb::CheckPoliticalVetoResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("person", &PERSON, &request.person);
        let reader = fields.text("reader", &request.reader, 1..=100);
        fields.check()?;
        let (district, person) = (name.id("district"), name.id("person"));

        let mut tx = self.db.begin_write().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let known = store::person::named(&mut tx, district, &[person]).await?;
        known.get(person).ok_or_else(|| name.not_found())?;
        let opened = store::political_record::open(&mut tx, &self.keys, district, person).await?;
        let mut read = Read {
            sequence: 0,
            person: person.to_owned(),
            ticket: None,
            reader,
            count: opened.len() as i64,
            create_time: tx.now(),
        };
        store::political_record::insert_read(&mut tx, district, &mut read).await?;
        tx.commit().await?;
        Ok(Response::new(pb::CheckPoliticalVetoResponse { vetoed: vetoed(&opened) }))
    }

    async fn list_political_reads(
        &self,
        request: Request<pb::ListPoliticalReadsRequest>,
    ) -> Result<Response<pb::ListPoliticalReadsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let person = fields.optional_member("person", &PERSON, &request.person, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.person],
        )?;
        let mut tx = self.db.begin_read().await?;
        let person = person.as_deref();
        let mut rows = store::political_record::reads(&mut tx, district, person, &page).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        recusal::leave_out(&mut tx, district, &mut rows, |it| &it.person).await?;
        let political_reads = rows.iter().map(|it| pb::PoliticalRead {
            name: READ.format(&[district, &it.sequence.to_string()]),
            person: PERSON.format(&[district, &it.person]),
            ticket: it
                .ticket
                .map(|ticket| access_ticket::NAME.format(&[district, &ticket.to_string()]))
                .unwrap_or_default(),
            reader: it.reader.clone(),
            record_count: i32::try_from(it.count).unwrap_or(i32::MAX),
            create_time: Some(clock::to_proto(it.create_time)),
        });
        let political_reads = political_reads.collect();
        Ok(Response::new(pb::ListPoliticalReadsResponse { political_reads, next_page_token }))
    }
}

/// A record without what is sealed of it.
fn closed(district: &str, person: &str, it: &Record) -> pb::PoliticalRecord {
    pb::PoliticalRecord {
        name: NAME.format(&[district, person, &it.sequence.to_string()]),
        kind: it.kind as i32,
        period: PERIOD.format(&[district, &it.period]),
        recorder: it.recorder.clone(),
        create_time: Some(clock::to_proto(it.create_time)),
        ..Default::default()
    }
}
