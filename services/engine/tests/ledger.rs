//! S5, Q7, S10, B11: bonuses and deductions by the lists of the scheme, what counts of them,
//! and points for awards.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    d, draft, faults, marks, node, not_applicable, score, sheet, sum, total, track, tree, troubles,
    value,
};
use engine::{
    Adjustments, Aspect, AwardPoints, AwardWorth, Entry, EntryStanding, Flag, Item, Node, Rule,
    Sheet, Side, Track, Won, Worth,
};

fn aspect(id: &str, cap: Option<&str>) -> Aspect {
    Aspect { aspect_id: id.to_owned(), display_name: id.to_owned(), cap: cap.map(d) }
}

fn item(id: &str, side: Side, aspect: &str, worth: Worth) -> Item {
    let display_name = id.to_owned();
    Item { item_id: id.to_owned(), display_name, side, aspect: aspect.to_owned(), worth, cap: None }
}

/// Two aspects of bonuses and one of deductions.
fn ledger() -> Adjustments {
    let levels = ["national", "city", "district"].map(str::to_owned).to_vec();
    let by_level = [("national", "5"), ("city", "3"), ("district", "1")];
    let by_level = by_level.map(|(level, points)| (level.to_owned(), d(points))).to_vec();
    let range = Worth::Range { least: d("0.5"), most: d("4") };
    Adjustments {
        base: d("0"),
        levels,
        aspects: vec![aspect("hard", Some("6")), aspect("new", None), aspect("duty", None)],
        items: vec![
            Item {
                cap: Some(d("5")),
                ..item("praised", Side::Bonus, "hard", Worth::Levels(by_level))
            },
            item("solved", Side::Bonus, "hard", range.clone()),
            item("first", Side::Bonus, "new", Worth::Fixed(d("2"))),
            item("late", Side::Deduction, "duty", range),
            item("disloyal", Side::Deduction, "duty", Worth::Fixed(d("0"))),
        ],
        bonus_cap: Some(d("7")),
        deduction_cap: Some(d("10")),
    }
}

fn with(ledger: Adjustments) -> Track {
    track(sum("t", "100", vec![marks("m", "100"), node("list", "0", Rule::Adjustments(ledger))]))
}

fn entry(name: &str, item: &str) -> Entry {
    Entry {
        name: name.to_owned(),
        item: item.to_owned(),
        points: None,
        level: String::new(),
        matter: String::new(),
        ground: format!("ground of {name}"),
        standing: EntryStanding::Final,
        sources: vec![format!("document of {name}")],
    }
}

fn worth(points: &str, entry: Entry) -> Entry {
    Entry { points: Some(d(points)), ..entry }
}

fn at(level: &str, matter: &str, entry: Entry) -> Entry {
    Entry { level: level.to_owned(), matter: matter.to_owned(), ..entry }
}

fn standing(standing: EntryStanding, entry: Entry) -> Entry {
    Entry { standing, ..entry }
}

fn entered(entries: Vec<Entry>) -> Sheet {
    Sheet { entries, ..sheet("s", &[("m", value("80"))]) }
}

/// The total of 80 and the entries, recomputed by the tree itself.
fn of(track: &Track, entries: Vec<Entry>) -> String {
    let result = score(track, vec![entered(entries)]);
    let root = tree(&result, "s");
    assert_eq!(root.recompute(), Ok(result.subjects[0].total));
    total(&result, "s").to_string()
}

// S5.
#[test]
fn entries_come_on_top_of_what_is_scored() {
    let track = with(ledger());
    assert_eq!(of(&track, vec![]), "80");
    assert_eq!(of(&track, vec![entry("e1", "first"), worth("1.5", entry("e2", "late"))]), "80.5");
    // A national praise is worth 5.
    assert_eq!(of(&track, vec![at("national", "", entry("e1", "praised"))]), "85");
    // What is left out beside it is spread over the marks, never over the list.
    let parts =
        vec![marks("m", "60"), marks("n", "40"), node("list", "0", Rule::Adjustments(ledger()))];
    let track = common::track(sum("t", "100", parts));
    let facts = [("m", value("30")), ("n", not_applicable())];
    let sheet = Sheet { entries: vec![entry("e1", "first")], ..sheet("s", &facts) };
    assert_eq!(total(&score(&track, vec![sheet]), "s"), d("52"));
}

