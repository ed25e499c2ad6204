//! Units.

use std::fmt::Display;

use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::unit_service_server::UnitService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, is_bounded, optional_id, refuse_twins, scheme};
use crate::batch::Row;
use crate::store::unit::Filter;
use crate::unit::{Contents, Unit};
use crate::{district, store, subject, unit};

const CREATED: &str = "saima.registry.v1.UnitCreated";
const UPDATED: &str = "saima.registry.v1.UnitUpdated";
const RETIRED: &str = "saima.registry.v1.UnitRetired";

const BATCH: usize = 1000;

#[tonic::async_trait]
impl UnitService for Rpc {
    async fn get_unit(
        &self,
        request: Request<pb::GetUnitRequest>,
    ) -> Result<Response<pb::Unit>, Status> {
        let name = unit::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let unit = store::unit::get(&mut tx, &name).await?;
        Ok(Response::new(unit.into()))
    }

    async fn list_units(
        &self,
        request: Request<pb::ListUnitsRequest>,
    ) -> Result<Response<pb::ListUnitsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            kind: fields.optional_choice("kind", request.kind),
            category: optional_id(&mut fields, "category", &request.category),
            under: fields.optional_member("under", &unit::NAME, &request.under, district),
            show_retired: request.show_retired,
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[
                &request.parent,
                &request.kind,
                &request.category,
                &request.under,
                &request.show_retired,
            ],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut units = store::unit::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut units, |unit| unit.id.clone());
        let units = units.into_iter().map(pb::Unit::from).collect();
        Ok(Response::new(pb::ListUnitsResponse { units, next_page_token }))
    }

    async fn create_unit(
        &self,
        request: Request<pb::CreateUnitRequest>,
    ) -> Result<Response<pb::Unit>, Status> {
        let request = request.into_inner();
        let given = field::required("unit", request.unit.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let id = fields.id("unit_id", &request.unit_id);
        refuse_reserved(&mut fields, "unit_id", &id);
        let contents = contents(&mut fields, "unit", given, district);
        fields.check()?;
        let once = Once::new(district, "CreateUnit", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let locked = store::district::lock(&mut tx, district).await?;
        let unit = Unit::new(district, id, contents, tx.now());
        store::unit::forest(&mut tx, district).await?.settle(&unit)?;
        store::unit::save(&mut tx, [&unit]).await?;
        scheme::check_units(&mut tx, &locked).await?;
        let reply = pb::Unit::from(unit);
        change::append(&mut tx, district, CREATED, &reply.name, Resource::Unit(reply.clone()));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_unit(
        &self,
        request: Request<pb::UpdateUnitRequest>,
    ) -> Result<Response<pb::Unit>, Status> {
        let request = request.into_inner();
        let given = field::required("unit", request.unit)?;
        let name = unit::NAME.parse("unit.name", &given.name)?;
        let district = name.id("district");
        let update = Mask::parse(&request.update_mask, &mutable(&given))?;
        let mut fields = Fields::default();
        let contents = contents(&mut fields, "unit", &given, district);
        update.check("unit", fields)?;

        let mut tx = self.db.begin_write().await?;
        let locked = store::district::lock(&mut tx, district).await?;
        let mut unit = store::unit::get(&mut tx, &name).await?;
        etag::check(&given.etag, unit.revision, name.as_str())?;
        let mut patched = unit.contents.clone();
        patched.patch(contents, |field| update.has(field));
        if !unit.change(patched, tx.now())? {
            return Ok(Response::new(unit.into()));
        }
        store::unit::forest(&mut tx, district).await?.settle(&unit)?;
        store::unit::save(&mut tx, [&unit]).await?;
        scheme::check_units(&mut tx, &locked).await?;
        let reply = pb::Unit::from(unit);
        change::append(&mut tx, district, UPDATED, &reply.name, Resource::Unit(reply.clone()));
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn batch_update_units(
        &self,
        request: Request<pb::BatchUpdateUnitsRequest>,
    ) -> Result<Response<pb::BatchUpdateUnitsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let rows = rows(&mut fields, &request.units, district);
        fields.check()?;
        let once = Once::new(district, "BatchUpdateUnits", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let locked = store::district::lock(&mut tx, district).await?;
        let known = store::unit::all(&mut tx, district).await?;
        let batch = unit::merge(district, known, rows, tx.now())?;
        let reply = pb::BatchUpdateUnitsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        store::unit::save(&mut tx, batch.written()).await?;
        scheme::check_units(&mut tx, &locked).await?;
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        for (kind, units) in [(CREATED, batch.created), (UPDATED, batch.updated)] {
            for unit in units.into_iter().map(pb::Unit::from) {
                let name = unit.name.clone();
                change::append(&mut tx, district, kind, &name, Resource::Unit(unit));
            }
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn retire_unit(
        &self,
        request: Request<pb::RetireUnitRequest>,
    ) -> Result<Response<pb::Unit>, Status> {
        let request = request.into_inner();
        let name = unit::NAME.parse("name", &request.name)?;
        let district = name.id("district");
        let once = Once::new(district, "RetireUnit", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::lock(&mut tx, district).await?;
        let mut unit = store::unit::get(&mut tx, &name).await?;
        etag::check(&request.etag, unit.revision, name.as_str())?;
        unit.retire(&store::unit::forest(&mut tx, district).await?, tx.now())?;
        store::unit::save(&mut tx, [&unit]).await?;
        let reply = pb::Unit::from(unit);
        change::append(&mut tx, district, RETIRED, &reply.name, Resource::Unit(reply.clone()));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Unit> for pb::Unit {
    fn from(unit: Unit) -> Self {
        let name = |id: &str| unit::NAME.format(&[&unit.district, id]);
        Self {
            name: name(&unit.id),
            uid: unit.uid,
            display_name: unit.contents.display_name,
            parent: unit.contents.parent.as_deref().map(name).unwrap_or_default(),
            kind: unit.contents.kind as i32,
            category: unit.contents.category.unwrap_or_default(),
            retire_time: unit.retire_time.map(clock::to_proto),
            create_time: Some(clock::to_proto(unit.create_time)),
            update_time: Some(clock::to_proto(unit.update_time)),
            etag: etag::of(unit.revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Unit, district: &str) -> Contents {
    let parent = format_args!("{at}.parent");
    Contents {
        display_name: fields.text(format_args!("{at}.display_name"), &given.display_name, 1..=200),
        parent: fields.optional_member(parent, &unit::NAME, &given.parent, district),
        kind: fields.choice(format_args!("{at}.kind"), given.kind),
        category: optional_id(fields, format_args!("{at}.category"), &given.category),
    }
}

fn mutable(given: &pb::Unit) -> [(&'static str, bool); 4] {
    [
        ("display_name", !given.display_name.is_empty()),
        ("parent", !given.parent.is_empty()),
        ("kind", given.kind != 0),
        ("category", !given.category.is_empty()),
    ]
}

fn refuse_reserved(fields: &mut Fields, field: impl Display, id: &str) {
    if subject::is_reserved(id) {
        let message = format!("{id} would be taken for a project or a post");
        fields.violation(field, "ID_RESERVED", message);
    }
}

fn rows(fields: &mut Fields, given: &[pb::Unit], district: &str) -> Vec<Row<Contents>> {
    if !is_bounded(fields, "units", given.len(), BATCH) {
        return Vec::new();
    }
    refuse_twins(fields, "units", given.iter().map(|unit| unit.name.as_str()));
    let read = |(index, given): (usize, &pb::Unit)| {
        let at = format!("units[{index}]");
        let id = fields.member(format_args!("{at}.name"), &unit::NAME, &given.name, district);
        refuse_reserved(fields, format_args!("{at}.name"), &id);
        Row { id, contents: contents(fields, &at, given, district), etag: given.etag.clone() }
    };
    given.iter().enumerate().map(read).collect()
}
