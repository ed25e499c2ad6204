//! Prints on the wire.

use kit::Error;
use proto::notification::v1 as pb;

use super::Rpc;
use crate::sheet::Sheet;

impl Rpc {
    /// A sheet in a format, under the name that was asked for.
    pub(super) async fn print(
        &self,
        name: String,
        sheet: Sheet,
        format: Option<pb::PrintFormat>,
    ) -> kit::Result<pb::Print> {
        let (media_type, content) = match format.unwrap_or(pb::PrintFormat::Text) {
            pb::PrintFormat::Html => ("text/html; charset=utf-8", sheet.html().into_bytes()),
            pb::PrintFormat::Pdf => {
                // Fonts are large files, and setting a page is work.
                let font = self.font.clone();
                let set = tokio::task::spawn_blocking(move || sheet.pdf(font.as_deref()));
                ("application/pdf", set.await.map_err(Error::internal)??)
            }
            _ => ("text/plain; charset=utf-8", sheet.plain().into_bytes()),
        };
        Ok(pb::Print { name, media_type: media_type.to_owned(), content })
    }
}