#[test]
fn caps_of_items_aspects_and_sides_take_effect_in_this_order() {
    let track = with(ledger());
    let praise = |name: &str, level: &str| at(level, "", entry(name, "praised"));
    // Two praises of 5 and 3: the item is capped at 5.
    let two = vec![praise("e1", "national"), praise("e2", "city")];
    assert_eq!(of(&track, two.clone()), "85");
    // With 4 more under the same aspect: the aspect is capped at 6.
    let three = [two, vec![worth("4", entry("e3", "solved"))]].concat();
    assert_eq!(of(&track, three.clone()), "86");
    // With 2 of another aspect: the side is capped at 7.
    let four = [three, vec![entry("e4", "first")]].concat();
    assert_eq!(of(&track, four.clone()), "87");
    // Deductions have a cap of their own.
    let late: Vec<Entry> = ["d1", "d2", "d3"].map(|name| worth("4", entry(name, "late"))).to_vec();
    let result = score(&track, vec![entered([four, late].concat())]);
    assert_eq!(total(&result, "s"), d("77"));
    assert!(tree(&result, "s").find("list").unwrap().flags.contains(&Flag::Capped));
}

// S5.
#[test]
fn the_same_matter_counts_once_at_its_highest_level() {
    let track = with(ledger());
    let bridge = |name: &str, level: &str| at(level, "bridge", entry(name, "praised"));
    let all = vec![bridge("e1", "district"), bridge("e2", "city"), bridge("e3", "district")];
    assert_eq!(of(&track, all.clone()), "83");
    let result = score(&track, vec![entered(all)]);
    let root = tree(&result, "s");
    let lines: Vec<(bool, &str)> = root
        .find("list")
        .unwrap()
        .lines
        .iter()
        .map(|line| (line.counts, line.remark.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (false, "the matter counts once, as e2"),
            (true, "ground of e2"),
            (false, "the matter counts once, as e2")
        ]
    );
    // Without levels the most points count, whichever item they stand under.
    let solved = |name: &str, points: &str| at("", "bridge", worth(points, entry(name, "solved")));
    assert_eq!(of(&track, vec![solved("e1", "1"), solved("e2", "3"), solved("e3", "2")]), "83");
    // A lifted entry does not stand in the way of the next.
    let lifted = standing(EntryStanding::Lifted, solved("e2", "3"));
    assert_eq!(of(&track, vec![solved("e1", "1"), lifted, solved("e3", "2")]), "82");
    // What is deducted for a matter is not what is given for it.
    let late = at("", "bridge", worth("1", entry("e9", "late")));
    assert_eq!(of(&track, vec![solved("e1", "1"), late]), "80");
}

// Q7.
#[test]
fn a_provisional_deduction_counts_until_it_is_lifted() {
    let track = with(ledger());
    let late = |it| vec![standing(it, worth("3", entry("e1", "late")))];
    assert_eq!(of(&track, late(EntryStanding::Provisional)), "77");
    assert_eq!(of(&track, late(EntryStanding::Final)), "77");
    assert_eq!(of(&track, late(EntryStanding::Lifted)), "80");
    let result = score(&track, vec![entered(late(EntryStanding::Provisional))]);
    let root = tree(&result, "s");
    let list = root.find("list").unwrap();
    assert!(list.flags.contains(&Flag::Provisional) && list.lines[0].provisional);
}

// S10.
#[test]
fn what_was_waived_is_shown_and_not_counted() {
    let track = with(ledger());
    for (how, code) in
        [(EntryStanding::Waived, "WAIVED"), (EntryStanding::Groundless, "GROUNDLESS")]
    {
        let entries = vec![standing(how, worth("3", entry("e1", "late")))];
        assert_eq!(of(&track, entries.clone()), "80");
        let root = tree(&score(&track, vec![entered(entries)]), "s");
        let list = root.find("list").unwrap();
        assert!(list.flags.contains(&Flag::Waived));
        assert_eq!(list.lines[0].points, Some(d("-3")));
        assert_eq!(list.lines[0].remark, format!("{code}: ground of e1"));
        assert_eq!(list.lines[0].sources, ["e1", "document of e1"]);
    }
}

#[test]
fn a_ledger_with_a_weight_is_a_part_like_any() {
    let mut node = node("list", "10", Rule::Adjustments(Adjustments { base: d("6"), ..ledger() }));
    (node.min_points, node.max_points) = (Some(d("0")), Some(d("10")));
    let track = track(sum("t", "100", vec![marks("m", "90"), node]));
    assert_eq!(of(&track, vec![]), "86");
    assert_eq!(of(&track, vec![at("national", "", entry("e1", "praised"))]), "90");
    let late: Vec<Entry> = ["d1", "d2"].map(|name| worth("4", entry(name, "late"))).to_vec();
    assert_eq!(of(&track, late), "80");
}

