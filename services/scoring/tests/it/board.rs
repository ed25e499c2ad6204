use std::time::Duration;

use kit::testing::Bed;
use proto::scoring::v1 as pb;
use tonic::{Code, Streaming};

use crate::district::{SCHEME, name, unit};
use crate::fixture::{MONTHS, Scoring, fails, quarter, refused, text, value};

fn entry<'a>(board: &'a pb::Board, id: &str) -> &'a pb::BoardEntry {
    let entries = board.tracks.iter().flat_map(|track| &track.entries);
    entries.into_iter().find(|entry| entry.unit == unit(id)).unwrap()
}

async fn watch(scoring: &mut Scoring) -> Streaming<pb::WatchBoardResponse> {
    let request = pb::WatchBoardRequest { name: name("boards", "plan-2023.2023Q1") };
    scoring.boards.watch_board(request).await.unwrap().into_inner()
}

async fn next(stream: &mut Streaming<pb::WatchBoardResponse>) -> pb::Board {
    let reply = tokio::time::timeout(Duration::from_secs(20), stream.message()).await;
    reply.expect("no board came").unwrap().unwrap().board.unwrap()
}

kit::both! {
    // H6: the board of a period under way shows what is known, and what is not yet agreed.
    async fn a_provisional_board_is_computed_from_the_ledger_as_it_stands(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let empty = scoring.board("2023Q1").await;
        assert!(empty.provisional && empty.run.is_empty());
        assert_eq!((&*empty.scheme, empty.cut_sequence), (SCHEME, 0));
        assert_eq!(empty.tracks.len(), 2);
        assert_eq!(text(&entry(&empty, "finance").score), "0");

        scoring.store(quarter()).await;
        let disputed = scoring.current("works", "revenue", "2023-01").await;
        scoring.dispute(&disputed.name, "office", "不符").await.unwrap();
        let board = scoring.board("2023Q1").await;
        assert_eq!(board.cut_sequence, quarter().len() as i64);
        let works = entry(&board, "works");
        assert_eq!(text(&works.score), "75.33", "what is not agreed counts and is marked");
        assert!(works.flags.contains(&"UNVERIFIED".to_owned()));
        assert!(works.flags.contains(&"DISPUTED".to_owned()));
        let finance = entry(&board, "finance");
        assert!(!finance.flags.contains(&"DISPUTED".to_owned()));
        assert_eq!(text(&finance.pace), "-", "no month is closed: no time has elapsed");
        let names: Vec<_> = board.tracks[0].entries.iter().map(|it| it.unit_display_name.as_str()).collect();
        assert_eq!(names, ["财政局", "住建局", "卫健局"]);
    }

    // H6: pace goes by the days up to the end of the last closed month.
    async fn pace_follows_the_months_that_are_closed(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let january: Vec<_> = quarter().into_iter().filter(|row| row.period.ends_with("2023-01")).collect();
        scoring.store(january).await;
        scoring.verify_all("2023-01").await;
        scoring.close("2023-01").await.unwrap();
        let board = scoring.board("2023Q1").await;
        // Revenue 30 of 31 due, investment 100 of 206.67, weights equal: (96.77 + 48.39) ÷ 2.
        assert_eq!(text(&entry(&board, "works").pace), "72.58");
        // The month has a board of its own, without targets of its own.
        let month = scoring.board("2023-01").await;
        assert!(month.provisional);
    }

    // A target that changes while the period is open moves the board, though nothing is reported.
    async fn a_watched_board_follows_the_definitions(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        scoring.store(quarter()).await;
        let mut stream = watch(&mut scoring).await;
        let before = next(&mut stream).await;
        let target = [("works", "revenue", "2023Q1", "75")];
        crate::district::set_targets(scoring.served.channel(), &target).await;
        let after = next(&mut stream).await;
        assert_eq!(after.cut_sequence, before.cut_sequence);
        assert_ne!(entry(&after, "works").score, entry(&before, "works").score);
    }

    async fn a_board_is_of_a_scheme_and_a_period(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        for absent in ["plan-2023.2024Q1", "other.2023Q1", "plan-2023", ".2023Q1"] {
            let request = pb::GetBoardRequest { name: name("boards", absent) };
            let outcome = scoring.boards.get_board(request).await;
            if absent.starts_with('.') {
                refused(outcome, &[("name", "NAME_FORMAT")]);
            } else {
                fails(outcome, Code::NotFound, "NOT_FOUND");
            }
        }
        let request = pb::WatchBoardRequest { name: name("boards", "other.2023Q1") };
        fails(scoring.boards.watch_board(request).await, Code::NotFound, "NOT_FOUND");
    }

    // H6: the board at once, then whenever it changes.
    async fn a_watched_board_follows_the_ledger(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let mut stream = watch(&mut scoring).await;
        assert_eq!(next(&mut stream).await.cut_sequence, 0);
        for (number, month) in MONTHS.iter().enumerate() {
            scoring.report(value("finance", "revenue", month, &format!("{number}"))).await.unwrap();
        }
        let mut board = next(&mut stream).await;
        while board.cut_sequence < 3 {
            board = next(&mut stream).await;
        }
        // 3 of 300: 0.4 of 40 points, and nothing else reported.
        assert_eq!(text(&entry(&board, "finance").score), "0.4");

        // A change elsewhere does not show; publication does.
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        while board.provisional {
            board = next(&mut stream).await;
        }
        assert_eq!(board.run, run.name);

        let Scoring { served, .. } = scoring;
        let stopping = tokio::spawn(served.stop());
        let end = tokio::time::timeout(Duration::from_secs(20), stream.message()).await;
        fails(end.expect("the stream went on"), Code::Unavailable, "UNAVAILABLE");
        stopping.await.unwrap();
    }
}
