//! Comments (意见) on a draft, and their answers (H13). Ledgers.

use jiff::Timestamp;
use kit::name::Pattern;

/// How comments are named.
pub(crate) static NAME: Pattern =
    Pattern::new("comment", "districts/{district}/consultations/{consultation}/comments/{comment}");

kit::numbered! {
    /// What became of a comment.
    enum Verdict {
        /// 采纳.
        Adopted = 1,
        /// 部分采纳.
        PartlyAdopted = 2,
        /// 未采纳.
        Declined = 3,
    }
}

/// A comment.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) district: String,
    /// Id of the consultation.
    pub(crate) consultation: String,
    /// Counts the comments of the consultation, from 1.
    pub(crate) number: i64,
    /// Id of the unit that comments.
    pub(crate) unit: String,
    pub(crate) track_id: Option<String>,
    pub(crate) node_id: Option<String>,
    pub(crate) text: String,
    pub(crate) create_time: Timestamp,
    pub(crate) answer: Option<Answer>,
}

/// The office's answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) text: String,
    pub(crate) time: Timestamp,
}
