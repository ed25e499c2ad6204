//! A font, and where its lines are broken.

/// Marks that never begin a line, and those that never end one.
const CLOSING: &str = "，。、；：？！）》”’】〕」』,.;:?!)]}%％";
const OPENING: &str = "（《“‘【〔「『([{";

/// A font file that was read.
pub(super) struct Face {
    pub(super) data: Vec<u8>,
    pub(super) index: u32,
}

impl Face {
    fn parsed(&self) -> Option<ttf_parser::Face<'_>> {
        ttf_parser::Face::parse(&self.data, self.index).ok()
    }

    /// A character that the font does not have; any when it cannot be read.
    pub(super) fn lacks(&self, text: &str) -> Option<char> {
        let printed = |char: &char| !char.is_whitespace() && !char.is_control();
        let mut chars = text.chars().filter(printed);
        match self.parsed() {
            Some(face) => chars.find(|char| face.glyph_index(*char).is_none()),
            None => chars.next(),
        }
    }

    /// A line in `size`, broken where `room` ends; each with its width in points.
    pub(super) fn broken(&self, line: &str, size: u16, room: u16) -> Vec<(String, u16)> {
        let face = self.parsed();
        let em = face.as_ref().map_or(1000, |face| u64::from(face.units_per_em()));
        let width = |char: char| {
            let glyph = face.as_ref().and_then(|face| face.glyph_index(char));
            let advance = glyph.and_then(|it| face.as_ref()?.glyph_hor_advance(it));
            u64::from(advance.unwrap_or_default()) * u64::from(size)
        };
        let points = |width: u64| u16::try_from(width / em).unwrap_or(u16::MAX);
        let room = u64::from(room) * em;
        let mut lines = Vec::new();
        let (mut held, mut used) = (String::new(), 0);
        for char in line.replace('\t', "    ").chars() {
            let next = width(char);
            if used + next > room && !held.is_empty() && !CLOSING.contains(char) {
                let rest = rest(&mut held);
                let taken: u64 = rest.chars().map(width).sum();
                lines.push((std::mem::replace(&mut held, rest), points(used - taken)));
                used = taken;
            }
            held.push(char);
            used += next;
        }
        lines.push((held, points(used)));
        lines
    }
}

/// Takes what a line must not end in: the begun word and opening marks, unless they fill the line.
fn rest(line: &mut String) -> String {
    let latin = |char: char| char.is_ascii_graphic();
    let word = match line.rfind(|char| !latin(char)) {
        Some(at) if line.ends_with(latin) => {
            at + line[at..].chars().next().map_or(1, char::len_utf8)
        }
        _ => line.len(),
    };
    let kept = line[..word].trim_end_matches(|char| OPENING.contains(char)).len();
    if kept == 0 { String::new() } else { line.split_off(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(line: &str) -> (String, String) {
        let mut line = line.to_owned();
        let rest = rest(&mut line);
        (line, rest)
    }

    #[test]
    fn a_word_is_not_broken() {
        assert_eq!(broken("甲 report"), ("甲 ".to_owned(), "report".to_owned()));
        assert_eq!(broken("甲乙"), ("甲乙".to_owned(), String::new()));
        assert_eq!(broken(&"a".repeat(80)), ("a".repeat(80), String::new()));
    }

    #[test]
    fn an_opening_mark_goes_with_what_it_opens() {
        assert_eq!(broken("依据《"), ("依据".to_owned(), "《".to_owned()));
        assert_eq!(broken("依据（《Act"), ("依据".to_owned(), "（《Act".to_owned()));
        assert_eq!(broken("（"), ("（".to_owned(), String::new()));
    }
}
