use kit::testing::Bed;
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;
use tonic::{Code, Response, Status};

use crate::district::{self, DISTRICT, decimal, name, unit};
use crate::fixture::{Scoring, fails, refused, text};

impl Scoring {
    async fn simulate(
        &mut self,
        request: pb::SimulateRunRequest,
    ) -> Result<pb::SimulateRunResponse, Status> {
        self.comparisons.simulate_run(request).await.map(Response::into_inner)
    }
}

fn value(unit_id: &str, indicator: &str, period: &str, value: &str) -> pb::SimulatedObservation {
    pb::SimulatedObservation {
        unit: unit(unit_id),
        indicator: name("indicators", indicator),
        period: name("periods", period),
        value: decimal(value),
        ..Default::default()
    }
}

fn weight(node_id: &str, weight: &str) -> pb::SimulatedWeight {
    pb::SimulatedWeight {
        track_id: "departments".to_owned(),
        node_id: node_id.to_owned(),
        weight: decimal(weight),
    }
}

fn lines(differences: &[pb::ResultDifference]) -> Vec<String> {
    let side = |side: &Option<pb::Result>| {
        side.as_ref().map_or_else(
            || "-".to_owned(),
            |it| {
                let colour = it.colour().as_str_name().trim_start_matches("COLOUR_").to_owned();
                format!("{} #{} {colour}", text(&it.score), text(&it.rank))
            },
        )
    };
    let line = |it: &pb::ResultDifference| {
        format!("{} {} → {}", it.unit_display_name, side(&it.before), side(&it.after))
    };
    differences.iter().map(line).collect()
}

