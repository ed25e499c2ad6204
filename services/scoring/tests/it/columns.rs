use kit::testing::Bed;
use proto::google::r#type::Decimal;
use proto::scoring::v1 as pb;
use proto::scoring::v1::bulk_create_observations_request::{
    Columns, Content, Header, Rows, columns::NotApplicable,
};
use tonic::Code;

use crate::district::{DISTRICT, name, unit};
use crate::fixture::{
    MONTHS, Scoring, batch, fails, header, not_applicable, quarter, refused, request_id, value,
};

/// One period's rows in columns; values have at most two places.
fn columns(period: &str, rows: &[pb::Observation]) -> Columns {
    let mut columns =
        Columns { period: period.to_owned(), decimal_places: 2, ..Default::default() };
    let place =
        |names: &mut Vec<String>, name: &String| match names.iter().position(|it| it == name) {
            Some(at) => at as u32,
            None => {
                names.push(name.clone());
                names.len() as u32 - 1
            }
        };
    for (row, given) in (0..).zip(rows) {
        columns.unit_indexes.push(place(&mut columns.units, &given.unit));
        columns.indicator_indexes.push(place(&mut columns.indicators, &given.indicator));
        columns.values.push(given.value.as_ref().map_or(0, hundredths));
        if given.presence() == pb::Presence::NotApplicable {
            columns.not_applicable.push(NotApplicable { row, note: given.note.clone() });
        }
    }
    columns
}

fn hundredths(value: &Decimal) -> i64 {
    let (whole, part) = value.value.split_once('.').unwrap_or((&value.value, ""));
    format!("{whole}{part:0<2}").parse().unwrap()
}

/// The rows in messages of one period each.
fn in_columns(header: Header, rows: &[pb::Observation]) -> Vec<Content> {
    let messages = rows.chunk_by(|a, b| a.period == b.period);
    let messages = messages.map(|rows| Content::Columns(columns(&rows[0].period, rows)));
    std::iter::once(Content::Header(header)).chain(messages).collect()
}

