//! Published tables of real assessments: inputs, rule and outputs that nobody here wrote.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    DOWN, UP, d, draft, leaf, marks, node, of, score, sheet, sum, total, track, unrounded, value,
};
use engine::{
    Bounds, DeductPerEvent, Efficacy, Fact, Method, Node, Rounding, RoundingMode, Roundings, Rule,
    Sheet, TieRule, Track,
};

fn rounded(mode: RoundingMode, places: u32) -> Roundings {
    Roundings { leaf: Rounding::NONE, total: Rounding::new(mode, places).unwrap() }
}

/// B6, H1: 四川省2011年市级国土资源管理部门政务信息网上公开情况排名表 (附件2),
/// <http://fsou.com/html/text/lar/174049/17404978_3.html>: five items marked out of 77, 9, 7, 4
/// and 3, added; competition ranks.
#[test]
fn sichuan_land_openness_2011() {
    let items = [
        ("openness", "77"),
        ("service", "9"),
        ("participation", "7"),
        ("design", "4"),
        ("coverage", "3"),
    ];
    let track = track(sum("total", "100", items.map(|(id, weight)| marks(id, weight)).to_vec()));
    let rows: Vec<Vec<&str>> = SICHUAN.lines().map(|row| row.split(' ').collect()).collect();
    let sheets = rows.iter().map(|row| {
        let facts = items.iter().zip(&row[1..6]).map(|((id, _), mark)| (*id, value(mark)));
        sheet(row[0], &facts.collect::<Vec<_>>())
    });
    let result = score(&track, sheets.collect());
    assert_eq!(result.subjects.len(), 21);
    for row in rows {
        assert_eq!(total(&result, row[0]), d(row[6]), "{row:?}");
        assert_eq!(of(&result, row[0]).rank, Some(d(row[7])), "{row:?}");
        assert!(of(&result, row[0]).flags().is_empty(), "{row:?}");
    }
}

// City, five marks, total and rank as published.
const SICHUAN: &str = "\
成都市 74.4 8 7 4 3 96.4 1
眉山市 75.5 5 7 3.5 3 94 2
南充市 67.4 3 6 3.5 3 82.9 3
凉山州 65.5 5.5 4 4 3 82 4
资阳市 61.9 3 4 3.5 3 75.4 5
乐山市 58 2.5 4.5 4 3 72 6
德阳市 61 2 4 3.5 1 71.5 7
广安市 59.5 1.5 2 2.5 3 68.5 8
阿坝州 55 3 2 4 3 67 9
泸州市 53.5 2.5 6 4 1 67 9
遂宁市 54.1 3 4.5 3 1 65.6 11
绵阳市 48 9 4 4 0 65 12
宜宾市 48 4.5 5 3.3 2 62.8 13
攀枝花市 52 4.5 1.8 2.8 0 61.1 14
内江市 46 2 3 3 1 55 15
广元市 42 1 5 3.5 3 54.5 16
自贡市 50 0 0 3.5 0 53.5 17
巴中市 43.5 0.5 3 3 3 53 18
雅安市 41.5 1 2 2.5 3 50 19
达州市 36 0 2 3.5 0 41.5 20
甘孜州 30.5 0 1 3.5 3 38 21";

