//! What a person reads in his own language: what is written in it, in that alone, else in Chinese.

use proto::notification::v1 as pb;
use proto::notification::v1::watch_inbox_response::Item;

use crate::document::Language;

/// The language that a person wants to read; whatever there is when none.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::rpc) struct Reader(pub(in crate::rpc) Option<Language>);

impl Reader {
    /// A document with the text that is read.
    pub(in crate::rpc) fn document(self, mut it: pb::Document) -> pb::Document {
        let Some(language) = self.0 else { return it };
        let wanted = it.texts.iter().position(|text| text.language == language as i32);
        it.texts = it.texts.into_iter().nth(wanted.unwrap_or_default()).into_iter().collect();
        it
    }

    /// A letter in the words that are read.
    pub(in crate::rpc) fn letter(self, mut it: pb::Letter) -> pb::Letter {
        if let Some(text) = self.text(&mut it.translations) {
            (it.subject, it.body, it.template_fault) =
                (text.subject, text.body, text.template_fault);
        }
        it
    }

    /// A bulletin in the words that are read.
    pub(in crate::rpc) fn bulletin(self, mut it: pb::Bulletin) -> pb::Bulletin {
        if let Some(text) = self.text(&mut it.translations) {
            (it.subject, it.body, it.template_fault) =
                (text.subject, text.body, text.template_fault);
        }
        it
    }

    /// What comes into an inbox, as it is read.
    pub(super) fn item(self, item: Item) -> Item {
        match item {
            Item::Letter(it) => Item::Letter(self.letter(it)),
            Item::Document(it) => Item::Document(self.document(it)),
            Item::Bulletin(it) => Item::Bulletin(self.bulletin(it)),
            Item::Note(it) => Item::Note(it),
        }
    }

    /// The translation that is read, taken out of all; no other is left where one language is wanted.
    fn text(self, translations: &mut Vec<pb::LetterText>) -> Option<pb::LetterText> {
        let language = self.0?;
        std::mem::take(translations).into_iter().find(|it| it.language == language as i32)
    }
}
