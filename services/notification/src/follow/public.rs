//! What scoring holds that may be published: boards of published runs, and announced awards.

use kit::name::Name;
use kit::peers::{Peer, Peers};
use kit::{Error, Result};
use proto::scoring::v1 as scoring;
use proto::scoring::v1::award::State;
use proto::scoring::v1::award_service_client::AwardServiceClient;
use proto::scoring::v1::board_service_client::BoardServiceClient;

use super::peers::{Registry, found};
use super::read;
use crate::district::PERIOD;
use crate::publication::{Award, Piece};

/// Scoring, as far as what is published comes from it.
#[derive(Clone)]
pub(crate) struct Public {
    boards: BoardServiceClient<Peer>,
    awards: AwardServiceClient<Peer>,
}

impl Public {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            boards: kit::client!(BoardServiceClient, peers.get("scoring")),
            awards: kit::client!(AwardServiceClient, peers.get("scoring")),
        }
    }

    /// What is published of a board; none when there is no such board.
    pub(crate) async fn board(&self, registry: &Registry, name: &Name) -> Result<Option<Piece>> {
        let district = name.id("district");
        // A board is named after its scheme and period; ids of schemes may have points.
        let (scheme, period) = name.id("board").rsplit_once('.').unwrap_or_default();
        let name = name.as_str();
        let request = scoring::GetBoardRequest { name: name.to_owned() };
        let Some(board) = found(self.boards.clone().get_board(request).await)? else {
            return Ok(None);
        };
        if board.provisional {
            let message = "stands on no published run yet";
            return Err(Error::precondition("PROVISIONAL", name, message));
        }
        let scheme = registry.scheme_display_name(district, period, scheme).await?;
        Ok(Some(read::board(board, scheme)?.piece(period)))
    }

    /// What is published of an award; none when there is no such award.
    pub(crate) async fn award(&self, name: &str) -> Result<Option<Piece>> {
        let request = scoring::GetAwardRequest { name: name.to_owned() };
        let Some(award) = found(self.awards.clone().get_award(request).await)? else {
            return Ok(None);
        };
        if award.state() != State::Announced {
            let message = "is not announced";
            return Err(Error::precondition("NOT_ANNOUNCED", name, message));
        }
        let period = PERIOD.parse("award.period", &award.period)?;
        let award = Award {
            source: name.to_owned(),
            display_name: award.display_name,
            unit: award.unit_display_name,
            track: award.track_display_name,
            period: period.id("period").to_owned(),
        };
        Ok(Some(award.piece()))
    }
}