/// The same evaluator (中国软件评测中心) ranked by competition in 2014,
/// <https://www.integerworks.com/tech/internet/146384.html>, and densely in 2016,
/// <http://e-gov.org.cn/article-163339.html>. The third list is the tie example of a recruitment
/// notice in 随州, <http://www.m686.cn/wenda/102718.html>.
#[test]
fn published_rankings_under_both_tie_rules() {
    let competition = "商务部 79.0 1,林业局 77.1 2,质检总局 76.3 3,交通运输部 76.0 4,海关总署 75.9 5,\
        税务总局 73.3 6,工业和信息化部 73.0 7,农业部 72.3 8,工商总局 71.3 9,食品药品监管总局 71.3 9,水利部 70.3 11,\
        发展改革委 70.2 12,公安部 67.9 13,财政部 65.4 14,科技部 65.4 14,安全监管总局 64.3 16,国土资源部 64.0 17,\
        文化部 64.0 17,证监会 61.7 19,卫生计生委 61.2 20,邮政局 61.1 21";
    let dense = "商务部 94.9 1,交通运输部 91.4 2,工业和信息化部 88.8 3,农业部 86.3 4,发展改革委 83.3 5,水利部 83.0 6,\
        公安部 83.0 6,国土资源部 82.9 7,科技部 82.9 7,卫生计生委 80.7 8,财政部 78.8 9,文化部 77.7 10,教育部 75.4 11,\
        环境保护部 74.1 12,住房城乡建设部 71.8 13,人力资源社会保障部 71.6 14,民政部 70.6 15";
    let notice = "甲 72 1,乙 71 2,丙 71 2,丁 71 2,戊 70 5";
    for (rule, list) in [
        (TieRule::Competition, competition),
        (TieRule::Dense, dense),
        (TieRule::Competition, notice),
    ] {
        let rows: Vec<Vec<&str>> = list.split(',').map(|row| row.split(' ').collect()).collect();
        let mut draft = draft(marks("index", "100"));
        draft.ranking.tie_rule = rule;
        let track = Track::check(draft, common::USUAL).unwrap();
        let result = score(
            &track,
            rows.iter().map(|row| sheet(row[0], &[("index", value(row[1]))])).collect(),
        );
        for row in rows {
            assert_eq!(of(&result, row[0]).rank, Some(d(row[2])), "{row:?}");
        }
    }
}

/// 功效系数, exam bank item 1c13cd4f: 60 + 40·(5.81 − 6)/(12 − 6) = 58.73, the value below the
/// floor not clamped.
#[test]
fn efficacy_below_the_floor() {
    let method = |unclamped| {
        let bounds = Bounds::Fixed { low: d("6"), high: d("12") };
        Method::Efficacy(Efficacy { bounds, base: d("60"), unclamped, exponential: None })
    };
    let points = |unclamped| {
        let track = track(leaf("i", "100", UP, method(unclamped)));
        total(&score(&track, vec![sheet("a", &[("i", value("5.81"))])]), "a")
    };
    assert_eq!(points(true), d("58.73"));
    assert_eq!(points(false), d("60"));
}

/// 国资委 中央企业综合绩效评价实施细则, exam bank mBk8KKKQ: return on equity of 8 % between the
/// standards 1.7 (coefficient 0.6) and 9.5 (0.8), out of 20: 12 + 4·6.3/7.8 = 15.23. The base is
/// 60 % of the points, and 20·0.8 = 16 at the top; in this suite's terms 16 points from 75 %.
#[test]
fn efficacy_between_two_bands() {
    let bounds = Bounds::Fixed { low: d("1.7"), high: d("9.5") };
    let method =
        Method::Efficacy(Efficacy { bounds, base: d("75"), unclamped: false, exponential: None });
    let result = score(&track(leaf("i", "16", UP, method)), vec![sheet("a", &[("i", value("8"))])]);
    assert_eq!(total(&result, "a"), d("15.23"));
}

