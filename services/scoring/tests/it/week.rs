//! Weeks: reported, closed, on a board of their own, and part of the month they end in.

use kit::testing::Bed;
use proto::registry::v1 as registry;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::registry::v1::leaf::Method;
use proto::scoring::v1 as pb;

use crate::district::{self, DISTRICT, leaf, name, unit};
use crate::fixture::{Scoring, refused, text, unmet, value};

/// A weekly count of departments, and a scheme that scores it; the weeks of February.
async fn define(scoring: &Scoring) {
    let channel = || scoring.served.channel();
    for id in WEEKS {
        district::create_period(channel(), id).await;
    }
    let indicator = registry::Indicator {
        display_name: "走访企业".to_owned(),
        kind: registry::IndicatorKind::Common.into(),
        unit_of_measure: "户".to_owned(),
        direction: registry::Direction::HigherIsBetter.into(),
        frequency: registry::Frequency::Weekly.into(),
        accumulation: registry::Accumulation::Sum.into(),
        evaluating_unit: unit("office"),
        ..Default::default()
    };
    let request = registry::CreateIndicatorRequest {
        parent: DISTRICT.to_owned(),
        indicator_id: "calls".to_owned(),
        indicator: Some(indicator),
        ..Default::default()
    };
    IndicatorServiceClient::new(channel()).create_indicator(request).await.unwrap();
    let mut scheme = district::scheme();
    scheme.series = "weekly".to_owned();
    scheme.tracks.truncate(1);
    let track = &mut scheme.tracks[0];
    (track.warnings, track.colouring) = (None, None);
    let children = vec![leaf("calls", "100", Method::Marks(registry::Marks {}))];
    track.root.as_mut().unwrap().rule = Some(registry::node::Rule::Sum(registry::Sum { children }));
    district::create_scheme(channel(), "weekly-2023", scheme).await;
}

const WEEKS: [&str; 4] = ["2023-W05", "2023-W06", "2023-W07", "2023-W08"];

fn scores(board: &pb::Board) -> Vec<String> {
    let entries = board.tracks.iter().flat_map(|track| &track.entries);
    entries.map(|it| format!("{} {}", it.unit_display_name, text(&it.score))).collect()
}

kit::both! {
    // X8: a week is reported, closed and published on a board; its month is made of such weeks.
    async fn a_week_has_a_board_and_makes_its_month(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        define(&scoring).await;
        let mut rows = Vec::new();
        for (place, week) in WEEKS.iter().enumerate() {
            rows.push(value("finance", "calls", week, &format!("{}", 10 + place)));
            rows.push(value("works", "calls", week, "5"));
        }
        rows.push(value("health", "calls", "2023-W06", "9"));
        scoring.store(rows).await;
        let outcome = scoring.report(value("works", "calls", "2023-02", "5")).await;
        refused(outcome, &[("observation.period", "PERIOD_KIND")]);

        let unagreed = scoring.board_of("weekly-2023", "2023-W05").await;
        assert!(unagreed.provisional);
        scoring.verify_all("2023-W05").await;
        scoring.close("2023-W05").await.unwrap();
        let run = scoring.run_of("weekly-2023", "2023-W05", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let board = scoring.board_of("weekly-2023", "2023-W05").await;
        assert_eq!((board.run.as_str(), board.provisional), (run.name.as_str(), false));
        assert_eq!(scores(&board), ["财政局 10", "住建局 5", "卫健局 0"]);

        // The month waits for its weeks, and is their sum.
        let early = scoring.close("2023-02").await;
        let open = WEEKS[1..].iter().map(|week| name("reconciliations", week)).collect::<Vec<_>>();
        let open: Vec<_> = open.iter().map(|week| ("PART_OPEN", week.as_str())).collect();
        unmet(early, &open);
        for week in &WEEKS[1..] {
            scoring.verify_all(week).await;
            scoring.close(week).await.unwrap();
        }
        scoring.close("2023-02").await.unwrap();
        let run = scoring.run_of("weekly-2023", "2023-02", "").await.unwrap();
        assert_eq!(scoring.scores(&run.name).await, ["财政局 46", "住建局 20", "卫健局 9"]);
        let verify = pb::VerifyRunRequest { name: run.name };
        assert!(scoring.runs.verify_run(verify).await.unwrap().into_inner().repeated);
    }
}
