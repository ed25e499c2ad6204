use kit::testing::Bed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::bulk_create_observations_request::{Content, Header, Rows};
use tonic::Code;

use crate::district::{DISTRICT, name};
use crate::fixture::{Scoring, batch, fails, header, quarter, refused, request_id, text, value};

fn problems(reply: &pb::BulkCreateObservationsResponse) -> Vec<(i32, &str, &str)> {
    reply.problems.iter().map(|it| (it.row, it.field.as_str(), it.reason.as_str())).collect()
}

kit::both! {
    // B7: many values at once, one transaction, positions without gaps.
    async fn a_batch_is_stored_whole(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let single = scoring.report(value("works", "revenue", "2023-01", "30")).await.unwrap();
        let mut rows = quarter();
        rows.retain(|row| (&row.unit, &row.indicator, &row.period) != (&single.unit, &single.indicator, &single.period));
        let count = rows.len() as i64;
        let reply = scoring.store(rows).await;
        assert_eq!((reply.first_sequence, reply.last_sequence), (2, count + 1));
        assert_eq!(scoring.ledger_size().await as i64, count + 1);
        let finance = scoring.current("finance", "investment", "2023-02").await;
        assert_eq!(finance.value.unwrap().value, "600");
        let health = scoring.current("health", "investment", "2023-02").await;
        assert_eq!(health.presence(), pb::Presence::NotApplicable);
        assert_eq!(health.note, "本季度无项目");
    }

    // More rows than one statement takes, with notes and evidence among them.
    async fn a_large_batch_keeps_every_field(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let channel = scoring.served.channel();
        let units = (0..400).map(|number| {
            proto::registry::v1::Unit {
                name: name("units", &format!("u{number:03}")),
                display_name: format!("单位{number}"),
                kind: proto::registry::v1::UnitKind::Department.into(),
                category: "economic".to_owned(),
                ..Default::default()
            }
        });
        let request = proto::registry::v1::BatchUpdateUnitsRequest {
            parent: DISTRICT.to_owned(),
            units: units.collect(),
            ..Default::default()
        };
        let mut registry = proto::registry::v1::unit_service_client::UnitServiceClient::new(channel);
        registry.batch_update_units(request).await.unwrap();
        let evidence = pb::Evidence {
            title: "台账\"一\"".to_owned(),
            sha256: "0f".repeat(32),
            uri: String::new(),
        };
        let rows: Vec<pb::Observation> = (0..1200).map(|number| {
            let unit = format!("u{:03}", number % 400);
            let month = ["2023-01", "2023-02", "2023-03"][number / 400];
            let mut row = value(&unit, "revenue", month, &format!("{number}.25"));
            if number % 7 == 0 {
                row.note = format!("第{number}行");
                row.evidence = vec![evidence.clone()];
            }
            row
        }).collect();
        scoring.store(rows.clone()).await;
        for number in [0, 499, 500, 501, 777, 999, 1000, 1199] {
            let stored = scoring.get(&name("observations", &(number + 1).to_string())).await.unwrap();
            let row = &rows[number];
            assert_eq!((&stored.unit, &stored.period, &stored.value), (&row.unit, &row.period, &row.value));
            assert_eq!((&stored.note, &stored.evidence), (&row.note, &row.evidence));
            assert_eq!(stored.late, number < 800, "January and February were due before April");
        }
    }

    async fn every_problem_is_listed_with_row_field_and_reason(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("finance", "revenue", "2023-01", "1")).await.unwrap();
        scoring.report(value("finance", "revenue", "2023-03", "1")).await.unwrap();
        scoring.verify_all("2023-03").await;
        let mut broken = value("works", "revenue", "2023-01", "1");
        broken.unit = "works".to_owned();
        broken.value = None;
        let rows = vec![
            value("works", "revenue", "2023-01", "1"),
            value("finance", "revenue", "2023-01", "2"),
            value("nobody", "revenue", "2023-01", "1"),
            broken,
            value("works", "revenue", "2023-01", "3"),
            value("works", "revenue", "2024-13", "1"),
            value("works", "revenue", "2023-09", "1"),
            value("works", "survey", "2023-01", "1"),
            value("works", "investment", "2023-02", "-5"),
        ];
        let reply = scoring.bulk(batch(header(9), rows)).await.unwrap();
        assert_eq!(problems(&reply), [
            (1, "", "DUPLICATE_OBSERVATION"),
            (2, "unit", "UNKNOWN_UNIT"),
            (3, "unit", "NAME_FORMAT"),
            (3, "value", "REQUIRED"),
            (4, "", "DUPLICATE_OBSERVATION"),
            (5, "period", "UNKNOWN_PERIOD"),
            (6, "period", "UNKNOWN_PERIOD"),
            (7, "period", "PERIOD_KIND"),
            (8, "value", "VALUE_OUT_OF_RANGE"),
        ]);
        assert_eq!((reply.stored_count, reply.problem_count), (0, 9));
        assert!(reply.problems[0].message.contains("observations/1"), "{}", reply.problems[0].message);
        assert!(reply.problems[4].message.contains("row 0"), "{}", reply.problems[4].message);
        assert_eq!(scoring.ledger_size().await, 2, "nothing was stored");

        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        let rows = vec![
            value("works", "revenue", "2023-02", "1"),
            value("works", "revenue", "2023-01", "1"),
        ];
        let reply = scoring.bulk(batch(header(2), rows)).await.unwrap();
        assert_eq!(problems(&reply), [(1, "period", "PERIOD_CLOSED")]);
        assert_eq!(scoring.ledger_size().await, 2);
    }

    async fn of_many_problems_the_first_thousand_are_told(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut rows = vec![value("works", "revenue", "2023-01", "1"); 1500];
        for row in rows.iter_mut().skip(700) {
            row.value = None;
        }
        let reply = scoring.bulk(batch(header(1500), rows)).await.unwrap();
        assert_eq!((reply.problem_count, reply.problems.len()), (1499, 1000));
        let told: Vec<i32> = reply.problems.iter().map(|it| it.row).collect();
        assert_eq!(told, (1..=1000).collect::<Vec<_>>());
    }

    // A stream that breaks off or brings another number of rows stores nothing.
    async fn a_batch_that_is_not_whole_stores_nothing(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let rows = quarter();
        let count = rows.len() as i32;
        let few = scoring.bulk(batch(header(count + 1), rows.clone())).await;
        refused(few, &[("header.row_count", "ROW_COUNT")]);
        let many = scoring.bulk(batch(header(count - 1), rows.clone())).await;
        refused(many, &[("header.row_count", "ROW_COUNT")]);
        let none = scoring.bulk(vec![Content::Header(header(count))]).await;
        refused(none, &[("header.row_count", "ROW_COUNT")]);

        // The client goes away in the middle.
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let stream = futures::stream::unfold(receiver, |mut receiver| async move {
            Some((receiver.recv().await?, receiver))
        });
        let mut observations = scoring.observations.clone();
        let call = tokio::spawn(async move { observations.bulk_create_observations(stream).await });
        for content in batch(header(count), rows.clone()).into_iter().take(3) {
            let message = pb::BulkCreateObservationsRequest { content: Some(content) };
            sender.send(message).await.unwrap();
        }
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        assert_eq!(scoring.ledger_size().await, 0);
        assert_eq!(scoring.store(rows).await.first_sequence, 1, "no position was used up");
    }

    async fn a_stream_out_of_form_is_refused(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let rows = || Content::Rows(Rows { observations: vec![value("works", "revenue", "2023-01", "1")] });
        refused(scoring.bulk(vec![]).await, &[("header", "REQUIRED")]);
        refused(scoring.bulk(vec![rows()]).await, &[("header", "REQUIRED")]);
        let twice = vec![Content::Header(header(2)), rows(), Content::Header(header(2))];
        refused(scoring.bulk(twice).await, &[("header", "HEADER_REPEATED")]);
        let bad = Header { parent: "somewhere".to_owned(), row_count: 0, ..Default::default() };
        refused(scoring.bulk(vec![Content::Header(bad)]).await, &[
            ("header.parent", "NAME_FORMAT"),
            ("header.row_count", "OUT_OF_RANGE"),
        ]);
        let much = scoring.bulk(vec![Content::Header(header(100_001))]).await;
        refused(much, &[("header.row_count", "OUT_OF_RANGE")]);
        let id = Header { request_id: "1".to_owned(), ..header(1) };
        refused(scoring.bulk(vec![Content::Header(id), rows()]).await, &[("header.request_id", "REQUEST_ID_FORMAT")]);
    }

    async fn the_same_batch_sent_twice_has_one_effect(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut rows = quarter();
        let header = Header { request_id: request_id(), ..header(rows.len() as i32) };
        let first = scoring.bulk(batch(header.clone(), rows.clone())).await.unwrap();
        assert_eq!(first.stored_count, rows.len() as i32);
        // Cut into other messages, it is the same batch.
        let whole = Content::Rows(Rows { observations: rows.clone() });
        let again = scoring.bulk(vec![Content::Header(header.clone()), whole]).await.unwrap();
        assert_eq!(again, first);
        rows[3].note = "另一批".to_owned();
        let reused = scoring.bulk(batch(header, rows)).await;
        fails(reused, Code::InvalidArgument, "REQUEST_ID_REUSED");
        assert_eq!(scoring.ledger_size().await, quarter().len());
    }

    // A3: many figures are corrected as one is, and the first reports stay in the ledger.
    async fn a_batch_corrects_what_was_reported(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.report(value("works", "revenue", "2023-01", "30")).await.unwrap();
        scoring.report(value("works", "revenue", "2023-03", "25")).await.unwrap();
        scoring.verify_all("2023-01").await;
        let mut noted = value("works", "revenue", "2023-03", "26");
        noted.note = "含补报".to_owned();
        let rows = vec![
            value("works", "revenue", "2023-01", "31"),
            value("finance", "revenue", "2023-01", "100"),
            noted,
        ];
        let reply = scoring.bulk(batch(header(3), rows.clone())).await.unwrap();
        assert_eq!(problems(&reply), [(0, "", "DUPLICATE_OBSERVATION"), (2, "", "DUPLICATE_OBSERVATION")]);
        let header = Header { correction_reason: "一季度更正".to_owned(), ..header(3) };
        let trial = Header { validate_only: true, ..header.clone() };
        assert_eq!(scoring.bulk(batch(trial, rows.clone())).await.unwrap().problem_count, 0);
        let reply = scoring.bulk(batch(header.clone(), rows.clone())).await.unwrap();
        assert_eq!((reply.stored_count, reply.first_sequence, reply.last_sequence), (3, 3, 5));

        let corrected = scoring.current("works", "revenue", "2023-01").await;
        assert_eq!((corrected.sequence, text(&corrected.value)), (3, "31"));
        assert_eq!(corrected.supersedes, name("observations", "1"));
        assert_eq!((corrected.state(), &*corrected.reason), (pb::ObservationState::Reported, "一季度更正"));
        assert!(corrected.late, "a correction does not mend lateness");
        let first = scoring.current("finance", "revenue", "2023-01").await;
        assert_eq!((&*first.supersedes, &*first.reason), ("", ""));
        let noted = scoring.current("works", "revenue", "2023-03").await;
        assert_eq!((&*noted.note, noted.late), ("含补报", false));
        let old = scoring.get(&name("observations", "1")).await.unwrap();
        assert_eq!((old.state(), &*old.reason), (pb::ObservationState::Superseded, "一季度更正"));
        assert_eq!(scoring.reconciliation("2023-01").await.corrected_count, 1);

        let twice = vec![rows[0].clone(), rows[0].clone(), rows[1].clone()];
        let reply = scoring.bulk(batch(header.clone(), twice)).await.unwrap();
        assert_eq!(problems(&reply), [(1, "", "DUPLICATE_OBSERVATION")]);
        let long = Header { correction_reason: "长".repeat(501), ..header };
        refused(scoring.bulk(batch(long, rows)).await, &[("header.correction_reason", "LENGTH")]);
    }

    async fn a_batch_is_tried_without_storing(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let rows = quarter();
        let header = Header {
            validate_only: true,
            request_id: request_id(),
            ..header(rows.len() as i32)
        };
        let reply = scoring.bulk(batch(header.clone(), rows.clone())).await.unwrap();
        assert_eq!(reply, pb::BulkCreateObservationsResponse::default());
        assert_eq!(scoring.ledger_size().await, 0);
        let header = Header { validate_only: false, ..header };
        let reply = scoring.bulk(batch(header.clone(), rows.clone())).await.unwrap();
        assert_eq!(reply.stored_count, rows.len() as i32);
        // A trial waits for nobody who writes.
        let writing = scoring.served.db("scoring").begin_write().await.unwrap();
        let header = Header { validate_only: true, request_id: String::new(), ..header };
        let reply = scoring.bulk(batch(header, rows.clone())).await.unwrap();
        assert_eq!(reply.problem_count, rows.len() as i32);
        drop(writing);
    }
}
