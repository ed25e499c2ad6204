//! What is stored and how: SQL, and nothing of the wire.

pub(crate) mod access_ticket;
pub(crate) mod appraisal_report;
pub(crate) mod archive;
pub(crate) mod commitment;
pub(crate) mod commitment_fact;
pub(crate) mod conduct_entry;
pub(crate) mod consequence;
pub(crate) mod consequence_rule;
pub(crate) mod definition;
pub(crate) mod enrolment;
pub(crate) mod evidence;
pub(crate) mod growth;
pub(crate) mod headship;
pub(crate) mod ledger;
pub(crate) mod member;
pub(crate) mod nominee;
pub(crate) mod notice;
pub(crate) mod person;
pub(crate) mod placement;
pub(crate) mod placement_report;
pub(crate) mod political_check;
pub(crate) mod political_record;
pub(crate) mod pool_member;
pub(crate) mod remark;
pub(crate) mod result;
pub(crate) mod training;
