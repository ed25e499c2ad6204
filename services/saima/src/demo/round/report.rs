//! Bulk reports: one stream, one transaction.

use proto::google::r#type::Decimal;
use proto::scoring::v1::bulk_create_observations_request::{Content, Header, Rows};
use proto::scoring::v1::{BulkCreateObservationsRequest, Evidence, Observation, Presence};

use sha2::{Digest, Sha256};

use super::Story;
use crate::failure::{Failure, Result};
use crate::hengkou::figures::{Report, Said};

/// Rows in one message of the stream.
const ROWS: usize = 400;

impl Story {
    /// Streams the reports in; all are stored or none.
    pub(super) async fn report(&self, reports: &[&Report]) -> Result<()> {
        if reports.is_empty() {
            return Ok(());
        }
        let header = Header {
            parent: self.parent.clone(),
            row_count: i32::try_from(reports.len()).unwrap_or(i32::MAX),
            request_id: kit::id::uid(),
            validate_only: false,
        };
        let mut messages = vec![message(Content::Header(header))];
        for rows in reports.chunks(ROWS) {
            let observations = rows.iter().map(|it| self.observation(it)).collect();
            messages.push(message(Content::Rows(Rows { observations })));
        }
        let stream = futures::stream::iter(messages);
        let reply = self.suite.observations().bulk_create_observations(stream).await?.into_inner();
        if let Some(problem) = reply.problems.first() {
            let row = usize::try_from(problem.row).ok().and_then(|it| reports.get(it));
            let row = row
                .map(|it| format!("{} {} {}", it.unit, it.indicator, it.period))
                .unwrap_or_default();
            let count = reply.problem_count;
            return Err(Failure::other(format!(
                "{count} reports were refused, the first is {row}: {}; a folder that holds half a story must be emptied first",
                problem.message
            )));
        }
        self.progress.inc(reports.len() as u64);
        Ok(())
    }

    fn observation(&self, report: &Report) -> Observation {
        let mut observation = Observation {
            unit: self.name("units", &report.unit),
            indicator: self.name("indicators", &report.indicator),
            period: self.name("periods", &report.period),
            ..Default::default()
        };
        match &report.said {
            Said::Value(value) => {
                observation.value = Some(Decimal { value: value.clone() });
                observation.set_presence(Presence::Value);
            }
            Said::NotApplicable(why) => {
                observation.note = (*why).to_owned();
                observation.set_presence(Presence::NotApplicable);
            }
        }
        observation.evidence.extend(report.evidence.iter().map(|it| evidence(&report.unit, it)));
        observation
    }
}

/// There are no files behind the demo; the digest is that of the title.
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
