//! `saima demo`: the whole story, and every request it offers to try.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

fn demo(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_saima"))
        .arg("demo")
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A process that does not outlive a failed test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

// H1 to H7, H10, A3, A4
#[test]
fn a_quarter_goes_from_definitions_to_archives() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--exit", "--data-dir", folder.path().to_str().unwrap()];
    let told = demo(&args).wait_with_output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert_eq!(String::from_utf8(told.stderr).unwrap(), "", "quiet where nobody watches");
    for part in [
        "三色榜 2023Q1  综合管理类部门  16个",
        "三色榜 2023Q1  经济管理类部门  16个",
        "三色榜 2023Q1  聚集发展类村（社区）  28个",
        "三色榜 2023Q1  产业发展类村  40个",
        "三色榜 2023Q1  生态发展类村  28个",
        "排名靠后",
        "未达时序",
        "得分说明",
        "已签收",
        "工作实绩档案  记入128条",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }

    // What was played once is only read the next time.
    let again = demo(&args).wait_with_output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    let tables =
        |text: &str| text[text.find("三色榜").unwrap()..text.find("预警").unwrap()].to_owned();
    assert_eq!(tables(&String::from_utf8(again.stdout).unwrap()), tables(&text));
}

// A2
#[test]
fn the_requests_work_as_they_are_printed() {
    if Command::new("grpcurl").arg("-version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI without grpcurl");
        eprintln!("SKIPPED: no grpcurl on this machine");
        return;
    }
    let mut child = Ended(demo(&[]));
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|it| it.starts_with("Serving on")), "it ended before it served");
    let export = lines.by_ref().map(|it| it.trim().to_owned()).find(|it| it.starts_with("export "));
    let token = export.unwrap().replace("export SAIMA_TOKEN=", "");
    let mut tried = 0;
    for request in lines.filter(|it| it.contains("grpcurl")) {
        let mut shell = Command::new("sh");
        let reply = shell.env("SAIMA_TOKEN", &token).args(["-c", &request]).output().unwrap();
        let complaint = String::from_utf8_lossy(&reply.stderr);
        tried += 1;
        if request.contains("UpdateScheme") {
            assert!(complaint.contains("FailedPrecondition"), "{request}\n{complaint}");
            break;
        }
        assert!(reply.status.success(), "{request}\n{complaint}");
        assert!(reply.stdout.len() > 40, "{request} shows nothing");
    }
    assert_eq!(tried, 9);
    let asked = Command::new("kill").args(["-INT", &child.0.id().to_string()]).status().unwrap();
    assert!(asked.success() && child.0.wait().unwrap().success());
}
