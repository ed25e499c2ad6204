//! Seats.

use kit::field::Fields;
use kit::page::Page;
use kit::{clock, etag};
use proto::registry::v1 as pb;
use proto::registry::v1::seat_service_server::SeatService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, members};
use crate::seat::{Contents, Seat};
use crate::store::seat::Filter;
use crate::{district, post, seat, store, unit};

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
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }
}

told!(Seat, seat, shown: false);

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
