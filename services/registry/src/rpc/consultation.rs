//! Consultations.

use kit::field::{self, Fields};
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::consultation_service_server::ConsultationService;
use tonic::{Request, Response, Status};

use super::{Rpc, members};
use crate::consultation::{Consultation, Contents};
use crate::definition::{Collection, Contents as _};
use crate::rpc::revision;
use crate::{consultation, district, scheme, store, unit};

const OPENED: &str = "saima.registry.v1.ConsultationOpened";
const CLOSED: &str = "saima.registry.v1.ConsultationClosed";

/// Everything a consultation names.
const NAMED: [Collection; 2] = [Collection::Scheme, Collection::Unit];

#[tonic::async_trait]
impl ConsultationService for Rpc {
    async fn get_consultation(
        &self,
        request: Request<pb::GetConsultationRequest>,
    ) -> Result<Response<pb::Consultation>, Status> {
        let name = consultation::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let consultation = store::consultation::get(&mut tx, &name).await?;
        Ok(Response::new(consultation.into()))
    }

    async fn list_consultations(
        &self,
        request: Request<pb::ListConsultationsRequest>,
    ) -> Result<Response<pb::ListConsultationsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let scheme = fields.optional_member("scheme", &scheme::NAME, &request.scheme, district);
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.scheme],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut all =
            store::consultation::list(&mut tx, district, scheme.as_deref(), &page).await?;
        let next_page_token = page.cut(&mut all, |it| it.id.clone());
        let consultations = all.into_iter().map(pb::Consultation::from).collect();
        Ok(Response::new(pb::ListConsultationsResponse { consultations, next_page_token }))
    }

    async fn create_consultation(
        &self,
        request: Request<pb::CreateConsultationRequest>,
    ) -> Result<Response<pb::Consultation>, Status> {
        let request = request.into_inner();
        let given = field::required("consultation", request.consultation.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let id = fields.id("consultation_id", &request.consultation_id);
        let contents = contents(&mut fields, given, district);
        fields.check()?;
        let once = Once::new(district, "CreateConsultation", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let known = store::definition::known(&mut tx, district, NAMED).await?;
        let mut fields = Fields::default();
        known.check(&mut fields, "consultation", &contents.references());
        fields.check()?;
        let draft = scheme::NAME.parse("consultation.scheme", &given.scheme)?;
        store::scheme::get(&mut tx, &draft).await?.refuse_enacted()?;
        let consultation = Consultation::new(district, id, contents, tx.now());
        store::consultation::save(&mut tx, &consultation).await?;
        let resource = Resource::Consultation;
        let reply = revision::append_one(&mut tx, "", OPENED, consultation, resource).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn close_consultation(
        &self,
        request: Request<pb::CloseConsultationRequest>,
    ) -> Result<Response<pb::Consultation>, Status> {
        let request = request.into_inner();
        let name = consultation::NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "CloseConsultation", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut consultation = store::consultation::get(&mut tx, &name).await?;
        etag::check(&request.etag, consultation.revision, name.as_str())?;
        let now = tx.now();
        consultation.step(now, |it| it.close(now))?;
        store::consultation::save(&mut tx, &consultation).await?;
        let resource = Resource::Consultation;
        let reply = revision::append_one(&mut tx, "", CLOSED, consultation, resource).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Consultation> for pb::Consultation {
    fn from(consultation: Consultation) -> Self {
        let name = consultation.name();
        let Consultation { district, uid, contents, create_time, update_time, revision, .. } =
            consultation;
        let unit = |id: &String| unit::NAME.format(&[&district, id]);
        Self {
            name,
            uid,
            scheme: scheme::NAME.format(&[&district, &contents.scheme]),
            units: contents.units.iter().map(unit).collect(),
            due_date: Some(date::to_proto(contents.due_date)),
            binding: contents.binding,
            close_time: contents.close_time.map(clock::to_proto),
            comment_count: contents.comments,
            answered_count: contents.answered,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, given: &pb::Consultation, district: &str) -> Contents {
    let units = "consultation.units";
    Contents {
        scheme: fields.member("consultation.scheme", &scheme::NAME, &given.scheme, district),
        units: members(fields, units, &unit::NAME, &given.units, district, 1..=1000),
        due_date: fields.date("consultation.due_date", &given.due_date),
        binding: given.binding,
        close_time: None,
        comments: 0,
        answered: 0,
    }
}
