//! What the tests share: both services started, the district defined, how figures are
//! reported and errors read.

use kit::testing::Channel;
use kit::testing::{Bed, Served};
use proto::scoring::v1 as pb;
use proto::scoring::v1::award_service_client::AwardServiceClient;
use proto::scoring::v1::board_service_client::BoardServiceClient;
use proto::scoring::v1::bulk_create_observations_request::{Content, Header, Rows};
use proto::scoring::v1::card_service_client::CardServiceClient;
use proto::scoring::v1::change_service_client::ChangeServiceClient;
use proto::scoring::v1::comparison_service_client::ComparisonServiceClient;
use proto::scoring::v1::correction_service_client::CorrectionServiceClient;
use proto::scoring::v1::discrimination_service_client::DiscriminationServiceClient;
use proto::scoring::v1::feedback_service_client::FeedbackServiceClient;
use proto::scoring::v1::objection_service_client::ObjectionServiceClient;
use proto::scoring::v1::observation_service_client::ObservationServiceClient;
use proto::scoring::v1::reconciliation_service_client::ReconciliationServiceClient;
use proto::scoring::v1::run_service_client::RunServiceClient;
use proto::scoring::v1::warning_service_client::WarningServiceClient;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;

use crate::district::{self, DISTRICT, SCHEME, decimal, name, unit};

pub(crate) const MONTHS: [&str; 3] = ["2023-01", "2023-02", "2023-03"];

/// Scoring that answers, with a client of each of its services.
pub(crate) struct Scoring {
    pub(crate) served: Served,
    pub(crate) observations: ObservationServiceClient<Channel>,
    pub(crate) reconciliations: ReconciliationServiceClient<Channel>,
    pub(crate) runs: RunServiceClient<Channel>,
    pub(crate) boards: BoardServiceClient<Channel>,
    pub(crate) warnings: WarningServiceClient<Channel>,
    pub(crate) changes: ChangeServiceClient<Channel>,
    pub(crate) awards: AwardServiceClient<Channel>,
    pub(crate) cards: CardServiceClient<Channel>,
    pub(crate) comparisons: ComparisonServiceClient<Channel>,
    pub(crate) corrections: CorrectionServiceClient<Channel>,
    pub(crate) discriminations: DiscriminationServiceClient<Channel>,
    pub(crate) feedbacks: FeedbackServiceClient<Channel>,
    pub(crate) objections: ObjectionServiceClient<Channel>,
}

impl Scoring {
    /// With the district defined and nothing reported.
    pub(crate) async fn start(bed: &Bed) -> Self {
        let served = bed.start(&[registry::SERVICE, scoring::SERVICE]).await;
        district::define(served.channel()).await;
        let channel = || served.channel();
        Self {
            observations: ObservationServiceClient::new(channel()),
            reconciliations: ReconciliationServiceClient::new(channel()),
            runs: RunServiceClient::new(channel()),
            boards: BoardServiceClient::new(channel()),
            warnings: WarningServiceClient::new(channel()),
            changes: ChangeServiceClient::new(channel()),
            awards: AwardServiceClient::new(channel()),
            cards: CardServiceClient::new(channel()),
            comparisons: ComparisonServiceClient::new(channel()),
            corrections: CorrectionServiceClient::new(channel()),
            discriminations: DiscriminationServiceClient::new(channel()),
            feedbacks: FeedbackServiceClient::new(channel()),
            objections: ObjectionServiceClient::new(channel()),
            served,
        }
    }

    /// With the whole quarter reported, agreed and closed.
    pub(crate) async fn with_quarter(bed: &Bed) -> Self {
        let mut scoring = Self::start(bed).await;
        scoring.store(quarter()).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        scoring
    }

    /// Reports one value.
    pub(crate) async fn report(
        &mut self,
        observation: pb::Observation,
    ) -> Result<pb::Observation, Status> {
        let request = pb::CreateObservationRequest {
            parent: DISTRICT.to_owned(),
            observation: Some(observation),
            request_id: String::new(),
        };
        self.observations.create_observation(request).await.map(Response::into_inner)
    }

