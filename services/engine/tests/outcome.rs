//! B10, H9, Q6, S5: gates, grades, awards and cards, each with its ground.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{d, draft, faults, marks, node, sum, value};
use engine::{
    Adjustments, Aspect, Award, Card, CardKind, Cell, Condition, Edge, End, Entry, EntryStanding,
    Exemption, Flag, Gate, GateEffect, Grade, GradeBy, Grading, GroupRule, Item, Measure, Node,
    NumberRange, Outcomes, PassedWhy, Pick, Places, Quota, QuotaRounding, Rule, Sheet, Side,
    TieBreak, Track, TrackDraft, TrackResult, Won, Worth,
};

/// Marks, an indicator of targets beside them, and a list with one item that vetoes.
fn root() -> Node {
    let item = Item {
        item_id: "disloyal".to_owned(),
        display_name: "disloyal".to_owned(),
        side: Side::Deduction,
        aspect: "duty".to_owned(),
        worth: Worth::Fixed(d("0")),
        cap: None,
    };
    let ledger = Adjustments {
        base: d("0"),
        levels: vec![],
        aspects: vec![Aspect {
            aspect_id: "duty".to_owned(),
            display_name: "duty".to_owned(),
            cap: None,
        }],
        items: vec![item],
        bonus_cap: None,
        deduction_cap: None,
    };
    let list = node("list", "0", Rule::Adjustments(ledger));
    sum("t", "100", vec![marks("m", "60"), marks("n", "40"), list])
}

fn checked(outcomes: Outcomes) -> Track {
    Track::check(with(outcomes), common::USUAL).unwrap()
}

fn with(outcomes: Outcomes) -> TrackDraft {
    TrackDraft { outcomes, ..draft(root()) }
}

/// Subjects `a`, `b` … with these points of m and n.
fn sheets(points: &[(&str, &str)]) -> Vec<Sheet> {
    let sheet = |(number, (m, n)): (usize, &(&str, &str))| {
        let name = char::from(b'a' + u8::try_from(number).unwrap());
        common::sheet(&name.to_string(), &[("m", value(m)), ("n", value(n))])
    };
    points.iter().enumerate().map(sheet).collect()
}

fn run(outcomes: Outcomes, sheets: Vec<Sheet>) -> TrackResult {
    common::score(&checked(outcomes), sheets)
}

fn grade(id: &str, at_least: Option<&str>, quota: Option<Quota>) -> Grade {
    let at_least = at_least.map(d);
    Grade {
        grade_id: id.to_owned(),
        display_name: id.to_owned(),
        at_least,
        quota,
        outright: vec![],
    }
}

fn share(percent: &str) -> Option<Quota> {
    Some(Quota::Share(d(percent)))
}

fn graded(grades: Vec<Grade>, edge: Edge) -> Option<Grading> {
    Some(Grading::Grades { grades, rounding: QuotaRounding::Floor, edge })
}

/// `subject grade`, in the order of the board.
fn grades(result: &TrackResult) -> Vec<String> {
    let grade = |it: &engine::SubjectResult| {
        format!("{} {}", it.subject, it.grade.as_ref().map_or("-", |grade| &grade.grade_id))
    };
    result.subjects.iter().map(grade).collect()
}

fn at_least(limit: &str) -> NumberRange {
    NumberRange { at_least: Some(d(limit)), ..NumberRange::default() }
}

fn below(limit: &str) -> NumberRange {
    NumberRange { below: Some(d(limit)), ..NumberRange::default() }
}

const FIVE: [(&str, &str); 5] =
    [("60", "40"), ("60", "35"), ("50", "35"), ("40", "30"), ("30", "20")];

#[test]
fn grades_are_given_by_band_by_quota_and_by_both() {
    let bands = vec![
        grade("good", Some("90"), None),
        grade("fair", Some("70"), None),
        grade("poor", None, None),
    ];
    let of = |grades: Vec<Grade>| {
        let grading = graded(grades, Edge::AllIn);
        self::grades(&run(Outcomes { grading, ..Outcomes::default() }, sheets(&FIVE)))
    };
    assert_eq!(of(bands), ["a good", "b good", "c fair", "d fair", "e poor"]);
    // 40 % of 5 is 2, 20 % is 1.
    let quotas = vec![
        grade("good", None, share("40")),
        grade("fair", None, share("39.9")),
        grade("poor", None, None),
    ];
    assert_eq!(of(quotas), ["a good", "b good", "c fair", "d poor", "e poor"]);
    // Three places, but only two reach 90.
    let both = vec![grade("good", Some("90"), share("60")), grade("poor", None, None)];
    assert_eq!(of(both), ["a good", "b good", "c poor", "d poor", "e poor"]);
}

