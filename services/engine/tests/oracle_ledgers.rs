//! G12: random lists, awards, marks and references against fractions of whole numbers. S5, B11,
//! S2, H4: what comes on top of the indicators, and what is taken from elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use common::fraction::{Exact, cases, cut, exact, whole};
use common::{UNROUNDED, draft, marks, node, of, score, sheet, sum, value};
use engine::{
    Adjustments, Asked, AskedPeriods, AskedSubject, Aspect, AwardPoints, AwardWorth, Combine,
    Entry, EntryStanding, Graded, GradedAspect, Item, MissingPolicy, PartLength, Reference,
    Referred, Rule, Sheet, Side, Track, Won, Worth,
};
use num_traits::Zero;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

const LEVELS: [&str; 3] = ["national", "provincial", "city"];

/// Up to `most` tenths, from `least`.
fn tenths(least: i64, most: i64) -> impl Strategy<Value = Decimal> {
    (least..=most).prop_map(|units| Decimal::new(units, 1))
}

fn cap() -> impl Strategy<Value = Option<Decimal>> {
    prop::option::of(tenths(1, 80))
}

fn item(number: usize) -> impl Strategy<Value = Item> {
    let fixed = tenths(0, 40).prop_map(Worth::Fixed);
    let range = (tenths(0, 20), tenths(0, 30))
        .prop_map(|(least, more)| Worth::Range { least, most: least + more });
    let levels = prop::collection::vec(tenths(0, 50), 1..=3).prop_map(|worth| {
        Worth::Levels(LEVELS.map(str::to_owned).into_iter().zip(worth).collect())
    });
    let side = select(vec![Side::Bonus, Side::Deduction]);
    (side, 0..2_usize, prop_oneof![fixed, range, levels], cap()).prop_map(
        move |(side, aspect, worth, cap)| Item {
            item_id: format!("item-{number}"),
            display_name: format!("item {number}"),
            side,
            aspect: format!("aspect-{aspect}"),
            worth,
            cap,
        },
    )
}

fn list() -> impl Strategy<Value = Adjustments> {
    let items = (item(0), item(1), item(2), item(3)).prop_map(|(a, b, c, d)| vec![a, b, c, d]);
    (tenths(-50, 50), cap(), cap(), items, cap(), cap()).prop_map(
        |(base, one, two, items, bonus_cap, deduction_cap)| {
            let aspect = |(number, cap): (usize, Option<Decimal>)| Aspect {
                aspect_id: format!("aspect-{number}"),
                display_name: format!("aspect {number}"),
                cap,
            };
            Adjustments {
                base,
                levels: LEVELS.map(str::to_owned).to_vec(),
                aspects: [one, two].into_iter().enumerate().map(aspect).collect(),
                items,
                bonus_cap,
                deduction_cap,
            }
        },
    )
}

