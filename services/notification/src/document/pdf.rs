//! Documents as PDF: A4, in a font of the machine that has every character of the text.
//!
//! No font is brought along, since one with Chinese characters is larger than the whole suite.

use kit::{Error, Result};
use krilla::geom::Point;
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};

use super::{Document, Language};

/// Where systems keep fonts with Chinese characters, each with its place in a collection.
const FONTS: &[(&str, u32)] = &[
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/Supplemental/Songti.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 0),
    ("C:\\Windows\\Fonts\\simfang.ttf", 0),
    ("C:\\Windows\\Fonts\\simsun.ttc", 0),
    // Without Chinese, for what has none.
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 0),
];

/// Sizes in points. A body line is as an office's documents have it (三号).
const PAGE: (u16, u16) = (595, 842);
const MARGIN: u16 = 72;
const TITLE: u16 = 22;
const BODY: u16 = 16;
const SMALL: u16 = 10;

/// Marks that never begin a line.
const CLOSING: &str = "，。、；：？！）》”’】〕,.;:?!)]}";

impl Document {
    /// As PDF.
    pub(crate) fn pdf(&self, language: Language) -> Result<Vec<u8>> {
        self.pdf_with(language, FONTS)
    }

    fn pdf_with(&self, language: Language, fonts: &[(&str, u32)]) -> Result<Vec<u8>> {
        let absent = || Error::internal("a document without its text");
        let written = self.text(language).ok_or_else(absent)?;
        let attached = self.attached(language);
        let mut lines = vec![(TITLE, written.text.subject.as_str()), (BODY, "")];
        lines.extend(written.text.body.lines().map(|line| (BODY, line)));
        if !attached.is_empty() {
            lines.push((SMALL, ""));
        }
        lines.extend(attached.iter().map(|line| (SMALL, line.as_str())));
        let text: String = lines.iter().map(|(_, line)| *line).collect();
        let face = find(fonts, &text, &self.name())?;
        let mut set = Vec::new();
        for (size, line) in lines {
            set.extend(face.broken(line, size).into_iter().map(|line| (size, line)));
        }
        print(&face, &set)
    }
}

/// A font file that was read.
struct Face {
    data: Vec<u8>,
    index: u32,
}

/// The first font that is there and has every character.
fn find(fonts: &[(&str, u32)], text: &str, document: &str) -> Result<Face> {
    let mut lacking = None;
    for (path, index) in fonts {
        let Ok(data) = std::fs::read(path) else { continue };
        let face = Face { data, index: *index };
        match face.lacks(text) {
            None => return Ok(face),
            Some(char) => lacking = lacking.or(Some((*path, char))),
        }
    }
    let found = match lacking {
        Some((path, char)) => format!("{path} has no {char}"),
        None => "none was found".to_owned(),
    };
    let message = format!(
        "PDF needs a font with every character of the document on the service's machine, for \
         example of the package fonts-noto-cjk; {found}. Text and HTML need none"
    );
    Err(Error::precondition("FONT_MISSING", document, message))
}

impl Face {
    fn parsed(&self) -> Option<ttf_parser::Face<'_>> {
        ttf_parser::Face::parse(&self.data, self.index).ok()
    }

    /// A character that the font does not have; any when it cannot be read.
    fn lacks(&self, text: &str) -> Option<char> {
        let printed = |char: &char| !char.is_whitespace() && !char.is_control();
        let mut chars = text.chars().filter(printed);
        match self.parsed() {
            Some(face) => chars.find(|char| face.glyph_index(*char).is_none()),
            None => chars.next(),
        }
    }

    /// A line, broken where the page ends.
    fn broken(&self, line: &str, size: u16) -> Vec<String> {
        let face = self.parsed();
        let em = face.as_ref().map_or(1000, |face| u64::from(face.units_per_em()));
        let width = |char: char| {
            let glyph = face.as_ref().and_then(|face| face.glyph_index(char));
            let advance = glyph.and_then(|it| face.as_ref()?.glyph_hor_advance(it));
            u64::from(advance.unwrap_or_default()) * u64::from(size)
        };
        let room = u64::from(PAGE.0 - 2 * MARGIN) * em;
        let mut lines = Vec::new();
        let (mut held, mut used) = (String::new(), 0);
        for char in line.replace('\t', "    ").chars() {
            let next = width(char);
            if used + next > room && !held.is_empty() && !CLOSING.contains(char) {
                let rest = word(&mut held);
                lines.push(std::mem::replace(&mut held, rest));
                used = held.chars().map(width).sum();
            }
            held.push(char);
            used += next;
        }
        lines.push(held);
        lines
    }
}

/// Takes the word that a line ends in the middle of, unless it fills the line.
fn word(line: &mut String) -> String {
    let latin = |char: char| char.is_ascii_graphic();
    match line.rfind(|char| !latin(char)) {
        Some(at) if !line.ends_with(|char| !latin(char)) => {
            let begin = at + line[at..].chars().next().map_or(1, char::len_utf8);
            line.split_off(begin)
        }
        _ => String::new(),
    }
}

/// Sets lines on as many pages as they need.
fn print(face: &Face, lines: &[(u16, String)]) -> Result<Vec<u8>> {
    let unread = || Error::internal("a font cannot be read twice");
    let font = Font::new(face.data.clone().into(), face.index).ok_or_else(unread)?;
    let mut document = krilla::Document::new();
    let mut lines = lines.iter().peekable();
    while lines.peek().is_some() {
        let settings = PageSettings::from_wh(PAGE.0.into(), PAGE.1.into());
        let settings = settings.ok_or_else(|| Error::internal("a page without a size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut y = MARGIN;
        while let Some((size, line)) = lines.peek() {
            y += size + size / 4 * 3;
            if y > PAGE.1 - MARGIN {
                break;
            }
            if !line.trim().is_empty() {
                let place = Point::from_xy(MARGIN.into(), y.into());
                let size = (*size).into();
                surface.draw_text(place, font.clone(), size, line, false, TextDirection::Auto);
            }
            lines.next();
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Error::internal(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::document::{Draft, Number, Written};
    use crate::template::Text;

    fn document(body: &str) -> Document {
        let text = Text { subject: "关于督查的通报".to_owned(), body: body.to_owned() };
        Document {
            district: "hengkou".to_owned(),
            sequence: 1,
            number: Number { series: "考核办函".to_owned(), year: 2023, ordinal: 1 },
            draft: Draft::default(),
            texts: vec![Written {
                language: Language::Chinese,
                text,
                template_revision: 0,
                template_fault: String::new(),
            }],
            receipts: BTreeMap::new(),
            create_time: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    // H7: where no font is found the request says so; nothing is printed with holes.
    #[test]
    fn pdf_without_a_font_says_so() {
        let refused = document("内容").pdf_with(Language::Chinese, &[("/nowhere/font.ttf", 0)]);
        let Err(Error::Precondition(unmet)) = refused else { unreachable!("{refused:?}") };
        assert_eq!(unmet[0].reason, "FONT_MISSING");
        assert!(unmet[0].message.contains("none was found"), "{}", unmet[0].message);
    }

    #[test]
    fn a_word_is_not_broken() {
        let mut line = "甲 report".to_owned();
        assert_eq!((word(&mut line).as_str(), line.as_str()), ("report", "甲 "));
        let mut line = "甲乙".to_owned();
        assert_eq!((word(&mut line).as_str(), line.as_str()), ("", "甲乙"));
        let mut line = "a".repeat(80);
        assert_eq!(word(&mut line), "");
    }
}
