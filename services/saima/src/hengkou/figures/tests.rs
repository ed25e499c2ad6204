#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, HashSet};

use proto::registry::v1::Accumulation;

use super::{Said, reports};
use crate::hengkou::{MONTHS, QUARTER, pack};
use crate::names;

// H1
#[test]
fn the_pack_has_the_real_scale() {
    let pack = pack().unwrap();
    let mut categories = BTreeMap::new();
    for unit in pack.units.iter().filter(|it| !it.value.category.is_empty()) {
        *categories.entry(unit.value.category.as_str()).or_insert(0) += 1;
    }
    let expected = [
        ("concentrated-development", 28),
        ("ecological-development", 28),
        ("economic-management", 16),
        ("general-management", 16),
        ("industrial-development", 40),
    ];
    assert_eq!(categories.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(pack.schemes[0].value.tracks.len(), 5);
}

#[test]
fn every_file_of_the_pack_is_carried() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/hengkou/");
    let found = crate::pack::Source::gather(folder.as_ref()).unwrap();
    let found: HashSet<_> =
        found.iter().map(|it| it.label.strip_prefix(folder).unwrap().to_owned()).collect();
    let carried: HashSet<_> =
        crate::hengkou::FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, carried);
}

#[test]
fn figures_keep_the_bounds_and_never_shrink() {
    let pack = pack().unwrap();
    let number = |text: &str| kit::decimal::parse(text).unwrap();
    let mut last = BTreeMap::new();
    for period in MONTHS.into_iter().chain([QUARTER]) {
        for report in reports(&pack, period) {
            let indicator =
                pack.indicators.iter().find(|it| names::id(&it.value.name) == report.indicator);
            let indicator = &indicator.unwrap().value;
            let Said::Value(value) = &report.said else { continue };
            let value = number(value);
            for bound in indicator.min_value.iter() {
                assert!(value >= number(&bound.value), "{report:?}");
            }
            for bound in indicator.max_value.iter() {
                assert!(value <= number(&bound.value), "{report:?}");
            }
            if indicator.accumulation() == Accumulation::Cumulative {
                let before = last.insert((report.unit.clone(), report.indicator.clone()), value);
                assert!(before.is_none_or(|it| it <= value), "{report:?} after {before:?}");
            }
        }
    }
}

#[test]
fn a_quarter_has_everything_that_can_go_wrong() {
    let pack = pack().unwrap();
    let mut shown = Vec::new();
    for period in MONTHS.into_iter().chain([QUARTER]) {
        let all = reports(&pack, period);
        let count = |test: fn(&super::Report) -> bool| all.iter().filter(|it| test(it)).count();
        shown.push(format!(
            "{period}: {} reports, {} late, {} not applicable, {} disputed, {} of them upheld",
            all.len(),
            count(|it| it.late),
            count(|it| matches!(it.said, Said::NotApplicable(_))),
            count(|it| it.dispute.is_some()),
            count(|it| it.dispute.as_ref().is_some_and(|it| it.upheld)),
        ));
    }
    let expected = [
        "2023-01: 1659 reports, 88 late, 7 not applicable, 15 disputed, 3 of them upheld",
        "2023-02: 1656 reports, 136 late, 7 not applicable, 7 disputed, 1 of them upheld",
        "2023-03: 1657 reports, 90 late, 7 not applicable, 10 disputed, 3 of them upheld",
        "2023Q1: 367 reports, 19 late, 0 not applicable, 0 disputed, 0 of them upheld",
    ];
    assert_eq!(shown, expected);
}