    /// Sends a batch as it is.
    pub(crate) async fn bulk(
        &mut self,
        messages: Vec<Content>,
    ) -> Result<pb::BulkCreateObservationsResponse, Status> {
        let messages = messages
            .into_iter()
            .map(|content| pb::BulkCreateObservationsRequest { content: Some(content) });
        let stream = futures::stream::iter(messages.collect::<Vec<_>>());
        self.observations.bulk_create_observations(stream).await.map(Response::into_inner)
    }

    /// Reports many values, which must be sound.
    pub(crate) async fn store(
        &mut self,
        rows: Vec<pb::Observation>,
    ) -> pb::BulkCreateObservationsResponse {
        let count = rows.len() as i32;
        let reply = self.bulk(batch(header(count), rows)).await.unwrap();
        assert_eq!((reply.stored_count, &reply.problems[..]), (count, &[][..]));
        reply
    }

    pub(crate) async fn get(&mut self, name: &str) -> Result<pb::Observation, Status> {
        let request = pb::GetObservationRequest { name: name.to_owned() };
        self.observations.get_observation(request).await.map(Response::into_inner)
    }

    pub(crate) async fn correct(
        &mut self,
        name: &str,
        value: &str,
        reason: &str,
    ) -> Result<pb::Observation, Status> {
        let request = pb::CorrectObservationRequest {
            name: name.to_owned(),
            value: decimal(value),
            reason: reason.to_owned(),
            ..Default::default()
        };
        self.observations.correct_observation(request).await.map(Response::into_inner)
    }

    /// The current observation of a cell.
    pub(crate) async fn current(
        &mut self,
        unit_id: &str,
        indicator: &str,
        period: &str,
    ) -> pb::Observation {
        let request = pb::ListObservationsRequest {
            parent: DISTRICT.to_owned(),
            unit: unit(unit_id),
            indicator: name("indicators", indicator),
            period: name("periods", period),
            ..Default::default()
        };
        let reply = self.observations.list_observations(request).await.unwrap().into_inner();
        assert_eq!(reply.observations.len(), 1);
        reply.observations[0].clone()
    }

    pub(crate) async fn verify(
        &mut self,
        names: &[&str],
        evaluating_unit: &str,
    ) -> Result<i32, Status> {
        let request = pb::VerifyObservationsRequest {
            parent: DISTRICT.to_owned(),
            names: names.iter().map(ToString::to_string).collect(),
            evaluating_unit: unit(evaluating_unit),
            request_id: String::new(),
        };
        let reply = self.reconciliations.verify_observations(request).await?;
        Ok(reply.into_inner().verified_count)
    }

    /// Lets the evaluating units agree with everything that is reported for a period.
    pub(crate) async fn verify_all(&mut self, period: &str) {
        for evaluating_unit in ["office", "safety"] {
            let open = self.open_cells(period, evaluating_unit).await;
            let names = open.iter().map(|cell| cell.observation.as_str());
            let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
            if !names.is_empty() {
                self.verify(&names, evaluating_unit).await.unwrap();
            }
        }
    }

    pub(crate) async fn open_cells(
        &mut self,
        period: &str,
        evaluating_unit: &str,
    ) -> Vec<pb::OpenCell> {
        let request = pb::ListOpenCellsRequest {
            parent: name("reconciliations", period),
            page_size: 1000,
            evaluating_unit: unit(evaluating_unit),
            ..Default::default()
        };
        self.reconciliations.list_open_cells(request).await.unwrap().into_inner().open_cells
    }

    pub(crate) async fn dispute(
        &mut self,
        observation: &str,
        evaluating_unit: &str,
        reason: &str,
    ) -> Result<pb::DisputeObservationResponse, Status> {
        let request = pb::DisputeObservationRequest {
            name: observation.to_owned(),
            evaluating_unit: unit(evaluating_unit),
            counted_value: decimal("1"),
            reason: reason.to_owned(),
            request_id: String::new(),
        };
        self.reconciliations.dispute_observation(request).await.map(Response::into_inner)
    }

