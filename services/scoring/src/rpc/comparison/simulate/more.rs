//! Entries, ballots and results of other runs as they might have been.

use engine::{Ballots, Entry, EntryStanding, Method, Tally};
use kit::Result;
use kit::field::Fields;
use proto::scoring::v1 as pb;
use rust_decimal::Decimal;

use super::MOST;
use crate::adjustment;
use crate::assignment::{INDICATOR, PERIOD};
use crate::input::{Entered, Facts, Rated};
use crate::rpc::assignment::Definitions;
use crate::rpc::{report, subject::entered};
use crate::subject;

/// The most rows of one subject's ballots.
const ROWS: usize = 200;

/// What else is to be otherwise, each in the order of the request.
pub(super) struct More {
    entries: Vec<OtherEntry>,
    tallies: Vec<Rated>,
    results: Vec<OtherResult>,
}

struct OtherEntry {
    /// The full name of the entry whose place it takes; empty for one more.
    name: String,
    /// None when it is left out.
    entry: Option<Said>,
}

/// What is said of an entry; ids are empty where they stay as they were.
struct Said {
    unit: String,
    item: String,
    points: Option<Decimal>,
    level: String,
    matter: String,
}

struct OtherResult {
    unit: String,
    node: String,
    slot: String,
    points: Option<Decimal>,
    full_marks: Option<Decimal>,
}

impl More {
    pub(super) fn read(
        fields: &mut Fields,
        request: &pb::SimulateRunRequest,
        district: &str,
    ) -> Self {
        fields.number("entries", request.entries.len(), 0..=MOST);
        fields.number("tallies", request.tallies.len(), 0..=MOST);
        fields.number("results", request.results.len(), 0..=MOST);
        let entries = request.entries.iter().take(MOST).enumerate();
        let entries = entries.map(|(place, it)| entry(fields, place, it, district)).collect();
        let tallies = request.tallies.iter().take(MOST).enumerate();
        let tallies = tallies.map(|(place, it)| tally(fields, place, it, district)).collect();
        let results = request.results.iter().take(MOST).enumerate();
        let results = results.map(|(place, it)| result(fields, place, it, district)).collect();
        Self { entries, tallies, results }
    }

    /// Puts them in the place of what was pinned, each checked by the rules that would be.
    pub(super) fn replace(
        self,
        district: &str,
        definitions: &Definitions,
        scheme: &str,
        facts: &mut Facts,
    ) -> Result<()> {
        let mut fields = Fields::default();
        for (place, other) in self.entries.into_iter().enumerate() {
            let at = format!("entries[{place}]");
            let known = facts.entries.iter().position(|it| it.entry.name == other.name);
            let Some(said) = other.entry else {
                match known {
                    Some(known) => drop(facts.entries.remove(known)),
                    None => unknown_entry(&mut fields, &at, &other.name),
                }
                continue;
            };
            let mut it = match (known, other.name.is_empty()) {
                (Some(known), _) => facts.entries[known].clone(),
                (None, true) => one_more(),
                (None, false) => {
                    unknown_entry(&mut fields, &at, &other.name);
                    continue;
                }
            };
            said.say(&mut it);
            check_entry(&mut fields, &at, district, definitions, scheme, &it);
            match known {
                Some(known) => facts.entries[known] = it,
                None => facts.entries.push(it),
            }
        }
        for (place, rated) in self.tallies.into_iter().enumerate() {
            let placed = definitions.assignment.place_of_poll(&rated.unit, &rated.indicator);
            if let Err(it) = placed {
                let field = format!("tallies[{place}].{}", it.field);
                fields.violation(field, it.reason, it.message);
            }
            check_tally(&mut fields, place, district, definitions, scheme, &rated);
            let same = |it: &Rated| it.unit == rated.unit && it.indicator == rated.indicator;
            facts.tallies.retain(|it| !same(it));
            if !rated.tally.groups.is_empty() {
                facts.tallies.push(rated);
            }
        }
        for (place, other) in self.results.into_iter().enumerate() {
            let at = format!("results[{place}]");
            let OtherResult { unit, node, slot, points, full_marks } = other;
            let asked = facts
                .results
                .iter_mut()
                .find(|it| it.unit == unit && it.node == node && it.slot == slot);
            let Some(cited) = asked else {
                let message = format!("node {node} of {unit} asks for no result of {slot}");
                fields.violation(format_args!("{at}.node_id"), "UNKNOWN_RESULT", message);
                continue;
            };
            if points.is_some() && cited.points.is_none() && full_marks.is_none() {
                let message = "the run knew no such result, nor what it would be out of";
                fields.violation(format_args!("{at}.full_marks"), "REQUIRED", message);
            }
            cited.points = points;
            cited.full_marks = full_marks.unwrap_or(cited.full_marks);
        }
        fields.check()
    }
}

