//! Warnings for a low rank and for being behind schedule (H5).

use proto::scoring::v1::{ListWarningsRequest, Warning, WarningKind};

use super::{Page, Player, brief, decimal};
use crate::client::pages;
use crate::failure::Result;
use crate::names;
use crate::table::{Align, Cell, Paint, Table};

/// Warnings that are shown; the rest are counted.
const SHOWN: usize = 12;

pub(super) async fn show(player: &Player<'_>, page: &mut Page) -> Result<()> {
    let request = ListWarningsRequest { parent: player.parent.clone(), ..Default::default() };
    let warnings = pages!(player.suite.warnings(), list_warnings, request, warnings);
    page.title(&format!("预警  共{}条", warnings.len()))?;
    page.table(&table(&warnings))
}

fn table(warnings: &[Warning]) -> Table {
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
            Cell::new(format!("……另有{}条", ordered.len() - SHOWN), Paint::Dim),
        ]);
    }
    table
}