    pub(crate) async fn close(&mut self, period: &str) -> Result<pb::Reconciliation, Status> {
        let request = pb::CloseReconciliationRequest {
            name: name("reconciliations", period),
            request_id: String::new(),
        };
        self.reconciliations.close_reconciliation(request).await.map(Response::into_inner)
    }

    pub(crate) async fn reconciliation(&mut self, period: &str) -> pb::Reconciliation {
        let request = pb::GetReconciliationRequest { name: name("reconciliations", period) };
        self.reconciliations.get_reconciliation(request).await.unwrap().into_inner()
    }

    /// A run by the definitions that the period was closed with.
    pub(crate) async fn run(&mut self, period: &str, supersedes: &str) -> Result<pb::Run, Status> {
        self.run_by(pb::run::Definitions::Unspecified, period, supersedes).await
    }

    /// A run by the definitions as they are now.
    pub(crate) async fn run_now(
        &mut self,
        period: &str,
        supersedes: &str,
    ) -> Result<pb::Run, Status> {
        self.run_by(pb::run::Definitions::Current, period, supersedes).await
    }

    async fn run_by(
        &mut self,
        definitions: pb::run::Definitions,
        period: &str,
        supersedes: &str,
    ) -> Result<pb::Run, Status> {
        let request = pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run {
                scheme: SCHEME.to_owned(),
                period: name("periods", period),
                supersedes: supersedes.to_owned(),
                definitions: definitions.into(),
                ..Default::default()
            }),
            request_id: String::new(),
        };
        self.runs.create_run(request).await.map(Response::into_inner)
    }

    pub(crate) async fn publish(&mut self, run: &str) -> Result<pb::Run, Status> {
        let request = pb::PublishRunRequest { name: run.to_owned(), ..Default::default() };
        self.runs.publish_run(request).await.map(Response::into_inner)
    }

    pub(crate) async fn results(&mut self, run: &str) -> Vec<pb::Result> {
        let request = pb::ListResultsRequest { parent: run.to_owned(), ..Default::default() };
        self.runs.list_results(request).await.unwrap().into_inner().results
    }

    pub(crate) async fn explain(&mut self, run: &str, unit: &str) -> pb::ExplainScoreResponse {
        let request = pb::ExplainScoreRequest { name: format!("{run}/results/{unit}") };
        self.runs.explain_score(request).await.unwrap().into_inner()
    }

    pub(crate) async fn board(&mut self, period: &str) -> pb::Board {
        self.board_of("plan-2023", period).await
    }

    pub(crate) async fn board_of(&mut self, scheme: &str, period: &str) -> pb::Board {
        let request = pb::GetBoardRequest { name: name("boards", &format!("{scheme}.{period}")) };
        self.boards.get_board(request).await.unwrap().into_inner()
    }

    pub(crate) async fn all_warnings(&mut self) -> Vec<pb::Warning> {
        let request = pb::ListWarningsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        self.warnings.list_warnings(request).await.unwrap().into_inner().warnings
    }

    /// How many observations the ledger holds, superseded ones too.
    pub(crate) async fn ledger_size(&mut self) -> usize {
        let request = pb::ListObservationsRequest {
            parent: DISTRICT.to_owned(),
            page_size: 1000,
            show_superseded: true,
            ..Default::default()
        };
        let reply = self.observations.list_observations(request).await.unwrap().into_inner();
        reply.observations.len()
    }
}

/// A report of a value.
pub(crate) fn value(unit_id: &str, indicator: &str, period: &str, value: &str) -> pb::Observation {
    pb::Observation {
        unit: unit(unit_id),
        indicator: name("indicators", indicator),
        period: name("periods", period),
        value: decimal(value),
        ..Default::default()
    }
}