#[test]
fn tied_subjects_at_the_end_of_a_quota_follow_the_edge_rule() {
    // a, then b, c, d tied at 80 with m of 50, 40, 50; e last.
    let points = [("60", "40"), ("50", "30"), ("40", "40"), ("50", "30"), ("10", "10")];
    let of = |quota: u32, edge: Edge| {
        let grades =
            vec![grade("good", None, Some(Quota::Count(quota))), grade("poor", None, None)];
        let grading = graded(grades, edge);
        let result = run(Outcomes { grading, ..Outcomes::default() }, sheets(&points));
        let good = self::grades(&result).into_iter().filter(|it| it.ends_with("good"));
        good.map(|it| it[..1].to_owned()).collect::<String>()
    };
    assert_eq!(of(2, Edge::AllIn), "abcd");
    assert_eq!(of(2, Edge::AllOut), "a");
    assert_eq!(of(4, Edge::AllOut), "abcd");
    let by_m = || Edge::TieBreak(vec![TieBreak::Points("m".to_owned())]);
    assert_eq!(of(3, by_m()), "abd");
    assert_eq!(of(2, by_m()), "a", "who is still tied stays out");
}

#[test]
fn deciles_follow_either_convention() {
    let points: Vec<(String, &str)> =
        (0..25).map(|number| ((60 - number).to_string(), "0")).collect();
    let points: Vec<(&str, &str)> = points.iter().map(|(m, n)| (m.as_str(), *n)).collect();
    let of = |rule| {
        let grading = Some(Grading::Groups { count: 10, rule });
        let result = run(Outcomes { grading, ..Outcomes::default() }, sheets(&points));
        let groups: Vec<String> =
            result.subjects.iter().map(|it| it.grade.clone().unwrap().grade_id).collect();
        groups.join(" ")
    };
    // ceil(r·10/25): 2 and 3 by turns.
    assert_eq!(of(GroupRule::RankShare), "1 1 2 2 2 3 3 4 4 4 5 5 6 6 6 7 7 8 8 8 9 9 10 10 10");
    // Blocks of ceil(25/10) = 3.
    assert_eq!(of(GroupRule::Blocks), "1 1 1 2 2 2 3 3 3 4 4 4 5 5 5 6 6 6 7 7 7 8 8 8 9");
}

fn gate(id: &str, when: Condition, effect: GateEffect) -> Gate {
    Gate { gate_id: id.to_owned(), display_name: id.to_owned(), when, effect }
}

fn three() -> Option<Grading> {
    graded(
        vec![
            grade("good", Some("80"), None),
            grade("fair", Some("50"), None),
            grade("poor", None, None),
        ],
        Edge::AllIn,
    )
}

