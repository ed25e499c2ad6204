//! Districts.

use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::district_service_server::DistrictService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::district::{Contents, District};
use crate::{district, store};

const CREATED: &str = "saima.registry.v1.DistrictCreated";
const UPDATED: &str = "saima.registry.v1.DistrictUpdated";

#[tonic::async_trait]
impl DistrictService for Rpc {
    async fn get_district(
        &self,
        request: Request<pb::GetDistrictRequest>,
    ) -> Result<Response<pb::District>, Status> {
        let name = district::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let district = store::district::get(&mut tx, name.id("district")).await?;
        Ok(Response::new(district.into()))
    }

    async fn list_districts(
        &self,
        request: Request<pb::ListDistrictsRequest>,
    ) -> Result<Response<pb::ListDistrictsResponse>, Status> {
        let own = guard::districts()?;
        let request = request.into_inner();
        let page = Page::parse(request.page_size, &request.page_token, &[])?;
        let mut tx = self.db.begin_read().await?;
        let mut districts = store::district::list(&mut tx, own.as_deref(), &page).await?;
        let next_page_token = page.cut(&mut districts, |district| district.id.clone());
        let districts = districts.into_iter().map(pb::District::from).collect();
        Ok(Response::new(pb::ListDistrictsResponse { districts, next_page_token }))
    }

    async fn create_district(
        &self,
        request: Request<pb::CreateDistrictRequest>,
    ) -> Result<Response<pb::District>, Status> {
        let request = request.into_inner();
        let given = field::required("district", request.district.as_ref())?;
        let mut fields = Fields::default();
        let id = fields.id("district_id", &request.district_id);
        guard::in_district(&id)?;
        let contents = contents(&mut fields, given);
        fields.check()?;
        let once = Once::new(&id, "CreateDistrict", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let district = District::new(id, contents, tx.now());
        store::district::insert(&mut tx, &district).await?;
        let id = district.id.clone();
        let reply = pb::District::from(district);
        change::append(&mut tx, &id, CREATED, &reply.name, Resource::District(reply.clone()));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn update_district(
        &self,
        request: Request<pb::UpdateDistrictRequest>,
    ) -> Result<Response<pb::District>, Status> {
        let request = request.into_inner();
        let given = field::required("district", request.district)?;
        let name = district::NAME.parse("district.name", &given.name)?;
        let id = name.id("district");
        let update = Mask::parse(&request.update_mask, &mutable(&given))?;
        let mut fields = Fields::default();
        let contents = contents(&mut fields, &given);
        update.check("district", fields)?;

        let mut tx = self.db.begin_write().await?;
        let mut district = store::district::lock(&mut tx, id).await?;
        etag::check(&given.etag, district.revision, name.as_str())?;
        let mut patched = district.contents.clone();
        patched.patch(contents, |field| update.has(field));
        let has_periods = store::period::any(&mut tx, id).await?;
        if !district.change(patched, has_periods, tx.now())? {
            return Ok(Response::new(district.into()));
        }
        store::district::update(&mut tx, &district).await?;
        let reply = pb::District::from(district);
        change::append(&mut tx, id, UPDATED, &reply.name, Resource::District(reply.clone()));
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<District> for pb::District {
    fn from(district: District) -> Self {
        Self {
            name: district.name(),
            uid: district.uid,
            display_name: district.contents.display_name,
            time_zone: district.contents.time_zone,
            create_time: Some(clock::to_proto(district.create_time)),
            update_time: Some(clock::to_proto(district.update_time)),
            etag: etag::of(district.revision),
        }
    }
}

fn contents(fields: &mut Fields, given: &pb::District) -> Contents {
    let time_zone = match given.time_zone.as_str() {
        "" => district::TIME_ZONE,
        name => name,
    };
    if !district::is_time_zone(time_zone) {
        let message = "is no time zone of the IANA data base, such as Asia/Shanghai";
        fields.violation("district.time_zone", "TIME_ZONE", message);
    }
    Contents {
        display_name: fields.text("district.display_name", &given.display_name, 1..=200),
        time_zone: time_zone.to_owned(),
    }
}

fn mutable(given: &pb::District) -> [(&'static str, bool); 2] {
    [("display_name", !given.display_name.is_empty()), ("time_zone", !given.time_zone.is_empty())]
}
