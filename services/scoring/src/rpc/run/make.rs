//! Making a run.

use std::sync::Arc;

use kit::db::Tx;
use kit::error::Unmet;
use kit::{Error, Result};

use super::convert::Wanted;
use super::invalid;
use super::known::known;
use super::score::{Stage, summarize};
use crate::assignment::{Assignment, PERIOD, SCHEME};
use crate::input::Input;
use crate::reconciliation;
use crate::result::{Outcome, canonical};
use crate::rpc::Rpc;
use crate::rpc::assignment::Definitions;
use crate::run::{self, Run, Standing, State, digest, name};
use crate::store;
use crate::store::head::Head;

/// A run, ready to be stored.
pub(super) struct Made {
    pub(super) standing: Standing,
    pub(super) input: Vec<u8>,
    pub(super) outcomes: Vec<Outcome>,
}

/// The definitions to score by, as far as they can be read before the district is taken.
pub(super) async fn read(rpc: &Rpc, wanted: &Wanted) -> Result<Option<Arc<Definitions>>> {
    let Wanted { district, period, .. } = wanted;
    if wanted.definitions == run::Definitions::AtClose {
        let mut tx = rpc.db.begin_read().await?;
        if let Some(definitions) = rpc.closed_with(&mut tx, district, period).await? {
            return Ok(Some(definitions));
        }
    }
    rpc.assignments.current(district, period).await
}

/// What was read before the district was taken, or what the period was closed with since.
pub(super) async fn read_again(
    rpc: &Rpc,
    tx: &mut Tx,
    wanted: &Wanted,
    read: Arc<Definitions>,
) -> Result<Arc<Definitions>> {
    let Wanted { district, period, .. } = wanted;
    let closed_with = match wanted.definitions {
        run::Definitions::AtClose => rpc.closed_with(tx, district, period).await?,
        run::Definitions::Current => None,
    };
    match closed_with {
        Some(definitions) => in_force(wanted, Some(definitions)),
        None => Ok(read),
    }
}

/// The definitions of the wanted period, in which the wanted scheme must hold.
pub(super) fn in_force(
    wanted: &Wanted,
    definitions: Option<Arc<Definitions>>,
) -> Result<Arc<Definitions>> {
    let Wanted { district, scheme, period, .. } = wanted;
    let Some(definitions) = definitions else {
        let message = format!("there is no {}", PERIOD.format(&[district, period]));
        return Err(invalid("period", "UNKNOWN_PERIOD", message));
    };
    if definitions.rulebook(scheme).is_none() {
        let message = format!("{} does not hold in {period}", SCHEME.format(&[district, scheme]));
        return Err(invalid("scheme", "SCHEME_NOT_IN_FORCE", message));
    }
    Ok(definitions)
}

/// Refuses to score a period while it or a part of it is open.
pub(super) async fn refuse_open(
    tx: &mut Tx,
    district: &str,
    assignment: &Assignment,
) -> Result<()> {
    let periods = assignment.period_ids();
    let closed = store::reconciliation::closed(tx, district, &periods).await?;
    let open = periods.iter().filter(|id| !closed.iter().any(|closed| closed == *id));
    let unmet: Vec<Unmet> = open
        .take(20)
        .map(|id| Unmet {
            reason: "PERIOD_OPEN",
            subject: reconciliation::NAME.format(&[district, id]),
            message: "is open; close it before its figures are scored".to_owned(),
        })
        .collect();
    if unmet.is_empty() { Ok(()) } else { Err(Error::Precondition(unmet)) }
}

/// The published run whose place the new one is to take.
pub(super) async fn supersedes(tx: &mut Tx, wanted: &Wanted) -> Result<Option<i64>> {
    let Some(id) = &wanted.supersedes else { return Ok(None) };
    let district = &wanted.district;
    let sequence = id.parse().unwrap_or_default();
    let found = store::run::get(tx, district, sequence).await?;
    let Some(found) = found.filter(|found| found.run.sequence.to_string() == *id) else {
        let message = format!("there is no run {id} in districts/{district}");
        return Err(invalid("supersedes", "UNKNOWN_RUN", message));
    };
    if found.run.scheme != wanted.scheme || found.run.period != wanted.period {
        let (scheme, period) = (&found.run.scheme, &found.run.period);
        let message =
            format!("is a run of {period} by {scheme}; only one of the same can be superseded");
        return Err(invalid("supersedes", "OTHER_RANKING", message));
    }
    if found.state != State::Published {
        let message = "is not published; only a published run can be superseded";
        return Err(Error::precondition("NOT_PUBLISHED", name(district, sequence), message));
    }
    Ok(Some(sequence))
}

/// Scores the wanted period and pins what was looked at.
pub(super) async fn run(
    tx: &mut Tx,
    wanted: &Wanted,
    definitions: Arc<Definitions>,
    supersedes: Option<i64>,
    head: Head,
) -> Result<Made> {
    let Wanted { district, scheme, period, .. } = wanted;
    let facts = known(tx, district, &definitions, scheme).await?;
    let input = Input::new(scheme, definitions.encode(), facts);
    let rulebook = definitions.rulebook(scheme);
    let scheme_digest = rulebook.map(rulebook::Rulebook::digest);
    let series = rulebook.map(|rulebook| rulebook.series.clone());
    let scored = summarize(district, definitions, scheme, &input.facts, Stage::Final).await?;
    let input = input.to_bytes()?;
    let run = Run {
        sequence: head.run + 1,
        scheme: scheme.clone(),
        series: series.unwrap_or_default(),
        period: period.clone(),
        supersedes,
        definitions: wanted.definitions,
        scheme_digest: scheme_digest.unwrap_or_default(),
        cut_sequence: head.observation,
        input_digest: digest(&input),
        output_digest: digest(canonical(&scored.outcomes).as_bytes()),
        result_count: scored.outcomes.len() as i64,
        tracks: scored.tracks,
        create_time: tx.now(),
    };
    Ok(Made { standing: Standing::new(run), input, outcomes: scored.outcomes })
}
