//! What the tests share: a started registry with a district, and how errors are read.

use kit::testing::Channel;
use kit::testing::{Bed, Served};
use prost_types::FieldMask;
use proto::google::r#type::{Date, Decimal};
use proto::registry::v1 as pb;
use proto::registry::v1::assignment_service_client::AssignmentServiceClient;
use proto::registry::v1::change_service_client::ChangeServiceClient;
use proto::registry::v1::comment_service_client::CommentServiceClient;
use proto::registry::v1::community_service_client::CommunityServiceClient;
use proto::registry::v1::consultation_service_client::ConsultationServiceClient;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::front_service_client::FrontServiceClient;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::registry::v1::inspector_service_client::InspectorServiceClient;
use proto::registry::v1::lesson_service_client::LessonServiceClient;
use proto::registry::v1::load_service_client::LoadServiceClient;
use proto::registry::v1::milestone_service_client::MilestoneServiceClient;
use proto::registry::v1::order_service_client::OrderServiceClient;
use proto::registry::v1::pairing_service_client::PairingServiceClient;
use proto::registry::v1::period_service_client::PeriodServiceClient;
use proto::registry::v1::phase_service_client::PhaseServiceClient;
use proto::registry::v1::plate_service_client::PlateServiceClient;
use proto::registry::v1::post_service_client::PostServiceClient;
use proto::registry::v1::progress_service_client::ProgressServiceClient;
use proto::registry::v1::project_service_client::ProjectServiceClient;
use proto::registry::v1::revision_service_client::RevisionServiceClient;
use proto::registry::v1::scheme_service_client::SchemeServiceClient;
use proto::registry::v1::seat_service_client::SeatServiceClient;
use proto::registry::v1::station_service_client::StationServiceClient;
use proto::registry::v1::target_service_client::TargetServiceClient;
use proto::registry::v1::task_list_service_client::TaskListServiceClient;
use proto::registry::v1::task_service_client::TaskServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use proto::registry::v1::visit_service_client::VisitServiceClient;
use proto::registry::v1::whistle_service_client::WhistleServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

pub(crate) const DISTRICT: &str = "districts/hengkou";

/// A registry that answers, with a client of each of its services; boxed, since there are many
/// and futures hold them all.
pub(crate) struct Registry {
    pub(crate) served: Served,
    pub(crate) districts: Box<DistrictServiceClient<Channel>>,
    pub(crate) units: Box<UnitServiceClient<Channel>>,
    pub(crate) indicators: Box<IndicatorServiceClient<Channel>>,
    pub(crate) periods: Box<PeriodServiceClient<Channel>>,
    pub(crate) targets: Box<TargetServiceClient<Channel>>,
    pub(crate) schemes: Box<SchemeServiceClient<Channel>>,
    pub(crate) assignments: Box<AssignmentServiceClient<Channel>>,
    pub(crate) fronts: Box<FrontServiceClient<Channel>>,
    pub(crate) stations: Box<StationServiceClient<Channel>>,
    pub(crate) posts: Box<PostServiceClient<Channel>>,
    pub(crate) projects: Box<ProjectServiceClient<Channel>>,
    pub(crate) revisions: Box<RevisionServiceClient<Channel>>,
    pub(crate) communities: Box<CommunityServiceClient<Channel>>,
    pub(crate) pairings: Box<PairingServiceClient<Channel>>,
    pub(crate) seats: Box<SeatServiceClient<Channel>>,
    pub(crate) task_lists: Box<TaskListServiceClient<Channel>>,
    pub(crate) tasks: Box<TaskServiceClient<Channel>>,
    pub(crate) plates: Box<PlateServiceClient<Channel>>,
    pub(crate) phases: Box<PhaseServiceClient<Channel>>,
    pub(crate) milestones: Box<MilestoneServiceClient<Channel>>,
    pub(crate) orders: Box<OrderServiceClient<Channel>>,
    pub(crate) whistles: Box<WhistleServiceClient<Channel>>,
    pub(crate) inspectors: Box<InspectorServiceClient<Channel>>,
    pub(crate) lessons: Box<LessonServiceClient<Channel>>,
    pub(crate) progress: Box<ProgressServiceClient<Channel>>,
    pub(crate) visits: Box<VisitServiceClient<Channel>>,
    pub(crate) consultations: Box<ConsultationServiceClient<Channel>>,
    pub(crate) comments: Box<CommentServiceClient<Channel>>,
    pub(crate) loads: Box<LoadServiceClient<Channel>>,
    pub(crate) changes: Box<ChangeServiceClient<Channel>>,
}

