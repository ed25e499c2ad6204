//! Every problem of a request, each with its path.

use jiff::civil;
use kit::Error;
use kit::field::{self, Fields};
use kit::name::Pattern;
use proto::google::r#type::{Date, Decimal};
use rust_decimal::Decimal as Number;

static UNIT: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");

#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
enum Kind {
    Unspecified = 0,
    Bureau = 1,
}

fn problems(fields: Fields) -> Vec<(String, &'static str)> {
    let violations = fields.into_violations();
    violations.into_iter().map(|it| (it.field, it.reason)).collect()
}

fn decimal(text: &str) -> Option<Decimal> {
    Some(Decimal { value: text.to_owned() })
}

#[test]
fn sound_fields_are_read() {
    let mut fields = Fields::default();
    assert_eq!(fields.text("a", " 财政局\u{3000}", 1..=3), "财政局");
    assert_eq!(fields.text("a", "e\u{301}", 1..=1), "é");
    assert_eq!(fields.text("a", "", 0..=5), "");
    assert_eq!(fields.paragraph("a", "一\n二\t三", 1..=9), "一\n二\t三");
    assert_eq!(fields.id("a", "Finance_1.b-2"), "Finance_1.b-2");
    assert_eq!(fields.choice::<Kind>("a", 1), Kind::Bureau);
    assert_eq!(fields.optional_choice::<Kind>("a", 0), None);
    assert_eq!(fields.number("a", 5, 1..=5), 5);
    assert_eq!(fields.decimal("a", &decimal("-2.50")), Number::new(-25, 1));
    assert_eq!(fields.optional_decimal("a", &None), None);
    let day = Some(Date { year: 2024, month: 2, day: 29 });
    assert_eq!(fields.date("a", &day), civil::date(2024, 2, 29));
    assert_eq!(fields.optional_date("a", &None), None);
    let time = Some(prost_types::Timestamp { seconds: -1, nanos: 999_999_999 });
    assert_eq!(fields.time("a", &time).to_string(), "1969-12-31T23:59:59.999999Z");
    let name = fields.name("a", &UNIT, "districts/hengkou/units/finance");
    assert_eq!((name.id("district"), name.id("unit")), ("hengkou", "finance"));
    assert_eq!(fields.member("a", &UNIT, name.as_str(), "hengkou"), "finance");
    assert_eq!(fields.optional_member("a", &UNIT, "", "hengkou"), None);
    assert!(fields.is_sound());
    fields.check().unwrap();
}

#[test]
fn every_problem_is_collected_in_order() {
    let mut fields = Fields::default();
    fields.text("unit.display_name", "  ", 1..=9);
    fields.text("unit.note", "一二三", 0..=2);
    fields.text(format_args!("rows[{}].note", 12), "a\u{202E}b", 0..=9);
    fields.text("line", "一\n二", 0..=9);
    fields.paragraph("paragraph", "a\u{0}b", 0..=9);
    fields.id("unit_id", "");
    fields.id("unit_id", "-x");
    fields.name("parent", &UNIT, "");
    fields.name("parent", &UNIT, "districts/hengkou");
    fields.member("parent", &UNIT, "districts/ningshan/units/finance", "hengkou");
    fields.optional_member("parent", &UNIT, "units/finance", "hengkou");
    fields.choice::<Kind>("kind", 0);
    fields.choice::<Kind>("kind", 7);
    fields.optional_choice::<Kind>("kind", -1);
    fields.number("page", 6, 1..=5);
    fields.decimal("weight", &None);
    fields.decimal("weight", &decimal("NaN"));
    fields.decimal("weight", &decimal("1,5"));
    fields.date("day", &None);
    fields.date("day", &Some(Date { year: 2023, month: 2, day: 29 }));
    fields.date("day", &Some(Date { year: 2023, month: 2, day: 0 }));
    fields.time("time", &Some(prost_types::Timestamp { seconds: 0, nanos: 1_000_000_000 }));
    fields.time("time", &Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }));
    fields.required("unit", &None::<()>);
    fields.violation("unit.parent", "UNIT_CYCLE", "is below itself");
    assert!(!fields.is_sound());
    assert_eq!(
        problems(fields),
        [
            ("unit.display_name", "REQUIRED"),
            ("unit.note", "LENGTH"),
            ("rows[12].note", "CHARACTER"),
            ("line", "CHARACTER"),
            ("paragraph", "CHARACTER"),
            ("unit_id", "REQUIRED"),
            ("unit_id", "ID_FORMAT"),
            ("parent", "REQUIRED"),
            ("parent", "NAME_FORMAT"),
            ("parent", "OTHER_DISTRICT"),
            ("parent", "NAME_FORMAT"),
            ("kind", "REQUIRED"),
            ("kind", "UNKNOWN_VALUE"),
            ("kind", "UNKNOWN_VALUE"),
            ("page", "OUT_OF_RANGE"),
            ("weight", "REQUIRED"),
            ("weight", "DECIMAL_FORMAT"),
            ("weight", "DECIMAL_FORMAT"),
            ("day", "REQUIRED"),
            ("day", "DATE_FORMAT"),
            ("day", "DATE_FORMAT"),
            ("time", "TIME_FORMAT"),
            ("time", "TIME_FORMAT"),
            ("unit", "REQUIRED"),
            ("unit.parent", "UNIT_CYCLE"),
        ]
        .map(|(field, reason)| (field.to_owned(), reason))
    );
}

#[test]
fn a_refused_character_is_named_by_its_number() {
    let mut fields = Fields::default();
    fields.text("a", "财\u{200B}政", 1..=9);
    let message = fields.into_violations().remove(0).message;
    assert!(message.contains("U+200B"), "{message}");
}

/// Variation selectors choose the right form of a character in personal names.
#[test]
fn names_keep_their_variants() {
    let mut fields = Fields::default();
    assert_eq!(fields.text("a", "葛\u{E0100}", 1..=9), "葛\u{E0100}");
    fields.check().unwrap();
}

#[test]
fn a_flood_of_problems_is_bounded() {
    let mut fields = Fields::default();
    for row in 0..100_000 {
        fields.text(format_args!("rows[{row}]"), "", 1..=2);
    }
    let Err(Error::Invalid(violations)) = fields.check() else { panic!("must be refused") };
    assert_eq!(violations.len(), 1000);
}

#[test]
fn a_missing_message_is_named() {
    let error = field::required("unit", None::<()>).unwrap_err();
    assert_eq!(error.to_string(), "unit: must be given");
}
