//! Bulletins (通报, H5; 周调度, X8): one for every month and every week that closes, built from the boards (三色榜, H6) of
//! the quarter it lies in.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::Result;
use kit::name::Pattern;
use minijinja::{Value, context};
use rust_decimal::Decimal;

use crate::district::District;
use crate::document::Language;
use crate::print;
use crate::template::{Template, Text};

/// How bulletins are named.
pub(crate) static NAME: Pattern =
    Pattern::new("bulletin", "districts/{district}/bulletins/{bulletin}");

kit::numbered! {
    /// Colour on a board.
    enum Colour {
        /// 绿.
        Green = 1,
        /// 黄.
        Yellow = 2,
        /// 红.
        Red = 3,
    }
}

/// A bulletin to everybody in the district.
#[derive(Clone, Debug)]
pub(crate) struct Bulletin {
    pub(crate) district: String,
    /// Its place in the order of issue, and its id.
    pub(crate) sequence: i64,
    /// Id of the period it reports on.
    pub(crate) period: String,
    pub(crate) text: Text,
    /// Why the district's own template was not used; empty when there was no need for that.
    pub(crate) template_fault: String,
    /// Full names of the boards it was built from.
    pub(crate) boards: Vec<String>,
    pub(crate) create_time: Timestamp,
}

/// The standing of every track of a scheme.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    /// Its full name.
    pub(crate) name: String,
    /// The scheme's name in the office's words.
    pub(crate) scheme: String,
    pub(crate) provisional: bool,
    pub(crate) tracks: Vec<Track>,
}

/// The standing of one track.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) display_name: String,
    /// By rank.
    pub(crate) entries: Vec<Entry>,
}

/// One line of a board.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The unit's name.
    pub(crate) unit: String,
    pub(crate) score: Option<Decimal>,
    pub(crate) rank: Option<Decimal>,
    pub(crate) colour: Option<Colour>,
    /// Per cent of what was due that was reached.
    pub(crate) pace: Option<Decimal>,
}

impl Bulletin {
    /// A bulletin about a month or a week that goes out now.
    pub(crate) fn issue(
        district: &District,
        sequence: i64,
        month: &str,
        boards: &[Board],
        template: &Template,
        now: Timestamp,
    ) -> Result<Self> {
        let values = values(district, sequence, month, district.day(now), boards);
        let composed = template.compose(Language::Chinese, &values)?;
        Ok(Self {
            district: district.id.clone(),
            sequence,
            period: month.to_owned(),
            text: composed.text,
            template_fault: composed.fault.map(|it| it.to_string()).unwrap_or_default(),
            boards: boards.iter().map(|board| board.name.clone()).collect(),
            create_time: now,
        })
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.sequence.to_string()])
    }

    /// Bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        self.text.subject.len() + self.text.body.len()
    }
}

/// What the template of a bulletin on a month or a week may print.
pub(crate) fn values(
    district: &District,
    sequence: i64,
    month: &str,
    issued: Date,
    boards: &[Board],
) -> Value {
    let quarter = print::quarter_of(month).unwrap_or_default();
    let boards: Vec<Value> = (1..).zip(boards).map(|(number, it)| it.values(number)).collect();
    context! {
        district => &district.display_name,
        office => district.office(),
        number => print::number(issued, sequence),
        issue_date => print::day(issued),
        period => print::period(month),
        quarter => print::period(&quarter),
        boards => boards,
    }
}

impl Board {
    fn values(&self, number: usize) -> Value {
        let tracks = (1..).zip(&self.tracks).map(|(number, track)| track.values(number));
        context! {
            number => print::ordinal(number),
            name => &self.scheme,
            provisional => self.provisional,
            tracks => tracks.collect::<Vec<_>>(),
        }
    }
}

impl Track {
    fn values(&self, number: usize) -> Value {
        let list = |wanted: &dyn Fn(&Entry) -> bool| -> Vec<Value> {
            self.entries.iter().filter(|it| wanted(it)).map(Entry::values).collect()
        };
        let coloured = |colour| list(&|it| it.colour == colour);
        context! {
            number => print::ordinal(number),
            name => &self.display_name,
            units => list(&|_| true),
            green => coloured(Some(Colour::Green)),
            yellow => coloured(Some(Colour::Yellow)),
            red => coloured(Some(Colour::Red)),
            uncoloured => coloured(None),
            behind => list(&Entry::is_behind),
        }
    }
}

impl Entry {
    fn is_behind(&self) -> bool {
        self.pace.is_some_and(|pace| pace < Decimal::ONE_HUNDRED)
    }

    fn values(&self) -> Value {
        let text = |value: Option<Decimal>| value.map(print::score).unwrap_or_default();
        context! {
            unit => &self.unit,
            rank => text(self.rank),
            score => text(self.score),
            pace => text(self.pace),
        }
    }
}
