//! Templates: what letters and bulletins say, with variables in Jinja syntax. Saima brings one
//! for each kind, in two languages; a district's own takes its place.

pub(crate) mod grammar;
pub(crate) mod press;
mod sample;

use std::fmt;

use jiff::Timestamp;
use kit::Error;
use kit::name::Pattern;
use minijinja::Value;

use crate::document::Language;

/// How templates are named.
pub(crate) static NAME: Pattern =
    Pattern::new("template", "districts/{district}/templates/{template}");

kit::numbered! {
    /// What a template is for.
    enum Kind {
        /// 工作提示函.
        WorkReminder = 1,
        /// 预警单.
        WarningSheet = 2,
        /// 月通报.
        MonthlyBulletin = 3,
    }
}

/// A title line and a body: the source of a template, or what came of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// The template that holds for a kind in a district.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) district: String,
    pub(crate) kind: Kind,
    /// Chinese and English.
    pub(crate) texts: [Text; 2],
    /// 0 for the one that Saima brings.
    pub(crate) revision: i64,
    /// When the district last changed it; none for the one that Saima brings.
    pub(crate) update_time: Option<Timestamp>,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

/// What was composed and, when the district's own template failed, why.
#[derive(Debug)]
pub(crate) struct Composed {
    pub(crate) text: Text,
    pub(crate) fault: Option<Fault>,
}

/// The two texts of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Subject,
    Body,
}

impl Template {
    /// The one that Saima brings.
    pub(crate) fn built_in(district: &str, kind: Kind) -> Self {
        Self {
            district: district.to_owned(),
            kind,
            texts: kind.built_in(),
            revision: 0,
            update_time: None,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, self.kind.id()])
    }

    /// Takes on other texts and says whether that is a change.
    pub(crate) fn change(&mut self, texts: [Text; 2], now: Timestamp) -> bool {
        if self.texts == texts {
            return false;
        }
        self.texts = texts;
        self.revision += 1;
        self.update_time = Some(now);
        true
    }

    /// Fills it in.
    pub(crate) fn compose(&self, language: Language, values: &Value) -> kit::Result<Composed> {
        let place = language as usize - 1;
        let own = (self.revision > 0).then(|| (&self.texts[place], self.kind.sample(language)));
        let bounds = [Part::Subject, Part::Body].map(|part| press::bounds(self.kind, part));
        compose(own, &self.kind.built_in()[place], bounds, values)
    }
}

/// Fills in a district's own text, which comes with sample data of the shape it was tried on. One
/// that fails is replaced by the one that Saima brings: what is written must go out whatever was done
/// to its looks.
pub(crate) fn compose(
    own: Option<(&Text, Value)>,
    built_in: &Text,
    [subject, body]: [press::Bounds; 2],
    values: &Value,
) -> kit::Result<Composed> {
    let own = own.map(|(text, sample)| {
        let print = |source: &str, bounds| {
            grammar::check(source, &sample)?;
            press::print(source, values, Some(bounds))
        };
        Ok(Text { subject: print(&text.subject, subject)?, body: print(&text.body, body)? })
    });
    let fault: Option<Fault> = match own {
        None => None,
        Some(Ok(text)) => return Ok(Composed { text, fault: None }),
        Some(Err(fault)) => Some(fault),
    };
    let print = |source: &str| {
        press::print(source, values, None).map_err(|fault| Error::internal(fault.to_string()))
    };
    let text = Text { subject: print(&built_in.subject)?, body: print(&built_in.body)? };
    Ok(Composed { text, fault })
}

/// Says whether a source can be used, by trying it on sample data.
pub(crate) fn try_out(source: &str, sample: &Value, bounds: press::Bounds) -> Result<(), Fault> {
    grammar::check(source, sample)?;
    press::print(source, sample, Some(bounds)).map(|_| ())
}

/// The template of a kind among those that hold in a district.
pub(crate) fn of(templates: &[Template], kind: Kind) -> kit::Result<&Template> {
    let found = templates.iter().find(|template| template.kind == kind);
    found.ok_or_else(|| Error::internal(format!("no template of {}", kind.id())))
}

impl Kind {
    /// Every kind, in order.
    pub(crate) const ALL: [Self; 3] =
        [Self::WorkReminder, Self::WarningSheet, Self::MonthlyBulletin];

    /// The last segment of its templates' names.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::WorkReminder => "work-reminder",
            Self::WarningSheet => "warning-sheet",
            Self::MonthlyBulletin => "monthly-bulletin",
        }
    }

    /// The kind of that id.
    pub(crate) fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// Says whether a source can be used as a part of a template of this kind, by trying it on
    /// sample data.
    pub(crate) fn try_out(self, language: Language, part: Part, source: &str) -> Result<(), Fault> {
        try_out(source, &self.sample(language), press::bounds(self, part))
    }

    /// Variables that may stand in a template, each with what it holds.
    pub(crate) fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::WorkReminder => sample::WORK_REMINDER,
            Self::WarningSheet => sample::WARNING_SHEET,
            Self::MonthlyBulletin => sample::MONTHLY_BULLETIN,
        }
    }

    fn sample(self, language: Language) -> Value {
        match self {
            Self::WorkReminder => sample::work_reminder(language),
            Self::WarningSheet => sample::warning_sheet(language),
            Self::MonthlyBulletin => sample::monthly_bulletin(language),
        }
    }

    /// Chinese and English, with a line between. The first line of each is the title, what follows
    /// the empty line the body.
    pub(crate) fn built_in(self) -> [Text; 2] {
        let file = match self {
            Self::WorkReminder => include_str!("../templates/work-reminder.jinja"),
            Self::WarningSheet => include_str!("../templates/warning-sheet.jinja"),
            Self::MonthlyBulletin => include_str!("../templates/monthly-bulletin.jinja"),
        };
        let (chinese, english) = file.split_once("\n====\n").unwrap_or((file, ""));
        [chinese, english].map(|part| {
            let (subject, body) = part.split_once("\n\n").unwrap_or((part, ""));
            Text { subject: subject.to_owned(), body: body.trim_end().to_owned() }
        })
    }
}

impl Fault {
    fn at(reason: &'static str, line: usize, message: impl fmt::Display) -> Self {
        Self { reason, message: format!("line {line}: {message}") }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.reason)
    }
}

#[cfg(test)]
mod tests;
