//! Letters.

use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::{clock, date, etag, guard};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::letter_service_server::LetterService;
use tonic::{Request, Response, Status};

use super::inbox::Reader;
use super::print::Wanted;
use super::{Rpc, change, cut, sequence};
use crate::district::{self, District, PERIOD, UNIT};
use crate::letter::{Letter, NAME, Warning, Written};
use crate::rectification::Rectification;
use crate::store::letter::Filter;
use crate::{store, template};

static PRINT: kit::name::Pattern =
    kit::name::Pattern::new("print", "districts/{district}/letters/{letter}/print");

const ISSUED: &str = "saima.notification.v1.LetterIssued";
const READ: &str = "saima.notification.v1.LetterRead";
const ACKNOWLEDGED: &str = "saima.notification.v1.LetterAcknowledged";

/// Issues the letters of warnings that lie in the tray, each once whatever was told twice.
pub(crate) async fn issue(
    tx: &mut Tx,
    district: &District,
    warnings: &[Warning],
) -> kit::Result<()> {
    let mut head = store::head::lock(tx, &district.id).await?;
    let sources: Vec<&str> = warnings.iter().map(|warning| warning.source.as_str()).collect();
    let mut due = store::notice::take(tx, &district.id, &sources).await?;
    for known in store::letter::known(tx, &district.id, &sources).await? {
        due.remove(&known);
    }
    let templates = store::template::all(tx, &district.id).await?;
    // Numbers are those of documents: whoever issues one of them waits.
    store::document::lock(tx, &district.id).await?;
    let year = district.day(tx.now()).year().into();
    let mut numbers = store::document::last_numbers(tx, &district.id, year).await?;
    let mut letters = Vec::new();
    for warning in warnings.iter().filter(|warning| due.contains(&warning.source)) {
        let template = template::of(&templates, warning.kind().into())?;
        let ordinal = numbers.entry(warning.kind().series().to_owned()).or_default();
        *ordinal += 1;
        head.letter += 1;
        let place = (head.letter, *ordinal);
        letters.push(Letter::issue(district, place, warning, template, tx.now())?);
    }
    store::document::save_numbers(tx, &district.id, year, &numbers).await?;
    let at_fault = |it: &&Written| !it.template_fault.is_empty();
    if let Some(written) = letters.iter().flat_map(Letter::texts).find(at_fault) {
        let fault = &written.template_fault;
        tracing::warn!(district = district.id, fault, "the built-in template was used instead");
    }
    store::letter::insert(tx, &letters).await?;
    let opened = letters.iter().map(Rectification::open).collect::<kit::Result<Vec<_>>>()?;
    store::rectification::insert(tx, &opened).await?;
    store::head::save(tx, &district.id, head).await?;
    for letter in letters.into_iter().map(pb::Letter::from) {
        let name = letter.name.clone();
        change::append(tx, &district.id, ISSUED, &name, Resource::Letter(letter));
    }
    Ok(())
}

