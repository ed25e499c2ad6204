//! SQL, one file a noun. Nothing here decides: it reads what the domain asks for and writes
//! what the domain decided. Under the lock of the district a writer is alone in it.

pub(crate) mod activity;
pub(crate) mod adjustment;
pub(crate) mod award;
pub(crate) mod card;
pub(crate) mod cell;
pub(crate) mod correction;
pub(crate) mod exemption;
pub(crate) mod external_result;
pub(crate) mod head;
pub(crate) mod inspection;
pub(crate) mod mark;
pub(crate) mod objection;
pub(crate) mod observation;
pub(crate) mod poll;
pub(crate) mod reconciliation;
pub(crate) mod result;
pub(crate) mod run;
pub(crate) mod sheet;
pub(crate) mod warning;