/// The current observations without what tells one report from another.
async fn ledger(scoring: &mut Scoring) -> Vec<pb::Observation> {
    let request = pb::ListObservationsRequest {
        parent: DISTRICT.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    let reply = scoring.observations.list_observations(request).await.unwrap().into_inner();
    reply.observations
}

kit::both! {
    // B7: the same rows have the same effect in either form.
    async fn a_batch_in_columns_is_stored_as_row_by_row(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut rows = quarter();
        rows.push(value("works", "incidents", "2023-03", "7.25"));
        rows.retain(|row| row.value.as_ref().is_none_or(|it| it.value != "2"));
        rows.sort_by(|a, b| a.period.cmp(&b.period));
        let header = Header { request_id: request_id(), ..header(rows.len() as i32) };
        let messages = in_columns(header, &rows);
        let reply = scoring.bulk(messages.clone()).await.unwrap();
        assert_eq!((reply.stored_count, &reply.problems[..]), (rows.len() as i32, &[][..]));
        let stored = ledger(&mut scoring).await;
        let told = |it: &pb::Observation| {
            (it.unit.clone(), it.indicator.clone(), it.period.clone(), it.value.clone(), it.note.clone())
        };
        let zeroless = |mut it: pb::Observation| {
            if let Some(value) = &mut it.value && value.value.contains('.') {
                value.value = value.value.trim_end_matches('0').trim_end_matches('.').to_owned();
            }
            it
        };
        let expected: Vec<_> = rows.into_iter().map(zeroless).map(|it| told(&it)).collect();
        assert_eq!(stored.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!(scoring.bulk(messages.clone()).await.unwrap(), reply, "sent twice it has one effect");
        let mut other = messages;
        if let Some(Content::Columns(columns)) = other.last_mut() {
            columns.values[0] += 1;
        }
        fails(scoring.bulk(other).await, Code::InvalidArgument, "REQUEST_ID_REUSED");
    }

    async fn problems_in_columns_are_those_of_rows(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("finance", "revenue", "2023-01", "1")).await.unwrap();
        let mut astray = value("works", "revenue", "2023-01", "1");
        astray.unit = "districts/elsewhere/units/works".to_owned();
        let mut silent = not_applicable("works", "investment", "2023-01");
        silent.note = String::new();
        let rows = vec![
            value("works", "revenue", "2023-01", "1"),
            value("finance", "revenue", "2023-01", "2"),
            value("nobody", "revenue", "2023-01", "1"),
            value("works", "nothing", "2023-01", "1"),
            value("north", "revenue", "2023-01", "1"),
            astray,
            value("works", "revenue", "2023-01", "3"),
            value("works", "survey", "2023-01", "1"),
            silent,
            value("works", "investment", "2023-02", "-5"),
            value("works", "incidents", "2023-02", "0"),
            value("finance", "survey", "2023Q1", "100.01"),
            value("works", "revenue", "2024-13", "1"),
        ];
        let one_by_one = scoring.bulk(batch(header(13), rows.clone())).await.unwrap();
        let in_columns = scoring.bulk(in_columns(header(13), &rows)).await.unwrap();
        assert_eq!(in_columns, one_by_one);
        assert_eq!(in_columns.problem_count, 11);
    }

    // What only columns can get wrong.
    async fn a_message_that_is_no_table_is_refused(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let sound = columns(&name("periods", "2023-01"), &[value("works", "revenue", "2023-01", "1")]);
        let mut send = async |columns: Columns, rows: i32| {
            scoring.bulk(vec![Content::Header(header(rows)), Content::Columns(columns)]).await
        };
        let short = Columns { unit_indexes: vec![], ..sound.clone() };
        refused(send(short, 1).await, &[("columns.unit_indexes", "COLUMN_LENGTH")]);
        let long = Columns { indicator_indexes: vec![0, 0], decimal_places: 7, ..sound.clone() };
        refused(send(long, 1).await, &[
            ("columns.indicator_indexes", "COLUMN_LENGTH"),
            ("columns.decimal_places", "OUT_OF_RANGE"),
        ]);
        let beyond = vec![NotApplicable { row: 1, note: "无".to_owned() }];
        let beyond = Columns { not_applicable: beyond, ..sound.clone() };
        refused(send(beyond, 1).await, &[("columns.not_applicable", "OUT_OF_RANGE")]);
        let future = Some(prost_types::Timestamp { seconds: 4_000_000_000, nanos: 0 });
        let future = Columns { report_time: future, ..sound.clone() };
        refused(send(future, 1).await, &[("columns.report_time", "IN_FUTURE")]);
        let many = Columns {
            unit_indexes: vec![0, 0],
            indicator_indexes: vec![0, 0],
            values: vec![1, 2],
            ..sound.clone()
        };
        refused(send(many, 1).await, &[("header.row_count", "ROW_COUNT")]);

        let rows = Columns {
            unit_indexes: vec![0, 7, 0, 0, 0],
            indicator_indexes: vec![0, 0, 1, 0, 0],
            values: vec![1, 1, 1, i64::MAX, 5],
            decimal_places: 0,
            not_applicable: vec![NotApplicable { row: 4, note: "无".to_owned() }],
            ..sound.clone()
        };
        let reply = send(rows, 5).await.unwrap();
        let problems: Vec<(i32, &str, &str)> =
            reply.problems.iter().map(|it| (it.row, it.field.as_str(), it.reason.as_str())).collect();
        assert_eq!(problems, [
            (1, "unit_indexes", "OUT_OF_RANGE"),
            (2, "indicator_indexes", "OUT_OF_RANGE"),
            (3, "value", "DECIMAL_FORMAT"),
            (4, "value", "VALUE_NOT_ALLOWED"),
        ]);
        assert_eq!(scoring.ledger_size().await, 0);
    }

    // Rows and columns in one stream; a unit that registry has only just got to know.
    async fn rows_and_columns_are_numbered_through(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("works", "revenue", "2023-03", "1")).await.unwrap();
        crate::district::create_unit(scoring.served.channel(), "energy", "economic").await;
        let month = |month| [value("energy", "revenue", month, "5"), value("works", "incidents", month, "0")];
        let messages = vec![
            Content::Header(header(7)),
            Content::Rows(Rows { observations: month(MONTHS[0]).to_vec() }),
            Content::Columns(columns(&name("periods", MONTHS[1]), &month(MONTHS[1]))),
            Content::Columns(columns(&name("periods", MONTHS[2]), &month(MONTHS[2]))),
            Content::Rows(Rows { observations: vec![value("finance", "incidents", "2023-01", "0")] }),
        ];
        let reply = scoring.bulk(messages).await.unwrap();
        assert_eq!((reply.stored_count, &reply.problems[..]), (7, &[][..]));
        let energy = scoring.current("energy", "revenue", "2023-02").await;
        assert_eq!((energy.unit, energy.sequence), (unit("energy"), 4));
    }
}
