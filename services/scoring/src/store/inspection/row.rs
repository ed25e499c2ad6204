//! Inspections, findings and steps as their rows hold them.

use kit::{Error, Result, clock, date};
use serde::{Deserialize, Serialize};

use crate::inspection::{
    Contents, Count, Finding, Found, Inspection, Inspector, Photograph, Severity, State, Step,
};
use crate::store::observation::evidence;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) sequence: i64,
    pub(super) unit: String,
    pub(super) period: String,
    pub(super) scheme: String,
    pub(super) track: String,
    pub(super) inspection_date: String,
    pub(super) unannounced: bool,
    pub(super) inspectors: String,
    pub(super) summary: String,
    pub(super) create_time: i64,
}

#[derive(Serialize, Deserialize)]
struct InspectorText {
    subject: String,
    label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    account: String,
}

#[derive(Serialize, Deserialize)]
struct PhotographText {
    title: String,
    sha256: String,
    media_type: String,
    size_bytes: i64,
    uri: String,
}

impl Row {
    pub(super) fn read(inspection: &Inspection) -> Result<Self> {
        let contents = &inspection.contents;
        let inspector = |it: &Inspector| InspectorText {
            subject: it.subject.clone(),
            label: it.label.clone(),
            account: it.account.clone(),
        };
        let inspectors: Vec<_> = contents.inspectors.iter().map(inspector).collect();
        Ok(Self {
            sequence: inspection.sequence,
            unit: contents.unit.clone(),
            period: contents.period.clone(),
            scheme: contents.scheme.clone(),
            track: inspection.track.clone(),
            inspection_date: date::to_text(contents.date),
            unannounced: contents.unannounced,
            inspectors: serde_json::to_string(&inspectors).map_err(Error::internal)?,
            summary: contents.summary.clone(),
            create_time: clock::to_micros(inspection.create_time),
        })
    }

    pub(super) fn inspection(self, findings: Vec<Finding>) -> Result<Inspection> {
        let inspectors: Vec<InspectorText> =
            serde_json::from_str(&self.inspectors).map_err(Error::internal)?;
        let inspector = |it: InspectorText| Inspector {
            subject: it.subject,
            label: it.label,
            account: it.account,
        };
        Ok(Inspection {
            sequence: self.sequence,
            contents: Contents {
                unit: self.unit,
                period: self.period,
                scheme: self.scheme,
                date: date::from_text(&self.inspection_date)?,
                unannounced: self.unannounced,
                inspectors: inspectors.into_iter().map(inspector).collect(),
                summary: self.summary,
            },
            track: self.track,
            findings,
            create_time: clock::from_micros(self.create_time)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct FindingRow {
    pub(super) inspection: i64,
    pub(super) finding: i64,
    pub(super) unit: String,
    pub(super) severity: i64,
    pub(super) body: String,
    pub(super) indicator: Option<String>,
    pub(super) observation: Option<i64>,
    pub(super) photographs: String,
    pub(super) correction_due: Option<String>,
}

impl FindingRow {
    pub(super) fn read(finding: &Finding) -> Result<Self> {
        let found = &finding.found;
        let photograph = |it: &Photograph| PhotographText {
            title: it.title.clone(),
            sha256: it.sha256.clone(),
            media_type: it.media_type.clone(),
            size_bytes: it.size_bytes,
            uri: it.uri.clone(),
        };
        let photographs: Vec<_> = found.photographs.iter().map(photograph).collect();
        Ok(Self {
            inspection: finding.inspection,
            finding: finding.number,
            unit: finding.unit.clone(),
            severity: found.severity as i64,
            body: found.text.clone(),
            indicator: found.indicator.clone(),
            observation: found.observation,
            photographs: serde_json::to_string(&photographs).map_err(Error::internal)?,
            correction_due: found.correction_due.map(date::to_text),
        })
    }

    pub(super) fn found(self, steps: Vec<Step>, adjustments: Vec<i64>) -> Result<Finding> {
        let photographs: Vec<PhotographText> =
            serde_json::from_str(&self.photographs).map_err(Error::internal)?;
        let photograph = |it: PhotographText| Photograph {
            title: it.title,
            sha256: it.sha256,
            media_type: it.media_type,
            size_bytes: it.size_bytes,
            uri: it.uri,
        };
        Ok(Finding {
            inspection: self.inspection,
            number: self.finding,
            unit: self.unit,
            found: Found {
                severity: Severity::try_from(self.severity)?,
                text: self.body,
                indicator: self.indicator,
                observation: self.observation,
                photographs: photographs.into_iter().map(photograph).collect(),
                correction_due: self.correction_due.as_deref().map(date::from_text).transpose()?,
            },
            steps,
            adjustments,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct StepRow {
    pub(super) inspection: i64,
    pub(super) finding: i64,
    state: i64,
    note: String,
    evidence: String,
    create_time: i64,
}

impl TryFrom<StepRow> for Step {
    type Error = Error;

    fn try_from(row: StepRow) -> Result<Self> {
        Ok(Self {
            state: State::try_from(row.state)?,
            note: row.note,
            evidence: evidence::from_text(&row.evidence)?,
            create_time: clock::from_micros(row.create_time)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct CountRow {
    unit: String,
    inspections: i64,
    unannounced: i64,
    commendable: i64,
    minor: i64,
    major: i64,
    grave: i64,
    open: i64,
}

impl From<CountRow> for Count {
    fn from(row: CountRow) -> Self {
        Self {
            unit: row.unit,
            inspections: row.inspections,
            unannounced: row.unannounced,
            commendable: row.commendable,
            minor: row.minor,
            major: row.major,
            grave: row.grave,
            open: row.open,
        }
    }
}
