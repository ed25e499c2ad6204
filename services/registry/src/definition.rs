//! What definitions that are told in batches have in common: identity, references to others,
//! and how one revision follows another.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{Error, Result, etag};

use crate::batch::{Batch, Row};

/// A definition as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Definition<C> {
    pub(crate) district: String,
    pub(crate) id: String,
    pub(crate) uid: String,
    pub(crate) contents: C,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) revision: i64,
}

/// What a definition says.
pub(crate) trait Contents: Clone + PartialEq {
    /// How such definitions are named.
    fn pattern() -> &'static Pattern;

    /// Where such definitions stand.
    fn collection() -> Collection;

    /// Every other definition it names.
    fn references(&self) -> Vec<Reference<'_>>;

    /// What is wrong with it beyond its single fields, each fault below `at`.
    fn check(&self, _fields: &mut Fields, _at: &str) {}

    /// Takes over from its predecessor what the office's batches do not tell.
    fn keep(&mut self, _before: &Self) {}

    /// Whether it may follow its predecessor, for this reason.
    fn judge(&self, _before: &Self, _reason: &str) -> std::result::Result<(), Unfit> {
        Ok(())
    }
}

/// Why one revision may not follow another: a stable reason and a message.
pub(crate) type Unfit = (&'static str, String);

/// Where definitions stand that others may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Collection {
    Community,
    Consultation,
    Front,
    Indicator,
    Inspector,
    Lesson,
    Milestone,
    Order,
    Pairing,
    Period,
    Phase,
    Plate,
    Post,
    Project,
    Scheme,
    Seat,
    Station,
    Task,
    TaskList,
    Unit,
    Whistle,
}

impl Collection {
    /// What such a definition is called, and the reason by which one that is not there is
    /// refused.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Community => ("community", "UNKNOWN_COMMUNITY"),
            Self::Consultation => ("consultation", "UNKNOWN_CONSULTATION"),
            Self::Front => ("front", "UNKNOWN_FRONT"),
            Self::Indicator => ("indicator", "UNKNOWN_INDICATOR"),
            Self::Inspector => ("inspector", "UNKNOWN_INSPECTOR"),
            Self::Lesson => ("lesson", "UNKNOWN_LESSON"),
            Self::Milestone => ("milestone", "UNKNOWN_MILESTONE"),
            Self::Order => ("order", "UNKNOWN_ORDER"),
            Self::Pairing => ("pairing", "UNKNOWN_PAIRING"),
            Self::Period => ("period", "UNKNOWN_PERIOD"),
            Self::Phase => ("phase", "UNKNOWN_PHASE"),
            Self::Plate => ("plate", "UNKNOWN_PLATE"),
            Self::Post => ("post", "UNKNOWN_POST"),
            Self::Project => ("project", "UNKNOWN_PROJECT"),
            Self::Scheme => ("scheme", "UNKNOWN_SCHEME"),
            Self::Seat => ("seat", "UNKNOWN_SEAT"),
            Self::Station => ("station", "UNKNOWN_STATION"),
            Self::Task => ("task", "UNKNOWN_TASK"),
            Self::TaskList => ("task list", "UNKNOWN_TASK_LIST"),
            Self::Unit => ("unit", "UNKNOWN_UNIT"),
            Self::Whistle => ("whistle", "UNKNOWN_WHISTLE"),
        }
    }
}

/// One definition, named in a field of another.
#[derive(Debug)]
pub(crate) struct Reference<'a> {
    field: String,
    collection: Collection,
    id: &'a str,
}

impl<'a> Reference<'a> {
    /// Named in a field of its own.
    pub(crate) fn new(field: &str, collection: Collection, id: &'a str) -> Self {
        Self { field: field.to_owned(), collection, id }
    }

    /// Named in a field that may be empty.
    pub(crate) fn optional(
        field: &str,
        collection: Collection,
        id: &'a Option<String>,
    ) -> Option<Self> {
        id.as_deref().map(|id| Self::new(field, collection, id))
    }

    /// Named in a list.
    pub(crate) fn list<'b>(
        field: &'b str,
        collection: Collection,
        ids: &'a [String],
    ) -> impl Iterator<Item = Self> + use<'a, 'b> {
        let one = move |(index, id): (usize, &'a String)| Self {
            field: format!("{field}[{index}]"),
            collection,
            id,
        };
        ids.iter().enumerate().map(one)
    }
}

/// The ids that are there, by collection.
#[derive(Debug, Default)]
pub(crate) struct Known(HashMap<Collection, HashSet<String>>);

impl Known {
    /// Adds what is there.
    pub(crate) fn extend(&mut self, collection: Collection, ids: impl Iterator<Item = String>) {
        self.0.entry(collection).or_default().extend(ids);
    }