/// A report that an indicator does not apply.
pub(crate) fn not_applicable(unit_id: &str, indicator: &str, period: &str) -> pb::Observation {
    pb::Observation {
        value: None,
        presence: pb::Presence::NotApplicable.into(),
        note: "本季度无项目".to_owned(),
        ..value(unit_id, indicator, period, "0")
    }
}

/// The quarter's reports. Health misses a month of revenue and the survey; investment does not
/// apply to it. Finance had no incident, which is a value.
pub(crate) fn quarter() -> Vec<pb::Observation> {
    let mut rows = Vec::new();
    let series = [
        ("finance", "revenue", ["100", "100", "100"]),
        ("finance", "investment", ["300", "600", "900"]),
        ("finance", "incidents", ["0", "0", "0"]),
        ("works", "revenue", ["30", "20", "25"]),
        ("works", "investment", ["100", "300", "450"]),
        ("works", "incidents", ["1", "0", "2"]),
        ("health", "revenue", ["10", "", "20"]),
        ("health", "incidents", ["0", "0", "0"]),
    ];
    for (unit, indicator, values) in series {
        let months = MONTHS.iter().zip(values).filter(|(_, value)| !value.is_empty());
        rows.extend(months.map(|(month, text)| value(unit, indicator, month, text)));
    }
    rows.extend(MONTHS.map(|month| not_applicable("health", "investment", month)));
    rows.push(value("finance", "survey", "2023Q1", "90"));
    rows.push(value("works", "survey", "2023Q1", "80"));
    rows.push(value("north", "survey", "2023Q1", "95.5"));
    rows.push(value("south", "survey", "2023Q1", "95.5"));
    rows
}

pub(crate) fn header(row_count: i32) -> Header {
    Header { parent: DISTRICT.to_owned(), row_count, ..Default::default() }
}

/// A batch in messages of ten rows.
pub(crate) fn batch(header: Header, rows: Vec<pb::Observation>) -> Vec<Content> {
    let chunks = rows.chunks(10).map(|rows| Content::Rows(Rows { observations: rows.to_vec() }));
    std::iter::once(Content::Header(header)).chain(chunks).collect()
}

/// A document that somebody holds.
pub(crate) fn evidence(title: &str) -> pb::Evidence {
    pb::Evidence { title: title.to_owned(), sha256: "0a".repeat(32), ..Default::default() }
}

pub(crate) fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A decimal's text, `-` when absent.
pub(crate) fn text(value: &Option<proto::google::r#type::Decimal>) -> &str {
    value.as_ref().map_or("-", |value| &value.value)
}

/// The call failed with a code and a stable reason.
#[track_caller]
pub(crate) fn fails<T: std::fmt::Debug>(outcome: Result<T, Status>, code: Code, reason: &str) {
    let status = outcome.expect_err("the call went through");
    let info = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    assert_eq!((status.code(), info.as_str()), (code, reason), "{}", status.message());
}

/// The call was refused for exactly these fields and reasons.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &[(&str, &str)]) {
    let status = outcome.expect_err("the call went through");
    assert_eq!(status.code(), Code::InvalidArgument, "{}", status.message());
    let given = status.get_details_bad_request().map(|it| it.field_violations).unwrap_or_default();
    let given: Vec<(&str, &str)> =
        given.iter().map(|it| (it.field.as_str(), it.reason.as_str())).collect();
    assert_eq!(given, expected);
}

/// The call was refused by exactly these rules: reason and subject.
#[track_caller]
pub(crate) fn unmet<T: std::fmt::Debug>(outcome: Result<T, Status>, expected: &[(&str, &str)]) {
    let status = outcome.expect_err("the call went through");
    assert_eq!(status.code(), Code::FailedPrecondition, "{}", status.message());
    let given =
        status.get_details_precondition_failure().map(|it| it.violations).unwrap_or_default();
    let given: Vec<(&str, &str)> =
        given.iter().map(|it| (it.r#type.as_str(), it.subject.as_str())).collect();
    assert_eq!(given, expected);
}
