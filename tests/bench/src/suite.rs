//! The suite under test: its process, a channel to it, and a district to work on.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use proto::access::v1 as access;
use proto::access::v1::approval_service_client::ApprovalServiceClient;
use proto::google::r#type::Decimal;
use proto::registry::v1 as registry;
use registry::district_service_client::DistrictServiceClient;
use registry::indicator_service_client::IndicatorServiceClient;
use registry::period_service_client::PeriodServiceClient;
use registry::scheme_service_client::SchemeServiceClient;
use registry::target_service_client::TargetServiceClient;
use registry::unit_service_client::UnitServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::{Request, Status, transport};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use crate::Outcome;
use crate::process::{Process, free_port};

/// A connection of somebody who may do what the rows ask.
pub(crate) type Channel = InterceptedService<transport::Channel, Bearer>;

/// His token; none for peers.
#[derive(Clone)]
pub(crate) struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

/// The other person, at the suite that was started last.
static SECOND: Mutex<Option<Channel>> = Mutex::new(None);

const ROLES: [&str; 4] =
    ["assessment-office", "office-leader", "organisation-department", "system-administrator"];

pub(crate) const DISTRICT: &str = "districts/bench";

/// Units and indicators of the bench district.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) units: u32,
    pub(crate) indicators: u32,
}

/// `saima serve` on a port of its own with a data folder of its own.
pub(crate) struct Suite {
    pub(crate) process: Process,
    pub(crate) channel: Channel,
    /// Where it listens.
    pub(crate) address: String,
    pub(crate) token: String,
    data: tempfile::TempDir,
    more: Vec<String>,
}

impl Suite {
    pub(crate) async fn start(saima: &Path) -> Outcome<Self> {
        Self::start_with(saima, &[]).await
    }

    /// On a PostgreSQL that is running.
    pub(crate) async fn on_postgres(saima: &Path, url: &str) -> Outcome<Self> {
        Self::start_with(saima, &["--database-url", url, "--trial-tokens"]).await
    }

    /// With settings of its own.
    pub(crate) async fn start_with(saima: &Path, more: &[&str]) -> Outcome<Self> {
        let more = more.iter().map(|it| (*it).to_owned()).collect();
        Self::launch(saima, tempfile::tempdir()?, more).await
    }

    /// Kills it as it stands, and starts it anew on what it left.
    pub(crate) async fn kill_and_restart(self, saima: &Path) -> Outcome<Self> {
        let Self { process, data, more, .. } = self;
        drop(process);
        Self::launch(saima, data, more).await
    }

    /// Kills it as it stands; yields the folder that its databases are in, under `data`.
    pub(crate) fn stop(self) -> tempfile::TempDir {
        self.data
    }

    /// The file of its keys.
    pub(crate) fn keys(&self) -> String {
        self.data.path().join("data.keys").to_string_lossy().into_owned()
    }

    async fn launch(saima: &Path, data: tempfile::TempDir, more: Vec<String>) -> Outcome<Self> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let folder = data.path().join("data").to_string_lossy().into_owned();
        // Makes the keys, too.
        let keys = format!("{folder}.keys");
        let mut asked = std::process::Command::new(saima);
        asked.args(["token", "--data-dir", &folder, "--minutes", "720"]);
        asked.args(ROLES.iter().flat_map(|role| ["--role", role]));
        let token = String::from_utf8(asked.output()?.stdout)?.trim().to_owned();
        let mut arguments =
            vec!["serve", "--listen", &listen, "--data-dir", &folder, "--key-file", &keys];
        // Calls are counted, and none is too many.
        arguments.extend(["--calls-per-minute", "4000000000", "--call-burst", "4000000000"]);
        arguments.extend(more.iter().map(String::as_str));
        let process = Process::start(saima, &arguments)?;
        let channel = reach(&listen, &token).await?;
        let mut asked = std::process::Command::new(saima);
        asked.args(["token", "--data-dir", &folder, "--minutes", "720", "--account", "second"]);
        asked.args(ROLES.iter().flat_map(|role| ["--role", role]));
        let second = String::from_utf8(asked.output()?.stdout)?;
        let second = reach(&listen, second.trim()).await?;
        *SECOND.lock().unwrap_or_else(PoisonError::into_inner) = Some(second);
        Ok(Self { process, channel, address: listen, token, data, more })
    }
}

