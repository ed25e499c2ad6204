//! Discrimination of indicators over published runs.

use kit::field::Fields;
use kit::{Error, decimal};
use proto::scoring::v1 as pb;
use proto::scoring::v1::discrimination_service_server::DiscriminationService;
use tonic::{Request, Response, Status};

use super::run::explain;
use super::{Rpc, is_bounded, sequence};
use crate::assignment::DISTRICT;
use crate::discrimination::{Discriminations, Leaf, Spread};
use crate::run::{NAME, Run, State};
use crate::{run, store};

const MOST: usize = 12;

#[tonic::async_trait]
impl DiscriminationService for Rpc {
    async fn measure_discrimination(
        &self,
        request: Request<pb::MeasureDiscriminationRequest>,
    ) -> Result<Response<pb::MeasureDiscriminationResponse>, Status> {
        let request = request.into_inner();
        let (district, sequences) = read(&request)?;
        let mut tx = self.db.begin_read().await?;
        let mut runs: Vec<Run> = Vec::new();
        for (place, sequence) in sequences.iter().enumerate() {
            let standing = match sequence {
                Some(sequence) => store::run::get(&mut tx, &district, *sequence).await?,
                None => None,
            };
            runs.push(published(&request.runs[place], place, standing)?);
        }
        let mut found = Discriminations::default();
        for (place, run) in runs.iter().enumerate() {
            let recomputed = explain::recompute(&mut tx, &district, run).await?;
            recomputed.results().iter().for_each(|track| found.add(place, track));
        }
        drop(tx);
        let leaves = found.into_leaves();
        let nodes = leaves.into_iter().map(|it| to_proto(&district, &runs, it)).collect();
        Ok(Response::new(pb::MeasureDiscriminationResponse { nodes }))
    }
}

/// The district and the runs' positions in its ledger, none where there can be no such run.
fn read(request: &pb::MeasureDiscriminationRequest) -> kit::Result<(String, Vec<Option<i64>>)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district").to_owned();
    let mut sequences = Vec::new();
    if is_bounded(&mut fields, "runs", request.runs.len(), MOST) {
        for (place, name) in request.runs.iter().enumerate() {
            fields.member(format_args!("runs[{place}]"), &NAME, name, &district);
            if request.runs[..place].contains(name) {
                let message = format!("{name} stands in the list already");
                fields.violation(format_args!("runs[{place}]"), "DUPLICATE", message);
            }
            let name = NAME.read(name);
            sequences.push(name.and_then(|name| sequence(&name, "run").ok()));
        }
    }
    fields.check()?;
    Ok((district, sequences))
}

fn published(name: &str, place: usize, standing: Option<run::Standing>) -> kit::Result<Run> {
    let field = format!("runs[{place}]");
    match standing {
        None => Err(Error::invalid(field, "UNKNOWN_RUN", format!("there is no {name}"))),
        Some(it) if it.state == State::Published => Ok(it.run),
        Some(_) => {
            let message = format!("{name} is not published, or another took its place");
            Err(Error::invalid(field, "NOT_PUBLISHED", message))
        }
    }
}

fn to_proto(
    district: &str,
    runs: &[Run],
    ((track_id, node_id), leaf): ((String, String), Leaf),
) -> pb::NodeDiscrimination {
    let (could, did) = leaf.runs();
    let spread = |spread: &Spread| pb::RunSpread {
        run: runs.get(spread.run).map(|run| run.name(district)).unwrap_or_default(),
        subject_count: spread.subjects as i32,
        distinct_count: spread.points.len() as i32,
        least_points: spread.points.first().copied().map(decimal::to_proto),
        most_points: spread.points.last().copied().map(decimal::to_proto),
        weight: Some(decimal::to_proto(spread.weight)),
    };
    pb::NodeDiscrimination {
        track_id,
        node_id,
        never_separated: leaf.never_separated(),
        run_count: could as i32,
        separating_run_count: did as i32,
        spreads: leaf.spreads.iter().map(spread).collect(),
        display_name: leaf.display_name,
        indicator: leaf.indicator,
    }
}
