//! What a run proposes when it is published.

use kit::Result;
use kit::db::Tx;

use super::{PROPOSED, WITHDRAWN, append};
use crate::award::{Proposal, renew};
use crate::result::ground;
use crate::rpc::run::explain::Recomputed;
use crate::run::Run;
use crate::{store, subject};

/// Records a published run's proposals, and withdraws those of the run before that nobody decided
/// and that it does not repeat.
pub(in crate::rpc) async fn propose(
    tx: &mut Tx,
    district: &str,
    run: &Run,
    recomputed: &Recomputed,
) -> Result<()> {
    let proposals = proposals(run, recomputed);
    let held = store::award::of_ranking(tx, district, &run.scheme, &run.period).await?;
    if proposals.is_empty() && held.is_empty() {
        return Ok(());
    }
    let last = store::award::last(tx, district).await?;
    let (new, withdrawn) = renew(held, proposals, last, &run.name(district), tx.now());
    store::award::insert(tx, district, &new).await?;
    store::award::take_steps(tx, district, &withdrawn).await?;
    for award in &new {
        append(tx, district, PROPOSED, award);
    }
    for award in &withdrawn {
        append(tx, district, WITHDRAWN, award);
    }
    Ok(())
}

fn proposals(run: &Run, recomputed: &Recomputed) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for (track, rules) in recomputed.results().iter().zip(recomputed.tracks()) {
        for proposed in &track.awards {
            let award = rules.outcomes().awards.iter().find(|it| it.award_id == proposed.award_id);
            let Some(award) = award else { continue };
            proposals.extend(proposed.picked.iter().filter_map(|picked| {
                let unit = subject::id(&picked.subject)?;
                let outcome = recomputed.outcomes().iter().find(|it| it.unit == unit)?;
                Some(Proposal {
                    scheme: run.scheme.clone(),
                    series: run.series.clone(),
                    period: run.period.clone(),
                    track: track.track_id.clone(),
                    track_display_name: rules.display_name().to_owned(),
                    award: award.award_id.clone(),
                    display_name: award.display_name.clone(),
                    class: award.class.clone(),
                    level: award.level.clone(),
                    unit_display_name: outcome.unit_display_name.clone(),
                    run: run.sequence,
                    place: picked.place as i64,
                    score: outcome.score,
                    ground: ground(&picked.ground),
                    unit,
                })
            }));
        }
    }
    proposals
}
