//! Sheets as PDF: A4, laid out as offices lay out theirs (GB/T 9704), in a font of the machine that
//! has every character of the text.
//!
//! No font is brought along, since one with Chinese characters is larger than the whole suite.

mod face;
mod page;

use std::path::{Path, PathBuf};

use kit::{Error, Result};

use super::Sheet;
use face::Face;
use page::{Place, Row};

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

/// Sizes in points: title (二号), body (三号), what stands below it.
const TITLE: u16 = 22;
const BODY: u16 = 16;
const SMALL: u16 = 10;

/// What templates put before the office and the date below the text.
const SEAL: &str = "　　　　　　";

impl Sheet {
    /// As PDF; in the font of that file, where one is given.
    pub(crate) fn pdf(&self, font: Option<&Path>) -> Result<Vec<u8>> {
        let known = FONTS.iter().map(|(path, index)| (PathBuf::from(path), *index));
        let fonts: Vec<_> = match font {
            Some(path) => vec![(path.to_owned(), 0)],
            None => known.collect(),
        };
        self.pdf_with(&fonts)
    }

    fn pdf_with(&self, fonts: &[(PathBuf, u32)]) -> Result<Vec<u8>> {
        let rows = self.rows();
        let mut text: String = rows.iter().map(|row| row.text.as_str()).collect();
        text.push_str(page::NUMBER);
        let face = find(fonts, &text, &self.name)?;
        page::print(&face, rows)
    }

    /// Its lines, each with its size and place.
    fn rows(&self) -> Vec<Row> {
        let row = |size, place, text: &str| Row { size, place, text: text.to_owned() };
        let is_number = |line: &str| !self.number.is_empty() && line.ends_with(&self.number);
        let mut rows =
            vec![row(TITLE, Place::Centre, &self.text.subject), row(BODY, Place::Left, "")];
        for line in self.text.body.lines() {
            rows.push(match line.strip_prefix(SEAL) {
                Some(seal) => row(BODY, Place::Right, seal.trim()),
                None if is_number(line.trim()) => row(BODY, Place::Centre, line.trim()),
                None => row(BODY, Place::Left, line.trim_end()),
            });
        }
        if !self.attached.is_empty() {
            rows.push(row(SMALL, Place::Left, ""));
        }
        rows.extend(self.attached.iter().map(|line| row(SMALL, Place::Left, line)));
        rows
    }
}

/// The first font that is there and has every character.
fn find(fonts: &[(PathBuf, u32)], text: &str, document: &str) -> Result<Face> {
    let mut lacking = None;
    for (path, index) in fonts {
        let Ok(data) = std::fs::read(path) else { continue };
        let face = Face { data, index: *index };
        match face.lacks(text) {
            None => return Ok(face),
            Some(char) => lacking = lacking.or(Some((path.display().to_string(), char))),
        }
    }
    let found = match lacking {
        Some((path, char)) => format!("{path} has no {char}"),
        None => "none was found".to_owned(),
    };
    let message = format!(
        "PDF needs a font with every character of the document on the service's machine, for \
         example of the package fonts-noto-cjk or given by --font; {found}. Text and HTML need none"
    );
    Err(Error::precondition("FONT_MISSING", document, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Language;
    use crate::template::Text;

    fn sheet(body: &str) -> Sheet {
        Sheet {
            name: "districts/hengkou/documents/1".to_owned(),
            language: Language::Chinese,
            text: Text { subject: "关于督查的通报".to_owned(), body: body.to_owned() },
            number: "考核办函〔2023〕1号".to_owned(),
            attached: Vec::new(),
        }
    }

    // H7: where no font is found the request says so; nothing is printed with holes.
    #[test]
    fn pdf_without_a_font_says_so() {
        let refused = sheet("内容").pdf_with(&[("/nowhere/font.ttf".into(), 0)]);
        let Err(Error::Precondition(unmet)) = refused else { unreachable!("{refused:?}") };
        assert_eq!(unmet[0].reason, "FONT_MISSING");
        assert!(unmet[0].message.contains("none was found"), "{}", unmet[0].message);
    }

    // Title and number stand in the middle, the seal at the right, what is between at the left.
    #[test]
    fn lines_stand_where_an_office_puts_them() {
        let body =
            "考核办函〔2023〕1号\n\n交通局：\n\n　　请办理。\n\n　　　　　　　　　　　　考核办\n";
        let rows = sheet(body).rows();
        let found: Vec<_> = rows.iter().map(|row| (row.text.as_str(), row.place)).collect();
        assert_eq!(
            found,
            [
                ("关于督查的通报", Place::Centre),
                ("", Place::Left),
                ("考核办函〔2023〕1号", Place::Centre),
                ("", Place::Left),
                ("交通局：", Place::Left),
                ("", Place::Left),
                ("　　请办理。", Place::Left),
                ("", Place::Left),
                ("考核办", Place::Right),
            ]
        );
    }
}
