//! The text of an appraisal report.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::{Counts, Entry, Kind};
use crate::person::{Person, Rank};

/// The sections, each of some kinds.
const SECTIONS: [(&str, &[Kind]); 6] = [
    ("任职情况", &[Kind::Posting]),
    ("工作实绩", &[Kind::Result, Kind::Award, Kind::Card]),
    ("公开承诺", &[Kind::Commitment]),
    ("平时表现", &[Kind::Conduct]),
    ("结果运用", &[Kind::Consequence]),
    ("培养锻炼", &[Kind::Placement, Kind::Training, Kind::Appraisal]),
];

/// What is on record of a period, and the opinion.
pub(crate) fn text(
    person: &Person,
    (start, end): (Date, Date),
    purpose: &str,
    entries: &[Entry],
    counts: Counts,
    opinion: &str,
) -> String {
    let mut text = format!("考察材料\n用途：{purpose}\n姓名：{}\n", person.display_name);
    if let Some(rank) = person.basics.rank {
        let _ = writeln!(text, "职级：{}", rank_title(rank));
    }
    let _ = writeln!(text, "时段：{start}至{end}");
    let numerals = ["一", "二", "三", "四", "五", "六"];
    for (numeral, (title, kinds)) in numerals.iter().zip(SECTIONS) {
        let _ = writeln!(text, "\n{numeral}、{title}");
        let of_section =
            entries.iter().filter(|it| kinds.iter().any(|kind| it.kind == *kind as u8));
        let mut count = 0;
        for it in of_section {
            count += 1;
            let _ = writeln!(text, "{count}. {} {}〔{}〕", it.date, it.title, it.source);
        }
        if count == 0 {
            text.push_str("无。\n");
        }
    }
    let Counts { results, commitments, late, kept, positive, negative, cleared, .. } = counts;
    let _ = write!(
        text,
        "\n合计：备案结果{results}项；承诺{commitments}项，其中逾期{late}项，评定兑现{kept}项；\
         正面清单{positive}条，负面清单{negative}条，免除或澄清{cleared}条。\n\n七、综合评价\n{opinion}\n"
    );
    text
}

fn rank_title(rank: Rank) -> &'static str {
    match rank {
        Rank::Clerk => "科员级",
        Rank::DeputySection => "副科级",
        Rank::Section => "正科级",
        Rank::DeputyDivision => "副处级",
        Rank::Division => "正处级",
        Rank::DeputyBureau => "副厅级",
    }
}
