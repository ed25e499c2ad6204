//! Where a rectification stands among those of its district: what asked for it, and its id.

use kit::name::Name;

use crate::{document, letter};

/// Where those of documents begin, behind those of all letters.
const DOCUMENTS: i64 = 1 << 40;
/// More than a document has recipients.
const RECIPIENTS: i64 = 1000;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place(i64);

/// What asked for a rectification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// The letter of that place.
    Letter(i64),
    /// The document of that place, of its recipient of that place from 1 on.
    Document(i64, i64),
}

impl Place {
    /// That of what a letter or a document's recipient is asked.
    pub(crate) fn asked(by: Asking) -> Self {
        match by {
            Asking::Letter(letter) => Self(letter),
            Asking::Document(document, recipient) => {
                Self(DOCUMENTS + document * RECIPIENTS + recipient)
            }
        }
    }

    /// As it is stored.
    pub(crate) fn number(self) -> i64 {
        self.0
    }

    /// As it was stored.
    pub(crate) fn stored(number: i64) -> Self {
        Self(number)
    }

    /// What asked for it.
    pub(crate) fn asking(self) -> Asking {
        match self.0 - DOCUMENTS {
            rest if rest < 0 => Asking::Letter(self.0),
            rest => Asking::Document(rest / RECIPIENTS, rest % RECIPIENTS),
        }
    }

    /// Full name of what asked for it.
    pub(crate) fn source(self, district: &str) -> String {
        match self.asking() {
            Asking::Letter(letter) => letter::NAME.format(&[district, &letter.to_string()]),
            Asking::Document(document, _) => {
                document::NAME.format(&[district, &document.to_string()])
            }
        }
    }

    /// The first and the last that a letter or document of that full name may have; none between
    /// them where there never was such a name.
    pub(crate) fn asked_by(source: &str) -> (Self, Self) {
        let number = |name: Option<Name>, variable: &str| -> Option<i64> {
            name?.id(variable).parse().ok().filter(|it| (1..DOCUMENTS).contains(it))
        };
        let document = number(document::NAME.read(source), "document");
        if let Some(first) = document.and_then(|it| it.checked_mul(RECIPIENTS)) {
            let first = DOCUMENTS.saturating_add(first);
            return (Self(first), Self(first.saturating_add(RECIPIENTS - 1)));
        }
        match number(letter::NAME.read(source), "letter") {
            Some(letter) => (Self(letter), Self(letter)),
            None => (Self(1), Self(0)),
        }
    }

    /// The one of that id; none for what never was one.
    pub(crate) fn of(id: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|it| *it > 0);
        let place = match id.strip_prefix('d').and_then(|it| it.split_once('-')) {
            None => number(id).filter(|it| *it < DOCUMENTS)?,
            Some((document, recipient)) => {
                let recipient = number(recipient).filter(|it| *it < RECIPIENTS)?;
                let document = number(document)?.checked_mul(RECIPIENTS)?;
                document.checked_add(DOCUMENTS)?.checked_add(recipient)?
            }
        };
        Some(Self(place)).filter(|it| it.to_string() == id)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.asking() {
            Asking::Letter(letter) => write!(out, "{letter}"),
            Asking::Document(document, recipient) => write!(out, "d{document}-{recipient}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // H7: each place has one id, and each id one place.
    #[test]
    fn a_place_is_read_back_from_its_id() {
        for id in ["1", "12", "d1-1", "d7-500"] {
            assert_eq!(Place::of(id).map(|it| it.to_string()).as_deref(), Some(id));
        }
        for id in [
            "",
            "0",
            "-1",
            "+1",
            "01",
            "d",
            "d1",
            "d1-0",
            "d0-1",
            "d1-1000",
            "d01-1",
            "d1-1-1",
            "1099511627777",
            "d9999999999999999-1",
        ] {
            assert_eq!(Place::of(id), None, "{id}");
        }
        assert!(Place::asked(Asking::Letter(9)) < Place::of("d1-1").unwrap_or(Place(0)));
    }
}
