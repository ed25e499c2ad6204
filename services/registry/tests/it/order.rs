use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::{OrderKind, OrderState};
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, batch, date, fails, ids, name, refused, request_id};

fn order(id: &str, kind: OrderKind) -> pb::Order {
    pb::Order {
        name: name("orders", id),
        kind: kind as i32,
        issuer_post: name("posts", "leader-1"),
        lead_unit: name("units", "finance"),
        issue_date: date(2022, 9, 2),
        deadline: date(2022, 12, 20),
        target_effect: "完成六项改革任务".to_owned(),
        ..Default::default()
    }
}

impl Registry {
    async fn batch_orders(
        &mut self,
        orders: Vec<pb::Order>,
        reason: &str,
    ) -> Result<(i32, i32, i32), Status> {
        batch!(self.orders, batch_update_orders, BatchUpdateOrdersRequest, orders, orders, reason)
    }

    async fn accept(&mut self, id: &str) -> Result<pb::Order, Status> {
        let request = pb::AcceptOrderRequest {
            name: name("orders", id),
            acceptance: "坚决完成".to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        self.orders.accept_order(request).await.map(tonic::Response::into_inner)
    }

    async fn end_order(&mut self, id: &str, state: OrderState) -> Result<pb::Order, Status> {
        let request = pb::CloseOrderRequest {
            name: name("orders", id),
            state: state as i32,
            conclusion: "如期完成".to_owned(),
            ..Default::default()
        };
        self.orders.close_order(request).await.map(tonic::Response::into_inner)
    }
}

kit::both! {
    // Q3: issued by a leading official to the lead unit, accepted in writing, followed to the end.
    async fn an_order_is_issued_accepted_and_fulfilled(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_orders(vec![order("o1", OrderKind::Responsibility)], "").await.unwrap();
        fails(registry.end_order("o1", OrderState::Fulfilled).await, Code::FailedPrecondition, "ORDER_NOT_ACCEPTED", "orders/o1");
        let accepted = registry.accept("o1").await.unwrap();
        assert_eq!((accepted.state(), accepted.acceptance.as_str()), (OrderState::Accepted, "坚决完成"));
        assert!(accepted.accept_time.is_some());
        fails(registry.accept("o1").await, Code::FailedPrecondition, "ORDER_ACCEPTED", "orders/o1");
        refused(registry.end_order("o1", OrderState::Issued).await, &[("state", "NOT_AN_END")]);
        let ended = registry.end_order("o1", OrderState::Fulfilled).await.unwrap();
        assert_eq!((ended.state(), ended.conclusion.as_str()), (OrderState::Fulfilled, "如期完成"));
        fails(registry.end_order("o1", OrderState::Withdrawn).await, Code::FailedPrecondition, "ORDER_CLOSED", "orders/o1");
        let request = pb::ListOrdersRequest { parent: DISTRICT.to_owned(), state: OrderState::Fulfilled as i32, ..Default::default() };
        assert_eq!(ids!(registry.orders, list_orders, orders, request), ["o1"]);
    }

    // Q3, Q5: deadline and target change through an entry with its reason, and history is readable.
    async fn the_deadline_of_an_order_moves_only_for_a_reason(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        registry.batch_orders(vec![order("o1", OrderKind::Responsibility)], "").await.unwrap();
        registry.accept("o1").await.unwrap();
        let later = pb::Order { deadline: date(2022, 12, 31), ..order("o1", OrderKind::Responsibility) };
        let silent = registry.batch_orders(vec![later.clone()], "").await;
        fails(silent, Code::FailedPrecondition, "REASON_REQUIRED", "orders/o1");
        assert_eq!(registry.batch_orders(vec![later.clone()], "汛期停工").await.unwrap(), (0, 1, 0));
        let other = pb::Order { lead_unit: name("units", "audit"), ..later.clone() };
        fails(registry.batch_orders(vec![other], "改由审计局牵头").await, Code::FailedPrecondition, "ORDER_ACCEPTED", "orders/o1");

        let told: Vec<_> = registry.revisions_of("orders/o1").await.into_iter().map(|it| {
            let change = it.change.unwrap();
            let Some(pb::change::Resource::Order(order)) = change.resource else { panic!("no order") };
            (change.kind.rsplit('.').next().unwrap().to_owned(), it.reason, order.deadline.unwrap().day)
        }).collect();
        let told: Vec<_> = told.iter().map(|(kind, reason, day)| (kind.as_str(), reason.as_str(), *day)).collect();
        assert_eq!(told, [("OrderCreated", "", 20), ("OrderAccepted", "", 20), ("OrderUpdated", "汛期停工", 31)]);
        registry.end_order("o1", OrderState::Unfulfilled).await.unwrap();
        let reopened = registry.batch_orders(vec![order("o1", OrderKind::Responsibility)], "再延").await;
        fails(reopened, Code::FailedPrecondition, "ORDER_CLOSED", "orders/o1");
    }

    // X13: eleven teams sign a pledge when they set out.
    async fn teams_sign_pledges(bed: &Bed) {
        let mut registry = Registry::with_units(bed).await;
        let pledges: Vec<_> = (0..11).map(|it| order(&format!("pledge-{it:02}"), OrderKind::Pledge)).collect();
        assert_eq!(registry.batch_orders(pledges, "").await.unwrap(), (11, 0, 0));
        let stray = pb::Order { deadline: date(2022, 9, 1), issuer_post: name("posts", "none"), ..order("o", OrderKind::Pledge) };
        refused(registry.batch_orders(vec![stray], "").await, &[("orders[0].issuer_post", "UNKNOWN_POST"), ("orders[0].deadline", "DATE_ORDER")]);
        assert_eq!(registry.end_order("pledge-03", OrderState::Withdrawn).await.unwrap().state(), OrderState::Withdrawn);
    }
}
