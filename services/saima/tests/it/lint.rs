//! `saima lint`: every fault of a scheme at its line, with what would mend it.

use saima::lint::lint;
use saima::pack::Source;

use crate::command::saima;
use crate::example;

const SCHEME: &str = "\
indicators:
  - {name: done, min_value: 0}
  - {name: planned}
scheme:
  tracks:
    - track_id: t
      root:
        node_id: total
        weight: 10
        sum:
          children:
            - {node_id: a, weight: 5, leaf: {indicator: done, completion: {cap: 0.5}}}
            - {node_id: b, weight: 4, leaf: {expression: {formula: done / planned}}}
            - {node_id: c, weight: 1, leaf: {expression: {formula: points(d) + lost}}}
";

#[track_caller]
fn faults(scheme: &str) -> Vec<String> {
    let faults = lint(&[Source::new("s.yaml", scheme)]).unwrap_err().to_string();
    faults.lines().map(str::to_owned).collect()
}

// B5, A3: a scheme that cannot be scored soundly is refused with what would mend it.
#[test]
fn faults_of_a_scheme_are_named_all_at_once() {
    let found = faults(SCHEME);
    let has = |words: &[&str]| {
        let line = found.iter().find(|line| words.iter().all(|word| line.contains(word)));
        assert!(line.is_some(), "{words:?} is not in {found:#?}");
    };
    has(&["s.yaml:12", "completion.cap", "must lie within 1..1000", "PARAMETER_RANGE"]);
    has(&["s.yaml:13", "planned lies anywhere and may be 0", "planned != 0 ?", "DIVISION_BY_ZERO"]);
    has(&["s.yaml:14", "there is no indicator lost", "UNKNOWN_INDICATOR"]);
    assert_eq!(found.len(), 3);
}

#[test]
fn nodes_that_rest_on_themselves_are_refused() {
    let cycle = SCHEME.replace("cap: 0.5", "cap: 1").replace("done / planned", "points(c)");
    let found = faults(&cycle.replace("points(d) + lost", "points(b) + points(d)"));
    assert!(found[0].contains("CYCLE") && found[0].contains("b rests on c"), "{found:?}");
    assert!(found.iter().any(|it| it.contains("UNKNOWN_NODE")), "{found:?}");
}

#[test]
fn a_guard_makes_a_division_sound() {
    let guarded = SCHEME
        .replace("cap: 0.5", "cap: 1")
        .replace("done / planned", "'planned > 0 ? done / planned : 0'")
        .replace("points(d) + lost", "'min(done, 1)'");
    assert_eq!(lint(&[Source::new("s.yaml", &guarded)]).unwrap(), ["s.yaml: sound, tracks: 1"]);
}

const DISTRICT: &str = "\
district: {name: d, display_name: D, time_zone: Asia/Shanghai}
units:
  - {name: a, display_name: A, kind: DEPARTMENT, category: town}
  - {name: b, display_name: B, kind: DEPARTMENT, category: town}
indicators:
  - {name: done, display_name: done, kind: COMMON, direction: HIGHER_IS_BETTER, frequency: YEARLY, accumulation: LATEST, evaluating_unit: a}
targets:
  - {name: a/done.2022, value: 0}
  - {name: a/done.2023, value: 0}
  - {name: b/done.2023, value: 5}
schemes:
  - name: one
    display_name: one
    series: one
    effective_period: '2023'
    tracks:
      - track_id: towns
        display_name: towns
        members: {categories: [town]}
        root:
          node_id: total
          display_name: total
          weight: 10
          sum:
            children:
              - {node_id: done, weight: 6, leaf: {indicator: done, completion: {}}}
              - {node_id: taken, display_name: taken, weight: 4, reference: {series: two, subject: {own: {}}, periods: {same: {}}}}
      - track_id: listed
        display_name: listed
        members: {units: [a, c], except_units: [e]}
        root: {node_id: all, display_name: all, weight: 10, leaf: {indicator: done, marks: {}}}
  - name: two
    display_name: two
    series: two
    effective_period: '2023'
    tracks:
      - track_id: towns
        display_name: towns
        members: {categories: [town]}
        root: {node_id: back, display_name: back, weight: 10, reference: {series: one, subject: {own: {}}, periods: {same: {}}, node_id: none}}
";

// B5, H2, H4: what registry says of a scheme beside its district is said without a server too.
#[test]
fn a_scheme_is_judged_beside_its_district() {
    let found = faults(DISTRICT);
    let has = |words: &[&str]| {
        let line = found.iter().find(|line| words.iter().all(|word| line.contains(word)));
        assert!(line.is_some(), "{words:?} is not in {found:#?}");
    };
    has(&["s.yaml:", "schemes[0].tracks[1].members", "units/a runs on towns already"]);
    has(&["schemes[0].tracks[1].members.units", "there is no unit", "units/c", "UNKNOWN_UNIT"]);
    has(&["schemes[0].tracks[1].members.except_units[0]", "units/e", "UNKNOWN_UNIT"]);
    has(&["schemes[0].tracks[0].root.sum.children[1].reference", "REFERENCE_CYCLE"]);
    has(&["schemes[1].tracks[0].root.reference", "REFERENCE_CYCLE"]);
    has(&["schemes[1].tracks[0].root.reference.node_id", "UNKNOWN_NODE"]);
    has(&["schemes[0].tracks[0].root.sum.children[0].leaf", "done.2023", "TARGET_NOT_POSITIVE"]);
    // A target before the scheme holds is none of its business.
    assert_eq!(found.len(), 7, "{found:#?}");
    let alone = faults(&DISTRICT.replace("series: two, subject", "series: three, subject"));
    assert!(alone.iter().any(|it| it.contains("UNKNOWN_SERIES")), "{alone:#?}");
}

#[test]
fn examples_are_sound() {
    let of = |paths: &[&str]| {
        let paths: Vec<_> = paths.iter().map(|it| example(it)).collect();
        let args = paths.iter().map(|it| it.to_str().unwrap());
        let output = saima(&std::iter::once("lint").chain(args).collect::<Vec<_>>());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    for scheme in ["bishan", "hengkou", "xingping", "undp-hdi-1990-2022/scheme.yaml"] {
        of(&[scheme]);
    }
    for pack in ["qingxin", "shibei"] {
        of(&[pack, &format!("{pack}/story/schemes")]);
    }
}
