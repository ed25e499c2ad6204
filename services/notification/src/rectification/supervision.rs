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
    /// The letter about a step upwards on a letter of this subject to a unit of this name; the
    /// vacancy when nobody that still works stands at that level.
    pub(crate) fn supervision(
        &self,
        step: &Step,
        subject: &str,
        unit: &str,
        way: &Way<'_>,
    ) -> Result<Draft, &'static str> {
        let owing = (self.recipient.as_str(), unit);
        let Addressed { recipient, demand } = way.addressed(step.level, owing, ["补报", "整改"])?;
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
        Ok(Draft {
            kind: Kind::SupervisionLetter,
            recipients: vec![recipient],
            contents: contents.into_iter().collect(),
            source: self.name(),
            cause: self.name(),
            cause_key: Some(format!("{}@{}", self.name(), step.number)),
            ..Draft::default()
        })
    }
}

/// Who is written to about somebody who is late, and what is asked of them.
pub(crate) struct Addressed {
    pub(crate) recipient: Recipient,
    pub(crate) demand: String,
}

impl<'a> Way<'a> {
    /// Whoever stands at a level above a unit of this id and name, asked to see that the unit does
    /// at once what is named first, or later what is named second; the vacancy when nobody that still
    /// works stands there.
    pub(crate) fn addressed(
        &self,
        level: i64,
        (owing, unit): (&str, &str),
        [at_once, in_time]: [&str; 2],
    ) -> Result<Addressed, &'static str> {
        let (to, role, demand) = match level {
            1 => {
                let demand = format!("请单位主要负责同志亲自督促，立即{at_once}。");
                (Some(owing), Role::UnitHead, demand)
            }
            2 => {
                let (to, role) = self.leader(owing);
                (to, role, format!("请分管领导督促{unit}限期{in_time}。"))
            }
            _ => {
                let demand = format!("请对{unit}约谈提醒，并跟踪问效。");
                (self.oversight.office.as_deref(), Role::OfficeDuty, demand)
            }
        };
        let vacancy = match level {
            1 => "空缺：该单位已撤销，未发督办函",
            2 => "空缺：未设分管领导，也无在册的上级单位，未发督办函",
            _ => "空缺：未设考核办，未发督办函",
        };
        let to = to.ok_or(vacancy)?;
        let recipient = Recipient {
            unit: to.to_owned(),
            display_name: self.units.get(to).ok_or(vacancy)?.display_name.clone(),
            role,
            ..Recipient::default()
        };
        Ok(Addressed { recipient, demand })
    }

    /// The leader in charge; else the unit above as such.
    fn leader(&self, owing: &str) -> (Option<&'a str>, Role) {
        if let Some(leader) = self.oversight.leader(owing, self.units) {
            return (Some(leader), Role::LeaderInCharge);
        }
        let above = self.units.get(owing).map(|it| it.parent.as_str());
        (above.filter(|it| !it.is_empty()), Role::Unit)
    }
}
