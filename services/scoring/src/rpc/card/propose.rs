//! What a run proposes when it is published.

use kit::Result;
use kit::db::Tx;

use super::{PROPOSED, WITHDRAWN, append};
use crate::card::{Contents, Kind, Origin, renew};
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
    let held = store::card::of_ranking(tx, district, &run.scheme, &run.period).await?;
    if proposals.is_empty() && held.is_empty() {
        return Ok(());
    }
    let last = store::card::last(tx, district).await?;
    let (new, withdrawn) = renew(held, proposals, last, &run.name(district), tx.now());
    store::card::insert(tx, district, &new).await?;
    store::card::take_steps(tx, district, &withdrawn).await?;
    for card in &new {
        append(tx, district, PROPOSED, card);
    }
    for card in &withdrawn {
        append(tx, district, WITHDRAWN, card);
    }
    Ok(())
}

fn proposals(run: &Run, recomputed: &Recomputed) -> Vec<(Contents, Origin)> {
    let mut proposals = Vec::new();
    for (track, rules) in recomputed.results().iter().zip(recomputed.tracks()) {
        for proposed in &track.cards {
            let card = rules.outcomes().cards.iter().find(|it| it.card_id == proposed.card_id);
            let Some(card) = card else { continue };
            proposals.extend(proposed.picked.iter().filter_map(|picked| {
                let unit = subject::id(&picked.subject)?;
                let outcome = recomputed.outcomes().iter().find(|it| it.unit == unit)?;
                let contents = Contents {
                    kind: match card.kind {
                        engine::CardKind::RedFlag => Kind::RedFlag,
                        engine::CardKind::YellowCard => Kind::YellowCard,
                    },
                    period: run.period.clone(),
                    unit_display_name: outcome.unit_display_name.clone(),
                    display_name: card.display_name.clone(),
                    ground: ground(&picked.ground),
                    unit,
                };
                let origin = Origin {
                    scheme: run.scheme.clone(),
                    track: track.track_id.clone(),
                    card: card.card_id.clone(),
                    run: run.sequence,
                    place: picked.place as i64,
                };
                Some((contents, origin))
            }));
        }
    }
    proposals
}
