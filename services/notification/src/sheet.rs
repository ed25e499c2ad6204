//! What is issued as it is printed: text, HTML that needs nothing beside it and runs nothing, and PDF.

mod pdf;

use crate::document::Language;
use crate::template::Text;

const STYLE: &str = "body{max-width:42em;margin:3em auto;padding:0 1em;\
    font-family:FangSong,STFangsong,'Noto Serif CJK SC',serif;line-height:1.9}\
    h1{text-align:center;font-size:1.4em}p{margin:0;white-space:pre-wrap;min-height:1.9em}\
    footer{margin-top:2em;font-size:.85em;overflow-wrap:anywhere}";

/// A letter, document or bulletin in one language, ready to be printed.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Full name of what it shows.
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) text: Text,
    /// How the line ends that holds its number; empty where it has none.
    pub(crate) number: String,
    /// A line for each attachment.
    pub(crate) attached: Vec<String>,
}

impl Sheet {
    /// As plain text.
    pub(crate) fn plain(&self) -> String {
        let mut text = format!("{}\n\n{}\n", self.text.subject, self.text.body);
        if !self.attached.is_empty() {
            text.push('\n');
        }
        for line in &self.attached {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// As a page of its own.
    pub(crate) fn html(&self) -> String {
        let subject = escaped(&self.text.subject);
        let tag = match self.language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        };
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <title>{subject}</title><style>{STYLE}</style></head>\n<body><h1>{subject}</h1>\n"
        );
        for line in self.text.body.lines() {
            page.push_str(&format!("<p>{}</p>\n", escaped(line)));
        }
        if !self.attached.is_empty() {
            page.push_str("<footer>\n");
            for line in &self.attached {
                page.push_str(&format!("<p>{}</p>\n", escaped(line)));
            }
            page.push_str("</footer>\n");
        }
        page.push_str("</body></html>\n");
        page
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
