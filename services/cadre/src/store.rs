//! What is stored and how: SQL, and nothing of the wire.

pub(crate) mod archive;
pub(crate) mod commitment;
pub(crate) mod commitment_fact;
pub(crate) mod consequence;
pub(crate) mod consequence_rule;
pub(crate) mod definition;
pub(crate) mod evidence;
pub(crate) mod headship;
pub(crate) mod ledger;
pub(crate) mod member;
pub(crate) mod notice;
pub(crate) mod person;
pub(crate) mod pool_member;
pub(crate) mod remark;
pub(crate) mod result;
