//! What an office defines and revises (pools, training posts, campaigns): every revision is kept
//! with its reason, the last one holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kit::field::Fields;
use kit::name::Pattern;
use kit::{Result, etag};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What stands in a definition of one kind.
pub(crate) trait Contents:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync
{
    /// How they are named.
    fn pattern() -> &'static Pattern;

    /// What lists are narrowed to; empty when there is nothing of the kind.
    fn label(&self) -> String {
        String::new()
    }
}

/// A definition as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition<C> {
    /// Last segment of its name.
    pub(crate) id: String,
    pub(crate) contents: C,
    /// Counts the changes, from 1.
    pub(crate) revision: i64,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
}

/// A row of a batch.
pub(crate) struct Row<C> {
    pub(crate) id: String,
    pub(crate) etag: String,
    pub(crate) contents: C,
}

/// What a batch comes to.
pub(crate) struct Batch<C> {
    pub(crate) created: Vec<Definition<C>>,
    pub(crate) updated: Vec<Definition<C>>,
    pub(crate) unchanged: usize,
}

/// Refuses a definition that comes twice: `DUPLICATE`.
pub(crate) fn check_once<C>(fields: &mut Fields, field: &str, rows: &[Row<C>]) {
    let mut seen = BTreeSet::new();
    for (row, it) in rows.iter().enumerate() {
        if !it.id.is_empty() && !seen.insert(&it.id) {
            let message = format!("{} was given in an earlier row already", it.id);
            fields.violation(format_args!("{field}[{row}].name"), "DUPLICATE", message);
        }
    }
}

/// What the rows come to, beside what is present.
pub(crate) fn merge<C: Contents>(
    district: &str,
    present: Vec<Definition<C>>,
    rows: Vec<Row<C>>,
    now: Timestamp,
) -> Result<Batch<C>> {
    let mut present: BTreeMap<String, Definition<C>> =
        present.into_iter().map(|it| (it.id.clone(), it)).collect();
    let mut batch = Batch { created: Vec::new(), updated: Vec::new(), unchanged: 0 };
    for Row { id, etag: given, contents } in rows {
        let before = present.remove(&id);
        let revision = before.as_ref().map_or(0, |it| it.revision);
        etag::check(&given, revision, &C::pattern().format(&[district, &id]))?;
        match before {
            Some(before) if before.contents == contents => batch.unchanged += 1,
            Some(before) => batch.updated.push(Definition {
                contents,
                revision: revision + 1,
                update_time: now,
                ..before
            }),
            None => batch.created.push(Definition {
                id,
                contents,
                revision: 1,
                create_time: now,
                update_time: now,
            }),
        }
    }
    Ok(batch)
}

/// Sets of days in contents, as text.
pub(crate) mod days {
    use std::collections::BTreeSet;

    use jiff::civil::Date;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(
        days: &BTreeSet<Date>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(days.iter().map(ToString::to_string))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeSet<Date>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|it| it.parse().map_err(de::Error::custom)).collect()
    }
}

/// Days in contents, as text.
pub(crate) mod day {
    use jiff::civil::Date;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    #[allow(clippy::ref_option, reason = "the form that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(
        day: &Option<Date>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => serializer.collect_str(day),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|it| it.parse().map_err(de::Error::custom)).transpose()
    }
}
