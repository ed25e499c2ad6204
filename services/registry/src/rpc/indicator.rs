//! Indicators.

use kit::db::Tx;
use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, decimal, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::indicator_service_server::IndicatorService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, is_bounded, refuse_twins};
use crate::batch::Row;
use crate::indicator::{Contents, Indicator, Known};
use crate::store::indicator::Filter;
use crate::{district, indicator, store, unit};

const CREATED: &str = "saima.registry.v1.IndicatorCreated";
const UPDATED: &str = "saima.registry.v1.IndicatorUpdated";

const BATCH: usize = 1000;

#[tonic::async_trait]
impl IndicatorService for Rpc {
    async fn get_indicator(
        &self,
        request: Request<pb::GetIndicatorRequest>,
    ) -> Result<Response<pb::Indicator>, Status> {
        let name = indicator::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let indicator = store::indicator::get(&mut tx, &name).await?;
        Ok(Response::new(indicator.into()))
    }

    async fn list_indicators(
        &self,
        request: Request<pb::ListIndicatorsRequest>,
    ) -> Result<Response<pb::ListIndicatorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let unit = &request.evaluating_unit;
        let filter = Filter {
            kind: fields.optional_choice("kind", request.kind),
            evaluating_unit: fields.optional_member("evaluating_unit", &unit::NAME, unit, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.kind, unit],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut indicators = store::indicator::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut indicators, |indicator| indicator.id.clone());
        let indicators = indicators.into_iter().map(pb::Indicator::from).collect();
        Ok(Response::new(pb::ListIndicatorsResponse { indicators, next_page_token }))
    }

    async fn create_indicator(
        &self,
        request: Request<pb::CreateIndicatorRequest>,
    ) -> Result<Response<pb::Indicator>, Status> {
        let request = request.into_inner();
        let given = field::required("indicator", request.indicator.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let id = fields.id("indicator_id", &request.indicator_id);
        let contents = contents(&mut fields, "indicator", given, district);
        fields.check()?;
        let once = Once::new(district, "CreateIndicator", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        check(&mut tx, district, &contents).await?;
        let indicator = Indicator::new(district, id, contents, tx.now());
        store::indicator::save(&mut tx, [&indicator]).await?;
        let reply = pb::Indicator::from(indicator);
        let resource = Resource::Indicator(reply.clone());
        change::append(&mut tx, district, CREATED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_indicator(
        &self,
        request: Request<pb::UpdateIndicatorRequest>,
    ) -> Result<Response<pb::Indicator>, Status> {
        let request = request.into_inner();
        let given = field::required("indicator", request.indicator)?;
        let name = indicator::NAME.parse("indicator.name", &given.name)?;
        let district = name.id("district");
        let update = Mask::parse(&request.update_mask, &mutable(&given))?;
        let mut fields = Fields::default();
        let contents = contents(&mut fields, "indicator", &given, district);
        update.check("indicator", fields)?;

        let mut tx = self.db.begin_write().await?;
        store::district::lock(&mut tx, district).await?;
        let mut indicator = store::indicator::get(&mut tx, &name).await?;
        etag::check(&given.etag, indicator.revision, name.as_str())?;
        let mut patched = indicator.contents.clone();
        patched.patch(contents, |field| update.has(field));
        check(&mut tx, district, &patched).await?;
        let is_in_force = store::scheme::in_force(&mut tx, district).await?.contains(&indicator.id);
        if !indicator.change(patched, is_in_force, tx.now())? {
            return Ok(Response::new(indicator.into()));
        }
        store::indicator::save(&mut tx, [&indicator]).await?;
        let reply = pb::Indicator::from(indicator);
        let resource = Resource::Indicator(reply.clone());
        change::append(&mut tx, district, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn batch_update_indicators(
        &self,
        request: Request<pb::BatchUpdateIndicatorsRequest>,
    ) -> Result<Response<pb::BatchUpdateIndicatorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let rows = rows(&mut fields, &request.indicators, district);
        fields.check()?;
        let once = Once::new(district, "BatchUpdateIndicators", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let known = Known {
            indicators: store::indicator::all(&mut tx, district).await?,
            units: store::unit::ids(&mut tx, district).await?,
            in_force: store::scheme::in_force(&mut tx, district).await?,
        };
        let batch = indicator::merge(district, known, rows, tx.now())?;
        let reply = pb::BatchUpdateIndicatorsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        store::indicator::save(&mut tx, batch.written()).await?;
        for (kind, indicators) in [(CREATED, batch.created), (UPDATED, batch.updated)] {
            for indicator in indicators.into_iter().map(pb::Indicator::from) {
                let name = indicator.name.clone();
                change::append(&mut tx, district, kind, &name, Resource::Indicator(indicator));
            }
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Indicator> for pb::Indicator {
    fn from(indicator: Indicator) -> Self {
        let name = indicator.name();
        let contents = indicator.contents;
        Self {
            name,
            uid: indicator.uid,
            display_name: contents.display_name,
            kind: contents.kind as i32,
            unit_of_measure: contents.unit_of_measure,
            direction: contents.direction as i32,
            frequency: contents.frequency as i32,
            accumulation: contents.accumulation as i32,
            evaluating_unit: unit::NAME.format(&[&indicator.district, &contents.evaluating_unit]),
            min_value: contents.min_value.map(decimal::to_proto),
            max_value: contents.max_value.map(decimal::to_proto),
            definition: contents.definition,
            source: contents.source,
            create_time: Some(clock::to_proto(indicator.create_time)),
            update_time: Some(clock::to_proto(indicator.update_time)),
            etag: etag::of(indicator.revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Indicator, district: &str) -> Contents {
    let field = |field: &str| format!("{at}.{field}");
    Contents {
        display_name: fields.text(field("display_name"), &given.display_name, 1..=200),
        kind: fields.choice(field("kind"), given.kind),
        unit_of_measure: fields.text(field("unit_of_measure"), &given.unit_of_measure, 0..=20),
        direction: fields.choice(field("direction"), given.direction),
        frequency: fields.choice(field("frequency"), given.frequency),
        accumulation: fields.choice(field("accumulation"), given.accumulation),
        evaluating_unit: fields.member(
            field("evaluating_unit"),
            &unit::NAME,
            &given.evaluating_unit,
            district,
        ),
        min_value: fields.optional_decimal(field("min_value"), &given.min_value),
        max_value: fields.optional_decimal(field("max_value"), &given.max_value),
        definition: fields.paragraph(field("definition"), &given.definition, 0..=2000),
        source: fields.text(field("source"), &given.source, 0..=200),
    }
}

/// What can only be told once the rest of the district is known.
async fn check(tx: &mut Tx, district: &str, contents: &Contents) -> kit::Result<()> {
    let units = store::unit::ids(tx, district).await?;
    let mut fields = Fields::default();
    contents.check(&mut fields, "indicator", district, &units);
    fields.check()
}

fn mutable(given: &pb::Indicator) -> [(&'static str, bool); 11] {
    [
        ("display_name", !given.display_name.is_empty()),
        ("kind", given.kind != 0),
        ("unit_of_measure", !given.unit_of_measure.is_empty()),
        ("direction", given.direction != 0),
        ("frequency", given.frequency != 0),
        ("accumulation", given.accumulation != 0),
        ("evaluating_unit", !given.evaluating_unit.is_empty()),
        ("min_value", given.min_value.is_some()),
        ("max_value", given.max_value.is_some()),
        ("definition", !given.definition.is_empty()),
        ("source", !given.source.is_empty()),
    ]
}

fn rows(fields: &mut Fields, given: &[pb::Indicator], district: &str) -> Vec<Row<Contents>> {
    if !is_bounded(fields, "indicators", given.len(), BATCH) {
        return Vec::new();
    }
    refuse_twins(fields, "indicators", given.iter().map(|it| it.name.as_str()));
    let read = |(index, given): (usize, &pb::Indicator)| {
        let at = format!("indicators[{index}]");
        Row {
            id: fields.member(format_args!("{at}.name"), &indicator::NAME, &given.name, district),
            contents: contents(fields, &at, given, district),
            etag: given.etag.clone(),
        }
    };
    given.iter().enumerate().map(read).collect()
}
