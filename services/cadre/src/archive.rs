//! Performance archives (干部工作实绩档案, H10): what a published result becomes in the
//! record of whoever headed the unit on the period's last day. The unit of a project or a post is
//! the one that answers for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::consequence::count::Gate;
use crate::period;

/// One entry of a person's archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The district's id.
    pub(crate) district: String,
    /// Its place in the order of filing.
    pub(crate) sequence: i64,
    /// The person's id.
    pub(crate) person: String,
    /// Last segment of the name.
    pub(crate) id: String,
    /// The full name of the result it comes from.
    pub(crate) source: String,
    /// One line as printed.
    pub(crate) title: String,
    /// The unit's id.
    pub(crate) unit: String,
    /// The post held on the period's last day.
    pub(crate) post: String,
    /// The period's id.
    pub(crate) period: String,
    /// The score.
    pub(crate) score: Option<Decimal>,
    /// The rank.
    pub(crate) rank: Option<Decimal>,
    /// How many units were ranked.
    pub(crate) track_size: i64,
    /// When it was filed.
    pub(crate) create_time: Timestamp,
}

/// A published result, as scoring told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublishedResult {
    /// The district's id.
    pub(crate) district: String,
    /// Its full name.
    pub(crate) source: String,
    /// The run's id.
    pub(crate) run: String,
    /// Id of the unit that answers for what was scored.
    pub(crate) unit: String,
    /// What was scored, as printed; empty when it was the unit itself.
    pub(crate) subject: String,
    /// The track it ran on.
    pub(crate) track_id: String,
    /// Id of its grade; empty without one.
    pub(crate) grade: String,
    /// The grade's name.
    pub(crate) grade_display_name: String,
    /// The score.
    pub(crate) score: Option<Decimal>,
    /// The rank.
    pub(crate) rank: Option<Decimal>,
    /// How many units were ranked.
    pub(crate) track_size: i64,
    /// Its vetoes and bars that no exemption takes away.
    pub(crate) gates: Vec<Gate>,
    /// When it was told.
    pub(crate) create_time: Timestamp,
}

/// What a run's results mean: its period and its tracks' names. None of it ever changes.
#[derive(Debug)]
pub(crate) struct Meaning {
    /// The period's id.
    pub(crate) period: String,
    /// Its last day, in the district's own calendar.
    pub(crate) period_end: Date,
    /// The scheme's series.
    pub(crate) series: String,
    /// Names of the tracks by id.
    pub(crate) tracks: BTreeMap<String, String>,
}

impl Meaning {
    /// The name of a track; its id when it has none.
    pub(crate) fn track<'a>(&'a self, id: &'a str) -> &'a str {
        self.tracks.get(id).map_or(id, String::as_str)
    }
}

/// A result and the head it belongs to, not yet filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merit {
    /// The result.
    pub(crate) result: PublishedResult,
    /// The track's name.
    pub(crate) track: String,
    /// The period's id.
    pub(crate) period: String,
    /// The person's id.
    pub(crate) person: String,
    /// The post held on the period's last day.
    pub(crate) post: String,
}

impl Merit {
    /// The entry it becomes.
    pub(crate) fn entry(self, sequence: i64, id: String, now: Timestamp) -> Entry {
        let title = self.title();
        Entry {
            district: self.result.district,
            sequence,
            person: self.person,
            id,
            source: self.result.source,
            title,
            unit: self.result.unit,
            post: self.post,
            period: self.period,
            score: self.result.score,
            rank: self.result.rank,
            track_size: self.result.track_size,
            create_time: now,
        }
    }

    fn title(&self) -> String {
        let mut title = format!("{}{}考核", self.result.subject, period::title(&self.period));
        if let Some(score) = self.result.score {
            title.push_str(&format!("{}分", score.normalize()));
        }
        title.push_str(&format!("，{}", self.track));
        if let Some(rank) = self.result.rank {
            let (rank, size) = (rank.normalize(), self.result.track_size);
            title.push_str(&format!("第{rank}名（共{size}名）"));
        }
        title
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_one_printed_line() {
        let mut merit = Merit {
            result: PublishedResult {
                district: "hengkou".to_owned(),
                source: "districts/hengkou/runs/r/results/finance".to_owned(),
                run: "r".to_owned(),
                unit: "finance".to_owned(),
                subject: String::new(),
                track_id: "economy".to_owned(),
                grade: String::new(),
                grade_display_name: String::new(),
                score: Some(Decimal::new(88350, 3)),
                rank: Some(Decimal::new(2, 0)),
                track_size: 8,
                gates: Vec::new(),
                create_time: Timestamp::UNIX_EPOCH,
            },
            track: "经济管理类".to_owned(),
            period: "2023Q1".to_owned(),
            person: "p".to_owned(),
            post: "局长".to_owned(),
        };
        assert_eq!(merit.title(), "2023年第一季度考核88.35分，经济管理类第2名（共8名）");
        merit.result.rank = None;
        assert_eq!(merit.title(), "2023年第一季度考核88.35分，经济管理类");
        merit.result.subject = "环城路".to_owned();
        assert_eq!(merit.title(), "环城路2023年第一季度考核88.35分，经济管理类");
    }
}
