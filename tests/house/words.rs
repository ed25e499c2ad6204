//! What may never stand in a line outside tests.

use super::sources::{files, none, rust};

const NEVER: &[(&str, &str)] = &[
    ("todo!(", "nothing is left for later"),
    ("unimplemented!(", "nothing is left for later"),
    ("AssertSqlSafe", "SQL is literal or built with QueryBuilder"),
    ("#[ignore", "a test runs or does not exist"),
    ("SystemTime::now", "the clock is injected"),
    ("Status::internal(", "errors are built by kit::Error"),
];

/// Places that may say one of the words, with the reason.
const EXEMPT: &[(&str, &str)] = &[
    // The one place where the injected clock reads the machine's.
    ("services/kit/src/clock.rs", "SystemTime::now"),
];

#[test]
fn no_line_outside_tests_says_what_is_banned() {
    let mut faults = Vec::new();
    for source in rust().iter().filter(|it| !it.is_test()) {
        for (number, line) in source.code() {
            for (word, why) in NEVER {
                if line.contains(word) && !EXEMPT.contains(&(source.path.as_str(), word)) {
                    faults.push(format!("{}:{number}: `{word}`: {why}", source.path));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let migrations = files("services", &[".sql"]);
    let of = |engine: &str| -> Vec<String> {
        let folder = format!("/migrations/{engine}/");
        migrations
            .iter()
            .filter(|it| it.path.contains(&folder))
            .map(|it| it.path.replace(&folder, "/migrations/"))
            .collect()
    };
    assert!(!of("sqlite").is_empty(), "no migration was found");
    assert_eq!(of("sqlite"), of("postgres"));
}
