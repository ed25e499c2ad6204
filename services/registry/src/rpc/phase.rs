//! Phases.

use std::collections::BTreeSet;

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::phase_service_server::PhaseService;
use tonic::{Request, Response, Status};

use super::{Rpc, known, optional_id, rows, texts};
use crate::phase::{Contents, Phase};
use crate::rpc::revision;
use crate::store::phase::Filter;
use crate::{definition, district, phase, store};

const CREATED: &str = "saima.registry.v1.PhaseCreated";
const UPDATED: &str = "saima.registry.v1.PhaseUpdated";

#[tonic::async_trait]
impl PhaseService for Rpc {
    async fn get_phase(
        &self,
        request: Request<pb::GetPhaseRequest>,
    ) -> Result<Response<pb::Phase>, Status> {
        let name = phase::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let phase = store::phase::get(&mut tx, &name).await?;
        Ok(Response::new(phase.into()))
    }

    async fn list_phases(
        &self,
        request: Request<pb::ListPhasesRequest>,
    ) -> Result<Response<pb::ListPhasesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter { campaign: optional_id(&mut fields, "campaign", &request.campaign) };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.campaign],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut phases = store::phase::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut phases, |it| it.id.clone());
        let phases = phases.into_iter().map(pb::Phase::from).collect();
        Ok(Response::new(pb::ListPhasesResponse { phases, next_page_token }))
    }

    async fn batch_update_phases(
        &self,
        request: Request<pb::BatchUpdatePhasesRequest>,
    ) -> Result<Response<pb::BatchUpdatePhasesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let rows = rows(
            &mut fields,
            "phases",
            &request.phases,
            district,
            |it| (&it.name, &it.etag),
            contents,
        );
        fields.check()?;
        let once = Once::new(district, "BatchUpdatePhases", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let present = store::phase::of(&mut tx, district, &definition::ids(&rows)).await?;
        let known = known(&mut tx, district, &rows).await?;
        let batch = definition::merge("phases", district, present, rows, known, &reason, tx.now())?;
        let reply = pb::BatchUpdatePhasesResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        store::phase::save(&mut tx, batch.written()).await?;
        let campaigns: BTreeSet<_> = batch.written().map(|it| &*it.contents.campaign).collect();
        if !campaigns.is_empty() {
            let all = store::phase::of_campaigns(&mut tx, district, &campaigns).await?;
            phase::check_overlap(all)?;
        }
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        let written = batch.told(CREATED, UPDATED);
        revision::append(&mut tx, district, &reason, written, Resource::Phase).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Phase> for pb::Phase {
    fn from(phase: Phase) -> Self {
        let name = phase.name();
        let Phase { uid, contents, create_time, update_time, revision, .. } = phase;
        Self {
            name,
            uid,
            display_name: contents.display_name,
            campaign: contents.campaign,
            start_date: Some(date::to_proto(contents.start_date)),
            end_date: Some(date::to_proto(contents.end_date)),
            duties: contents.duties,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Phase, _: &str) -> Contents {
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        campaign: fields.id(format_args!("{at}.campaign"), &given.campaign),
        start_date: fields.date(format_args!("{at}.start_date"), &given.start_date),
        end_date: fields.date(format_args!("{at}.end_date"), &given.end_date),
        duties: texts(fields, format_args!("{at}.duties"), &given.duties, 50),
    }
}
