//! Rows that come in columns: names are read once a message, and what is left to do for a row
//! is to look at three numbers.

use std::iter::Peekable;

use jiff::Timestamp;
use kit::field::Fields;
use kit::{Result, Violation};
use prost::Message as _;
use proto::scoring::v1::bulk_create_observations_request::{Columns, columns};
use rust_decimal::Decimal;
use sha2::Digest as _;

use super::Reader;
use crate::assignment::{Assignment, Place};
use crate::report::{PLACES, Reading, Report, fits};
use crate::rpc::observation::unknown_period;
use crate::rpc::report;

/// The ids of a message, or what is wrong with each name.
struct Ids {
    period: Read,
    units: Vec<Read>,
    indicators: Vec<Read>,
}

type Read = std::result::Result<String, Vec<Violation>>;

/// Where an assignment has the units and indicators of a message.
#[derive(Default)]
struct Places {
    units: Vec<Option<u32>>,
    indicators: Vec<Option<u32>>,
}

impl Reader<'_> {
    /// Takes the rows of one message.
    pub(in crate::rpc::bulk) async fn read_columns(&mut self, columns: &Columns) -> Result<()> {
        let report_time = self.table(columns)?;
        let rows = columns.values.len();
        if rows > (self.announced - self.bulk.count()) as usize {
            return Err(self.miscounted("more"));
        }
        if let Some(digest) = &mut self.digest {
            digest.update(columns.encode_length_delimited_to_vec());
        }
        let ids = self.ids(columns);
        let period = match &ids.period {
            Ok(id) => self.period(id).await?.ok_or_else(|| vec![unknown_period(self.district, id)]),
            Err(violations) => Err(violations.clone()),
        };
        let period = match period {
            Ok(period) => period,
            Err(violations) => {
                (0..rows).for_each(|_| self.bulk.refuse(violations.clone()));
                return Ok(());
            }
        };
        let mut places = Places::of(self.at(period), &ids);
        let mut exceptions = columns.not_applicable.iter().peekable();
        for row in 0..rows {
            if places.of_row(self.at(period), columns, row).is_none() && self.ask(period).await? {
                places = Places::of(self.at(period), &ids);
            }
            match self.row(period, &ids, &places, columns, row, &mut exceptions) {
                Ok((place, reading, note)) => {
                    let report = Report { reading, note, evidence: Vec::new(), report_time };
                    self.bulk.accept(period, place, report)?;
                }
                Err(violations) => self.bulk.refuse(violations),
            }
        }
        Ok(())
    }

    /// Refuses a message that is no table; yields when its rows were handed in.
    fn table(&self, columns: &Columns) -> Result<Option<Timestamp>> {
        let mut fields = Fields::default();
        let rows = columns.values.len();
        for (column, length) in [
            ("unit_indexes", columns.unit_indexes.len()),
            ("indicator_indexes", columns.indicator_indexes.len()),
        ] {
            if length != rows {
                let message = format!("must be as many as `values`, {rows}, are {length}");
                fields.violation(format_args!("columns.{column}"), "COLUMN_LENGTH", message);
            }
        }
        let places = columns.decimal_places;
        fields.number("columns.decimal_places", places, 0..=PLACES as i32);
        let exceptions = &columns.not_applicable;
        let ascend = exceptions.windows(2).all(|pair| pair[0].row < pair[1].row);
        let within =
            |it: &columns::NotApplicable| usize::try_from(it.row).is_ok_and(|it| it < rows);
        if !ascend || !exceptions.iter().all(within) {
            let message = format!("rows must ascend and lie below {rows}");
            fields.violation("columns.not_applicable", "OUT_OF_RANGE", message);
        }
        let now = self.rpc.clock.now();
        let time = report::report_time(&mut fields, "columns.", &columns.report_time, now);
        fields.check()?;
        Ok(time)
    }

    fn ids(&self, columns: &Columns) -> Ids {
        let read = |read: &dyn Fn(&mut Fields) -> String| -> Read {
            let mut fields = Fields::default();
            let id = read(&mut fields);
            if fields.is_sound() { Ok(id) } else { Err(fields.into_violations()) }
        };
        let names = &self.names;
        let unit = |name: &String| read(&|fields| names.subject(fields, "", name).into_owned());
        let indicator =
            |name: &String| read(&|fields| names.indicator(fields, "", name).to_owned());
        Ids {
            period: read(&|fields| names.period(fields, "", &columns.period).to_owned()),
            units: columns.units.iter().map(unit).collect(),
            indicators: columns.indicators.iter().map(indicator).collect(),
        }
    }

    /// Checks one row as `read` would.
    fn row<'c>(
        &self,
        period: usize,
        ids: &Ids,
        places: &Places,
        columns: &'c Columns,
        row: usize,
        exceptions: &mut Peekable<impl Iterator<Item = &'c columns::NotApplicable>>,
    ) -> std::result::Result<(Place, Reading, String), Vec<Violation>> {
        let value = Decimal::new(columns.values[row], columns.decimal_places as u32).normalize();
        let exception = exceptions.next_if(|it| it.row as usize == row);
        let mut fields = Fields::default();
        let (reading, note) = match exception {
            Some(exception) => {
                (Reading::NotApplicable, reason(&mut fields, value, &exception.note))
            }
            None => (Reading::Value(value), String::new()),
        };
        if !fits(value) {
            report::too_long(&mut fields, "value", value);
        }
        if !fields.is_sound() {
            return Err(fields.into_violations());
        }
        let assignment = self.at(period);
        let place = match places.of_row(assignment, columns, row) {
            Some(place) => place,
            None => {
                let unit = named("unit", &ids.units, columns.unit_indexes[row])?;
                let indicator =
                    named("indicator", &ids.indicators, columns.indicator_indexes[row])?;
                assignment.place(unit, indicator).map_err(|it| vec![it])?
            }
        };
        assignment.bounds(place, &reading).map_err(|it| vec![it])?;
        Ok((place, reading, note))
    }
}

