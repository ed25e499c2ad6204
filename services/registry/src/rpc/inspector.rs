//! Inspectors.

use std::collections::{HashMap, HashSet};

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::{clock, date, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::inspector_service_server::InspectorService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, optional_id, scheme};
use crate::inspector::{Contents, Inspector};
use crate::store::inspector::Filter;
use crate::{batch, district, inspector, store};

const CREATED: &str = "saima.registry.v1.InspectorCreated";
const UPDATED: &str = "saima.registry.v1.InspectorUpdated";

#[tonic::async_trait]
impl InspectorService for Rpc {
    async fn get_inspector(
        &self,
        request: Request<pb::GetInspectorRequest>,
    ) -> Result<Response<pb::Inspector>, Status> {
        let name = inspector::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let inspector = store::inspector::get(&mut tx, &name).await?;
        Ok(Response::new(inspector.into()))
    }

    async fn list_inspectors(
        &self,
        request: Request<pb::ListInspectorsRequest>,
    ) -> Result<Response<pb::ListInspectorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            series: optional_id(&mut fields, "series", &request.series),
            track: optional_id(&mut fields, "track_id", &request.track_id),
            account: optional_id(&mut fields, "account", &request.account),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.series, &request.track_id, &request.account],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut inspectors = store::inspector::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut inspectors, |it| it.id.clone());
        let inspectors = inspectors.into_iter().map(pb::Inspector::from).collect();
        Ok(Response::new(pb::ListInspectorsResponse { inspectors, next_page_token }))
    }

    async fn batch_update_inspectors(
        &self,
        request: Request<pb::BatchUpdateInspectorsRequest>,
    ) -> Result<Response<pb::BatchUpdateInspectorsResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Inspector, inspector, shown: false, check: check_tracks);

/// Refuses series and tracks that no scheme has, be it a draft.
async fn check_tracks(
    tx: &mut Tx,
    district: &str,
    rows: &[batch::Row<Contents>],
) -> kit::Result<()> {
    let mut tracks: HashMap<String, HashSet<String>> = HashMap::new();
    for it in store::scheme::of_all_series(tx, district, &inspector::series(rows)).await? {
        let it = scheme::to_proto(it)?;
        let ids = it.tracks.into_iter().map(|track| track.track_id);
        tracks.entry(it.series).or_default().extend(ids);
    }
    let mut fields = Fields::default();
    inspector::check_tracks(&mut fields, rows, &tracks);
    fields.check()
}

impl From<Inspector> for pb::Inspector {
    fn from(inspector: Inspector) -> Self {
        let name = inspector.name();
        let Inspector { uid, contents, create_time, update_time, revision, .. } = inspector;
        Self {
            name,
            uid,
            account: contents.account,
            label: contents.label,
            series: contents.series,
            track_id: contents.track,
            start_date: Some(date::to_proto(contents.start_date)),
            end_date: contents.end_date.map(date::to_proto),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Inspector, _: &str) -> Contents {
    Contents {
        account: fields.id(format_args!("{at}.account"), &given.account),
        label: fields.text(format_args!("{at}.label"), &given.label, 1..=100),
        series: fields.id(format_args!("{at}.series"), &given.series),
        track: fields.id(format_args!("{at}.track_id"), &given.track_id),
        start_date: fields.date(format_args!("{at}.start_date"), &given.start_date),
        end_date: fields.optional_date(format_args!("{at}.end_date"), &given.end_date),
    }
}
