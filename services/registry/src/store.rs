//! SQL, one file a noun. Nothing here decides: it reads what the domain asks for and
//! writes what the domain decided. Under the lock of the district a writer is alone in it.

pub(crate) mod district;
pub(crate) mod indicator;
pub(crate) mod period;
pub(crate) mod scheme;
pub(crate) mod target;
pub(crate) mod unit;