kit::both! {
    // A3: the same tree answers "what if", and nothing is stored.
    async fn what_would_be_is_told_and_not_stored(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let nothing = pb::SimulateRunRequest { name: run.name.clone(), ..Default::default() };
        let reply = scoring.simulate(nothing.clone()).await.unwrap();
        assert_eq!((reply.differences.len(), reply.unchanged_count), (0, 5));

        // Health's survey was missing; 20 more of revenue in February.
        let observations = vec![
            value("health", "survey", "2023Q1", "100"),
            value("health", "revenue", "2023-02", "20"),
        ];
        let reply = scoring.simulate(pb::SimulateRunRequest { observations, ..nothing.clone() }).await.unwrap();
        assert_eq!(lines(&reply.differences), ["卫健局 50 #3 RED → 86.67 #2 YELLOW", "住建局 75.33 #2 YELLOW → 75.33 #3 YELLOW"]);
        assert_eq!(reply.unchanged_count, 3);
        let health = &reply.differences[0];
        assert!(health.after.as_ref().unwrap().name.is_empty());
        let survey = health.nodes.iter().find(|it| it.node_id == "survey").unwrap();
        assert_eq!((text(&survey.points_before), text(&survey.points_after)), ("0", "10"));
        assert_eq!((&survey.flags_gone[..], survey.flags_new.len()), (&["MISSING".to_owned()][..], 0));

        // Other weights: ordinary matters more.
        let weights = vec![
            weight("progress", "60"), weight("revenue", "30"), weight("investment", "30"),
            weight("ordinary", "40"), weight("incidents", "20"), weight("survey", "20"),
        ];
        let reply = scoring.simulate(pb::SimulateRunRequest { weights, ..nothing }).await.unwrap();
        // finance 30 + 30 + 20 + 18; works 25 + 22.5 + 14 + 16; health 30 + 0 + 20 + 0.
        assert_eq!(lines(&reply.differences), [
            "财政局 99 #1 GREEN → 98 #1 GREEN",
            "卫健局 50 #3 RED → 50 #3 RED",
            "住建局 75.33 #2 YELLOW → 77.5 #2 YELLOW",
        ]);
        assert_eq!(scoring.results(&run.name).await.len(), 5);
        let list = pb::ListRunsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert_eq!(scoring.runs.list_runs(list).await.unwrap().into_inner().runs, [run]);
    }

    // A draft of a scheme is tried on a period that is over.
    async fn a_draft_is_tried_on_a_past_quarter(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let mut draft = district::scheme();
        draft.tracks.remove(0);
        draft.tracks[0].members.as_mut().unwrap().categories.push("economic".to_owned());
        let mut schemes = registry::scheme_service_client::SchemeServiceClient::new(scoring.served.channel());
        let request = registry::CreateSchemeRequest {
            parent: DISTRICT.to_owned(),
            scheme_id: "draft".to_owned(),
            scheme: Some(draft),
            ..Default::default()
        };
        schemes.create_scheme(request).await.unwrap();
        let request = pb::SimulateRunRequest {
            name: run.name.clone(),
            scheme: name("schemes", "draft"),
            ..Default::default()
        };
        let reply = scoring.simulate(request.clone()).await.unwrap();
        assert_eq!(lines(&reply.differences), [
            "财政局 99 #1 GREEN → 90 #3 UNSPECIFIED",
            "卫健局 50 #3 RED → 0 #5 UNSPECIFIED",
            "北村 95.5 #1 UNSPECIFIED → 95.5 #1 UNSPECIFIED",
            "南村 95.5 #1 UNSPECIFIED → 95.5 #1 UNSPECIFIED",
            "住建局 75.33 #2 YELLOW → 80 #4 UNSPECIFIED",
        ]);
        let absent = pb::SimulateRunRequest { scheme: name("schemes", "none"), ..request };
        refused(scoring.simulate(absent).await, &[("scheme", "UNKNOWN_SCHEME")]);
    }

    async fn what_is_wrong_with_a_simulation_is_named_by_its_field(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let request = |observations, weights| pb::SimulateRunRequest {
            name: run.name.clone(),
            observations,
            weights,
            ..Default::default()
        };
        let observations = vec![
            value("nobody", "revenue", "2023-01", "1"),
            value("works", "survey", "2023-01", "1"),
            value("north", "revenue", "2023-01", "1"),
            value("works", "revenue", "2023-07", "1"),
            value("works", "survey", "2023Q1", "101"),
        ];
        let outcome = scoring.simulate(request(observations, vec![])).await;
        refused(outcome, &[
            ("observations[0].unit", "UNKNOWN_UNIT"),
            ("observations[1].period", "PERIOD_KIND"),
            ("observations[2].indicator", "NOT_ASSIGNED"),
            ("observations[3].period", "UNKNOWN_PERIOD"),
            ("observations[4].value", "VALUE_OUT_OF_RANGE"),
        ]);
        let weights = vec![weight("nothing", "1"), pb::SimulatedWeight { track_id: "none".to_owned(), ..weight("total", "1") }];
        let outcome = scoring.simulate(request(vec![], weights)).await;
        refused(outcome, &[("weights[0].node_id", "UNKNOWN_NODE"), ("weights[1].track_id", "UNKNOWN_TRACK")]);
        let outcome = scoring.simulate(request(vec![], vec![weight("revenue", "41")])).await;
        refused(outcome, &[("scheme.tracks[0].root.sum.children[0].sum.children", "WEIGHT_SUM")]);
        let absent = pb::SimulateRunRequest { name: name("runs", "9"), ..Default::default() };
        fails(scoring.simulate(absent).await, Code::NotFound, "NOT_FOUND");
    }

    async fn runs_are_compared_page_by_page(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let first = scoring.run("2023Q1", "").await.unwrap();
        let request = pb::CompareRunsRequest { name: first.name.clone(), ..Default::default() };
        refused(scoring.comparisons.compare_runs(request.clone()).await, &[("base", "REQUIRED")]);
        let targets = [
            ("works", "revenue", "2023Q1", "75"),
            ("finance", "revenue", "2023Q1", "400"),
            ("health", "revenue", "2023Q1", "30"),
        ];
        district::set_targets(scoring.served.channel(), &targets).await;
        let second = scoring.run_now("2023Q1", "").await.unwrap();
        let request = pb::CompareRunsRequest {
            name: second.name.clone(),
            base: first.name.clone(),
            page_size: 2,
            ..Default::default()
        };
        let page = scoring.comparisons.compare_runs(request.clone()).await.unwrap().into_inner();
        assert_eq!((page.changed_count, page.unchanged_count), (3, 2));
        assert_eq!(lines(&page.differences), [
            "财政局 99 #1 GREEN → 89 #2 YELLOW",
            "卫健局 50 #3 RED → 90 #1 GREEN",
        ]);
        // No page is computed anew: what was found stands, whatever became of the run since.
        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        crate::ledger::disarm(&mut tx).await;
        kit::execute!(tx, "UPDATE result SET score = '98' WHERE unit = 'finance'").unwrap();
        tx.commit().await.unwrap();
        let rest = pb::CompareRunsRequest { page_token: page.next_page_token, ..request.clone() };
        let page = scoring.comparisons.compare_runs(rest).await.unwrap().into_inner();
        assert_eq!(lines(&page.differences), ["住建局 75.33 #2 YELLOW → 82 #3 YELLOW"]);
        assert!(page.next_page_token.is_empty());
        let absent = pb::CompareRunsRequest { base: name("runs", "9"), ..request };
        refused(scoring.comparisons.compare_runs(absent).await, &[("base", "UNKNOWN_RUN")]);
    }
}