// S5, S10.
#[test]
fn a_veto_and_a_bar_are_different_things() {
    let disloyal = || Condition::Entry { items: vec!["disloyal".to_owned()] };
    let entry = |standing| Entry {
        name: "e1".to_owned(),
        item: "disloyal".to_owned(),
        points: None,
        level: String::new(),
        matter: String::new(),
        ground: String::new(),
        standing,
        sources: vec![],
    };
    let of = |effect, standing| {
        let gates = vec![gate("loyalty", disloyal(), effect)];
        let mut sheets = sheets(&FIVE);
        sheets[0].entries.push(entry(standing));
        run(Outcomes { gates, grading: three(), ..Outcomes::default() }, sheets)
    };
    let order = |result: &TrackResult| {
        let line = |it: &engine::SubjectResult| format!("{} {}", it.subject, it.total.unwrap());
        (line(&result.subjects[0]), line(result.subjects.last().unwrap()))
    };
    let zero = of(GateEffect::Zero, EntryStanding::Final);
    assert_eq!(order(&zero), ("b 95".to_owned(), "a 0".to_owned()));
    let vetoed = zero.subjects.last().unwrap();
    assert_eq!(vetoed.explained.recompute(), Ok(Some(d("0"))));
    assert!(vetoed.flags().contains(&Flag::Vetoed));
    assert_eq!(vetoed.gates[0].ground.sources, ["e1"]);
    assert_eq!(vetoed.gates[0].condition, "an entry under disloyal");
    assert_eq!(vetoed.grade.as_ref().unwrap().by, GradeBy::Veto);
    assert_eq!(grades(&zero)[4], "a poor");
    let lowest = of(GateEffect::LowestGrade, EntryStanding::Final);
    assert_eq!((order(&lowest).0, grades(&lowest)[0].as_str()), ("a 100".to_owned(), "a poor"));
    let barred = of(GateEffect::Bar("good".to_owned()), EntryStanding::Provisional);
    assert_eq!(grades(&barred)[..2], ["a fair", "b good"]);
    let grade = barred.subjects[0].grade.as_ref().unwrap();
    assert_eq!((&grade.by, grade.gates.as_slice()), (&GradeBy::Band, &["loyalty".to_owned()][..]));
    // A waiver takes the ground away, and the result is another (S10).
    let waived = of(GateEffect::Zero, EntryStanding::Waived);
    assert_eq!((order(&waived).0, grades(&waived)[0].as_str()), ("a 100".to_owned(), "a good"));
}

#[test]
fn gates_ask_for_points_values_and_marks() {
    let fires = |when: Condition, m: &str| {
        let gates = vec![gate("g", when, GateEffect::LowestGrade)];
        let outcomes = Outcomes { gates, grading: three(), ..Outcomes::default() };
        let missing = common::sheet("a", &[("m", value(m)), ("n", engine::Fact::Missing)]);
        !run(outcomes, vec![missing]).subjects[0].gates.is_empty()
    };
    let points = |percent, limit| Condition::Points {
        node_id: "m".to_owned(),
        limits: below(limit),
        percent,
    };
    assert!(fires(points(false, "30.5"), "30") && !fires(points(false, "30"), "30"));
    assert!(fires(points(true, "51"), "30") && !fires(points(true, "50"), "30"));
    let value =
        |indicator: &str| Condition::Value { indicator: indicator.to_owned(), limits: below("31") };
    assert!(fires(value("m"), "30"));
    // What is not known neither holds nor fails.
    assert!(!fires(value("n"), "30") && !fires(Condition::Not(Box::new(value("n"))), "30"));
    let missing = Condition::Flag { node_id: "n".to_owned(), flag: Flag::Missing };
    assert!(fires(missing.clone(), "30"));
    assert!(!fires(Condition::All(vec![missing.clone(), value("n")]), "30"));
    assert!(fires(Condition::Any(vec![value("n"), missing.clone()]), "30"));
    assert!(!fires(Condition::Not(Box::new(missing)), "30"));
    assert!(fires(Condition::Total(below("30.01")), "30"));
}

#[test]
fn an_exemption_leaves_a_gate_without_effect() {
    let gates = vec![gate("low", Condition::Total(below("60")), GateEffect::Zero)];
    let mut sheets = sheets(&FIVE);
    sheets[4].exemptions.push(Exemption {
        rule: "low".to_owned(),
        ground: "flood".to_owned(),
        sources: vec![],
    });
    let result = run(Outcomes { gates, ..Outcomes::default() }, sheets);
    let last = result.subjects.last().unwrap();
    assert_eq!((last.subject.as_str(), last.total), ("e", Some(d("50"))));
    assert_eq!(last.gates[0].exempt.as_deref(), Some("flood"));
}

