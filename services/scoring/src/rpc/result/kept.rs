//! Published results as they are told, kept in memory: what was published never changes, so it is
//! read once. Who may see it is asked each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kit::name::Name;
use proto::scoring::v1 as pb;

/// Results that are kept; beyond it all are forgotten, and read anew.
const MOST: usize = 10_000;

/// The results that were asked for lately, by name.
#[derive(Debug, Default)]
pub(in crate::rpc) struct Kept(Mutex<HashMap<String, Arc<Told>>>);

/// A published result.
#[derive(Debug)]
pub(in crate::rpc) struct Told {
    /// Id of the unit that answers for its subject.
    pub(in crate::rpc) answers: String,
    pub(in crate::rpc) result: pb::Result,
}

impl Kept {
    pub(in crate::rpc) fn get(&self, name: &Name) -> Option<Arc<Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name.as_str()).cloned()
    }

    pub(in crate::rpc) fn put(&self, told: Told) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(told.result.name.clone(), Arc::new(told));
    }
}
