//! Appraisal reports (考察材料, X11): what is on record of a period, with an opinion, filed for good.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;

/// How reports are named.
pub(crate) static NAME: Pattern = Pattern::new(
    "appraisal_report",
    "districts/{district}/persons/{person}/appraisalReports/{appraisal_report}",
);

kit::numbered! {
    /// What a report is for.
    enum Purpose {
        /// Selection and appointment.
        Selection = 1,
        /// Honours.
        Honour = 2,
        /// Rank promotion.
        Promotion = 3,
        /// Accountability.
        Accountability = 4,
        /// The end of a term.
        Term = 5,
    }
}

/// A report.
#[derive(Clone, Debug)]
pub(crate) struct AppraisalReport {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) purpose: Purpose,
    pub(crate) start: Date,
    pub(crate) end: Date,
    pub(crate) opinion: String,
    pub(crate) author: String,
    /// The document.
    pub(crate) text: String,
    /// What the document hashes to.
    pub(crate) sha256: String,
    pub(crate) create_time: Timestamp,
}

impl AppraisalReport {
    /// Its full name.
    pub(crate) fn name(&self, district: &str, person: &str) -> String {
        NAME.format(&[district, person, &self.sequence.to_string()])
    }
}

/// The name of a purpose as records print it.
pub(crate) fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Selection => "选拔任用",
        Purpose::Honour => "评先评优",
        Purpose::Promotion => "职级晋升",
        Purpose::Accountability => "问责追责",
        Purpose::Term => "期满鉴定",
    }
}