// H9.
#[test]
fn the_first_of_a_special_assessment_is_excellent_outside_the_quota() {
    let mut good = grade("good", None, Some(Quota::Count(2)));
    good.outright = vec!["special-investment/first".to_owned()];
    let grading = graded(vec![good, grade("poor", None, None)], Edge::AllIn);
    let won = Won {
        name: "awards/7".to_owned(),
        award: "special-investment/first".to_owned(),
        class: String::new(),
        level: String::new(),
        sources: vec![],
    };
    let mut sheets = sheets(&FIVE);
    sheets[3].awards.push(won.clone());
    let outcomes = Outcomes { grading, ..Outcomes::default() };
    let result = run(outcomes.clone(), sheets.clone());
    assert_eq!(grades(&result), ["a good", "b good", "c poor", "d good", "e poor"]);
    let by = &result.subjects[3].grade.as_ref().unwrap().by;
    assert_eq!(*by, GradeBy::Outright("awards/7".to_owned()));
    // The best who has it outright leaves a place to the next.
    sheets[3].awards.clear();
    sheets[0].awards.push(won);
    assert_eq!(grades(&run(outcomes.clone(), sheets.clone()))[..3], ["a good", "b good", "c good"]);
    // A bar stands above it.
    let bar = gate(
        "bar",
        Condition::Award("special-investment/first".to_owned()),
        GateEffect::Bar("good".to_owned()),
    );
    let result = run(Outcomes { gates: vec![bar], ..outcomes }, sheets);
    assert_eq!(grades(&result)[..3], ["a poor", "b good", "c good"]);
}

fn pick(end: End, places: u32) -> Pick {
    Pick {
        end,
        by: Measure::Ranking,
        places: Places::Within(Quota::Count(places), QuotaRounding::Floor),
        when: None,
        unless: None,
        successors: false,
        edge: Edge::AllIn,
    }
}

fn award(id: &str, pick: Pick) -> Award {
    let (class, level) = ("progress".to_owned(), "district".to_owned());
    Award { award_id: id.to_owned(), display_name: id.to_owned(), class, level, pick }
}

/// Who is picked, then who was passed over with why.
fn picks(pick: Pick, sheets: Vec<Sheet>) -> (Vec<String>, Vec<(String, PassedWhy)>) {
    let awards = vec![award("prize", pick)];
    let result = run(Outcomes { awards, ..Outcomes::default() }, sheets);
    let proposal = result.awards.into_iter().next().unwrap();
    (
        proposal.picked.into_iter().map(|it| it.subject).collect(),
        proposal.passed.into_iter().map(|it| (it.subject, it.why)).collect(),
    )
}

// B10.
#[test]
fn the_tiger_is_the_best_and_the_snail_the_worst() {
    assert_eq!(picks(pick(End::Best, 2), sheets(&FIVE)).0, ["a", "b"]);
    assert_eq!(picks(pick(End::Worst, 1), sheets(&FIVE)).0, ["e"]);
    // The Snail only under a bar.
    let under =
        |limit: &str| Pick { when: Some(Condition::Total(below(limit))), ..pick(End::Worst, 1) };
    assert_eq!(picks(under("60"), sheets(&FIVE)).0, ["e"]);
    let (none, passed) = picks(under("50"), sheets(&FIVE));
    assert_eq!((none.len(), passed), (0, vec![("e".to_owned(), PassedWhy::Condition)]));
}

/// The subjects of five with a target of 25 in n.
fn with_targets() -> Vec<Sheet> {
    let mut sheets = sheets(&FIVE);
    for sheet in &mut sheets {
        let cell: &mut Cell = sheet.cells.get_mut("n").unwrap();
        cell.target = Some(d("20"));
    }
    sheets
}

// B10.
#[test]
fn nobody_who_met_the_target_or_was_exempted_is_a_snail() {
    let snail = |successors| Pick {
        unless: Some(Condition::TargetsMet { indicators: vec![] }),
        successors,
        ..pick(End::Worst, 1)
    };
    let (none, passed) = picks(snail(false), with_targets());
    assert_eq!((none.len(), passed), (0, vec![("e".to_owned(), PassedWhy::Exclusion)]));
    let mut missed = with_targets();
    missed[3].cells.get_mut("n").unwrap().target = Some(d("31"));
    // The next takes the place only where the scheme says so.
    assert_eq!(picks(snail(false), missed.clone()).0.len(), 0);
    let (next, passed) = picks(snail(true), missed.clone());
    assert_eq!(next, ["d"]);
    assert_eq!(passed, [("e".to_owned(), PassedWhy::Exclusion)]);
    missed[3].exemptions.push(Exemption {
        rule: "prize".to_owned(),
        ground: "flood".to_owned(),
        sources: vec!["notice".to_owned()],
    });
    let (none, passed) = picks(snail(true), missed);
    assert_eq!(none.len(), 0);
    let exempt = ("d".to_owned(), PassedWhy::Exempt("flood".to_owned()));
    assert!(passed.contains(&exempt), "{passed:?}");
}