#[tonic::async_trait]
impl LetterService for Rpc {
    async fn get_letter(
        &self,
        request: Request<pb::GetLetterRequest>,
    ) -> Result<Response<pb::Letter>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reader = Reader(fields.optional_choice("language", request.language));
        fields.check()?;
        let sequence = sequence(&name, "letter")?;
        let mut tx = self.db.begin_read().await?;
        let letter = store::letter::get(&mut tx, name.id("district"), sequence).await?;
        let letter = letter.ok_or_else(|| name.not_found())?;
        guard::for_unit(&letter.district, &letter.recipient)?;
        Ok(Response::new(reader.letter(letter.into())))
    }

    async fn list_letters(
        &self,
        request: Request<pb::ListLettersRequest>,
    ) -> Result<Response<pb::ListLettersResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            recipient: fields.optional_member("recipient", &UNIT, &request.recipient, district),
            kind: fields.optional_choice("kind", request.kind),
            state: fields.optional_choice("state", request.state),
            period: fields.optional_member("period", &PERIOD, &request.period, district),
        };
        let reader = Reader(fields.optional_choice("language", request.language));
        fields.check()?;
        guard::only_own(district, filter.recipient.as_deref())?;
        let page = |size| {
            let bound: [&dyn std::fmt::Display; 5] = [
                &request.parent,
                &request.recipient,
                &request.kind,
                &request.state,
                &request.period,
            ];
            Page::parse(size, &request.page_token, &bound)
        };
        let whole = page(request.page_size)?;
        let mut tx = self.db.begin_read().await?;
        let mut letters = store::letter::list(&mut tx, district, &filter, &whole).await?;
        let next_page_token = cut(&mut letters, &whole, page, Letter::size, |it| it.sequence)?;
        let letters = letters.into_iter().map(|it| reader.letter(it.into())).collect();
        Ok(Response::new(pb::ListLettersResponse { letters, next_page_token }))
    }

    async fn read_letter(
        &self,
        request: Request<pb::ReadLetterRequest>,
    ) -> Result<Response<pb::Letter>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, sequence) = (name.id("district"), sequence(&name, "letter")?);
        let once = Once::new(district, "ReadLetter", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let letter = store::letter::get(&mut tx, district, sequence).await?;
        let mut letter = letter.ok_or_else(|| name.not_found())?;
        guard::for_unit(district, &letter.recipient)?;
        let receipt = letter.read(tx.now());
        if let Some(receipt) = &receipt {
            store::letter::receive(&mut tx, &letter, receipt).await?;
        }
        let reply = pb::Letter::from(letter);
        if receipt.is_some() {
            let resource = Resource::Letter(reply.clone());
            change::append(&mut tx, district, READ, &reply.name, resource);
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn acknowledge_letter(
        &self,
        request: Request<pb::AcknowledgeLetterRequest>,
    ) -> Result<Response<pb::Letter>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let text = fields.paragraph("text", &request.text, 1..=2000);
        fields.check()?;
        let (district, sequence) = (name.id("district"), sequence(&name, "letter")?);
        let once = Once::new(district, "AcknowledgeLetter", &request.request_id, &request)?;
        let zone = self.registry.district(district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let letter = store::letter::get(&mut tx, district, sequence).await?;
        let mut letter = letter.ok_or_else(|| name.not_found())?;
        guard::for_unit(district, &letter.recipient)?;
        let rule = store::inbox::rule(&mut tx, district).await?;
        let days = rule.days_late(letter.due_date, letter.name(), zone.day(tx.now()));
        let receipt = letter.acknowledge(text, days, tx.now())?;
        store::letter::receive(&mut tx, &letter, &receipt).await?;
        let reply = pb::Letter::from(letter);
        let resource = Resource::Letter(reply.clone());
        change::append(&mut tx, district, ACKNOWLEDGED, &reply.name, resource);
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn get_letter_print(
        &self,
        request: Request<pb::GetLetterPrintRequest>,
    ) -> Result<Response<pb::Print>, Status> {
        let request = request.into_inner();
        let asked = (request.name.as_str(), request.format, request.language);
        let wanted = Wanted::read(&PRINT, "letter", asked)?;
        let mut tx = self.db.begin_read().await?;
        let district = wanted.name.id("district");
        let letter = store::letter::get(&mut tx, district, wanted.sequence).await?;
        drop(tx);
        let letter = letter.ok_or_else(|| wanted.name.not_found())?;
        guard::for_unit(&letter.district, &letter.recipient)?;
        let sheet = letter.sheet(wanted.language);
        Ok(Response::new(self.print(wanted, sheet).await?))
    }
}

impl From<Written> for pb::LetterText {
    fn from(it: Written) -> Self {
        Self {
            language: it.language as i32,
            subject: it.text.subject,
            body: it.text.body,
            template_fault: it.template_fault,
        }
    }
}

impl From<Letter> for pb::Letter {
    fn from(letter: Letter) -> Self {
        let receipts = letter.receipts.iter().map(|receipt| pb::Receipt {
            state: receipt.state as i32,
            text: receipt.text.clone(),
            create_time: Some(clock::to_proto(receipt.create_time)),
            days_late: receipt.days_late as i32,
        });
        Self {
            name: letter.name(),
            kind: letter.kind as i32,
            recipient: UNIT.format(&[&letter.district, &letter.recipient]),
            period: PERIOD.format(&[&letter.district, &letter.period]),
            due_date: Some(date::to_proto(letter.due_date)),
            state: letter.state as i32,
            receipts: receipts.collect(),
            create_time: Some(clock::to_proto(letter.create_time)),
            etag: etag::of(letter.revision()),
            recipient_display_name: letter.recipient_display_name,
            subject: letter.written.text.subject,
            body: letter.written.text.body,
            template_fault: letter.written.template_fault,
            translations: letter.translations.into_iter().map(pb::LetterText::from).collect(),
            source: letter.source,
            number: letter.number.map(|it| it.to_string()).unwrap_or_default(),
        }
    }
}
