//! Targets.

use kit::field::Fields;
use kit::name::Pattern;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, decimal, etag, feed, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::target_service_server::TargetService;
use rust_decimal::Decimal;
use tonic::{Request, Response, Status};

use super::{Rpc, is_bounded, refuse_twins};
use crate::store::target::Filter;
use crate::target::{Contents, Higher, Key, Known, PlanShare, Row, Target};
use crate::{district, indicator, period, post, project, store, subject, target, unit};

const UPDATED: &str = "saima.registry.v1.TargetsUpdated";

const BATCH: usize = 5000;

/// The most rows of a plan: the weeks of a year.
const PLAN: usize = 53;

/// The unit segment that stands for every unit.
const EVERY_UNIT: &str = "/units/-";

#[tonic::async_trait]
impl TargetService for Rpc {
    async fn get_target(
        &self,
        request: Request<pb::GetTargetRequest>,
    ) -> Result<Response<pb::Target>, Status> {
        let name = &request.get_ref().name;
        // A name of a foreign district is refused before anything is said of its form.
        guard::in_district(name.split('/').nth(1).unwrap_or("-"))?;
        let (district, key) = Key::parse(name)
            .ok_or_else(|| Error::invalid("name", "NAME_FORMAT", complaint(name)))?;
        let mut tx = self.db.begin_read().await?;
        let target = store::target::find(&mut tx, &district, &key).await?;
        let target = target.ok_or_else(|| Error::not_found(target::NOUN, name))?;
        Ok(Response::new(target.into()))
    }