/// Why an indicator does not apply, where there must be no value.
fn reason(fields: &mut Fields, value: Decimal, note: &str) -> String {
    if !value.is_zero() {
        let message = "must be 0 where the indicator does not apply";
        fields.violation("value", "VALUE_NOT_ALLOWED", message);
    }
    report::note(fields, "", &Reading::NotApplicable, note)
}

/// The id that a row's index stands for.
fn named<'a>(
    field: &str,
    ids: &'a [Read],
    index: u32,
) -> std::result::Result<&'a str, Vec<Violation>> {
    match ids.get(index as usize) {
        Some(Ok(id)) => Ok(id),
        Some(Err(violations)) => Err(violations.clone()),
        None => {
            let message = format!("is number {index} of {}", ids.len());
            let reason = "OUT_OF_RANGE";
            Err(vec![Violation { field: format!("{field}_indexes"), reason, message }])
        }
    }
}

impl Places {
    fn of(assignment: &Assignment, ids: &Ids) -> Self {
        let unit = |id: &Read| assignment.unit_at(id.as_deref().ok()?);
        let indicator = |id: &Read| assignment.indicator_at(id.as_deref().ok()?);
        Self {
            units: ids.units.iter().map(unit).collect(),
            indicators: ids.indicators.iter().map(indicator).collect(),
        }
    }

    /// Where a row belongs; none unless its unit owes it.
    fn of_row(&self, assignment: &Assignment, columns: &Columns, row: usize) -> Option<Place> {
        let unit = (*self.units.get(columns.unit_indexes[row] as usize)?)?;
        let indicator = (*self.indicators.get(columns.indicator_indexes[row] as usize)?)?;
        let place = Place { unit, indicator };
        assignment.owes(place).then_some(place)
    }
}