// S5: whoever is vetoed or barred from the best grade gets no honours, however many points.
#[test]
fn nobody_for_whom_a_gate_holds_is_among_the_best() {
    let of = |effect: GateEffect, end: End, successors: bool, exempt: bool| {
        let outcomes = Outcomes {
            gates: vec![gate(
                "veto",
                Condition::Points {
                    node_id: "m".to_owned(),
                    limits: NumberRange { at_least: Some(d("60")), ..NumberRange::default() },
                    percent: false,
                },
                effect,
            )],
            grading: three(),
            awards: vec![award("prize", Pick { successors, ..pick(end, 2) })],
            cards: vec![],
        };
        let mut sheets = sheets(&FIVE);
        if exempt {
            sheets[0].exemptions.push(Exemption {
                rule: "veto".to_owned(),
                ground: "flood".to_owned(),
                sources: vec![],
            });
        }
        run(outcomes, sheets).awards.remove(0)
    };
    let names = |proposal: &engine::AwardProposal| {
        proposal.picked.iter().map(|it| it.subject.clone()).collect::<Vec<_>>()
    };
    // a and b have the most points, and are vetoed: their places stay empty, or the next get them.
    let vetoed = of(GateEffect::LowestGrade, End::Best, false, false);
    assert_eq!(names(&vetoed), Vec::<String>::new());
    let passed: Vec<_> = vetoed.passed.iter().map(|it| (it.subject.as_str(), &it.why)).collect();
    let why = PassedWhy::Vetoed("veto".to_owned());
    assert_eq!(passed, [("a", &why), ("b", &why)]);
    let figure = &vetoed.passed[0].ground.figures[0];
    assert_eq!((figure.symbol.as_ref(), figure.value), ("p(m)", Some(d("60"))));
    let bar = GateEffect::Bar("good".to_owned());
    assert_eq!(names(&of(bar, End::Best, true, false)), ["c", "d"]);
    assert_eq!(names(&of(GateEffect::LowestGrade, End::Best, true, true)), ["a", "c"]);
    // With the total at 0 they come last: nothing keeps them from what the worst get.
    assert_eq!(names(&of(GateEffect::Zero, End::Worst, false, false)), ["b", "a"]);
    assert_eq!(names(&of(GateEffect::Zero, End::Best, false, false)), ["c", "d"]);
}