/// 涡阳县水利局 2020 Q3, <http://www.gy.gov.cn/SixProtectContent/show/611895.html>:
/// 100.00 − 18.78 = 81.22, and (81.22 + 0.64)/(100.00 + 0.64)·100 = 81.34.
#[test]
fn woyang_deduction_and_share_of_available_marks() {
    let deduction = Method::DeductPerEvent(DeductPerEvent { deduction: d("1"), floor: d("0") });
    let lost = leaf("lost", "100", DOWN, deduction);
    let result = score(&track(lost.clone()), vec![sheet("a", &[("lost", value("18.78"))])]);
    assert_eq!(total(&result, "a"), d("81.22"));

    let mut scaled = sum("total", "100", vec![lost.clone(), marks("extra", "0.64")]);
    scaled.full_marks = Some(d("100.64"));
    let facts = [("lost", value("18.78")), ("extra", value("0.64"))];
    assert_eq!(total(&score(&track(scaled), vec![sheet("a", &facts)]), "a"), d("81.34"));

    // The same by leaving out: of 1000 marks only 100.64 apply.
    let other = marks("other", "899.36");
    let mut all = sum("total", "100", vec![lost, marks("extra", "0.64"), other]);
    all.full_marks = Some(d("1000"));
    let facts =
        [("lost", value("18.78")), ("extra", value("0.64")), ("other", common::not_applicable())];
    assert_eq!(total(&score(&unrounded_to_two(all), vec![sheet("a", &facts)]), "a"), d("81.34"));
}

fn unrounded_to_two(root: Node) -> Track {
    Track::check(draft(root), rounded(RoundingMode::HalfUp, 2)).unwrap()
}

/// HVBP scoring, fiscal year 2016 (qualitynet.org): of domains weighing 10, 25, 40 and 25 the last
/// has no data; the others are weighed 13.3, 33.3 and 53.3.
#[test]
fn weights_of_what_is_left_out_are_spread() {
    let parts = [("process", "10"), ("experience", "25"), ("outcome", "40"), ("efficiency", "25")];
    let track =
        unrounded(sum("total", "100", parts.map(|(id, weight)| marks(id, weight)).to_vec()));
    let facts = [
        ("process", value("10")),
        ("experience", value("25")),
        ("outcome", value("40")),
        ("efficiency", common::not_applicable()),
    ];
    let result = score(&track, vec![sheet("a", &facts)]);
    let tenth = Rounding::new(RoundingMode::HalfUp, 1).unwrap();
    let tree = common::tree(&result, "a");
    let weights = tree.children.iter().map(|child| tenth.apply(child.effective_weight).to_string());
    assert_eq!(weights.collect::<Vec<_>>(), ["13.3", "33.3", "53.3", "0"]);
    assert_eq!(tree.points.map(|points| tenth.apply(points)), Some(d("100")));
}

/// 造价工程师 case, m.dybbs8.com/doc/8303897.html: four plans, five functions weighed 0.350, 0.225,
/// 0.225, 0.100 and 0.100, marked out of 10.
#[test]
fn value_engineering_of_four_plans() {
    let weights = ["0.350", "0.225", "0.225", "0.100", "0.100"];
    let plans = [
        ("A", ["9", "10", "9", "8", "9"], "9.125"),
        ("B", ["10", "10", "9", "8", "7"], "9.275"),
        ("C", ["9", "8", "10", "8", "9"], "8.900"),
        ("D", ["8", "9", "9", "7", "6"], "8.150"),
    ];
    assert_weighted(&weights, &plans.map(|(name, marks, total)| (name, marks.to_vec(), total)), 3);
}

/// 盘锦市 12345 league table, 2023-06-09 (mirror m.003gm.com, weights inferred): four rates weighed
/// 20, 30, 25 and 25 per cent, to one place.
#[test]
fn panjin_hotline() {
    let weights = ["0.20", "0.30", "0.25", "0.25"];
    let areas = [
        ("大洼区", ["98.06", "99.00", "100", "100"], "99.3"),
        ("盘山县", ["98.44", "98.37", "100", "100"], "99.2"),
        ("兴隆台区", ["97.95", "98.44", "100", "99.96"], "99.1"),
        ("双台子区", ["96.21", "94.01", "100", "100"], "97.4"),
        ("高新技术开发区", ["100", "100", "100", "100"], "100.0"),
        ("辽滨沿海经济技术开发区", ["99.25", "97.02", "100", "100"], "99.0"),
    ];
    assert_weighted(&weights, &areas.map(|(name, rates, total)| (name, rates.to_vec(), total)), 1);
}