impl Said {
    fn say(self, it: &mut Entered) {
        if !self.unit.is_empty() {
            it.unit = self.unit;
        }
        if !self.item.is_empty() {
            it.entry.item = self.item;
        }
        it.entry.points = self.points;
        it.entry.level = self.level;
        it.entry.matter = self.matter;
        // What is otherwise counts, whatever became of the entry.
        it.entry.standing = EntryStanding::Final;
    }
}

fn one_more() -> Entered {
    let entry = Entry {
        name: String::new(),
        item: String::new(),
        points: None,
        level: String::new(),
        matter: String::new(),
        ground: String::new(),
        standing: EntryStanding::Final,
        sources: Vec::new(),
    };
    Entered { unit: String::new(), entry }
}

fn unknown_entry(fields: &mut Fields, at: &str, name: &str) {
    let message = format!("the run knew no entry {name}");
    fields.violation(format_args!("{at}.adjustment"), "UNKNOWN_ADJUSTMENT", message);
}

/// Refuses an entry that the list of the subject's track would not take.
fn check_entry(
    fields: &mut Fields,
    at: &str,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
    it: &Entered,
) {
    let track = match entered(definitions, district, scheme, &it.unit) {
        Ok(track) => track,
        Err(it) => {
            fields.violation(format_args!("{at}.{}", it.field), it.reason, it.message);
            return;
        }
    };
    let track = definitions.rulebook(scheme).and_then(|rulebook| rulebook.track(&track));
    let items = track.map(engine::Track::items).unwrap_or_default();
    let refusal = match items.iter().find(|item| item.item_id == it.entry.item) {
        None => Some(("UNKNOWN_ITEM", format!("the track lists no item {}", it.entry.item))),
        Some(item) => {
            let worth = item.worth_of(&it.entry.level, it.entry.points);
            worth.err().map(|message| ("NOT_OF_ITEM", message))
        }
    };
    if let Some((reason, message)) = refusal {
        fields.violation(format_args!("{at}.item_id"), reason, message);
    }
}

/// Refuses groups and marks that no rule of the scheme counts: `UNKNOWN_GROUP`, `UNKNOWN_MARK`.
fn check_tally(
    fields: &mut Fields,
    place: usize,
    district: &str,
    definitions: &Definitions,
    scheme: &str,
    rated: &Rated,
) {
    let indicator = INDICATOR.format(&[district, &rated.indicator]);
    let entries = definitions.rulebook(scheme).map(|it| it.entries.as_slice()).unwrap_or_default();
    let leaves = entries.iter().flat_map(|entry| entry.track.all_leaves());
    let rules: Vec<&Ballots> = leaves
        .filter_map(|(_, leaf)| match &leaf.method {
            Method::Ballots(ballots) if leaf.indicator == indicator => Some(ballots),
            _ => None,
        })
        .collect();
    for (group, marks) in &rated.tally.groups {
        if !rules.iter().any(|it| it.groups.iter().any(|known| known.group == *group)) {
            let message = format!("no rule of {scheme} counts the ballots of {group}");
            fields.violation(format_args!("tallies[{place}].counts"), "UNKNOWN_GROUP", message);
        }
        // Where a rule lists no marks, they are numbers.
        let counts = |mark: &str, it: &Ballots| {
            it.marks.iter().any(|known| known.mark == mark)
                || (it.marks.is_empty() && kit::decimal::parse(mark).is_some())
        };
        for mark in marks.keys().filter(|mark| !rules.iter().any(|it| counts(mark, it))) {
            let message = format!("no rule of {scheme} says what {mark:?} is worth");
            fields.violation(format_args!("tallies[{place}].counts"), "UNKNOWN_MARK", message);
        }
    }
}

