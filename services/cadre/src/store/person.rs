//! Persons and their postings.

macro_rules! columns {
    () => {
        "id, display_name, external_id, birth_date, education, rank, rank_date, entry_kind, \
         skills, revision, create_time, update_time"
    };
}

pub(crate) mod candidate;
pub(crate) mod key;
pub(crate) mod revision;

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock, date};

use crate::person::{Basics, Person, Posting, Rank, name_key};

/// External ids per statement.
const CHUNK: usize = 500;

/// Which persons a list is about.
pub(crate) struct Filter<'a> {
    pub(crate) district: &'a str,
    pub(crate) unit: Option<&'a str>,
    pub(crate) external_id: Option<&'a str>,
    /// As `name_key::query` writes it.
    pub(crate) query: Option<&'a str>,
    pub(crate) rank: Option<Rank>,
    pub(crate) born_from: Option<Date>,
    pub(crate) born_until: Option<Date>,
}

/// Stores new persons. A taken external id is `AlreadyExists`: the race that `taken` loses.
pub(crate) async fn insert(tx: &mut Tx, persons: &[Person]) -> Result<()> {
    let skills = persons.iter().map(|it| skills(&it.basics)).collect::<Result<Vec<_>>>()?;
    let inserted = kit::insert_many!(
        tx,
        "INSERT INTO person
         (district, id, display_name, external_id, birth_date, education, rank, rank_date,
          entry_kind, skills, revision, create_time, update_time) ",
        persons.iter().zip(&skills),
        |row, (person, skills)| {
            let basics = &person.basics;
            row.push_bind(&person.district)
                .push_bind(&person.id)
                .push_bind(&person.display_name)
                .push_bind(&person.external_id)
                .push_bind(basics.birth.map(date::to_text))
                .push_bind(basics.education.map_or(0, |it| it as i64))
                .push_bind(basics.rank.map_or(0, |it| it as i64))
                .push_bind(basics.rank_since.map(date::to_text))
                .push_bind(basics.entry.map_or(0, |it| it as i64))
                .push_bind(skills)
                .push_bind(person.revision)
                .push_bind(clock::to_micros(person.create_time))
                .push_bind(clock::to_micros(person.update_time));
        }
    );
    inserted.map_err(|error| external_id_taken(error, persons))?;
    key::insert(tx, persons).await?;
    insert_postings(tx, persons).await
}

/// Stores a changed person in place of revision `before`; false when it was another by then.
pub(crate) async fn update(tx: &mut Tx, person: &Person, before: i64) -> Result<bool> {
    let basics = &person.basics;
    let updated = kit::execute!(
        tx,
        "UPDATE person SET display_name = $1, external_id = $2, revision = $3, update_time = $4,
         birth_date = $5, education = $6, rank = $7, entry_kind = $8, skills = $9,
         rank_date = $10 WHERE district = $11 AND id = $12 AND revision = $13",
        &person.display_name,
        &person.external_id,
        person.revision,
        clock::to_micros(person.update_time),
        basics.birth.map(date::to_text),
        basics.education.map_or(0, |it| it as i64),
        basics.rank.map_or(0, |it| it as i64),
        basics.entry.map_or(0, |it| it as i64),
        skills(basics)?,
        basics.rank_since.map(date::to_text),
        &person.district,
        &person.id,
        before
    );
    let persons = std::slice::from_ref(person);
    if updated.map_err(|error| external_id_taken(error, persons))? == 0 {
        return Ok(false);
    }
    kit::execute!(
        tx,
        "DELETE FROM posting WHERE district = $1 AND person = $2",
        &person.district,
        &person.id
    )?;
    key::replace(tx, person).await?;
    insert_postings(tx, persons).await?;
    Ok(true)
}

