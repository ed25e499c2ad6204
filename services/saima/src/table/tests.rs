#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Align, Cell, Paint, Table};

fn printed(painted: bool) -> String {
    let mut table = Table::new([
        ("名次", Align::Right),
        ("unit", Align::Left),
        ("得分", Align::Right),
        ("", Align::Left),
    ]);
    table.line([
        "1".into(),
        "恒口示范区统计局".into(),
        "98.50".into(),
        Cell::new("绿", Paint::Green),
    ]);
    table.line(["10".into(), "A·B (甲)".into(), "7".into(), "".into()]);
    let mut out = Vec::new();
    table.print(&mut out, "  ", painted).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn wide_characters_count_two_columns() {
    let lines = [
        "  名次  unit               得分",
        "     1  恒口示范区统计局  98.50  绿",
        "    10  A·B (甲)              7",
    ];
    assert_eq!(printed(false), format!("{}\n", lines.join("\n")));
}

#[test]
fn paint_takes_no_room() {
    let strip = |text: &str| {
        let mut plain = text.to_owned();
        for code in ["\x1b[2m", "\x1b[32m", "\x1b[0m"] {
            plain = plain.replace(code, "");
        }
        plain.lines().map(|it| format!("{}\n", it.trim_end())).collect::<String>()
    };
    assert!(printed(true).contains("\x1b[32m绿\x1b[0m"));
    assert_eq!(strip(&printed(true)), printed(false));
}

#[test]
fn points_stand_below_each_other() {
    let numbers = ["96.4", "94", "", "0.125"].map(str::to_owned);
    assert_eq!(super::align_points(numbers.into_iter()), ["96.400", "94.000", "", "0.125"]);
    assert_eq!(super::align_points(["7", "12"].map(str::to_owned).into_iter()), ["7", "12"]);
}
