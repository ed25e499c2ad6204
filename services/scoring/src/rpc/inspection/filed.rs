//! Inspections as they are filed.

use std::collections::HashSet;

use jiff::Timestamp;
use kit::db::Tx;
use kit::field::Fields;
use kit::{Result, date};
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD, SCHEME};
use crate::inspection::{Contents, Finding, Found, Inspection, Inspector, Photograph};
use crate::rpc::observation::unknown_period;
use crate::rpc::subject::entered;
use crate::rpc::{Rpc, is_bounded, report};
use crate::{observation, store, subject};

const MEDIA_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/heic", "image/webp"];

/// Reads what is filed.
pub(super) fn read(parent: &str, given: &pb::Inspection) -> Result<(String, Contents, Vec<Found>)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, parent);
    let district = parent.id("district");
    let unit = subject::member(&mut fields, "inspection.unit", &given.unit, district);
    let contents = Contents {
        unit,
        period: fields.member("inspection.period", &PERIOD, &given.period, district),
        scheme: fields.member("inspection.scheme", &SCHEME, &given.scheme, district),
        date: fields.date("inspection.inspection_date", &given.inspection_date),
        unannounced: given.unannounced,
        inspectors: inspectors(&mut fields, &given.inspectors, district),
        summary: fields.paragraph("inspection.summary", &given.summary, 1..=1000),
    };
    if given.findings.len() > 50 {
        let message = format!("must be at most 50, are {}", given.findings.len());
        fields.violation("inspection.findings", "TOO_MANY", message);
    }
    let mut read = |(index, given)| {
        let at = format!("inspection.findings[{index}]");
        found(&mut fields, &at, given, &contents, district)
    };
    let found = given.findings.iter().enumerate().map(&mut read).collect();
    fields.check()?;
    Ok((district.to_owned(), contents, found))
}

fn inspectors(fields: &mut Fields, given: &[pb::Inspector], district: &str) -> Vec<Inspector> {
    is_bounded(fields, "inspection.inspectors", given.len(), 20);
    let read = |(index, given): (usize, &pb::Inspector)| {
        let at = format!("inspection.inspectors[{index}]");
        let subject = format_args!("{at}.subject").to_string();
        Inspector {
            subject: subject::member(fields, subject, &given.subject, district),
            label: fields.text(format_args!("{at}.label"), &given.label, 1..=100),
            account: match &*given.account {
                "" => String::new(),
                account => fields.id(format_args!("{at}.account"), account),
            },
        }
    };
    given.iter().enumerate().map(read).collect()
}

fn found(
    fields: &mut Fields,
    at: &str,
    given: &pb::Finding,
    contents: &Contents,
    district: &str,
) -> Found {
    let field = |name: &str| format!("{at}.{name}");
    let looked_into = fields.optional_member(
        field("observation"),
        &observation::NAME,
        &given.observation,
        district,
    );
    let correction_due =
        fields.optional_date(field("correction_due_date"), &given.correction_due_date);
    if correction_due.is_some_and(|due| due < contents.date) {
        let message = "must not lie before the inspection";
        fields.violation(field("correction_due_date"), "IN_PAST", message);
    }
    Found {
        severity: fields.choice(field("severity"), given.severity),
        text: fields.paragraph(field("text"), &given.text, 1..=1000),
        indicator: fields.optional_member(
            field("indicator"),
            &INDICATOR,
            &given.indicator,
            district,
        ),
        // An id that is no position of a ledger names nothing that could be there.
        observation: looked_into.map(|id| id.parse().unwrap_or_default()),
        photographs: photographs(fields, at, &given.photographs),
        correction_due,
    }
}

fn photographs(fields: &mut Fields, at: &str, given: &[pb::Photograph]) -> Vec<Photograph> {
    if given.len() > 20 {
        let message = format!("must be at most 20, are {}", given.len());
        fields.violation(format_args!("{at}.photographs"), "TOO_MANY", message);
        return Vec::new();
    }
    let read = |(index, given): (usize, &pb::Photograph)| {
        let field = |name: &str| format!("{at}.photographs[{index}].{name}");
        if !MEDIA_TYPES.contains(&given.media_type.as_str()) {
            let message = format!("must be one of {}", MEDIA_TYPES.join(", "));
            fields.violation(field("media_type"), "UNKNOWN_VALUE", message);
        }
        report::sha256(fields, field("sha256"), &given.sha256);
        Photograph {
            title: fields.text(field("title"), &given.title, 1..=200),
            sha256: given.sha256.clone(),
            media_type: given.media_type.clone(),
            size_bytes: fields.number(field("size_bytes"), given.size_bytes, 1..=100_000_000),
            uri: fields.text(field("uri"), &given.uri, 0..=500),
        }
    };
    given.iter().enumerate().map(read).collect()
}