impl Registry {
    /// A registry without any district.
    pub(crate) async fn empty(bed: &Bed) -> Self {
        let served = bed.start(&[registry::SERVICE]).await;
        Self {
            districts: Box::new(DistrictServiceClient::new(served.channel())),
            units: Box::new(UnitServiceClient::new(served.channel())),
            indicators: Box::new(IndicatorServiceClient::new(served.channel())),
            periods: Box::new(PeriodServiceClient::new(served.channel())),
            targets: Box::new(TargetServiceClient::new(served.channel())),
            schemes: Box::new(SchemeServiceClient::new(served.channel())),
            assignments: Box::new(AssignmentServiceClient::new(served.channel())),
            fronts: Box::new(FrontServiceClient::new(served.channel())),
            stations: Box::new(StationServiceClient::new(served.channel())),
            posts: Box::new(PostServiceClient::new(served.channel())),
            projects: Box::new(ProjectServiceClient::new(served.channel())),
            revisions: Box::new(RevisionServiceClient::new(served.channel())),
            communities: Box::new(CommunityServiceClient::new(served.channel())),
            pairings: Box::new(PairingServiceClient::new(served.channel())),
            seats: Box::new(SeatServiceClient::new(served.channel())),
            task_lists: Box::new(TaskListServiceClient::new(served.channel())),
            tasks: Box::new(TaskServiceClient::new(served.channel())),
            plates: Box::new(PlateServiceClient::new(served.channel())),
            phases: Box::new(PhaseServiceClient::new(served.channel())),
            milestones: Box::new(MilestoneServiceClient::new(served.channel())),
            orders: Box::new(OrderServiceClient::new(served.channel())),
            whistles: Box::new(WhistleServiceClient::new(served.channel())),
            inspectors: Box::new(InspectorServiceClient::new(served.channel())),
            lessons: Box::new(LessonServiceClient::new(served.channel())),
            progress: Box::new(ProgressServiceClient::new(served.channel())),
            visits: Box::new(VisitServiceClient::new(served.channel())),
            consultations: Box::new(ConsultationServiceClient::new(served.channel())),
            comments: Box::new(CommentServiceClient::new(served.channel())),
            loads: Box::new(LoadServiceClient::new(served.channel())),
            changes: Box::new(ChangeServiceClient::new(served.channel())),
            served,
        }
    }

    /// A registry with the district `hengkou`.
    pub(crate) async fn start(bed: &Bed) -> Self {
        let mut registry = Self::empty(bed).await;
        registry.create_district("hengkou").await;
        registry
    }

