//! What registry and scoring are asked, by name, and never commanded.

mod defined;
mod distinctions;
mod lists;
pub(crate) mod scoring;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::tz::TimeZone;
use kit::peers::{Peer, Peers};
use kit::{Error, Result, date};
use proto::registry::v1 as registry;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::front_service_client::FrontServiceClient;
use proto::registry::v1::period_service_client::PeriodServiceClient;
use proto::registry::v1::post_service_client::PostServiceClient;
use proto::registry::v1::project_service_client::ProjectServiceClient;
use proto::registry::v1::scheme_service_client::SchemeServiceClient;
use proto::registry::v1::seat_service_client::SeatServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use proto::scoring::v1::GetRunRequest;
use proto::scoring::v1::run_service_client::RunServiceClient;
use tonic::Code;

use crate::archive::Meaning;
use crate::rpc::{DISTRICT, PERIOD, RUN, UNIT};

/// Up to so many units are asked for one by one, more by paging through the district.
const FEW: usize = 16;
/// Calls under way at once.
const CONCURRENT: usize = 8;
/// Runs remembered.
const REMEMBERED: usize = 1024;

/// The registry.
#[derive(Clone)]
pub(crate) struct Registry {
    districts: DistrictServiceClient<Peer>,
    units: UnitServiceClient<Peer>,
    seats: SeatServiceClient<Peer>,
    schemes: SchemeServiceClient<Peer>,
    fronts: FrontServiceClient<Peer>,
}

impl Registry {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            districts: kit::client!(DistrictServiceClient, peers.get("registry")),
            units: kit::client!(UnitServiceClient, peers.get("registry")),
            seats: kit::client!(SeatServiceClient, peers.get("registry")),
            schemes: kit::client!(SchemeServiceClient, peers.get("registry")),
            fronts: kit::client!(FrontServiceClient, peers.get("registry")),
        }
    }

    /// Refuses with NOT_FOUND a district that does not exist.
    pub(crate) async fn check_district(&self, district: &str) -> Result<()> {
        let name = DISTRICT.format(&[district]);
        self.districts.clone().get_district(registry::GetDistrictRequest { name }).await?;
        Ok(())
    }

    /// The time zone by which a district tells its days. Refuses with NOT_FOUND a district that does
    /// not exist.
    pub(crate) async fn zone(&self, district: &str) -> Result<TimeZone> {
        let name = DISTRICT.format(&[district]);
        let request = registry::GetDistrictRequest { name };
        let found = self.districts.clone().get_district(request).await?.into_inner();
        TimeZone::get(&found.time_zone).map_err(Error::internal)
    }

    /// Those of the units `wanted` that the district never had. Retired ones it had.
    pub(crate) async fn unknown_units(
        &self,
        district: &str,
        wanted: BTreeSet<&str>,
    ) -> Result<BTreeSet<String>> {
        let unknown: BTreeSet<String> = wanted.into_iter().map(str::to_owned).collect();
        if unknown.len() <= FEW {
            self.unknown_of_few(district, unknown).await
        } else {
            self.unknown_of_many(district, unknown).await
        }
    }

    /// The categories of those of the units that the district has or had.
    pub(crate) async fn categories(
        &self,
        district: &str,
        units: BTreeSet<String>,
    ) -> Result<HashMap<String, String>> {
        let asked = units.into_iter().map(|unit| {
            let mut units = self.units.clone();
            let name = UNIT.format(&[district, &unit]);
            async move {
                match units.get_unit(registry::GetUnitRequest { name }).await {
                    Ok(found) => Ok(Some((unit, found.into_inner().category))),
                    Err(status) if status.code() == Code::NotFound => Ok(None),
                    Err(status) => Err(Error::from(status)),
                }
            }
        });
        let answers: Vec<Option<(String, String)>> =
            stream::iter(asked).buffer_unordered(CONCURRENT).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn unknown_of_few(
        &self,
        district: &str,
        wanted: BTreeSet<String>,
    ) -> Result<BTreeSet<String>> {
        let asked = wanted.into_iter().map(|unit| {
            let mut units = self.units.clone();
            let name = UNIT.format(&[district, &unit]);
            async move {
                match units.get_unit(registry::GetUnitRequest { name }).await {
                    Ok(_) => Ok(None),
                    Err(status) if status.code() == Code::NotFound => Ok(Some(unit)),
                    Err(status) => Err(Error::from(status)),
                }
            }
        });
        let answers: Vec<Option<String>> =
            stream::iter(asked).buffer_unordered(CONCURRENT).try_collect().await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn unknown_of_many(
        &self,
        district: &str,
        mut unknown: BTreeSet<String>,
    ) -> Result<BTreeSet<String>> {
        let mut request = registry::ListUnitsRequest {
            parent: DISTRICT.format(&[district]),
            page_size: kit::page::MAX_SIZE as i32,
            show_retired: true,
            ..Default::default()
        };
        loop {
            let page = self.units.clone().list_units(request.clone()).await?.into_inner();
            for unit in &page.units {
                if let Some(name) = UNIT.read(&unit.name) {
                    unknown.remove(name.id("unit"));
                }
            }
            if unknown.is_empty() || page.next_page_token.is_empty() {
                return Ok(unknown);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// Scoring and registry, as far as they say what a run's results mean.
#[derive(Clone)]
pub(crate) struct Meanings {
    runs: RunServiceClient<Peer>,
    periods: PeriodServiceClient<Peer>,
    schemes: SchemeServiceClient<Peer>,
    projects: ProjectServiceClient<Peer>,
    posts: PostServiceClient<Peer>,
    known: Arc<Mutex<HashMap<String, Arc<Meaning>>>>,
}

impl Meanings {
    pub(crate) fn new(peers: &Peers) -> Self {
        Self {
            runs: kit::client!(RunServiceClient, peers.get("scoring")),
            periods: kit::client!(PeriodServiceClient, peers.get("registry")),
            schemes: kit::client!(SchemeServiceClient, peers.get("registry")),
            projects: kit::client!(ProjectServiceClient, peers.get("registry")),
            posts: kit::client!(PostServiceClient, peers.get("registry")),
            known: Arc::default(),
        }
    }

    /// What the results of a run mean; asked for once, then remembered.
    pub(crate) async fn of_run(&self, district: &str, run: &str) -> Result<Arc<Meaning>> {
        let name = RUN.format(&[district, run]);
        if let Some(meaning) = self.lock().get(&name) {
            return Ok(Arc::clone(meaning));
        }
        let meaning = Arc::new(self.ask(name.clone()).await?);
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(name, Arc::clone(&meaning));
        Ok(meaning)
    }

    async fn ask(&self, name: String) -> Result<Meaning> {
        let request = GetRunRequest { name };
        let run = self.runs.clone().get_run(request).await?.into_inner();
        let period = registry::GetPeriodRequest { name: run.period };
        let scheme = registry::GetSchemeRequest { name: run.scheme };
        let (mut periods, mut schemes) = (self.periods.clone(), self.schemes.clone());
        let (period, scheme) =
            futures::try_join!(periods.get_period(period), schemes.get_scheme(scheme))?;
        let period = period.into_inner();
        let scheme = scheme.into_inner();
        let tracks = scheme.tracks.into_iter();
        Ok(Meaning {
            period_end: period
                .end_date
                .as_ref()
                .and_then(date::from_proto)
                .ok_or_else(|| Error::internal(format!("{} has no last day", period.name)))?,
            series: scheme.series,
            period: PERIOD.parse("period", &period.name)?.id("period").to_owned(),
            tracks: tracks.map(|track| (track.track_id, track.display_name)).collect(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Meaning>>> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
