//! Polls, the tokens that are out, the counts while ballots are taken, the tallies after. No
//! statement here writes a token and a mark side by side, and no row stands for a ballot.

mod form;

use std::collections::BTreeMap;

use kit::db::Tx;
use kit::page::Page;
use kit::{Error, Result, clock};

use crate::poll::{Contents, Counted, Kind, Marks, Poll, Turnout};

macro_rules! columns {
    () => {
        "p.poll, p.display_name, p.kind, p.indicator, p.period, p.form, p.smallest_group,
         p.create_time, c.close_time FROM poll p
         LEFT JOIN poll_close c ON c.district = p.district AND c.poll = p.poll "
    };
}

/// The poll of an id.
pub(crate) async fn get(tx: &mut Tx, district: &str, id: &str) -> Result<Option<Poll>> {
    let row = kit::fetch_optional!(
        tx,
        Row,
        concat!("SELECT ", columns!(), "WHERE p.district = $1 AND p.poll = $2"),
        district,
        id
    )?;
    let rows = row.into_iter().collect();
    Ok(with_turnouts(tx, district, rows).await?.pop())
}

/// A page of a district's polls by id.
pub(crate) async fn list(
    tx: &mut Tx,
    district: &str,
    period: Option<&str>,
    page: &Page,
) -> Result<Vec<Poll>> {
    let rows = kit::query!(tx, Row, |q| {
        q.push(concat!("SELECT ", columns!(), "WHERE p.district = ")).push_bind(district);
        if let Some(period) = period {
            q.push(" AND p.period = ").push_bind(period);
        }
        if let Some(after) = page.after() {
            q.push(" AND p.poll > ").push_bind(after);
        }
        q.push(" ORDER BY p.poll LIMIT ").push_bind(page.limit());
    })?;
    with_turnouts(tx, district, rows).await
}

/// The ids of polls of a period that are not closed.
pub(crate) async fn open(tx: &mut Tx, district: &str, period: &str) -> Result<Vec<String>> {
    let rows = kit::fetch_all!(
        tx,
        (String,),
        "SELECT p.poll FROM poll p WHERE p.district = $1 AND p.period = $2
         AND NOT EXISTS (SELECT 1 FROM poll_close c
             WHERE c.district = p.district AND c.poll = p.poll)
         ORDER BY p.poll",
        district,
        period
    )?;
    Ok(rows.into_iter().map(|(poll,)| poll).collect())
}

/// Adds a poll, with nothing issued.
pub(crate) async fn insert(tx: &mut Tx, district: &str, poll: &Poll) -> Result<()> {
    let Contents { display_name, kind, indicator, period, smallest_group, .. } = &poll.contents;
    kit::execute!(
        tx,
        "INSERT INTO poll (district, poll, display_name, kind, indicator, period, form,
             smallest_group, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        district,
        &poll.id,
        display_name,
        *kind as i64,
        indicator,
        period,
        form::to_text(&poll.contents)?,
        *smallest_group,
        clock::to_micros(poll.create_time)
    )?;
    kit::insert_many!(
        tx,
        "INSERT INTO turnout (district, poll, rater_group, issued_count, cast_count, void_count) ",
        &poll.contents.groups,
        |b, group| {
            b.push_bind(district)
                .push_bind(&poll.id)
                .push_bind(&group.id)
                .push_bind(0_i64)
                .push_bind(0_i64)
                .push_bind(0_i64);
        }
    )?;
    Ok(())
}

/// Keeps the digests of tokens that were issued: digest, group, the holder's own subjects.
pub(crate) async fn keep_tokens(
    tx: &mut Tx,
    district: &str,
    poll: &str,
    tokens: &[(String, &str, &[String])],
) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO ballot_token (district, poll, digest, rater_group, own) ",
        tokens,
        |b, (digest, group, own)| {
            b.push_bind(district)
                .push_bind(poll)
                .push_bind(digest)
                .push_bind(*group)
                .push_bind(own.join(" "));
        }
    )?;
    Ok(())
}

