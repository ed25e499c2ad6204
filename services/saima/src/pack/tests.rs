#![allow(clippy::unwrap_used, clippy::expect_used)]

use proto::registry::v1::{UnitKind, node};

use super::{Pack, Source};

fn read(files: &[(&str, &str)]) -> Pack {
    let sources: Vec<_> = files.iter().map(|(label, text)| Source::new(label, text)).collect();
    Pack::read(&sources).unwrap()
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let message = Pack::read(&[Source::new("a.yaml", text)]).unwrap_err().to_string();
    assert_eq!(message, expected);
}

const DISTRICT: &str = "district: {name: hengkou, display_name: 恒口示范区}\n";

#[test]
fn short_forms_stand_for_the_long_ones() {
    let text = "\
units:
  - {name: finance, display_name: 财政局, kind: DEPARTMENT, category: economic}
  - {name: districts/hengkou/units/audit, displayName: 审计局, kind: UNIT_KIND_DEPARTMENT, parent: finance}
periods:
  - {name: 2023Q1, theme: 开门红, report_due_date: 2023-04-05}
  - {name: 2023-01, report_due_date: {year: 2023, month: 2, day: 5}}
scheme:
  name: annual
  effective_period: 2023Q1
  tracks:
    - track_id: t
      members: {units: [finance], posts: [finance-head], except_posts: [audit-head], projects: [ring, districts/hengkou/projects/park], except_projects: [dam]}
      root:
        node_id: total
        weight: 100.10
        sum:
          children:
            - node_id: revenue
              weight: {value: '100.10'}
              leaf: {indicator: revenue, completion: {cap: 1.2}, missing: LEAVE_OUT}
";
    let pack = read(&[("a.yaml", text), ("b.yaml", DISTRICT)]);
    assert_eq!(pack.district.as_ref().unwrap().value.name, "districts/hengkou");
    assert_eq!(pack.units[0].value.name, "districts/hengkou/units/finance");
    assert_eq!(pack.units[1].value.name, "districts/hengkou/units/audit");
    assert_eq!(pack.units[1].value.parent, "districts/hengkou/units/finance");
    assert_eq!(pack.units[0].value.kind(), UnitKind::Department);
    assert_eq!(pack.units[1].value.kind(), UnitKind::Department);
    assert_eq!(pack.units[1].value.display_name, "审计局");
    assert_eq!(pack.periods[0].value.report_due_date.unwrap().month, 4);
    assert_eq!(pack.periods[1].value.report_due_date.unwrap().month, 2);
    let scheme = &pack.schemes[0].value;
    assert_eq!(scheme.effective_period, "districts/hengkou/periods/2023Q1");
    let members = scheme.tracks[0].members.as_ref().unwrap();
    assert_eq!(members.units, ["districts/hengkou/units/finance"]);
    assert_eq!(members.posts, ["districts/hengkou/posts/finance-head"]);
    assert_eq!(members.except_posts, ["districts/hengkou/posts/audit-head"]);
    let projects = ["districts/hengkou/projects/ring", "districts/hengkou/projects/park"];
    assert_eq!(members.projects, projects);
    assert_eq!(members.except_projects, ["districts/hengkou/projects/dam"]);
    let root = scheme.tracks[0].root.as_ref().unwrap();
    assert_eq!(root.weight.as_ref().unwrap().value, "100.10", "a number keeps its digits");
    let Some(node::Rule::Sum(sum)) = &root.rule else { panic!("{root:?}") };
    assert_eq!(sum.children[0].weight.as_ref().unwrap().value, "100.10");
    let Some(node::Rule::Leaf(leaf)) = &sum.children[0].rule else { panic!("{root:?}") };
    assert_eq!(leaf.indicator, "districts/hengkou/indicators/revenue");
}

