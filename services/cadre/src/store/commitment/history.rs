//! What commitments say, submission by submission, and the steps they took.

use std::collections::HashMap;

use jiff::civil::Date;
use kit::db::Tx;
use kit::{Error, Result, clock, date};

use crate::commitment::{Commitment, Grade, State, Step, Text, Verdict};

/// Commitments per statement.
const CHUNK: usize = 500;

/// Reads texts and steps into commitments that have none yet.
pub(super) async fn complete(tx: &mut Tx, district: &str, found: &mut [Commitment]) -> Result<()> {
    let sequences: Vec<i64> = found.iter().map(|it| it.sequence).collect();
    let mut texts: HashMap<i64, Vec<Text>> = HashMap::new();
    let mut steps: HashMap<i64, Vec<Step>> = HashMap::new();
    for chunk in sequences.chunks(CHUNK) {
        let rows = kit::query!(tx, TextRow, |q| {
            q.push(
                "SELECT sequence, title, content, target, milestones FROM commitment_text
                 WHERE district = ",
            );
            q.push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for sequence in chunk {
                list.push_bind(*sequence);
            }
            q.push(") ORDER BY sequence, ordinal");
        })?;
        for row in rows {
            texts.entry(row.sequence).or_default().push(row.read()?);
        }
        let rows = kit::query!(tx, StepRow, |q| {
            q.push(
                "SELECT sequence, state, actor, reason, grades, verdict, create_time
                 FROM commitment_step WHERE district = ",
            );
            q.push_bind(district).push(" AND sequence IN (");
            let mut list = q.separated(", ");
            for sequence in chunk {
                list.push_bind(*sequence);
            }
            q.push(") ORDER BY sequence, ordinal");
        })?;
        for row in rows {
            steps.entry(row.sequence).or_default().push(row.read()?);
        }
    }
    for it in found {
        it.texts = texts.remove(&it.sequence).unwrap_or_default();
        it.steps = steps.remove(&it.sequence).unwrap_or_default();
    }
    Ok(())
}

/// Stores the last text of each.
pub(super) async fn write_texts(tx: &mut Tx, district: &str, of: &[Commitment]) -> Result<()> {
    let text = |it: &Commitment| -> Result<(i64, usize, Text, String)> {
        let text = it.text();
        let rows: Vec<(&str, String)> = text
            .milestones
            .iter()
            .map(|(title, due)| (title.as_str(), date::to_text(*due)))
            .collect();
        let milestones = serde_json::to_string(&rows).map_err(Error::internal)?;
        Ok((it.sequence, it.texts.len(), text, milestones))
    };
    let rows = of.iter().map(text).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO commitment_text
         (district, sequence, ordinal, title, content, target, milestones) ",
        &rows,
        |row, (sequence, ordinal, text, milestones)| {
            row.push_bind(district)
                .push_bind(*sequence)
                .push_bind(*ordinal as i64)
                .push_bind(&text.title)
                .push_bind(&text.content)
                .push_bind(&text.target)
                .push_bind(milestones);
        }
    )?;
    Ok(())
}

/// Stores the last step of each.
pub(super) async fn write_steps(tx: &mut Tx, district: &str, of: &[Commitment]) -> Result<()> {
    let step = |it: &Commitment| -> Result<_> {
        let step = it.steps.last().ok_or_else(|| Error::internal("a commitment without a step"))?;
        Ok((it.sequence, it.steps.len() as i64, step.clone(), grades_to_text(&step.grades)?))
    };
    let rows = of.iter().map(step).collect::<Result<Vec<_>>>()?;
    kit::insert_many!(
        tx,
        "INSERT INTO commitment_step
         (district, sequence, ordinal, state, actor, reason, grades, verdict, create_time) ",
        &rows,
        |row, (sequence, ordinal, step, grades)| {
            row.push_bind(district)
                .push_bind(*sequence)
                .push_bind(*ordinal)
                .push_bind(step.state as i64)
                .push_bind(&step.actor)
                .push_bind(&step.reason)
                .push_bind(grades)
                .push_bind(step.verdict.map_or(0, |it| it as i64))
                .push_bind(clock::to_micros(step.create_time));
        }
    )?;
    Ok(())
}

fn grades_to_text(grades: &[Grade]) -> Result<String> {
    let rows: Vec<[&str; 5]> = grades
        .iter()
        .map(|it| [&*it.aspect, &*it.grade, &*it.panel, &*it.ground, &*it.mark])
        .collect();
    serde_json::to_string(&rows).map_err(Error::internal)
}

fn grades_from_text(text: &str) -> Result<Vec<Grade>> {
    let rows: Vec<[String; 5]> = serde_json::from_str(text).map_err(Error::internal)?;
    let grade = |[aspect, grade, panel, ground, mark]: [String; 5]| Grade {
        aspect,
        grade,
        panel,
        ground,
        mark,
    };
    Ok(rows.into_iter().map(grade).collect())
}

#[derive(sqlx::FromRow)]
struct TextRow {
    sequence: i64,
    title: String,
    content: String,
    target: String,
    milestones: String,
}

impl TextRow {
    fn read(self) -> Result<Text> {
        let rows: Vec<(String, String)> =
            serde_json::from_str(&self.milestones).map_err(Error::internal)?;
        let milestone = |(title, due): (String, String)| -> Result<(String, Date)> {
            Ok((title, date::from_text(&due)?))
        };
        Ok(Text {
            title: self.title,
            content: self.content,
            target: self.target,
            milestones: rows.into_iter().map(milestone).collect::<Result<_>>()?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct StepRow {
    sequence: i64,
    state: i64,
    actor: String,
    reason: String,
    grades: String,
    verdict: i64,
    create_time: i64,
}

impl StepRow {
    fn read(self) -> Result<Step> {
        Ok(Step {
            state: State::try_from(self.state)?,
            actor: self.actor,
            reason: self.reason,
            grades: grades_from_text(&self.grades)?,
            verdict: (self.verdict != 0).then(|| Verdict::try_from(self.verdict)).transpose()?,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}