/// The group and the own subjects of a token's holder; none when the token is unknown.
pub(crate) async fn token(
    tx: &mut Tx,
    district: &str,
    poll: &str,
    digest: &str,
) -> Result<Option<(String, Vec<String>)>> {
    let row = kit::fetch_optional!(
        tx,
        (String, String),
        "SELECT rater_group, own FROM ballot_token
         WHERE district = $1 AND poll = $2 AND digest = $3",
        district,
        poll,
        digest
    )?;
    Ok(row.map(|(group, own)| (group, own.split_whitespace().map(str::to_owned).collect())))
}

/// Forgets a token that was used.
pub(crate) async fn use_token(tx: &mut Tx, district: &str, poll: &str, digest: &str) -> Result<()> {
    kit::execute!(
        tx,
        "DELETE FROM ballot_token WHERE district = $1 AND poll = $2 AND digest = $3",
        district,
        poll,
        digest
    )?;
    Ok(())
}

/// Forgets a group's tokens that were not used, and yields how many.
pub(crate) async fn withdraw(tx: &mut Tx, district: &str, poll: &str, group: &str) -> Result<u64> {
    kit::execute!(
        tx,
        "DELETE FROM ballot_token WHERE district = $1 AND poll = $2 AND rater_group = $3",
        district,
        poll,
        group
    )
}

/// Writes what became of a poll's ballots.
pub(crate) async fn save_turnouts(tx: &mut Tx, district: &str, poll: &Poll) -> Result<()> {
    kit::insert_many!(
        tx,
        "INSERT INTO turnout (district, poll, rater_group, issued_count, cast_count, void_count) ",
        &poll.turnouts,
        |b, (group, turnout)| {
            b.push_bind(district)
                .push_bind(&poll.id)
                .push_bind(group)
                .push_bind(turnout.issued)
                .push_bind(turnout.cast)
                .push_bind(turnout.void);
        },
        "ON CONFLICT (district, poll, rater_group) DO UPDATE SET
             issued_count = excluded.issued_count, cast_count = excluded.cast_count,
             void_count = excluded.void_count"
    )?;
    Ok(())
}

/// Adds the marks of valid ballots to the counts: the group, its marks, how many ballots.
pub(crate) async fn count(
    tx: &mut Tx,
    district: &str,
    poll: &str,
    ballots: &[(&str, Marks, i64)],
) -> Result<()> {
    let mut sums: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
    for (group, marks, count) in ballots {
        for (unit, mark) in marks {
            *sums.entry((group, unit, mark)).or_default() += count;
        }
    }
    kit::insert_many!(
        tx,
        "INSERT INTO ballot_count (district, poll, rater_group, unit, mark, ballots) ",
        sums,
        |b, ((group, unit, mark), ballots)| {
            b.push_bind(district)
                .push_bind(poll)
                .push_bind(group)
                .push_bind(unit)
                .push_bind(mark)
                .push_bind(ballots);
        },
        "ON CONFLICT (district, poll, rater_group, unit, mark) DO UPDATE SET
             ballots = ballot_count.ballots + excluded.ballots"
    )?;
    Ok(())
}

/// Ends a poll: the counts become the tally, and nothing else is left of the ballots.
pub(crate) async fn close(tx: &mut Tx, district: &str, poll: &str) -> Result<()> {
    let now = clock::to_micros(tx.now());
    kit::execute!(
        tx,
        "INSERT INTO poll_close (district, poll, close_time) VALUES ($1, $2, $3)",
        district,
        poll,
        now
    )?;
    kit::execute!(
        tx,
        "INSERT INTO tally (district, poll, unit, rater_group, mark, ballots)
         SELECT district, poll, unit, rater_group, mark, ballots FROM ballot_count
         WHERE district = $1 AND poll = $2 ORDER BY unit, rater_group, mark",
        district,
        poll
    )?;
    kit::execute!(
        tx,
        "DELETE FROM ballot_count WHERE district = $1 AND poll = $2",
        district,
        poll
    )?;
    kit::execute!(
        tx,
        "DELETE FROM ballot_token WHERE district = $1 AND poll = $2",
        district,
        poll
    )?;
    Ok(())
}

