//! Appraisal reports over the wire.

use jiff::Timestamp;
use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date};
use proto::cadre::v1 as pb;
use proto::cadre::v1::appraisal_report_service_server::AppraisalReportService;
use proto::cadre::v1::change::Resource;
use sha2::{Digest as _, Sha256};
use tonic::{Request, Response, Status};

use super::growth::days;
use super::{PERSON, Rpc, change, position, recusal};
use crate::appraisal_report::{AppraisalReport, NAME, title};
use crate::growth::{Range, counted, report};
use crate::store;

const FILED: &str = "saima.cadre.v1.AppraisalReportFiled";

#[tonic::async_trait]
impl AppraisalReportService for Rpc {
    async fn get_appraisal_report(
        &self,
        request: Request<pb::GetAppraisalReportRequest>,
    ) -> Result<Response<pb::AppraisalReport>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let sequence = Some(position(&name)?);
        let (district, person) = (name.id("district"), name.id("person"));
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        let found =
            store::appraisal_report::list(&mut tx, district, person, sequence, None).await?.pop();
        Ok(Response::new(to_proto(district, person, &found.ok_or_else(|| name.not_found())?)))
    }

    async fn list_appraisal_reports(
        &self,
        request: Request<pb::ListAppraisalReportsRequest>,
    ) -> Result<Response<pb::ListAppraisalReportsResponse>, Status> {
        let request = request.into_inner();
        let parent = PERSON.parse("parent", &request.parent)?;
        let (district, person) = (parent.id("district"), parent.id("person"));
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &parent).await?;
        let mut rows =
            store::appraisal_report::list(&mut tx, district, person, None, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let appraisal_reports = rows.iter().map(|it| to_proto(district, person, it)).collect();
        Ok(Response::new(pb::ListAppraisalReportsResponse { appraisal_reports, next_page_token }))
    }

    async fn create_appraisal_report(
        &self,
        request: Request<pb::CreateAppraisalReportRequest>,
    ) -> Result<Response<pb::AppraisalReport>, Status> {
        let request = request.into_inner();
        let given = field::required("appraisal_report", request.appraisal_report.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &PERSON, &request.parent);
        let at = "appraisal_report.";
        let (start, end) = days(&mut fields, at, &given.start_date, &given.end_date);
        let mut new = AppraisalReport {
            sequence: 0,
            purpose: fields.choice("appraisal_report.purpose", given.purpose),
            start,
            end,
            opinion: fields.paragraph("appraisal_report.opinion", &given.opinion, 1..=4000),
            author: fields.text("appraisal_report.author", &given.author, 1..=100),
            text: String::new(),
            sha256: String::new(),
            create_time: Timestamp::UNIX_EPOCH,
        };
        fields.check()?;
        let (district, person) = (parent.id("district"), parent.id("person"));
        let once = Once::new(district, "CreateAppraisalReport", &request.request_id, &request)?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        new.create_time = tx.now();
        let today = tx.now().to_zoned(zone.clone()).date();
        if end > today {
            let field = "appraisal_report.end_date";
            return Err(Error::invalid(field, "IN_FUTURE", format!("{today} is today")).into());
        }
        let found = store::growth::records(&mut tx, district, person).await?;
        let records = found.ok_or_else(|| parent.not_found())?;
        let entries =
            records.timeline(Range { start: Some(start), end: Some(end), kind: None }, &zone);
        let counts = counted(&entries);
        let (who, purpose) = (&records.person, title(new.purpose));
        new.text = report::text(who, (start, end), purpose, &entries, counts, &new.opinion);
        let digest = Sha256::digest(new.text.as_bytes());
        new.sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        store::appraisal_report::insert(&mut tx, district, person, &mut new).await?;
        let reply = to_proto(district, person, &new);
        let resource = Resource::AppraisalReport(reply.clone());
        change::append(&mut tx, district, FILED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

pub(super) fn to_proto(district: &str, person: &str, it: &AppraisalReport) -> pb::AppraisalReport {
    pb::AppraisalReport {
        name: it.name(district, person),
        purpose: it.purpose as i32,
        start_date: Some(date::to_proto(it.start)),
        end_date: Some(date::to_proto(it.end)),
        opinion: it.opinion.clone(),
        author: it.author.clone(),
        text: it.text.clone(),
        sha256: it.sha256.clone(),
        create_time: Some(clock::to_proto(it.create_time)),
    }
}
