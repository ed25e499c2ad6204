//! Entries as they are made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use kit::db::Tx;
use kit::field::Fields;
use kit::{Error, Result, Violation};
use proto::scoring::v1 as pb;

use crate::adjustment::{Adjustment, Contents};
use crate::assignment::{DISTRICT, PERIOD, SCHEME};
use crate::inspection::FINDING;
use crate::rpc::assignment::Definitions;
use crate::rpc::observation::{refuse_closed, unknown_period};
use crate::rpc::subject::entered;
use crate::rpc::{Rpc, is_bounded, report, sequence};
use crate::{store, subject};

const MOST_ROWS: usize = 1000;

/// What checking entries against registry came to.
pub(super) struct Owed {
    /// What is refused; told only when the request is new.
    fields: Fields,
    /// The track of each entry's subject.
    tracks: Vec<String>,
    today: Date,
}

/// Entries that are in the ledger.
pub(super) struct Entered {
    pub(super) rows: Vec<Adjustment>,
    pub(super) today: Date,
}

impl Entered {
    /// The first of them.
    pub(super) fn first(&self) -> Result<&Adjustment> {
        self.rows.first().ok_or_else(|| Error::internal("an entry was lost"))
    }
}

/// Reads entries. `at` gives the path of a row.
pub(super) fn read<'a>(
    parent: &str,
    at: impl Fn(usize) -> String,
    given: impl IntoIterator<Item = &'a pb::Adjustment>,
) -> Result<(String, Vec<Contents>)> {
    let mut fields = Fields::default();
    let parent = fields.name("parent", &DISTRICT, parent);
    let district = parent.id("district");
    let given: Vec<_> = given.into_iter().collect();
    is_bounded(&mut fields, "adjustments", given.len(), MOST_ROWS);
    let read = |(row, given)| contents(&mut fields, &at(row), given, district);
    let entries = given.into_iter().enumerate().map(read).collect();
    fields.check()?;
    Ok((district.to_owned(), entries))
}

fn contents(fields: &mut Fields, at: &str, given: &pb::Adjustment, district: &str) -> Contents {
    let field = |name: &str| format!("{at}.{name}");
    let points = given.points.as_ref();
    let points = points.map(|_| report::value(fields, field("points"), &given.points));
    if points.is_some_and(|points| points.is_zero() || points.is_sign_negative()) {
        fields.violation(field("points"), "OUT_OF_RANGE", "must be above 0 on either side");
    }
    let optional_id = |fields: &mut Fields, name: &str, id: &str| match id {
        "" => String::new(),
        id => fields.id(field(name), id),
    };
    Contents {
        unit: subject::member(fields, field("unit"), &given.unit, district),
        period: fields.member(field("period"), &PERIOD, &given.period, district),
        scheme: fields.member(field("scheme"), &SCHEME, &given.scheme, district),
        item: fields.id(field("item_id"), &given.item_id),
        points,
        level: optional_id(fields, "level", &given.level),
        matter: optional_id(fields, "matter", &given.matter),
        ground: fields.paragraph(field("ground"), &given.ground, 1..=500),
        source: fields.choice(field("source"), given.source),
        citation: fields.text(field("citation"), &given.citation, 1..=200),
        finding: finding(fields, field("finding"), &given.finding, district),
        occur_date: fields.date(field("occur_date"), &given.occur_date),
        evidence: report::evidence(fields, &format!("{at}."), &given.evidence),
        due_date: fields.optional_date(field("due_date"), &given.due_date),
    }
}

/// The position of an inspection and the number of its finding; a name that the service never
/// gave out is one of nothing.
fn finding(fields: &mut Fields, field: String, name: &str, district: &str) -> Option<(i64, i64)> {
    if name.is_empty() {
        return None;
    }
    let name = fields.name(&field, &FINDING, name);
    if !name.as_str().is_empty() && name.id("district") != district {
        let message = format!("{name} is not in districts/{district}");
        fields.violation(field, "OTHER_DISTRICT", message);
    }
    let position = |variable| sequence(&name, variable).unwrap_or_default();
    Some((position("inspection"), position("finding")))
}

