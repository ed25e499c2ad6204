//! Bulletins.

use kit::clock;
use kit::db::Tx;
use kit::field::Fields;
use kit::page::Page;
use proto::notification::v1 as pb;
use proto::notification::v1::bulletin_service_server::BulletinService;
use proto::notification::v1::change::Resource;
use tonic::{Request, Response, Status};

use super::inbox::Reader;
use super::print::Wanted;
use super::{Rpc, change, cut, sequence};
use crate::bulletin::{Board, Bulletin, NAME, SERIES};
use crate::district::{self, District, PERIOD};
use crate::store::bulletin::Filter;
use crate::{store, template};

static PRINT: kit::name::Pattern =
    kit::name::Pattern::new("print", "districts/{district}/bulletins/{bulletin}/print");

const ISSUED: &str = "saima.notification.v1.BulletinIssued";

/// Issues the bulletin of a closed month that lies in the tray, once whatever was told twice.
/// A month without a board has none.
pub(crate) async fn issue(
    tx: &mut Tx,
    district: &District,
    source: &str,
    month: &str,
    boards: &[Board],
) -> kit::Result<()> {
    let mut head = store::head::lock(tx, &district.id).await?;
    let taken = store::notice::take(tx, &district.id, &[source]).await?;
    if taken.is_empty() || store::bulletin::is_known(tx, &district.id, month).await? {
        return Ok(());
    }
    if boards.is_empty() {
        tracing::info!(district = district.id, month, "no scheme holds; there is no bulletin");
        return Ok(());
    }
    let template = store::template::get(tx, &district.id, template::Kind::MonthlyBulletin).await?;
    // Numbers are those of documents: whoever issues one of them waits.
    store::document::lock(tx, &district.id).await?;
    let year = district.day(tx.now()).year().into();
    let mut numbers = store::document::last_numbers(tx, &district.id, year).await?;
    let ordinal = numbers.entry(SERIES.to_owned()).or_default();
    *ordinal += 1;
    head.bulletin += 1;
    let place = (head.bulletin, *ordinal);
    let bulletin = Bulletin::issue(district, place, month, boards, &template, tx.now())?;
    store::document::save_numbers(tx, &district.id, year, &numbers).await?;
    if let Some(written) = bulletin.texts().find(|it| !it.template_fault.is_empty()) {
        let fault = &written.template_fault;
        tracing::warn!(district = district.id, fault, "the built-in template was used instead");
    }
    store::bulletin::insert(tx, &bulletin).await?;
    store::head::save(tx, &district.id, head).await?;
    let bulletin = pb::Bulletin::from(bulletin);
    let name = bulletin.name.clone();
    change::append(tx, &district.id, ISSUED, &name, Resource::Bulletin(bulletin));
    Ok(())
}

#[tonic::async_trait]
impl BulletinService for Rpc {
    async fn get_bulletin(
        &self,
        request: Request<pb::GetBulletinRequest>,
    ) -> Result<Response<pb::Bulletin>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let reader = Reader(fields.optional_choice("language", request.language));
        fields.check()?;
        let sequence = sequence(&name, "bulletin")?;
        let mut tx = self.db.begin_read().await?;
        let bulletin = store::bulletin::get(&mut tx, name.id("district"), sequence).await?;
        let bulletin = bulletin.ok_or_else(|| name.not_found())?;
        Ok(Response::new(reader.bulletin(bulletin.into())))
    }

    async fn list_bulletins(
        &self,
        request: Request<pb::ListBulletinsRequest>,
    ) -> Result<Response<pb::ListBulletinsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let period = fields.optional_member("period", &PERIOD, &request.period, district);
        let filter = Filter { period, since: None };
        let reader = Reader(fields.optional_choice("language", request.language));
        fields.check()?;
        let page =
            |size| Page::parse(size, &request.page_token, &[&request.parent, &request.period]);
        let whole = page(request.page_size)?;
        let mut tx = self.db.begin_read().await?;
        let mut bulletins = store::bulletin::list(&mut tx, district, &filter, &whole).await?;
        let next_page_token = cut(&mut bulletins, &whole, page, Bulletin::size, |it| it.sequence)?;
        let bulletins = bulletins.into_iter().map(|it| reader.bulletin(it.into())).collect();
        Ok(Response::new(pb::ListBulletinsResponse { bulletins, next_page_token }))
    }

    async fn get_bulletin_print(
        &self,
        request: Request<pb::GetBulletinPrintRequest>,
    ) -> Result<Response<pb::Print>, Status> {
        let request = request.into_inner();
        let asked = (request.name.as_str(), request.format, request.language);
        let wanted = Wanted::read(&PRINT, "bulletin", asked)?;
        let mut tx = self.db.begin_read().await?;
        let district = wanted.name.id("district");
        let bulletin = store::bulletin::get(&mut tx, district, wanted.sequence).await?;
        drop(tx);
        let bulletin = bulletin.ok_or_else(|| wanted.name.not_found())?;
        let sheet = bulletin.sheet(wanted.language);
        Ok(Response::new(self.print(wanted, sheet).await?))
    }
}

impl From<Bulletin> for pb::Bulletin {
    fn from(bulletin: Bulletin) -> Self {
        Self {
            name: bulletin.name(),
            period: PERIOD.format(&[&bulletin.district, &bulletin.period]),
            subject: bulletin.written.text.subject,
            body: bulletin.written.text.body,
            boards: bulletin.boards,
            template_fault: bulletin.written.template_fault,
            number: bulletin.number.map(|it| it.to_string()).unwrap_or_default(),
            translations: bulletin.translations.into_iter().map(pb::LetterText::from).collect(),
            create_time: Some(clock::to_proto(bulletin.create_time)),
        }
    }
}
