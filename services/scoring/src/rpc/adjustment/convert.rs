//! Entries on the wire.

use std::fmt::Display;

use engine::EntryStanding;
use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, date, decimal};
use proto::scoring::v1 as pb;

use crate::adjustment::{Adjustment, NAME, Step, name};
use crate::assignment::{DISTRICT, PERIOD, SCHEME};
use crate::rpc::report;
use crate::store::adjustment::Filter;
use crate::{inspection, subject};

/// Reads which entries are wanted, but for where they stand.
pub(super) fn list(request: &pb::ListAdjustmentsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let filter = Filter {
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        scheme: fields.optional_member("scheme", &SCHEME, &request.scheme, district),
        provisional: None,
    };
    fields.check()?;
    let bound: [&dyn Display; 5] =
        [&request.parent, &request.unit, &request.period, &request.scheme, &request.provisional];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// Reads a step: the entry's name, the reason, the evidence.
pub(super) fn step(
    standing: EntryStanding,
    (name, reason, evidence): (&str, &str, &[pb::Evidence]),
    now: Timestamp,
) -> Result<(Name, Step)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, name);
    let step = Step {
        standing,
        reason: fields.paragraph("reason", reason, 1..=500),
        evidence: report::evidence(&mut fields, "", evidence),
        create_time: now,
    };
    fields.check()?;
    Ok((name, step))
}

/// Reads what is to be settled.
pub(super) fn settle(request: &pb::SettleAdjustmentsRequest) -> Result<(String, Option<String>)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let period = fields.optional_member("period", &PERIOD, &request.period, district);
    fields.check()?;
    Ok((district.to_owned(), period))
}

/// An entry on the wire, as it stands on a day.
pub(super) fn to_proto(district: &str, entry: &Adjustment, today: Date) -> pb::Adjustment {
    let contents = &entry.contents;
    let step = |step: &Step| pb::adjustment::Step {
        state: state(step.standing).into(),
        reason: step.reason.clone(),
        evidence: step.evidence.iter().map(report::evidence_to_proto).collect(),
        create_time: Some(clock::to_proto(step.create_time)),
    };
    let finding = |(inspection, number)| inspection::finding_name(district, inspection, number);
    pb::Adjustment {
        name: name(district, entry.sequence),
        unit: subject::name(district, &contents.unit),
        period: PERIOD.format(&[district, &contents.period]),
        scheme: SCHEME.format(&[district, &contents.scheme]),
        item_id: contents.item.clone(),
        points: contents.points.map(decimal::to_proto),
        level: contents.level.clone(),
        matter: contents.matter.clone(),
        ground: contents.ground.clone(),
        source: contents.source as i32,
        citation: contents.citation.clone(),
        finding: contents.finding.map(finding).unwrap_or_default(),
        occur_date: Some(date::to_proto(contents.occur_date)),
        evidence: contents.evidence.iter().map(report::evidence_to_proto).collect(),
        due_date: contents.due_date.map(date::to_proto),
        track_id: entry.track.clone(),
        state: state(entry.standing(today)).into(),
        steps: entry.steps.iter().map(step).collect(),
        create_time: Some(clock::to_proto(entry.create_time)),
    }
}

fn state(standing: EntryStanding) -> pb::AdjustmentState {
    match standing {
        EntryStanding::Provisional => pb::AdjustmentState::Provisional,
        EntryStanding::Final => pb::AdjustmentState::Final,
        EntryStanding::Lifted => pb::AdjustmentState::Lifted,
        EntryStanding::Waived => pb::AdjustmentState::Waived,
        EntryStanding::Groundless => pb::AdjustmentState::Groundless,
    }
}
