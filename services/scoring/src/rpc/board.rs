//! Boards.

mod convert;
mod watch;

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use kit::db::Tx;
use kit::name::Name;
use proto::scoring::v1 as pb;
use proto::scoring::v1::board_service_server::BoardService;
use tonic::{Request, Response, Status};

use super::Rpc;
use super::assignment::Definitions;
use super::run::known::known;
use super::run::score::{Stage, Summarized, summarize};
use crate::assignment::INDICATOR;
use crate::board::{NAME, mark_disputes, scheme_and_period};
use crate::input::Facts;
use crate::store;
use convert::Heading;

#[tonic::async_trait]
impl BoardService for Rpc {
    async fn get_board(
        &self,
        request: Request<pb::GetBoardRequest>,
    ) -> Result<Response<pb::Board>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        Ok(Response::new(self.board(&name).await?))
    }

    type WatchBoardStream =
        Pin<Box<dyn Stream<Item = Result<pb::WatchBoardResponse, Status>> + Send>>;

    async fn watch_board(
        &self,
        request: Request<pb::WatchBoardRequest>,
    ) -> Result<Response<Self::WatchBoardStream>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let boards = watch::boards(self.clone(), name).await?;
        Ok(Response::new(Box::pin(boards)))
    }
}

impl Rpc {
    /// The board as it stands: of the published run, else of the ledger.
    async fn board(&self, name: &Name) -> kit::Result<pb::Board> {
        let district = name.id("district");
        let (scheme, period) =
            scheme_and_period(name.id("board")).ok_or_else(|| name.not_found())?;
        let mut tx = self.db.begin_read().await?;
        if let Some(standing) = store::run::published(&mut tx, district, scheme, period).await? {
            let sequence = standing.run.sequence;
            let outcomes = store::result::of_run(&mut tx, district, sequence).await?;
            let heading = Heading::published(district, &standing);
            return Ok(heading.board(&standing.run.tracks, &outcomes));
        }
        drop(tx);
        let definitions = self.definitions(district, period).await?;
        let definitions = definitions.filter(|it| it.rulebook(scheme).is_some());
        let definitions = definitions.ok_or_else(|| name.not_found())?;
        let mut tx = self.db.begin_read().await?;
        let (facts, stage) = facts(&mut tx, district, &definitions, scheme).await?;
        let heading = Heading {
            district,
            scheme,
            period,
            run: None,
            cut_sequence: store::head::read(&mut tx, district).await?.observation,
            time: tx.now(),
        };
        drop(tx);
        let Summarized { tracks, mut outcomes } =
            summarize(district, Arc::clone(&definitions), scheme, &facts, stage).await?;
        let counted = counted(&definitions, scheme);
        mark_disputes(&mut outcomes, &facts.sheets, |track, indicator| {
            counted.contains(&(track.to_owned(), indicator.to_owned()))
        })?;
        Ok(heading.board(&tracks, &outcomes))
    }
}

/// What the ledger says of a period now, and how much of the period counts as elapsed: all of
/// it once it is closed, else its days up to the end of its last closed part.
async fn facts(
    tx: &mut Tx,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
) -> kit::Result<(Facts, Stage)> {
    let assignment = &definitions.assignment;
    let periods = assignment.period_ids();
    let closed = store::reconciliation::closed(tx, district, &periods).await?;
    let is_closed = |id: &str| closed.iter().any(|closed| closed == id);
    let facts = known(tx, district, definitions, scheme).await?;
    Ok((facts, Stage::Provisional(assignment.through(is_closed))))
}

/// The tracks of a scheme with the ids of the indicators on each.
fn counted(definitions: &Definitions, scheme: &str) -> HashSet<(String, String)> {
    let entries = definitions.rulebook(scheme).into_iter().flat_map(|rulebook| &rulebook.entries);
    let leaves = entries.flat_map(|entry| {
        let track = entry.track.track_id();
        entry.track.indicators().into_iter().map(move |indicator| (track, indicator))
    });
    let named = leaves.filter_map(|(track, indicator)| {
        Some((track.to_owned(), INDICATOR.read(&indicator)?.id("indicator").to_owned()))
    });
    named.collect()
}
