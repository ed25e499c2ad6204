//! Tables of targets: one line a unit, one column an indicator and period.

use csv::StringRecord;
use proto::google::r#type::Decimal;
use proto::registry::v1::Target;

use super::Source;
use crate::names;
use crate::problem::{Item, Origin, Problems};
use crate::table;
use crate::yaml::{Kind, Scalar, Tree};

/// What a column holds.
enum Column {
    Unit,
    Source,
    Target(String),
}

/// The targets of a table, faults apart.
pub(super) fn read(source: &Source, district: &str, problems: &mut Problems) -> Vec<Item<Target>> {
    let mut reader = table::csv_reader(source.text.as_bytes());
    let mut targets = Vec::new();
    let mut columns = Vec::new();
    for record in reader.records() {
        match record {
            Err(error) => problems.add(
                &source.label,
                table::csv_place(error.position(), 0),
                "",
                table::csv_words(&error),
            ),
            Ok(record) if columns.is_empty() => columns = header(source, &record, problems),
            Ok(record) => line(source, district, &columns, &record, &mut targets, problems),
        }
    }
    targets
}

fn header(source: &Source, record: &StringRecord, problems: &mut Problems) -> Vec<Column> {
    let columns: Vec<_> = record
        .iter()
        .map(|title| match title {
            "unit" => Column::Unit,
            "source" => Column::Source,
            other => Column::Target(other.to_owned()),
        })
        .collect();
    let at = table::csv_place(record.position(), 0);
    if !columns.iter().any(|it| matches!(it, Column::Unit)) {
        problems.add(
            &source.label,
            at,
            "",
            "the first line names the columns, and one must be `unit`",
        );
    }
    for column in &columns {
        if let Column::Target(title) = column
            && !title.contains('.')
        {
            problems.add(
                &source.label,
                at,
                title,
                "a column of targets is called `<indicator>.<period>`",
            );
        }
    }
    columns
}

fn line(
    source: &Source,
    district: &str,
    columns: &[Column],
    record: &StringRecord,
    targets: &mut Vec<Item<Target>>,
    problems: &mut Problems,
) {
    let text_of = |wanted: fn(&Column) -> bool| {
        columns.iter().position(wanted).and_then(|it| record.get(it)).unwrap_or_default()
    };
    let unit = text_of(|it| matches!(it, Column::Unit));
    let origin_text = text_of(|it| matches!(it, Column::Source));
    for (index, (column, text)) in columns.iter().zip(record).enumerate() {
        let Column::Target(title) = column else {
            continue;
        };
        if text.is_empty() {
            continue;
        }
        let at = table::csv_place(record.position(), index);
        let path = format!("{unit}/{title}");
        let name = names::complete("saima.registry.v1.Target.name", district, &path);
        if kit::decimal::parse(text).is_none() {
            problems.add(
                &source.label,
                at,
                &path,
                format!("`{text}` is no decimal of at most 28 digits"),
            );
        }
        let value = Target {
            name: name.unwrap_or_default(),
            value: Some(Decimal { value: text.to_owned() }),
            source: origin_text.to_owned(),
            ..Target::default()
        };
        let scalar = Scalar { text: text.to_owned(), plain: true };
        let tree = Tree { at, kind: Kind::Scalar(scalar) };
        let origin = Origin { file: source.label.clone(), path, tree };
        targets.push(Item { value, origin });
    }
}
