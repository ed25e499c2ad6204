//! Task lists (考评任务一览表): in force once every office has agreed (B5).

use jiff::Timestamp;
use kit::Error;
use kit::name::Pattern;

use crate::definition::{self, Collection, Definition, Reference, Unfit};

/// How task lists are named.
pub(crate) static NAME: Pattern =
    Pattern::new("task_list", "districts/{district}/taskLists/{task_list}");

kit::numbered! {
    /// Where a list stands.
    enum State {
        /// Being written and agreed.
        Draft = 1,
        /// Agreed by every office.
        InForce = 2,
    }
}

/// A task list.
pub(crate) type TaskList = Definition<Contents>;

/// What the office says of a task list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) display_name: String,
    /// Id of the period it is for.
    pub(crate) period: String,
    /// Ids of the units that must agree.
    pub(crate) offices: Vec<String>,
    /// Where it stands.
    pub(crate) state: State,
}

impl definition::Contents for Contents {
    fn pattern() -> &'static Pattern {
        &NAME
    }

    fn collection() -> Collection {
        Collection::TaskList
    }

    fn references(&self) -> Vec<Reference<'_>> {
        let mut all = Vec::new();
        all.push(Reference::new("period", Collection::Period, &self.period));
        all.extend(Reference::list("offices", Collection::Unit, &self.offices));
        all
    }

    fn keep(&mut self, before: &Self) {
        self.state = before.state;
    }

    fn judge(&self, before: &Self, _: &str) -> Result<(), Unfit> {
        before.refuse_in_force()
    }
}

/// What an office said of a list as it stood at one revision. A ledger.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub(crate) district: String,
    /// Id of the list.
    pub(crate) task_list: String,
    /// The list's revision that it is about.
    pub(crate) list_revision: i64,
    /// Id of the office.
    pub(crate) office: String,
    pub(crate) agrees: bool,
    pub(crate) note: String,
    pub(crate) create_time: Timestamp,
}

impl Contents {
    /// Puts it in force once every office's last word is that it agrees; says whether it did.
    pub(crate) fn agree(&mut self, said: &[Consent]) -> bool {
        let last = |office: &String| said.iter().rfind(|it| it.office == *office);
        let agreed = self.offices.iter().all(|it| last(it).is_some_and(|word| word.agrees));
        if agreed {
            self.state = State::InForce;
        }
        agreed
    }

    /// Refuses to go on with a list that was agreed.
    pub(crate) fn refuse_in_force(&self) -> Result<(), Unfit> {
        match self.state {
            State::Draft => Ok(()),
            State::InForce => Err(("TASK_LIST_IN_FORCE", "was agreed by every office".to_owned())),
        }
    }

    /// Refuses to close tasks of a list that is not agreed yet.
    pub(crate) fn refuse_draft(&self, name: &str) -> kit::Result<()> {
        match self.state {
            State::InForce => Ok(()),
            State::Draft => {
                let message = "not every office has agreed to it yet";
                Err(Error::precondition("TASK_LIST_DRAFT", name, message))
            }
        }
    }

    /// Whether a change of its tasks makes another draft of it. A list in force bears one only
    /// for a reason.
    pub(crate) fn bears_tasks(&self, reason: &str, name: &str) -> kit::Result<bool> {
        if self.state == State::InForce && reason.is_empty() {
            let message = "is in force: its tasks change only for a reason";
            return Err(Error::precondition("REASON_REQUIRED", name, message));
        }
        Ok(self.state == State::Draft)
    }
}

impl TaskList {
    /// Takes an office's word on a draft: `NOT_ASKED`.
    pub(crate) fn hear(
        &self,
        office: String,
        agrees: bool,
        note: String,
        now: Timestamp,
    ) -> kit::Result<Consent> {
        self.contents
            .refuse_in_force()
            .map_err(|(reason, message)| Error::precondition(reason, self.name(), message))?;
        if !self.contents.offices.contains(&office) {
            let message = format!("{office} is none of the offices that must agree");
            return Err(Error::invalid("office", "NOT_ASKED", message));
        }
        Ok(Consent {
            district: self.district.clone(),
            task_list: self.id.clone(),
            list_revision: self.revision,
            office,
            agrees,
            note,
            create_time: now,
        })
    }

    /// The revision that what the offices said must be about: it came into force by the step
    /// after that.
    pub(crate) fn agreed_revision(&self) -> i64 {
        match self.contents.state {
            State::Draft => self.revision,
            State::InForce => self.revision - 1,
        }
    }
}
