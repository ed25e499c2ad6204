//! Feedback of results.

use engine::Explained;
use kit::decimal;
use kit::field::Fields;
use proto::scoring::v1 as pb;
use proto::scoring::v1::feedback_service_server::FeedbackService;
use tonic::{Request, Response, Status};

use super::run::explain::{self, Recomputed};
use super::{Rpc, result, sequence};
use crate::feedback::{NAME, Point, feedback};
use crate::{store, subject};

const LIMIT: i32 = 5;
const LARGEST_LIMIT: i32 = 100;

#[tonic::async_trait]
impl FeedbackService for Rpc {
    async fn get_feedback(
        &self,
        request: Request<pb::GetFeedbackRequest>,
    ) -> Result<Response<pb::Feedback>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let limit = fields.number("limit", request.limit, 0..=LARGEST_LIMIT);
        fields.check()?;
        let limit = if limit == 0 { LIMIT } else { limit };
        let (district, sequence) = (name.id("district"), sequence(&name, "run")?);
        let mut tx = self.db.begin_read().await?;
        let standing = store::run::get(&mut tx, district, sequence).await?;
        let standing = standing.ok_or_else(|| name.not_found())?;
        let recomputed = explain::recompute(&mut tx, district, &standing.run).await?;
        drop(tx);
        let explained = recomputed.explain(name.id("unit")).ok_or_else(|| name.not_found())?;
        result::is_open(&name, Some(&standing), explained.outcome)?;
        let track = Track::of(&recomputed, &explained.outcome.track);
        let own =
            track.names.iter().position(|it| subject::id(it).as_deref() == Some(name.id("unit")));
        let found = feedback(&track.trees, own.unwrap_or(usize::MAX), limit as usize)?;
        let points = |points: &[Point<'_>]| points.iter().map(|it| track.to_proto(it)).collect();
        Ok(Response::new(pb::Feedback {
            name: request.name,
            result: Some(result::to_proto(district, sequence, explained.outcome)),
            weak_points: points(&found.weak),
            strong_points: points(&found.strong),
        }))
    }
}

/// The subjects of one track, by name.
struct Track<'a> {
    recomputed: &'a Recomputed,
    names: Vec<&'a str>,
    trees: Vec<&'a Explained>,
}

impl<'a> Track<'a> {
    fn of(recomputed: &'a Recomputed, track: &str) -> Self {
        let tracks = recomputed.results().iter().filter(|it| it.track_id == track);
        let mut subjects: Vec<_> = tracks.flat_map(|it| &it.subjects).collect();
        subjects.sort_by(|one, two| one.subject.cmp(&two.subject));
        Self {
            recomputed,
            names: subjects.iter().map(|it| it.subject.as_str()).collect(),
            trees: subjects.iter().map(|it| &it.explained).collect(),
        }
    }

    fn to_proto(&self, point: &Point<'_>) -> pb::FeedbackPoint {
        let (place, best_points) = point.best;
        let best = self.names.get(place).copied().unwrap_or_default();
        let id = subject::id(best).unwrap_or_default();
        let known = self.recomputed.outcomes().iter().find(|it| it.unit == id);
        pb::FeedbackPoint {
            node_id: point.leaf.node_id.clone(),
            display_name: point.leaf.display_name.clone(),
            path: point.path.iter().map(ToString::to_string).collect(),
            points: Some(decimal::to_proto(point.points)),
            weight: Some(decimal::to_proto(point.leaf.effective_weight)),
            lost: Some(decimal::to_proto(point.lost)),
            track_mean: Some(decimal::to_proto(point.track_mean)),
            behind: Some(decimal::to_proto(point.behind)),
            best_points: Some(decimal::to_proto(best_points)),
            best_unit: best.to_owned(),
            best_unit_display_name: known
                .map(|it| it.unit_display_name.clone())
                .unwrap_or_default(),
            flags: point.leaf.flags.iter().map(ToString::to_string).collect(),
        }
    }
}
