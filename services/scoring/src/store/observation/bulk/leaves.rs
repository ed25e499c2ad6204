//! What is sealed of a bulk: each row as it will stand in the ledger, hashed on its way there.

use kit::chain::{Ledger, Value};
use kit::suite::Hash;
use kit::{Result, clock};

use super::Common;
use crate::bulk::Line;
use crate::store::cell::presence;
use crate::store::observation::evidence;

/// The hashes of the rows so far.
pub(super) struct Leaves<'a> {
    ledger: &'a Ledger,
    common: Common<'a>,
    next: i64,
    buffer: Vec<u8>,
    leaves: Vec<(String, Hash)>,
    failed: Result<()>,
}

impl<'a> Leaves<'a> {
    pub(super) fn of(ledger: &'a Ledger, common: Common<'a>, first: i64, rows: usize) -> Self {
        let leaves = Vec::with_capacity(rows);
        Self { ledger, common, next: first, buffer: Vec::new(), leaves, failed: Ok(()) }
    }

    /// Takes the next row in.
    fn add(&mut self, line: &Line<'_>) {
        match self.leaf(line) {
            Ok(leaf) => self.leaves.push((self.common.district.to_owned(), leaf)),
            Err(error) => self.failed = Err(error),
        }
        self.next += 1;
    }

    fn leaf(&mut self, line: &Line<'_>) -> Result<Hash> {
        let Common { district, reason, now } = self.common;
        let sequence = self.next;
        let (presence, value) = presence(&line.reading);
        let evidence = evidence::to_text(line.evidence)?;
        self.ledger.leaf(&mut self.buffer, |column| {
            Some(match column {
                "district" => Value::Text(district),
                "sequence" => Value::Integer(sequence),
                "period" => Value::Text(line.period),
                "unit" => Value::Text(line.unit),
                "indicator" => Value::Text(line.indicator),
                "presence" => Value::Integer(presence),
                "value" => value.as_deref().map_or(Value::Null, Value::Text),
                "note" => Value::Text(line.note.map_or("", |note| note)),
                "evidence" => Value::Text(&evidence),
                "late" => Value::Integer(line.late.into()),
                "report_time" => Value::Integer(clock::to_micros(line.report_time)),
                "create_time" => Value::Integer(now),
                "supersedes" => line.supersedes.map_or(Value::Null, Value::Integer),
                "reason" if line.supersedes.is_some() => Value::Text(reason),
                "reason" => Value::Text(""),
                _ => return None,
            })
        })
    }

    /// All of them, unless a row could not be hashed.
    pub(super) fn end(self) -> Result<Vec<(String, Hash)>> {
        self.failed.map(|()| self.leaves)
    }
}

/// Lines that are hashed as they are taken.
pub(super) struct Hashed<'l, 'c, I> {
    pub(super) lines: I,
    pub(super) leaves: &'l mut Leaves<'c>,
}

impl<'a, I: Iterator<Item = Line<'a>>> Iterator for Hashed<'_, '_, I> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        self.leaves.add(&line);
        Some(line)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.lines.size_hint()
    }
}

impl<'a, I: ExactSizeIterator<Item = Line<'a>>> ExactSizeIterator for Hashed<'_, '_, I> {}
