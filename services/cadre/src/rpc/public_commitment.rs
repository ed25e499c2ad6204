//! What everybody may read. Nothing leaves here that was not published.

use std::collections::HashMap;

use kit::clock;
use kit::field::Fields;
use kit::page::Page;
use proto::cadre::v1 as pb;
use proto::cadre::v1::public_commitment_service_server::PublicCommitmentService;
use tonic::{Request, Response, Status};

use super::commitment::{find, milestones_to_proto, year};
use super::{DISTRICT, Rpc, UNIT};
use crate::commitment::{Commitment, NAME, State};
use crate::remark::Remark;
use crate::store;

#[tonic::async_trait]
impl PublicCommitmentService for Rpc {
    async fn get_published_commitment(
        &self,
        request: Request<pb::GetPublishedCommitmentRequest>,
    ) -> Result<Response<pb::PublishedCommitment>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        let found = find(&mut tx, &name).await?;
        let person = found.made.person.as_str();
        let names = store::person::named(&mut tx, district, &[person]).await?;
        let shown = shown(district, &found, &names).ok_or_else(|| name.not_found())?;
        Ok(Response::new(shown))
    }

    async fn list_published_commitments(
        &self,
        request: Request<pb::ListPublishedCommitmentsRequest>,
    ) -> Result<Response<pb::ListPublishedCommitmentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let filter = store::commitment::Filter {
            unit: fields.optional_member("unit", &UNIT, &request.unit, district),
            year: year(&mut fields, request.year),
            published: true,
            ..Default::default()
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.unit, &request.year],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut rows = store::commitment::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let persons: Vec<&str> = rows.iter().map(|it| it.made.person.as_str()).collect();
        let names = store::person::named(&mut tx, district, &persons).await?;
        let published_commitments =
            rows.iter().filter_map(|it| shown(district, it, &names)).collect();
        let reply = pb::ListPublishedCommitmentsResponse { published_commitments, next_page_token };
        Ok(Response::new(reply))
    }

    async fn list_published_remarks(
        &self,
        request: Request<pb::ListPublishedRemarksRequest>,
    ) -> Result<Response<pb::ListPublishedRemarksResponse>, Status> {
        let request = request.into_inner();
        let parent = NAME.parse("parent", &request.parent)?;
        let district = parent.id("district");
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let on = find(&mut tx, &parent).await?;
        on.publish_time().ok_or_else(|| parent.not_found())?;
        let filter = store::remark::Filter {
            commitment: Some(on.sequence),
            shown: true,
            ..Default::default()
        };
        let mut rows = store::remark::list(&mut tx, district, &filter, Some(&page)).await?;
        let next_page_token = page.cut(&mut rows, |it| it.sequence.to_string());
        let published_remarks = rows.iter().map(|it| remark(district, it)).collect();
        let reply = pb::ListPublishedRemarksResponse { published_remarks, next_page_token };
        Ok(Response::new(reply))
    }
}

/// What everybody sees of a commitment; nothing before it is published.
fn shown(
    district: &str,
    it: &Commitment,
    names: &HashMap<String, (String, Option<String>)>,
) -> Option<pb::PublishedCommitment> {
    let publish_time = it.publish_time()?;
    let text = it.text();
    let grades = it
        .grades()
        .into_iter()
        .map(|it| pb::PublishedGrade { aspect_id: it.aspect.clone(), grade: it.grade.clone() });
    let verdict = it.verdict().filter(|_| it.state() == State::Announced);
    Some(pb::PublishedCommitment {
        name: it.name(district),
        display_name: names.get(&it.made.person).cloned().unwrap_or_default().0,
        unit: UNIT.format(&[district, &it.made.unit]),
        post: it.made.post.clone(),
        year: it.made.year.into(),
        area: it.made.area as i32,
        milestones: milestones_to_proto(&text, &[]),
        title: text.title,
        content: text.content,
        target: text.target,
        grades: grades.collect(),
        verdict: verdict.map_or(0, |it| it as i32),
        publish_time: Some(clock::to_proto(publish_time)),
    })
}

fn remark(district: &str, it: &Remark) -> pb::PublishedRemark {
    let answer = it.answer();
    pb::PublishedRemark {
        name: it.name(district),
        topic: it.topic.clone(),
        text: it.text.clone(),
        answer: answer.map(|step| step.text.clone()).unwrap_or_default(),
        answer_time: answer.map(|step| clock::to_proto(step.create_time)),
    }
}
