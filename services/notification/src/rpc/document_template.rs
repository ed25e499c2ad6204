//! Templates of documents.

use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::name::Name;
use kit::page::Page;
use kit::{clock, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::document_template_service_server::DocumentTemplateService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, cut};
use crate::document::{Kind, Language, variables};
use crate::document_template::{DocumentTemplate, NAME, try_out};
use crate::template::Text;
use crate::{district, store};

const UPDATED: &str = "saima.notification.v1.DocumentTemplateUpdated";

/// Revisions are long: fewer stand on a page than of other lists.
const REVISIONS: (i32, i32) = (20, 50);

#[tonic::async_trait]
impl DocumentTemplateService for Rpc {
    async fn get_document_template(
        &self,
        request: Request<pb::GetDocumentTemplateRequest>,
    ) -> Result<Response<pb::DocumentTemplate>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let kind = kind(&name)?;
        let mut tx = self.db.begin_read().await?;
        let found = store::document_template::get(&mut tx, name.id("district"), kind).await?;
        Ok(Response::new(found.into()))
    }

    async fn list_document_templates(
        &self,
        request: Request<pb::ListDocumentTemplatesRequest>,
    ) -> Result<Response<pb::ListDocumentTemplatesResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = |size| Page::parse(size, &request.page_token, &[&request.parent]);
        let whole = page(request.page_size)?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::document_template::all(&mut tx, parent.id("district")).await?;
        let after = whole.after_number()?.unwrap_or_default();
        found.retain(|it| it.kind as i64 > after);
        let next_page_token = cut(&mut found, &whole, page, size, |it| it.kind as i64)?;
        let document_templates = found.into_iter().map(pb::DocumentTemplate::from).collect();
        let reply = pb::ListDocumentTemplatesResponse { document_templates, next_page_token };
        Ok(Response::new(reply))
    }

    async fn list_document_template_revisions(
        &self,
        request: Request<pb::ListDocumentTemplateRevisionsRequest>,
    ) -> Result<Response<pb::ListDocumentTemplateRevisionsResponse>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let kind = kind(&name)?;
        let wanted = match request.page_size {
            0 => REVISIONS.0,
            size => size.min(REVISIONS.1),
        };
        let page = |size| Page::parse(size, &request.page_token, &[&request.name]);
        let whole = page(wanted)?;
        let after = whole.after_number()?.unwrap_or_default();
        let mut tx = self.db.begin_read().await?;
        let district = name.id("district");
        let limit = whole.limit();
        let mut found =
            store::document_template::revisions(&mut tx, district, kind, after, limit).await?;
        let next_page_token = cut(&mut found, &whole, page, size, |it| it.revision)?;
        let document_templates = found.into_iter().map(pb::DocumentTemplate::from).collect();
        let reply =
            pb::ListDocumentTemplateRevisionsResponse { document_templates, next_page_token };
        Ok(Response::new(reply))
    }

    async fn update_document_template(
        &self,
        request: Request<pb::UpdateDocumentTemplateRequest>,
    ) -> Result<Response<pb::DocumentTemplate>, Status> {
        let request = request.into_inner();
        let given = field::required("document_template", request.document_template.as_ref())?;
        let name = NAME.parse("document_template.name", &given.name)?;
        let (kind, district) = (kind(&name)?, name.id("district"));
        let wish = Wish::parse(&request, given, kind)?;
        self.registry.district(district).await?;

        let mut tx = self.db.begin_write().await?;
        store::document::lock(&mut tx, district).await?;
        let mut template = store::document_template::get(&mut tx, district, kind).await?;
        etag::check(&given.etag, template.revision, name.as_str())?;
        let (series, texts) = wish.patch(&template);
        if !template.change(series, texts, tx.now()) {
            return Ok(Response::new(template.into()));
        }
        store::document_template::insert(&mut tx, &template).await?;
        let reply = pb::DocumentTemplate::from(template);
        let resource = Resource::DocumentTemplate(reply.clone());
        change::append(&mut tx, district, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// What an update sets, the texts tried on sample data: series, then the subject and body of each
/// language.
struct Wish {
    series: Option<String>,
    texts: [Option<String>; 4],
}

const TEXTS: [&str; 4] = ["subject", "body", "english_subject", "english_body"];

impl Wish {
    fn parse(
        request: &pb::UpdateDocumentTemplateRequest,
        given: &pb::DocumentTemplate,
        kind: Kind,
    ) -> kit::Result<Self> {
        let sources = [&given.subject, &given.body, &given.english_subject, &given.english_body];
        let mut mutable = vec![("series", !given.series.is_empty())];
        mutable.extend(TEXTS.into_iter().zip(sources).map(|(it, text)| (it, !text.is_empty())));
        let mask = Mask::parse(&request.update_mask, &mutable)?;
        let mut fields = Fields::default();
        let path = |field: &str| format!("document_template.{field}");
        let series = mask.has("series").then(|| fields.text(path("series"), &given.series, 1..=40));
        let mut texts = [None, None, None, None];
        for (at, source) in sources.into_iter().enumerate() {
            if !mask.has(TEXTS[at]) {
                continue;
            }
            let path = path(TEXTS[at]);
            texts[at] = Some(match at % 2 {
                0 => fields.text(path, source, 1..=200),
                _ => fields.paragraph(path, source, 1..=20_000),
            });
        }
        fields.check()?;
        let mut fields = Fields::default();
        for (at, source) in texts.iter().enumerate() {
            let language = Language::ALL[at / 2];
            let Some(source) = source else { continue };
            if let Err(fault) = try_out(kind, language, at % 2 == 0, source) {
                fields.violation(path(TEXTS[at]), fault.reason, fault.message);
            }
        }
        fields.check()?;
        Ok(Self { series, texts })
    }

    fn patch(self, template: &DocumentTemplate) -> (String, [Text; 2]) {
        let [chinese, english] = template.texts.clone();
        let [subject, body, english_subject, english_body] = self.texts;
        let chinese = Text {
            subject: subject.unwrap_or(chinese.subject),
            body: body.unwrap_or(chinese.body),
        };
        let english = Text {
            subject: english_subject.unwrap_or(english.subject),
            body: english_body.unwrap_or(english.body),
        };
        (self.series.unwrap_or_else(|| template.series.clone()), [chinese, english])
    }
}

impl From<DocumentTemplate> for pb::DocumentTemplate {
    fn from(template: DocumentTemplate) -> Self {
        let variables = variables().iter();
        let fields = template.kind.fields().iter();
        let name = template.name();
        let [chinese, english] = template.texts;
        Self {
            name,
            series: template.series,
            subject: chinese.subject,
            body: chinese.body,
            english_subject: english.subject,
            english_body: english.body,
            variables: variables.map(|(name, says)| (name.to_string(), says.to_string())).collect(),
            fields: fields
                .map(|it| pb::DocumentTemplateField {
                    name: it.name.to_owned(),
                    description: it.says.to_owned(),
                    list: it.list,
                })
                .collect(),
            built_in: template.revision == 0,
            revision: template.revision,
            update_time: template.update_time.map(clock::to_proto),
            etag: etag::of(template.revision),
        }
    }
}

fn size(template: &DocumentTemplate) -> usize {
    template.texts.iter().map(|it| it.subject.len() + it.body.len()).sum::<usize>() + 2000
}

fn kind(name: &Name) -> kit::Result<Kind> {
    Kind::of(name.id("document_template")).ok_or_else(|| name.not_found())
}
