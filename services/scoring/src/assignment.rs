//! What a period asks of everybody, as reports are checked against it: the definitions'
//! reading, made ready for look-ups. The text of record stays with registry.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::name::Pattern;
use kit::{Result, Violation};
use rust_decimal::Decimal;

use crate::period::{Kind, Period};
use crate::report::Reading;

/// How districts are named.
pub(crate) static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");
/// How units are named.
pub(crate) static UNIT: Pattern = Pattern::new("unit", "districts/{district}/units/{unit}");
/// How indicators are named.
pub(crate) static INDICATOR: Pattern =
    Pattern::new("indicator", "districts/{district}/indicators/{indicator}");
/// How periods are named.
pub(crate) static PERIOD: Pattern = Pattern::new("period", "districts/{district}/periods/{period}");
/// How schemes are named.
pub(crate) static SCHEME: Pattern = Pattern::new("scheme", "districts/{district}/schemes/{scheme}");

/// One period's assignment (派账).
#[derive(Debug)]
pub(crate) struct Assignment {
    /// The period.
    pub(crate) period: Period,
    /// Periods of the calendar within it, by first day.
    pub(crate) parts: Vec<Period>,
    /// The first instant at which a report for it is late.
    pub(crate) due_end: Timestamp,
    /// The district's.
    pub(crate) zone: TimeZone,
    /// Subjects, and units that evaluate, by id.
    pub(crate) units: Vec<Unit>,
    /// Indicators on a track, by id.
    pub(crate) indicators: Vec<Indicator>,
    /// Who carries what: one bit for each pair of a unit and an indicator.
    carried: Vec<bool>,
    /// Whose ballots are counted for what, likewise.
    polled: Vec<bool>,
}

/// A subject, or a unit that evaluates.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Its id as a subject.
    pub(crate) id: Arc<str>,
    /// Its name in the office's words.
    pub(crate) display_name: String,
    /// The unit that answers for it: itself, the lead unit of a project, the unit of a post.
    pub(crate) answers: Arc<str>,
}

/// An indicator.
#[derive(Debug)]
pub(crate) struct Indicator {
    /// Last segment of its name.
    pub(crate) id: Arc<str>,
    /// Its name in the office's words.
    pub(crate) display_name: String,
    /// Unit of measure as printed.
    pub(crate) unit_of_measure: String,
    /// How long the periods are for which it is reported.
    pub(crate) frequency: Kind,
    /// The unit that verifies it.
    pub(crate) evaluating_unit: String,
    /// Least value, inclusive.
    pub(crate) min_value: Option<Decimal>,
    /// Greatest value, inclusive.
    pub(crate) max_value: Option<Decimal>,
}

/// A unit and an indicator of one assignment, by their places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index into `units`.
    pub(crate) unit: u32,
    /// Index into `indicators`.
    pub(crate) indicator: u32,
}

