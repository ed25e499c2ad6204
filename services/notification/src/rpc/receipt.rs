//! Receipts that are owed.

use jiff::civil::Date;
use kit::db::Db;
use kit::field::Fields;
use kit::page::Page;
use kit::{date, guard};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::receipt_service_server::ReceiptService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::district::{self, District, PERIOD, UNIT};
use crate::receipt::{Count, Kind, Owed};
use crate::rectification::Way;
use crate::store;
use crate::store::receipt::Filter;

const ESCALATED: &str = "saima.notification.v1.OverdueReceiptEscalated";

/// Those that are looked at in one transaction.
const BATCH: i64 = 200;

/// Speaks to the next level about receipts that are late in a district, a batch of them.
pub(crate) async fn escalate(db: &Db, district: &District, way: &Way<'_>) -> kit::Result<()> {
    let mut tx = db.begin_write().await?;
    store::head::lock(&mut tx, &district.id).await?;
    let today = district.day(tx.now());
    let mut late = store::receipt::late(&mut tx, &district.id, today, BATCH).await?;
    let places: Vec<_> = late.iter().map(Owed::place).collect();
    let awaiting = store::rectification::awaiting(&mut tx, &district.id, &places).await?;
    let mut spoken = Vec::new();
    for it in &mut late {
        if awaiting.contains(&it.place()) {
            it.rest(today);
            continue;
        }
        it.escalate(today)?;
        let draft = it.supervision(way);
        it.vacancy = draft.as_ref().err().copied().unwrap_or_default().to_owned();
        spoken.push((it.clone(), draft.ok()));
    }
    // One that was signed meanwhile is owed no more.
    let owed = store::receipt::save(&mut tx, &district.id, &late).await?;
    spoken.retain(|(it, _)| owed.contains(&store::receipt::place(it)));
    let drafts = spoken.iter_mut().filter_map(|(_, draft)| draft.take()).collect();
    super::document::issue(&mut tx, district, drafts).await?;
    for (it, _) in spoken {
        let (name, resource) = (it.name(), Resource::OverdueReceipt(shown(it, today)?));
        change::append(&mut tx, &district.id, ESCALATED, &name, resource);
    }
    tx.commit().await
}

#[tonic::async_trait]
impl ReceiptService for Rpc {
    async fn list_overdue_receipts(
        &self,
        request: Request<pb::ListOverdueReceiptsRequest>,
    ) -> Result<Response<pb::ListOverdueReceiptsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let recipient = fields.optional_member("recipient", &UNIT, &request.recipient, district);
        fields.check()?;
        guard::only_own(district, recipient.as_deref())?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.recipient, &request.with_pending],
        )?;
        let district = self.registry.district(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = district.day(tx.now());
        let filter = Filter { recipient, before: (!request.with_pending).then_some(today) };
        let mut found = store::receipt::list(&mut tx, &district.id, &filter, &page).await?;
        let next_page_token = page.cut(&mut found, store::receipt::key);
        let overdue_receipts =
            found.into_iter().map(|it| shown(it, today)).collect::<kit::Result<_>>()?;
        Ok(Response::new(pb::ListOverdueReceiptsResponse { overdue_receipts, next_page_token }))
    }

    async fn get_receipt_counts(
        &self,
        request: Request<pb::GetReceiptCountsRequest>,
    ) -> Result<Response<pb::ReceiptCounts>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let period = fields.optional_member("period", &PERIOD, &request.period, district);
        fields.check()?;
        let district = self.registry.district(district).await?;
        let mut tx = self.db.begin_read().await?;
        let today = district.day(tx.now());
        let found = store::receipt::counts(&mut tx, &district.id, period.as_deref(), today).await?;
        let counts = found.into_iter().map(pb::ReceiptCount::from).collect();
        Ok(Response::new(pb::ReceiptCounts { counts }))
    }
}

fn shown(it: Owed, today: Date) -> kit::Result<pb::OverdueReceipt> {
    let (letter_kind, document_kind) = kinds(it.kind);
    Ok(pb::OverdueReceipt {
        name: it.name(),
        source: it.place().source(&it.district),
        letter_kind,
        document_kind,
        recipient: UNIT.format(&[&it.district, &it.unit]),
        due_date: Some(date::to_proto(it.due_date)),
        days_late: it.days_late(today)?,
        opened: it.opened,
        escalation_level: it.level as i32,
        vacancy: it.vacancy,
        subject: it.title.subject,
        recipient_display_name: it.title.unit,
    })
}

fn kinds(kind: Kind) -> (i32, i32) {
    match kind {
        Kind::Letter(kind) => (kind as i32, 0),
        Kind::Document(kind) => (0, kind as i32),
    }
}

impl From<Count> for pb::ReceiptCount {
    fn from(it: Count) -> Self {
        let (letter_kind, document_kind) = kinds(it.kind);
        Self {
            letter_kind,
            document_kind,
            delivered_count: it.delivered,
            read_count: it.read,
            acknowledged_count: it.acknowledged,
            late_count: it.late,
            overdue_count: it.overdue,
        }
    }
}
