//! Documents as they are printed: text, and HTML that needs nothing beside it and runs nothing.

use super::{Document, Language, Written};

const STYLE: &str = "body{max-width:42em;margin:3em auto;padding:0 1em;\
    font-family:FangSong,STFangsong,'Noto Serif CJK SC',serif;line-height:1.9}\
    h1{text-align:center;font-size:1.4em}p{margin:0;white-space:pre-wrap;min-height:1.9em}\
    footer{margin-top:2em;font-size:.85em;overflow-wrap:anywhere}";

impl Document {
    /// Its text in a language.
    pub(crate) fn text(&self, language: Language) -> Option<&Written> {
        self.texts.iter().find(|it| it.language == language)
    }

    /// As plain text.
    pub(crate) fn plain(&self, language: Language) -> Option<String> {
        let written = self.text(language)?;
        let mut text = format!("{}\n\n{}\n", written.text.subject, written.text.body);
        let attached = self.attached(language);
        if !attached.is_empty() {
            text.push('\n');
        }
        for line in attached {
            text.push_str(&line);
            text.push('\n');
        }
        Some(text)
    }

    /// As a page of its own.
    pub(crate) fn html(&self, language: Language) -> Option<String> {
        let written = self.text(language)?;
        let subject = escaped(&written.text.subject);
        let tag = match language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        };
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <title>{subject}</title><style>{STYLE}</style></head>\n<body><h1>{subject}</h1>\n"
        );
        for line in written.text.body.lines() {
            page.push_str(&format!("<p>{}</p>\n", escaped(line)));
        }
        let attached = self.attached(language);
        if !attached.is_empty() {
            page.push_str("<footer>\n");
            for line in attached {
                page.push_str(&format!("<p>{}</p>\n", escaped(&line)));
            }
            page.push_str("</footer>\n");
        }
        page.push_str("</body></html>\n");
        Some(page)
    }

    /// A line for each attachment.
    pub(super) fn attached(&self, language: Language) -> Vec<String> {
        let word = match language {
            Language::Chinese => "附件",
            Language::English => "Attachment ",
        };
        let line = |(number, it): (usize, &super::Attachment)| {
            format!("{word}{number}：{} (SHA-256 {})", it.title, it.sha256)
        };
        (1..).zip(&self.draft.attachments).map(line).collect()
    }
}

/// Text as it stands in HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}
