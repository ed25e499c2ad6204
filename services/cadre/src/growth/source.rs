//! What each kind of record puts on the timeline.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Counts, Entry, Kind, Records};
use crate::appraisal_report;
use crate::commitment::{State as CommitmentState, Verdict};
use crate::conduct_entry::{Side, State as ConductState};
use crate::consequence::State as ConsequenceState;
use crate::consequence_rule::Counted;
use crate::distinction::Held;
use crate::nominee::Rating;
use crate::placement::{Act, Side as PlacementSide};
use crate::{enrolment, training};

/// All entries, in no order.
pub(super) fn entries(of: &Records, zone: &TimeZone) -> Vec<Entry> {
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let district = of.person.district.as_str();
    let mut all = Vec::new();
    postings(of, &mut all);
    for (filed, end) in &of.results {
        let date = end.unwrap_or_else(|| day(filed.create_time));
        let counts = Counts { results: 1, ..Default::default() };
        all.push(entry(date, Kind::Result, (&filed.source, 0), filed.title.clone(), true, counts));
    }
    all.extend(of.distinctions.iter().map(distinction));
    for it in &of.commitments {
        let (name, title) = (it.name(district), it.text().title);
        let late = it.made.date > it.made.due;
        let counts = Counts { commitments: 1, late: i32::from(late), ..Default::default() };
        let line = format!("{}年承诺：{title}{}", it.made.year, if late { "（逾期）" } else { "" });
        all.push(entry(it.made.date, Kind::Commitment, (&name, 0), line, true, counts));
        let concluded = it.steps.iter().find(|step| step.state == CommitmentState::Concluded);
        if let (Some(step), Some(verdict)) = (concluded, it.verdict()) {
            let kept = i32::from(verdict == Verdict::Kept);
            let counts = Counts { kept, ..Default::default() };
            let line = format!("承诺评定{}：{title}", verdict_title(verdict));
            let date = day(step.create_time);
            all.push(entry(date, Kind::Commitment, (&name, 1), line, true, counts));
        }
    }
    for it in &of.conduct {
        let (contents, standing) = (&it.contents, it.state() == ConductState::Standing);
        let positive = contents.side == Side::Positive;
        let counts = Counts {
            positive: i32::from(positive && standing),
            negative: i32::from(!positive && standing),
            cleared: i32::from(!standing),
            ..Default::default()
        };
        let list = if positive { "正面清单" } else { "负面清单" };
        let state = match it.state() {
            ConductState::Standing => "",
            ConductState::Tolerated => "（容错免除）",
            ConductState::Groundless => "（澄清不计）",
        };
        let line = format!("{list}：{}（{}）{state}", contents.ground, contents.citation);
        let source = it.name(district);
        let date = contents.occur_date;
        all.push(entry(date, Kind::Conduct, (&source, 0), line, standing, counts));
    }
    for (it, rule) in &of.consequences {
        let Some(step) = it.steps.last().filter(|_| it.state() != ConsequenceState::Withdrawn)
        else {
            continue;
        };
        let date = it.start().unwrap_or_else(|| day(step.create_time));
        let counts = Counts { consequences: i32::from(it.stands()), ..Default::default() };
        let ground: Vec<&str> = it.proposal.ground.iter().map(|(fact, _)| fact.as_str()).collect();
        let line = format!("{rule}{}：{}", consequence_title(it.state()), ground.join("；"));
        let source = it.name(district);
        all.push(entry(date, Kind::Consequence, (&source, 0), line, it.stands(), counts));
    }
    for (it, enrolled) in &of.trainings {
        let (present, away) = enrolled.days();
        let outcome = enrolled.outcome.as_ref();
        let outcome = outcome.map(|it| format!("，{}", enrolment::title(it.outcome)));
        let outcome = outcome.unwrap_or_default();
        let kind = training::title(it.kind);
        let line = format!("{kind}：{}（出席{present}天，缺席{away}天）{outcome}", it.title);
        let counts = Counts { trainings: 1, ..Default::default() };
        let source = it.name(district);
        all.push(entry(it.start, Kind::Training, (&source, 0), line, true, counts));
    }
    placements(of, &mut all);
    for it in &of.reports {
        let purpose = appraisal_report::title(it.purpose);
        let line = format!("考察材料（{purpose}），{}至{}", it.start, it.end);
        let source = it.name(district, &of.person.id);
        let date = day(it.create_time);
        all.push(entry(date, Kind::Appraisal, (&source, 0), line, true, Counts::default()));
    }
    all
}

