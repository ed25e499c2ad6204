//! Letters (函, 单, H7): one to a unit for each warning, and the receipts the unit gives.

mod warning;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kit::name::Pattern;
use kit::{Error, Result};

pub(crate) use warning::{Ground, Warning};

use crate::district::District;
use crate::document::{Language, Number};
use crate::sheet::Sheet;
use crate::template::{self, Template, Text};

/// How letters are named.
pub(crate) static NAME: Pattern = Pattern::new("letter", "districts/{district}/letters/{letter}");

/// Days until the acknowledgement is due.
const ACKNOWLEDGE_DAYS: i64 = 7;

kit::numbered! {
    /// Which letter it is.
    enum Kind {
        /// 工作提示函.
        WorkReminder = 1,
        /// 预警单.
        WarningSheet = 2,
    }
}

kit::numbered! {
    /// How far the recipient has come.
    enum State {
        /// In the inbox.
        Delivered = 1,
        /// Opened.
        Read = 2,
        /// Acknowledged in writing.
        Acknowledged = 3,
    }
}

/// A letter to one unit.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) district: String,
    /// Its place in the order of issue, and its id.
    pub(crate) sequence: i64,
    pub(crate) kind: Kind,
    /// None of letters from before there were any.
    pub(crate) number: Option<Number>,
    /// Id of the unit it is for.
    pub(crate) recipient: String,
    pub(crate) recipient_display_name: String,
    /// In Chinese, which holds.
    pub(crate) written: Written,
    /// In other languages; none of letters from before there were any.
    pub(crate) translations: Vec<Written>,
    /// Full name of what it speaks of.
    pub(crate) source: String,
    /// Id of the period it speaks of.
    pub(crate) period: String,
    pub(crate) due_date: Date,
    pub(crate) state: State,
    /// In the order they were given.
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) create_time: Timestamp,
}

/// Its text in a language.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) language: Language,
    pub(crate) text: Text,
    /// Why the district's own template was not used; empty when there was no need for that.
    pub(crate) template_fault: String,
}

/// One step the recipient took.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// The state it led to.
    pub(crate) state: State,
    pub(crate) text: String,
    /// Days behind the due date; 0 when in time.
    pub(crate) days_late: i64,
    pub(crate) create_time: Timestamp,
}

impl Letter {
    /// A letter that goes out now.
    pub(crate) fn issue(
        district: &District,
        (sequence, ordinal): (i64, i64),
        warning: &Warning,
        template: &Template,
        now: Timestamp,
    ) -> Result<Self> {
        let issued = district.day(now);
        let due_date = issued.checked_add(ACKNOWLEDGE_DAYS.days()).map_err(Error::internal)?;
        let series = warning.kind().series().to_owned();
        let number = Number { series, year: issued.year().into(), ordinal };
        let write = |language| -> Result<Written> {
            let days = (issued, due_date);
            let values = warning.values(district, &number.of_year(), days, language);
            let composed = template.compose(language, &values)?;
            let template_fault = composed.fault.map(|it| it.to_string()).unwrap_or_default();
            Ok(Written { language, text: composed.text, template_fault })
        };
        Ok(Self {
            district: district.id.clone(),
            sequence,
            kind: warning.kind(),
            recipient: warning.unit.clone(),
            recipient_display_name: warning.unit_display_name.clone(),
            written: write(Language::Chinese)?,
            translations: vec![write(Language::English)?],
            number: Some(number),
            source: warning.source.clone(),
            period: warning.period.clone(),
            due_date,
            state: State::Delivered,
            receipts: Vec::new(),
            create_time: now,
        })
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.sequence.to_string()])
    }

    /// As it is printed; none in a language that it is not written in.
    pub(crate) fn sheet(&self, language: Language) -> Option<Sheet> {
        let written = self.texts().find(|it| it.language == language)?;
        Some(Sheet {
            name: self.name(),
            language,
            text: written.text.clone(),
            number: self.number.as_ref().map(Number::of_year).unwrap_or_default(),
            attached: Vec::new(),
        })
    }

    /// Bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        let receipts: usize = self.receipts.iter().map(|receipt| receipt.text.len()).sum();
        let texts = self.texts().map(|it| it.text.subject.len() + it.text.body.len());
        texts.sum::<usize>() + receipts
    }

    /// In every language, Chinese first.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Written> {
        std::iter::once(&self.written).chain(&self.translations)
    }

    /// How often it was written to, the issue included.
    pub(crate) fn revision(&self) -> i64 {
        1 + self.receipts.len() as i64
    }

    /// Notes that the recipient opened it; nothing to note when it was opened before.
    pub(crate) fn read(&mut self, now: Timestamp) -> Option<Receipt> {
        (self.state == State::Delivered).then(|| self.step(State::Read, String::new(), 0, now))
    }

    /// Takes the recipient's acknowledgement, once; `days` late, or refused for being so.
    pub(crate) fn acknowledge(
        &mut self,
        text: String,
        days: Result<i64>,
        now: Timestamp,
    ) -> Result<Receipt> {
        if let Some(receipt) = self.receipts.iter().find(|it| it.state == State::Acknowledged) {
            let message = format!("was acknowledged at {}; once is enough", receipt.create_time);
            return Err(Error::precondition("ALREADY_ACKNOWLEDGED", self.name(), message));
        }
        Ok(self.step(State::Acknowledged, text, days?, now))
    }

    fn step(&mut self, state: State, text: String, days_late: i64, now: Timestamp) -> Receipt {
        let receipt = Receipt { state, text, days_late, create_time: now };
        self.state = state;
        self.receipts.push(receipt.clone());
        receipt
    }
}

impl Kind {
    /// The series of its numbers.
    pub(crate) fn series(self) -> &'static str {
        match self {
            Self::WorkReminder => "提示函",
            Self::WarningSheet => "预警单",
        }
    }
}

impl From<Kind> for template::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::WorkReminder => Self::WorkReminder,
            Kind::WarningSheet => Self::WarningSheet,
        }
    }
}
