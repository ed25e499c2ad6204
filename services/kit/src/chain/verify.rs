//! Is everything as it was sealed and signed?

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::checkpoint::{self, Stand};
use super::ledger::Ledger;
use super::scan;
use super::seal::{ORIGIN, Seal};
use super::signed::{self, Signed};
use crate::db::{Connection, Db, Tx};
use crate::error::Result;
use crate::suite::{HASH, Hash, Suite};

/// Rows of one district's ledger that are held at a time, 32 bytes and a position each.
const ROOM: i64 = 1_000_000;
/// Seals read at a time.
const BATCH: i64 = 200;
/// Faults of one ledger that are told; the rest are counted.
const TOLD: usize = 20;

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose database.
    pub service: &'static str,
    /// The district; empty when it is about the whole database.
    pub district: String,
    /// The ledger; empty when it is about the whole database.
    pub ledger: String,
    /// What is wrong, with the row.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, district, ledger, what } = self;
        match ledger.as_str() {
            "" => write!(f, "{service}: {what}"),
            _ => write!(f, "{service}: districts/{district}, ledger {ledger}: {what}"),
        }
    }
}

/// What a verification came to.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong, the first fault of each ledger first.
    pub faults: Vec<Fault>,
    /// Rows whose hash was found sealed.
    pub rows: u64,
    /// Seals that were checked.
    pub seals: u64,
    /// Rows that were sealed only when an earlier release was replaced.
    pub adopted: u64,
    /// Checkpoints that were checked.
    pub checkpoints: u64,
    /// Rows behind the last checkpoint: chained, not yet witnessed.
    pub unwitnessed: i64,
}

/// Checks a service's database against itself and, when there are any, against `checkpoints`:
/// the lines of a witness, whole and read before this is called, with the key that signed them.
pub async fn verify(
    db: &Db,
    service: &'static str,
    checkpoints: Option<(&str, &str)>,
) -> Result<Report> {
    let mut report = Report::default();
    let mut tx = db.across("verify").begin_read().await?;
    if let Connection::Postgres(connection) = tx.connection()? {
        sqlx::query("SET LOCAL statement_timeout = 0").execute(connection).await?;
    }
    let identity = checkpoint::identity(&mut tx).await?;
    let whole =
        |what: String| Fault { service, district: String::new(), ledger: String::new(), what };
    let (mut signed, mut unsigned) = (Signed::default(), false);
    if let Some((lines, key)) = checkpoints {
        match signed::read(lines, key, service, &identity) {
            Ok((read, count)) => {
                signed = read;
                report.checkpoints = count;
                unsigned = count == 0;
            }
            Err(what) => report.faults.push(whole(what)),
        }
    }
    let ends = checkpoint::stands(&mut tx).await?;
    let ledgers = super::ledgers(&mut tx, Suite::default()).await?;
    let sealed =
        crate::fetch_all!(tx, (String, String), "SELECT DISTINCT district, ledger FROM kit_seal")?;
    let mut chains: BTreeSet<(String, String)> = sealed.into_iter().collect();
    chains.extend(ends.keys().chain(signed.last.keys()).cloned());
    for ledger in ledgers.values() {
        let districts = districts(&mut tx, ledger).await?;
        chains.extend(districts.into_iter().map(|it| (it, ledger.name.clone())));
    }
    // Where nothing was ever written to a ledger there is nothing to sign.
    if unsigned && !chains.is_empty() {
        report.faults.push(whole("no checkpoint is of this database".to_owned()));
    }
    for (district, name) in chains {
        let end = ends.get(&(district.clone(), name.clone())).copied();
        let mut chain = Chain {
            service,
            ledger: ledgers.get(&name).map(|it| Ledger::clone(it)),
            district,
            name,
            faults: Vec::new(),
        };
        chain.check(&mut tx, end, &signed, &mut report).await?;
        let more = chain.faults.len().saturating_sub(TOLD);
        chain.faults.truncate(TOLD);
        if more > 0 {
            chain.fault(format!("and {more} faults more"));
        }
        report.faults.append(&mut chain.faults);
    }
    Ok(report)
}

