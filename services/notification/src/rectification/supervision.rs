//! The letter (督办函) that an escalation writes, to the level that is spoken to.

use std::collections::BTreeMap;

use super::{Rectification, State, Step};
use crate::district::{Oversight, Unit};
use crate::document::{Content, Draft, Kind, Recipient, Role};

/// The way upwards in a district.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) units: &'a BTreeMap<String, Unit>,
    pub(crate) oversight: &'a Oversight,
}

impl Rectification {
    /// The letter about a step upwards on a letter of this subject to a unit of this name; none
    /// when nobody that still works stands at that level.
    pub(crate) fn supervision(
        &self,
        step: &Step,
        subject: &str,
        unit: &str,
        way: &Way<'_>,
    ) -> Option<Draft> {
        let (to, role, demand) = match step.level {
            1 => {
                let demand = "请单位主要负责同志亲自督促，立即补报。".to_owned();
                (Some(self.recipient.as_str()), Role::UnitHead, demand)
            }
            2 => {
                let (to, role) = self.leader(way);
                (to, role, format!("请分管领导督促{unit}限期整改。"))
            }
            _ => {
                let demand = format!("请对{unit}约谈提醒，并跟踪问效。");
                (way.oversight.office.as_deref(), Role::OfficeDuty, demand)
            }
        };
        let to = to?;
        let recipient = Recipient {
            unit: to.to_owned(),
            display_name: way.units.get(to)?.display_name.clone(),
            role,
            ..Recipient::default()
        };
        let owed = match self.state {
            State::AwaitingPlan => "提交整改方案",
            _ => "报送整改情况",
        };
        let due = self.due_date.strftime("%Y年%-m月%-d日");
        let matter = match self.problem.as_str() {
            "" => String::new(),
            problem => format!("其中问题：{}。", problem.trim_end_matches('。')),
        };
        let situation = format!("{unit}收到《{subject}》后，应于{due}前{owed}，现已逾期。{matter}");
        let text = |text: String| Content::Text(text);
        let contents = [
            ("matter".to_owned(), text(format!("{unit}整改逾期"))),
            ("situation".to_owned(), text(situation)),
            ("demands".to_owned(), Content::List(vec![demand])),
        ];
        Some(Draft {
            kind: Kind::SupervisionLetter,
            recipients: vec![recipient],
            contents: contents.into_iter().collect(),
            source: self.name(),
            cause: self.name(),
            cause_key: Some(format!("{}@{}", self.name(), step.number)),
            ..Draft::default()
        })
    }

    /// The leader in charge; else the unit above as such.
    fn leader<'a>(&self, way: &Way<'a>) -> (Option<&'a str>, Role) {
        if let Some(leader) = way.oversight.leader(&self.recipient, way.units) {
            return (Some(leader), Role::LeaderInCharge);
        }
        let above = way.units.get(&self.recipient).map(|it| it.parent.as_str());
        (above.filter(|it| !it.is_empty()), Role::Unit)
    }
}
