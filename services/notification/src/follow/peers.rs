//! What registry and scoring are asked, by name, and never commanded.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kit::boot::DOCUMENT_LIMIT;
use kit::name::Pattern;
use kit::peers::{Peer, Peers};
use kit::{Error, Result};
use proto::registry::v1 as registry;
use proto::registry::v1::assignment_service_client::AssignmentServiceClient;
use proto::registry::v1::community_service_client::CommunityServiceClient;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::registry::v1::oversight_service_client::OversightServiceClient;
use proto::registry::v1::post_service_client::PostServiceClient;
use proto::registry::v1::project_service_client::ProjectServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::board_service_client::BoardServiceClient;
use proto::scoring::v1::inspection_service_client::InspectionServiceClient;
use tonic::{Code, Status};

use super::read::{self, Closing};
use crate::bulletin::Board;
use crate::district::{self, District, Oversight, PERIOD, UNIT, Unit};
use crate::schedule;

static SCHEME: Pattern = Pattern::new("scheme", "districts/{district}/schemes/{scheme}");
static PROJECT: Pattern = Pattern::new("project", "districts/{district}/projects/{project}");
static POST: Pattern = Pattern::new("post", "districts/{district}/posts/{post}");
static BOARD: Pattern = Pattern::new("board", "districts/{district}/boards/{board}");
static OVERSIGHT: Pattern = Pattern::new("oversight", "districts/{district}/oversight");
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
    indicators: IndicatorServiceClient<Peer>,
    oversights: OversightServiceClient<Peer>,
    projects: ProjectServiceClient<Peer>,
    posts: PostServiceClient<Peer>,
    communities: CommunityServiceClient<Peer>,
}

impl Registry {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            districts: kit::client!(DistrictServiceClient, peers.get("registry")),
            assignments: kit::client!(AssignmentServiceClient, peers.get("registry"))
                .max_decoding_message_size(DOCUMENT_LIMIT),
            units: kit::client!(UnitServiceClient, peers.get("registry")),
            indicators: kit::client!(IndicatorServiceClient, peers.get("registry")),
            oversights: kit::client!(OversightServiceClient, peers.get("registry")),
            projects: kit::client!(ProjectServiceClient, peers.get("registry")),
            posts: kit::client!(PostServiceClient, peers.get("registry")),
            communities: kit::client!(CommunityServiceClient, peers.get("registry")),
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
                let id = |name: &str| UNIT.read(name).map(|it| it.id("unit").to_owned());
                let Some(name) = id(&unit.name) else { continue };
                let parent = id(&unit.parent).unwrap_or_default();
                let unit =
                    Unit { display_name: unit.display_name, parent, category: unit.category };
                units.insert(name, unit);
            }
            request.page_token = reply.next_page_token;
            if request.page_token.is_empty() {
                return Ok(units);
            }
        }
    }

    /// Who is in charge of whom in a district; nobody when registry knows none.
    pub(crate) async fn oversight(&self, district: &str) -> Result<Oversight> {
        let request = registry::GetOversightRequest { name: OVERSIGHT.format(&[district]) };
        let oversight = found(self.oversights.clone().get_oversight(request).await)?;
        let id = |name: &str| UNIT.read(name).map(|it| it.id("unit").to_owned());
        let oversight = oversight.unwrap_or_default();
        let pair = |it: &registry::Charge| Some((id(&it.unit)?, id(&it.leader)?));
        let leaders = oversight.charges.iter().filter_map(pair).collect();
        Ok(Oversight { office: id(&oversight.office), leaders })
    }

    /// Id of the unit that evaluates an indicator; none when registry knows none.
    pub(super) async fn evaluating_unit(&self, indicator: &str) -> Result<Option<String>> {
        let request = registry::GetIndicatorRequest { name: indicator.to_owned() };
        let indicator = found(self.indicators.clone().get_indicator(request).await)?;
        Ok(indicator.and_then(|it| unit(&it.evaluating_unit)))
    }

    /// Id of the unit that answers for a subject which is none itself: the lead unit of a project, the
    /// unit of a post. None of anything else, or when registry knows none.
    pub(super) async fn answering_unit(&self, subject: &str) -> Result<Option<String>> {
        let name = subject.to_owned();
        if PROJECT.read(subject).is_some() {
            let request = registry::GetProjectRequest { name };
            let project = found(self.projects.clone().get_project(request).await)?;
            return Ok(project.and_then(|it| unit(&it.lead_unit)));
        }
        if POST.read(subject).is_some() {
            let request = registry::GetPostRequest { name };
            let post = found(self.posts.clone().get_post(request).await)?;
            return Ok(post.and_then(|it| unit(&it.unit)));
        }
        Ok(None)
    }

    /// Id of the unit that a community is, or that answers for it; none when registry knows none.
    pub(super) async fn community_unit(&self, community: &str) -> Result<Option<String>> {
        let request = registry::GetCommunityRequest { name: community.to_owned() };
        let community = found(self.communities.clone().get_community(request).await)?;
        Ok(community.and_then(|it| unit(&it.unit)))
    }

    /// The schemes that hold in the quarter of a closed month; none when the calendar lacks it.
    async fn schemes(&self, closing: &Closing) -> Result<Vec<registry::Scheme>> {
        self.schemes_of(&closing.district, &closing.quarter).await
    }

    /// The name of a scheme that holds in a period; its id when the assignment lacks it.
    pub(super) async fn scheme_display_name(
        &self,
        district: &str,
        period: &str,
        scheme: &str,
    ) -> Result<String> {
        let name = SCHEME.format(&[district, scheme]);
        let schemes = self.schemes_of(district, period).await?;
        let found = schemes.into_iter().find(|it| it.name == name);
        Ok(found.map_or_else(|| scheme.to_owned(), |it| it.display_name))
    }

    async fn schemes_of(&self, district: &str, period: &str) -> Result<Vec<registry::Scheme>> {
        let name = ASSIGNMENT.format(&[district, period]);
        let request = registry::GetAssignmentRequest { name, ..Default::default() };
        let reply = found(self.assignments.clone().get_assignment(request).await)?;
        let assignment = reply.and_then(|reply| reply.assignment);
        Ok(assignment.map(|assignment| assignment.schemes).unwrap_or_default())
    }
}

