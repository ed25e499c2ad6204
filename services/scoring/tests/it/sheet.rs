use kit::db::Tx;
use kit::testing::Bed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::bulk_create_observations_request::Header;

use crate::district::{DISTRICT, name, unit};
use crate::fixture::{MONTHS, Scoring, batch, fails, header, not_applicable, request_id, value};

/// Numbers that look random and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Does one thing that a unit, an evaluating unit or the office may do, or be refused.
async fn step(scoring: &mut Scoring, chance: &mut Chance) {
    let period = chance.one(&MONTHS);
    let one = |chance: &mut Chance| {
        let unit = chance.one(&["finance", "works", "health"]);
        let indicator = chance.one(&["revenue", "investment", "incidents"]);
        match chance.below(6) {
            0 => not_applicable(unit, indicator, period),
            _ => value(
                unit,
                indicator,
                period,
                &format!("{}.{}", chance.below(999), chance.below(99)),
            ),
        }
    };
    match chance.below(10) {
        0 | 1 => drop(scoring.report(one(chance)).await),
        2..=4 => {
            let rows: Vec<_> = (0..chance.below(6) + 1).map(|_| one(chance)).collect();
            let correction_reason = ["", "月度数据更正"][chance.below(2)].to_owned();
            let header = Header { correction_reason, ..header(rows.len() as i32) };
            scoring.bulk(batch(header, rows)).await.unwrap();
        }
        5 | 6 => {
            let evaluating = chance.one(&["office", "safety"]);
            let open = scoring.open_cells(period, evaluating).await;
            let names =
                open.iter().map(|cell| cell.observation.as_str()).filter(|it| !it.is_empty());
            let names: Vec<&str> = names.skip(chance.below(3)).collect();
            if !names.is_empty() {
                scoring.verify(&names, evaluating).await.unwrap();
            }
        }
        7 | 8 => {
            let observation = name("observations", &(chance.below(60) + 1).to_string());
            if chance.below(2) == 0 {
                let _ =
                    scoring.dispute(&observation, chance.one(&["office", "safety"]), "不符").await;
            } else {
                let _ = scoring.correct(&observation, &chance.below(999).to_string(), "复核").await;
            }
        }
        _ => drop(scoring.close(period).await),
    }
}

async fn rebuild(scoring: &Scoring, request_id: &str) -> pb::RebuildSheetsResponse {
    let request =
        pb::RebuildSheetsRequest { parent: DISTRICT.to_owned(), request_id: request_id.to_owned() };
    let mut sheets = pb::sheet_service_client::SheetServiceClient::new(scoring.served.channel());
    sheets.rebuild_sheets(request).await.unwrap().into_inner()
}

async fn ledger(
    scoring: &mut Scoring,
    filter: pb::ListObservationsRequest,
) -> Vec<pb::Observation> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListObservationsRequest {
            parent: DISTRICT.to_owned(),
            page_token,
            ..filter.clone()
        };
        let reply = scoring.observations.list_observations(request).await.unwrap().into_inner();
        all.extend(reply.observations);
        page_token = reply.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

/// Every list, page by page, is the whole ledger narrowed by hand.
async fn lists_agree(scoring: &mut Scoring) {
    use pb::ObservationState::{Disputed, Locked, Reported, Superseded, Unspecified, Verified};
    let everything = pb::ListObservationsRequest { show_superseded: true, ..Default::default() };
    let all = ledger(scoring, everything).await;
    for state in [Unspecified, Reported, Verified, Disputed, Locked, Superseded] {
        for (unit_id, indicator, period, show_superseded) in [
            ("", "", "", false),
            ("works", "", "", true),
            ("", "revenue", "", true),
            ("", "", "2023-02", false),
            ("health", "", "2023-01", true),
            ("finance", "incidents", "2023-03", true),
            ("nobody", "", "", true),
        ] {
            let full = |collection: &str, id: &str| {
                if id.is_empty() { String::new() } else { name(collection, id) }
            };
            let filter = pb::ListObservationsRequest {
                page_size: 7,
                unit: if unit_id.is_empty() { String::new() } else { unit(unit_id) },
                indicator: full("indicators", indicator),
                period: full("periods", period),
                state: state.into(),
                show_superseded,
                ..Default::default()
            };
            let wanted = |it: &&pb::Observation| {
                let fits = |wanted: &str, given: &str| wanted.is_empty() || wanted == given;
                fits(&filter.unit, &it.unit)
                    && fits(&filter.indicator, &it.indicator)
                    && fits(&filter.period, &it.period)
                    && match state {
                        Unspecified => show_superseded || it.state() != Superseded,
                        state => it.state() == state,
                    }
            };
            let expected: Vec<_> = all.iter().filter(wanted).cloned().collect();
            assert_eq!(ledger(scoring, filter.clone()).await, expected, "{filter:?}");
        }
    }
}

