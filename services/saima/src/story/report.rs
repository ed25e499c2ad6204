//! Bulk reports from tables: a line a subject, a column an indicator; one stream, one
//! transaction.
//!
//! A table has the columns `period` and `unit`, perhaps others that the story asks for (`late`),
//! and a column for each indicator. An empty cell is no report, `n/a` and a reason is not
//! applicable.

use std::collections::BTreeMap;

use proto::google::r#type::Decimal;
use proto::scoring::v1::bulk_create_observations_request::{Content, Header, Rows};
use proto::scoring::v1::{BulkCreateObservationsRequest, Evidence, Observation, Presence};
use sha2::{Digest, Sha256};

use super::book::{Report, Rows as Source};
use super::play::Player;
use crate::failure::{Failure, Result};
use crate::names;

/// Rows in one message of the stream.
const ROWS: usize = 400;

/// Columns that are no indicator.
const OTHERS: [&str; 3] = ["period", "unit", "late"];

impl Player<'_> {
    /// Streams the reports in; all are stored or none.
    pub(super) async fn report(&mut self, report: &Report) -> Result<()> {
        let period = self.words.fill(&report.period)?;
        let mut filter = vec![("period".to_owned(), period)];
        filter.extend(report.filter.iter().cloned());
        let mut observations = Vec::new();
        for row in self.rows(&Source::Table(report.tables.clone()), &filter).await? {
            self.observations(report, &row, &mut observations)?;
        }
        if observations.is_empty() {
            return Ok(());
        }
        let header = Header {
            parent: self.parent.clone(),
            row_count: i32::try_from(observations.len()).unwrap_or(i32::MAX),
            request_id: kit::id::uid(),
            ..Default::default()
        };
        let mut messages = vec![message(Content::Header(header))];
        for rows in observations.chunks(ROWS) {
            messages.push(message(Content::Rows(Rows { observations: rows.to_vec() })));
        }
        let stream = futures::stream::iter(messages);
        let reply = self.suite.observations().bulk_create_observations(stream).await?.into_inner();
        let Some(problem) = reply.problems.first() else { return Ok(()) };
        let row = usize::try_from(problem.row).ok().and_then(|it| observations.get(it));
        let row = row.map(|it| format!("{} {}", names::id(&it.unit), names::id(&it.indicator)));
        Err(Failure::other(format!(
            "{} reports were refused, the first is {}: {}; a folder that holds half a story must be emptied first",
            reply.problem_count,
            row.unwrap_or_default(),
            problem.message
        )))
    }

    /// The reports of one line.
    fn observations(
        &mut self,
        report: &Report,
        row: &BTreeMap<String, String>,
        into: &mut Vec<Observation>,
    ) -> Result<()> {
        let text = |key: &str| row.get(key).map(String::as_str).unwrap_or_default();
        let unit = self.subject(text("unit"));
        for (indicator, cell) in row.iter().filter(|(key, _)| !OTHERS.contains(&key.as_str())) {
            if cell.is_empty() {
                continue;
            }
            let mut observation = Observation {
                unit: unit.clone(),
                indicator: format!("{}/indicators/{indicator}", self.parent),
                period: format!("{}/periods/{}", self.parent, text("period")),
                ..Default::default()
            };
            match cell.strip_prefix("n/a") {
                Some(why) => {
                    observation.note = why.trim().to_owned();
                    observation.set_presence(Presence::NotApplicable);
                }
                None => {
                    observation.value = Some(Decimal { value: cell.clone() });
                    observation.set_presence(Presence::Value);
                }
            }
            if let Some(title) = &report.evidence
                && report.proven.contains(indicator)
            {
                let words = BTreeMap::from([("indicator".to_owned(), indicator.clone())]);
                self.words.enter(row.clone());
                self.words.enter(words);
                let title = self.words.fill(title);
                self.words.leave();
                self.words.leave();
                observation.evidence.push(evidence(text("unit"), &title?));
            }
            into.push(observation);
        }
        Ok(())
    }

    /// The full name of a subject by its id: a unit's, or `projects.x`, `posts.x`.
    fn subject(&self, id: &str) -> String {
        match id.split_once('.') {
            Some((collection, id)) => format!("{}/{collection}/{id}", self.parent),
            None => format!("{}/units/{id}", self.parent),
        }
    }
}

/// There are no files behind a story; the digest is that of the title.
fn evidence(unit: &str, title: &str) -> Evidence {
    let digest = Sha256::digest(format!("{unit} {title}"));
    Evidence {
        title: title.to_owned(),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        uri: String::new(),
    }
}

fn message(content: Content) -> BulkCreateObservationsRequest {
    BulkCreateObservationsRequest { content: Some(content) }
}
