//! What is to be published, read off the wire and fetched from where it stands.

use kit::field::Fields;
use kit::name::Pattern;
use kit::{Error, Result};
use proto::notification::v1 as pb;

use crate::district;
use crate::document::{self, Document, Language};
use crate::publication::{Kind, Piece};
use crate::rpc::{Rpc, sequence};
use crate::{bulletin, store};

static BOARD: Pattern = Pattern::new("board", "districts/{district}/boards/{board}");
static AWARD: Pattern = Pattern::new("award", "districts/{district}/awards/{award}");

const SOURCE: &str = "publication.source";

/// What is to be published.
pub(super) enum Wish {
    Own(Piece),
    From(String),
}

/// Reads it.
pub(super) fn read(fields: &mut Fields, given: &pb::Publication, district: &str) -> Wish {
    if given.source.is_empty() {
        let kind = if given.commitment { Kind::Commitment } else { Kind::Notice };
        return Wish::Own(Piece {
            kind,
            source: String::new(),
            title: fields.text("publication.title", &given.title, 1..=200),
            content: fields.paragraph("publication.content", &given.content, 1..=20_000),
        });
    }
    let from_source = [
        ("publication.title", !given.title.is_empty()),
        ("publication.content", !given.content.is_empty()),
        ("publication.commitment", given.commitment),
    ];
    for (path, is_given) in from_source {
        if is_given {
            fields.violation(path, "NOT_ALLOWED", "comes from the source");
        }
    }
    let known = [&BOARD, &AWARD, &document::NAME, &bulletin::NAME];
    if !known.iter().any(|pattern| pattern.read(&given.source).is_some()) {
        let message = "must name a board, an award, a document or a bulletin";
        fields.violation(SOURCE, "SOURCE_KIND", message);
    } else if district::of(&given.source) != district {
        let message = format!("is not in districts/{district}");
        fields.violation(SOURCE, "OTHER_DISTRICT", message);
    }
    Wish::From(given.source.clone())
}

/// Fetches what a source says.
pub(super) async fn piece(rpc: &Rpc, wish: Wish) -> Result<Piece> {
    let source = match wish {
        Wish::Own(piece) => return Ok(piece),
        Wish::From(source) => source,
    };
    let found = if let Some(name) = BOARD.read(&source) {
        rpc.public.board(&rpc.registry, &name).await?
    } else if AWARD.read(&source).is_some() {
        rpc.public.award(&source).await?
    } else if let Some(name) = document::NAME.read(&source) {
        let place = sequence(&name, "document").ok();
        let mut tx = rpc.db.begin_read().await?;
        match place {
            Some(place) => {
                let found = store::document::get(&mut tx, name.id("district"), place).await?;
                found.map(of_document).transpose()?
            }
            None => None,
        }
    } else {
        let name = bulletin::NAME.parse(SOURCE, &source)?;
        let mut tx = rpc.db.begin_read().await?;
        let found = match sequence(&name, "bulletin") {
            Ok(place) => store::bulletin::get(&mut tx, name.id("district"), place).await?,
            Err(_) => None,
        };
        found.map(|it| Piece {
            kind: Kind::Bulletin,
            source: source.clone(),
            title: it.written.text.subject,
            content: it.written.text.body,
        })
    };
    found.ok_or_else(|| Error::invalid(SOURCE, "UNKNOWN_SOURCE", format!("there is no {source}")))
}

/// What is published of a document: its text, if it is of a kind for everybody.
fn of_document(it: Document) -> Result<Piece> {
    if !it.draft.kind.is_public() {
        let message = format!("is a {}, for its recipients alone", it.draft.kind.id());
        return Err(Error::precondition("NOT_FOR_THE_PUBLIC", it.name(), message));
    }
    let written = it.text(Language::Chinese);
    let text = written.map(|it| it.text.clone());
    let text = text.ok_or_else(|| Error::internal("a document without its text"))?;
    let kind = match it.draft.kind {
        document::Kind::Commendation => Kind::Commendation,
        _ => Kind::Bulletin,
    };
    Ok(Piece { kind, source: it.name(), title: text.subject, content: text.body })
}