/// The tally of a closed poll.
pub(crate) async fn tally(tx: &mut Tx, district: &str, poll: &str) -> Result<Vec<Counted>> {
    let rows = kit::query!(tx, CountedRow, |q| {
        q.push(COUNTED).push_bind(district).push(" AND t.poll = ").push_bind(poll);
        q.push(" ORDER BY t.unit, t.rater_group, t.mark");
    })?;
    Ok(rows.into_iter().map(Counted::from).collect())
}

/// The tallies of every closed poll of some periods, all subjects in one statement.
pub(crate) async fn tallies_of_periods(
    tx: &mut Tx,
    district: &str,
    periods: &[&str],
) -> Result<Vec<Counted>> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let rows = kit::query!(tx, CountedRow, |q| {
        q.push(COUNTED).push_bind(district).push(" AND p.period IN (");
        let mut list = q.separated(", ");
        for period in periods {
            list.push_bind(*period);
        }
        q.push(") ORDER BY p.period, t.poll, t.unit, t.rater_group, t.mark");
    })?;
    Ok(rows.into_iter().map(Counted::from).collect())
}

const COUNTED: &str =
    "SELECT t.poll, p.period, p.indicator, t.unit, t.rater_group, t.mark, t.ballots,
         (SELECT CAST(SUM(u.void_count) AS BIGINT) FROM turnout u
          WHERE u.district = p.district AND u.poll = p.poll) AS void_count
     FROM poll p JOIN tally t ON t.district = p.district AND t.poll = p.poll
     WHERE p.district = ";

async fn with_turnouts(tx: &mut Tx, district: &str, rows: Vec<Row>) -> Result<Vec<Poll>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let turnouts = kit::query!(tx, TurnoutRow, |q| {
        q.push("SELECT poll, rater_group, issued_count, cast_count, void_count FROM turnout");
        q.push(" WHERE district = ").push_bind(district).push(" AND poll IN (");
        let mut list = q.separated(", ");
        for row in &rows {
            list.push_bind(row.poll.clone());
        }
        q.push(")");
    })?;
    let mut by_poll: BTreeMap<String, BTreeMap<String, Turnout>> = BTreeMap::new();
    for row in turnouts {
        let turnout =
            Turnout { issued: row.issued_count, cast: row.cast_count, void: row.void_count };
        by_poll.entry(row.poll).or_default().insert(row.rater_group, turnout);
    }
    let poll = |row: Row| {
        let turnouts = by_poll.remove(&row.poll).unwrap_or_default();
        Poll::try_from(row).map(|poll| Poll { turnouts, ..poll })
    };
    rows.into_iter().map(poll).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    poll: String,
    display_name: String,
    kind: i64,
    indicator: String,
    period: String,
    form: String,
    smallest_group: i64,
    create_time: i64,
    close_time: Option<i64>,
}

impl TryFrom<Row> for Poll {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let form::Parts { subjects, form, quotas, groups } = form::from_text(&row.form)?;
        Ok(Self {
            id: row.poll,
            contents: Contents {
                display_name: row.display_name,
                kind: Kind::try_from(row.kind)?,
                indicator: row.indicator,
                period: row.period,
                subjects,
                form,
                quotas,
                groups,
                smallest_group: row.smallest_group,
            },
            close_time: row.close_time.map(clock::from_micros).transpose()?,
            create_time: clock::from_micros(row.create_time)?,
            turnouts: BTreeMap::new(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct TurnoutRow {
    poll: String,
    rater_group: String,
    issued_count: i64,
    cast_count: i64,
    void_count: i64,
}

#[derive(sqlx::FromRow)]
struct CountedRow {
    poll: String,
    period: String,
    indicator: String,
    unit: String,
    rater_group: String,
    mark: String,
    ballots: i64,
    void_count: i64,
}

impl From<CountedRow> for Counted {
    fn from(row: CountedRow) -> Self {
        Self {
            poll: row.poll,
            period: row.period,
            indicator: row.indicator,
            unit: row.unit,
            group: row.rater_group,
            mark: row.mark,
            ballots: row.ballots,
            void: row.void_count,
        }
    }
}
