//! Templates.

use kit::field::{self, Fields};
use kit::mask::Mask;
use kit::name::Name;
use kit::page::Page;
use kit::{clock, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::template_service_server::TemplateService;
use tonic::{Request, Response, Status};

use super::{Rpc, change};
use crate::document::Language;
use crate::template::{Kind, NAME, Part, Template, Text};
use crate::{district, store};

const UPDATED: &str = "saima.notification.v1.TemplateUpdated";

/// The fields of a template, and what they are of.
const PARTS: [(&str, Language, Part); 4] = [
    ("subject", Language::Chinese, Part::Subject),
    ("body", Language::Chinese, Part::Body),
    ("english_subject", Language::English, Part::Subject),
    ("english_body", Language::English, Part::Body),
];

#[tonic::async_trait]
impl TemplateService for Rpc {
    async fn get_template(
        &self,
        request: Request<pb::GetTemplateRequest>,
    ) -> Result<Response<pb::Template>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let kind = kind(&name)?;
        let mut tx = self.db.begin_read().await?;
        let template = store::template::get(&mut tx, name.id("district"), kind).await?;
        Ok(Response::new(template.into()))
    }

    async fn list_templates(
        &self,
        request: Request<pb::ListTemplatesRequest>,
    ) -> Result<Response<pb::ListTemplatesResponse>, Status> {
        let request = request.into_inner();
        let parent = district::NAME.parse("parent", &request.parent)?;
        let page = Page::parse(request.page_size, &request.page_token, &[&request.parent])?;
        let mut tx = self.db.begin_read().await?;
        let mut templates = store::template::all(&mut tx, parent.id("district")).await?;
        let after = page.after().and_then(Kind::of).map_or(0, |kind| kind as i64);
        templates.retain(|template| template.kind as i64 > after);
        let next_page_token = page.cut(&mut templates, |template| template.kind.id().to_owned());
        let templates = templates.into_iter().map(pb::Template::from).collect();
        Ok(Response::new(pb::ListTemplatesResponse { templates, next_page_token }))
    }

    async fn update_template(
        &self,
        request: Request<pb::UpdateTemplateRequest>,
    ) -> Result<Response<pb::Template>, Status> {
        let request = request.into_inner();
        let given = field::required("template", request.template.as_ref())?;
        let name = NAME.parse("template.name", &given.name)?;
        let (kind, district) = (kind(&name)?, name.id("district"));
        let wish = Wish::parse(&request, given, kind)?;
        self.registry.district(district).await?;

        let mut tx = self.db.begin_write().await?;
        let mut template = store::template::get(&mut tx, district, kind).await?;
        etag::check(&given.etag, template.revision, name.as_str())?;
        let texts = wish.patch(template.texts.clone());
        if !template.change(texts, tx.now()) {
            return Ok(Response::new(template.into()));
        }
        store::template::save(&mut tx, &template).await?;
        let reply = pb::Template::from(template);
        let resource = Resource::Template(reply.clone());
        change::append(&mut tx, district, UPDATED, &reply.name, resource);
        tx.commit().await?;
        Ok(Response::new(reply))
    }
}

/// The texts that an update sets, tried on sample data.
struct Wish(Vec<(Language, Part, String)>);

impl Wish {
    fn parse(
        request: &pb::UpdateTemplateRequest,
        given: &pb::Template,
        kind: Kind,
    ) -> kit::Result<Self> {
        let sources = [&given.subject, &given.body, &given.english_subject, &given.english_body];
        let mutable: Vec<_> =
            PARTS.iter().zip(sources).map(|((field, ..), it)| (*field, !it.is_empty())).collect();
        let mask = Mask::parse(&request.update_mask, &mutable)?;
        let mut fields = Fields::default();
        let mut set = Vec::new();
        for ((field, language, part), source) in PARTS.into_iter().zip(sources) {
            if !mask.has(field) {
                continue;
            }
            let path = format!("template.{field}");
            let source = match part {
                Part::Subject => fields.text(&path, source, 1..=200),
                Part::Body => fields.paragraph(&path, source, 1..=20_000),
            };
            set.push((path, language, part, source));
        }
        fields.check()?;
        let mut fields = Fields::default();
        for (path, language, part, source) in &set {
            if let Err(fault) = kind.try_out(*language, *part, source) {
                fields.violation(path, fault.reason, fault.message);
            }
        }
        fields.check()?;
        Ok(Self(set.into_iter().map(|(_, language, part, it)| (language, part, it)).collect()))
    }

    fn patch(self, mut texts: [Text; 2]) -> [Text; 2] {
        for (language, part, source) in self.0 {
            let text = &mut texts[language as usize - 1];
            match part {
                Part::Subject => text.subject = source,
                Part::Body => text.body = source,
            }
        }
        texts
    }
}

impl From<Template> for pb::Template {
    fn from(template: Template) -> Self {
        let variables = template.kind.variables().iter();
        let name = template.name();
        let [chinese, english] = template.texts;
        Self {
            name,
            variables: variables.map(|(name, says)| (name.to_string(), says.to_string())).collect(),
            built_in: template.revision == 0,
            update_time: template.update_time.map(clock::to_proto),
            etag: etag::of(template.revision),
            subject: chinese.subject,
            body: chinese.body,
            english_subject: english.subject,
            english_body: english.body,
        }
    }
}

fn kind(name: &Name) -> kit::Result<Kind> {
    Kind::of(name.id("template")).ok_or_else(|| name.not_found())
}
