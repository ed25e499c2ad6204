//! Results given by a higher level, on the wire.

use std::fmt::Display;

use kit::field::Fields;
use kit::page::Page;
use kit::{Result, clock, date, decimal};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, INDICATOR, PERIOD};
use crate::external_result::{Contents, ExternalResult, NAME, name};
use crate::report::Evidence;
use crate::rpc::report;
use crate::rpc::subject::Roster;
use crate::store::external_result::Filter;
use crate::subject;

/// Reads which results are wanted.
pub(super) fn list(request: &pb::ListExternalResultsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let filter = Filter {
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        indicator: fields.optional_member("indicator", &INDICATOR, &request.indicator, district),
        show_superseded: request.show_superseded,
    };
    fields.check()?;
    let bound: [&dyn Display; 4] =
        [&request.parent, &request.period, &request.indicator, &request.show_superseded];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// Reads what is filed.
pub(super) fn contents(parent: &str, given: &pb::ExternalResult) -> Result<(String, Contents)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, parent);
    let district = parent.id("district");
    let at = |name: &str| format!("external_result.{name}");
    let mut number = |name: &str, number| -> Option<_> {
        let given: &Option<_> = number;
        given.as_ref().map(|_| report::value(&mut fields, at(name), given))
    };
    let (target, value) = (number("target", &given.target), number("value", &given.value));
    let supersedes = fields.optional_member(at("supersedes"), &NAME, &given.supersedes, district);
    let contents = Contents {
        unit: subject::optional_member(&mut fields, at("unit"), &given.unit, district),
        period: fields.member(at("period"), &PERIOD, &given.period, district),
        indicator: fields.optional_member(at("indicator"), &INDICATOR, &given.indicator, district),
        issuer: fields.text(at("issuer"), &given.issuer, 1..=100),
        title: fields.text(at("title"), &given.title, 1..=200),
        target,
        value,
        rank: of(&mut fields, at("rank"), 1, given.rank, given.field_size),
        done: of(&mut fields, at("done_count"), 0, given.done_count, given.item_count),
        grade: fields.text(at("grade"), &given.grade, 0..=20),
        document: document(&mut fields, &given.document),
        issue_date: fields.date(at("issue_date"), &given.issue_date),
        supersedes: supersedes.map(|id| id.parse().unwrap_or_default()),
    };
    if !contents.says_something() {
        let message = "must have a target, a value, a rank, a count or a grade";
        fields.violation(at("value"), "REQUIRED", message);
    }
    fields.check()?;
    Ok((district.to_owned(), contents))
}

/// Reads a number that stands beside what it is out of; none where neither is given.
fn of(
    fields: &mut Fields,
    field: String,
    least: i32,
    number: i32,
    size: i32,
) -> Option<(i64, i64)> {
    if number == 0 && size == 0 {
        return None;
    }
    fields.number(field, number, least..=size.max(least));
    Some((number.into(), size.into()))
}

fn document(fields: &mut Fields, given: &Option<pb::Evidence>) -> Evidence {
    let field = |name: &str| format!("external_result.document.{name}");
    let nothing = pb::Evidence::default();
    let given = fields.required("external_result.document", given).unwrap_or(&nothing);
    if given != &nothing {
        report::sha256(fields, field("sha256"), &given.sha256);
        fields.text(field("title"), &given.title, 1..=200);
        fields.text(field("uri"), &given.uri, 0..=500);
    }
    Evidence { title: given.title.clone(), sha256: given.sha256.clone(), uri: given.uri.clone() }
}

/// Holds what is filed against registry's district.
pub(super) fn check(roster: &Roster, contents: &Contents) -> Fields {
    let mut fields = Fields::default();
    if let Some(unit) = contents.unit.as_ref().filter(|id| !id.contains('.')) {
        roster.unit(&mut fields, "external_result.unit", unit);
    }
    roster.past(&mut fields, "external_result.issue_date", contents.issue_date);
    fields
}

/// A result on the wire.
pub(super) fn to_proto(district: &str, result: &ExternalResult) -> pb::ExternalResult {
    let contents = &result.contents;
    let part = |pair: Option<(i64, i64)>| {
        let (number, size) = pair.unwrap_or_default();
        (number as i32, size as i32)
    };
    let ((rank, field_size), (done_count, item_count)) = (part(contents.rank), part(contents.done));
    let unit = contents.unit.as_deref().map(|id| subject::name(district, id));
    let indicator = contents.indicator.as_deref().map(|id| INDICATOR.format(&[district, id]));
    let supersedes = contents.supersedes.map(|sequence| name(district, sequence));
    pb::ExternalResult {
        name: name(district, result.sequence),
        unit: unit.unwrap_or_default(),
        period: PERIOD.format(&[district, &contents.period]),
        indicator: indicator.unwrap_or_default(),
        issuer: contents.issuer.clone(),
        title: contents.title.clone(),
        target: contents.target.map(decimal::to_proto),
        value: contents.value.map(decimal::to_proto),
        rank,
        field_size,
        done_count,
        item_count,
        grade: contents.grade.clone(),
        document: Some(report::evidence_to_proto(&contents.document)),
        issue_date: Some(date::to_proto(contents.issue_date)),
        supersedes: supersedes.unwrap_or_default(),
        superseded: result.superseded,
        create_time: Some(clock::to_proto(result.create_time)),
    }
}
