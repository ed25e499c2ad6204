//! `saima apply` over an encrypted connection, against the binary itself.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::command::saima;
use crate::example;

/// Ended when the test is.
pub(crate) struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An authority's certificate, and one for 127.0.0.1 with its key.
fn certificates(folder: &Path) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let shown = params.signed_by(&key, &issuer).unwrap();
    for (file, text) in
        [("authority", issuer.pem()), ("certificate", shown.pem()), ("key", key.serialize_pem())]
    {
        std::fs::write(folder.join(file), text).unwrap();
    }
}

/// Starts the suite on a free port; yields it and its address.
pub(crate) fn serve(folder: &Path, more: &[&OsStr]) -> (Serving, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_saima"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
        .arg("--data-dir")
        .arg(folder.join("data"))
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let serving = Serving(child);
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended");
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        if told["message"] == "serving" {
            let address = told["address"].as_str().unwrap().to_owned();
            // What it still says is read, or it would wait for a reader.
            std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
            return (serving, address);
        }
    }
}

/// A token of that process.
pub(crate) fn token(folder: &Path, account: &str, roles: &[&str]) -> String {
    let data = folder.join("data");
    let mut args = vec!["token", "--data-dir", data.to_str().unwrap(), "--account", account];
    args.extend(roles.iter().flat_map(|role| ["--role", *role]));
    String::from_utf8(saima(&args).stdout).unwrap().trim().to_owned()
}

// A2, A4
#[test]
fn a_district_is_applied_over_an_encrypted_connection() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let (certificate, key) = (folder.path().join("certificate"), folder.path().join("key"));
    let tls = [
        "--tls-certificate".as_ref(),
        certificate.as_os_str(),
        "--tls-key".as_ref(),
        key.as_os_str(),
    ];
    let (_serving, address) = serve(folder.path(), &tls);
    let token = |account: &str, roles: &[&str]| token(folder.path(), account, roles);
    let office = token("li.na", &["assessment-office", "record-keeper"]);
    let leader = token("wang.wei", &["office-leader"]);
    let district = example("hengkou");
    let authority = folder.path().join("authority");
    let apply = |server: &str, authority: Option<&str>| {
        let mut args = vec!["apply", "-f", district.to_str().unwrap(), "--server", server];
        args.extend(["--token", &office, "--approver-token", &leader]);
        args.extend(authority.into_iter().flat_map(|it| ["--authority", it]));
        let done = saima(&args);
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (https, http) = (format!("https://{address}"), format!("http://{address}"));
    let (code, said) = apply(&https, None);
    assert!(code == 66 && said.contains("--authority"), "{code} {said}");
    let (code, said) = apply(&http, Some(authority.to_str().unwrap()));
    assert!(code == 66 && said.contains("https://"), "{code} {said}");
    let stranger = folder.path().join("certificate");
    assert_eq!(apply(&https, Some(stranger.to_str().unwrap())).0, 69, "of another authority");
    let (code, said) = apply(&https, Some(authority.to_str().unwrap()));
    assert_eq!(code, 0, "{said}");
    let (code, said) = apply(&https, Some(authority.to_str().unwrap()));
    assert_eq!(code, 0, "{said}");
}
