//! Prints on the wire.

use kit::Error;
use kit::field::Fields;
use kit::name::{Name, Pattern};
use proto::notification::v1 as pb;

use super::{Rpc, sequence};
use crate::document::Language;
use crate::sheet::Sheet;

/// What is to be printed: a name, the place that it ends in, and how.
pub(super) struct Wanted {
    pub(super) name: Name,
    pub(super) sequence: i64,
    pub(super) language: Language,
    format: pb::PrintFormat,
}

impl Wanted {
    /// Reads what is to be printed: the print of a noun named so, a format and a language.
    pub(super) fn read(
        pattern: &'static Pattern,
        noun: &str,
        (name, format, language): (&str, i32, i32),
    ) -> kit::Result<Self> {
        let mut fields = Fields::default();
        let name = fields.name("name", pattern, name);
        let format = fields.optional_choice("format", format);
        let language = fields.optional_choice("language", language);
        fields.check()?;
        Ok(Self {
            sequence: sequence(&name, noun)?,
            language: language.unwrap_or(Language::Chinese),
            format: format.unwrap_or(pb::PrintFormat::Text),
            name,
        })
    }
}

impl Rpc {
    /// A sheet in the format that is wanted; NOT_FOUND where there is none in that language.
    pub(super) async fn print(
        &self,
        wanted: Wanted,
        sheet: Option<Sheet>,
    ) -> kit::Result<pb::Print> {
        let sheet = sheet.ok_or_else(|| wanted.name.not_found())?;
        let (media_type, content) = match wanted.format {
            pb::PrintFormat::Html => ("text/html; charset=utf-8", sheet.html().into_bytes()),
            pb::PrintFormat::Pdf => {
                // Fonts are large files, and setting a page is work.
                let font = self.font.clone();
                let set = tokio::task::spawn_blocking(move || sheet.pdf(font.as_deref()));
                ("application/pdf", set.await.map_err(Error::internal)??)
            }
            _ => ("text/plain; charset=utf-8", sheet.plain().into_bytes()),
        };
        let name = wanted.name.as_str().to_owned();
        Ok(pb::Print { name, media_type: media_type.to_owned(), content })
    }
}
