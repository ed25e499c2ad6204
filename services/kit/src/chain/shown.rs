//! A proof walked by whoever has the public key: no database, no service.

use jiff::Timestamp;
use proto::access::v1 as pb;
use proto::access::v1::cell;

use super::checkpoint::{self, Checkpoint, Stand};
use super::ledger::Ledger;
use super::seal::Seal;
use super::{merkle, proof};
use crate::suite::{HASH, Hash, Suite};

type Outcome<T> = std::result::Result<T, String>;

/// What a proof shows.
#[derive(Debug)]
pub struct Shown {
    /// When the checkpoint was signed that covers the row.
    pub time: Timestamp,
    /// The place of that checkpoint among those of its process, from 0.
    pub number: u64,
    /// The row stood there before it was sealed: of what was before then this shows nothing.
    pub adopted: bool,
    cells: Vec<pb::Cell>,
}

impl Shown {
    /// A text or a number of the row, as it is printed; empty where there is none.
    pub fn text(&self, column: &str) -> String {
        text(&self.cells, column)
    }
}

/// Walks a proof of a row of `service`, and says where it does not lead on.
pub fn check(proof: &pb::RowProof, service: &str, public_key: &str) -> Outcome<Shown> {
    let witnessed = proof.checkpoint.as_ref().ok_or("there is no checkpoint")?;
    let point = Checkpoint::signed(&witnessed.line, public_key)
        .map_err(|what| format!("the checkpoint {what}"))?;
    if point.service != service {
        return Err(format!("the checkpoint is one of {}, not of {service}", point.service));
    }
    let first = proof.seals.first().ok_or("there is no seal")?;
    let columns: Vec<String> = proof.cells.iter().map(|it| it.column.clone()).collect();
    if columns.join(",") != first.columns {
        return Err("the row has other columns than were sealed".to_owned());
    }
    let form = Ledger::new(&proof.ledger, columns, Vec::new(), suite(first)?);
    let leaf = proof::hash(&form, &proof.cells);
    if leaf[..] != proof.leaf[..] {
        return Err("the row was altered: it is not the one with this hash".to_owned());
    }
    let path = hashes(&proof.path)?;
    let (place, count) = (position(proof.place)?, position(first.row_count)?);
    if merkle::climb(suite(first)?, leaf, place, count, &path) != Some(hash(&first.root)?) {
        return Err("the path does not lead from the row to the root of its seal".to_owned());
    }
    let district = text(&proof.cells, "district");
    let end = chain(&proof.seals, &district, &proof.ledger)?;
    let leaf = checkpoint::end(point.suite, &district, &proof.ledger, &end);
    let path = hashes(&witnessed.path)?;
    let (place, count) = (position(witnessed.place)?, position(witnessed.chain_count)?);
    if merkle::climb(point.suite, leaf, place, count, &path) != Some(point.root) {
        let what = "the chain does not lead to what was signed: its path was altered, or all that \
                    goes before it was made anew";
        return Err(what.to_owned());
    }
    let (time, number, cells) = (point.time, point.number, proof.cells.clone());
    Ok(Shown { time, number, adopted: first.adopted, cells })
}

/// Where the chain stands after these seals, each of which names the one before.
fn chain(seals: &[pb::SealProof], district: &str, ledger: &str) -> Outcome<Stand> {
    let mut end: Option<Stand> = None;
    for seal in seals {
        let number = seal.number;
        let head = Seal {
            suite: suite(seal)?,
            district,
            ledger,
            columns: &seal.columns,
            number,
            before: seal.row_before,
            adopted: seal.adopted,
            seal_time: seal.seal_time_micros,
            previous: hash(&seal.previous)?,
        }
        .head_over(seal.row_count, &hash(&seal.root)?);
        if head[..] != seal.head[..] {
            return Err(format!("seal {number} was altered: it has another head"));
        }
        let follows = |end: Stand| {
            seal.previous[..] == end.head[..]
                && number == end.number + 1
                && seal.row_before == end.rows
        };
        if !end.is_none_or(follows) {
            return Err(format!("seal {number} does not follow the one before"));
        }
        let rows = seal.row_before.saturating_add(seal.row_count);
        end = Some(Stand { number, rows, head });
    }
    end.ok_or_else(|| "there is no seal".to_owned())
}

fn text(cells: &[pb::Cell], column: &str) -> String {
    let cell = cells.iter().find(|it| it.column == column);
    match cell.and_then(|it| it.value.as_ref()) {
        Some(cell::Value::Text(text)) => text.clone(),
        Some(cell::Value::Integer(number)) => number.to_string(),
        Some(cell::Value::Bytes(_)) | None => String::new(),
    }
}

fn suite(seal: &pb::SealProof) -> Outcome<Suite> {
    let suite = u8::try_from(seal.algorithm).ok().and_then(Suite::of);
    suite.ok_or_else(|| format!("seal {} names no algorithm", seal.number))
}

fn hash(bytes: &[u8]) -> Outcome<Hash> {
    bytes.try_into().map_err(|_| format!("a hash has {} bytes and not {HASH}", bytes.len()))
}

fn hashes(path: &[Vec<u8>]) -> Outcome<Vec<Hash>> {
    path.iter().map(|it| hash(it)).collect()
}

fn position(number: i64) -> Outcome<u64> {
    u64::try_from(number).map_err(|_| "a place or a number is below zero".to_owned())
}