fn entry(
    fields: &mut Fields,
    place: usize,
    given: &pb::SimulatedEntry,
    district: &str,
) -> OtherEntry {
    let at = |field: &str| format!("entries[{place}].{field}");
    let named =
        fields.optional_member(at("adjustment"), &adjustment::NAME, &given.adjustment, district);
    let name = given.adjustment.clone();
    if given.left_out {
        if named.is_none() {
            fields.violation(at("adjustment"), "REQUIRED", "must name what is left out");
        }
        return OtherEntry { name, entry: None };
    }
    let optional_id = |fields: &mut Fields, field: &str, id: &str| match id {
        "" => String::new(),
        id => fields.id(at(field), id),
    };
    let item = match named {
        Some(_) => optional_id(fields, "item_id", &given.item_id),
        None => fields.id(at("item_id"), &given.item_id),
    };
    let unit = match (&named, &*given.unit) {
        (Some(_), "") => String::new(),
        (_, unit) => subject::member(fields, at("unit"), unit, district),
    };
    let points = given.points.as_ref().map(|_| report::value(fields, at("points"), &given.points));
    if points.is_some_and(|points| points <= Decimal::ZERO) {
        fields.violation(at("points"), "OUT_OF_RANGE", "must be above 0 on either side");
    }
    let said = Said {
        unit,
        item,
        points,
        level: optional_id(fields, "level", &given.level),
        matter: optional_id(fields, "matter", &given.matter),
    };
    OtherEntry { name, entry: Some(said) }
}

fn tally(fields: &mut Fields, place: usize, given: &pb::SimulatedTally, district: &str) -> Rated {
    let at = |field: &str| format!("tallies[{place}].{field}");
    fields.number(at("counts"), given.counts.len(), 0..=ROWS);
    let mut tally = Tally::default();
    for (row, count) in given.counts.iter().take(ROWS).enumerate() {
        let at = |field: &str| format!("tallies[{place}].counts[{row}].{field}");
        let group = fields.id(at("group"), &count.group);
        let mark = fields.text(at("mark"), &count.mark, 1..=63);
        let ballots = fields.number(at("ballots"), count.ballots, 0..=1_000_000);
        let sum = tally.groups.entry(group).or_default().entry(mark).or_default();
        *sum = sum.saturating_add(u32::try_from(ballots).unwrap_or_default());
    }
    Rated {
        unit: subject::member(fields, at("unit"), &given.unit, district),
        indicator: fields.member(at("indicator"), &INDICATOR, &given.indicator, district),
        tally,
    }
}

fn result(
    fields: &mut Fields,
    place: usize,
    given: &pb::SimulatedResult,
    district: &str,
) -> OtherResult {
    let at = |field: &str| format!("results[{place}].{field}");
    let points = given.points.as_ref().map(|_| report::value(fields, at("points"), &given.points));
    let full = given.full_marks.as_ref();
    let full_marks = full.map(|_| report::value(fields, at("full_marks"), &given.full_marks));
    if full_marks.is_some_and(|full| full <= Decimal::ZERO) {
        fields.violation(at("full_marks"), "OUT_OF_RANGE", "must be above 0");
    }
    OtherResult {
        unit: subject::member(fields, at("unit"), &given.unit, district),
        node: fields.id(at("node_id"), &given.node_id),
        slot: fields.member(at("period"), &PERIOD, &given.period, district),
        points,
        full_marks,
    }
}
