//! Which characters a text may hold, and its one normal form.

use unicode_normalization::UnicodeNormalization as _;

/// Trimmed and in Unicode normalization form C, so that equal names are equal bytes.
pub(super) fn normalized(text: &str) -> String {
    text.trim().nfc().collect()
}

/// Control and format characters, and what breaks a line.
pub(super) fn is_refused_in_line(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') || is_invisible(char)
}

/// As in a line, but line feeds and tabs may stay.
pub(super) fn is_refused_in_paragraph(char: char) -> bool {
    !matches!(char, '\n' | '\t') && is_refused_in_line(char)
}

/// Characters that show nothing and so let two names look alike: general category Cf, the
/// fillers, and the noncharacters. Variation selectors stay, since personal names need them.
fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{00AD}' | '\u{0600}'..='\u{0605}' | '\u{061C}' | '\u{06DD}' | '\u{070F}'
        | '\u{0890}' | '\u{0891}' | '\u{08E2}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E007F}'
        | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{3164}'
        | '\u{FFA0}' | '\u{2800}' | '\u{FDD0}'..='\u{FDEF}'
    ) || (char as u32) & 0xFFFE == 0xFFFE
}
