//! Exemptions on the wire.

use std::fmt::Display;

use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{Result, clock, etag, field, guard};
use proto::scoring::v1 as pb;

use crate::assignment::{DISTRICT, PERIOD, SCHEME};
use crate::exemption::{Contents, Exemption, NAME};
use crate::store::exemption::Filter;
use crate::subject;

/// Reads which exemptions are wanted.
pub(super) fn list(request: &pb::ListExemptionsRequest) -> Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let filter = Filter {
        period: fields.optional_member("period", &PERIOD, &request.period, district),
        unit: subject::optional_member(&mut fields, "unit", &request.unit, district),
        show_withdrawn: request.show_withdrawn,
    };
    fields.check()?;
    let bound: [&dyn Display; 4] =
        [&request.parent, &request.period, &request.unit, &request.show_withdrawn];
    let page = Page::parse(request.page_size, &request.page_token, &bound)?;
    Ok((district.to_owned(), filter, page))
}

/// Reads what is granted.
pub(super) fn contents(request: &pb::CreateExemptionRequest) -> Result<(String, Contents)> {
    let given = field::required("exemption", request.exemption.as_ref())?;
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let contents = Contents {
        unit: subject::member(&mut fields, "exemption.unit", &given.unit, district),
        period: fields.member("exemption.period", &PERIOD, &given.period, district),
        scheme: fields.member("exemption.scheme", &SCHEME, &given.scheme, district),
        rule: fields.id("exemption.rule_id", &given.rule_id),
        reason: fields.paragraph("exemption.reason", &given.reason, 1..=500),
        citation: fields.text("exemption.citation", &given.citation, 1..=200),
        approver: fields.id("exemption.approver", &given.approver),
    };
    fields.check()?;
    guard::signs("exemption.approver", &contents.approver)?;
    Ok((district.to_owned(), contents))
}

/// What a second person approves: the subject, the period, the scheme, the rule.
pub(super) fn matter(district: &str, it: &Contents) -> String {
    let unit = subject::name(district, &it.unit);
    let period = PERIOD.format(&[district, &it.period]);
    let scheme = SCHEME.format(&[district, &it.scheme]);
    format!("{unit} {period} {scheme} {}", it.rule)
}

/// Reads a withdrawal: which exemption, reason, who.
pub(super) fn withdrawal(request: &pb::WithdrawExemptionRequest) -> Result<(Name, String, String)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let reason = fields.paragraph("reason", &request.reason, 1..=500);
    let withdrawer = fields.id("withdrawer", &request.withdrawer);
    fields.check()?;
    Ok((name, reason, withdrawer))
}

/// An exemption as it stands.
pub(super) fn to_proto(district: &str, row: &Exemption) -> pb::Exemption {
    let it = &row.contents;
    let withdrawal = row.withdrawal.as_ref();
    let state = match withdrawal {
        Some(_) => pb::exemption::State::Withdrawn,
        None => pb::exemption::State::Granted,
    };
    pb::Exemption {
        name: row.name(district),
        unit: subject::name(district, &it.unit),
        period: PERIOD.format(&[district, &it.period]),
        scheme: SCHEME.format(&[district, &it.scheme]),
        rule_id: it.rule.clone(),
        reason: it.reason.clone(),
        citation: it.citation.clone(),
        approver: it.approver.clone(),
        track_id: row.track.clone(),
        state: state.into(),
        withdraw_reason: withdrawal.map(|it| it.reason.clone()).unwrap_or_default(),
        withdrawer: withdrawal.map(|it| it.withdrawer.clone()).unwrap_or_default(),
        withdraw_time: withdrawal.map(|it| clock::to_proto(it.create_time)),
        create_time: Some(clock::to_proto(row.create_time)),
        etag: etag::of(row.revision()),
    }
}
