//! Proofs of results: what they are called, and which ledgers they are of.

use kit::name::Pattern;

/// The name of a proof.
pub(crate) static NAME: Pattern =
    Pattern::new("proof of a result", "districts/{district}/runs/{run}/results/{unit}/proof");

/// The ledgers that give proofs.
pub(crate) const PROVEN: &[&str] = &["result", "run"];
