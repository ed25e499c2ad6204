//! Oversight.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use kit::field::{self, Fields};
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::oversight_service_server::OversightService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::oversight::{Contents, NAME, Oversight};
use crate::unit::Unit;
use crate::{store, unit};

const UPDATED: &str = "saima.registry.v1.OversightUpdated";

const MOST: usize = 2000;

#[tonic::async_trait]
impl OversightService for Rpc {
    async fn get_oversight(
        &self,
        request: Request<pb::GetOversightRequest>,
    ) -> Result<Response<pb::Oversight>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let district = name.id("district");
        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let found = store::oversight::get(&mut tx, district).await?;
        Ok(Response::new(shown(district, found)))
    }

    async fn update_oversight(
        &self,
        request: Request<pb::UpdateOversightRequest>,
    ) -> Result<Response<pb::Oversight>, Status> {
        let request = request.into_inner();
        let given = field::required("oversight", request.oversight.as_ref())?;
        let mut fields = Fields::default();
        let name = fields.name("oversight.name", &NAME, &given.name);
        let district = name.id("district");
        let contents = contents(&mut fields, given, district);
        fields.check()?;

        let mut tx = self.db.begin_write().await?;
        store::district::hold(&mut tx, district).await?;
        check_units(&contents, given, store::unit::all(&mut tx, district).await?)?;
        let mut oversight = store::oversight::get(&mut tx, district).await?;
        etag::check(&given.etag, oversight.revision, name.as_str())?;
        if !oversight.change(contents, tx.now()) {
            return Ok(Response::new(shown(district, oversight)));
        }
        store::oversight::save(&mut tx, district, &oversight).await?;
        let reply = shown(district, oversight);
        let resource = Resource::Oversight(reply.clone());
        change::append(&mut tx, district, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

fn contents(fields: &mut Fields, given: &pb::Oversight, district: &str) -> Contents {
    let office = fields.optional_member("oversight.office", &unit::NAME, &given.office, district);
    let mut charges = BTreeMap::new();
    if given.charges.len() > MOST {
        let message = format!("must be at most {MOST}, are {}", given.charges.len());
        fields.violation("oversight.charges", "TOO_MANY", message);
        return Contents { office, charges };
    }
    for (at, it) in given.charges.iter().enumerate() {
        let path = format!("oversight.charges[{at}]");
        let unit = fields.member(format_args!("{path}.unit"), &unit::NAME, &it.unit, district);
        let leader =
            fields.member(format_args!("{path}.leader"), &unit::NAME, &it.leader, district);
        if unit == leader && !unit.is_empty() {
            let message = "nobody is in charge of himself";
            fields.violation(format_args!("{path}.leader"), "SAME_UNIT", message);
        }
        if charges.insert(unit, leader).is_some() {
            fields.violation(format_args!("{path}.unit"), "DUPLICATE", "comes twice");
        }
    }
    Contents { office, charges }
}

/// Refuses units that are not there or work no more.
fn check_units(contents: &Contents, given: &pb::Oversight, units: Vec<Unit>) -> kit::Result<()> {
    let retired: HashMap<String, bool> =
        units.into_iter().map(|it| (it.name(), it.retire_time.is_some())).collect();
    let mut fields = Fields::default();
    let mut check = |path: &dyn Display, name: &str| match retired.get(name) {
        Some(false) => {}
        Some(true) => fields.violation(path, "UNIT_RETIRED", format!("{name} was retired")),
        None => fields.violation(path, "UNKNOWN_UNIT", format!("there is no {name}")),
    };
    if contents.office.is_some() {
        check(&"oversight.office", &given.office);
    }
    for (at, it) in given.charges.iter().enumerate() {
        check(&format_args!("oversight.charges[{at}].unit"), &it.unit);
        check(&format_args!("oversight.charges[{at}].leader"), &it.leader);
    }
    fields.check()
}

fn shown(district: &str, it: Oversight) -> pb::Oversight {
    let unit = |id: &str| unit::NAME.format(&[district, id]);
    let charge =
        |(id, leader): (&String, &String)| pb::Charge { unit: unit(id), leader: unit(leader) };
    pb::Oversight {
        name: NAME.format(&[district]),
        office: it.contents.office.as_deref().map(unit).unwrap_or_default(),
        charges: it.contents.charges.iter().map(charge).collect(),
        update_time: it.update_time.map(clock::to_proto),
        etag: etag::of(it.revision),
    }
}
