//! A person's trainings beside the weak points of the latest result.

use std::collections::HashMap;

use kit::name::Pattern;
use proto::cadre::v1 as pb;
use proto::cadre::v1::development_service_server::DevelopmentService;
use tonic::{Request, Response, Status};

use super::{Rpc, recusal};
use crate::store;
use crate::training::Training;

/// How developments are named.
static NAME: Pattern =
    Pattern::new("development", "districts/{district}/persons/{person}/development");

#[tonic::async_trait]
impl DevelopmentService for Rpc {
    async fn get_development(
        &self,
        request: Request<pb::GetDevelopmentRequest>,
    ) -> Result<Response<pb::Development>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, person) = (name.id("district"), name.id("person"));
        let mut tx = self.db.begin_read().await?;
        recusal::refuse_reading(&mut tx, &name).await?;
        store::person::find(&mut tx, district, person).await?.ok_or_else(|| name.not_found())?;
        let result = store::archive::latest(&mut tx, district, person).await?;
        let filter = store::enrolment::Filter { training: None, person: Some(person.to_owned()) };
        let enrolments = store::enrolment::list(&mut tx, district, &filter, None).await?;
        let trainings = store::training::of(&mut tx, district, &enrolments).await?;
        drop(tx);
        let by_sequence: HashMap<i64, &Training> =
            trainings.iter().map(|it| (it.sequence, it)).collect();
        let taken = enrolments.iter().filter_map(|it| {
            let training = by_sequence.get(&it.training)?;
            let (present_count, away_count) = it.days();
            Some(pb::TrainingTaken {
                training: training.name(district),
                kind: training.kind as i32,
                title: training.title.clone(),
                present_count,
                away_count,
                outcome: it.outcome.as_ref().map_or(0, |it| it.outcome as i32),
            })
        });
        let taken = taken.collect();
        let feedback = match &result {
            Some(result) => self.scoring.feedback(result).await?,
            None => None,
        };
        let weak = feedback.unwrap_or_default().weak_points.into_iter().map(|it| {
            let named = [it.path.join(" "), it.display_name.clone()].join(" ");
            let strengthen = trainings.iter().filter(|training| training.strengthens(&named));
            pb::WeakPoint {
                trainings: strengthen.map(|training| training.name(district)).collect(),
                display_name: it.display_name,
                points: it.points,
                track_mean: it.track_mean,
                behind: it.behind,
            }
        });
        Ok(Response::new(pb::Development {
            name: name.as_str().to_owned(),
            trainings: taken,
            weak_points: weak.collect(),
            result: result.unwrap_or_default(),
        }))
    }
}
