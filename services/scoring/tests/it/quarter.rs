//! A whole small quarter, reckoned by hand.
//!
//! finance: revenue 300 of 300 → 40, investment 900 of 900 → 40, no incident → 10,
//! survey 90 → 9: 99. works: 75 of 90 → 33.33, 450 of 600 → 30, 3 incidents → 4,
//! survey 80 → 8: 75.33. health: revenue 30 of 60 → 20, doubled since investment does not
//! apply: 40; no incident → 10; survey missing → 0: 50.

use kit::testing::Bed;
use proto::scoring::v1 as pb;

use crate::district::{name, unit};
use crate::fixture::{MONTHS, Scoring, quarter, text};

fn find<'a>(node: &'a pb::Explanation, id: &str) -> Option<&'a pb::Explanation> {
    if node.node_id == id {
        return Some(node);
    }
    node.children.iter().find_map(|child| find(child, id))
}

fn lines(results: &[pb::Result]) -> Vec<String> {
    let line = |it: &pb::Result| {
        let parts: Vec<_> = it.parts.iter().map(|part| text(&part.points)).collect();
        let (score, rank, pace) = (text(&it.score), text(&it.rank), text(&it.pace));
        let unit = &it.unit_display_name;
        let (track, size) = (&it.track_id, it.track_size);
        let colour = it.colour().as_str_name().trim_start_matches("COLOUR_").to_owned();
        format!(
            "{track} {unit} {score} #{rank}/{size} {colour} pace {pace} [{}] {}",
            parts.join(" "),
            it.flags.join(",")
        )
    };
    results.iter().map(line).collect()
}

