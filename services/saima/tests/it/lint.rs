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

#[test]
fn examples_are_sound() {
    for scheme in ["hengkou", "undp-hdi-1990-2022/scheme.yaml"] {
        let output = saima(&["lint", example(scheme).to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
