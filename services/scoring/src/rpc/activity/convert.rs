//! Activities on the wire.

use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Name;
use kit::page::Page;
use kit::{clock, date, decimal, guard};
use proto::scoring::v1 as pb;

use crate::activity::{self, Activity, Contents, Count, NAME};
use crate::assignment::{DISTRICT, PERIOD, UNIT};
use crate::rpc::{Rpc, is_bounded, report};
use crate::store::activity::Filter;

const MOST_ROWS: usize = 5000;

/// What is to be counted.
pub(super) struct Wanted {
    pub(super) district: String,
    pub(super) days: (Date, Date),
    pub(super) unit: Option<String>,
    pub(super) kind: Option<String>,
}

impl Rpc {
    /// Reads what was done, holding bodies and days against registry's district. `at` gives the
    /// path of a row.
    pub(super) async fn read_activities<'a>(
        &self,
        parent: &str,
        at: impl Fn(usize) -> String,
        given: impl IntoIterator<Item = &'a pb::Activity>,
    ) -> kit::Result<(String, Vec<Contents>)> {
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, parent);
        let district = parent.id("district");
        let given: Vec<_> = given.into_iter().collect();
        is_bounded(&mut fields, "activities", given.len(), MOST_ROWS);
        let read = |(row, given)| contents(&mut fields, &at(row), given, district);
        let contents: Vec<Contents> = given.into_iter().enumerate().map(read).collect();
        fields.check()?;
        for contents in &contents {
            guard::for_unit(district, &contents.unit)?;
        }
        let roster = self.roster(district).await?;
        let mut fields = Fields::default();
        for (row, contents) in contents.iter().enumerate() {
            roster.unit(&mut fields, format_args!("{}.unit", at(row)), &contents.unit);
            roster.past(&mut fields, format_args!("{}.activity_date", at(row)), contents.date);
        }
        fields.check()?;
        Ok((district.to_owned(), contents))
    }
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Activity, district: &str) -> Contents {
    let field = |name: &str| format!("{at}.{name}");
    let quantity = match given.quantity {
        0 => 1,
        quantity => fields.number(field("quantity"), quantity, 1..=100_000),
    };
    let amount = given.amount.as_ref();
    let amount = amount.map(|_| report::value(fields, field("amount"), &given.amount));
    if amount.is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero()) {
        fields.violation(field("amount"), "OUT_OF_RANGE", "must not be below 0");
    }
    if amount.is_some() == given.unit_of_measure.is_empty() {
        let message = "must be given beside an amount, and only there";
        fields.violation(field("unit_of_measure"), "UNIT_OF_MEASURE", message);
    }
    Contents {
        unit: fields.member(field("unit"), &UNIT, &given.unit, district),
        date: fields.date(field("activity_date"), &given.activity_date),
        kind: fields.id(field("kind"), &given.kind),
        title: fields.text(field("title"), &given.title, 1..=200),
        quantity: quantity.into(),
        amount,
        unit_of_measure: fields.text(field("unit_of_measure"), &given.unit_of_measure, 0..=20),
        note: fields.paragraph(field("note"), &given.note, 0..=500),
        evidence: report::evidence(fields, &format!("{at}."), &given.evidence),
    }
}

/// Reads which activities are wanted.
pub(super) fn list(request: &pb::ListActivitiesRequest) -> kit::Result<(String, Filter, Page)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let narrowed = !request.period.is_empty();
    let filter = Filter {
        unit: fields.optional_member("unit", &UNIT, &request.unit, district),
        kind: (!request.kind.is_empty()).then(|| fields.id("kind", &request.kind)),
        days: narrowed.then(|| days(&mut fields, &request.period, district)),
        show_voided: request.show_voided,
    };
    fields.check()?;
    let page = Page::parse(
        request.page_size,
        &request.page_token,
        &[&request.parent, &request.unit, &request.kind, &request.period, &request.show_voided],
    )?;
    Ok((district.to_owned(), filter, page))
}

/// Reads what is to be counted.
pub(super) fn counts(request: &pb::ListActivityCountsRequest) -> kit::Result<Wanted> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, &request.parent);
    let district = parent.id("district");
    let wanted = Wanted {
        days: days(&mut fields, &request.period, district),
        unit: fields.optional_member("unit", &UNIT, &request.unit, district),
        kind: (!request.kind.is_empty()).then(|| fields.id("kind", &request.kind)),
        district: district.to_owned(),
    };
    fields.check()?;
    Ok(wanted)
}

/// The first and last day of a period.
fn days(fields: &mut Fields, period: &str, district: &str) -> (Date, Date) {
    let id = fields.member("period", &PERIOD, period, district);
    match rulebook::Span::parse(&id) {
        Some(span) => (span.first, span.last),
        None => {
            if !id.is_empty() {
                let message = format!("{id} is no period of the calendar");
                fields.violation("period", "UNKNOWN_PERIOD", message);
            }
            Default::default()
        }
    }
}

/// Reads which activity is to be taken out, and why.
pub(super) fn void(request: &pb::VoidActivityRequest) -> kit::Result<(Name, String)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &NAME, &request.name);
    let reason = fields.paragraph("reason", &request.reason, 1..=500);
    fields.check()?;
    Ok((name, reason))
}

/// An activity on the wire.
pub(super) fn to_proto(district: &str, activity: &Activity) -> pb::Activity {
    let contents = &activity.contents;
    pb::Activity {
        name: activity::name(district, activity.sequence),
        unit: UNIT.format(&[district, &contents.unit]),
        activity_date: Some(date::to_proto(contents.date)),
        kind: contents.kind.clone(),
        title: contents.title.clone(),
        quantity: contents.quantity as i32,
        amount: contents.amount.map(decimal::to_proto),
        unit_of_measure: contents.unit_of_measure.clone(),
        note: contents.note.clone(),
        evidence: contents.evidence.iter().map(report::evidence_to_proto).collect(),
        voided: activity.void_reason.is_some(),
        void_reason: activity.void_reason.clone().unwrap_or_default(),
        create_time: Some(clock::to_proto(activity.create_time)),
    }
}

/// A count on the wire.
pub(super) fn count(district: &str, count: &Count) -> pb::ActivityCount {
    pb::ActivityCount {
        unit: UNIT.format(&[district, &count.unit]),
        kind: count.kind.clone(),
        unit_of_measure: count.unit_of_measure.clone(),
        entry_count: i32::try_from(count.entries).unwrap_or(i32::MAX),
        quantity: count.quantity,
        amount: count.amount.map(decimal::to_proto),
    }
}
