//! Orders.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag, guard};
use proto::registry::v1 as pb;
use proto::registry::v1::change::Resource;
use proto::registry::v1::order_service_server::OrderService;
use tonic::{Request, Response, Status};

use super::definition::told;
use super::{Rpc, members};
use crate::order::{Contents, Order, State};
use crate::rpc::revision;
use crate::store::order::Filter;
use crate::{district, order, post, project, store, task, unit};

const CREATED: &str = "saima.registry.v1.OrderCreated";
const UPDATED: &str = "saima.registry.v1.OrderUpdated";
const ACCEPTED: &str = "saima.registry.v1.OrderAccepted";
const CLOSED: &str = "saima.registry.v1.OrderClosed";

#[tonic::async_trait]
impl OrderService for Rpc {
    async fn get_order(
        &self,
        request: Request<pb::GetOrderRequest>,
    ) -> Result<Response<pb::Order>, Status> {
        let name = order::NAME.parse("name", &request.get_ref().name)?;
        let mut tx = self.db.begin_read().await?;
        let order = store::order::get(&mut tx, &name).await?;
        Ok(Response::new(order.into()))
    }

    async fn list_orders(
        &self,
        request: Request<pb::ListOrdersRequest>,
    ) -> Result<Response<pb::ListOrdersResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            lead_unit: fields.optional_member(
                "lead_unit",
                &unit::NAME,
                &request.lead_unit,
                district,
            ),
            task: fields.optional_member("task", &task::NAME, &request.task, district),
            project: fields.optional_member("project", &project::NAME, &request.project, district),
            state: fields.optional_choice("state", request.state),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.lead_unit, &request.task, &request.project, &request.state],
        )?;

        let mut tx = self.db.begin_read().await?;
        store::district::get(&mut tx, district).await?;
        let mut orders = store::order::list(&mut tx, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut orders, |it| it.id.clone());
        let orders = orders.into_iter().map(pb::Order::from).collect();
        Ok(Response::new(pb::ListOrdersResponse { orders, next_page_token }))
    }

    async fn batch_update_orders(
        &self,
        request: Request<pb::BatchUpdateOrdersRequest>,
    ) -> Result<Response<pb::BatchUpdateOrdersResponse>, Status> {
        Ok(Response::new(self.update(&request.into_inner()).await?))
    }

    async fn accept_order(
        &self,
        request: Request<pb::AcceptOrderRequest>,
    ) -> Result<Response<pb::Order>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &order::NAME, &request.name);
        let district = name.id("district");
        let acceptance = fields.paragraph("acceptance", &request.acceptance, 1..=2000);
        fields.check()?;
        let once = Once::new(district, "AcceptOrder", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut order = store::order::get(&mut tx, &name).await?;
        guard::for_unit(district, &order.contents.lead_unit)?;
        etag::check(&request.etag, order.revision, name.as_str())?;
        let now = tx.now();
        order.step(now, |it| it.accept(acceptance, now))?;
        store::order::save(&mut tx, [&order]).await?;
        let reply = revision::append_one(&mut tx, "", ACCEPTED, order, Resource::Order).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn close_order(
        &self,
        request: Request<pb::CloseOrderRequest>,
    ) -> Result<Response<pb::Order>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &order::NAME, &request.name);
        let district = name.id("district");
        let conclusion = fields.paragraph("conclusion", &request.conclusion, 1..=2000);
        let end: State = fields.choice("state", request.state);
        if matches!(end, State::Issued | State::Accepted) && request.state != 0 {
            let message = "must be FULFILLED, UNFULFILLED or WITHDRAWN";
            fields.violation("state", "NOT_AN_END", message);
        }
        fields.check()?;
        let once = Once::new(district, "CloseOrder", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::district::hold(&mut tx, district).await?;
        let mut order = store::order::get(&mut tx, &name).await?;
        etag::check(&request.etag, order.revision, name.as_str())?;
        let now = tx.now();
        order.step(now, |it| it.close(end, conclusion, now))?;
        store::order::save(&mut tx, [&order]).await?;
        let reply = revision::append_one(&mut tx, "", CLOSED, order, Resource::Order).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

told!(Order, order, shown: false);

impl From<Order> for pb::Order {
    fn from(order: Order) -> Self {
        let name = order.name();
        let Order { district, uid, contents, create_time, update_time, revision, .. } = order;
        Self {
            name,
            uid,
            kind: contents.kind as i32,
            issuer_post: post::NAME.format(&[&district, &contents.issuer_post]),
            lead_unit: unit::NAME.format(&[&district, &contents.lead_unit]),
            head_posts: contents
                .head_posts
                .iter()
                .map(|id| post::NAME.format(&[&district, id]))
                .collect(),
            task: contents.task.map(|id| task::NAME.format(&[&district, &id])).unwrap_or_default(),
            project: contents
                .project
                .map(|id| project::NAME.format(&[&district, &id]))
                .unwrap_or_default(),
            issue_date: Some(date::to_proto(contents.issue_date)),
            deadline: Some(date::to_proto(contents.deadline)),
            target_effect: contents.target_effect,
            state: contents.state as i32,
            acceptance: contents.acceptance,
            accept_time: contents.accept_time.map(clock::to_proto),
            conclusion: contents.conclusion,
            close_time: contents.close_time.map(clock::to_proto),
            create_time: Some(clock::to_proto(create_time)),
            update_time: Some(clock::to_proto(update_time)),
            etag: etag::of(revision),
        }
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Order, district: &str) -> Contents {
    Contents {
        kind: fields.choice(format_args!("{at}.kind"), given.kind),
        issuer_post: fields.member(
            format_args!("{at}.issuer_post"),
            &post::NAME,
            &given.issuer_post,
            district,
        ),
        lead_unit: fields.member(
            format_args!("{at}.lead_unit"),
            &unit::NAME,
            &given.lead_unit,
            district,
        ),
        head_posts: members(
            fields,
            format_args!("{at}.head_posts"),
            &post::NAME,
            &given.head_posts,
            district,
            0..=2,
        ),
        task: fields.optional_member(format_args!("{at}.task"), &task::NAME, &given.task, district),
        project: fields.optional_member(
            format_args!("{at}.project"),
            &project::NAME,
            &given.project,
            district,
        ),
        issue_date: fields.date(format_args!("{at}.issue_date"), &given.issue_date),
        deadline: fields.date(format_args!("{at}.deadline"), &given.deadline),
        target_effect: fields.paragraph(
            format_args!("{at}.target_effect"),
            &given.target_effect,
            1..=2000,
        ),
        state: State::Issued,
        acceptance: String::new(),
        accept_time: None,
        conclusion: String::new(),
        close_time: None,
    }
}
