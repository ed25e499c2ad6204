//! The suite as a client sees it: one address, every service's client.

use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use proto::{access, cadre, notification, registry, scoring};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use crate::failure::{Failure, Result};

/// Where the suite listens when nothing else is said.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:50051";

const CONNECT: Duration = Duration::from_secs(5);

/// Where the suite is, and how it is known there.
#[derive(Clone, Debug, clap::Args)]
pub struct Server {
    /// Where the suite listens; https:// where it shows a certificate
    #[arg(long = "server", env = "SAIMA_SERVER", value_name = "URL", default_value = DEFAULT_SERVER)]
    pub url: Uri,

    /// Authority of the certificate that it shows, in PEM
    #[arg(long, env = "SAIMA_AUTHORITY", value_name = "FILE")]
    pub authority: Option<PathBuf>,
}

impl Server {
    /// A server that is not encrypted.
    pub fn at(url: Uri) -> Self {
        Self { url, authority: None }
    }

    async fn line(&self, token: &str) -> Result<Line> {
        let bearer = Bearer::of(token)?;
        let url = &self.url;
        let encrypted = url.scheme() == Some(&http::uri::Scheme::HTTPS);
        let mut endpoint = Endpoint::from(url.clone()).connect_timeout(CONNECT);
        match &self.authority {
            Some(file) if encrypted => {
                let unread = |error| Failure::input(format!("{}: {error}", file.display()));
                let authority = Certificate::from_pem(std::fs::read(file).map_err(unread)?);
                let tls = ClientTlsConfig::new().ca_certificate(authority);
                endpoint = endpoint.tls_config(tls).map_err(|error| {
                    Failure::input(format!("{}: no certificates in PEM: {error}", file.display()))
                })?;
            }
            Some(_) => {
                return Err(Failure::input(format!(
                    "--authority wants an https:// server, not {url}"
                )));
            }
            None if encrypted => {
                let message =
                    "an https:// server wants --authority, the file of its certificate's authority";
                return Err(Failure::input(message));
            }
            None => {}
        }
        let channel = endpoint.connect().await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|it| format!(" ({it})"));
            let cause = cause.unwrap_or_default();
            let message = format!("nobody answers at {url}{cause}; is `saima serve` running?");
            Failure::unavailable(message)
        })?;
        Ok(InterceptedService::new(channel, bearer))
    }
}

/// A connection to the suite.
#[derive(Clone, Debug)]
pub struct Suite {
    channel: Line,
    /// The same as a second person, who approves.
    second: Option<Line>,
}

/// A connection that says with every call who is calling.
pub type Line = InterceptedService<Channel, Bearer>;

/// The token of whoever calls.
#[derive(Clone, Default)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Bearer {
    /// The credential that a token makes; none for an empty one.
    pub fn of(token: &str) -> Result<Self> {
        if token.is_empty() {
            return Ok(Self::default());
        }
        let value = format!("Bearer {token}").parse::<MetadataValue<Ascii>>();
        let mut value = value.map_err(|_| Failure::input("the token is no token"))?;
        value.set_sensitive(true);
        Ok(Self(Some(value)))
    }
}

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(..)")
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> std::result::Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
            if !request.metadata().contains_key("saima-purpose-bin") {
                let purpose = MetadataValue::from_static("saima command line");
                request.metadata_mut().insert("saima-purpose", purpose);
            }
        }
        Ok(request)
    }
}

