//! The facts that consequences are read from, each with whom it concerned.

use std::collections::HashMap;

use kit::db::Tx;
use kit::{Result, clock, date, decimal};

use crate::conduct_entry::{self, Side};
use crate::consequence::count::{Gate, Occurrence};
use crate::consequence::propose::Fact;
use crate::consequence_rule::Counted;
use crate::distinction;
use crate::period::Window;
use crate::store::result::belonging::{concerns, posted};

/// Narrows `$day` or `$period` to a window, as far as an index leads; what the window
/// holds is told by itself.
macro_rules! within {
    ($q:ident, $window:expr, $day:literal, $period:literal) => {
        match $window.days() {
            Some((first, last)) => {
                $q.push(concat!(" AND ", $day, " >= ")).push_bind(date::to_text(first));
                $q.push(concat!(" AND ", $day, " <= ")).push_bind(date::to_text(last));
            }
            None => {
                $q.push(concat!(" AND ", $period, " IN ("));
                let mut list = $q.separated(", ");
                for period in $window.ids() {
                    list.push_bind(period);
                }
                $q.push(")");
            }
        }
    };
}

/// The results of a window, each with whom it concerned on the last day.
pub(crate) async fn facts(tx: &mut Tx, district: &str, window: &Window) -> Result<Vec<Fact>> {
    let rows = kit::query!(tx, FactRow, |q| {
        q.push(concat!(
            "SELECT r.source, r.run, r.series, r.track_id, r.track_display_name, r.period,
                    r.period_end, r.unit, r.subject, r.score, r.rank, r.track_size, r.grade,
                    r.grade_display_name, r.create_time, p.person, p.post, p.head
             FROM published_result r",
            posted!(),
            " AND ",
            concerns!(result),
            " WHERE r.district = "
        ));
        q.push_bind(district);
        within!(q, window, "r.period_end", "r.period");
        q.push(" ORDER BY r.source, p.person, p.ordinal");
    })?;
    rows.into_iter().map(FactRow::read).collect()
}

/// The vetoes and bars of a window's results, by the result's name.
pub(crate) async fn gates(
    tx: &mut Tx,
    district: &str,
    window: &Window,
) -> Result<HashMap<String, Vec<Gate>>> {
    let rows = kit::query!(tx, (String, String, i64, String), |q| {
        q.push(
            "SELECT g.source, g.gate, g.kind, g.display_name
             FROM published_result r
             JOIN result_gate g ON g.district = r.district AND g.source = r.source
             WHERE r.district = ",
        );
        q.push_bind(district);
        within!(q, window, "r.period_end", "r.period");
        q.push(" ORDER BY g.source, g.gate");
    })?;
    let mut found: HashMap<String, Vec<Gate>> = HashMap::new();
    for (source, id, kind, display_name) in rows {
        let counted = Counted::try_from(kind)?;
        found.entry(source).or_default().push(Gate { id, counted, display_name });
    }
    Ok(found)
}

/// The awards and cards of a window that were not withdrawn, each with whom it concerned on the
/// last day of its period.
pub(crate) async fn distinctions(
    tx: &mut Tx,
    district: &str,
    window: &Window,
) -> Result<Vec<Occurrence>> {
    let rows = kit::query!(tx, DistinctionRow, |q| {
        q.push(concat!(
            "SELECT r.source, r.kind, r.rule, r.title, r.subject_display_name, r.series,
                    r.track_id, r.period, r.period_end, r.unit, p.person, p.post, p.head
             FROM distinction r",
            posted!(),
            " AND ",
            concerns!(distinction),
            " WHERE r.state = 1 AND NOT EXISTS (SELECT 1 FROM distinction w
                WHERE w.district = r.district AND w.source = r.source AND w.state = 2)
              AND r.district = "
        ));
        q.push_bind(district);
        within!(q, window, "r.period_end", "r.period");
        q.push(" ORDER BY r.source, p.person, p.ordinal");
    })?;
    rows.into_iter().map(DistinctionRow::read).collect()
}

