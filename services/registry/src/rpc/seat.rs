//! Seats.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::seat_service_server::SeatService;
use tonic::{Request, Response, Status};

use super::{Rpc, known, members, rows};
use crate::rpc::revision;
use crate::seat::{Contents, Seat};
use crate::store::seat::Filter;
use crate::{definition, district, post, seat, store, unit};

const CREATED: &str = "saima.registry.v1.SeatCreated";
const UPDATED: &str = "saima.registry.v1.SeatUpdated";

#[tonic::async_trait]
impl SeatService for Rpc {
    async fn get_seat(
        &self,
        request: Request<pb::GetSeatRequest>,
    ) -> Result<Response<pb::Seat>, Status> {
        let name = seat::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let seat = store::seat::get(&mut tx, &name).await?;
        Ok(Response::new(seat.into()))
    }

    async fn list_seats(
        &self,
        request: Request<pb::ListSeatsRequest>,
    ) -> Result<Response<pb::ListSeatsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter =
            Filter { unit: fields.optional_member("unit", &unit::NAME, &request.unit, district) };
        fields.check()?;
        let page =
            Page::parse(request.page_size, &request.page_token, &[&request.parent, &request.unit])?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut seats = store::seat::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut seats, |it| it.id.clone());
        let seats = seats.into_iter().map(pb::Seat::from).collect();
        Ok(Response::new(pb::ListSeatsResponse { seats, next_page_token }))
    }

    async fn batch_update_seats(
        &self,
        request: Request<pb::BatchUpdateSeatsRequest>,
    ) -> Result<Response<pb::BatchUpdateSeatsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let rows = rows(
            &mut fields,
            "seats",
            &request.seats,
            district,
            |it| (&it.name, &it.etag),
            contents,
        );
        fields.check()?;
        let once = Once::new(district, "BatchUpdateSeats", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let present = store::seat::of(&mut tx, district, &definition::ids(&rows)).await?;
        let known = known(&mut tx, district, &rows).await?;
        let batch = definition::merge("seats", district, present, rows, known, &reason, tx.now())?;
        let reply = pb::BatchUpdateSeatsResponse {
            created_count: batch.created.len() as i32,
            updated_count: batch.updated.len() as i32,
            unchanged_count: batch.unchanged as i32,
        };
        store::seat::save(&mut tx, batch.written()).await?;
        if request.validate_only {
            return Ok(Response::new(reply));
        }
        let written = batch.told(CREATED, UPDATED);
        revision::append(&mut tx, district, &reason, written, Resource::Seat).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

impl From<Seat> for pb::Seat {
    fn from(seat: Seat) -> Self {
        let name = seat.name();
        let Seat { district, uid, contents, create_time, update_time, revision, .. } = seat;
        Self {
            name,
            uid,
            unit: unit::NAME.format(&[&district, &contents.unit]),
            role: contents.role as i32,
            least: contents.least,
            most: contents.most,
            partner_units: contents
                .partner_units
                .iter()
                .map(|id| unit::NAME.format(&[&district, id]))
                .collect(),
            post: contents.post.map(|id| post::NAME.format(&[&district, &id])).unwrap_or_default(),
            duties: contents.duties,
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Seat, district: &str) -> Contents {
    Contents {
        unit: fields.member(format_args!("{at}.unit"), &unit::NAME, &given.unit, district),
        role: fields.choice(format_args!("{at}.role"), given.role),
        least: fields.number(format_args!("{at}.least"), given.least, 0..=1000),
        most: fields.number(format_args!("{at}.most"), given.most, 1..=1000),
        partner_units: members(
            fields,
            format_args!("{at}.partner_units"),
            &unit::NAME,
            &given.partner_units,
            district,
            0..=50,
        ),
        post: fields.optional_member(format_args!("{at}.post"), &post::NAME, &given.post, district),
        duties: fields.paragraph(format_args!("{at}.duties"), &given.duties, 0..=2000),
    }
}
