//! Documents.

mod convert;
mod draft;

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::Fields;
use kit::guard;
use kit::page::Page;
use kit::request_id::Once;
use prost::Message;
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::document_service_server::DocumentService;
use tonic::{Request, Response, Status};

use super::inbox::Reader;
use super::print::Wanted;
use super::{Rpc, change, cut, sequence};
use crate::district::{self, District, PERIOD, UNIT};
use crate::document::{Document, Draft, NAME, Receipt};
use crate::inbox::Rule;
use crate::rectification::Rectification;
use crate::store;
use crate::store::document::Filter;

pub(super) use convert::{fields, missing};
pub(super) use draft::contents;

const ISSUED: &str = "saima.notification.v1.DocumentIssued";
const READ: &str = "saima.notification.v1.DocumentRead";
const ACKNOWLEDGED: &str = "saima.notification.v1.DocumentAcknowledged";

static PRINT: kit::name::Pattern =
    kit::name::Pattern::new("print", "districts/{district}/documents/{document}/print");

/// Issues documents in order, each under the next number of its series and year. What a rule has
/// written before is passed over.
pub(crate) async fn issue(
    tx: &mut Tx,
    district: &District,
    mut drafts: Vec<Draft>,
) -> kit::Result<Vec<pb::Document>> {
    let mut last = store::document::lock(tx, &district.id).await?;
    let keys: Vec<&str> = drafts.iter().filter_map(|it| it.cause_key.as_deref()).collect();
    let written = store::document::written(tx, &district.id, &keys).await?;
    drafts.retain(|it| it.cause_key.as_ref().is_none_or(|key| !written.contains(key)));
    let year = district.day(tx.now()).year().into();
    let mut numbers = store::document::last_numbers(tx, &district.id, year).await?;
    let templates = store::document_template::all(tx, &district.id).await?;
    let mut documents = Vec::new();
    for draft in drafts {
        let template = templates.iter().find(|it| it.kind == draft.kind);
        let template = template.ok_or_else(|| kit::Error::internal("a kind without template"))?;
        let ordinal = numbers.entry(template.series.clone()).or_default();
        *ordinal += 1;
        last += 1;
        documents.push(Document::issue(district, last, *ordinal, draft, template, tx.now())?);
    }
    store::document::insert(tx, &district.id, &documents).await?;
    store::document::save_numbers(tx, &district.id, year, &numbers).await?;
    let problems = documents.iter().map(Rectification::open_problems);
    let problems = problems.collect::<kit::Result<Vec<_>>>()?.concat();
    store::rectification::insert(tx, &problems).await?;
    let issued: Vec<_> = documents.into_iter().map(pb::Document::from).collect();
    for document in &issued {
        change::append(
            tx,
            &district.id,
            ISSUED,
            &document.name,
            Resource::Document(document.clone()),
        );
    }
    Ok(issued)
}

#[tonic::async_trait]
impl DocumentService for Rpc {
    async fn get_document(
        &self,
        request: Request<pb::GetDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reader = Reader(fields.optional_choice("language", request.language));
        fields.check()?;
        let sequence = sequence(&name, "document")?;
        let mut tx = self.db.begin_read().await?;
        let found = store::document::get(&mut tx, name.id("district"), sequence).await?;
        let document = found.ok_or_else(|| name.not_found())?;
        may_see(&document)?;
        Ok(Response::new(reader.document(document.into())))
    }

