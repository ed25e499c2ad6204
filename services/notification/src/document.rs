//! Documents (公文, H5, H7, H11, H12, Q3, Q6, Q9, X10): what is issued by hand or by a rule, under a
//! number of its series, and what recipients did about it.

mod fields;
mod kind;
mod part;
pub(crate) mod problem;
mod values;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kit::name::Pattern;
use kit::{Error, Result};

pub(crate) use fields::{Content, Contents};
pub(crate) use kind::Kind;
pub(crate) use part::Part;
pub(crate) use values::{sample, variables};

use crate::district::District;
use crate::document_template::DocumentTemplate;
use crate::inbox::Rule;
use crate::sheet::Sheet;
use crate::template::Text;
use crate::trigger;

/// How documents are named.
pub(crate) static NAME: Pattern =
    Pattern::new("document", "districts/{district}/documents/{document}");

kit::numbered! {
    /// Language of a text.
    enum Language {
        /// The one that holds.
        Chinese = 1,
        /// Beside it.
        English = 2,
    }
}

impl Language {
    /// Every language, in order.
    pub(crate) const ALL: [Self; 2] = [Self::Chinese, Self::English];
}

kit::numbered! {
    /// Who in a unit is written to.
    enum Role {
        /// The unit as such.
        Unit = 0,
        /// Its head.
        UnitHead = 1,
        /// Who reports.
        Reporter = 2,
        /// The leader in charge, of the unit that stands for that leader.
        LeaderInCharge = 3,
        /// Who is on duty, of the office.
        OfficeDuty = 4,
    }
}

kit::numbered! {
    /// How far a recipient has come.
    enum State {
        /// Delivered.
        Delivered = 1,
        /// Opened.
        Read = 2,
        /// Acknowledged in writing.
        Acknowledged = 3,
    }
}

/// A document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) district: String,
    /// Its place in the order of issue, and its id.
    pub(crate) sequence: i64,
    pub(crate) number: Number,
    pub(crate) draft: Draft,
    pub(crate) texts: Vec<Written>,
    /// What recipients did, by their ids.
    pub(crate) receipts: BTreeMap<String, Vec<Receipt>>,
    pub(crate) create_time: Timestamp,
}

/// Its number (文号).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) series: String,
    pub(crate) year: i64,
    pub(crate) ordinal: i64,
}

/// What is to be issued.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    /// Who issues it; empty for the office.
    pub(crate) issuer: String,
    /// None when it is for everybody.
    pub(crate) recipients: Vec<Recipient>,
    /// Recipients of its trigger for whom nobody was found.
    pub(crate) missing: Vec<trigger::Recipient>,
    /// Id of the period; empty when it speaks of none.
    pub(crate) period: String,
    /// The period in print, Chinese and English, where its id does not say it; kept in the texts alone.
    pub(crate) period_title: String,
    pub(crate) english_period_title: String,
    /// Which part of something longer it is; kept in the texts alone.
    pub(crate) part: Option<Part>,
    pub(crate) due_date: Option<Date>,
    pub(crate) contents: Contents,
    /// Those of the English text where it has its own.
    pub(crate) english_contents: Contents,
    pub(crate) attachments: Vec<Attachment>,
    /// Full name of what it speaks of; may be empty.
    pub(crate) source: String,
    /// Full name of the rule that wrote it; empty by hand.
    pub(crate) cause: String,
    /// What that rule wrote it for, once.
    pub(crate) cause_key: Option<String>,
    pub(crate) account: String,
}

/// A unit that it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) unit: String,
    pub(crate) display_name: String,
    /// Who in the unit is written to.
    pub(crate) role: Role,
    /// Who else, where a rule names the unit in several relations.
    pub(crate) further_roles: Vec<Role>,
    /// What the unit is to correct; empty for nothing.
    pub(crate) problem: String,
}

impl Recipient {
    /// Adds a role in a unit to recipients, and yields the unit among them; each stands there once.
    pub(crate) fn address<'a>(
        recipients: &'a mut Vec<Self>,
        unit: &str,
        display_name: &str,
        role: Role,
    ) -> &'a mut Self {
        let at = recipients.iter().position(|it| it.unit == unit).unwrap_or(recipients.len());
        if at == recipients.len() {
            recipients.push(Self {
                unit: unit.to_owned(),
                display_name: display_name.to_owned(),
                role,
                ..Self::default()
            });
        }
        let it = &mut recipients[at];
        if it.roles().all(|known| known != role) {
            it.further_roles.push(role);
        }
        it
    }

    /// Adds a problem to what it is to correct; what it is to correct already is said once.
    pub(crate) fn charge(&mut self, problem: &str) {
        if self.problem.is_empty() {
            self.problem = problem.to_owned();
        } else if !self.problem.contains(problem) {
            self.problem = problem::cut(&format!("{}；{problem}", self.problem));
        }
    }

    /// Everybody in the unit who is written to.
    pub(crate) fn roles(&self) -> impl Iterator<Item = Role> {
        std::iter::once(self.role).chain(self.further_roles.iter().copied())
    }
}

/// A file that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) title: String,
    pub(crate) sha256: String,
}

/// Its text in a language.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) language: Language,
    pub(crate) text: Text,
    pub(crate) template_revision: i64,
    /// Why the district's own template was not used; empty when there was no need for that.
    pub(crate) template_fault: String,
}

