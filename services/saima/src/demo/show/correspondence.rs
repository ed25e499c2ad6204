//! Warnings and the letters made of them (H5, H7); one letter whole, opened and acknowledged.

use std::io::Write;

use proto::notification::v1::{
    AcknowledgeLetterRequest, Letter, LetterKind, ListBulletinsRequest, ListLettersRequest,
    ReadLetterRequest, letter,
};
use proto::scoring::v1::{ListWarningsRequest, Warning, WarningKind};

use super::{Story, brief, decimal, title};
use crate::client::pages;
use crate::failure::Result;
use crate::names;
use crate::table::{Align, Cell, Paint, Table};

/// Warnings that are shown; the rest are counted.
const SHOWN: usize = 12;

pub(super) async fn show(story: &Story, out: &mut impl Write, painted: bool) -> Result<()> {
    let request = ListWarningsRequest { parent: story.parent.clone(), ..Default::default() };
    let warnings = pages!(story.suite.warnings(), list_warnings, request, warnings);
    title(out, &format!("预警  {} warnings", warnings.len()), painted)?;
    warnings_table(&warnings).print(out, "  ", painted)?;

    let request = ListLettersRequest { parent: story.parent.clone(), ..Default::default() };
    let letters = pages!(story.suite.letters(), list_letters, request, letters);
    let request = ListBulletinsRequest { parent: story.parent.clone(), ..Default::default() };
    let bulletins = pages!(story.suite.bulletins(), list_bulletins, request, bulletins);
    let count = |kind| letters.iter().filter(|it| it.kind() == kind).count();
    title(
        out,
        &format!(
            "函单  {}份工作提示函  {}份预警单  {}期通报",
            count(LetterKind::WorkReminder),
            count(LetterKind::WarningSheet),
            bulletins.len()
        ),
        painted,
    )?;
    let kind = |kind| letters.iter().find(move |it| it.kind() == kind);
    match kind(LetterKind::WarningSheet).or_else(|| kind(LetterKind::WorkReminder)) {
        Some(letter) => whole_letter(story, letter, out, painted).await,
        None => Ok(()),
    }
}

fn warnings_table(warnings: &[Warning]) -> Table {
    let head = ["周期", "预警", "单位", "指标", "实际", "应达", "进度"].into_iter();
    let align = [
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
    ];
    let mut table = Table::new(head.zip(align));
    let mut ordered: Vec<_> = warnings.iter().collect();
    ordered.sort_by_key(|it| it.kind() == WarningKind::BehindSchedule);
    for warning in ordered.iter().take(SHOWN) {
        let unit = warning.unit_display_name.as_str().into();
        let period = names::id(&warning.period).into();
        if warning.kind() == WarningKind::LowRanking {
            let rank = format!(
                "{} 第{}名（共{}名）",
                warning.track_display_name,
                decimal(warning.rank.as_ref()),
                warning.track_size
            );
            table.line([
                period,
                Cell::new("排名靠后", Paint::Red),
                unit,
                rank.into(),
                decimal(warning.score.as_ref()).into(),
            ]);
        } else {
            let pace = format!("{}%", decimal(warning.pace.as_ref()));
            let measured = |text: String| format!("{text}{}", warning.unit_of_measure);
            table.line([
                period,
                Cell::new("未达时序", Paint::Yellow),
                unit,
                warning.indicator_display_name.as_str().into(),
                measured(brief(warning.actual.as_ref())).into(),
                measured(brief(warning.due.as_ref())).into(),
                pace.into(),
            ]);
        }
    }
    if ordered.len() > SHOWN {
        table.line([
            "".into(),
            "".into(),
            Cell::new(format!("… {} more", ordered.len() - SHOWN), Paint::Dim),
        ]);
    }
    table
}

/// Prints a letter, then opens and acknowledges it as its recipient would.
async fn whole_letter(
    story: &Story,
    letter: &Letter,
    out: &mut impl Write,
    painted: bool,
) -> Result<()> {
    title(out, &format!("  致{}：{}", letter.recipient_display_name, letter.subject), painted)?;
    for line in letter.body.lines() {
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    if letter.state() != letter::State::Acknowledged {
        let mut letters = story.suite.letters();
        letters
            .read_letter(ReadLetterRequest {
                name: letter.name.clone(),
                request_id: kit::id::uid(),
            })
            .await?;
        let acknowledge = AcknowledgeLetterRequest {
            name: letter.name.clone(),
            text: "已收悉，主要负责人牵头整改，按月报送进展。".to_owned(),
            request_id: kit::id::uid(),
        };
        letters.acknowledge_letter(acknowledge).await?;
    }
    writeln!(out, "    [{} 已签收]", letter.recipient_display_name)?;
    Ok(())
}
