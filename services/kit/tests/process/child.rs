//! A service in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Child {
    id: u32,
    lines: Receiver<String>,
    exit: JoinHandle<Option<i32>>,
}

/// The command that runs this binary as `role` on a free port, on a folder of its own, logging JSON.
pub(crate) fn command(role: &str, folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .env_clear()
        .env(crate::ROLE, role)
        .env("SAIMA_LISTEN", "127.0.0.1:0")
        .env("SAIMA_DATA_DIR", folder.path())
        .env("SAIMA_LOG_FORMAT", "json")
        // Processes of one deployment have the same keys.
        .env("SAIMA_KEYS", format!("sign test {}=", "A".repeat(43)));
    command
}

impl Child {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let (told, lines) = channel();
        let log = BufReader::new(process.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        let id = process.id();
        let exit = std::thread::spawn(move || {
            let status = process.wait().unwrap();
            assert_eq!(status.signal(), None, "ended by a signal, not by itself");
            status.code()
        });
        Self { id, lines, exit }
    }

    /// Waits until it serves and returns where.
    pub(crate) fn address(&self) -> SocketAddr {
        let line = self.until("serving");
        line["address"].as_str().unwrap().parse().unwrap()
    }

    /// Waits for a line of the log with this message.
    pub(crate) fn until(&self, message: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("the log went on without it");
            let line: Value = serde_json::from_str(&line).expect(&line);
            if line["message"].as_str().is_some_and(|it| it.starts_with(message)) {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.id.to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end; the exit code and the rest of the log.
    pub(crate) fn exit(self) -> (i32, String) {
        let mut rest = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => rest.push(line),
                // The log ends when the process does.
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.signal("KILL");
                    panic!("still up: {rest:#?}");
                }
            }
        }
        (self.exit.join().unwrap().expect("an exit code"), rest.join("\n"))
    }
}