impl Assignment {
    /// `carried` and `polled` name units and indicators by id; both lists are sorted here.
    pub(crate) fn new<'a>(
        period: Period,
        parts: Vec<Period>,
        zone: TimeZone,
        mut units: Vec<Unit>,
        mut indicators: Vec<Indicator>,
        carried: impl Iterator<Item = (&'a str, &'a str)>,
        polled: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let due_end = period.due_end(&zone)?;
        units.sort_by(|a, b| a.id.cmp(&b.id));
        indicators.sort_by(|a, b| a.id.cmp(&b.id));
        let mut assignment = Self {
            period,
            parts,
            due_end,
            zone,
            units,
            indicators,
            carried: Vec::new(),
            polled: Vec::new(),
        };
        assignment.carried = assignment.bits(carried);
        assignment.polled = assignment.bits(polled);
        Ok(assignment)
    }

    /// Where a report belongs; refused when the subject does not owe it in this period.
    pub(crate) fn place(
        &self,
        unit: &str,
        indicator: &str,
    ) -> std::result::Result<Place, Violation> {
        self.place_for(unit, indicator, self.period.kind)
    }

    /// The unit that answers for a subject; of one not known here, the subject itself.
    pub(crate) fn answers<'a>(&'a self, subject: &'a str) -> &'a str {
        let found = self.units.binary_search_by(|it| (*it.id).cmp(subject));
        found.map_or(subject, |place| &self.units[place].answers)
    }

    /// How long a period is, this one or one of its parts; none of another.
    pub(crate) fn kind_of(&self, period: &str) -> Option<Kind> {
        let mut all = self.parts.iter().chain([&self.period]);
        all.find(|it| &*it.id == period).map(|it| it.kind)
    }

    /// Where a report for a part of that length belongs; refused when the subject does not owe it
    /// for such periods.
    pub(crate) fn place_for(
        &self,
        unit: &str,
        indicator: &str,
        kind: Kind,
    ) -> std::result::Result<Place, Violation> {
        self.find(unit, indicator, kind, |bit| self.carried[bit])
    }

    /// Where the ballots of a poll on a subject belong; refused when no track has a use for them.
    pub(crate) fn place_of_poll(
        &self,
        unit: &str,
        indicator: &str,
    ) -> std::result::Result<Place, Violation> {
        let wanted = |bit: usize| self.polled[bit] || self.carried[bit];
        self.find(unit, indicator, self.period.kind, wanted)
    }

    fn find(
        &self,
        unit: &str,
        indicator: &str,
        kind: Kind,
        wanted: impl Fn(usize) -> bool,
    ) -> std::result::Result<Place, Violation> {
        let period = &self.period.id;
        let refuse = |field: &str, reason, message| {
            Err(Violation { field: field.to_owned(), reason, message })
        };
        let Some(unit) = position(&self.units, |it| &it.id, unit) else {
            let message = format!("no unit {unit} runs in {period}");
            return refuse("unit", "UNKNOWN_UNIT", message);
        };
        let Some(indicator) = position(&self.indicators, |it| &it.id, indicator) else {
            let message = format!("no track of {period} has an indicator {indicator}");
            return refuse("indicator", "UNKNOWN_INDICATOR", message);
        };
        let place = Place { unit, indicator };
        let (unit, indicator) = (self.unit(place), self.indicator(place));
        if !wanted(self.bit(place)) {
            let message = format!("{} does not carry {} in {period}", unit.id, indicator.id);
            return refuse("indicator", "NOT_ASSIGNED", message);
        }
        if indicator.frequency != kind {
            let (owed, given) = (indicator.frequency.noun(), kind.noun());
            let message = format!("{} is reported for a {owed}, not for a {given}", indicator.id);
            return refuse("period", "PERIOD_KIND", message);
        }
        Ok(place)
    }

    /// True when the unit carries the indicator and reports it for a period as long as this.
    pub(crate) fn owes(&self, place: Place) -> bool {
        self.carried[self.bit(place)] && self.indicator(place).frequency == self.period.kind
    }

    /// Refuses a value outside its indicator's bounds.
    pub(crate) fn bounds(
        &self,
        place: Place,
        reading: &Reading,
    ) -> std::result::Result<(), Violation> {
        let Reading::Value(value) = reading else { return Ok(()) };
        let indicator = self.indicator(place);
        let low = indicator.min_value.filter(|least| value < least);
        let high = indicator.max_value.filter(|most| value > most);
        let message = match (low, high) {
            (Some(least), _) => {
                format!("must be at least {least} for {}, is {value}", indicator.id)
            }
            (_, Some(most)) => format!("must be at most {most} for {}, is {value}", indicator.id),
            (None, None) => return Ok(()),
        };
        Err(Violation { field: "value".to_owned(), reason: "VALUE_OUT_OF_RANGE", message })
    }

    /// True when what was reported at `at` came after the period's due date.
    pub(crate) fn is_late(&self, at: Timestamp) -> bool {
        at >= self.due_end
    }

    /// Everything owed in this very period, by unit and indicator id.
    pub(crate) fn due(&self) -> impl Iterator<Item = Place> + '_ {
        let indicators = self.indicators.len().max(1);
        self.carried.iter().enumerate().filter(|(_, carried)| **carried).filter_map(
            move |(bit, _)| {
                let (unit, indicator) = ((bit / indicators) as u32, (bit % indicators) as u32);
                let due = self.indicators[indicator as usize].frequency == self.period.kind;
                due.then_some(Place { unit, indicator })
            },
        )
    }

    /// The unit at a place.
    pub(crate) fn unit(&self, place: Place) -> &Unit {
        &self.units[place.unit as usize]
    }

    /// The indicator at a place.
    pub(crate) fn indicator(&self, place: Place) -> &Indicator {
        &self.indicators[place.indicator as usize]
    }

    /// Where a unit stands among `units`.
    pub(crate) fn unit_at(&self, id: &str) -> Option<u32> {
        position(&self.units, |it| &it.id, id)
    }

    /// Where an indicator stands among `indicators`.
    pub(crate) fn indicator_at(&self, id: &str) -> Option<u32> {
        position(&self.indicators, |it| &it.id, id)
    }

    /// The indicator of an id.
    pub(crate) fn indicator_named(&self, id: &str) -> Option<&Indicator> {
        let at = position(&self.indicators, |it| &it.id, id)?;
        self.indicators.get(at as usize)
    }

    /// The unit of an id.
    pub(crate) fn unit_named(&self, id: &str) -> Option<&Unit> {
        let at = position(&self.units, |it| &it.id, id)?;
        self.units.get(at as usize)
    }

    /// The unit that answers for a subject.
    pub(crate) fn answers_for(&self, id: &str) -> Option<&str> {
        self.unit_named(id).map(|unit| &*unit.answers)
    }

    /// The last day that counts as elapsed: the period's own once it is closed, else that of
    /// the last closed part, the eve of the period while none is.
    pub(crate) fn through(&self, closed: impl Fn(&str) -> bool) -> Date {
        if closed(&self.period.id) {
            return self.period.last;
        }
        let ends = self.parts.iter().filter(|part| closed(&part.id)).map(|part| part.last);
        ends.max().unwrap_or_else(|| self.period.eve())
    }

    /// The ids of its parts.
    pub(crate) fn part_ids(&self) -> Vec<&str> {
        self.parts.iter().map(|part| &*part.id).collect()
    }

    /// The ids of its parts, then its own.
    pub(crate) fn period_ids(&self) -> Vec<&str> {
        let mut ids = self.part_ids();
        ids.push(&self.period.id);
        ids
    }

    fn bits<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<bool> {
        let mut bits = vec![false; self.units.len() * self.indicators.len()];
        for (unit, indicator) in pairs {
            let unit = position(&self.units, |it| &it.id, unit);
            let indicator = position(&self.indicators, |it| &it.id, indicator);
            if let (Some(unit), Some(indicator)) = (unit, indicator) {
                bits[self.bit(Place { unit, indicator })] = true;
            }
        }
        bits
    }

    fn bit(&self, place: Place) -> usize {
        place.unit as usize * self.indicators.len() + place.indicator as usize
    }
}

fn position<T>(sorted: &[T], id: impl Fn(&T) -> &Arc<str>, wanted: &str) -> Option<u32> {
    let found = sorted.binary_search_by(|it| (**id(it)).cmp(wanted)).ok()?;
    u32::try_from(found).ok()
}