async fn districts(tx: &mut Tx, ledger: &Ledger) -> Result<Vec<String>> {
    if !ledger.columns.iter().any(|column| column == "district") {
        return Ok(vec![String::new()]);
    }
    let rows = crate::query!(tx, (String,), |q| {
        q.push("SELECT DISTINCT district FROM ").push(ledger.name.as_str());
    })?;
    Ok(rows.into_iter().map(|(district,)| district).collect())
}

/// One district's ledger under verification.
struct Chain {
    service: &'static str,
    district: String,
    name: String,
    ledger: Option<Ledger>,
    faults: Vec<Fault>,
}

/// What was sealed, by its hash: the row's position in the ledger.
type Sealed = HashMap<Hash, i64>;

impl Chain {
    fn fault(&mut self, what: String) {
        self.faults.push(Fault {
            service: self.service,
            district: self.district.clone(),
            ledger: self.name.clone(),
            what,
        });
    }

    async fn check(
        &mut self,
        tx: &mut Tx,
        end: Option<Stand>,
        signed: &Signed,
        report: &mut Report,
    ) -> Result<()> {
        let forms = crate::fetch_all!(
            tx,
            (i64, String),
            "SELECT DISTINCT algorithm, columns FROM kit_seal WHERE district = $1 AND ledger = $2",
            &self.district,
            &self.name
        )?;
        let known = self.known(tx, &forms).await?;
        // A row of several forms would belong to several turns.
        let rows = end.map_or(0, |end| end.rows);
        let turns = if known.len() > 1 { 1 } else { rows / ROOM + 1 };
        for turn in 0..turns {
            let mut sealed = Sealed::new();
            let of_turn = |hash: &Hash| {
                let [a, b, c, d, ..] = *hash;
                i64::from(u32::from_be_bytes([a, b, c, d])) % turns == turn
            };
            let is_first = turn == 0;
            let told = is_first.then_some(&mut *report);
            self.seals(tx, end, signed, told, |hash, position| {
                if of_turn(hash) {
                    sealed.insert(*hash, position);
                }
            })
            .await?;
            if !known.is_empty() {
                self.rows(tx, &known, &mut sealed, of_turn, report).await?;
            }
            let mut missing: Vec<i64> = sealed.into_values().collect();
            missing.sort_unstable();
            for position in missing {
                self.fault(format!("row {position} is gone, or no longer as it was sealed"));
            }
        }
        Ok(())
    }

