//! Inspections and findings on the wire.

use std::fmt::Display;

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Error, Result, clock, date};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD, SCHEME};
use crate::inspection::{
    Count, FINDING, Finding, Inspection, Inspector, NAME, Photograph, State, Step, finding_name,
    name,
};
use crate::rpc::{report, sequence};
use crate::store::inspection::{Filter, FindingFilter};
use crate::{adjustment, observation, subject};

/// The inspection segment that stands for every inspection.
const EVERY: &str = "/inspections/-";

/// Reads which inspections are wanted.
pub(super) fn list(request: &pb::ListInspectionsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let filter = Filter {
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        period: fields.optional_member("period", &PERIOD, &request.period, district),
    };
    fields.check()?;
    let bound: [&dyn Display; 3] = [&request.parent, &request.unit, &request.period];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// Reads which findings are wanted, and after which the page begins.
pub(super) fn findings(
    request: &pb::ListFindingsRequest,
) -> Result<(String, FindingFilter, Page, (i64, i64))> {
    let mut fields = Fields::default();
    let parent = match request.parent.strip_suffix(EVERY) {
        Some(district) => fields.name("parent", &DISTRICT, district),
        None => fields.name("parent", &NAME, &request.parent),
    };
    let district = parent.id("district");
    let one = !parent.id("inspection").is_empty();
    let filter = FindingFilter {
        inspection: one.then(|| sequence(&parent, "inspection")).transpose()?,
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        state: fields.optional_choice("state", request.state),
    };
    fields.check()?;
    let bound: [&dyn Display; 3] = [&request.parent, &request.unit, &request.state];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    let after = match page.after() {
        None => (0, 0),
        Some(key) => key
            .split_once(' ')
            .and_then(|(inspection, number)| Some((inspection.parse().ok()?, number.parse().ok()?)))
            .ok_or_else(|| {
                Error::invalid("page_token", "PAGE_TOKEN", "is no token of this list")
            })?,
    };
    Ok((district.to_owned(), filter, page, after))
}

/// Reads that a finding is corrected.
pub(super) fn reported(
    request: &pb::ReportCorrectionRequest,
    now: Timestamp,
) -> Result<(Name, Step)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &FINDING, &request.name);
    let step = Step {
        state: State::Reported,
        note: fields.paragraph("note", &request.note, 1..=500),
        evidence: report::evidence(&mut fields, "", &request.evidence),
        create_time: now,
    };
    fields.check()?;
    Ok((name, step))
}

/// Reads what the inspectors make of a correction.
pub(super) fn reviewed(
    request: &pb::ReviewCorrectionRequest,
    now: Timestamp,
) -> Result<(Name, Step)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &FINDING, &request.name);
    let step = Step {
        state: if request.accepted { State::Accepted } else { State::Demanded },
        note: fields.paragraph("note", &request.note, 1..=500),
        evidence: Vec::new(),
        create_time: now,
    };
    fields.check()?;
    Ok((name, step))
}

/// Reads which period is to be counted.
pub(super) fn counts(request: &pb::ListInspectionCountsRequest) -> Result<(String, String)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let period = fields.member("period", &PERIOD, &request.period, parent.id("district"));
    fields.check()?;
    Ok((parent.id("district").to_owned(), period))
}

/// An inspection on the wire.
pub(super) fn to_proto(district: &str, inspection: &Inspection) -> pb::Inspection {
    let contents = &inspection.contents;
    let inspector = |it: &Inspector| pb::Inspector {
        subject: subject::name(district, &it.subject),
        label: it.label.clone(),
        account: it.account.clone(),
    };
    pb::Inspection {
        name: name(district, inspection.sequence),
        unit: subject::name(district, &contents.unit),
        period: PERIOD.format(&[district, &contents.period]),
        scheme: SCHEME.format(&[district, &contents.scheme]),
        track_id: inspection.track.clone(),
        inspection_date: Some(date::to_proto(contents.date)),
        unannounced: contents.unannounced,
        inspectors: contents.inspectors.iter().map(inspector).collect(),
        summary: contents.summary.clone(),
        findings: inspection.findings.iter().map(|it| finding(district, it)).collect(),
        create_time: Some(clock::to_proto(inspection.create_time)),
    }
}

/// A finding on the wire.
pub(super) fn finding(district: &str, finding: &Finding) -> pb::Finding {
    let found = &finding.found;
    let step = |step: &Step| pb::finding::Step {
        state: step.state as i32,
        note: step.note.clone(),
        evidence: step.evidence.iter().map(report::evidence_to_proto).collect(),
        create_time: Some(clock::to_proto(step.create_time)),
    };
    let indicator = found.indicator.as_deref().map(|id| INDICATOR.format(&[district, id]));
    let observation = found.observation.map(|sequence| observation::name(district, sequence));
    let cited = finding.adjustments.iter().map(|sequence| adjustment::name(district, *sequence));
    pb::Finding {
        name: finding_name(district, finding.inspection, finding.number),
        severity: found.severity as i32,
        text: found.text.clone(),
        indicator: indicator.unwrap_or_default(),
        observation: observation.unwrap_or_default(),
        photographs: found.photographs.iter().map(photograph).collect(),
        correction_due_date: found.correction_due.map(date::to_proto),
        state: finding.state() as i32,
        steps: finding.steps.iter().map(step).collect(),
        adjustments: cited.collect(),
        unit: subject::name(district, &finding.unit),
    }
}

fn photograph(photograph: &Photograph) -> pb::Photograph {
    pb::Photograph {
        title: photograph.title.clone(),
        sha256: photograph.sha256.clone(),
        media_type: photograph.media_type.clone(),
        size_bytes: photograph.size_bytes,
        uri: photograph.uri.clone(),
    }
}

/// A count on the wire.
pub(super) fn count(district: &str, count: &Count) -> pb::InspectionCount {
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    pb::InspectionCount {
        unit: subject::name(district, &count.unit),
        inspection_count: number(count.inspections),
        unannounced_count: number(count.unannounced),
        commendable_count: number(count.commendable),
        minor_count: number(count.minor),
        major_count: number(count.major),
        grave_count: number(count.grave),
        open_count: number(count.open),
    }
}