/// One step a recipient took.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) state: State,
    pub(crate) text: String,
    pub(crate) account: String,
    pub(crate) late: bool,
    pub(crate) create_time: Timestamp,
}

impl Document {
    /// A document that goes out now under the number given to it.
    pub(crate) fn issue(
        district: &District,
        sequence: i64,
        ordinal: i64,
        mut draft: Draft,
        template: &DocumentTemplate,
        now: Timestamp,
    ) -> Result<Self> {
        let day = district.day(now);
        let number = Number { series: template.series.clone(), year: day.year().into(), ordinal };
        let mut texts = Vec::new();
        for language in Language::ALL {
            let values = values::values(&draft, district, &number.to_string(), day, language);
            let mut composed = template.compose(language, &values)?;
            if let Some(part) = draft.part {
                composed.text.subject.push_str(&part.shown(language));
            }
            texts.push(Written {
                language,
                text: composed.text,
                template_revision: template.revision,
                template_fault: composed.fault.map(|it| it.to_string()).unwrap_or_default(),
            });
        }
        let Draft { contents, english_contents, .. } = &mut draft;
        english_contents.retain(|name, content| contents.get(name) != Some(content));
        Ok(Self {
            district: district.id.clone(),
            sequence,
            number,
            draft,
            texts,
            receipts: BTreeMap::new(),
            create_time: now,
        })
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.sequence.to_string()])
    }

    /// Its text in a language.
    pub(crate) fn text(&self, language: Language) -> Option<&Written> {
        self.texts.iter().find(|it| it.language == language)
    }

    /// As it is printed; none in a language that it is not written in.
    pub(crate) fn sheet(&self, language: Language) -> Option<Sheet> {
        let written = self.text(language)?;
        let word = match language {
            Language::Chinese => "附件",
            Language::English => "Attachment ",
        };
        let line = |(number, it): (usize, &Attachment)| {
            format!("{word}{number}：{} (SHA-256 {})", it.title, it.sha256)
        };
        Some(Sheet {
            name: self.name(),
            language,
            text: written.text.clone(),
            number: self.number.to_string(),
            attached: (1..).zip(&self.draft.attachments).map(line).collect(),
        })
    }

    /// Bytes of its texts, about.
    pub(crate) fn size(&self) -> usize {
        let texts: usize =
            self.texts.iter().map(|it| it.text.subject.len() + it.text.body.len()).sum();
        let receipts = self.receipts.values().flatten().map(|it| 64 + it.text.len());
        let fields = self.draft.contents.values().chain(self.draft.english_contents.values());
        let fields: usize = fields.map(Content::size).sum();
        texts + fields + receipts.sum::<usize>() + 128 * self.draft.recipients.len()
    }

    /// How often it was written to, the issue included.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.receipts.values().map(|it| it.len() as i64).sum::<i64>()
    }

    /// How far a recipient has come.
    pub(crate) fn state(&self, unit: &str) -> State {
        let receipts = self.receipts.get(unit);
        receipts.and_then(|it| it.last()).map_or(State::Delivered, |it| it.state)
    }

    /// Notes that a recipient opened it; nothing to note when it was opened before.
    pub(crate) fn read(
        &mut self,
        unit: &str,
        account: String,
        now: Timestamp,
    ) -> Result<Option<Receipt>> {
        self.check(unit)?;
        if self.state(unit) != State::Delivered {
            return Ok(None);
        }
        let text = String::new();
        let receipt = Receipt { state: State::Read, text, account, late: false, create_time: now };
        Ok(Some(self.step(unit, receipt)))
    }

    /// Takes a recipient's acknowledgement, once, and late where the district's rule takes late ones.
    pub(crate) fn acknowledge(
        &mut self,
        unit: &str,
        (text, account): (String, String),
        rule: Rule,
        today: Date,
        now: Timestamp,
    ) -> Result<Receipt> {
        self.check(unit)?;
        if self.state(unit) == State::Acknowledged {
            let message = format!("{unit} acknowledged it before; once is enough");
            return Err(Error::precondition("ALREADY_ACKNOWLEDGED", self.name(), message));
        }
        let days = self.draft.due_date.map(|due| rule.days_late(due, self.name(), today));
        let late = days.transpose()?.is_some_and(|days| days > 0);
        let state = State::Acknowledged;
        Ok(self.step(unit, Receipt { state, text, account, late, create_time: now }))
    }

    fn check(&self, unit: &str) -> Result<()> {
        if self.draft.recipients.iter().any(|it| it.unit == unit) {
            return Ok(());
        }
        let message = format!("is not for the unit {unit}");
        Err(Error::precondition("NOT_A_RECIPIENT", self.name(), message))
    }

    fn step(&mut self, unit: &str, receipt: Receipt) -> Receipt {
        self.receipts.entry(unit.to_owned()).or_default().push(receipt.clone());
        receipt
    }
}

impl Number {
    /// One of what may have none.
    pub(crate) fn read(
        series: Option<String>,
        year: Option<i64>,
        ordinal: Option<i64>,
    ) -> Option<Self> {
        Some(Self { series: series?, year: year?, ordinal: ordinal? })
    }

    /// Without its series: 〔2023〕12号.
    pub(crate) fn of_year(&self) -> String {
        format!("〔{}〕{}号", self.year, self.ordinal)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}{}", self.series, self.of_year())
    }
}
