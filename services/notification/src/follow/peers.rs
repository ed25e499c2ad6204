//! What registry and scoring are asked, by name, and never commanded.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kit::boot::DOCUMENT_LIMIT;
use kit::name::Pattern;
use kit::peers::{Peer, Peers};
use kit::{Error, Result};
use proto::registry::v1 as registry;
use proto::registry::v1::assignment_service_client::AssignmentServiceClient;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::board_service_client::BoardServiceClient;
use tonic::{Code, Status};

use super::read::{self, Closing};
use crate::bulletin::Board;
use crate::district::{self, District, UNIT, Unit};

static SCHEME: Pattern = Pattern::new("scheme", "districts/{district}/schemes/{scheme}");
static BOARD: Pattern = Pattern::new("board", "districts/{district}/boards/{board}");
static ASSIGNMENT: Pattern =
    Pattern::new("assignment", "districts/{district}/periods/{period}/assignment");

/// Units asked for at once.
const PAGE: i32 = 1000;

/// The registry.
#[derive(Clone)]
pub(crate) struct Registry {
    districts: DistrictServiceClient<Peer>,
    assignments: AssignmentServiceClient<Peer>,
    units: UnitServiceClient<Peer>,
}

impl Registry {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            districts: kit::client!(DistrictServiceClient, peers.get("registry")),
            assignments: kit::client!(AssignmentServiceClient, peers.get("registry"))
                .max_decoding_message_size(DOCUMENT_LIMIT),
            units: kit::client!(UnitServiceClient, peers.get("registry")),
        }
    }

    /// A district by its id; NOT_FOUND when there is none.
    pub(crate) async fn district(&self, id: &str) -> Result<District> {
        let request = registry::GetDistrictRequest { name: district::NAME.format(&[id]) };
        let found = self.districts.clone().get_district(request).await?.into_inner();
        let zone = TimeZone::get(&found.time_zone).map_err(Error::internal)?;
        Ok(District { id: id.to_owned(), display_name: found.display_name, zone })
    }

    /// The units of a district that still work, by their ids.
    pub(crate) async fn units(&self, district: &str) -> Result<BTreeMap<String, Unit>> {
        let mut units = BTreeMap::new();
        let mut request = registry::ListUnitsRequest {
            parent: district::NAME.format(&[district]),
            page_size: PAGE,
            ..Default::default()
        };
        loop {
            let reply = self.units.clone().list_units(request.clone()).await?.into_inner();
            for unit in reply.units {
                let Some(name) = UNIT.read(&unit.name) else { continue };
                let display_name = unit.display_name;
                units.insert(name.id("unit").to_owned(), Unit { display_name });
            }
            request.page_token = reply.next_page_token;
            if request.page_token.is_empty() {
                return Ok(units);
            }
        }
    }

    /// The schemes that hold in the quarter of a closed month; none when the calendar lacks it.
    async fn schemes(&self, closing: &Closing) -> Result<Vec<registry::Scheme>> {
        let name = ASSIGNMENT.format(&[&closing.district, &closing.quarter]);
        let request = registry::GetAssignmentRequest { name, ..Default::default() };
        let reply = found(self.assignments.clone().get_assignment(request).await)?;
        let assignment = reply.and_then(|reply| reply.assignment);
        Ok(assignment.map(|assignment| assignment.schemes).unwrap_or_default())
    }
}

/// Both peers, as far as a bulletin needs them.
#[derive(Clone)]
pub(super) struct Boards {
    registry: Registry,
    boards: BoardServiceClient<Peer>,
}

impl Boards {
    pub(super) fn new(registry: Registry, peers: &Peers) -> Self {
        Self { registry, boards: kit::client!(BoardServiceClient, peers.get("scoring")) }
    }

    /// The boards of the quarter of a closed month, one a scheme.
    pub(super) async fn of(&self, closing: &Closing) -> Result<Vec<Board>> {
        let mut boards = Vec::new();
        for scheme in self.registry.schemes(closing).await? {
            let id = SCHEME.parse("scheme.name", &scheme.name)?;
            let id = format!("{}.{}", id.id("scheme"), closing.quarter);
            let name = BOARD.format(&[&closing.district, &id]);
            let request = scoring::GetBoardRequest { name };
            if let Some(board) = found(self.boards.clone().get_board(request).await)? {
                boards.push(read::board(board, scheme.display_name)?);
            }
        }
        Ok(boards)
    }
}

/// What a peer answered; none when it knows no such thing.
fn found<T>(answer: std::result::Result<tonic::Response<T>, Status>) -> Result<Option<T>> {
    match answer {
        Ok(reply) => Ok(Some(reply.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}