    async fn list_targets(
        &self,
        request: Request<pb::ListTargetsRequest>,
    ) -> Result<Response<pb::ListTargetsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = match request.parent.strip_suffix(EVERY_UNIT) {
            Some(district) => fields.name("parent", &district::NAME, district),
            None => fields.name("parent", pattern(&request.parent), &request.parent),
        };
        let district = parent.id("district");
        let unit = subject::read(parent.as_str()).map(|(_, id)| id);
        let mut narrowed =
            |field: &str, pattern, name| fields.optional_member(field, pattern, name, district);
        let filter = Filter {
            unit,
            indicator: narrowed("indicator", &indicator::NAME, &request.indicator),
            period: narrowed("period", &period::NAME, &request.period),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.indicator, &request.period],
        )?;

        let mut tx = self.db.begin_read().await?;
        match &filter.unit {
            Some(_) if parent.kind() == project::NAME.kind() => {
                drop(store::project::get(&mut tx, &parent).await?);
            }
            Some(_) if parent.kind() == post::NAME.kind() => {
                drop(store::post::get(&mut tx, &parent).await?);
            }
            Some(_) => drop(store::unit::get(&mut tx, &parent).await?),
            None => drop(store::district::get(&mut tx, district).await?),
        }
        let mut targets = store::target::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut targets, store::target::key);
        let targets = targets.into_iter().map(pb::Target::from).collect();
        Ok(Response::new(pb::ListTargetsResponse { targets, next_page_token }))
    }

    async fn batch_update_targets(
        &self,
        request: Request<pb::BatchUpdateTargetsRequest>,
    ) -> Result<Response<pb::BatchUpdateTargetsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let rows = rows(&mut fields, &request.targets, district);
        fields.check()?;
        let once = Once::new(district, "BatchUpdateTargets", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let periods = rows.iter().map(|row| row.key.period.as_str()).collect();
        let known = Known {
            targets: store::target::of_periods(&mut tx, district, &periods).await?,
            subjects: store::target::subjects(&mut tx, district).await?,
            indicators: store::indicator::ids(&mut tx, district).await?,
            periods: store::period::ids(&mut tx, district).await?,
            growing: store::indicator::growing(&mut tx, district).await?,
            divided: store::scheme::divided(&mut tx, district).await?,
        };
        let batch = target::merge(district, known, rows, tx.now())?;
        let reply = pb::BatchUpdateTargetsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        store::target::save(&mut tx, batch.written()).await?;
        if batch.written().next().is_some() {
            let name = format!("{parent}/targets");
            feed::append(&mut tx, district, UPDATED, &name, &pb::Change::default());
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Target> for pb::Target {
    fn from(target: Target) -> Self {
        let name = target.name();
        let Target { district, key, contents, create_time, update_time, revision } = target;
        Self {
            name,
            indicator: indicator::NAME.format(&[&district, &key.indicator]),
            period: period::NAME.format(&[&district, &key.period]),
            value: Some(decimal::to_proto(contents.value)),
            source: contents.source,
            higher: contents.higher.map(higher_to_proto),
            plan: plan_to_proto(&district, contents.plan),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

/// A target of a higher level on the wire.
pub(super) fn higher_to_proto(higher: Higher) -> pb::HigherTarget {
    pb::HigherTarget {
        issuer: higher.issuer,
        document: higher.document,
        indicator: higher.indicator,
        value: Some(decimal::to_proto(higher.value)),
        share_percent: higher.share.map(decimal::to_proto),
    }
}

/// A plan on the wire.
pub(super) fn plan_to_proto(district: &str, plan: Vec<PlanShare>) -> Vec<pb::PlanShare> {
    let row = |it: PlanShare| pb::PlanShare {
        period: period::NAME.format(&[district, &it.period]),
        share_percent: Some(decimal::to_proto(it.share)),
    };
    plan.into_iter().map(row).collect()
}

fn higher(fields: &mut Fields, at: &str, given: &pb::HigherTarget) -> Higher {
    let share = fields.optional_decimal(format_args!("{at}.share_percent"), &given.share_percent);
    if share.is_some_and(|it| it <= Decimal::ZERO || it > Decimal::ONE_HUNDRED) {
        let message = "must be above 0 and at most 100";
        fields.violation(format_args!("{at}.share_percent"), "OUT_OF_RANGE", message);
    }
    Higher {
        issuer: fields.text(format_args!("{at}.issuer"), &given.issuer, 1..=100),
        document: fields.text(format_args!("{at}.document"), &given.document, 1..=200),
        indicator: fields.text(format_args!("{at}.indicator"), &given.indicator, 0..=200),
        value: fields.decimal(format_args!("{at}.value"), &given.value),
        share,
    }
}

fn plan(fields: &mut Fields, at: &str, given: &[pb::PlanShare], district: &str) -> Vec<PlanShare> {
    if given.len() > PLAN {
        let message = format!("must have at most {PLAN} rows, has {}", given.len());
        fields.violation(at, "TOO_MANY", message);
        return Vec::new();
    }
    let mut read = |(row, it): (usize, &pb::PlanShare)| {
        let at = format!("{at}[{row}]");
        let share = fields.decimal(format_args!("{at}.share_percent"), &it.share_percent);
        if share < Decimal::ZERO || share > Decimal::ONE_HUNDRED || share.normalize().scale() > 4 {
            let message =
                format!("must be 0–100 with at most 4 places after the point, is {share}");
            fields.violation(format_args!("{at}.share_percent"), "OUT_OF_RANGE", message);
        }
        let period =
            fields.member(format_args!("{at}.period"), &period::NAME, &it.period, district);
        PlanShare { period, share }
    };
    given.iter().enumerate().map(&mut read).collect()
}

fn rows(fields: &mut Fields, given: &[pb::Target], district: &str) -> Vec<Row> {
    if !is_bounded(fields, "targets", given.len(), BATCH) {
        return Vec::new();
    }
    refuse_twins(fields, "targets", given.iter().map(|it| it.name.as_str()));
    let mut rows = Vec::with_capacity(given.len());
    for (index, given) in given.iter().enumerate() {
        let name = format_args!("targets[{index}].name");
        let contents = Contents {
            value: fields.decimal(format_args!("targets[{index}].value"), &given.value),
            source: fields.text(format_args!("targets[{index}].source"), &given.source, 0..=200),
            higher: given
                .higher
                .as_ref()
                .map(|it| higher(fields, &format!("targets[{index}].higher"), it)),
            plan: plan(fields, &format!("targets[{index}].plan"), &given.plan, district),
        };
        match Key::parse(&given.name) {
            Some((its, key)) if its == district || district.is_empty() => {
                rows.push(Row { key, contents, etag: given.etag.clone() });
            }
            Some(_) => {
                let message = format!("{} is not in districts/{district}", given.name);
                fields.violation(name, "OTHER_DISTRICT", message);
            }
            None if given.name.is_empty() => {
                fields.violation(name, "REQUIRED", "must be a target name");
            }
            None => fields.violation(name, "NAME_FORMAT", complaint(&given.name)),
        }
    }
    rows
}

fn complaint(name: &str) -> String {
    let shown: String = name.chars().take(200).collect();
    format!(
        "{shown:?} is not a target name; it must look like \
         districts/{{district}}/units/{{unit}}/targets/{{indicator}}.{{period}}, or have projects \
         or posts in the place of units"
    )
}

/// How the subject is named whose targets are wanted.
fn pattern(parent: &str) -> &'static Pattern {
    match parent.split('/').nth(2) {
        Some("projects") => &project::NAME,
        Some("posts") => &post::NAME,
        _ => &unit::NAME,
    }
}
