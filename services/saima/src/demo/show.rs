//! What came of the quarter, read back from the services.

mod archive;
mod board;
mod correspondence;
mod score;

use std::io::Write;

use proto::scoring::v1::Run;
use rust_decimal::RoundingStrategy;

use super::Story;
use crate::failure::Result;
use crate::table::{Paint, paint};

/// Boards, warnings, letters, one score explained, archives.
pub(super) async fn everything(
    story: &Story,
    run: &Run,
    out: &mut impl Write,
    painted: bool,
) -> Result<()> {
    board::show(story, out, painted).await?;
    correspondence::show(story, out, painted).await?;
    score::show(story, run, out, painted).await?;
    archive::show(story, out, painted).await
}

fn title(out: &mut impl Write, text: &str, painted: bool) -> Result<()> {
    let text = if painted { paint(text, Paint::Bold) } else { text.to_owned() };
    writeln!(out, "\n{text}")?;
    Ok(())
}

/// A number of at most two places, as an office writes it.
fn brief(value: Option<&proto::google::r#type::Decimal>) -> String {
    let number = value.and_then(|it| kit::decimal::parse(&it.value));
    number
        .map(|it| {
            kit::decimal::to_text(
                it.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero),
            )
        })
        .unwrap_or_default()
}

fn decimal(value: Option<&proto::google::r#type::Decimal>) -> String {
    value.map(|it| it.value.clone()).unwrap_or_default()
}