#[test]
fn an_entry_that_does_not_fit_its_item_forbids_a_score() {
    let track = with(ledger());
    let refused = |entry: Entry| {
        let found = troubles(&track, vec![entered(vec![entry])]);
        (found[0].reason, found[0].message.clone())
    };
    assert_eq!(
        refused(worth("5", entry("e1", "late"))),
        (
            "ENTRY_WORTH",
            "e1 of s does not fit node list: item late gives 0.5 to 4 points, not 5".to_owned()
        )
    );
    assert_eq!(refused(entry("e1", "late")).0, "ENTRY_WORTH");
    assert_eq!(refused(at("village", "", entry("e1", "praised"))).0, "ENTRY_WORTH");
    assert_eq!(refused(worth("3", entry("e1", "first"))).0, "ENTRY_WORTH");
    assert_eq!(refused(entry("e1", "nothing")).0, "UNKNOWN_ITEM");
}

#[test]
fn a_list_that_cannot_be_used_is_refused() {
    let with = |change: &dyn Fn(&mut Adjustments)| {
        let mut ledger = ledger();
        change(&mut ledger);
        let root =
            sum("t", "1", vec![marks("m", "1"), node("list", "0", Rule::Adjustments(ledger))]);
        let found = faults(draft(root));
        let found = found.into_iter().map(|it| it.replace("root.sum.children[1].adjustments.", ""));
        found.collect::<Vec<_>>()
    };
    assert_eq!(with(&|it| it.items.clear()), ["items NO_ITEMS"]);
    assert_eq!(
        with(&|it| it.items[1].item_id = "praised".to_owned()),
        ["items[1].item_id DUPLICATE_ITEM"]
    );
    assert_eq!(with(&|it| it.items[1].aspect = "x".to_owned()), ["items[1].aspect UNKNOWN_ASPECT"]);
    assert_eq!(
        with(&|it| it.levels.retain(|level| level != "city")),
        ["items[0].levels.levels[1].level UNKNOWN_LEVEL"]
    );
    assert_eq!(
        with(&|it| it.items[2].worth = Worth::Fixed(d("-1"))),
        ["items[2].points PARAMETER_RANGE"]
    );
    assert_eq!(
        with(&|it| it.items[1].worth = Worth::Range { least: d("3"), most: d("2") }),
        ["items[1].range.least POINTS_ORDER"]
    );
    assert_eq!(with(&|it| it.bonus_cap = Some(d("0"))), ["bonus_cap PARAMETER_RANGE"]);
    // Nothing can come on top of a mean.
    let mean =
        Rule::WeightedMean(vec![marks("m", "1"), node("list", "0", Rule::Adjustments(ledger()))]);
    assert_eq!(
        faults(draft(node("t", "1", mean))),
        ["root.weighted_mean.children[1].weight PARAMETER_RANGE"]
    );
}

fn awards(rows: &[(&str, &str, &str, &str)]) -> Node {
    let row = |(award, class, level, points): &(&str, &str, &str, &str)| AwardWorth {
        award: (*award).to_owned(),
        class: (*class).to_owned(),
        level: (*level).to_owned(),
        points: d(points),
    };
    let rows = rows.iter().map(row).collect();
    let points = node("awards", "0", Rule::AwardPoints(AwardPoints { rows }));
    sum("t", "100", vec![marks("m", "100"), points])
}

// B11.
#[test]
fn awards_bring_points_by_class_and_level() {
    let won = |name: &str, award: &str, class: &str, level: &str| Won {
        name: name.to_owned(),
        award: award.to_owned(),
        class: class.to_owned(),
        level: level.to_owned(),
        sources: vec![],
    };
    let rows =
        [("race/snail", "", "", "-2"), ("", "progress", "city", "3"), ("", "progress", "", "1")];
    let track = track(awards(&rows));
    let of = |awards: Vec<Won>| {
        let sheet = Sheet { awards, ..sheet("s", &[("m", value("80"))]) };
        let result = score(&track, vec![sheet]);
        assert_eq!(tree(&result, "s").recompute(), Ok(result.subjects[0].total));
        (total(&result, "s"), tree(&result, "s").find("awards").unwrap().lines.len())
    };
    let tiger = won("w1", "race/tiger", "progress", "district");
    let medal = won("w2", "city/medal", "progress", "city");
    let snail = won("w3", "race/snail", "progress", "district");
    let other = won("w4", "race/song", "culture", "district");
    assert_eq!(of(vec![tiger.clone(), medal.clone()]), (d("84"), 2));
    assert_eq!(of(vec![snail, other]), (d("78"), 2));
    assert_eq!(of(vec![medal, tiger]), (d("84"), 2));
    let hidden = awards(&[("", "progress", "", "1"), ("", "progress", "city", "3")]);
    assert_eq!(
        faults(draft(hidden)),
        ["root.sum.children[1].award_points.rows[1] UNREACHABLE_ROW"]
    );
}
