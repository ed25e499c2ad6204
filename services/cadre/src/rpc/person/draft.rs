//! What a request says of a person, and the external ids it must not take.

use std::collections::{HashMap, HashSet};

use kit::db::Tx;
use kit::field::Fields;
use kit::mask::Mask;
use kit::{Error, Result, id};
use proto::cadre::v1 as pb;

use super::super::PERSON;
use super::posting::Given;
use crate::person::{Basics, Person, Posting};
use crate::store;

/// The most fields of skill of one person.
const SKILLS: usize = 20;

/// A person to be created, but for the postings.
pub(super) struct Draft {
    display_name: String,
    pub(super) external_id: Option<String>,
    basics: Basics,
}

impl Draft {
    /// Reads the person at `path`.
    pub(super) fn read(fields: &mut Fields, path: &str, given: &pb::Person) -> Self {
        Self {
            display_name: display_name(fields, path, given),
            external_id: external_id(fields, path, given),
            basics: basics(fields, path, given),
        }
    }

    /// Refuses an external id that somebody has: `AlreadyExists`, naming the person.
    pub(super) async fn check_free(&self, tx: &mut Tx, district: &str) -> Result<()> {
        check_free(tx, district, self.external_id.as_deref(), None).await
    }

    /// The new person.
    pub(super) fn person(self, tx: &Tx, district: &str, mut postings: Vec<Posting>) -> Person {
        postings.sort_by_key(|posting| posting.start);
        Person {
            district: district.to_owned(),
            id: id::uid(),
            display_name: self.display_name,
            external_id: self.external_id,
            basics: self.basics,
            postings,
            revision: 1,
            create_time: tx.now(),
            update_time: tx.now(),
        }
    }
}

/// Refuses rows whose external id stands in a row before, or that somebody on record has.
pub(super) async fn check_all_free(tx: &mut Tx, district: &str, drafts: &[Draft]) -> Result<()> {
    let asked: Vec<&str> = drafts.iter().filter_map(|it| it.external_id.as_deref()).collect();
    let taken: HashMap<String, String> = store::person::taken(tx, district, &asked).await?;
    let mut seen = HashSet::new();
    let mut fields = Fields::default();
    for (row, draft) in drafts.iter().enumerate() {
        let Some(external_id) = draft.external_id.as_deref() else {
            continue;
        };
        let field = format!("persons[{row}].external_id");
        if let Some(holder) = taken.get(external_id) {
            let message = format!("{} has it already", PERSON.format(&[district, holder]));
            fields.violation(field, "EXTERNAL_ID_TAKEN", message);
        } else if !seen.insert(external_id) {
            let message = "was given in an earlier row already".to_owned();
            fields.violation(field, "DUPLICATE", message);
        }
    }
    fields.check()
}

/// A change of a person: what is `None` stays.
pub(super) struct Change {
    display_name: Option<String>,
    external_id: Option<Option<String>>,
    basics: Basics,
    mask: Mask,
    pub(super) postings: Option<Given>,
}

impl Change {
    /// Reads what the mask names; without one, or with `*`, the fields that are set.
    pub(super) fn read(
        fields: &mut Fields,
        district: &str,
        path: &str,
        mask: &Option<prost_types::FieldMask>,
        given: &pb::Person,
    ) -> Result<Self> {
        let mutable = [
            ("display_name", !given.display_name.is_empty()),
            ("external_id", !given.external_id.is_empty()),
            ("postings", !given.postings.is_empty()),
            ("birth_date", given.birth_date.is_some()),
            ("education", given.education != 0),
            ("rank", given.rank != 0),
            ("rank_date", given.rank_date.is_some()),
            ("entry_kind", given.entry_kind != 0),
            ("skills", !given.skills.is_empty()),
        ];
        let mask = Mask::parse(mask, &mutable)?;
        Ok(Self {
            display_name: mask.has("display_name").then(|| display_name(fields, path, given)),
            external_id: mask.has("external_id").then(|| external_id(fields, path, given)),
            postings: mask
                .has("postings")
                .then(|| Given::one(fields, district, path, &given.postings)),
            basics: basics(fields, path, given),
            mask,
        })
    }

    /// Refuses an external id that somebody else has.
    pub(super) async fn check_free(&self, tx: &mut Tx, person: &Person) -> Result<()> {
        let external_id = self.external_id.as_ref().and_then(Option::as_deref);
        check_free(tx, &person.district, external_id, Some(&person.id)).await
    }

    /// Makes it; false when the person is so already.
    pub(super) fn apply(&self, tx: &Tx, person: &mut Person) -> bool {
        let before = person.clone();
        if let Some(display_name) = &self.display_name {
            person.display_name.clone_from(display_name);
        }
        if let Some(external_id) = &self.external_id {
            person.external_id.clone_from(external_id);
        }
        if let Some(postings) = &self.postings {
            person.postings = postings.rows.concat();
            person.postings.sort_by_key(|posting| posting.start);
        }
        let (basics, told) = (&mut person.basics, &self.basics);
        for (field, take) in TAKE {
            if self.mask.has(field) {
                take(basics, told);
            }
        }
        if *person == before {
            return false;
        }
        person.revision += 1;
        person.update_time = tx.now();
        true
    }
}

/// How a field of the basics is taken from what is told.
type Take = fn(&mut Basics, &Basics);

const TAKE: [(&str, Take); 6] = [
    ("birth_date", |to, from| to.birth = from.birth),
    ("education", |to, from| to.education = from.education),
    ("rank", |to, from| to.rank = from.rank),
    ("rank_date", |to, from| to.rank_since = from.rank_since),
    ("entry_kind", |to, from| to.entry = from.entry),
    ("skills", |to, from| to.skills.clone_from(&from.skills)),
];

async fn check_free(
    tx: &mut Tx,
    district: &str,
    external_id: Option<&str>,
    except: Option<&str>,
) -> Result<()> {
    let taken = store::person::taken(tx, district, external_id.as_slice()).await?;
    match taken.into_values().find(|holder| Some(holder.as_str()) != except) {
        None => Ok(()),
        Some(holder) => Err(Error::already_exists("person", PERSON.format(&[district, &holder]))),
    }
}

fn display_name(fields: &mut Fields, path: &str, given: &pb::Person) -> String {
    fields.text(format_args!("{path}.display_name"), &given.display_name, 1..=100)
}

fn external_id(fields: &mut Fields, path: &str, given: &pb::Person) -> Option<String> {
    let text = fields.text(format_args!("{path}.external_id"), &given.external_id, 0..=64);
    (!text.is_empty()).then_some(text)
}

fn basics(fields: &mut Fields, path: &str, given: &pb::Person) -> Basics {
    if given.skills.len() > SKILLS {
        let message = format!("must have at most {SKILLS}, has {}", given.skills.len());
        fields.violation(format_args!("{path}.skills"), "TOO_MANY", message);
    }
    let skills = given.skills.iter().take(SKILLS).enumerate();
    Basics {
        birth: fields.optional_date(format_args!("{path}.birth_date"), &given.birth_date),
        education: fields.optional_choice(format_args!("{path}.education"), given.education),
        rank: fields.optional_choice(format_args!("{path}.rank"), given.rank),
        rank_since: fields.optional_date(format_args!("{path}.rank_date"), &given.rank_date),
        entry: fields.optional_choice(format_args!("{path}.entry_kind"), given.entry_kind),
        skills: skills
            .map(|(at, text)| fields.text(format_args!("{path}.skills[{at}]"), text, 1..=40))
            .collect(),
    }
}
