//! Whistles.

use jiff::civil::Date;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{Error, clock, date, etag, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::whistle_service_server::WhistleService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, members, span};
use crate::rpc::revision;
use crate::store::whistle::Filter;
use crate::whistle::{Contents, State, Whistle};
use crate::{community, district, store, unit, whistle};

const CREATED: &str = "saima.registry.v1.WhistleCreated";
const UPDATED: &str = "saima.registry.v1.WhistleUpdated";
const ANSWERED: &str = "saima.registry.v1.WhistleAnswered";
const CLOSED: &str = "saima.registry.v1.WhistleClosed";

#[tonic::async_trait]
impl WhistleService for Rpc {
    async fn get_whistle(
        &self,
        request: Request<pb::GetWhistleRequest>,
    ) -> Result<Response<pb::Whistle>, Status> {
        let name = whistle::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let whistle = store::whistle::get(&mut tx, &name).await?;
        Ok(Response::new(whistle.into()))
    }

    async fn list_whistles(
        &self,
        request: Request<pb::ListWhistlesRequest>,
    ) -> Result<Response<pb::ListWhistlesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            community: fields.optional_member(
                "community",
                &community::NAME,
                &request.community,
                district,
            ),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.community, &request.state],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut whistles = store::whistle::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut whistles, |it| it.id.clone());
        let whistles = whistles.into_iter().map(pb::Whistle::from).collect();
        Ok(Response::new(pb::ListWhistlesResponse { whistles, next_page_token }))
    }

    async fn batch_update_whistles(
        &self,
        request: Request<pb::BatchUpdateWhistlesRequest>,
    ) -> Result<Response<pb::BatchUpdateWhistlesResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn answer_whistle(
        &self,
        request: Request<pb::AnswerWhistleRequest>,
    ) -> Result<Response<pb::Whistle>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &whistle::NAME, &request.name);
        let district = name.id("district");
        let unit = fields.member("unit", &unit::NAME, &request.unit, district);
        let day = fields.date("answer_date", &request.answer_date);
        let note = fields.text("note", &request.note, 0..=500);
        fields.check()?;
        guard::for_unit(district, &unit)?;
        let once = Once::new(district, "AnswerWhistle", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut whistle = store::whistle::get(&mut tx, &name).await?;
        etag::check(&request.etag, whistle.revision, name.as_str())?;
        check_day(&whistle.contents, "answer_date", day)?;
        if !whistle.contents.units.contains(&unit) {
            let message = format!("{unit} was not asked");
            return Err(Error::invalid("unit", "NOT_ASKED", message).into());
        }
        let now = tx.now();
        whistle.step(now, |it| it.answer(&unit, day))?;
        store::whistle::save(&mut tx, [&whistle]).await?;
        let reply =
            revision::append_one(&mut tx, &note, ANSWERED, whistle, Resource::Whistle).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn close_whistle(
        &self,
        request: Request<pb::CloseWhistleRequest>,
    ) -> Result<Response<pb::Whistle>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &whistle::NAME, &request.name);
        let district = name.id("district");
        let day = fields.date("close_date", &request.close_date);
        fields.check()?;
        let once = Once::new(district, "CloseWhistle", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut whistle = store::whistle::get(&mut tx, &name).await?;
        etag::check(&request.etag, whistle.revision, name.as_str())?;
        check_day(&whistle.contents, "close_date", day)?;
        let now = tx.now();
        whistle.step(now, |it| it.close(day))?;
        store::whistle::save(&mut tx, [&whistle]).await?;
        let reply = revision::append_one(&mut tx, "", CLOSED, whistle, Resource::Whistle).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn list_whistle_tallies(
        &self,
        request: Request<pb::ListWhistleTalliesRequest>,
    ) -> Result<Response<pb::ListWhistleTalliesResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let (first, last) = span(&mut fields, &request.start_date, &request.end_date);
        let day = fields.optional_date("day", &request.day).unwrap_or(last);
        fields.check()?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let whistles = store::whistle::raised(&mut tx, district, first, last).await?;
        let tallies =
            whistle::tally(&whistles, day).into_iter().map(|(unit, tally)| pb::WhistleTally {
                unit: unit::NAME.format(&[district, unit]),
                asked_count: tally.asked,
                answered_count: tally.answered,
                closed_count: tally.closed,
                late_count: tally.late,
            });
        Ok(Response::new(pb::ListWhistleTalliesResponse { tallies: tallies.collect() }))
    }
}

told!(Whistle, whistle, shown: false);

impl From<Whistle> for pb::Whistle {
    fn from(whistle: Whistle) -> Self {
        let name = whistle.name();
        let Whistle { district, uid, contents, create_time, update_time, revision, .. } = whistle;
        Self {
            name,
            uid,
            community: community::NAME.format(&[&district, &contents.community]),
            topic: contents.topic,
            units: contents.units.iter().map(|id| unit::NAME.format(&[&district, id])).collect(),
            raise_date: Some(date::to_proto(contents.raise_date)),
            due_date: Some(date::to_proto(contents.due_date)),
            state: contents.state as i32,
            answers: contents
                .answers
                .into_iter()
                .map(|it| pb::whistle::Answer {
                    unit: unit::NAME.format(&[&district, &it.unit]),
                    answer_date: Some(date::to_proto(it.date)),
                })
                .collect(),
            close_date: contents.close_date.map(date::to_proto),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Whistle, district: &str) -> Contents {
    Contents {
        community: fields.member(
            format_args!("{at}.community"),
            &community::NAME,
            &given.community,
            district,
        ),
        topic: fields.text(format_args!("{at}.topic"), &given.topic, 1..=100),
        units: members(
            fields,
            format_args!("{at}.units"),
            &unit::NAME,
            &given.units,
            district,
            1..=20,
        ),
        raise_date: fields.date(format_args!("{at}.raise_date"), &given.raise_date),
        due_date: fields.date(format_args!("{at}.due_date"), &given.due_date),
        state: State::Open,
        answers: Vec::new(),
        close_date: None,
    }
}

/// Nothing is answered or closed before it was raised: `DATE_ORDER`.
fn check_day(whistle: &Contents, field: &str, day: Date) -> kit::Result<()> {
    if day >= whistle.raise_date {
        return Ok(());
    }
    let message = format!("{day} is before it was raised on {}", whistle.raise_date);
    Err(Error::invalid(field, "DATE_ORDER", message))
}