/// One person.
pub(crate) async fn find(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Person>> {
    let rows = kit::fetch_all!(
        tx,
        Row,
        concat!("SELECT ", columns!(), " FROM person WHERE district = $1 AND id = $2"),
        district,
        id
    )?;
    Ok(with_postings(tx, district, rows).await?.pop())
}

/// A page of persons by id, and one more if there is.
pub(crate) async fn list(tx: &mut Tx, filter: &Filter<'_>, page: &Page) -> Result<Vec<Person>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), " FROM person WHERE district = "));
        q.push_bind(filter.district);
        if let Some(query) = filter.query {
            q.push(" AND id IN (SELECT person FROM name_key WHERE district = ");
            q.push_bind(filter.district).push(" AND key >= ").push_bind(query);
            q.push(" AND key < ").push_bind(name_key::behind(query)).push(")");
        }
        if let Some(rank) = filter.rank {
            q.push(" AND rank = ").push_bind(rank as i64);
        }
        if let Some(day) = filter.born_from {
            q.push(" AND birth_date >= ").push_bind(date::to_text(day));
        }
        if let Some(day) = filter.born_until {
            q.push(" AND birth_date <= ").push_bind(date::to_text(day));
        }
        if let Some(external_id) = filter.external_id {
            q.push(" AND external_id = ").push_bind(external_id);
        }
        if let Some(unit) = filter.unit {
            q.push(" AND id IN (SELECT person FROM posting WHERE district = ");
            q.push_bind(filter.district).push(" AND unit = ").push_bind(unit).push(")");
        }
        if let Some(after) = page.after() {
            q.push(" AND id > ").push_bind(after);
        }
        q.push(" ORDER BY id LIMIT ").push_bind(page.limit());
    })?;
    with_postings(tx, filter.district, rows).await
}

/// Those of a district who have one of these external ids.
pub(crate) async fn of_external_ids(
    tx: &mut Tx,
    district: &str,
    external_ids: &[&str],
) -> Result<Vec<Person>> {
    let mut found = Vec::new();
    for external_ids in external_ids.chunks(CHUNK) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM person WHERE district = "));
            q.push_bind(district).push(" AND external_id IN (");
            let mut list = q.separated(", ");
            for external_id in external_ids {
                list.push_bind(*external_id);
            }
            q.push(")");
        })?;
        found.extend(with_postings(tx, district, rows).await?);
    }
    Ok(found)
}

/// Those of a district who have one of these ids.
pub(crate) async fn of_ids(tx: &mut Tx, district: &str, ids: &[&str]) -> Result<Vec<Person>> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows = kit::query!(tx, Row, |q| {
            q.push(concat!("SELECT ", columns!(), " FROM person WHERE district = "));
            q.push_bind(district).push(" AND id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            q.push(")");
        })?;
        found.extend(with_postings(tx, district, rows).await?);
    }
    Ok(found)
}

/// Names and external ids of these persons, by id.
pub(crate) async fn named(
    tx: &mut Tx,
    district: &str,
    ids: &[&str],
) -> Result<HashMap<String, (String, Option<String>)>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows = kit::query!(tx, (String, String, Option<String>), |q| {
            q.push("SELECT id, display_name, external_id FROM person WHERE district = ");
            q.push_bind(district).push(" AND id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            q.push(")");
        })?;
        found.extend(rows.into_iter().map(|(id, name, external_id)| (id, (name, external_id))));
    }
    Ok(found)
}

/// Who has which of these external ids: id by external id.
pub(crate) async fn taken(
    tx: &mut Tx,
    district: &str,
    external_ids: &[&str],
) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    for external_ids in external_ids.chunks(CHUNK) {
        let rows = kit::query!(tx, (String, String), |q| {
            q.push("SELECT external_id, id FROM person WHERE district = ").push_bind(district);
            q.push(" AND external_id IN (");
            let mut list = q.separated(", ");
            for external_id in external_ids {
                list.push_bind(*external_id);
            }
            q.push(")");
        })?;
        found.extend(rows);
    }
    Ok(found)
}

