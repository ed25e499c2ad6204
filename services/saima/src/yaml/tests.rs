#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Kind, Place, Tree, parse};

fn shown(tree: &Tree) -> String {
    match &tree.kind {
        Kind::Scalar(it) => format!("{:?}", it.text),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|it| format!("{}={}", it.key, shown(&it.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(shown(&parse(text).unwrap()), expected);
}

#[track_caller]
fn refused(text: &str, line: usize, column: usize, words: &str) {
    let fault = parse(text).unwrap_err();
    assert_eq!(fault.at, Place { line, column }, "{}", fault.message);
    assert!(fault.message.contains(words), "{}", fault.message);
}

#[test]
fn scalars_keep_their_source_text() {
    check(
        "a: 12.50\nb: 1e3\nc: 0x10\nd: '7'\ne: 2023-01-01\nf: yes",
        r#"{a="12.50" b="1e3" c="0x10" d="7" e="2023-01-01" f="yes"}"#,
    );
    check("n: 123456789012345678901234567890.10", r#"{n="123456789012345678901234567890.10"}"#);
}

#[test]
fn aliases_repeat_what_they_name() {
    check("a: &x [1, {b: 2}]\nc: *x", r#"{a=["1" {b="2"}] c=["1" {b="2"}]}"#);
}

#[test]
fn an_empty_file_is_an_empty_mapping() {
    check("", "{}");
    check("# only words\n", "{}");
}

#[test]
fn faults_name_their_place() {
    refused("a: 1\nb: 2\na: 3", 3, 1, "line 1 already");
    refused("a: !!int 3", 1, 4, "tag");
    refused("a: 1\n---\nb: 2", 2, 1, "one document");
    refused("[1]: 2", 1, 3, "key");
    refused("a: [1", 2, 1, "well-formed");
    refused("a: *x", 1, 4, "well-formed");
}

#[test]
fn aliases_cannot_grow_without_bound() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..8 {
        let of = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{of}]\n"));
    }
    assert!(parse(&text).unwrap_err().message.contains("more than 200000"));
}
