//! What an office would publish, read back from the services.
//!
//! | show | prints |
//! |---|---|
//! | `board: SCHEME.PERIOD` | each track of a board, in colours where it has them (三色榜, H6) |
//! | `warnings: all` | the warnings, the lowest of rankings first (H5) |
//! | `letter: NAME` | one letter whole (H7) |
//! | `explanation: {scheme, period, subject, indicator}` | one score down to its observations (A3) |
//! | `archives: all` | what was filed for the heads of the first and of units that changed hands (H10) |
//! | `list: METHOD …` | any list of the suite as a table, see [`list`] |

mod archive;
mod board;
mod explanation;
mod letter;
mod list;
mod warning;

pub(super) use list::{items, learn, rows};

use std::io::Write;

use proto::google::r#type::Decimal;
use rust_decimal::RoundingStrategy;

use super::play::{Player, field};
use crate::failure::{Failure, Result};
use crate::table::{Paint, paint};
use crate::yaml::{Kind, Tree};

/// Prints what the story asks for.
pub(super) async fn show(player: &mut Player<'_>, what: &Tree) -> Result<()> {
    let first = match &what.kind {
        Kind::Map(entries) => entries.first().map(|it| (it.key.as_str(), &it.value)),
        _ => None,
    };
    let mut page = Page { out: Vec::new(), painted: player.telling.painted };
    match (first, first.and_then(|(key, _)| field(what, key))) {
        (Some(("board", _)), Some(board)) => board::show(player, board, &mut page).await?,
        (Some(("warnings", _)), _) => warning::show(player, &mut page).await?,
        (Some(("letter", _)), Some(name)) => letter::show(player, name, &mut page).await?,
        (Some(("explanation", of)), _) => explanation::show(player, of, &mut page).await?,
        (Some(("archives", _)), _) => archive::show(player, &mut page).await?,
        (Some(("list", _)), Some(method)) => list::show(player, method, what, &mut page).await?,
        _ => {
            let known = "board, warnings, letter, explanation, archives, list";
            return Err(Failure::data(format!("`show` needs one of {known} first")));
        }
    }
    player.say(&String::from_utf8_lossy(&page.out))
}

/// What is being printed.
struct Page {
    out: Vec<u8>,
    painted: bool,
}

impl Page {
    fn title(&mut self, text: &str) -> Result<()> {
        let text = if self.painted { paint(text, Paint::Bold) } else { text.to_owned() };
        Ok(writeln!(self.out, "\n{text}")?)
    }

    fn table(&mut self, table: &crate::table::Table) -> Result<()> {
        Ok(table.print(&mut self.out, "  ", self.painted)?)
    }

    fn line(&mut self, text: &str) -> Result<()> {
        Ok(writeln!(self.out, "{}", text.trim_end())?)
    }
}

/// A number of at most two places, as an office writes it.
fn brief(value: Option<&Decimal>) -> String {
    let number = value.and_then(|it| kit::decimal::parse(&it.value));
    let round = |it: rust_decimal::Decimal| {
        it.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    };
    number.map(|it| kit::decimal::to_text(round(it))).unwrap_or_default()
}

fn decimal(value: Option<&Decimal>) -> String {
    value.map(|it| it.value.clone()).unwrap_or_default()
}
