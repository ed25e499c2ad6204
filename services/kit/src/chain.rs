//! Proof that nothing was touched: every row of every ledger is hashed as it is written, each
//! transaction's rows are sealed in a chain, and the chains' heads are signed and handed to a
//! witness outside the database.
//!
//! - A **ledger** is a table whose triggers say `… is insert-only` to a DELETE. Nobody registers one:
//!   a service reads its schema when it starts. Columns that such a trigger leaves out (`UPDATE
//!   OF` others) may change and are not hashed.
//! - A **leaf** is the hash of a row: algorithm, table, names of columns, then each value under
//!   its type and length, in the order of the names. Both databases give the same. `execute!` and
//!   `insert_many!` have the rows they insert returned and hash what the database holds; a bulk
//!   path past them hands its rows to `Tx::record`.
//! - A **seal** is a row of `kit_seal` for each district, ledger and transaction: the leaves, their Merkle root,
//!   the head before and the new head. Twenty thousand rows cost one row more.
//! - A **checkpoint** is a signed line with the heads that have moved; the witness keeps the lines.
//!   An administrator who rebuilds a chain meets heads that were signed otherwise; one who restores
//!   an old copy is behind them.
//! - A **proof** leads from one row over its seal and those after it to a checkpoint. What a
//!   checkpoint signs of a line is short; the way from the ends of some chains to its root is kept
//!   in `kit_checkpoint`.
//! - The order is that of commits, not of clocks.
//!
//! What an earlier release wrote is sealed when the ledger is first met, marked as adopted: from
//! then on it is proof, of what was before it is none.
//!
//! Deliberately absent: prost, whose output is no canonical form; secrets in the database.

mod adopt;
mod checkpoint;
mod leaf;
mod ledger;
mod merkle;
mod proof;
mod scan;
mod seal;
mod shown;
mod signed;
mod verify;
mod witness;

pub use checkpoint::{Checkpoint, Signer};
pub use leaf::Value;
pub use ledger::Ledger;
pub use proof::prove;
pub use scan::Engine;
pub use shown::{Shown, check};
pub use verify::{Fault, Report, verify};
pub use witness::{Witness, keep};

pub(crate) use adopt::adopt;
pub(crate) use ledger::{Ledgers, read as ledgers};
pub(crate) use seal::{Recorded, seal};

#[doc(hidden)]
pub use scan::run;