impl Rpc {
    /// Holds an inspection against registry's district and the period's tracks, and yields the
    /// subject's. What is refused is told only when the request is new.
    pub(super) async fn check_inspection(
        &self,
        district: &str,
        contents: &Contents,
        found: &[Found],
    ) -> Result<(Fields, String)> {
        let mut fields = Fields::default();
        let roster = self.roster(district).await?;
        roster.past(&mut fields, "inspection.inspection_date", contents.date);
        for (index, inspector) in contents.inspectors.iter().enumerate() {
            if !inspector.subject.contains('.') {
                let field = format!("inspection.inspectors[{index}].subject");
                roster.unit(&mut fields, field, &inspector.subject);
            }
        }
        let current = self.assignments.current(district, &contents.period).await?;
        let Some(definitions) = current else {
            let unknown = unknown_period(district, &contents.period);
            fields.violation("inspection.period", unknown.reason, unknown.message);
            return Ok((fields, String::new()));
        };
        let known = &definitions.assignment;
        for (index, found) in found.iter().enumerate() {
            if let Some(id) =
                found.indicator.as_ref().filter(|id| known.indicator_named(id).is_none())
            {
                let message = format!("no track of {} has an indicator {id}", contents.period);
                let field = format!("inspection.findings[{index}].indicator");
                fields.violation(field, "UNKNOWN_INDICATOR", message);
            }
        }
        let track = entered(&definitions, district, &contents.scheme, &contents.unit);
        let track = match track {
            Ok(track) => track,
            Err(it) => {
                fields.violation(format_args!("inspection.{}", it.field), it.reason, it.message);
                return Ok((fields, String::new()));
            }
        };
        let rulebook = definitions.rulebook(&contents.scheme);
        let series = rulebook.map(|it| it.series.as_str()).unwrap_or_default();
        let inspectors = self.inspectors(district, series, &track).await?;
        refuse_strangers(&mut fields, &track, contents, &inspectors);
        Ok((fields, track))
    }

    /// The roster of a track; empty where registry holds none.
    async fn inspectors(
        &self,
        district: &str,
        series: &str,
        track: &str,
    ) -> Result<Vec<registry::Inspector>> {
        let mut inspectors = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = registry::ListInspectorsRequest {
                parent: DISTRICT.format(&[district]),
                page_size: 1000,
                page_token,
                series: series.to_owned(),
                track_id: track.to_owned(),
                ..Default::default()
            };
            let page = self.inspectors.clone().list_inspectors(request).await?.into_inner();
            inspectors.extend(page.inspectors);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(inspectors);
            }
        }
    }
}

/// Refuses who is not on the roster of the track on the day: `NOT_ON_ROSTER`.
fn refuse_strangers(
    fields: &mut Fields,
    track: &str,
    contents: &Contents,
    roster: &[registry::Inspector],
) {
    if roster.is_empty() {
        return;
    }
    let day = contents.date;
    let read = |given: &Option<_>| given.as_ref().and_then(date::from_proto);
    let on_roster = |account: &str| {
        roster.iter().any(|it| {
            it.account == account
                && read(&it.start_date).is_some_and(|first| first <= day)
                && read(&it.end_date).is_none_or(|last| day <= last)
        })
    };
    for (index, inspector) in contents.inspectors.iter().enumerate() {
        if !on_roster(&inspector.account) {
            let who = match &*inspector.account {
                "" => format!("{} names no account and so", inspector.label),
                account => account.to_owned(),
            };
            let message = format!("{who} is not among the inspectors of {track} on {day}");
            let field = format_args!("inspection.inspectors[{index}].account");
            fields.violation(field, "NOT_ON_ROSTER", message);
        }
    }
}

/// An inspection with the findings as they were filed.
pub(super) fn inspection(
    sequence: i64,
    contents: Contents,
    track: String,
    found: Vec<Found>,
    now: Timestamp,
) -> Inspection {
    let finding = |(number, found)| Finding {
        inspection: sequence,
        number,
        unit: contents.unit.clone(),
        found,
        steps: Vec::new(),
        adjustments: Vec::new(),
    };
    let findings = (1..).zip(found).map(finding).collect();
    Inspection { sequence, contents, track, findings, create_time: now }
}

/// Refuses a finding about an observation that is not in the ledger.
pub(super) async fn refuse_unknown(
    tx: &mut Tx,
    district: &str,
    inspection: &Inspection,
) -> Result<()> {
    let about = |finding: &Finding| finding.found.observation;
    let sequences: Vec<i64> = inspection.findings.iter().filter_map(about).collect();
    if sequences.is_empty() {
        return Ok(());
    }
    let (known, _) = store::cell::candidates(tx, district, &sequences).await?;
    let known: HashSet<i64> = known.iter().map(|it| it.sequence).collect();
    let mut fields = Fields::default();
    for (index, finding) in inspection.findings.iter().enumerate() {
        if about(finding).is_some_and(|sequence| !known.contains(&sequence)) {
            let field = format!("inspection.findings[{index}].observation");
            fields.violation(field, "UNKNOWN_OBSERVATION", "is not in the ledger");
        }
    }
    fields.check()
}
