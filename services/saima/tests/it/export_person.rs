//! `saima export-person`, against the binary itself.

use std::os::unix::fs::PermissionsExt as _;

use proto::cadre::v1 as pb;
use saima::client::{Server, Suite};
use serde_json::Value;

use crate::command::saima;
use crate::encrypted::{serve, token};
use crate::example;

/// Files a person in the district; yields his name.
async fn file(address: &str, token: &str) -> String {
    let server = Server::at(format!("http://{address}").parse().unwrap());
    let suite = Suite::connect(&server, token).await.unwrap();
    let request = pb::CreatePersonRequest {
        parent: "districts/hengkou".to_owned(),
        person: Some(pb::Person { display_name: "王秀兰".to_owned(), ..Default::default() }),
        ..Default::default()
    };
    suite.persons().create_person(request).await.unwrap().into_inner().name
}

// X11
#[test]
fn what_is_held_about_a_person_is_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (_serving, address) = serve(folder.path(), &[]);
    let office = token(folder.path(), "li.na", &["assessment-office", "record-keeper"]);
    let leader = token(folder.path(), "wang.wei", &["office-leader"]);
    let keeper = token(folder.path(), "sun.yi", &["record-keeper"]);
    let url = format!("http://{address}");
    let district = example("hengkou");
    let apply = ["apply", "-f", district.to_str().unwrap(), "--server", &url, "--token", &office];
    assert!(saima(&[&apply[..], &["--approver-token", &leader]].concat()).status.success());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let person = &runtime.block_on(file(&address, &keeper));

    let output = folder.path().join("wang.jsonl");
    let export = |person: &str, token: &str, purpose: &str| {
        let output = output.to_str().unwrap();
        let told = ["--output", output, "--purpose", purpose, "--server", &url, "--token", token];
        let done = saima(&[&["export-person", person][..], &told].concat());
        let said = [done.stdout, done.stderr].concat();
        (done.status.code().unwrap(), String::from_utf8(said).unwrap())
    };
    for (person, token, purpose, told) in [
        (person.as_str(), &keeper, " ", "--purpose"),
        (person, &leader, "本人申请", "cadre.personData.list"),
        ("districts/hengkou/persons/nobody", &keeper, "本人申请", "nobody"),
        ("wang", &keeper, "本人申请", "parent"),
    ] {
        let (code, said) = export(person, token, purpose);
        assert!(code != 0 && said.contains(told), "{person}: {code} {said}");
        assert!(!output.exists(), "{said}");
    }
    let (code, said) = export(person.as_str(), &keeper, "本人申请");
    assert_eq!(code, 0, "{said}");
    assert_eq!(output.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&output).unwrap();
    let lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(lines[0]["noun"], "Person");
    assert_eq!(lines[0]["source"], *person);
    assert_eq!(lines[0]["record"]["displayName"], "王秀兰");
    assert!(lines[0]["recordTime"].as_str().unwrap().ends_with('Z'), "{text}");
    assert!(lines.iter().any(|it| it["withheld"].is_string() && it["ask"].is_string()), "{text}");
    let (code, said) = export(person.as_str(), &keeper, "本人申请");
    assert!(code == 1 && said.contains("is there already"), "{code} {said}");
}
