//! The binary itself: exit codes and what goes where.

use std::process::{Command, Output};

use crate::example;

/// Runs the binary to its end.
pub(crate) fn saima(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_saima")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn results_come_as_a_table_as_csv_or_explained() {
    let folder = example("sichuan-land-openness-2011");
    let (scheme, data) = (folder.join("scheme.yaml"), folder.join("inputs.csv"));
    let args = ["score", "--scheme", scheme.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let table = text(&saima(&args).stdout);
    assert_eq!(
        table.lines().nth(2).unwrap(),
        "   1  成都市    96.4        74.4       8.0       7.0       4.0         3"
    );
    let csv = text(&saima(&[&args[..], &["--format", "csv"]].concat()).stdout);
    assert_eq!(csv.lines().nth(10).unwrap(), "cities,阿坝州,67,9,,,55,3,2,4,3,");
    let tree = text(&saima(&[&args[..], &["--explain", "阿坝州"]].concat()).stdout);
    assert!(tree.lines().nth(2).unwrap().contains("x = 55, w = 77; from inputs.csv:10"), "{tree}");
}

#[test]
fn exit_codes_say_whose_fault_it_is() {
    let code = |args: &[&str]| saima(args).status.code().unwrap();
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["gallop"]), 64);
    assert_eq!(code(&["score", "--scheme", "/nowhere", "--data", "/nowhere"]), 66);
    assert_eq!(code(&["serve", "scoring"]), 64, "scoring calls registry, and nobody said where");
    let units = example("hengkou/units.yaml");
    let data = example("sichuan-land-openness-2011/inputs.csv");
    assert_eq!(
        code(&["score", "--scheme", units.to_str().unwrap(), "--data", data.to_str().unwrap()]),
        65
    );
    let folder = example("hengkou");
    assert_eq!(
        code(&["apply", "-f", folder.to_str().unwrap(), "--server", "http://127.0.0.1:1"]),
        69
    );
}
