//! Publications (公示, B10, S1, S7): what everybody may see, as it stood when it was published.

use std::fmt::Write as _;

use jiff::Timestamp;
use kit::name::Pattern;
use kit::{Error, Result};

use crate::bulletin::{Board, Colour, Entry};
use crate::print;

/// How publications are named.
pub(crate) static NAME: Pattern =
    Pattern::new("publication", "districts/{district}/publications/{publication}");

kit::numbered! {
    /// What is published.
    enum Kind {
        /// 三色榜.
        Board = 1,
        /// 奖项.
        Award = 2,
        /// 表扬.
        Commendation = 3,
        /// 通报.
        Bulletin = 4,
        /// 公开承诺.
        Commitment = 5,
        /// 公告.
        Notice = 6,
    }
}

/// Something published.
#[derive(Clone, Debug)]
pub(crate) struct Publication {
    pub(crate) district: String,
    /// Its place in the order of publishing, and its id.
    pub(crate) sequence: i64,
    pub(crate) piece: Piece,
    pub(crate) account: String,
    pub(crate) create_time: Timestamp,
    pub(crate) withdrawal: Option<Withdrawal>,
}

/// What is there to be read.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    /// Full name of what it was made from; empty in own words.
    pub(crate) source: String,
    pub(crate) title: String,
    pub(crate) content: String,
}

/// That it was withdrawn.
#[derive(Clone, Debug)]
pub(crate) struct Withdrawal {
    pub(crate) reason: String,
    pub(crate) account: String,
    pub(crate) create_time: Timestamp,
}

impl Publication {
    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.sequence.to_string()])
    }

    /// Bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        512 + self.piece.title.len() + self.piece.content.len()
    }

    /// How often it was written to.
    pub(crate) fn revision(&self) -> i64 {
        1 + i64::from(self.withdrawal.is_some())
    }

    /// Withdraws it, once.
    pub(crate) fn withdraw(&mut self, withdrawal: Withdrawal) -> Result<()> {
        if let Some(before) = &self.withdrawal {
            let message = format!("was withdrawn at {}; once is enough", before.create_time);
            return Err(Error::precondition("WITHDRAWN", self.name(), message));
        }
        self.withdrawal = Some(withdrawal);
        Ok(())
    }
}

/// An award as it is published.
#[derive(Clone, Debug)]
pub(crate) struct Award {
    pub(crate) source: String,
    pub(crate) display_name: String,
    pub(crate) unit: String,
    pub(crate) track: String,
    /// Id of the period.
    pub(crate) period: String,
}

impl Award {
    /// What is published of it.
    pub(crate) fn piece(self) -> Piece {
        let Self { source, display_name, unit, track, period } = self;
        let period = print::period(&period);
        Piece {
            kind: Kind::Award,
            source,
            title: format!("{period}{display_name}：{unit}"),
            content: format!("{unit}在{period}“{track}”赛道获{display_name}。"),
        }
    }
}

impl Board {
    /// What is published of it: each track's units by rank with score and colour.
    pub(crate) fn piece(&self, period: &str) -> Piece {
        let mut content = String::new();
        for (number, track) in (1..).zip(&self.tracks) {
            let title = format!("{}、{}", print::ordinal(number), track.display_name);
            let _ = writeln!(content, "{title}");
            for entry in &track.entries {
                let _ = writeln!(content, "{}", line(entry));
            }
        }
        Piece {
            kind: Kind::Board,
            source: self.name.clone(),
            title: format!("{}{}三色榜", self.scheme, print::period(period)),
            content: content.trim_end().to_owned(),
        }
    }
}

fn line(entry: &Entry) -> String {
    let rank = entry.rank.map(|it| format!("第{}名　", print::score(it))).unwrap_or_default();
    let score = entry.score.map(|it| format!("　{}分", print::score(it))).unwrap_or_default();
    let colour = match entry.colour {
        Some(Colour::Green) => "　绿",
        Some(Colour::Yellow) => "　黄",
        Some(Colour::Red) => "　红",
        None => "",
    };
    format!("{rank}{}{score}{colour}", entry.unit)
}