/// One client for each service of the contract that the commands call.
macro_rules! clients {
    ($($(#[$doc:meta])* $method:ident: $package:ident, $module:ident, $client:ident;)+) => {
        impl Suite {
            $(
                $(#[$doc])*
                pub fn $method(&self) -> $package::v1::$module::$client<Line> {
                    use $package::v1::$module::$client;
                    kit::client!($client, self.channel.clone())
                }
            )+
        }
    };
}

clients! {
    /// Callers.
    callers: access, caller_service_client, CallerServiceClient;
    /// Approvals.
    approvals: access, approval_service_client, ApprovalServiceClient;
    /// Districts.
    districts: registry, district_service_client, DistrictServiceClient;
    /// Units.
    units: registry, unit_service_client, UnitServiceClient;
    /// Indicators.
    indicators: registry, indicator_service_client, IndicatorServiceClient;
    /// Periods.
    periods: registry, period_service_client, PeriodServiceClient;
    /// Targets.
    targets: registry, target_service_client, TargetServiceClient;
    /// Schemes.
    schemes: registry, scheme_service_client, SchemeServiceClient;
    /// Fronts.
    fronts: registry, front_service_client, FrontServiceClient;
    /// Stations.
    stations: registry, station_service_client, StationServiceClient;
    /// Posts.
    posts: registry, post_service_client, PostServiceClient;
    /// Projects.
    projects: registry, project_service_client, ProjectServiceClient;
    /// Communities.
    communities: registry, community_service_client, CommunityServiceClient;
    /// Pairings.
    pairings: registry, pairing_service_client, PairingServiceClient;
    /// Seats.
    seats: registry, seat_service_client, SeatServiceClient;
    /// Task lists.
    task_lists: registry, task_list_service_client, TaskListServiceClient;
    /// Tasks.
    tasks: registry, task_service_client, TaskServiceClient;
    /// Plates.
    plates: registry, plate_service_client, PlateServiceClient;
    /// Phases.
    phases: registry, phase_service_client, PhaseServiceClient;
    /// Milestones.
    milestones: registry, milestone_service_client, MilestoneServiceClient;
    /// Orders.
    orders: registry, order_service_client, OrderServiceClient;
    /// Inspectors.
    inspectors: registry, inspector_service_client, InspectorServiceClient;
    /// Whistles.
    whistles: registry, whistle_service_client, WhistleServiceClient;
    /// Lessons.
    lessons: registry, lesson_service_client, LessonServiceClient;
    /// Observations.
    observations: scoring, observation_service_client, ObservationServiceClient;
    /// Reconciliations.
    reconciliations: scoring, reconciliation_service_client, ReconciliationServiceClient;
    /// Runs.
    runs: scoring, run_service_client, RunServiceClient;
    /// Boards.
    boards: scoring, board_service_client, BoardServiceClient;
    /// Warnings.
    warnings: scoring, warning_service_client, WarningServiceClient;
    /// Persons.
    persons: cadre, person_service_client, PersonServiceClient;
    /// What is held about a person.
    person_exports: cadre, person_export_service_client, PersonExportServiceClient;
    /// Pools.
    pools: cadre, pool_service_client, PoolServiceClient;
    /// Training posts.
    training_posts: cadre, training_post_service_client, TrainingPostServiceClient;
    /// Campaigns.
    campaigns: cadre, campaign_service_client, CampaignServiceClient;
    /// Rest calendars.
    rest_calendars: cadre, rest_calendar_service_client, RestCalendarServiceClient;
    /// Rules of appointment.
    appointment_rules: cadre, appointment_rule_service_client, AppointmentRuleServiceClient;
    /// Archives.
    archives: cadre, archive_service_client, ArchiveServiceClient;
    /// Letters.
    letters: notification, letter_service_client, LetterServiceClient;
    /// Bulletins.
    bulletins: notification, bulletin_service_client, BulletinServiceClient;
    /// Documents.
    documents: notification, document_service_client, DocumentServiceClient;
    /// What units do about letters and problems.
    rectifications: notification, rectification_service_client, RectificationServiceClient;
    /// Receipts that are owed.
    receipts: notification, receipt_service_client, ReceiptServiceClient;
    /// The office's rhythm.
    schedules: notification, schedule_service_client, ScheduleServiceClient;
    /// What happens in cadre.
    cadre_changes: cadre, change_service_client, ChangeServiceClient;
    /// What happens in notification.
    notification_changes: notification, change_service_client, ChangeServiceClient;
}

impl Suite {
    /// Connects to the suite at `server` as whoever has `token`.
    pub async fn connect(server: &Server, token: &str) -> Result<Self> {
        Ok(Self { channel: server.line(token).await?, second: None })
    }

    /// The same, with a second person at hand who approves what needs four eyes; nobody without a
    /// token.
    pub async fn approved_by(self, server: &Server, token: &str) -> Result<Self> {
        let second = if token.is_empty() { None } else { Some(server.line(token).await?) };
        Ok(Self { second, ..self })
    }

    /// The suite as the second person sees it.
    pub fn second(&self) -> Option<Self> {
        Some(Self { channel: self.second.clone()?, second: None })
    }

    /// The connection itself, for calls by name.
    pub fn channel(&self) -> Line {
        self.channel.clone()
    }
}

/// Every page of a list.
macro_rules! pages {
    ($client:expr, $method:ident, $request:expr, $items:ident) => {{
        let mut client = $client;
        let mut request = $request;
        request.page_size = 1000;
        let mut all = Vec::new();
        loop {
            let page = client.$method(request.clone()).await?.into_inner();
            all.extend(page.$items);
            if page.next_page_token.is_empty() {
                break all;
            }
            request.page_token = page.next_page_token;
        }
    }};
}
pub(crate) use pages;
