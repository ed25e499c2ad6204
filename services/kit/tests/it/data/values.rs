//! Names, pages, masks, etags, decimals, dates, instants.

use std::fmt::Display;

use jiff::{Timestamp, civil};
use kit::clock::{self, Clock as _};
use kit::field::Fields;
use kit::mask::Mask;
use kit::name::Pattern;
use kit::page::{MAX_SIZE, Page};
use kit::{Error, date, decimal, etag, id};
use proptest::prelude::*;
use prost_types::FieldMask;
use rust_decimal::Decimal;

static SEAT: Pattern = Pattern::new("seat", "districts/{district}/bodies/{body}/seats/{seat}");

#[test]
fn names_are_read_and_written() {
    let text = "districts/hengkou/bodies/council/seats/7";
    let name = SEAT.parse("name", text).unwrap();
    assert_eq!(name.as_str(), text);
    assert_eq!(
        (name.get(0), name.get(1), name.get(2), name.get(3)),
        ("hengkou", "council", "7", "")
    );
    assert_eq!((name.id("seat"), name.id("nothing")), ("7", ""));
    assert_eq!(SEAT.format(&["hengkou", "council", "7"]), text);
    assert_eq!(name.not_found().to_string(), format!("there is no seat {text}"));
    let long = "x".repeat(63);
    assert!(SEAT.read(&SEAT.format(&["a", "b", &long])).is_some());
}

#[test]
fn names_of_another_shape_are_refused() {
    let long = format!("districts/d/bodies/b/seats/{}", "x".repeat(64));
    for text in [
        "",
        "districts",
        "districts/d/bodies/b",
        "districts/d/bodies/b/seats/",
        "districts/d/bodies/b/seats/s/",
        "/districts/d/bodies/b/seats/s",
        "districts/d/boards/b/seats/s",
        "districts/d/bodies/../seats/s",
        "districts/d/bodies/b/seats/席",
        "districts/d/bodies/b/seats/a b",
        &long,
    ] {
        assert!(SEAT.read(text).is_none(), "{text}");
        let error = SEAT.parse("seat.name", text).unwrap_err();
        assert_eq!(error.reason(), "NAME_FORMAT");
        assert!(error.to_string().starts_with("seat.name: "), "{error}");
    }
}

#[test]
fn pages_follow_one_another() {
    let filter: [&dyn Display; 2] = [&"districts/d", &7];
    let all: Vec<String> = (0..25).map(|row| format!("{row:02}")).collect();
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = Page::parse(10, &token, &filter).unwrap();
        let after = page.after().map(str::to_owned);
        let rows = all.iter().filter(|row| after.as_ref().is_none_or(|after| *row > after));
        let mut rows: Vec<_> = rows.take(page.limit() as usize).collect();
        token = page.cut(&mut rows, |row| (*row).clone());
        assert!(rows.len() <= 10);
        seen.extend(rows);
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, all.iter().collect::<Vec<_>>());
}

#[test]
fn page_sizes_are_coerced_and_tokens_bound() {
    assert_eq!(Page::parse(0, "", &[]).unwrap().limit(), 51);
    assert_eq!(Page::parse(i32::MAX, "", &[]).unwrap().limit(), MAX_SIZE as i64 + 1);
    assert_eq!(Page::parse(-1, "", &[]).unwrap_err().reason(), "OUT_OF_RANGE");

    let page = Page::parse(1, "", &[&"a", &"b"]).unwrap();
    let token = page.cut(&mut vec![1, 2], |row| format!("第{row}"));
    assert_eq!(Page::parse(1, &token, &[&"a", &"b"]).unwrap().after(), Some("第1"));
    let page = Page::parse(5, &token, &[&"a", &"b"]).unwrap();
    assert_eq!(page.after(), Some("第1"));
    assert_eq!(page.after_number().unwrap_err().reason(), "PAGE_TOKEN");
    let page = Page::parse(1, "", &[]).unwrap();
    assert_eq!(page.after_number().unwrap(), None);
    let token = page.cut(&mut vec![17, 18], |row| row.to_string());
    assert_eq!(Page::parse(1, &token, &[]).unwrap().after_number().unwrap(), Some(17));
    let other: [&[&dyn Display]; 3] = [&[&"a", &"c"], &[&"ab", &""], &[&"a"]];
    for filter in other {
        assert_eq!(Page::parse(1, &token, filter).unwrap_err().reason(), "PAGE_TOKEN");
    }
    for token in ["x", "!", "AAAA", "AAAAAAAAAAD_"] {
        assert_eq!(Page::parse(1, token, &[]).unwrap_err().reason(), "PAGE_TOKEN");
    }
}

const MUTABLE: [(&str, bool); 2] = [("display_name", false), ("parent", true)];

#[test]
fn fields_outside_the_mask_may_hold_anything() {
    let mask = Mask::parse(&None, &MUTABLE).unwrap();
    let mut fields = Fields::default();
    fields.violation("unit.display_name", "REQUIRED", "must be given");
    fields.violation("unit.display_name[0].x", "REQUIRED", "must be given");
    mask.check("unit", fields).unwrap();
    let mut fields = Fields::default();
    for field in ["unit.parent", "unit.parent.name", "unit.parent[3]", "unit", "other.display_name"]
    {
        fields.violation(field, "REQUIRED", "must be given");
    }
    let error = mask.check("unit", fields).unwrap_err();
    assert!(matches!(error, Error::Invalid(violations) if violations.len() == 5));
}