#[test]
fn targets_stand_in_yaml_or_in_tables() {
    let yaml = format!("{DISTRICT}targets:\n  - {{name: finance/revenue.2023Q1, value: 120.5}}\n");
    let table = "# 市考指标分解\nunit,source,revenue.2023-01,revenue.2023-02\naudit,市考,1,\nfinance,,10.50,20\n";
    let pack = read(&[("p/a.yaml", &yaml), ("p/targets/all.csv", table), ("p/other.csv", "x,y\n")]);
    let shown: Vec<_> = pack
        .targets
        .iter()
        .map(|it| (it.value.name.as_str(), it.value.value.as_ref().unwrap().value.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("districts/hengkou/units/finance/targets/revenue.2023Q1", "120.5"),
            ("districts/hengkou/units/audit/targets/revenue.2023-01", "1"),
            ("districts/hengkou/units/finance/targets/revenue.2023-01", "10.50"),
            ("districts/hengkou/units/finance/targets/revenue.2023-02", "20"),
        ]
    );
    assert_eq!(pack.targets[1].value.source, "市考");
}

#[test]
fn faults_name_file_line_and_path() {
    refused(
        "units:\n  - name: a\n    kidn: VILLAGE\n",
        "a.yaml:3:5: units[0].kidn: unknown field; a Unit has name, display_name, parent, kind, category",
    );
    refused(
        "units:\n  - {name: a, kind: HAMLET}",
        "a.yaml:2:21: units[0].kind: `HAMLET` is none of DEPARTMENT, TOWN, VILLAGE, HEADQUARTERS, TASK_FORCE, TEAM, GROUP",
    );
    refused(
        "units:\n  - {name: a, kind: UNIT_KIND_UNSPECIFIED}",
        "a.yaml:2:21: units[0].kind: `UNIT_KIND_UNSPECIFIED` is none of DEPARTMENT, TOWN, VILLAGE, HEADQUARTERS, TASK_FORCE, TEAM, GROUP",
    );
    refused(
        "units:\n  - {name: a, uid: x}",
        "a.yaml:2:15: units[0].uid: only the server keeps this field",
    );
    refused(
        "units:\n  - {name: a/b}",
        "a.yaml:2:12: units[0].name: `a/b` must look like `districts/{district}/units/{unit}`",
    );
    refused("units: {name: a}", "a.yaml:1:8: units: needs a list, this is a mapping");
    refused(
        "unit: []",
        "a.yaml:1:1: unit: unknown part; a file has district, units, indicators, periods, targets, scheme, schemes, enact, persons, shared, fronts, stations, posts, projects, communities, pairings, seats, task_lists, tasks, plates, phases, milestones, orders, whistles, lessons, inspectors, pools, training_posts, campaigns, rest_calendars, appointment_rules",
    );
    refused(
        "periods:\n  - {name: '2023', report_due_date: 2023-02-30}",
        "a.yaml:2:37: periods[0].report_due_date: `2023-02-30` is no day such as 2023-01-31",
    );
    refused(
        "targets:\n  - {name: a/b.2023, value: 1.2.3}",
        "a.yaml:2:29: targets[0].value: `1.2.3` is no decimal of at most 28 digits",
    );
    refused(
        "scheme: {tracks: [{root: {leaf: {marks: {}, control: {}}}}]}",
        "a.yaml:1:54: scheme.tracks[0].root.leaf.control: `marks` stands here already, and only one of the two can",
    );
    refused(
        "scheme: {tracks: [{root: {leaf: {marks: }}}]}",
        "a.yaml:1:39: scheme.tracks[0].root.leaf.marks: needs {}, this is nothing",
    );
    refused(
        "scheme: {display_name: a, displayName: b}",
        "a.yaml:1:40: scheme.displayName: stands here already under its other name",
    );
    refused("units:\n  - {name: a}\n  - {name: a}", "a.yaml:3:5: units[1]: `a` is defined twice");
    refused(
        "scheme: {tracks: [{ranking: {ascending: maybe}}]}",
        "a.yaml:1:41: scheme.tracks[0].ranking.ascending: `maybe` is no true or false",
    );
}

#[test]
fn every_fault_is_named_in_one_go() {
    let sources = [
        Source::new("a.yaml", "units: [{x: 1}]\ny: 2"),
        Source::new("targets.csv", "unit,r\nu,z\nv\n"),
    ];
    let message = Pack::read(&sources).unwrap_err().to_string();
    let places: Vec<_> = message.lines().map(|it| it.split(' ').next().unwrap()).collect();
    assert_eq!(
        places,
        ["a.yaml:1:10:", "a.yaml:2:1:", "targets.csv:1:1:", "targets.csv:2:2:", "targets.csv:3:1:"]
    );
}
