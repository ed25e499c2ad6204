//! What a document's template may print, and sample data of that shape. The sample is made by the
//! same function as the real data, so their shapes cannot differ.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use minijinja::Value;

use super::{Content, Draft, Kind, Language, Recipient};
use crate::district::District;
use crate::print;

/// Beyond this many recipients their names fill more than a line, and a word stands for them.
const NAMED: usize = 30;

/// The text that stands in a field of a sample.
const SAMPLE: &str = "重点项目建设";

const VARIABLES: &[(&str, &str)] = &[
    ("district", "区县名称"),
    ("office", "发文机关"),
    ("number", "发文字号，如考核办函〔2023〕5号"),
    ("issue_date", "发文日期，如2023年4月1日"),
    ("due_date", "截止日期（含当日）；没有时为空"),
    ("recipient", "收文单位，几个单位以顿号相连"),
    ("recipients", "收文单位的列表；发给全区时为空"),
    ("period", "考核周期，如2023年3月；没有时为空"),
];

/// Variables that every document has, each with what it holds.
pub(crate) fn variables() -> &'static [(&'static str, &'static str)] {
    VARIABLES
}

/// What a document's template may print.
pub(super) fn values(
    draft: &Draft,
    district: &District,
    number: &str,
    issued: Date,
    language: Language,
) -> Value {
    let chinese = language == Language::Chinese;
    let day = |day| print::day_in(language, day);
    let (title, own) = match language {
        Language::Chinese => (&draft.period_title, None),
        Language::English => (&draft.english_period_title, Some(&draft.english_contents)),
    };
    let content = |name| {
        let own = own.and_then(|contents| contents.get(name));
        own.or_else(|| draft.contents.get(name))
    };
    let period = match title.as_str() {
        "" => print::period_in(language, &draft.period),
        title => title.to_owned(),
    };
    let office = match draft.issuer.as_str() {
        "" => district.office_in(language),
        issuer => issuer.to_owned(),
    };
    let names: Vec<&str> = draft.recipients.iter().map(|it| it.display_name.as_str()).collect();
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    for field in draft.kind.fields() {
        let value = match (content(field.name), field.list) {
            (Some(Content::Text(text)), _) => Value::from(text.as_str()),
            (Some(Content::List(items)), _) => Value::from(items.clone()),
            (None, true) => Value::from(Vec::<String>::new()),
            (None, false) => Value::from(""),
        };
        values.insert(field.name.to_owned(), value);
    }
    for (name, value) in [
        ("district", Value::from(district.display_name.as_str())),
        ("office", Value::from(office)),
        ("number", Value::from(number)),
        ("issue_date", Value::from(day(issued))),
        ("due_date", Value::from(draft.due_date.map(day).unwrap_or_default())),
        ("recipient", Value::from(addressed(&names, chinese))),
        ("recipients", Value::from_iter(names)),
        ("period", Value::from(period)),
    ] {
        values.insert(name.to_owned(), value);
    }
    Value::from(values)
}

fn addressed(names: &[&str], chinese: bool) -> String {
    let (comma, all, many) = match chinese {
        true => ("、", "各考核对象", "各有关单位"),
        false => (", ", "all units under evaluation", "the units concerned"),
    };
    match names.len() {
        0 => all.to_owned(),
        count if count > NAMED => many.to_owned(),
        _ => names.join(comma),
    }
}

/// Sample data of a kind.
pub(crate) fn sample(kind: Kind, language: Language) -> Value {
    let content = |list| match list {
        true => Content::List(vec![SAMPLE.to_owned()]),
        false => Content::Text(SAMPLE.to_owned()),
    };
    let contents = kind.fields().iter().map(|it| (it.name.to_owned(), content(it.list)));
    let recipient = Recipient {
        unit: "transport".to_owned(),
        display_name: "恒口示范区交通局".to_owned(),
        ..Recipient::default()
    };
    let draft = Draft {
        kind,
        recipients: vec![recipient],
        period: "2023-03".to_owned(),
        due_date: Some(date(2023, 4, 8)),
        contents: contents.collect(),
        ..Draft::default()
    };
    let district = District {
        id: "hengkou".to_owned(),
        display_name: "恒口示范区".to_owned(),
        zone: TimeZone::UTC,
    };
    let number = format!("{}〔2023〕5号", kind.series());
    values(&draft, &district, &number, date(2023, 4, 1), language)
}