    async fn list_documents(
        &self,
        request: Request<pb::ListDocumentsRequest>,
    ) -> Result<Response<pb::ListDocumentsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            recipient: fields.optional_member("recipient", &UNIT, &request.recipient, district),
            state: fields.optional_choice("state", request.state),
            kind: fields.optional_choice("kind", request.kind),
            period: fields.optional_member("period", &PERIOD, &request.period, district),
        };
        let reader = Reader(fields.optional_choice("language", request.language));
        if filter.state.is_some() && filter.recipient.is_none() {
            let message = "must be given with state; who has not acknowledged in the whole \
                           district is listed by ReceiptService.ListOverdueReceipts";
            fields.violation("recipient", "REQUIRED", message);
        }
        fields.check()?;
        guard::only_own(district, filter.recipient.as_deref())?;
        let page = |size| {
            let bound: [&dyn std::fmt::Display; 5] = [
                &request.parent,
                &request.recipient,
                &request.state,
                &request.kind,
                &request.period,
            ];
            Page::parse(size, &request.page_token, &bound)
        };
        let whole = page(request.page_size)?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::document::list(&mut tx, district, &filter, &whole).await?;
        let next_page_token = cut(&mut found, &whole, page, Document::size, |it| it.sequence)?;
        let documents = found.into_iter().map(|it| reader.document(it.into())).collect();
        Ok(Response::new(pb::ListDocumentsResponse { documents, next_page_token }))
    }

    async fn issue_document(
        &self,
        request: Request<pb::IssueDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        let request = request.into_inner();
        let given = kit::field::required("document", request.document.as_ref())?;
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let mut draft = draft::read(&mut fields, given, parent.id("district"));
        draft.account = fields.account("account", &request.account, 1..=100);
        fields.check()?;
        let once =
            Once::new(parent.id("district"), "IssueDocument", &request.request_id, &request)?;
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        drop(tx);
        let district = self.registry.district(parent.id("district")).await?;
        if !draft.recipients.is_empty() {
            let units = self.registry.units(&district.id).await?;
            draft::name_recipients(&mut draft, &units)?;
        }

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        draft::check_due(&draft, district.day(tx.now()))?;
        let reply = issue(&mut tx, &district, vec![draft]).await?.pop().unwrap_or_default();
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn read_document(
        &self,
        request: Request<pb::ReadDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let unit = fields.member("recipient", &UNIT, &request.recipient, name.id("district"));
        let account = fields.account("account", &request.account, 0..=100);
        fields.check()?;
        let place = (name.id("district"), sequence(&name, "document")?);
        let read =
            |it: &mut Document, _: (&District, Rule), now| it.read(&unit, account.clone(), now);
        let (method, id) = ("ReadDocument", request.request_id.clone());
        self.receive(place, &unit, (method, &id, &request), READ, read).await
    }

    async fn acknowledge_document(
        &self,
        request: Request<pb::AcknowledgeDocumentRequest>,
    ) -> Result<Response<pb::Document>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let unit = fields.member("recipient", &UNIT, &request.recipient, name.id("district"));
        let text = fields.paragraph("text", &request.text, 1..=2000);
        let account = fields.account("account", &request.account, 0..=100);
        fields.check()?;
        let place = (name.id("district"), sequence(&name, "document")?);
        let acknowledge = |it: &mut Document, (district, rule): (&District, Rule), now| {
            let signed = (text.clone(), account.clone());
            it.acknowledge(&unit, signed, rule, district.day(now), now).map(Some)
        };
        let (method, id) = ("AcknowledgeDocument", request.request_id.clone());
        self.receive(place, &unit, (method, &id, &request), ACKNOWLEDGED, acknowledge).await
    }

    async fn get_print(
        &self,
        request: Request<pb::GetPrintRequest>,
    ) -> Result<Response<pb::Print>, Status> {
        let request = request.into_inner();
        let asked = (request.name.as_str(), request.format, request.language);
        let wanted = Wanted::read(&PRINT, "document", asked)?;
        let mut tx = self.db.begin_read().await?;
        let district = wanted.name.id("district");
        let document = store::document::get(&mut tx, district, wanted.sequence).await?;
        drop(tx);
        let document = document.ok_or_else(|| wanted.name.not_found())?;
        may_see(&document)?;
        let sheet = document.sheet(wanted.language);
        Ok(Response::new(self.print(wanted, sheet).await?))
    }
}

/// Refuses a caller bound to units a document that went to others.
fn may_see(document: &Document) -> kit::Result<()> {
    let Some(own) = guard::units(&document.district)? else { return Ok(()) };
    if document.draft.recipients.is_empty() {
        return Ok(());
    }
    let is_own = |unit: &str| own.iter().any(|it| it == unit);
    match document.draft.recipients.iter().find(|it| is_own(&it.unit)) {
        Some(_) => Ok(()),
        None => guard::for_unit(&document.district, ""),
    }
}

impl Rpc {
    /// Takes one step of a recipient, once.
    async fn receive(
        &self,
        (district, sequence): (&str, i64),
        unit: &str,
        (method, request_id, request): (&'static str, &str, &impl Message),
        kind: &'static str,
        decide: impl Fn(&mut Document, (&District, Rule), Timestamp) -> kit::Result<Option<Receipt>>,
    ) -> Result<Response<pb::Document>, Status> {
        guard::for_unit(district, unit)?;
        let once = Once::new(district, method, request_id, request)?;
        let district = self.registry.district(district).await?;
        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::document::lock(&mut tx, &district.id).await?;
        let found = store::document::get(&mut tx, &district.id, sequence).await?;
        let absent = || {
            let name = NAME.format(&[&district.id, &sequence.to_string()]);
            kit::Error::not_found("document", name)
        };
        let mut document = found.ok_or_else(absent)?;
        let rule = store::inbox::rule(&mut tx, &district.id).await?;
        let receipt = decide(&mut document, (&district, rule), tx.now())?;
        if let Some(receipt) = &receipt {
            store::document::receive(&mut tx, &document, unit, receipt).await?;
        }
        let reply = pb::Document::from(document);
        if receipt.is_some() {
            let resource = Resource::Document(reply.clone());
            change::append(&mut tx, &district.id, kind, &reply.name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}
