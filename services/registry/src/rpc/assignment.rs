//! Assignments.

use std::collections::BTreeSet;

use kit::db::Tx;
use kit::{Result as Kit, decimal};
use proto::registry::v1 as pb;
use proto::registry::v1::assignment_service_server::AssignmentService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::scheme::{self, Ground};
use super::target::{higher_to_proto, plan_to_proto};
use crate::district::District;
use crate::period::Period;
use crate::scheme::Scheme;
use crate::target::{Due, Key, Target};
use crate::{assignment, indicator, period, store, subject, target};

#[tonic::async_trait]
impl AssignmentService for Rpc {
    async fn get_assignment(
        &self,
        request: Request<pb::GetAssignmentRequest>,
    ) -> Result<Response<pb::GetAssignmentResponse>, Status> {
        let request = request.into_inner();
        let name = assignment::NAME.parse("name", &request.name)?;
        let (id, period) = (name.id("district"), name.id("period"));

        let mut tx = self.db.begin_read().await?;
        let district = store::district::get(&mut tx, id).await?;
        let etag = assignment::etag(period, district.edition);
        if request.etag == etag {
            let unchanged = true;
            return Ok(Response::new(pb::GetAssignmentResponse {
                assignment: None,
                etag,
                unchanged,
            }));
        }
        let period = store::period::find(&mut tx, id, period).await?;
        let period = period.ok_or_else(|| name.not_found())?;
        let schemes = store::scheme::holding(&mut tx, id, period.span.first).await?;
        let assignment = assemble(&mut tx, &district, period, schemes).await?;
        Ok(Response::new(pb::GetAssignmentResponse {
            assignment: Some(assignment),
            etag,
            unchanged: false,
        }))
    }
}

/// What `period` asks of everybody by `schemes`.
pub(super) async fn assemble(
    tx: &mut Tx,
    district: &District,
    period: Period,
    schemes: Vec<Scheme>,
) -> Kit<pb::Assignment> {
    let id = &district.id;
    let parts = store::period::within(tx, id, &period.span).await?;
    let longer = target::around(&period.span);
    let ids = parts.iter().chain([&period]).map(|period| period.id.as_str());
    let ids = ids.chain(longer.iter().map(String::as_str)).collect();
    let targets = target::due(&period.span, store::target::of_periods(tx, id, &ids).await?);
    let ground = Ground::load(tx, district).await?;
    let gone = ground.gone(period.span.first);

    let (mut entrants, mut used, mut documents) = (Vec::new(), BTreeSet::new(), Vec::new());
    let (mut scheduled, mut carried) = (false, false);
    for scheme in schemes {
        let start = scheme.contents.effective_start;
        let document = scheme::to_proto(scheme)?;
        let rulebook = ground.read(&document)?;
        let placed = ground.place(&rulebook, start);
        entrants.extend(placed.into_iter().filter(|it| !gone.contains(&it.unit)).map(|it| {
            pb::Entrant { scheme: document.name.clone(), track_id: it.track_id, unit: it.unit }
        }));
        used.extend(rulebook.indicators());
        scheduled |= rulebook.entries.iter().any(|it| !it.track.scheduled().is_empty());
        carried |= rulebook.entries.iter().any(|it| it.track.carries_overdue());
        documents.push(document);
    }
    entrants
        .sort_by(|a, b| (&a.scheme, &a.track_id, &a.unit).cmp(&(&b.scheme, &b.track_id, &b.unit)));
    let indicators = ground.indicators.into_iter().filter(|it| used.contains(&it.name));
    let indicators: Vec<pb::Indicator> = indicators.collect();
    let run: BTreeSet<&str> = entrants.iter().map(|it| it.unit.as_str()).collect();
    let (first, last) = (period.span.first, period.span.last);
    let mut milestones = match carried {
        true => store::milestone::overdue(tx, id, first).await?,
        false => Vec::new(),
    };
    if scheduled {
        milestones.extend(store::milestone::planned(tx, id, first, last).await?);
    }
    let milestones = milestones.into_iter().map(pb::Milestone::from).filter(|it| {
        let owners = [it.project.as_str(), it.unit.as_str()];
        owners.into_iter().any(|owner| run.contains(owner))
    });
    let milestones: Vec<pb::Milestone> = milestones.collect();
    let projects = ground.projects.into_iter().map(pb::Project::from);
    let projects: Vec<_> = projects.filter(|it| run.contains(it.name.as_str())).collect();
    let posts = ground.posts.into_iter().map(pb::Post::from);
    let posts: Vec<_> = posts.filter(|it| run.contains(it.name.as_str())).collect();
    let lead = projects.iter().map(|it| it.lead_unit.as_str());
    let answer = lead.chain(posts.iter().map(|it| it.unit.as_str()));
    let evaluate = indicators.iter().map(|it| it.evaluating_unit.as_str());
    let named: BTreeSet<&str> = run.iter().copied().chain(answer).chain(evaluate).collect();
    let units = ground.units.into_iter().map(pb::Unit::from);
    let units: Vec<_> = units.filter(|unit| named.contains(unit.name.as_str())).collect();

    Ok(pb::Assignment {
        name: assignment::NAME.format(&[id, &period.id]),
        period: Some(period.into()),
        parts: parts.into_iter().map(pb::Period::from).collect(),
        time_zone: district.contents.time_zone.clone(),
        schemes: documents,
        entrants,
        units,
        indicators,
        targets: targets.into_iter().map(assigned).collect(),
        projects,
        posts,
        milestones,
    })
}

fn assigned(due: Due) -> pb::AssignedTarget {
    let Target { district, key, contents, .. } = due.target;
    let longer = due.planned_in.map(|longer| Key { period: longer, ..key.clone() });
    let planned_in = longer.map(|it| it.format(&district)).unwrap_or_default();
    pb::AssignedTarget {
        unit: subject::name(&district, &key.unit),
        indicator: indicator::NAME.format(&[&district, &key.indicator]),
        period: period::NAME.format(&[&district, &key.period]),
        value: Some(decimal::to_proto(contents.value)),
        higher: contents.higher.map(higher_to_proto),
        plan: plan_to_proto(&district, contents.plan),
        planned_in,
    }
}
