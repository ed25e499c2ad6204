//! Who may do what: every call is refused that no policy permits.
//!
//! A call is admitted when its caller is known and has a grant that may do what the method
//! declares, somewhere. Where exactly it wants to do it, the handler's own reading of the
//! request tells: a district's name cannot be read (`name`, `field`) without the guard being
//! asked about that district, and no call ends well that named none. Who is bound to a unit gets
//! into methods alone that declare `by_unit`; their handlers ask [`for_unit`].
//!
//! Work that nobody called for (followers, schedules) has no caller and is not asked.
//!
//! Deliberately absent: a way to turn it off.

mod act;
mod caller;
mod decide;
mod policy;
mod revoked;
mod rights;
mod service;

pub(crate) use act::{Act, Origin};
pub(crate) use caller::{
    Caller, act, holds, may_sign, named, named_districts, needs_approval, requested, within,
};
pub use caller::{
    account, any_district, districts, for_unit, in_district, is_whole, no_district, only_own,
    signs, units,
};
pub(crate) use decide::Admitted;
pub use decide::{Guard, Reach};
pub use policy::Policies;
pub use revoked::{Revocation, Revocations};
pub use rights::{Right, roles};
pub(crate) use service::Callers;
