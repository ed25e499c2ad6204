//! Trainings (培养锻炼, S9, H10): what was offered, who took part, what came of it.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::field::Fields;
use kit::name::Pattern;

/// How trainings are named.
pub(crate) static NAME: Pattern =
    Pattern::new("training", "districts/{district}/trainings/{training}");

kit::numbered! {
    /// What a training is.
    enum Kind {
        /// A lecture.
        Lecture = 1,
        /// A course.
        Course = 2,
        /// A desk day.
        DeskDay = 3,
        /// An arena.
        Arena = 4,
        /// Mentoring.
        Mentoring = 5,
        /// An assistant post.
        AssistantPost = 6,
    }
}

/// A training.
#[derive(Clone, Debug)]
pub(crate) struct Training {
    /// Its position in the district's ledger, and its id.
    pub(crate) sequence: i64,
    pub(crate) kind: Kind,
    pub(crate) title: String,
    pub(crate) content: String,
    pub(crate) topics: Vec<String>,
    pub(crate) start: Date,
    pub(crate) end: Date,
    pub(crate) organiser: String,
    pub(crate) unit: Option<String>,
    /// Id of the person.
    pub(crate) mentor: Option<String>,
    /// 0 for any number.
    pub(crate) places: i32,
    pub(crate) create_time: Timestamp,
}

impl Training {
    /// Its full name.
    pub(crate) fn name(&self, district: &str) -> String {
        NAME.format(&[district, &self.sequence.to_string()])
    }

    /// Refuses what its kind does not allow: `BEFORE_START`, `MENTOR_REQUIRED`, `UNIT_REQUIRED`.
    pub(crate) fn check(&self, fields: &mut Fields) {
        if self.end < self.start {
            let message = format!("must not be before the first day {}", self.start);
            fields.violation("training.end_date", "BEFORE_START", message);
        }
        if self.kind == Kind::Mentoring && self.mentor.is_none() {
            fields.violation("training.mentor", "MENTOR_REQUIRED", "mentoring has a mentor");
        }
        if matches!(self.kind, Kind::DeskDay | Kind::AssistantPost) && self.unit.is_none() {
            fields.violation("training.unit", "UNIT_REQUIRED", "says in which unit");
        }
    }

    /// True when one of its topics stands in a text.
    pub(crate) fn strengthens(&self, text: &str) -> bool {
        self.topics.iter().any(|topic| text.contains(topic.as_str()))
    }
}

/// The name of a kind as records print it.
pub(crate) fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Lecture => "大讲堂",
        Kind::Course => "培训班",
        Kind::DeskDay => "业务坐班",
        Kind::Arena => "擂台赛",
        Kind::Mentoring => "导师帮带",
        Kind::AssistantPost => "助理岗位",
    }
}