/// The standing entries of one of a window's lists, each with the posts that the person had on the day.
pub(crate) async fn entries(
    tx: &mut Tx,
    district: &str,
    window: &Window,
    side: Side,
) -> Result<Vec<Occurrence>> {
    let rows = kit::query!(tx, EntryRow, |q| {
        q.push(
            "SELECT e.sequence, e.person, e.period, e.side, e.item, e.ground, e.citation,
                    e.occur_date, p.unit, p.post, p.head
             FROM conduct_entry e
             LEFT JOIN posting p ON p.district = e.district AND p.person = e.person
              AND p.start_date <= e.occur_date
              AND (p.end_date IS NULL OR p.end_date >= e.occur_date)
             WHERE NOT EXISTS (SELECT 1 FROM conduct_step s
                               WHERE s.district = e.district AND s.sequence = e.sequence)
               AND e.district = ",
        );
        q.push_bind(district).push(" AND e.side = ").push_bind(side as i64);
        within!(q, window, "e.occur_date", "e.period");
        q.push(" ORDER BY e.sequence, p.ordinal");
    })?;
    rows.into_iter().map(|row| row.read(district)).collect()
}

#[derive(sqlx::FromRow)]
struct FactRow {
    source: String,
    run: String,
    series: String,
    track_id: String,
    track_display_name: String,
    period: String,
    period_end: String,
    unit: String,
    subject: String,
    score: Option<String>,
    rank: Option<String>,
    track_size: i64,
    grade: String,
    grade_display_name: String,
    create_time: i64,
    person: String,
    post: String,
    head: bool,
}

impl FactRow {
    fn read(self) -> Result<Fact> {
        Ok(Fact {
            source: self.source,
            run: self.run,
            series: self.series,
            track: self.track_id,
            track_display_name: self.track_display_name,
            period: self.period,
            period_end: date::from_text(&self.period_end)?,
            unit: self.unit,
            subject: self.subject,
            score: self.score.as_deref().map(decimal::from_text).transpose()?,
            rank: self.rank.as_deref().map(decimal::from_text).transpose()?,
            track_size: self.track_size,
            grade: self.grade,
            grade_display_name: self.grade_display_name,
            create_time: clock::from_micros(self.create_time)?,
            person: self.person,
            post: self.post,
            head: self.head,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DistinctionRow {
    source: String,
    kind: i64,
    rule: String,
    title: String,
    subject_display_name: String,
    series: String,
    track_id: String,
    period: String,
    period_end: String,
    unit: String,
    person: String,
    post: String,
    head: bool,
}

impl DistinctionRow {
    fn read(self) -> Result<Occurrence> {
        let fact = distinction::line(&self.period, &self.subject_display_name, &self.title);
        Ok(Occurrence {
            counted: Counted::try_from(self.kind)?,
            id: self.rule,
            series: self.series,
            track: self.track_id,
            period: self.period,
            day: date::from_text(&self.period_end)?,
            ground: (fact, self.source),
            person: self.person,
            unit: self.unit,
            post: self.post,
            head: self.head,
        })
    }
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    sequence: i64,
    person: String,
    period: String,
    side: i64,
    item: Option<String>,
    ground: String,
    citation: String,
    occur_date: String,
    unit: Option<String>,
    post: Option<String>,
    head: Option<bool>,
}

impl EntryRow {
    fn read(self, district: &str) -> Result<Occurrence> {
        let (counted, list) = match Side::try_from(self.side)? {
            Side::Positive => (Counted::PositiveEntry, "正面清单"),
            Side::Negative => (Counted::NegativeEntry, "负面清单"),
        };
        let fact = format!("{}{list}：{}（{}）", self.occur_date, self.ground, self.citation);
        Ok(Occurrence {
            counted,
            id: self.item.unwrap_or_default(),
            series: String::new(),
            track: String::new(),
            period: self.period,
            day: date::from_text(&self.occur_date)?,
            ground: (fact, conduct_entry::NAME.format(&[district, &self.sequence.to_string()])),
            person: self.person,
            unit: self.unit.unwrap_or_default(),
            post: self.post.unwrap_or_default(),
            head: self.head.unwrap_or_default(),
        })
    }
}