/// The id in a unit's name.
pub(super) fn unit(name: &str) -> Option<String> {
    UNIT.read(name).map(|name| name.id("unit").to_owned())
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

/// Scoring, as far as a bulletin of inspections needs it.
#[derive(Clone)]
pub(super) struct Inspections(InspectionServiceClient<Peer>);

impl Inspections {
    pub(super) fn new(peers: &Peers) -> Self {
        Self(kit::client!(InspectionServiceClient, peers.get("scoring")))
    }

    /// What inspections of units in some months came to. Projects and posts are not units.
    pub(super) async fn of(
        &self,
        district: &str,
        months: &[String],
        units: &BTreeMap<String, Unit>,
    ) -> Result<schedule::Inspections> {
        let asked = months.iter().map(|month| {
            let parent = district::NAME.format(&[district]);
            let period = PERIOD.format(&[district, month]);
            let request = scoring::ListInspectionCountsRequest { parent, period };
            let mut client = self.0.clone();
            async move { found(client.list_inspection_counts(request).await) }
        });
        let mut counted = schedule::Inspections::new();
        for reply in futures::future::try_join_all(asked).await?.into_iter().flatten() {
            for it in reply.inspection_counts {
                let Some(id) = UNIT.read(&it.unit).map(|it| it.id("unit").to_owned()) else {
                    continue;
                };
                let Some(unit) = units.get(&id) else { continue };
                let line = counted.entry(id).or_default();
                line.unit = unit.display_name.clone();
                line.inspections += i64::from(it.inspection_count);
                line.commended += i64::from(it.commendable_count);
                line.problems += i64::from(it.minor_count + it.major_count + it.grave_count);
                line.grave += i64::from(it.grave_count);
                line.open += i64::from(it.open_count);
            }
        }
        Ok(counted)
    }
}

/// What a peer answered; none when it knows no such thing.
pub(super) fn found<T>(
    answer: std::result::Result<tonic::Response<T>, Status>,
) -> Result<Option<T>> {
    match answer {
        Ok(reply) => Ok(Some(reply.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}
