//! Loads.

use std::collections::{BTreeMap, BTreeSet};

use proto::registry::v1 as pb;
use proto::registry::v1::load_service_server::LoadService;
use tonic::{Request, Response, Status};

use super::scheme::outline;
use super::{Rpc, assignment};
use crate::load::{Load, Place, Track};
use crate::{load, period, store};

#[tonic::async_trait]
impl LoadService for Rpc {
    async fn list_loads(
        &self,
        request: Request<pb::ListLoadsRequest>,
    ) -> Result<Response<pb::ListLoadsResponse>, Status> {
        let name = period::NAME.parse("parent", &request.get_ref().parent)?;
        let id = name.id("district");

        let mut tx = self.db.begin_read().await?;
        let district = store::district::get(&mut tx, id).await?;
        let period = store::period::get(&mut tx, &name).await?;
        let schemes = store::scheme::holding(&mut tx, id, period.span.first).await?;
        let assignment = assignment::assemble(&mut tx, &district, period, schemes).await?;
        let places = assignment.schemes.iter().flat_map(places).collect();
        let entrants = assignment.entrants.into_iter();
        let entrants = entrants.map(|it| (it.unit, track(&it.scheme, it.track_id)));
        let loads = load::loads(entrants, &places).into_iter().map(pb::Load::from).collect();
        Ok(Response::new(pb::ListLoadsResponse { loads }))
    }
}

impl From<Load> for pb::Load {
    fn from(load: Load) -> Self {
        let overlap = |(indicator, places)| pb::load::Overlap { indicator, places };
        Self {
            subject: load.subject,
            track_count: load.tracks as i32,
            indicator_count: load.indicators as i32,
            place_count: load.places as i32,
            overlaps: load.overlaps.into_iter().map(overlap).collect(),
        }
    }
}

/// Where each track of a scheme scores by which indicator.
fn places(scheme: &pb::Scheme) -> BTreeMap<Track, BTreeSet<Place>> {
    let of_track = |it: &pb::Track| {
        let nodes = outline::nodes(it);
        let places = nodes.iter().flat_map(|node| {
            let place = |indicator| Place { indicator, node_id: node.id.clone() };
            outline::indicators(&node.message).into_iter().map(place)
        });
        (track(&scheme.name, it.track_id.clone()), places.collect())
    };
    scheme.tracks.iter().map(of_track).collect()
}

fn track(scheme: &str, track_id: String) -> Track {
    let scheme = scheme.rsplit('/').next().unwrap_or_default().to_owned();
    Track { scheme, track_id }
}