/// Which item, how far within its range in per cent, which level, which matter, how it stands.
type Happened = (usize, i64, usize, &'static str, EntryStanding);

fn happened() -> impl Strategy<Value = Vec<Happened>> {
    let standings = vec![
        EntryStanding::Final,
        EntryStanding::Final,
        EntryStanding::Provisional,
        EntryStanding::Lifted,
        EntryStanding::Waived,
        EntryStanding::Groundless,
    ];
    let one = (0..4_usize, 0..=100_i64, 0..3_usize, select(vec!["", "", "bridge", "school"]));
    let one = (one, select(standings)).prop_map(|((item, within, level, matter), standing)| {
        (item, within, level, matter, standing)
    });
    prop::collection::vec(one, 0..12)
}

/// An entry with what it is worth and the place of its level.
fn entry(list: &Adjustments, number: usize, happened: &Happened) -> (Entry, Decimal, usize) {
    let (item, within, level, matter, standing) = happened;
    let item = &list.items[*item];
    let (worth, points, level) = match &item.worth {
        Worth::Fixed(worth) => (*worth, None, None),
        Worth::Range { least, most } => {
            let points = *least + (*most - *least) * Decimal::new(*within, 2);
            (points, Some(points), None)
        }
        Worth::Levels(levels) => {
            let place = level % levels.len();
            (levels[place].1, None, Some(place))
        }
    };
    let entry = Entry {
        name: format!("entry-{number:02}"),
        item: item.item_id.clone(),
        points,
        level: level.map_or(String::new(), |place| LEVELS[place].to_owned()),
        matter: (*matter).to_owned(),
        ground: "as told".to_owned(),
        standing: *standing,
        sources: Vec::new(),
    };
    (entry, worth, level.unwrap_or(LEVELS.len()))
}

fn within(points: Exact, cap: Option<Decimal>) -> Exact {
    cap.map_or(points.clone(), |cap| points.min(exact(cap)))
}

/// By the words of the list's documentation.
fn worth_of_list(list: &Adjustments, entries: &[(Entry, Decimal, usize)]) -> Exact {
    let counts =
        |entry: &Entry| matches!(entry.standing, EntryStanding::Final | EntryStanding::Provisional);
    let place = |entry: &Entry| list.items.iter().position(|it| it.item_id == entry.item).unwrap();
    let side = |side: Side| {
        let mut held: Vec<&(Entry, Decimal, usize)> = entries
            .iter()
            .filter(|(entry, ..)| counts(entry) && list.items[place(entry)].side == side)
            .collect();
        // The highest level, then the most points, then the order of the list.
        held.sort_by_key(|(entry, worth, level)| {
            (*level, std::cmp::Reverse(*worth), place(entry), entry.name.clone())
        });
        let mut matters: Vec<&str> = Vec::new();
        held.retain(|(entry, ..)| {
            let repeated = matters.contains(&entry.matter.as_str());
            if !entry.matter.is_empty() {
                matters.push(&entry.matter);
            }
            !repeated
        });
        let of_item = |item: &Item| {
            let own = held.iter().filter(|(entry, ..)| entry.item == item.item_id);
            within(own.map(|(_, worth, _)| exact(*worth)).sum(), item.cap)
        };
        let of_aspect = |aspect: &Aspect| {
            let own = list.items.iter();
            let own = own.filter(|it| it.side == side && it.aspect == aspect.aspect_id);
            within(own.map(of_item).sum(), aspect.cap)
        };
        list.aspects.iter().map(of_aspect).sum::<Exact>()
    };
    exact(list.base) + within(side(Side::Bonus), list.bonus_cap)
        - within(side(Side::Deduction), list.deduction_cap)
}

fn unrounded(children: Vec<engine::Node>) -> Track {
    Track::check(draft(sum("t", "100", children)), UNROUNDED).unwrap()
}

/// The points of one node of the only subject.
fn points(track: &Track, sheet: Sheet, node: &str) -> Option<Exact> {
    let result = score(track, vec![sheet]);
    let subject = of(&result, "s");
    assert_eq!(subject.explained.recompute(), Ok(subject.total));
    subject.node(node).unwrap().points.map(exact)
}

fn award() -> impl Strategy<Value = Won> {
    let of = |all: [&'static str; 3]| select(all.to_vec());
    (
        of(["s/tiger", "s/snail", "p/first"]),
        of(["", "progress", "result"]),
        of(["", "city", "district"]),
        0..99_u32,
    )
        .prop_map(|(award, class, level, number)| Won {
            name: format!("award-{number}"),
            award: award.to_owned(),
            class: class.to_owned(),
            level: level.to_owned(),
            sources: Vec::new(),
        })
}

fn row() -> impl Strategy<Value = AwardWorth> {
    let of = |all: [&'static str; 3]| select(all.to_vec());
    (
        of(["", "s/tiger", "s/snail"]),
        of(["", "progress", "result"]),
        of(["", "city", "district"]),
        tenths(-50, 50),
    )
        .prop_map(|(award, class, level, points)| AwardWorth {
            award: award.to_owned(),
            class: class.to_owned(),
            level: level.to_owned(),
            points,
        })
}

fn mark() -> impl Strategy<Value = Option<&'static str>> {
    select(vec![Some("A"), Some("B"), Some("C"), Some("unheard of"), None])
}

fn aspect(id: &'static str) -> impl Strategy<Value = GradedAspect> {
    (tenths(1, 30), prop::collection::vec(tenths(0, 20), 3), tenths(0, 20)).prop_map(
        move |(weight, factors, unmarked)| GradedAspect {
            aspect_id: id.to_owned(),
            display_name: id.to_owned(),
            weight,
            factors: ["A", "B", "C"].map(str::to_owned).into_iter().zip(factors).collect(),
            unmarked,
        },
    )
}

fn referred() -> impl Strategy<Value = Vec<(Option<Decimal>, Decimal)>> {
    prop::collection::vec((prop::option::weighted(0.7, tenths(0, 1500)), tenths(1, 1500)), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    // S5.
    #[test]
    fn lists_agree_with_exact_fractions(list in list(), happened in happened()) {
        let entries: Vec<_> =
            happened.iter().enumerate().map(|(number, it)| entry(&list, number, it)).collect();
        let expected = worth_of_list(&list, &entries);
        let ledger = node("list", "0", Rule::Adjustments(list));
        let track = unrounded(vec![marks("m", "100"), ledger]);
        let mut sheet = sheet("s", &[("m", value("50"))]);
        // The order in which entries come makes no difference.
        sheet.entries = entries.into_iter().rev().map(|(entry, ..)| entry).collect();
        prop_assert_eq!(points(&track, sheet, "list"), Some(expected));
    }

    // B11.
    #[test]
    fn awards_count_by_the_first_row_that_fits(
        won in prop::collection::vec(award(), 0..6),
        rows in prop::collection::vec(row(), 1..6),
    ) {
        let fits = |wide: &str, narrow: &str| wide.is_empty() || wide == narrow;
        let mut kept: Vec<AwardWorth> = Vec::new();
        for row in rows {
            let covered = kept.iter().any(|wide| {
                fits(&wide.award, &row.award) && fits(&wide.class, &row.class) && fits(&wide.level, &row.level)
            });
            if !covered {
                kept.push(row);
            }
        }
        let worth = |won: &Won| {
            kept.iter()
                .find(|row| fits(&row.award, &won.award) && fits(&row.class, &won.class) && fits(&row.level, &won.level))
                .map_or(Exact::zero(), |row| exact(row.points))
        };
        let expected: Exact = won.iter().map(worth).sum();
        let awards = node("awards", "0", Rule::AwardPoints(AwardPoints { rows: kept.clone() }));
        let track = unrounded(vec![marks("m", "100"), awards]);
        let sheet = Sheet { awards: won, ..sheet("s", &[("m", value("50"))]) };
        prop_assert_eq!(points(&track, sheet, "awards"), Some(expected));
    }

    // S2.
    #[test]
    fn marks_multiply_by_the_mean_of_their_factors(
        aspects in (aspect("difficulty"), aspect("innovation")),
        given in (mark(), mark()),
        (part, weight) in (tenths(0, 300), tenths(1, 300)),
    ) {
        let aspects = vec![aspects.0, aspects.1];
        let given = [given.0, given.1];
        let (mut weighed, mut weights) = (Exact::zero(), Exact::zero());
        for (aspect, given) in aspects.iter().zip(given) {
            let factor = aspect.factors.iter().find(|(mark, _)| Some(mark.as_str()) == given);
            let factor = factor.map_or(aspect.unmarked, |(_, factor)| *factor);
            weighed += exact(aspect.weight) * exact(factor);
            weights += exact(aspect.weight);
        }
        let share = exact(part).min(exact(weight)) / exact(weight);
        let expected = cut(&(whole(40) * share * weighed / weights));
        let graded = Graded {
            child: Box::new(marks("c", &weight.to_string())),
            indicator: "c".to_owned(),
            aspects: aspects.clone(),
        };
        let track = unrounded(vec![marks("m", "60"), node("g", "40", Rule::Graded(graded))]);
        let mut sheet = sheet("s", &[("m", value("50")), ("c", value(&part.to_string()))]);
        let marked: BTreeMap<String, String> = aspects
            .iter()
            .zip(given)
            .filter_map(|(aspect, mark)| Some((aspect.aspect_id.clone(), mark?.to_owned())))
            .collect();
        sheet.marks.insert("c".to_owned(), marked);
        prop_assert_eq!(points(&track, sheet, "g"), Some(expected));
    }

    // H4, S4.
    #[test]
    fn references_agree_with_exact_fractions(
        results in referred(),
        combine in select(vec![Combine::Mean, Combine::Best(1), Combine::Best(3), Combine::Last, Combine::Sum]),
        least in prop::option::of(0..4_u32),
    ) {
        let missing = if least.is_some() { MissingPolicy::LeaveOut } else { MissingPolicy::ZeroPoints };
        let there: Vec<(Exact, Exact)> = results
            .iter()
            .filter(|(points, _)| least.is_none() || points.is_some())
            .map(|(points, full)| (exact(points.unwrap_or_default()), exact(*full)))
            .collect();
        let mut shares: Vec<Exact> = there.iter().map(|(points, full)| points / full).collect();
        let mean = |shares: &[Exact]| shares.iter().sum::<Exact>() / whole(shares.len() as i64);
        let out = least.is_some_and(|least| there.len() < least.max(1) as usize);
        let expected = (!out).then(|| match combine {
            Combine::Sum => there.iter().map(|(points, _)| points).sum(),
            Combine::Last => whole(60) * shares.last().unwrap(),
            Combine::Mean => whole(60) * mean(&shares),
            Combine::Best(best) => {
                shares.sort();
                shares.reverse();
                shares.truncate(best as usize);
                whole(60) * mean(&shares)
            }
        });
        let reference = Reference {
            of: Asked {
                series: String::new(),
                node_id: String::new(),
                subject: AskedSubject::Own,
                periods: AskedPeriods::Within(PartLength::Month),
            },
            combine,
            missing,
            least: least.unwrap_or_default(),
        };
        let parts = node("parts", "60", Rule::Reference(reference));
        let track = unrounded(vec![parts, marks("m", "40")]);
        let result = |(number, (points, full)): (usize, &(Option<Decimal>, Decimal))| Referred {
            slot: format!("2023-{:02}", number + 1),
            points: *points,
            full_marks: *full,
            sources: Vec::new(),
        };
        let mut sheet = sheet("s", &[("m", value("20"))]);
        sheet.results.insert("parts".to_owned(), results.iter().enumerate().map(result).collect());
        prop_assert_eq!(points(&track, sheet, "parts"), expected.map(|it| cut(&it)));
    }
}