// S5, Q6: a veto spares nobody a yellow card, and costs the red flag.
#[test]
fn a_veto_spares_nobody_a_yellow_card() {
    let card = |id: &str, kind| Card {
        card_id: id.to_owned(),
        display_name: id.to_owned(),
        kind,
        pick: Pick {
            places: Places::All,
            when: Some(Condition::Total(at_least("95"))),
            ..pick(End::Best, 1)
        },
    };
    let outcomes = Outcomes {
        gates: vec![gate("veto", Condition::Total(at_least("100")), GateEffect::LowestGrade)],
        grading: three(),
        awards: vec![],
        cards: vec![card("red", CardKind::RedFlag), card("yellow", CardKind::YellowCard)],
    };
    let result = run(outcomes, sheets(&FIVE));
    let names = |place: usize| {
        result.cards[place].picked.iter().map(|it| it.subject.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((names(0), names(1)), (vec!["b"], vec!["a", "b"]));
}

#[test]
fn ties_at_the_last_place_of_an_award_follow_its_edge_rule() {
    let points = [("60", "40"), ("50", "30"), ("40", "40"), ("50", "30"), ("10", "10")];
    let of = |places, end, edge| picks(Pick { edge, ..pick(end, places) }, sheets(&points));
    assert_eq!(of(2, End::Best, Edge::AllIn).0, ["a", "b", "c", "d"]);
    let (picked, passed) = of(2, End::Best, Edge::AllOut);
    assert_eq!((picked, passed.len()), (vec!["a".to_owned()], 3));
    assert!(passed.iter().all(|(_, why)| *why == PassedWhy::Edge));
    let by_m = || Edge::TieBreak(vec![TieBreak::Points("m".to_owned())]);
    assert_eq!(of(3, End::Best, by_m()).0, ["a", "b", "d"]);
    // From below the tie-break runs the other way: the lowest m first.
    assert_eq!(of(2, End::Worst, by_m()).0, ["e", "c"]);
}

// Q6.
#[test]
fn cards_go_by_rank_pace_value_or_threshold() {
    let card = |id: &str, kind, pick| Card {
        card_id: id.to_owned(),
        display_name: id.to_owned(),
        kind,
        pick,
    };
    let by = |by, places| Pick { by, places, ..pick(End::Best, 1) };
    let one = Places::Within(Quota::Count(1), QuotaRounding::Floor);
    let low =
        Pick { when: Some(Condition::Total(below("75"))), ..by(Measure::Ranking, Places::All) };
    let cards = vec![
        card("flag", CardKind::RedFlag, by(Measure::Points("n".to_owned()), one)),
        card(
            "third",
            CardKind::RedFlag,
            by(Measure::Ranking, Places::Within(Quota::Share(d("30")), QuotaRounding::Ceil)),
        ),
        card("low", CardKind::YellowCard, low),
        card("slow", CardKind::YellowCard, Pick { end: End::Worst, ..by(Measure::Pace, one) }),
        card(
            "value",
            CardKind::YellowCard,
            Pick { end: End::Worst, ..by(Measure::Value("m".to_owned()), one) },
        ),
    ];
    let mut sheets = with_targets();
    sheets[1].cells.get_mut("n").unwrap().target = Some(d("350"));
    let result = run(Outcomes { cards, ..Outcomes::default() }, sheets);
    let picked: Vec<(String, String)> = result
        .cards
        .into_iter()
        .map(|card| (card.card_id, card.picked.into_iter().map(|it| it.subject).collect()))
        .collect();
    let expected = [("flag", "a"), ("third", "ab"), ("low", "de"), ("slow", "b"), ("value", "e")];
    let expected = expected.map(|(card, who)| (card.to_owned(), who.to_owned()));
    assert_eq!(picked, expected);
}

#[test]
fn a_pick_says_what_it_was_judged_by() {
    let tiger = Pick {
        when: Some(Condition::All(vec![
            Condition::Rank(NumberRange { at_most: Some(d("3")), ..NumberRange::default() }),
            Condition::Total(at_least("90")),
        ])),
        ..pick(End::Best, 1)
    };
    let awards = vec![award("tiger", tiger)];
    let result = run(Outcomes { awards, ..Outcomes::default() }, sheets(&FIVE));
    let picked = &result.awards[0].picked[0];
    let figures: Vec<_> = picked
        .ground
        .figures
        .iter()
        .map(|it| (it.symbol.as_ref(), it.meaning.as_ref(), it.value.unwrap()))
        .collect();
    assert_eq!(
        figures,
        [("rank", "rank at most 3", d("1")), ("total", "total at least 90", d("100"))]
    );
    assert_eq!(picked.place, 1);
}

#[test]
fn ties_are_broken_by_values_beside_the_total_and_by_count_back() {
    let ranks = |tie_break: Vec<TieBreak>| {
        let mut draft = with(Outcomes::default());
        draft.ranking.tie_break = tie_break;
        let track = Track::check(draft, common::USUAL).unwrap();
        let goals = [("30", "30", "5"), ("40", "20", "9"), ("20", "40", "7")];
        let sheets = goals.iter().zip(["a", "b", "c"]).map(|((m, n, goals), name)| {
            common::sheet(name, &[("m", value(m)), ("n", value(n)), ("goals", value(goals))])
        });
        let result = common::score(&track, sheets.collect());
        let line = |it: &engine::SubjectResult| format!("{}{}", it.subject, it.rank.unwrap());
        result.subjects.iter().map(line).collect::<Vec<_>>().join(" ")
    };
    let by = |lower_first| vec![TieBreak::Value { indicator: "goals".to_owned(), lower_first }];
    assert_eq!(ranks(vec![]), "a1 b1 c1");
    assert_eq!(ranks(by(false)), "b1 c2 a3");
    assert_eq!(ranks(by(true)), "a1 c2 b3");
    // Places in m and n: a 2 and 2, b 1 and 3, c 3 and 1. A first place stands before none.
    let back = TieBreak::CountBack(vec!["m".to_owned(), "n".to_owned()]);
    assert_eq!(ranks(vec![back.clone()]), "b1 c1 a3");
    assert_eq!(ranks(vec![back, TieBreak::Points("n".to_owned())]), "c1 b2 a3");
}

#[test]
fn outcomes_that_cannot_be_are_refused() {
    let of = |outcomes: Outcomes| faults(with(outcomes));
    let grading = |grades| Outcomes { grading: graded(grades, Edge::AllIn), ..Outcomes::default() };
    let last = || grade("poor", None, None);
    assert_eq!(
        of(grading(vec![grade("a", Some("70"), None), grade("b", Some("80"), None), last()])),
        ["grading.grades.grades[1].at_least UNREACHABLE_GRADE"]
    );
    assert_eq!(
        of(grading(vec![grade("a", None, Some(Quota::Count(0))), last()])),
        ["grading.grades.grades[0].quota.count UNREACHABLE_GRADE"]
    );
    assert_eq!(
        of(grading(vec![grade("a", None, share("100")), last()])),
        ["grading.grades.grades UNREACHABLE_GRADE"]
    );
    assert_eq!(
        of(grading(vec![grade("a", None, None), last()])),
        ["grading.grades.grades[1] UNREACHABLE_GRADE"]
    );
    assert_eq!(
        of(grading(vec![grade("a", Some("90"), None), grade("b", Some("60"), None)])),
        ["grading.grades.grades[1] LAST_GRADE"]
    );
    let gates =
        |when, effect| Outcomes { gates: vec![gate("g", when, effect)], ..Outcomes::default() };
    let points = Condition::Points { node_id: "x".to_owned(), limits: below("1"), percent: false };
    assert_eq!(of(gates(points, GateEffect::Zero)), ["gates[0].when UNKNOWN_NODE"]);
    let entry = Condition::Entry { items: vec!["x".to_owned()] };
    assert_eq!(of(gates(entry, GateEffect::Zero)), ["gates[0].when UNKNOWN_ITEM"]);
    let rank = || Condition::Rank(below("3"));
    assert_eq!(of(gates(rank(), GateEffect::Zero)), ["gates[0].when GATE_ORDER"]);
    let total = || Condition::Total(below("3"));
    assert_eq!(of(gates(total(), GateEffect::LowestGrade)), ["gates[0].lowest_grade NO_GRADES"]);
    let bar = Outcomes { grading: three(), ..gates(total(), GateEffect::Bar("x".to_owned())) };
    assert_eq!(of(bar), ["gates[0].bar_from UNKNOWN_GRADE"]);
    let nothing = Condition::Total(NumberRange::default());
    assert_eq!(of(gates(nothing, GateEffect::Zero)), ["gates[0].when NO_LIMITS"]);
    let mut ascending = with(gates(total(), GateEffect::Zero));
    ascending.ranking.ascending = true;
    assert_eq!(faults(ascending), ["gates[0].zero GATE_DIRECTION"]);
    let awards = |pick| Outcomes { awards: vec![award("prize", pick)], ..Outcomes::default() };
    assert_eq!(of(awards(pick(End::Best, 0))), ["awards[0].pick.places.count PARAMETER_RANGE"]);
    let all = Pick { places: Places::All, ..pick(End::Best, 1) };
    assert_eq!(of(awards(all)), ["awards[0].pick.when REQUIRED"]);
    let unknown = Pick { by: Measure::Points("x".to_owned()), ..pick(End::Best, 1) };
    assert_eq!(of(awards(unknown)), ["awards[0].pick.by.points UNKNOWN_NODE"]);
    let twice = Outcomes {
        awards: vec![award("prize", pick(End::Best, 1)), award("prize", pick(End::Worst, 1))],
        ..Outcomes::default()
    };
    assert_eq!(of(twice), ["awards[1].award_id DUPLICATE_RULE"]);
}