#[test]
fn masks_name_known_fields() {
    let mask = |paths: &[&str]| {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Mask::parse(&Some(FieldMask { paths }), &MUTABLE)
    };
    // A mask that names no field means those that the message sets.
    for set in [Mask::parse(&None, &MUTABLE), mask(&[]), mask(&["*"])] {
        let set = set.unwrap();
        assert!(set.has("parent") && !set.has("display_name"));
    }
    let one = mask(&["display_name"]).unwrap();
    assert!(one.has("display_name") && !one.has("parent"));
    let error = mask(&["parent", "uid", "name"]).unwrap_err();
    assert_eq!(error.reason(), "UNKNOWN_PATH");
    assert!(matches!(error, Error::Invalid(violations) if violations.len() == 2));
}

#[test]
fn etags_guard_a_revision() {
    let tag = etag::of(7);
    for given in ["", "*", &tag] {
        etag::check(given, 7, "districts/d").unwrap();
    }
    for given in ["7", "\"8\"", "\"07\""] {
        assert!(matches!(etag::check(given, 7, "districts/d"), Err(Error::Conflict { .. })));
    }
}

#[test]
fn uids_differ_and_are_canonical() {
    let (one, two) = (id::uid(), id::uid());
    assert_ne!(one, two);
    assert_eq!((one.len(), one.to_lowercase()), (36, one));
}

#[test]
fn decimals_are_exact_or_refused() {
    let cases = [
        ("0", "0"),
        ("-0.00", "0"),
        ("+1", "1"),
        ("1.50", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("100e-2", "1"),
        ("0e999", "0"),
        ("0012.3400", "12.34"),
        ("9999999999999999999999999999", "9999999999999999999999999999"),
        ("-0.0000000000000000000000000001", "-0.0000000000000000000000000001"),
        ("1e27", "1000000000000000000000000000"),
    ];
    for (given, canonical) in cases {
        let value = decimal::parse(given).unwrap_or_else(|| panic!("{given}"));
        assert_eq!(decimal::to_text(value), canonical, "{given}");
        assert_eq!(decimal::to_proto(value).value, canonical);
        assert_eq!(decimal::from_text(canonical).unwrap(), value);
    }
    for given in [
        "",
        "+",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "1e1000",
        "1e28",
        "1e-29",
        "0x10",
        "1 ",
        " 1",
        "1,5",
        "--1",
        "1.2.3",
        "NaN",
        "inf",
        "一",
        "１",
        "1_000",
        "99999999999999999999999999999",
        "0.00000000000000000000000000001",
        &"1".repeat(70),
    ] {
        assert_eq!(decimal::parse(given), None, "{given}");
    }
}

#[test]
fn integers_are_written_as_they_print() {
    for value in [0, 7, -1, 10, i64::MAX, i64::MIN] {
        let mut text = "x".to_owned();
        decimal::write_integer(&mut text, value);
        assert_eq!(text, format!("x{value}"));
    }
}

proptest! {
    #[test]
    fn every_decimal_survives_its_text(mantissa in -(10_i128.pow(28) - 1)..10_i128.pow(28), scale in 0_u32..=28) {
        let value = Decimal::from_i128_with_scale(mantissa, scale);
        prop_assert_eq!(decimal::parse(&decimal::to_text(value)), Some(value));
        prop_assert_eq!(decimal::to_text(value), value.normalize().to_string());
        prop_assert_eq!(decimal::parse(&value.to_string()), Some(value));
    }

    #[test]
    fn no_text_breaks_the_parsers(text in "[-+0-9.eE ]{0,70}|\\PC{0,20}") {
        if let Some(value) = decimal::parse(&text) {
            prop_assert!(decimal::parse(&decimal::to_text(value)) == Some(value));
        }
        let _ = SEAT.read(&text);
        let _ = Page::parse(1, &text, &[]);
    }

    #[test]
    fn every_instant_survives_storage_and_wire(micros in -62_135_596_800_000_000_i64..253_402_207_200_000_000) {
        let at = clock::from_micros(micros).unwrap();
        prop_assert_eq!(clock::to_micros(at), micros);
        prop_assert_eq!(clock::from_proto(&clock::to_proto(at)), Some(at));
    }
}

#[test]
fn dates_survive_storage_and_wire() {
    for day in [civil::date(1, 1, 1), civil::date(2024, 2, 29), civil::date(9999, 12, 31)] {
        assert_eq!(date::from_text(&date::to_text(day)).unwrap(), day);
        assert_eq!(date::from_proto(&date::to_proto(day)), Some(day));
    }
    assert_eq!(date::to_text(civil::date(2023, 4, 1)), "2023-04-01");
    assert!(date::from_text("2023-02-30").is_err());
}

#[test]
fn clocks_cut_to_microseconds() {
    let fine: Timestamp = "2023-04-01T00:00:00.123456789Z".parse().unwrap();
    let clock = clock::Fixed::new(fine);
    assert_eq!(clock.now().to_string(), "2023-04-01T00:00:00.123456Z");
    clock.set(Timestamp::UNIX_EPOCH);
    assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    assert_eq!(clock::System.now().as_nanosecond() % 1000, 0);
}