async fn insert_postings(tx: &mut Tx, persons: &[Person]) -> Result<()> {
    let mut rows = Vec::new();
    for person in persons {
        rows.extend((0_i64..).zip(&person.postings).map(|(at, posting)| (person, at, posting)));
    }
    kit::insert_many!(
        tx,
        "INSERT INTO posting
         (district, person, ordinal, unit, post, head, exclusive, position, start_date, end_date) ",
        rows,
        |row, (person, ordinal, posting)| {
            row.push_bind(&person.district)
                .push_bind(&person.id)
                .push_bind(ordinal)
                .push_bind(&posting.unit)
                .push_bind(&posting.post)
                .push_bind(posting.head)
                .push_bind(posting.exclusive)
                .push_bind(&posting.position)
                .push_bind(date::to_text(posting.start))
                .push_bind(posting.end.map(date::to_text));
        }
    )?;
    Ok(())
}

async fn with_postings(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Person>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = kit::query!(tx, PostingRow, |q| {
        q.push("SELECT person, unit, post, head, exclusive, position, start_date, end_date");
        q.push(" FROM posting WHERE district = ").push_bind(district).push(" AND person IN (");
        let mut list = q.separated(", ");
        for row in &rows {
            list.push_bind(row.id.as_str());
        }
        q.push(") ORDER BY person, ordinal");
    })?;
    let mut postings: HashMap<String, Vec<Posting>> = HashMap::new();
    for row in found {
        let (person, posting) = row.read()?;
        postings.entry(person).or_default().push(posting);
    }
    rows.into_iter()
        .map(|row| {
            let postings = postings.remove(&row.id).unwrap_or_default();
            row.read(district, postings)
        })
        .collect()
}

fn skills(basics: &Basics) -> Result<String> {
    serde_json::to_string(&basics.skills).map_err(Error::internal)
}

fn external_id_taken(error: Error, persons: &[Person]) -> Error {
    let name = match persons {
        [Person { external_id: Some(external_id), .. }] => external_id.as_str(),
        _ => "of one of these external ids",
    };
    if kit::db::is_unique(&error) { Error::already_exists("person", name) } else { error }
}

fn known<T: TryFrom<i64, Error = Error>>(number: i64) -> Result<Option<T>> {
    (number != 0).then(|| T::try_from(number)).transpose()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    display_name: String,
    external_id: Option<String>,
    birth_date: Option<String>,
    education: i64,
    rank: i64,
    rank_date: Option<String>,
    entry_kind: i64,
    skills: String,
    revision: i64,
    create_time: i64,
    update_time: i64,
}

impl Row {
    fn read(self, district: &str, postings: Vec<Posting>) -> Result<Person> {
        let basics = Basics {
            birth: self.birth_date.as_deref().map(date::from_text).transpose()?,
            education: known(self.education)?,
            rank: known(self.rank)?,
            rank_since: self.rank_date.as_deref().map(date::from_text).transpose()?,
            entry: known(self.entry_kind)?,
            skills: serde_json::from_str(&self.skills).map_err(Error::internal)?,
        };
        Ok(Person {
            basics,
            district: district.to_owned(),
            id: self.id,
            display_name: self.display_name,
            external_id: self.external_id,
            postings,
            revision: self.revision,
            create_time: clock::from_micros(self.create_time)?,
            update_time: clock::from_micros(self.update_time)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PostingRow {
    person: String,
    unit: String,
    post: String,
    head: bool,
    exclusive: bool,
    position: Option<String>,
    start_date: String,
    end_date: Option<String>,
}

impl PostingRow {
    fn read(self) -> Result<(String, Posting)> {
        let posting = Posting {
            unit: self.unit,
            post: self.post,
            head: self.head,
            exclusive: self.exclusive,
            position: self.position,
            start: date::from_text(&self.start_date)?,
            end: self.end_date.as_deref().map(date::from_text).transpose()?,
        };
        Ok((self.person, posting))
    }
}
