//! Documents that stand behind a record. The office keeps them; here is what they hash to.

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) title: String,
    /// Lower-case hex SHA-256 of the file.
    pub(crate) sha256: String,
}

/// True for lower-case hex of a SHA-256.
pub(crate) fn is_digest(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(hex)
}

/// True when a text holds seven digits in a row or more: a telephone or an identity number.
pub(crate) fn holds_personal_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|char| {
        run = if char.is_numeric() { run + 1 } else { 0 };
        run >= 7
    })
}

#[cfg(test)]
mod tests {
    use super::{holds_personal_number, is_digest};

    #[test]
    fn a_digest_is_sixty_four_hex_digits_in_lower_case() {
        assert!(is_digest(&"0a".repeat(32)));
        assert!(!is_digest(&"0A".repeat(32)));
        assert!(!is_digest(&"0a".repeat(31)));
    }

    #[test]
    fn seven_digits_in_a_row_are_a_personal_number() {
        assert!(holds_personal_number("电话1380013"));
        assert!(holds_personal_number("电话１３８００１３"));
        assert!(!holds_personal_number("2023年120个车位"));
    }
}