    /// Walks the seals in their order. Faults are told and counts are kept when there is a report.
    async fn seals(
        &mut self,
        tx: &mut Tx,
        end: Option<Stand>,
        signed: &Signed,
        mut report: Option<&mut Report>,
        mut each: impl FnMut(&Hash, i64),
    ) -> Result<()> {
        let (mut number, mut rows, mut head) = (0, 0, ORIGIN);
        let mut faults = Vec::new();
        loop {
            let batch = crate::fetch_all!(
                tx,
                (i64, i64, String, i64, i64, i64, i64, Vec<u8>, Vec<u8>, Vec<u8>),
                "SELECT number, algorithm, columns, row_before, row_count, adopted, seal_time,
                     leaves, previous, head
                 FROM kit_seal WHERE district = $1 AND ledger = $2 AND number > $3
                 ORDER BY number LIMIT $4",
                &self.district,
                &self.name,
                number,
                BATCH
            )?;
            if batch.is_empty() {
                break;
            }
            for seal in batch {
                let (at, algorithm, columns, before, count, adopted, time, leaves, last, own) =
                    seal;
                let suite = u8::try_from(algorithm).ok().and_then(Suite::of).unwrap_or_default();
                let (leaves, rest) = leaves.as_chunks::<HASH>();
                if at != number + 1 {
                    faults.push(format!("seals {} to {} are gone", number + 1, at - 1));
                }
                let reckoned = Seal {
                    suite,
                    district: &self.district,
                    ledger: &self.name,
                    columns: &columns,
                    number: at,
                    before: rows,
                    adopted: adopted != 0,
                    seal_time: time,
                    previous: head,
                }
                .head(leaves);
                let sound = own == reckoned
                    && last == head
                    && before == rows
                    && count == leaves.len() as i64
                    && rest.is_empty();
                if !sound {
                    faults.push(format!("seal {at} was altered, or one before it was"));
                }
                let key = (self.district.clone(), self.name.clone(), at);
                if signed.heads.get(&key).is_some_and(|signed| own != signed) {
                    faults.push(format!("seal {at} has another head than was signed: rebuilt"));
                }
                for (position, leaf) in (rows + 1..).zip(leaves) {
                    each(leaf, position);
                }
                rows += leaves.len() as i64;
                // Go on from what is written, so that one altered seal is one fault.
                head = own.try_into().unwrap_or(reckoned);
                number = at;
                if let Some(report) = report.as_deref_mut() {
                    report.seals += 1;
                    report.adopted += if adopted == 0 { 0 } else { leaves.len() as u64 };
                }
            }
        }
        let Some(report) = report else { return Ok(()) };
        let reached = Stand { number, rows, head };
        if end.unwrap_or(Stand { number: 0, rows: 0, head: ORIGIN }) != reached {
            faults.push("the chain's end is not where its last seal is".to_owned());
        }
        let last = signed.last.get(&(self.district.clone(), self.name.clone()));
        if let Some(last) = last.filter(|last| last.number > number) {
            faults.push(format!(
                "{number} seals with {rows} rows, but {} with {} were signed: cut off, or an old copy",
                last.number, last.rows
            ));
        }
        report.unwitnessed += rows - last.map_or(0, |last| last.rows.min(rows));
        for what in faults {
            self.fault(what);
        }
        Ok(())
    }

    /// The ledger in every form its rows were sealed in.
    async fn known(&mut self, tx: &mut Tx, forms: &[(i64, String)]) -> Result<Vec<Ledger>> {
        let Some(ledger) = self.ledger.clone() else {
            self.fault("the table is gone, or its triggers are".to_owned());
            return Ok(Vec::new());
        };
        let there = self.columns(tx).await?;
        let mut known = Vec::new();
        for (algorithm, columns) in forms {
            let suite = u8::try_from(*algorithm).ok().and_then(Suite::of).unwrap_or_default();
            let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
            match columns.iter().find(|column| !there.contains(column)) {
                Some(column) => self.fault(format!("there is no column {column:?}")),
                None => known.push(Ledger::new(&self.name, columns, ledger.key.clone(), suite)),
            }
        }
        if known.is_empty() {
            known.push(ledger);
        }
        Ok(known)
    }

    /// Walks the rows; what was sealed and is found is taken out of `sealed`.
    async fn rows(
        &mut self,
        tx: &mut Tx,
        known: &[Ledger],
        sealed: &mut Sealed,
        of_turn: impl Fn(&Hash) -> bool + Send + Sync,
        report: &mut Report,
    ) -> Result<()> {
        let has_district = known.iter().any(|it| it.columns.iter().any(|it| it == "district"));
        let district = has_district.then(|| self.district.clone());
        let mut faults = Vec::new();
        let mut count = 0;
        scan::rows(tx, known, district.as_deref(), |_, name, hashes| {
            if hashes.iter().any(|hash| sealed.remove(hash).is_some()) {
                count += 1;
            } else if hashes.first().is_some_and(&of_turn) {
                faults.push(format!("row of {} is not as any that was sealed", name()));
            }
        })
        .await?;
        report.rows += count;
        for what in faults {
            self.fault(what);
        }
        Ok(())
    }

    async fn columns(&self, tx: &mut Tx) -> Result<Vec<String>> {
        let rows = if tx.is_sqlite() {
            crate::fetch_all!(tx, (String,), "SELECT name FROM pragma_table_info($1)", &self.name)?
        } else {
            crate::fetch_all!(
                tx,
                (String,),
                "SELECT column_name::text FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = $1",
                &self.name
            )?
        };
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }
}
