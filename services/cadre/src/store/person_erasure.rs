//! Who was erased, and whose time is over.

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::retention::{How, Rule};
use kit::{Result, clock, date, secret};

use super::person::{self, revision};
use super::political_record;
use crate::person_erasure::{Due, Erasure, Limit};

/// What cadre keeps for a time.
pub static RULES: [Rule; 1] = [PERSONS];

pub(crate) const PERSONS: Rule = Rule {
    id: "persons",
    subject: "What is known of a person by name, from the last day in any post on, or the last \
              change of one who held none. Afterwards the person is proposed for erasure, which two \
              persons carry out: records by the person's id remain, and nobody knows of whom.",
    days: 3650,
    bounds: (1825, 18_250),
    how: How::People,
};

/// A page of those whose time was over by a limit, or one of them, by id.
pub(crate) async fn due(
    tx: &mut Tx,
    district: &str,
    only: Option<&str>,
    limit: &Limit,
    page: Option<&Page>,
) -> Result<Vec<Due>> {
    let rows = kit::query!(tx, (String, Option<String>, i64), |q| {
        q.push(
            "SELECT p.id, MAX(o.end_date), p.update_time FROM person p
             LEFT JOIN posting o ON o.district = p.district AND o.person = p.id
             WHERE p.display_name <> '' AND p.district = ",
        );
        q.push_bind(district);
        if let Some(id) = only {
            q.push(" AND p.id = ").push_bind(id);
        }
        if let Some(after) = page.and_then(Page::after) {
            q.push(" AND p.id > ").push_bind(after);
        }
        // Who holds a post has one without an end.
        q.push(
            " GROUP BY p.district, p.id, p.update_time
             HAVING COUNT(o.person) = COUNT(o.end_date) AND (MAX(o.end_date) < ",
        );
        q.push_bind(date::to_text(limit.day));
        q.push(" OR (COUNT(o.person) = 0 AND p.update_time < ");
        q.push_bind(clock::to_micros(limit.instant)).push(")) ORDER BY p.id");
        if let Some(page) = page {
            q.push(" LIMIT ").push_bind(page.limit());
        }
    })?;
    let read = |(person, last_day, update_time): (String, Option<String>, i64)| {
        let last_day: Option<Date> = last_day.as_deref().map(date::from_text).transpose()?;
        Ok(Due { person, last_day, update_time: clock::from_micros(update_time)? })
    };
    rows.into_iter().map(read).collect()
}

/// Puts on record that a person is erased, and forgets the keys of what was sealed about him.
pub(crate) async fn insert(tx: &mut Tx, district: &str, it: &Erasure) -> Result<()> {
    kit::execute!(
        tx,
        "INSERT INTO person_erasure (district, person, reason, account, erase_time)
         VALUES ($1, $2, $3, $4, $5)",
        district,
        &it.person,
        &it.reason,
        &it.account,
        clock::to_micros(it.erase_time)
    )?;
    secret::erase(tx, district, &revision::key_of(&it.person)).await?;
    secret::erase(tx, district, &political_record::key_of(&it.person)).await?;
    person::key::forget(tx, district, &it.person).await
}

/// How a person was erased, if he was.
pub(crate) async fn find(tx: &mut Tx, district: &str, person: &str) -> Result<Option<Erasure>> {
    let row = kit::fetch_optional!(
        tx,
        (String, String, i64),
        "SELECT reason, account, erase_time FROM person_erasure
         WHERE district = $1 AND person = $2",
        district,
        person
    )?;
    row.map(|(reason, account, erase_time)| {
        let erase_time = clock::from_micros(erase_time)?;
        Ok(Erasure { person: person.to_owned(), reason, account, erase_time })
    })
    .transpose()
}