    /// Refuses every reference to what is not there.
    pub(crate) fn check(&self, fields: &mut Fields, at: &str, references: &[Reference<'_>]) {
        for Reference { field, collection, id } in references {
            if !id.is_empty() && !self.0.get(collection).is_some_and(|ids| ids.contains(*id)) {
                let (noun, reason) = collection.words();
                fields.violation(
                    format_args!("{at}.{field}"),
                    reason,
                    format!("there is no {noun} {id}"),
                );
            }
        }
    }
}

impl<C: Contents> Definition<C> {
    /// A definition that was not there before.
    pub(crate) fn new(district: &str, id: String, contents: C, now: Timestamp) -> Self {
        Self {
            district: district.to_owned(),
            id,
            uid: kit::id::uid(),
            contents,
            create_time: now,
            update_time: now,
            revision: 1,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        C::pattern().format(&[&self.district, &self.id])
    }

    /// Takes on other contents and says whether that is a change.
    pub(crate) fn change(&mut self, contents: C, reason: &str, now: Timestamp) -> Result<bool> {
        let mut contents = contents;
        contents.keep(&self.contents);
        if self.contents == contents {
            return Ok(false);
        }
        contents.judge(&self.contents, reason).map_err(|unfit| self.forbidden(unfit))?;
        self.replace(contents, now);
        Ok(true)
    }

    /// Takes a step that the contents themselves allow or forbid.
    pub(crate) fn step(
        &mut self,
        now: Timestamp,
        step: impl FnOnce(&mut C) -> std::result::Result<(), Unfit>,
    ) -> Result<()> {
        let mut contents = self.contents.clone();
        step(&mut contents).map_err(|unfit| self.forbidden(unfit))?;
        self.replace(contents, now);
        Ok(())
    }

    /// Moves on to contents that were judged elsewhere.
    pub(crate) fn replace(&mut self, contents: C, now: Timestamp) {
        self.contents = contents;
        self.update_time = now;
        self.revision += 1;
    }

    /// Why its contents forbid a step.
    pub(crate) fn forbidden(&self, (reason, message): Unfit) -> Error {
        Error::precondition(reason, self.name(), message)
    }

    /// Why a write of it did not take.
    pub(crate) fn refused(&self) -> Error {
        match self.revision {
            1 => Error::already_exists(C::pattern().kind(), self.name()),
            _ => Error::Conflict { name: self.name() },
        }
    }
}

/// The ids of the rows.
pub(crate) fn ids<C>(rows: &[Row<C>]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

/// The collections that the rows name definitions of.
pub(crate) fn collections<C: Contents>(rows: &[Row<C>]) -> BTreeSet<Collection> {
    let named = |row: &Row<C>| row.contents.references().iter().map(|it| it.collection).collect();
    rows.iter().flat_map(|row| -> Vec<Collection> { named(row) }).collect()
}

/// Works out what `rows` do to the district's definitions, all rows together: a definition may
/// name another of the batch. `present` are those of the rows that are there. Faults are named
/// by row of `list`.
pub(crate) fn merge<C: Contents>(
    list: &str,
    district: &str,
    present: Vec<Definition<C>>,
    rows: Vec<Row<C>>,
    mut known: Known,
    reason: &str,
    now: Timestamp,
) -> Result<Batch<Definition<C>>> {
    known.extend(C::collection(), rows.iter().map(|row| row.id.clone()));
    let mut fields = Fields::default();
    for (index, row) in rows.iter().enumerate() {
        let at = format!("{list}[{index}]");
        known.check(&mut fields, &at, &row.contents.references());
        row.contents.check(&mut fields, &at);
    }
    fields.check()?;

    let mut present: HashMap<String, Definition<C>> =
        present.into_iter().map(|it| (it.id.clone(), it)).collect();
    let mut batch = Batch::default();
    for row in rows {
        let Some(mut it) = present.remove(&row.id) else {
            let it = Definition::new(district, row.id, row.contents, now);
            etag::check(&row.etag, 0, &it.name())?;
            batch.created.push(it);
            continue;
        };
        etag::check(&row.etag, it.revision, &it.name())?;
        let changed = it.change(row.contents, reason, now);
        batch.take(it, changed)?;
    }
    batch.check()
}

/// Refuses a last day before the first: `DATE_ORDER` on `end_date`.
pub(crate) fn check_dates(fields: &mut Fields, at: &str, start: Option<Date>, end: Option<Date>) {
    if let (Some(start), Some(end)) = (start, end)
        && end < start
    {
        let message = format!("{end} is before the start on {start}");
        fields.violation(format_args!("{at}.end_date"), "DATE_ORDER", message);
    }
}