/// An award or card, on the last day of its period.
pub(crate) fn distinction(it: &Held) -> Entry {
    let stands = i32::from(it.stands);
    let (kind, counts) = match it.kind {
        Counted::RedFlag => (Kind::Card, Counts { flags: stands, ..Default::default() }),
        Counted::YellowCard => (Kind::Card, Counts { cards: stands, ..Default::default() }),
        _ => (Kind::Award, Counts { awards: stands, ..Default::default() }),
    };
    let line = format!("{}{}", it.line, if it.stands { "" } else { "（已撤销）" });
    entry(it.period_end, kind, (&it.source, 0), line, it.stands, counts)
}

fn postings(of: &Records, all: &mut Vec<Entry>) {
    let source = format!("districts/{}/persons/{}", of.person.district, of.person.id);
    for (ordinal, it) in (0..).step_by(2).zip(&of.person.postings) {
        let mut push = |date, ordinal, verb: &str| {
            let line = format!("{verb}{}（{}）", it.post, it.unit);
            let at = (source.as_str(), ordinal);
            all.push(entry(date, Kind::Posting, at, line, true, Counts::default()));
        };
        push(it.start, ordinal, "任");
        if let Some(end) = it.end {
            push(end, ordinal + 1, "免");
        }
    }
}

/// When a placement began, what both sides found, and when it ended.
fn placements(of: &Records, all: &mut Vec<Entry>) {
    for (it, post) in &of.placements {
        let source = it.name(&of.person.district);
        let (span, managing) = (it.span(), &it.managing_unit);
        let mut push = |date, ordinal, line, counts| {
            all.push(entry(date, Kind::Placement, (&source, ordinal), line, true, counts));
        };
        let counts = Counts { placements: 1, ..Default::default() };
        push(span.start, 0, format!("选派任职：{post}（{managing}管理）"), counts);
        let appraisals = it.steps.iter().filter_map(|step| match step.act {
            Act::Appraise { side, rating } => Some((step, side, rating)),
            _ => None,
        });
        for (ordinal, (step, side, rating)) in (1..u8::MAX).zip(appraisals) {
            let who = if side == PlacementSide::Home { "派出单位" } else { "主管部门" };
            let line = format!("{who}考核{}：{}", rating_title(rating), step.reason);
            push(step.day.unwrap_or(span.start), ordinal, line, Counts::default());
        }
        if let Some(end) = span.end {
            push(end, u8::MAX, format!("期满：{post}"), Counts::default());
        }
    }
}

fn rating_title(rating: Rating) -> &'static str {
    match rating {
        Rating::Excellent => "优秀",
        Rating::Good => "良好",
        Rating::Fair => "一般",
        Rating::Poor => "较差",
    }
}

fn entry(
    date: jiff::civil::Date,
    kind: Kind,
    (source, ordinal): (&str, u8),
    title: String,
    standing: bool,
    counts: Counts,
) -> Entry {
    let (kind, source) = (kind as u8, source.to_owned());
    Entry { date, kind, source, ordinal, title, standing, counts }
}

fn verdict_title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "兑现",
        Verdict::PartlyKept => "基本兑现",
        Verdict::NotKept => "未兑现",
    }
}

fn consequence_title(state: ConsequenceState) -> &'static str {
    match state {
        ConsequenceState::Proposed => "（待决定）",
        ConsequenceState::Accepted | ConsequenceState::Changed => "",
        ConsequenceState::Rejected => "（不予采纳）",
        ConsequenceState::Appealed => "（复核中）",
        ConsequenceState::Upheld => "（复核维持）",
        ConsequenceState::Revoked => "（复核撤销）",
        ConsequenceState::Withdrawn => "（撤回）",
    }
}
