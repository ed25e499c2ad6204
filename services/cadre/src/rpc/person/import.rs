//! Persons brought in from the personnel system, by external id.

use std::collections::HashMap;

use kit::field::Fields;
use kit::request_id::Once;
use kit::{Error, Result};
use proto::cadre::v1 as pb;

use super::super::{DISTRICT, Rpc, archive, bounded};
use super::draft::{Change, Draft};
use super::posting::Given;
use super::{CREATED, UPDATED, tell};
use crate::person::Person;
use crate::store;

impl Rpc {
    /// Carries out an import, or tries it.
    pub(super) async fn import(
        &self,
        request: pb::ImportPersonsRequest,
    ) -> Result<pb::ImportPersonsResponse> {
        let mut fields = Fields::default();
        let parent = fields.name("parent", &DISTRICT, &request.parent);
        let district = parent.id("district");
        let reason = fields.text("reason", &request.reason, 0..=500);
        let given = bounded(&mut fields, "persons", &request.persons);
        let rows = Rows::read(&mut fields, district, given)?;
        fields.check()?;
        let once = Once::new(district, "ImportPersons", &request.request_id, &request)?;
        self.registry.check_district(district).await?;
        rows.postings.check_units(&self.registry, district).await?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(reply);
        }
        let ids: Vec<&str> =
            rows.drafts.iter().filter_map(|it| it.external_id.as_deref()).collect();
        let present = store::person::of_external_ids(&mut tx, district, &ids).await?;
        let mut present: HashMap<String, Person> =
            present.into_iter().filter_map(|it| Some((it.external_id.clone()?, it))).collect();
        // Whose posts a row tells, is judged by the row; the others as they stand.
        let told = |it: &&Person| {
            let row = rows.drafts.iter().position(|row| row.external_id == it.external_id);
            row.is_some_and(|row| rows.changes[row].postings.is_some())
        };
        let renewed: Vec<String> = present.values().filter(told).map(|it| it.id.clone()).collect();
        let renewed: Vec<&str> = renewed.iter().map(String::as_str).collect();
        let units = rows.postings.check_heads(&mut tx, district, &renewed).await?;

        let (mut created, mut updated) = (Vec::new(), Vec::new());
        let mut reply = pb::ImportPersonsResponse::default();
        let postings = rows.postings.rows.iter();
        for ((draft, change), postings) in rows.drafts.into_iter().zip(&rows.changes).zip(postings)
        {
            let found = draft.external_id.as_ref().and_then(|id| present.remove(id));
            let Some(mut person) = found else {
                created.push(draft.person(&tx, district, postings.clone()));
                continue;
            };
            let before = person.revision;
            if !change.apply(&tx, &mut person) {
                reply.unchanged_count += 1;
                continue;
            }
            if !store::person::update(&mut tx, &person, before).await? {
                return Err(Error::Conflict { name: super::to_proto(&person).name });
            }
            updated.push(person);
        }
        reply.created_count = created.len() as i32;
        reply.updated_count = updated.len() as i32;
        if request.validate_only {
            return Ok(reply);
        }
        store::person::insert(&mut tx, &created).await?;
        tell(&mut tx, &self.keys, CREATED, "", &created).await?;
        tell(&mut tx, &self.keys, UPDATED, &reason, &updated).await?;
        archive::file(&mut tx, district, &units).await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(reply)
    }
}

/// What the rows say, as new persons and as changes of those on record.
struct Rows {
    drafts: Vec<Draft>,
    changes: Vec<Change>,
    postings: Given,
}

impl Rows {
    fn read(fields: &mut Fields, district: &str, given: &[pb::Person]) -> Result<Self> {
        let mut rows = Self {
            drafts: Vec::new(),
            changes: Vec::new(),
            postings: Given::many(fields, district, given),
        };
        let mut seen = HashMap::new();
        for (row, given) in given.iter().enumerate() {
            let path = format!("persons[{row}]");
            let draft = Draft::read(fields, &path, given);
            let field = format!("{path}.external_id");
            match &draft.external_id {
                None => fields.violation(field, "REQUIRED", "an import goes by it"),
                Some(id) => {
                    if let Some(earlier) = seen.insert(id.clone(), row) {
                        let message = format!("was given in persons[{earlier}] already");
                        fields.violation(field, "DUPLICATE", message);
                    }
                }
            }
            rows.drafts.push(draft);
            // Its faults were found with the draft and the postings.
            let mut again = Fields::default();
            rows.changes.push(Change::read(&mut again, district, &path, &None, given)?);
        }
        Ok(rows)
    }
}
