//! Notification: letters to units and bulletins to everybody, with what the recipients did
//! about them, from the receipt to the review (H5, H6, H7); documents of every kind, numbered by
//! series; the way of letters by mail, robots and text messages; and webhooks to other systems (A2).
//!
//! Warnings and closed months come from scoring's change feed into a tray, unread; what a
//! letter or bulletin says beyond them (the district's name and zone, the boards) is asked of
//! registry and scoring afterwards, outside any transaction. So a peer that is away, one
//! district's trouble or one event that nobody can read holds up nobody else, and nothing is
//! dropped: what cannot be issued stays in the tray and is tried again later. Sources are
//! unique: an event that comes twice makes one letter.
//!
//! A district may set templates of its own. One that fails when it matters is logged and the
//! built-in one is used, for a letter that looks plain is better than none.
//!
//! Deliberately absent: the reasons. Whether a unit is warned is scoring's to say; here is
//! rendered what events say.

mod bulletin;
mod calendar;
mod channel;
mod contact;
mod delivery;
mod dispatch;
mod district;
mod document;
mod document_template;
mod endpoint;
mod event;
mod fact;
mod follow;
mod inbox;
mod lane;
mod letter;
mod message;
mod notice;
mod print;
mod publication;
mod quiet_hours;
mod receipt;
mod rectification;
mod rpc;
mod schedule;
mod secret;
mod sheet;
mod store;
mod template;
mod trigger;

use std::sync::Arc;

use kit::Result;
use kit::boot::{Context, Service, Wing};
use kit::db::Migrations;
use proto::notification::v1::bulletin_service_server::BulletinServiceServer;
use proto::notification::v1::calendar_service_server::CalendarServiceServer;
use proto::notification::v1::change_service_server::ChangeServiceServer;
use proto::notification::v1::channel_service_server::ChannelServiceServer;
use proto::notification::v1::contact_service_server::ContactServiceServer;
use proto::notification::v1::delivery_service_server::DeliveryServiceServer;
use proto::notification::v1::dispatch_service_server::DispatchServiceServer;
use proto::notification::v1::document_service_server::DocumentServiceServer;
use proto::notification::v1::document_template_service_server::DocumentTemplateServiceServer;
use proto::notification::v1::endpoint_service_server::EndpointServiceServer;
use proto::notification::v1::event_type_service_server::EventTypeServiceServer;
use proto::notification::v1::inbox_service_server::InboxServiceServer;
use proto::notification::v1::letter_service_server::LetterServiceServer;
use proto::notification::v1::notice_service_server::NoticeServiceServer;
use proto::notification::v1::publication_service_server::PublicationServiceServer;
use proto::notification::v1::quiet_hours_service_server::QuietHoursServiceServer;
use proto::notification::v1::receipt_service_server::ReceiptServiceServer;
use proto::notification::v1::rectification_service_server::RectificationServiceServer;
use proto::notification::v1::schedule_service_server::ScheduleServiceServer;
use proto::notification::v1::template_service_server::TemplateServiceServer;
use proto::notification::v1::trigger_service_server::TriggerServiceServer;
use tokio::sync::Notify;

use crate::follow::hear::{Feed, Feeds};
use crate::rpc::Rpc;

/// Notification as a process starts it.
pub const SERVICE: Service = Service {
    name: "notification",
    peers: &["registry", "scoring"],
    migrations: &MIGRATIONS,
    policy: include_str!("../policy.cedar"),
    start: |context| Box::pin(start(context)),
};

/// Notification's schema.
pub static MIGRATIONS: Migrations = Migrations {
    sqlite: sqlx::migrate!("migrations/sqlite"),
    postgres: sqlx::migrate!("migrations/postgres"),
};

pub use store::retention::RULES as RETENTION;

/// Starts notification: what it answers, the tasks that issue letters and bulletins, and those
/// that send webhooks and messages.
pub async fn start(context: Context) -> Result<Wing> {
    let (bell, dispatch) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mail = Arc::new(Notify::new());
    let rpc = Rpc::new(&context, Arc::clone(&dispatch), Arc::clone(&mail));
    let wing = Wing::new(SERVICE.name)
        .forgetting(&RETENTION)
        .service(kit::service!(TemplateServiceServer::new(rpc.clone())))
        .service(kit::service!(LetterServiceServer::new(rpc.clone())))
        .service(kit::service!(BulletinServiceServer::new(rpc.clone())))
        .service(kit::service!(DocumentTemplateServiceServer::new(rpc.clone())))
        .service(kit::service!(DocumentServiceServer::new(rpc.clone())))
        .service(kit::service!(EndpointServiceServer::new(rpc.clone())))
        .service(kit::service!(DeliveryServiceServer::new(rpc.clone())))
        .service(kit::service!(RectificationServiceServer::new(rpc.clone())))
        .service(kit::service!(ReceiptServiceServer::new(rpc.clone())))
        .service(kit::service!(NoticeServiceServer::new(rpc.clone())))
        .service(kit::service!(PublicationServiceServer::new(rpc.clone())))
        .service(kit::service!(ScheduleServiceServer::new(rpc.clone())))
        .service(kit::service!(CalendarServiceServer::new(rpc.clone())))
        .service(kit::service!(QuietHoursServiceServer::new(rpc.clone())))
        .service(kit::service!(TriggerServiceServer::new(rpc.clone())))
        .service(kit::service!(ChannelServiceServer::new(rpc.clone())))
        .service(kit::service!(ContactServiceServer::new(rpc.clone())))
        .service(kit::service!(DispatchServiceServer::new(rpc.clone())))
        .service(kit::service!(InboxServiceServer::new(rpc.clone())))
        .service(kit::service!(EventTypeServiceServer::new(rpc.clone())))
        .service(kit::service!(ChangeServiceServer::new(rpc)))
        .task(follow::escalate::run(context.clone()))
        .task(follow::deliver::run(context.clone(), Arc::clone(&dispatch)))
        .task(follow::address::letters(context.clone(), Arc::clone(&mail)))
        .task(follow::dispatch::run(context.clone(), mail))
        .task(follow::events(context.clone(), Arc::clone(&bell)))
        .task(follow::issue::run(context.clone(), bell));
    let bell = Arc::new(Notify::new());
    let listen = |wing: Wing, feed: Feed| {
        wing.task(follow::webhook::events(context.clone(), feed.clone(), Arc::clone(&dispatch)))
            .task(follow::trigger::events(context.clone(), feed, Arc::clone(&bell)))
    };
    let wing = Feeds::new(&context).each().into_iter().fold(wing, listen);
    Ok(wing.task(follow::schedule::run(context.clone())).task(follow::trigger::run(context, bell)))
}
