//! What a batch of rows comes to, whatever the rows are.

use kit::error::Unmet;
use kit::{Error, Result};

/// A row of a batch: which resource, how it is to be, and which revision its writer saw.
#[derive(Clone, Debug)]
pub(crate) struct Row<C> {
    pub(crate) id: String,
    pub(crate) contents: C,
    pub(crate) etag: String,
}

/// The rows of a batch, told apart by what they do to the resources that are there.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    /// New ones.
    pub(crate) created: Vec<T>,
    /// Changed ones, as they are to be.
    pub(crate) updated: Vec<T>,
    /// How many are equal already.
    pub(crate) unchanged: usize,
    unmet: Vec<Unmet>,
}

impl<T> Batch<T> {
    /// Takes in a resource that was there, with what came of changing it. Rules that forbid
    /// the change are gathered over all rows.
    pub(crate) fn take(&mut self, resource: T, changed: Result<bool>) -> Result<()> {
        match changed {
            Ok(true) => self.updated.push(resource),
            Ok(false) => self.unchanged += 1,
            Err(Error::Precondition(unmet)) => self.unmet.extend(unmet),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Ends the taking in: FAILED_PRECONDITION with every rule that forbids a change.
    pub(crate) fn check(self) -> Result<Self> {
        if self.unmet.is_empty() { Ok(self) } else { Err(Error::Precondition(self.unmet)) }
    }

    /// Everything that was written, with what the feed calls it.
    pub(crate) fn told(
        self,
        created: &'static str,
        updated: &'static str,
    ) -> impl Iterator<Item = (&'static str, T)> {
        let made = self.created.into_iter().map(move |it| (created, it));
        made.chain(self.updated.into_iter().map(move |it| (updated, it)))
    }

    /// Everything that is to be written.
    pub(crate) fn written(&self) -> impl Iterator<Item = &T> {
        self.created.iter().chain(&self.updated)
    }
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { created: Vec::new(), updated: Vec::new(), unchanged: 0, unmet: Vec::new() }
    }
}