impl Rpc {
    /// Holds entries against registry's district and the tracks of their periods.
    pub(super) async fn check_entries(
        &self,
        district: &str,
        at: impl Fn(usize) -> String,
        entries: &[Contents],
    ) -> Result<Owed> {
        let roster = self.roster(district).await?;
        let mut periods: BTreeMap<&str, Option<Arc<Definitions>>> = BTreeMap::new();
        for entry in entries {
            if !periods.contains_key(&*entry.period) {
                let definitions = self.assignments.current(district, &entry.period).await?;
                periods.insert(&entry.period, definitions);
            }
        }
        let (mut fields, mut tracks) = (Fields::default(), Vec::with_capacity(entries.len()));
        for (row, entry) in entries.iter().enumerate() {
            let at = at(row);
            roster.past(&mut fields, format_args!("{at}.occur_date"), entry.occur_date);
            if let Some(due) = entry.due_date.filter(|due| *due < roster.today()) {
                let message = format!("{due} has passed; nothing is provisional any more");
                fields.violation(format_args!("{at}.due_date"), "IN_PAST", message);
            }
            let track = match periods.get(&*entry.period).and_then(Option::as_ref) {
                Some(definitions) => entered(definitions, district, &entry.scheme, &entry.unit)
                    .and_then(|track| fits(definitions, &track, entry).map(|()| track)),
                None => Err(unknown_period(district, &entry.period)),
            };
            tracks.push(track.unwrap_or_else(|it| {
                fields.violation(format_args!("{at}.{}", it.field), it.reason, it.message);
                String::new()
            }));
        }
        Ok(Owed { fields, tracks, today: roster.today() })
    }
}

/// Holds an entry against the item that it falls under.
fn fits(
    definitions: &Definitions,
    track_id: &str,
    entry: &Contents,
) -> std::result::Result<(), Violation> {
    let refuse =
        |field: &str, reason, message| Err(Violation { field: field.to_owned(), reason, message });
    let rulebook = definitions.rulebook(&entry.scheme);
    let track = rulebook.and_then(|rulebook| rulebook.track(track_id));
    let items = track.map(engine::Track::items).unwrap_or_default();
    let Some(item) = items.iter().find(|item| item.item_id == entry.item) else {
        let known: Vec<&str> = items.iter().map(|item| item.item_id.as_str()).collect();
        let message = match known[..] {
            [] => format!("track {track_id} has no list of bonuses and deductions"),
            _ => format!("track {track_id} lists {}, not {}", known.join(", "), entry.item),
        };
        return refuse("item_id", "UNKNOWN_ITEM", message);
    };
    if let Err(message) = item.worth_of(&entry.level, entry.points) {
        return refuse("item_id", "NOT_OF_ITEM", message);
    }
    if entry.due_date.is_some() && item.side == engine::Side::Bonus {
        let message = format!("item {} adds points; only deductions are provisional", entry.item);
        return refuse("due_date", "DUE_DATE_NOT_ALLOWED", message);
    }
    Ok(())
}

/// Adds entries to the ledger.
pub(super) async fn record(
    tx: &mut Tx,
    district: &str,
    at: impl Fn(usize) -> String,
    entries: Vec<Contents>,
    owed: Owed,
) -> Result<Entered> {
    owed.fields.check()?;
    store::head::lock(tx, district).await?;
    let periods: BTreeSet<&str> = entries.iter().map(|entry| &*entry.period).collect();
    for period in periods {
        refuse_closed(tx, district, period).await?;
    }
    refuse_unknown_findings(tx, district, at, &entries).await?;
    let (now, last) = (tx.now(), store::adjustment::last(tx, district).await?);
    let row = |((sequence, contents), track)| Adjustment {
        sequence,
        contents,
        track,
        create_time: now,
        steps: Vec::new(),
    };
    let rows = (last + 1..).zip(entries).zip(owed.tracks).map(row).collect::<Vec<_>>();
    store::adjustment::insert(tx, district, &rows).await?;
    Ok(Entered { rows, today: owed.today })
}

async fn refuse_unknown_findings(
    tx: &mut Tx,
    district: &str,
    at: impl Fn(usize) -> String,
    entries: &[Contents],
) -> Result<()> {
    let cited: Vec<(i64, i64)> = entries.iter().filter_map(|entry| entry.finding).collect();
    let known = store::inspection::known_findings(tx, district, &cited).await?;
    let mut fields = Fields::default();
    for (row, entry) in entries.iter().enumerate() {
        if entry.finding.is_some_and(|finding| !known.contains(&finding)) {
            let field = format!("{}.finding", at(row));
            fields.violation(field, "UNKNOWN_FINDING", "is in no inspection");
        }
    }
    fields.check()
}
