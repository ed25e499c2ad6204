//! A server in a process of its own, and what `/proc` says it cost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Outcome;

/// A running server; killed when dropped.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Outcome<Self> {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { child })
    }

    /// Starts a peer that works off its standard input line by line and answers each line.
    pub(crate) fn converse(program: &Path, arguments: &[&str]) -> Outcome<Conversation> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let answers = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Conversation { process: Self { child }, answers })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// CPU used so far, user and system, all threads.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The command's name may hold spaces; fields count from after its closing bracket.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap_or(0))
            .sum();
        // Linux counts in hundredths of a second for every user of /proc.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> Outcome<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that was ever resident, in KiB.
    pub(crate) fn peak(&self) -> Outcome<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, word: &'static str) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with(word)).ok_or(word)?;
        Ok(line.split_whitespace().nth(1).ok_or(word)?.parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A peer that answers each line with a line.
pub(crate) struct Conversation {
    pub(crate) process: Process,
    answers: BufReader<std::process::ChildStdout>,
}

impl Conversation {
    /// Sends a line and waits for the answer.
    pub(crate) fn ask(&mut self, line: &str) -> Outcome<String> {
        use std::io::Write as _;
        let stdin = self.process.child.stdin.as_mut().ok_or("no standard input")?;
        writeln!(stdin, "{line}")?;
        stdin.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.is_empty() {
            return Err("the peer ended".into());
        }
        Ok(answer.trim().to_owned())
    }
}

/// CPU used so far by a process, the children that it waited for, and those that live.
pub(crate) fn family(parent: u32) -> Outcome<Duration> {
    let mut ticks = 0;
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path().join("stat");
        let Ok(stat) = fs::read_to_string(path) else { continue };
        let (Some(id), Some(fields)) = (stat.split(' ').next(), stat.rsplit(')').next()) else {
            continue;
        };
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0);
        if id == parent.to_string() {
            ticks += (11..15).map(number).sum::<u64>();
        } else if number(1) == u64::from(parent) {
            ticks += number(11) + number(12);
        }
    }
    Ok(Duration::from_millis(ticks * 10))
}

/// A loopback port that was free a moment ago.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
