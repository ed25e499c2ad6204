//! The seal of a transaction's rows.

use std::collections::BTreeMap;

use super::leaf;
use super::ledger::Ledger;
use super::merkle;
use crate::clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::suite::{HASH, Hash, Suite};

/// Where a chain begins.
pub(super) const ORIGIN: Hash = [0; HASH];

/// What a seal says, in the order it is hashed.
#[derive(Debug)]
pub(super) struct Seal<'a> {
    pub(super) suite: Suite,
    pub(super) district: &'a str,
    pub(super) ledger: &'a str,
    pub(super) columns: &'a str,
    pub(super) number: i64,
    /// Rows sealed before.
    pub(super) before: i64,
    pub(super) adopted: bool,
    pub(super) seal_time: i64,
    pub(super) previous: Hash,
}

impl Seal<'_> {
    /// The head of the chain with this seal.
    pub(super) fn head(&self, leaves: &[Hash]) -> Hash {
        self.head_over(leaves.len() as i64, &merkle::root(self.suite, leaves))
    }

    /// The same of so many leaves with this root.
    pub(super) fn head_over(&self, count: i64, root: &Hash) -> Hash {
        let mut bytes = Vec::with_capacity(512);
        bytes.push(2);
        bytes.extend_from_slice(b"saima seal 1");
        bytes.push(self.suite.byte());
        for part in [self.district, self.ledger, self.columns] {
            leaf::text(&mut bytes, part.as_bytes());
        }
        for number in [self.number, self.before, count, self.adopted.into(), self.seal_time] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(root);
        bytes.extend_from_slice(&self.previous);
        self.suite.hash(&[&bytes])
    }
}

/// Rows of a transaction by district and ledger, each with what it is hashed by.
pub(crate) type Recorded = BTreeMap<(String, String), (std::sync::Arc<Ledger>, Vec<Hash>)>;

/// Seals what a transaction has written; the last thing before the feed.
pub(crate) async fn seal(tx: &mut Tx, recorded: Recorded, adopted: bool) -> Result<()> {
    let now = clock::to_micros(tx.now());
    // In the order of the map, so that two transactions never wait for each other.
    let heads = crate::query!(tx, (String, String, i64, i64, Vec<u8>), |q| {
        q.push("INSERT INTO kit_chain (district, ledger, number, row_count, head) ");
        q.push_values(recorded.keys(), |mut row, (district, ledger)| {
            row.push_bind(district.clone()).push_bind(ledger.clone());
            row.push_bind(0_i64).push_bind(0_i64).push_bind(ORIGIN.to_vec());
        });
        q.push(
            " ON CONFLICT (district, ledger) DO UPDATE SET number = kit_chain.number
              RETURNING district, ledger, number, row_count, head",
        );
    })?;
    let mut rows = Vec::with_capacity(recorded.len());
    for (district, ledger, number, before, head) in heads {
        let key = (district, ledger);
        let (ledger, leaves) =
            recorded.get(&key).ok_or_else(|| Error::internal("a chain nobody asked for"))?;
        let previous = head.try_into().map_err(|_| Error::internal("a head of another length"))?;
        let columns = ledger.columns.join(",");
        let (number, district) = (number + 1, key.0);
        let seal = Seal {
            suite: ledger.suite,
            district: &district,
            ledger: &ledger.name,
            columns: &columns,
            number,
            before,
            adopted,
            seal_time: now,
            previous,
        };
        let head = seal.head(leaves);
        rows.push((ledger, district, columns, number, before, previous, head, leaves));
    }
    crate::insert_many!(
        tx,
        "INSERT INTO kit_seal (district, ledger, number, algorithm, columns, row_before, row_count,
             adopted, seal_time, leaves, previous, head) ",
        &rows,
        |row, (ledger, district, columns, number, before, previous, head, leaves)| {
            row.push_bind(district.clone())
                .push_bind(ledger.name.clone())
                .push_bind(*number)
                .push_bind(i64::from(ledger.suite.byte()))
                .push_bind(columns.clone())
                .push_bind(*before)
                .push_bind(leaves.len() as i64)
                .push_bind(i64::from(adopted))
                .push_bind(now)
                .push_bind(leaves.concat())
                .push_bind(previous.to_vec())
                .push_bind(head.to_vec());
        }
    )?;
    crate::insert_many!(
        tx,
        "INSERT INTO kit_chain (district, ledger, number, row_count, head) ",
        &rows,
        |row, (ledger, district, _, number, before, _, head, leaves)| {
            row.push_bind(district.clone())
                .push_bind(ledger.name.clone())
                .push_bind(*number)
                .push_bind(*before + leaves.len() as i64)
                .push_bind(head.to_vec());
        },
        "ON CONFLICT (district, ledger) DO UPDATE SET number = excluded.number,
             row_count = excluded.row_count, head = excluded.head"
    )?;
    Ok(())
}
