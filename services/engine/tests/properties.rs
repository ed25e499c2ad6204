//! What holds for every rulebook and every set of facts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::random::{amount, direction, method, race};
use common::{UNROUNDED, cohort, draft, node};
use engine::{
    Cell, Direction, Explained, Fact, Figure, Flag, Leaf, Method, MissingPolicy, Rule, Sheet,
    Track, TrackResult,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn run(track: &Track, sheets: Vec<Sheet>) -> TrackResult {
    engine::score(track, &cohort(sheets)).unwrap()
}

/// Points of the first of `values` as the only leaf of a tree.
fn first(
    method: &Method,
    direction: Direction,
    weight: Decimal,
    target: Decimal,
    values: &[Decimal],
) -> Decimal {
    let leaf = Leaf {
        indicator: "i".to_owned(),
        direction,
        missing: MissingPolicy::ZeroPoints,
        figure: Figure::Value,
        method: method.clone(),
    };
    let mut root = node("i", "1", Rule::Leaf(leaf));
    root.weight = weight;
    let track = Track::check(draft(root), UNROUNDED).unwrap();
    let sheets = values.iter().enumerate().map(|(number, value)| {
        let fact =
            Fact::Value { value: *value, verified: true, partial: false, sources: Vec::new() };
        let cell = Cell { fact, target: Some(target), ..Cell::default() };
        Sheet {
            subject: format!("s{number}"),
            cells: [("i".into(), cell)].into(),
            ..Sheet::default()
        }
    });
    common::total(&run(&track, sheets.collect()), "s0")
}

fn unclamped(method: &Method) -> bool {
    match method {
        Method::Efficacy(it) => it.unclamped,
        Method::MinMax(it) => it.unclamped,
        _ => false,
    }
}

fn every_node(tree: &Explained, visit: &mut impl FnMut(&Explained)) {
    visit(tree);
    tree.children.iter().for_each(|child| every_node(child, visit));
}

fn scored() -> impl Strategy<Value = (Decimal, Direction, Method, Decimal, Vec<Decimal>)> {
    let weight = (1..=9999_i64).prop_map(|units| Decimal::new(units, 2));
    let with_method = weight.prop_flat_map(|weight| (Just(weight), method(weight)));
    (with_method, 1..=99_999_i64, prop::collection::vec(amount(), 1..6)).prop_map(
        |((weight, (direction, method)), target, values)| {
            (weight, direction, method, Decimal::new(target, 2), values)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    // A3: the tree recomputes to its number by itself.
    #[test]
    fn every_tree_recomputes((track, sheets) in race(0..=7)) {
        for subject in run(&track, sheets).subjects {
            prop_assert_eq!(subject.explained.recompute(), Ok(subject.total));
        }
    }

    #[test]
    fn a_tree_that_was_tampered_with_does_not_recompute(
        (track, sheets) in race(0..=6), by in 1..=1000_i64,
    ) {
        for mut subject in run(&track, sheets).subjects {
            let Some(total) = subject.total else { continue };
            subject.explained.points = Some(total + Decimal::new(by, 3));
            prop_assert_ne!(subject.explained.recompute(), Ok(subject.explained.points));
        }
    }

    #[test]
    fn the_order_of_subjects_does_not_matter((track, sheets) in race(0..=7), by in 0..6_usize) {
        let mut turned = sheets.clone();
        turned.reverse();
        let by = by % turned.len();
        turned.rotate_left(by);
        prop_assert_eq!(run(&track, sheets), run(&track, turned));
    }

    #[test]
    fn ranks_follow_totals((track, sheets) in race(0..=6)) {
        let result = run(&track, sheets);
        let ascending = track.ranking().ascending;
        for pair in result.subjects.windows(2) {
            let (Some(one), Some(two)) = (pair[0].total, pair[1].total) else {
                prop_assert_eq!(pair[1].total, None);
                continue;
            };
            let in_order = if ascending { one <= two } else { one >= two };
            prop_assert!(in_order);
            prop_assert!(pair[0].rank <= pair[1].rank);
            prop_assert!(one == two || pair[0].rank < pair[1].rank);
            prop_assert!(pair[0].rank < pair[1].rank || pair[0].subject < pair[1].subject);
        }
        prop_assert_eq!(result.ranked, result.subjects.iter().filter(|it| it.rank.is_some()).count());
    }

    // The weights in effect below a sum add up to what the sum is worth, whatever was left out.
    #[test]
    fn weight_is_spread_and_never_lost((track, sheets) in race(0..=0)) {
        let nearly = Decimal::new(1, 12);
        for subject in run(&track, sheets).subjects {
            let mut sound = true;
            every_node(&subject.explained, &mut |node| {
                let sum: Decimal = node.children.iter().map(|child| child.effective_weight).sum();
                sound &= node.children.is_empty() || (sum - node.effective_weight).abs() < nearly;
                sound &= node.points.is_none() == node.flags.contains(&Flag::LeftOut);
            });
            prop_assert!(sound, "{:?}", subject.explained);
        }
    }

    #[test]
    fn points_stay_within_the_methods_range((weight, direction, method, target, values) in scored()) {
        prop_assume!(!unclamped(&method));
        let points = first(&method, direction, weight, target, &values);
        let (least, most) = match &method {
            Method::Completion(it) => (Decimal::ZERO, weight * it.cap),
            Method::Efficacy(it) => {
                let foot = it.exponential.map_or(it.base, |form| form.a);
                (weight * foot / Decimal::ONE_HUNDRED, weight)
            }
            Method::DeductPerEvent(it) => (it.floor, weight),
            Method::PacePoints(it) => (Decimal::ZERO, weight + it.bonus_cap),
            Method::Slopes(it) => (Decimal::ZERO, it.over.cap.map_or(Decimal::MAX, |cap| it.base + cap)),
            _ => (Decimal::ZERO, weight),
        };
        prop_assert!(least <= points && points <= most, "{points} not in {least}..{most}");
    }

    #[test]
    fn a_better_value_never_loses_points(
        (weight, direction, method, target, mut values) in scored(), better in 0..=100_000_i64,
    ) {
        // Equals share the first band however little it reaches; once they are no longer equal it
        // may reach nobody.
        let equal = values.iter().all(|value| *value == values[0]);
        prop_assume!(!(equal && matches!(method, Method::RankBands(_))));
        let before = first(&method, direction, weight, target, &values);
        let better = Decimal::new(better, 2);
        values[0] += if direction == Direction::HigherIsBetter { better } else { -better };
        let after = first(&method, direction, weight, target, &values);
        prop_assert!(after >= before, "{before} became {after}");
    }

    #[test]
    fn equal_values_get_equal_points((weight, direction, method, target, mut values) in scored()) {
        let own = first(&method, direction, weight, target, &values);
        values.push(values[0]);
        let last = values.len() - 1;
        let with_twin = first(&method, direction, weight, target, &values);
        values.swap(0, last);
        prop_assert_eq!(first(&method, direction, weight, target, &values), with_twin);
        let cohort = match &method {
            Method::RankTable(_) | Method::RankBands(_) | Method::Contribution(_) => true,
            _ => values.len() == 2,
        };
        prop_assert!(cohort || own == with_twin);
    }

    #[test]
    fn mirrored_values_get_the_points_of_the_mirror(
        way in direction(), values in prop::collection::vec(amount(), 1..6), unclamped in any::<bool>(),
    ) {
        let method = Method::MinMax(engine::MinMax { bounds: engine::Bounds::Cohort, unclamped });
        let mirrored: Vec<Decimal> = values.iter().map(|value| -value).collect();
        let other = match way {
            Direction::HigherIsBetter => Direction::LowerIsBetter,
            Direction::LowerIsBetter => Direction::HigherIsBetter,
        };
        let (weight, target) = (Decimal::TEN, Decimal::ONE);
        prop_assert_eq!(
            first(&method, way, weight, target, &values),
            first(&method, other, weight, target, &mirrored)
        );
    }
}