kit::both! {
    // B1, B6, H3, H5, H6, A3
    async fn a_quarter_from_reports_to_published_scores(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        assert_eq!(run.name, name("runs", "1"));
        assert_eq!((run.result_count, run.state()), (5, pb::run::State::Scored));
        assert_eq!(run.cut_sequence, quarter().len() as i64);
        for digest in [&run.scheme_digest, &run.input_digest, &run.output_digest] {
            assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
        let results = scoring.results(&run.name).await;
        assert_eq!(lines(&results), [
            "departments 财政局 99 #1/3 GREEN pace 100 [80 19] ",
            "departments 住建局 75.33 #2/3 YELLOW pace 79.17 [63.33 12] ",
            "departments 卫健局 50 #3/3 RED pace 50 [40 10] MISSING,NOT_APPLICABLE,PARTIAL,LEFT_OUT,SPREAD",
            "villages 北村 95.5 #1/2 UNSPECIFIED pace - [95.5] ",
            "villages 南村 95.5 #1/2 UNSPECIFIED pace - [95.5] ",
        ]);
        let request = pb::GetResultRequest { name: results[1].name.clone() };
        let one = scoring.runs.get_result(request).await.unwrap().into_inner();
        assert_eq!(one, results[1]);

        let published = scoring.publish(&run.name).await.unwrap();
        assert_eq!(published.state(), pb::run::State::Published);
        assert!(published.publish_time.is_some());
        assert_ne!(published.etag, run.etag);
        assert_eq!(scoring.results(&run.name).await, results, "publishing changes no result");
        let board = scoring.board("2023Q1").await;
        assert!(!board.provisional);
        assert_eq!((&board.run, board.cut_sequence), (&run.name, run.cut_sequence));
        let entries: Vec<_> = board.tracks.iter().flat_map(|track| &track.entries).collect();
        assert_eq!(entries.len(), results.len());
        for (entry, result) in entries.iter().zip(&results) {
            assert_eq!((&entry.unit, &entry.score, &entry.rank), (&result.unit, &result.score, &result.rank));
            assert_eq!((entry.colour, &entry.flags), (result.colour, &result.flags));
        }
    }

    // A3: every point can be followed down to the observations.
    async fn a_score_is_explained_down_to_the_observations(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let reply = scoring.explain(&run.name, "works").await;
        let result = reply.result.unwrap();
        let tree = reply.explanation.unwrap();
        assert_eq!((text(&result.score), text(&tree.points)), ("75.33", "75.33"));
        let revenue = find(&tree, "revenue").unwrap();
        assert_eq!((text(&revenue.points), &*revenue.method), ("33.33", "completion"));
        assert_eq!(revenue.indicator, name("indicators", "revenue"));
        let inputs: Vec<_> = revenue.inputs.iter().map(|it| (it.symbol.as_str(), text(&it.value))).collect();
        assert!(inputs.contains(&("A", "75")) && inputs.contains(&("T", "90")), "{inputs:?}");
        assert_eq!(revenue.observations.len(), 3);
        let observed: Vec<_> = reply
            .observations
            .iter()
            .filter(|it| revenue.observations.contains(&it.observation))
            .map(|it| (it.period.as_str(), text(&it.value)))
            .collect();
        let months = MONTHS.map(|month| name("periods", month));
        assert_eq!(observed, [(&*months[0], "30"), (&*months[1], "20"), (&*months[2], "25")]);
        // Of values that count from the start, the last one holds.
        let investment = find(&tree, "investment").unwrap();
        let march = scoring.current("works", "investment", "2023-03").await;
        assert_eq!(investment.observations, [march.name]);
    }

    // Missing, zero, not applicable and unverified stay four different things on the board,
    // in the result and in the explanation.
    async fn four_kinds_of_nothing_are_kept_apart(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.store(quarter()).await;
        let board = scoring.board("2023Q1").await;
        assert!(board.provisional && board.run.is_empty());
        let health = |board: &pb::Board| {
            let entries = board.tracks.iter().flat_map(|track| &track.entries);
            let mut entries = entries.filter(|entry| entry.unit == unit("health"));
            entries.next().unwrap().clone()
        };
        let flags = |entry: &pb::BoardEntry| entry.flags.join(",");
        assert_eq!(
            flags(&health(&board)),
            "MISSING,NOT_APPLICABLE,UNVERIFIED,LEFT_OUT,SPREAD",
            "no month is over: that of February is not one of three missed yet"
        );
        for month in MONTHS {
            scoring.verify_all(month).await;
            scoring.close(month).await.unwrap();
        }
        let board = scoring.board("2023Q1").await;
        assert_eq!(flags(&health(&board)), "MISSING,NOT_APPLICABLE,PARTIAL,LEFT_OUT,SPREAD");
        scoring.verify_all("2023Q1").await;
        scoring.close("2023Q1").await.unwrap();
        let run = scoring.run("2023Q1", "").await.unwrap();
        let reply = scoring.explain(&run.name, "health").await;
        let tree = reply.explanation.unwrap();
        let leaf = |id: &str| {
            let leaf = find(&tree, id).unwrap();
            (text(&leaf.points).to_owned(), leaf.flags.join(","), leaf.observations.len())
        };
        let of = |points: &str, flags: &str, observations| (points.to_owned(), flags.to_owned(), observations);
        assert_eq!(leaf("survey"), of("0", "MISSING", 0));
        assert_eq!(leaf("investment"), of("-", "NOT_APPLICABLE,LEFT_OUT", 3));
        assert_eq!(leaf("revenue"), of("40", "PARTIAL,SPREAD", 2));
        assert_eq!(leaf("incidents"), of("10", "", 3));
        let zeros = reply.observations.iter().filter(|it| text(&it.value) == "0").count();
        let none = reply.observations.iter().filter(|it| it.value.is_none()).count();
        assert_eq!((zeros, none), (3, 3));
    }

    // A3: the same facts give the same bytes on either database, at any time.
    async fn the_output_digest_is_the_same_everywhere(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        assert_eq!(run.output_digest, OUTPUT);
    }
}

/// Of the five results above, as both databases give it.
const OUTPUT: &str = "f7943eccbc48127af843bcd57de0db5b57efbb004b3c503635b0a37e677901d2";
