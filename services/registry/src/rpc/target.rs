//! Targets.

use kit::field::Fields;
use kit::name::Pattern;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, decimal, etag, feed};
use proto::registry::v1 as pb;
use proto::registry::v1::target_service_server::TargetService;
use tonic::{Request, Response, Status};

use super::{Rpc, is_bounded, refuse_twins};
use crate::store::target::Filter;
use crate::target::{Contents, Key, Known, Row, Target};
use crate::{district, indicator, period, post, project, store, subject, target, unit};

const UPDATED: &str = "saima.registry.v1.TargetsUpdated";

const BATCH: usize = 5000;

/// The unit segment that stands for every unit.
const EVERY_UNIT: &str = "/units/-";

#[tonic::async_trait]
impl TargetService for Rpc {
    async fn get_target(
        &self,
        request: Request<pb::GetTargetRequest>,
    ) -> Result<Response<pb::Target>, Status> {
        let name = &request.get_ref().name;
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
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
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
