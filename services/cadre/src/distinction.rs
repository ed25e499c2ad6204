//! Distinctions: awards that were announced and cards that were issued, as scoring told of them
//! (Tiger and Snail, red flag and yellow card; B11, Q6), for better or worse.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::consequence_rule::Counted;
use crate::period;

/// An award or card as scoring told of it, given or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The district's id.
    pub(crate) district: String,
    /// Where its notice lies in the tray.
    pub(crate) notice: String,
    /// Full name of the award or card.
    pub(crate) source: String,
    pub(crate) state: State,
    /// Award, red flag or yellow card.
    pub(crate) kind: Counted,
    /// Id of the run that proposed it; none where the office issued it.
    pub(crate) run: Option<String>,
    /// Id of the award or the rule of cards; empty where the office issued it.
    pub(crate) rule: String,
    /// Its name as printed.
    pub(crate) title: String,
    /// What got it: a unit's id, `projects.{project}` or `posts.{post}`.
    pub(crate) subject: String,
    pub(crate) subject_display_name: String,
    pub(crate) track_id: String,
    pub(crate) period: String,
}

/// What is asked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Belonging {
    /// Id of the unit that answers for it.
    pub(crate) unit: String,
    /// The scheme's series; empty where the office issued it.
    pub(crate) series: String,
    /// The last day of its period.
    pub(crate) period_end: Date,
}

kit::numbered! {
    /// What was told.
    enum State {
        /// It was announced or issued.
        Given = 1,
        /// It was withdrawn.
        Withdrawn = 2,
    }
}

/// A distinction on the record of a person.
pub(crate) struct Held {
    pub(crate) source: String,
    pub(crate) kind: Counted,
    pub(crate) period_end: Date,
    pub(crate) line: String,
    pub(crate) stands: bool,
    pub(crate) create_time: Timestamp,
}

/// As printed, for example 2023年第一季度环城路：猛虎奖.
pub(crate) fn line(period: &str, subject: &str, title: &str) -> String {
    format!("{}{subject}：{title}", period::title(period))
}
