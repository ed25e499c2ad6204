//! One letter whole, and whether its recipient has signed for it (H7).

use proto::notification::v1::GetLetterRequest;
use proto::notification::v1::letter::State;

use super::{Page, Player};
use crate::failure::Result;

pub(super) async fn show(player: &Player<'_>, name: &str, page: &mut Page) -> Result<()> {
    let request = GetLetterRequest { name: name.to_owned(), ..Default::default() };
    let letter = player.suite.letters().get_letter(request).await?.into_inner();
    page.title(&format!("  致{}：{}", letter.recipient_display_name, letter.subject))?;
    for line in letter.body.lines() {
        page.line(&format!("    {line}"))?;
    }
    let signed = if letter.state() == State::Acknowledged { "已签收" } else { "未签收" };
    page.line(&format!("    [{} {signed}]", letter.recipient_display_name))
}
