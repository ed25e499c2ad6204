//! What may stand in each kind of template, and sample data of that shape. The samples are
//! made by the same functions as the real data, so their shapes cannot differ.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use minijinja::Value;
use rust_decimal::Decimal;

use crate::bulletin::{self, Board, Colour, Entry, Track};
use crate::district::District;
use crate::document::Language;
use crate::letter::{Ground, Warning};

type Variables = &'static [(&'static str, &'static str)];

pub(super) const WORK_REMINDER: Variables = &[
    ("district", "区县名称"),
    ("office", "发文机关"),
    ("number", "发文字号，如〔2023〕12号"),
    ("issue_date", "发文日期，如2023年4月1日"),
    ("due_date", "签收截止日期（含当日）"),
    ("recipient", "收文单位"),
    ("period", "考核周期，如2023年3月"),
    ("track", "赛道名称"),
    ("indicator", "指标名称"),
    ("actual", "实际完成值，带计量单位"),
    ("due", "时序目标值，带计量单位"),
    ("pace", "完成时序目标的百分数，不带百分号"),
];

pub(super) const WARNING_SHEET: Variables = &[
    ("district", "区县名称"),
    ("office", "发文机关"),
    ("number", "发文字号，如〔2023〕12号"),
    ("issue_date", "发文日期，如2023年4月1日"),
    ("due_date", "签收截止日期（含当日）"),
    ("recipient", "收文单位"),
    ("period", "考核周期，如2023年第一季度"),
    ("track", "赛道名称"),
    ("rank", "名次"),
    ("track_size", "赛道上的考核对象数"),
    ("score", "得分"),
];

pub(super) const MONTHLY_BULLETIN: Variables = &[
    ("district", "区县名称"),
    ("office", "发文机关"),
    ("number", "发文字号，如〔2023〕12号"),
    ("issue_date", "发文日期，如2023年5月6日"),
    ("period", "通报的月份，如2023年4月"),
    ("quarter", "所在季度，如2023年第二季度"),
    ("boards", "三色榜，每个考核方案一个"),
    ("boards[].number", "序号，如一；英文为1"),
    ("boards[].name", "考核方案名称"),
    ("boards[].provisional", "是否过程数据"),
    ("boards[].tracks", "赛道"),
    ("boards[].tracks[].number", "序号，如一；英文为1"),
    ("boards[].tracks[].name", "赛道名称"),
    ("boards[].tracks[].units", "全部考核对象，按名次"),
    ("boards[].tracks[].green", "绿榜"),
    ("boards[].tracks[].yellow", "黄榜"),
    ("boards[].tracks[].red", "红榜"),
    ("boards[].tracks[].uncoloured", "未列颜色的"),
    ("boards[].tracks[].behind", "未达时序进度的"),
    ("boards[].tracks[].units[].unit", "单位名称；各榜相同"),
    ("boards[].tracks[].units[].rank", "名次；无得分时为空"),
    ("boards[].tracks[].units[].score", "得分；无得分时为空"),
    ("boards[].tracks[].units[].pace", "完成时序目标的百分数；无时序目标时为空"),
];

const NUMBER: &str = "〔2023〕12号";
const ISSUED: Date = date(2023, 4, 1);
const DUE: Date = date(2023, 4, 8);

pub(super) fn work_reminder(language: Language) -> Value {
    let ground = Ground::BehindSchedule {
        indicator: "固定资产投资完成额".to_owned(),
        unit_of_measure: "万元".to_owned(),
        pace: Decimal::new(625, 1),
        actual: Decimal::new(7500, 0),
        due: Decimal::new(12000, 0),
    };
    warning("2023-03", ground).values(&district(), NUMBER, (ISSUED, DUE), language)
}

pub(super) fn warning_sheet(language: Language) -> Value {
    let ground = Ground::LowRanking {
        rank: Decimal::new(12, 0),
        track_size: 12,
        score: Decimal::new(7135, 2),
    };
    warning("2023Q1", ground).values(&district(), NUMBER, (ISSUED, DUE), language)
}

pub(super) fn monthly_bulletin(language: Language) -> Value {
    let entries = [
        ("恒口示范区财政局", 1, Some(Colour::Green), 1032),
        ("恒口示范区水利局", 2, Some(Colour::Yellow), 880),
        ("恒口示范区交通局", 3, Some(Colour::Red), 625),
        ("恒口示范区统计局", 4, None, 1000),
    ];
    let entries = entries.map(|(unit, rank, colour, pace)| Entry {
        unit: unit.to_owned(),
        score: Some(Decimal::new(9500 - 500 * rank, 2)),
        rank: Some(Decimal::new(rank, 0)),
        colour,
        pace: Some(Decimal::new(pace, 1)),
    });
    let track =
        Track { display_name: "经济管理类部门".to_owned(), entries: entries.to_vec() };
    let board = Board {
        name: "districts/hengkou/boards/target-2023.2023Q2".to_owned(),
        scheme: "2023年度目标责任考核方案".to_owned(),
        provisional: true,
        tracks: vec![track.clone(), track],
    };
    let boards = [board.clone(), board];
    bulletin::values(&district(), NUMBER, ("2023-04", ISSUED), &boards, language)
}

fn district() -> District {
    District {
        id: "hengkou".to_owned(),
        display_name: "恒口示范区".to_owned(),
        zone: TimeZone::UTC,
    }
}

fn warning(period: &str, ground: Ground) -> Warning {
    Warning {
        source: "districts/hengkou/warnings/1".to_owned(),
        unit: "transport".to_owned(),
        unit_display_name: "恒口示范区交通局".to_owned(),
        period: period.to_owned(),
        track: "经济管理类部门".to_owned(),
        ground,
    }
}
