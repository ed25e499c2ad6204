//! The letter (督办函) that an escalation writes, to the level that is spoken to.

use std::collections::BTreeMap;

use super::{Rectification, State, Step};
use crate::district::{Oversight, Unit};
use crate::document::{Content, Contents, Draft, Kind, Language, Recipient, Role};
use crate::print;

/// What a letter or document that is overdue is called, and whose it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Title {
    pub(crate) subject: String,
    /// Empty where it is not written in English.
    pub(crate) english_subject: String,
    /// The unit's name.
    pub(crate) unit: String,
}

impl Title {
    /// The subject in a language; the Chinese one where there is no other.
    pub(crate) fn subject_in(&self, language: Language) -> &str {
        match language {
            Language::English if !self.english_subject.is_empty() => &self.english_subject,
            _ => &self.subject,
        }
    }
}

/// The way upwards in a district.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) units: &'a BTreeMap<String, Unit>,
    pub(crate) oversight: &'a Oversight,
}

impl Rectification {
    /// The letter about a step upwards on what asked for it; the vacancy when nobody that still works
    /// stands at that level.
    pub(crate) fn supervision(
        &self,
        step: &Step,
        title: &Title,
        way: &Way<'_>,
    ) -> Result<Draft, &'static str> {
        let owing = (self.recipient.as_str(), title.unit.as_str());
        let addressed = way.addressed(step.level, owing, RECTIFY)?;
        let text = |language| self.overdue(title, language);
        Ok(supervision(
            text,
            addressed,
            Draft {
                source: self.name(),
                cause: self.name(),
                cause_key: Some(format!("{}@{}", self.name(), step.number)),
                ..Draft::default()
            },
        ))
    }

    /// What is overdue and what happened, in a language.
    fn overdue(&self, title: &Title, language: Language) -> [String; 2] {
        let Title { unit, .. } = title;
        let (subject, due) = (title.subject_in(language), print::day_in(language, self.due_date));
        let is_planned = self.state != State::AwaitingPlan;
        match language {
            Language::Chinese => {
                let owed = if is_planned { "报送整改情况" } else { "提交整改方案" };
                let matter = match self.problem.as_str() {
                    "" => String::new(),
                    problem => format!("其中问题：{}。", problem.trim_end_matches('。')),
                };
                let said =
                    format!("{unit}收到《{subject}》后，应于{due}前{owed}，现已逾期。{matter}");
                [format!("{unit}整改逾期"), said]
            }
            Language::English => {
                let owed = match is_planned {
                    true => "report what it corrected",
                    false => "hand in its plan of correction",
                };
                let matter = match self.problem.as_str() {
                    "" => String::new(),
                    problem => format!(" The problem is: {problem}"),
                };
                let said = format!(
                    "{unit} was sent “{subject}” and was to {owed} by {due}. This is overdue.{matter}"
                );
                [format!("{unit} is late with a correction"), said]
            }
        }
    }
}

/// A supervision letter that says in each language what is overdue and what happened, and asks whoever
/// is addressed for what is demanded; `draft` says where it comes from.
pub(crate) fn supervision(
    said: impl Fn(Language) -> [String; 2],
    addressed: Addressed,
    draft: Draft,
) -> Draft {
    let Addressed { recipient, demands: [chinese, english] } = addressed;
    let contents = |language, demand| -> Contents {
        let [matter, situation] = said(language);
        [
            ("matter".to_owned(), Content::Text(matter)),
            ("situation".to_owned(), Content::Text(situation)),
            ("demands".to_owned(), Content::List(vec![demand])),
        ]
        .into()
    };
    Draft {
        kind: Kind::SupervisionLetter,
        recipients: vec![recipient],
        contents: contents(Language::Chinese, chinese),
        english_contents: contents(Language::English, english),
        ..draft
    }
}

/// Who is written to about somebody who is late, and what is asked of them, in Chinese and English.
pub(crate) struct Addressed {
    recipient: Recipient,
    demands: [String; 2],
}

/// What somebody who is late is urged to do, in Chinese and English.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Urged {
    pub(crate) at_once: [&'static str; 2],
    pub(crate) in_time: [&'static str; 2],
}

const RECTIFY: Urged =
    Urged { at_once: ["补报", "reports"], in_time: ["整改", "corrects what is asked"] };

impl<'a> Way<'a> {
    /// Whoever stands at a level above a unit of this id and name, asked to see that the unit does what
    /// it is urged to; the vacancy when nobody that still works stands there.
    pub(crate) fn addressed(
        &self,
        level: i64,
        (owing, unit): (&str, &str),
        Urged { at_once, in_time }: Urged,
    ) -> Result<Addressed, &'static str> {
        let (to, role, demands) = match level {
            1 => {
                let demands = [
                    format!("请单位主要负责同志亲自督促，立即{}。", at_once[0]),
                    format!("The head of the unit is asked to see that it {} at once.", at_once[1]),
                ];
                (Some(owing), Role::UnitHead, demands)
            }
            2 => {
                let (to, role) = self.leader(owing);
                let demands = [
                    format!("请分管领导督促{unit}限期{}。", in_time[0]),
                    format!(
                        "The leader in charge is asked to see that {unit} {} within a set time.",
                        in_time[1]
                    ),
                ];
                (to, role, demands)
            }
            _ => {
                let demands = [
                    format!("请对{unit}约谈提醒，并跟踪问效。"),
                    format!("The office is asked to talk to {unit} and to follow the matter up."),
                ];
                (self.oversight.office.as_deref(), Role::OfficeDuty, demands)
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
        Ok(Addressed { recipient, demands })
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
