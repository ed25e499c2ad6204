//! Commitments over the wire.

pub(super) mod convert;
mod create;
mod step;

use kit::db::Tx;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{date, guard};
use proto::cadre::v1 as pb;
use proto::cadre::v1::change::Resource;
use proto::cadre::v1::commitment_service_server::CommitmentService;
use proto::cadre::v1::review_commitment_request::Decision;
use tonic::{Request, Response, Status};

use super::{DISTRICT, PERSON, Rpc, UNIT, change, position};
use crate::commitment::owed::owed;
use crate::commitment::{Commitment, NAME, State, Verdict};
use crate::store;
use crate::store::commitment::Filter;
pub(super) use convert::milestones_to_proto;
use step::Asked;

const MADE: &str = "saima.cadre.v1.CommitmentMade";
const REVIEWED: &str = "saima.cadre.v1.CommitmentReviewed";
const REVISED: &str = "saima.cadre.v1.CommitmentRevised";
const GRADED: &str = "saima.cadre.v1.CommitmentGraded";
const PUBLISHED: &str = "saima.cadre.v1.CommitmentPublished";
const CONCLUDED: &str = "saima.cadre.v1.CommitmentConcluded";

#[tonic::async_trait]
impl CommitmentService for Rpc {
    async fn get_commitment(
        &self,
        request: Request<pb::GetCommitmentRequest>,
    ) -> Result<Response<pb::Commitment>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        guard::for_unit(name.id("district"), &found.made.unit)?;
        Ok(Response::new(convert::to_proto(name.id("district"), &found)))
    }

    async fn list_commitments(
        &self,
        request: Request<pb::ListCommitmentsRequest>,
    ) -> Result<Response<pb::ListCommitmentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            person: fields.optional_member("person", &PERSON, &request.person, district),
            unit: fields.optional_member("unit", &UNIT, &request.unit, district),
            year: year(&mut fields, request.year),
            state: fields.optional_choice("state", request.state),
            ..Default::default()
        };
        fields.check()?;
        guard::only_own(district, filter.unit.as_deref())?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.person, &request.unit, &request.year, &request.state],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::commitment::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let commitments = rows.iter().map(|it| convert::to_proto(district, it)).collect();
        Ok(Response::new(pb::ListCommitmentsResponse { commitments, next_page_token }))
    }

    async fn list_owed_commitments(
        &self,
        request: Request<pb::ListOwedCommitmentsRequest>,
    ) -> Result<Response<pb::ListOwedCommitmentsResponse>, Status> {
        let request = request.into_inner();
        let parent = DISTRICT.parse("parent", &request.parent)?;
        let district = parent.id("district");
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let zone = self.registry.zone(district).await?;

        let mut tx = self.db.begin_read().await?;
        let today = tx.now().to_zoned(zone).date();
        let after = page.after().unwrap_or_default();
        let mut heads =
            store::headship::heads(&mut tx, district, today, after, page.limit()).await?;
        let next_page_token = page.cut(&mut heads, |it| it.unit.clone());
        let persons: Vec<&str> = heads.iter().map(|it| it.person.as_str()).collect();
        let made = store::commitment::areas(&mut tx, district, today.year(), &persons).await?;
        let names = store::person::named(&mut tx, district, &persons).await?;
        let owed = owed(&heads, &made, today).into_iter().map(|it| pb::OwedCommitment {
            display_name: names.get(&it.person).cloned().unwrap_or_default().0,
            person: PERSON.format(&[district, &it.person]),
            unit: UNIT.format(&[district, &it.unit]),
            areas: it.areas.iter().map(|area| *area as i32).collect(),
            occasion: it.occasion as i32,
            due_date: Some(date::to_proto(it.due)),
            late: it.late,
        });
        let owed_commitments = owed.collect();
        Ok(Response::new(pb::ListOwedCommitmentsResponse { owed_commitments, next_page_token }))
    }

    async fn batch_create_commitments(
        &self,
        request: Request<pb::BatchCreateCommitmentsRequest>,
    ) -> Result<Response<pb::BatchCreateCommitmentsResponse>, Status> {
        Ok(Response::new(self.create_commitments(request.into_inner()).await?))
    }

    async fn review_commitment(
        &self,
        request: Request<pb::ReviewCommitmentRequest>,
    ) -> Result<Response<pb::Commitment>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let state = match fields.choice::<Decision>("decision", request.decision) {
            Decision::Approve => State::Approved,
            Decision::Return | Decision::Unspecified => State::Returned,
        };
        let step = convert::step(&mut fields, state, ("reviewer", &request.reviewer));
        let step = convert::because(&mut fields, step, &request.reason);
        let asked = Asked::new("ReviewCommitment", REVIEWED, &request, &request.name)
            .once(&request.request_id)
            .etag(&request.etag);
        let from = [State::Submitted];
        Ok(Response::new(self.step_commitment(fields, asked, step, &from, |_, _| Ok(())).await?))
    }

    async fn revise_commitment(
        &self,
        request: Request<pb::ReviseCommitmentRequest>,
    ) -> Result<Response<pb::Commitment>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let text = convert::text(
            &mut fields,
            "",
            (&request.title, &request.content, &request.target),
            &request.milestones,
        );
        let step = convert::step(&mut fields, State::Submitted, ("account", &request.account));
        let asked = Asked::new("ReviseCommitment", REVISED, &request, &request.name)
            .once(&request.request_id)
            .etag(&request.etag);
        let revise = |it: &mut Commitment, district: &str| {
            guard::for_unit(district, &it.made.unit)?;
            let mut fields = Fields::default();
            convert::check_year(&mut fields, "", &text, it.made.year);
            fields.check()?;
            it.texts.push(text.clone());
            Ok(())
        };
        let from = [State::Returned];
        Ok(Response::new(self.step_commitment(fields, asked, step, &from, revise).await?))
    }

    async fn grade_commitment(
        &self,
        request: Request<pb::GradeCommitmentRequest>,
    ) -> Result<Response<pb::Commitment>, Status> {
        Ok(Response::new(self.grade(request.into_inner()).await?))
    }

    async fn publish_commitment(
        &self,
        request: Request<pb::PublishCommitmentRequest>,
    ) -> Result<Response<pb::Commitment>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let step = convert::step(&mut fields, State::Published, ("account", &request.account));
        let asked = Asked::new("PublishCommitment", PUBLISHED, &request, &request.name)
            .once(&request.request_id);
        let from = [State::Approved, State::Concluded];
        Ok(Response::new(self.step_commitment(fields, asked, step, &from, |_, _| Ok(())).await?))
    }

    async fn conclude_commitment(
        &self,
        request: Request<pb::ConcludeCommitmentRequest>,
    ) -> Result<Response<pb::Commitment>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let verdict: Verdict = fields.choice("verdict", request.verdict);
        let step = convert::step(&mut fields, State::Concluded, ("decider", &request.decider));
        let mut step = convert::because(&mut fields, step, &request.reason);
        step.verdict = Some(verdict);
        let asked = Asked::new("ConcludeCommitment", CONCLUDED, &request, &request.name)
            .once(&request.request_id)
            .etag(&request.etag);
        let from = [State::Published];
        let check = |it: &mut Commitment, district: &str| it.check_facts(district);
        Ok(Response::new(self.step_commitment(fields, asked, step, &from, check).await?))
    }
}

/// A calendar year that may be left out.
pub(super) fn year(fields: &mut Fields, given: i32) -> Option<i16> {
    let year = i16::try_from(given).ok().filter(|it| (1..=9999).contains(it));
    if given != 0 && year.is_none() {
        fields.violation("year", "OUT_OF_RANGE", format!("must be 1 to 9999, is {given}"));
    }
    year
}

/// The commitment of a name.
pub(super) async fn find(tx: &mut Tx, name: &Name) -> kit::Result<Commitment> {
    let sequence = position(name)?;
    let found = store::commitment::find(tx, name.id("district"), sequence).await?;
    found.ok_or_else(|| name.not_found())
}

fn tell(tx: &mut Tx, district: &str, kind: &'static str, it: &Commitment) -> pb::Commitment {
    let reply = convert::to_proto(district, it);
    change::append(tx, district, kind, &reply.name, Resource::Commitment(reply.clone()));
    reply
}