/// Σ weight·mark, as min–max of 0..100 over leaves of those weights scaled by 100.
fn assert_weighted(weights: &[&str], rows: &[(&str, Vec<&str>, &str)], places: u32) {
    let ids: Vec<String> = (1..=weights.len()).map(|number| format!("f{number}")).collect();
    let leaves = ids.iter().zip(weights).map(|(id, weight)| {
        let bounds = Bounds::Fixed { low: d("0"), high: d("100") };
        leaf(id, weight, UP, Method::MinMax(engine::MinMax { bounds, unclamped: false }))
    });
    let mut root = node("total", "100", Rule::Sum(leaves.collect()));
    root.full_marks = Some(d("1"));
    let track = Track::check(draft(root), rounded(RoundingMode::HalfUp, places)).unwrap();
    let sheets = rows.iter().map(|(name, marks, _)| {
        let facts: Vec<(&str, Fact)> =
            ids.iter().zip(marks).map(|(id, mark)| (id.as_str(), value(mark))).collect();
        sheet(name, &facts)
    });
    let result = score(&track, sheets.collect::<Vec<Sheet>>());
    for (name, _, published) in rows {
        assert_eq!(total(&result, name), d(published), "{name}");
    }
}

/// UNDP Human Development Report 2023/24, composite indices complete time series, year 2022
/// (UNDP HDRO, CC BY 3.0 IGO): life expectancy 20–85, schooling expected 0–18 and mean 0–15 as a
/// mean of the two, income index by logarithm (here already taken, to 12 places), the geometric
/// mean of the three to 3 places.
#[test]
fn human_development_index_2022() {
    let part = |id: &str, weight: &str, low: &str, high: &str| {
        let bounds = Bounds::Fixed { low: d(low), high: d(high) };
        leaf(id, weight, UP, Method::MinMax(engine::MinMax { bounds, unclamped: false }))
    };
    let schooling =
        Rule::WeightedMean(vec![part("eys", "1", "0", "18"), part("mys", "1", "0", "15")]);
    let parts = vec![
        part("le", "1", "20", "85"),
        node("education", "1", schooling),
        part("income", "1", "0", "1"),
    ];
    let root = node("hdi", "1", Rule::GeometricMean(parts));
    let track = Track::check(draft(root), rounded(RoundingMode::HalfUp, 3)).unwrap();
    let rows: Vec<Vec<&str>> = COUNTRIES.lines().map(|row| row.split(' ').collect()).collect();
    let sheets = rows.iter().map(|row| {
        let facts = ["le", "eys", "mys", "income"].into_iter().zip(&row[1..5]);
        sheet(row[0], &facts.map(|(id, index)| (id, value(index))).collect::<Vec<_>>())
    });
    let result = score(&track, sheets.collect());
    for row in rows {
        assert_eq!(total(&result, row[0]), d(row[5]), "{row:?}");
    }
}

// Country, life expectancy, years of schooling expected and mean, income index, HDI.
const COUNTRIES: &str = "\
CHE 84.255 16.5837307 13.90406622 0.988349233538 0.967
NOR 83.393 18.63846016 13.06234279 0.987819588639 0.966
HKG 84.315 17.8495903 12.34776974 0.972424247371 0.956
CHN 78.587 15.21793605 8.106910446 0.784634606159 0.788
BRA 73.425 15.5788002 8.278307638 0.752966680476 0.76
IND 67.744 12.58370972 6.570700169 0.640688163960 0.644
SOM 56.107 7.647232333 1.900300026 0.358349370772 0.38
AUS 83.579 21.0800209 12.72681999 0.936491052872 0.946
SGP 84.133 16.90273094 11.92488003 1.025446983106 0.949
QAT 81.559 13.26426983 10.1317219 1.037202082470 0.875";
