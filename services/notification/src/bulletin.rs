//! Bulletins (通报, H5; 周调度, X8): one for every month and every week that closes, built from the boards (三色榜, H6) of
//! the quarter it lies in.

use jiff::Timestamp;
use jiff::civil::Date;
use kit::Result;
use kit::name::Pattern;
use minijinja::{Value, context};
use rust_decimal::Decimal;

use crate::district::District;
use crate::document::{Language, Number};
use crate::letter::Written;
use crate::print;
use crate::sheet::Sheet;
use crate::template::Template;

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

/// The series of their numbers.
pub(crate) const SERIES: &str = "通报";

/// A bulletin to everybody in the district.
#[derive(Clone, Debug)]
pub(crate) struct Bulletin {
    pub(crate) district: String,
    /// Its place in the order of issue, and its id.
    pub(crate) sequence: i64,
    /// Id of the period it reports on.
    pub(crate) period: String,
    /// None of bulletins from before there were any.
    pub(crate) number: Option<Number>,
    /// In Chinese, which holds.
    pub(crate) written: Written,
    /// In other languages; none of bulletins from before there were any.
    pub(crate) translations: Vec<Written>,
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
        (sequence, ordinal): (i64, i64),
        month: &str,
        boards: &[Board],
        template: &Template,
        now: Timestamp,
    ) -> Result<Self> {
        let issued = district.day(now);
        let series = SERIES.to_owned();
        let number = Number { series, year: issued.year().into(), ordinal };
        let write = |language| -> Result<Written> {
            let about = (month, issued);
            let values = values(district, &number.of_year(), about, boards, language);
            let composed = template.compose(language, &values)?;
            let template_fault = composed.fault.map(|it| it.to_string()).unwrap_or_default();
            Ok(Written { language, text: composed.text, template_fault })
        };
        Ok(Self {
            district: district.id.clone(),
            sequence,
            period: month.to_owned(),
            written: write(Language::Chinese)?,
            translations: vec![write(Language::English)?],
            number: Some(number),
            boards: boards.iter().map(|board| board.name.clone()).collect(),
            create_time: now,
        })
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        NAME.format(&[&self.district, &self.sequence.to_string()])
    }

    /// As it is printed; none in a language that it is not written in.
    pub(crate) fn sheet(&self, language: Language) -> Option<Sheet> {
        let written = self.texts().find(|it| it.language == language)?;
        Some(Sheet {
            name: self.name(),
            language,
            text: written.text.clone(),
            number: self.number.as_ref().map(Number::of_year).unwrap_or_default(),
            attached: Vec::new(),
        })
    }

    /// In every language, Chinese first.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Written> {
        std::iter::once(&self.written).chain(&self.translations)
    }

    /// Bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        self.texts().map(|it| it.text.subject.len() + it.text.body.len()).sum()
    }
}

/// What the template of a bulletin on a month or a week may print in a language.
pub(crate) fn values(
    district: &District,
    number: &str,
    (month, issued): (&str, Date),
    boards: &[Board],
    language: Language,
) -> Value {
    let quarter = print::quarter_of(month).unwrap_or_default();
    let boards = (1..).zip(boards).map(|(number, it)| it.values(number, language));
    context! {
        district => &district.display_name,
        office => district.office_in(language),
        number => number,
        issue_date => print::day_in(language, issued),
        period => print::period_in(language, month),
        quarter => print::period_in(language, &quarter),
        boards => boards.collect::<Vec<_>>(),
    }
}

impl Board {
    fn values(&self, number: usize, language: Language) -> Value {
        let tracks = (1..).zip(&self.tracks);
        let tracks = tracks.map(|(number, track)| track.values(number, language));
        context! {
            number => print::ordinal_in(language, number),
            name => &self.scheme,
            provisional => self.provisional,
            tracks => tracks.collect::<Vec<_>>(),
        }
    }
}

impl Track {
    fn values(&self, number: usize, language: Language) -> Value {
        let list = |wanted: &dyn Fn(&Entry) -> bool| -> Vec<Value> {
            self.entries.iter().filter(|it| wanted(it)).map(Entry::values).collect()
        };
        let coloured = |colour| list(&|it| it.colour == colour);
        context! {
            number => print::ordinal_in(language, number),
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