/// Does what needs a second person, who approves at once.
pub(crate) async fn by_four_eyes<T>(
    channel: &Channel,
    mut deed: impl AsyncFnMut(String) -> Result<T, Status>,
) -> Outcome<T> {
    let refusal = match deed(String::new()).await {
        Ok(done) => return Ok(done),
        Err(refusal) => refusal,
    };
    let info = refusal.get_details_error_info().ok_or(refusal)?;
    let text = |key: &str| info.metadata.get(key).cloned().unwrap_or_default();
    let resource = text("resource");
    let request = access::RequestApprovalRequest {
        parent: resource.split('/').take(2).collect::<Vec<_>>().join("/"),
        approval: Some(access::Approval {
            permission: text("permission"),
            resource_etag: text("resource_etag"),
            resource,
            reason: "测评".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let asked = ApprovalServiceClient::new(channel.clone()).request_approval(request).await?;
    let name = asked.into_inner().name;
    let second = SECOND.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let second = second.ok_or("nobody is there to approve")?;
    let request = access::ApproveApprovalRequest { name: name.clone(), ..Default::default() };
    ApprovalServiceClient::new(second).approve_approval(request).await?;
    Ok(deed(name).await?)
}

/// Waits until a server at `address` says that it serves.
pub(crate) async fn reach(address: &str, token: &str) -> Outcome<Channel> {
    let credential = (!token.is_empty()).then(|| format!("Bearer {token}").parse());
    let bearer = Bearer(credential.transpose()?);
    let endpoint = transport::Channel::from_shared(format!("http://{address}"))?;
    for _ in 0..20_000 {
        if let Ok(channel) = endpoint.connect().await
            && HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await.is_ok()
        {
            return Ok(InterceptedService::new(channel, bearer));
        }
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    Err(format!("{address} does not answer").into())
}

pub(crate) fn unit(index: u32) -> String {
    unit_in(DISTRICT, index)
}

pub(crate) fn unit_in(district: &str, index: u32) -> String {
    format!("{district}/units/u{index:04}")
}

pub(crate) fn indicator_in(district: &str, index: u32) -> String {
    format!("{district}/indicators/i{index:03}")
}

pub(crate) fn decimal(value: impl ToString) -> Option<Decimal> {
    Some(Decimal { value: value.to_string() })
}

/// Creates the bench district.
pub(crate) async fn define(channel: &Channel, size: Size, months: &[String]) -> Outcome<()> {
    define_in(channel, DISTRICT, size, months).await
}

/// What a district is made of.
pub(crate) struct Definitions {
    pub(crate) units: Vec<registry::Unit>,
    pub(crate) indicators: Vec<registry::Indicator>,
    pub(crate) periods: Vec<String>,
    pub(crate) targets: Vec<registry::Target>,
    pub(crate) scheme_id: &'static str,
    pub(crate) scheme: registry::Scheme,
}

impl Definitions {
    /// Creates a district of them, the scheme in force.
    pub(crate) async fn create(self, channel: &Channel, district: &str) -> Outcome<()> {
        let parent = district.to_owned();
        let request = registry::CreateDistrictRequest {
            district_id: district.trim_start_matches("districts/").into(),
            district: Some(registry::District {
                display_name: "测评区".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        DistrictServiceClient::new(channel.clone()).create_district(request).await?;
        let request = registry::BatchUpdateUnitsRequest {
            parent: parent.clone(),
            units: self.units,
            ..Default::default()
        };
        UnitServiceClient::new(channel.clone()).batch_update_units(request).await?;
        let request = registry::BatchUpdateIndicatorsRequest {
            parent: parent.clone(),
            indicators: self.indicators,
            ..Default::default()
        };
        IndicatorServiceClient::new(channel.clone()).batch_update_indicators(request).await?;
        let mut periods = PeriodServiceClient::new(channel.clone());
        for period_id in self.periods {
            let parent = parent.clone();
            let request = registry::CreatePeriodRequest { parent, period_id, ..Default::default() };
            periods.create_period(request).await?;
        }
        if !self.targets.is_empty() {
            let request = registry::BatchUpdateTargetsRequest {
                parent: parent.clone(),
                targets: self.targets,
                ..Default::default()
            };
            TargetServiceClient::new(channel.clone()).batch_update_targets(request).await?;
        }
        let mut schemes = SchemeServiceClient::new(channel.clone());
        let request = registry::CreateSchemeRequest {
            parent,
            scheme_id: self.scheme_id.into(),
            scheme: Some(self.scheme),
            ..Default::default()
        };
        let name = schemes.create_scheme(request).await?.into_inner().name;
        by_four_eyes(channel, async |approval| {
            let request =
                registry::EnactSchemeRequest { name: name.clone(), approval, ..Default::default() };
            schemes.enact_scheme(request).await
        })
        .await?;
        Ok(())
    }
}

/// Creates a district: every unit carries every indicator, monthly, over `months`.
pub(crate) async fn define_in(
    channel: &Channel,
    parent: &str,
    size: Size,
    months: &[String],
) -> Outcome<()> {
    let units = (0..size.units).map(|index| registry::Unit {
        name: unit_in(parent, index),
        display_name: format!("单位{index}"),
        kind: registry::UnitKind::Department.into(),
        category: "all".into(),
        ..Default::default()
    });
    let indicators = (0..size.indicators).map(|index| registry::Indicator {
        name: indicator_in(parent, index),
        display_name: format!("指标{index}"),
        kind: registry::IndicatorKind::Common.into(),
        direction: registry::Direction::HigherIsBetter.into(),
        frequency: registry::Frequency::Monthly.into(),
        accumulation: registry::Accumulation::Sum.into(),
        evaluating_unit: unit_in(parent, 0),
        min_value: decimal(0),
        ..Default::default()
    });
    let definitions = Definitions {
        units: units.collect(),
        indicators: indicators.collect(),
        periods: months.to_vec(),
        targets: Vec::new(),
        scheme_id: "v1",
        scheme: scheme(parent, size, &months[0]),
    };
    definitions.create(channel, parent).await
}

fn scheme(district: &str, size: Size, first: &str) -> registry::Scheme {
    use registry::{Bounds, Leaf, Members, MinMax, Node, Scheme, Sum, Track, bounds, leaf, node};
    let leaf = |index| Node {
        node_id: format!("n{index:03}"),
        weight: decimal(1),
        rule: Some(node::Rule::Leaf(Leaf {
            indicator: indicator_in(district, index),
            method: Some(leaf::Method::MinMax(MinMax {
                bounds: Some(Bounds { source: Some(bounds::Source::Cohort(bounds::Cohort {})) }),
                ..Default::default()
            })),
            ..Default::default()
        })),
        ..Default::default()
    };
    let root = Node {
        node_id: "total".into(),
        display_name: "总分".into(),
        weight: decimal(size.indicators),
        rule: Some(node::Rule::Sum(Sum { children: (0..size.indicators).map(leaf).collect() })),
        ..Default::default()
    };
    let track = Track {
        track_id: "all".into(),
        display_name: "全部单位".into(),
        members: Some(Members { categories: vec!["all".into()], ..Default::default() }),
        root: Some(root),
        ..Default::default()
    };
    Scheme {
        display_name: "测评方案".into(),
        series: "bench".into(),
        effective_period: format!("{district}/periods/{first}"),
        tracks: vec![track],
        ..Default::default()
    }
}