async fn tamper(tx: &mut Tx) {
    kit::execute!(tx, "UPDATE sheet SET cells = (SELECT cells FROM sheet WHERE unit = 'works') WHERE unit = 'finance'").unwrap();
    kit::execute!(tx, "DELETE FROM sheet WHERE unit = 'works'").unwrap();
}

kit::both! {
    // A3: whatever happened, the sheets are what the ledgers say, byte for byte.
    async fn sheets_follow_from_the_ledgers_after_any_history(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut chance = Chance(3);
        let mut sheets = 0;
        for round in 0..120 {
            step(&mut scoring, &mut chance).await;
            if round % 10 == 9 {
                let rebuilt = rebuild(&scoring, "").await;
                assert_eq!(rebuilt.changed_count, 0, "in round {round}");
                sheets = rebuilt.sheet_count;
            }
            if round % 40 == 39 {
                lists_agree(&mut scoring).await;
            }
        }
        assert_eq!(sheets, 3, "the history touched every department");
    }

    // A3: a sheet that somebody wrote past the service is found and mended.
    async fn sheets_are_made_anew(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let (board, cells) = (scoring.board("2023Q1").await, scoring.reconciliation("2023-02").await);
        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        tamper(&mut tx).await;
        tx.commit().await.unwrap();
        assert_ne!(scoring.reconciliation("2023-02").await, cells);
        let id = request_id();
        let rebuilt = rebuild(&scoring, &id).await;
        assert_eq!((rebuilt.sheet_count, rebuilt.changed_count), (5, 2));
        assert_eq!(rebuild(&scoring, &id).await, rebuilt, "the same request has one effect");
        assert_eq!(rebuild(&scoring, "").await.changed_count, 0);
        assert_eq!(scoring.reconciliation("2023-02").await, cells);
        assert_eq!(scoring.board("2023Q1").await.tracks, board.tracks);
        let again = scoring.run("2023Q1", "").await.unwrap();
        assert_eq!(again.output_digest, run.output_digest);
        let request = pb::RebuildSheetsRequest { parent: "somewhere".to_owned(), ..Default::default() };
        let mut client = pb::sheet_service_client::SheetServiceClient::new(scoring.served.channel());
        let outcome = client.rebuild_sheets(request).await;
        fails(outcome, tonic::Code::InvalidArgument, "NAME_FORMAT");
    }

    // A ledger that a release before wrote gets its sheets when the service starts.
    async fn a_ledger_without_sheets_gets_them_at_the_start(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let before = scoring.reconciliation("2023-03").await;
        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        kit::execute!(tx, "DELETE FROM sheet").unwrap();
        kit::execute!(tx, "UPDATE head SET sheets = 0").unwrap();
        tx.commit().await.unwrap();
        scoring.served.stop().await;
        let served = bed.start(&[registry::SERVICE, scoring::SERVICE]).await;
        let mut client = pb::reconciliation_service_client::ReconciliationServiceClient::new(served.channel());
        let request = pb::GetReconciliationRequest { name: name("reconciliations", "2023-03") };
        assert_eq!(client.get_reconciliation(request).await.unwrap().into_inner(), before);
        served.stop().await;
    }
}