    pub(crate) async fn create_district(&mut self, id: &str) -> pb::District {
        let request = pb::CreateDistrictRequest {
            district_id: id.to_owned(),
            district: Some(pb::District {
                display_name: "恒口示范区".to_owned(),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        self.districts.create_district(request).await.unwrap().into_inner()
    }

    pub(crate) async fn create_unit(
        &mut self,
        id: &str,
        unit: pb::Unit,
    ) -> Result<pb::Unit, Status> {
        let request = pb::CreateUnitRequest {
            parent: DISTRICT.to_owned(),
            unit_id: id.to_owned(),
            unit: Some(unit),
            request_id: String::new(),
        };
        self.units.create_unit(request).await.map(tonic::Response::into_inner)
    }
}

impl Registry {
    /// A department.
    pub(crate) async fn create_department(&mut self, id: &str) {
        let department = pb::Unit {
            display_name: "部门".to_owned(),
            kind: pb::UnitKind::Department as i32,
            ..Default::default()
        };
        self.create_unit(id, department).await.unwrap();
    }

    pub(crate) async fn create_period(&mut self, id: &str) -> pb::Period {
        let request = pb::CreatePeriodRequest {
            parent: DISTRICT.to_owned(),
            period_id: id.to_owned(),
            ..Default::default()
        };
        self.periods.create_period(request).await.unwrap().into_inner()
    }

    pub(crate) async fn batch_indicators(
        &mut self,
        indicators: Vec<pb::Indicator>,
    ) -> (i32, i32, i32) {
        let request = pb::BatchUpdateIndicatorsRequest {
            parent: DISTRICT.to_owned(),
            indicators,
            ..Default::default()
        };
        let reply = self.indicators.batch_update_indicators(request).await.unwrap().into_inner();
        (reply.created_count, reply.updated_count, reply.unchanged_count)
    }

    pub(crate) async fn batch_targets(
        &mut self,
        targets: Vec<pb::Target>,
    ) -> Result<(i32, i32, i32), Status> {
        let request = pb::BatchUpdateTargetsRequest {
            parent: DISTRICT.to_owned(),
            targets,
            ..Default::default()
        };
        let reply = self.targets.batch_update_targets(request).await?.into_inner();
        Ok((reply.created_count, reply.updated_count, reply.unchanged_count))
    }
}

/// An indicator evaluated by the unit `finance`.
pub(crate) fn indicator(id: &str) -> pb::Indicator {
    pb::Indicator {
        name: name("indicators", id),
        display_name: "一般公共预算收入".to_owned(),
        kind: pb::IndicatorKind::Common as i32,
        unit_of_measure: "万元".to_owned(),
        direction: pb::Direction::HigherIsBetter as i32,
        frequency: pb::Frequency::Quarterly as i32,
        accumulation: pb::Accumulation::Sum as i32,
        evaluating_unit: name("units", "finance"),
        ..Default::default()
    }
}

pub(crate) fn target(unit: &str, indicator: &str, period: &str, value: &str) -> pb::Target {
    pb::Target {
        name: target_name(unit, indicator, period),
        value: decimal(value),
        ..Default::default()
    }
}

pub(crate) fn target_name(unit: &str, indicator: &str, period: &str) -> String {
    format!("{DISTRICT}/units/{unit}/targets/{indicator}.{period}")
}

pub(crate) fn decimal(value: &str) -> Option<Decimal> {
    Some(Decimal { value: value.to_owned() })
}

pub(crate) fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

/// The name of something in the district.
pub(crate) fn name(collection: &str, id: &str) -> String {
    format!("{DISTRICT}/{collection}/{id}")
}

pub(crate) fn mask(paths: &[&str]) -> Option<FieldMask> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    Some(FieldMask { paths })
}

/// A new request_id.
pub(crate) fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The faults of an INVALID_ARGUMENT as pairs of field and reason.
#[track_caller]
fn faults<T: std::fmt::Debug>(outcome: Result<T, Status>) -> Vec<(String, String)> {
    let status = outcome.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let violations = details.bad_request().unwrap().field_violations.clone();
    violations.into_iter().map(|it| (it.field, it.reason)).collect()
}

/// Asserts that a call was refused for exactly these fields and reasons.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(field, reason)| ((*field).to_owned(), (*reason).to_owned()))
        .collect();
    assert_eq!(faults(outcome), expected);
}

/// Asserts the code and the reason in the ErrorInfo, and that the message says `word`.
#[track_caller]
pub(crate) fn fails<T: std::fmt::Debug>(
    outcome: Result<T, Status>,
    code: Code,
    reason: &str,
    word: &str,
) {
    let status = outcome.unwrap_err();
    assert_eq!(status.code(), code, "{status:?}");
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!((info.domain.as_str(), info.reason.as_str()), ("saima", reason), "{status:?}");
    assert!(status.message().contains(word), "{word:?} is not in {:?}", status.message());
}

/// Sends a batch of definitions for a reason; yields how many were created, updated, unchanged.
macro_rules! batch {
    ($client:expr, $method:ident, $request:ident, $list:ident, $rows:expr, $reason:expr) => {{
        let request = proto::registry::v1::$request {
            parent: crate::fixture::DISTRICT.to_owned(),
            $list: $rows,
            reason: $reason.to_owned(),
            ..Default::default()
        };
        $client.$method(request).await.map(|reply| {
            let reply = reply.into_inner();
            (reply.created_count, reply.updated_count, reply.unchanged_count)
        })
    }};
}
pub(crate) use batch;

/// The ids of a list, page by page.
macro_rules! ids {
    ($client:expr, $method:ident, $list:ident, $request:expr) => {{
        let mut request = $request;
        let mut ids = Vec::new();
        loop {
            let page = $client.$method(request.clone()).await.unwrap().into_inner();
            ids.extend(page.$list.iter().map(|it| it.name.rsplit('/').next().unwrap().to_owned()));
            if page.next_page_token.is_empty() {
                break ids;
            }
            request.page_token = page.next_page_token;
        }
    }};
}
pub(crate) use ids;
