//! Templates of documents: what each kind says, in two languages, and the series of its numbers.

use jiff::Timestamp;
use kit::name::Pattern;
use minijinja::Value;

use crate::document::{Kind, Language, sample};
use crate::template::{self, Composed, Fault, Text, press};

/// How they are named.
pub(crate) static NAME: Pattern =
    Pattern::new("document_template", "districts/{district}/documentTemplates/{document_template}");

/// The template that holds for a kind in a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocumentTemplate {
    pub(crate) district: String,
    pub(crate) kind: Kind,
    pub(crate) series: String,
    /// Chinese and English.
    pub(crate) texts: [Text; 2],
    /// 0 for the one that Saima brings.
    pub(crate) revision: i64,
    /// When the district last changed it; none for the one that Saima brings.
    pub(crate) update_time: Option<Timestamp>,
}

impl DocumentTemplate {
    /// The one that Saima brings.
    pub(crate) fn built_in(district: &str, kind: Kind) -> Self {
        Self {
            district: district.to_owned(),
            kind,
            series: kind.series().to_owned(),
            texts: kind.texts(),
            revision: 0,
            update_time: None,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, self.kind.id()])
    }

    /// Takes on another series and other texts, and says whether that is a change.
    pub(crate) fn change(&mut self, series: String, texts: [Text; 2], now: Timestamp) -> bool {
        if self.series == series && self.texts == texts {
            return false;
        }
        self.series = series;
        self.texts = texts;
        self.revision += 1;
        self.update_time = Some(now);
        true
    }

    /// Fills it in.
    pub(crate) fn compose(&self, language: Language, values: &Value) -> kit::Result<Composed> {
        let place = language as usize - 1;
        let own = (self.revision > 0).then(|| (&self.texts[place], sample(self.kind, language)));
        let bounds = [press::SUBJECT, press::BULLETIN];
        template::compose(own, &self.kind.texts()[place], bounds, values)
    }
}

/// Says whether a source can be used in a template of a kind, by trying it on sample data.
pub(crate) fn try_out(
    kind: Kind,
    language: Language,
    is_subject: bool,
    source: &str,
) -> Result<(), Fault> {
    let bounds = if is_subject { press::SUBJECT } else { press::BULLETIN };
    template::try_out(source, &sample(kind, language), bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    // H7, H11, H12: what Saima brings obeys its own rules, in both languages.
    #[test]
    fn what_saima_brings_for_documents_can_be_used() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.id()), Some(kind));
            let template = DocumentTemplate::built_in("hengkou", kind);
            for language in Language::ALL {
                let text = &template.texts[language as usize - 1];
                assert_eq!(try_out(kind, language, true, &text.subject), Ok(()), "{kind:?}");
                assert_eq!(try_out(kind, language, false, &text.body), Ok(()), "{kind:?}");
                let composed = template.compose(language, &sample(kind, language));
                let body = composed.map(|it| it.text.body).unwrap_or_default();
                for said in ["〔2023〕5号\n\n", "恒口示范区交通局", "重点项目建设"]
                {
                    assert!(body.contains(said), "{kind:?} does not say {said}: {body}");
                }
                let day =
                    if language == Language::Chinese { "2023年4月1日" } else { "1 April 2023" };
                assert!(body.ends_with(day), "{kind:?}: {body}");
                assert!(!body.contains("\n\n\n") && !body.contains("{{"), "{kind:?}: {body}");
            }
        }
    }

    #[test]
    fn every_field_is_printed_by_what_saima_brings() {
        for kind in Kind::ALL {
            for text in kind.texts() {
                for field in kind.fields() {
                    let printed = format!("{} {}", text.subject, text.body);
                    let name = field.name;
                    assert!(
                        printed.contains(&format!("{{{{ {name} }}}}"))
                            || printed.contains(&format!("in {name} %}}")),
                        "{kind:?} does not print {name}"
                    );
                }
            }
        }
    }
}
