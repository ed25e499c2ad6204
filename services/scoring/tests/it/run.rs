use kit::testing::Bed;
use proto::scoring::v1 as pb;
use sha2::{Digest as _, Sha256};
use tonic::Code;

use crate::district::{self, DISTRICT, SCHEME, name};
use crate::fixture::{MONTHS, Scoring, fails, refused, request_id, text, unmet};

/// Where the first figure of a unit stands in a pinned input: the sheet's form is told by
/// `sheet::packed`.
fn first_figure(input: &[u8], unit: &str) -> usize {
    let head = format!("\t{unit}\t");
    let at = input.windows(head.len()).position(|it| it == head.as_bytes()).unwrap();
    let sheet = at + input[at..].iter().position(|it| *it == b'\n').unwrap() + 1;
    let count = |at: usize| usize::from(u16::from_le_bytes([input[at], input[at + 1]]));
    let (periods, indicators) = (count(sheet + 4), count(sheet + 6));
    let mut at = sheet + 12;
    for _ in 0..periods {
        at += usize::from(input[at]) + 2;
    }
    for _ in 0..indicators {
        at += usize::from(input[at]) + 1;
    }
    let width = usize::from(input[sheet + 2]);
    let first = input[at..].iter().position(|flags| *flags != 0).unwrap();
    at + periods * indicators + first * width
}

kit::both! {
    async fn only_a_closed_period_is_scored(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let parts = MONTHS.map(|month| name("reconciliations", month));
        let whole = name("reconciliations", "2023Q1");
        let mut open: Vec<_> = parts.iter().map(|part| ("PERIOD_OPEN", part.as_str())).collect();
        open.push(("PERIOD_OPEN", &whole));
        unmet(scoring.run("2023Q1", "").await, &open);
        for month in MONTHS {
            scoring.close(month).await.unwrap();
        }
        unmet(scoring.run("2023Q1", "").await, &[("PERIOD_OPEN", &whole)]);
        scoring.close("2023Q1").await.unwrap();
        scoring.run("2023Q1", "").await.unwrap();
    }

    async fn what_is_wrong_with_a_run_is_named_by_its_field(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        refused(scoring.run("2023Q4", "").await, &[("run.period", "UNKNOWN_PERIOD")]);
        let unknown = name("runs", "9");
        refused(scoring.run("2023Q1", &unknown).await, &[("run.supersedes", "UNKNOWN_RUN")]);
        let request = |scheme: &str, period: &str| pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run { scheme: scheme.to_owned(), period: period.to_owned(), ..Default::default() }),
            ..Default::default()
        };
        let period = name("periods", "2023Q1");
        let outcome = scoring.runs.create_run(request(&name("schemes", "none"), &period)).await;
        refused(outcome, &[("run.scheme", "SCHEME_NOT_IN_FORCE")]);
        let outcome = scoring.runs.create_run(request("plan-2023", "")).await;
        refused(outcome, &[("run.scheme", "NAME_FORMAT"), ("run.period", "REQUIRED")]);
        let of_january = [
            ("finance", "revenue", "2023-01", "1"),
            ("finance", "investment", "2023-01", "1"),
            ("works", "revenue", "2023-01", "1"),
            ("works", "investment", "2023-01", "1"),
        ];
        district::set_targets(scoring.served.channel(), &of_january).await;
        let health = district::unit("health");
        unmet(scoring.run_now("2023-01", "").await, &[("TARGET_MISSING", &health)]);
        let last = [("health", "revenue", "2023-01", "1")];
        district::set_targets(scoring.served.channel(), &last).await;
        let month = scoring.run_now("2023-01", "").await.unwrap();
        let outcome = scoring.run("2023Q1", &month.name).await;
        refused(outcome, &[("run.supersedes", "OTHER_RANKING")]);
        let scored = scoring.run("2023Q1", "").await.unwrap();
        unmet(scoring.run("2023Q1", &scored.name).await, &[("NOT_PUBLISHED", &scored.name)]);
        let absent = pb::GetRunRequest { name: name("runs", "99") };
        fails(scoring.runs.get_run(absent).await, Code::NotFound, "NOT_FOUND");
        let absent = pb::GetResultRequest { name: format!("{}/results/office", scored.name) };
        fails(scoring.runs.get_result(absent).await, Code::NotFound, "NOT_FOUND");
        let absent = pb::ExplainScoreRequest { name: format!("{}/results/office", scored.name) };
        fails(scoring.runs.explain_score(absent).await, Code::NotFound, "NOT_FOUND");
    }

    // H3: a leaf that blocks on an absent value refuses the run and says which.
    async fn a_leaf_may_block_on_a_missing_value(bed: &Bed) {
        use proto::registry::v1 as registry;
        let mut scoring = Scoring::start(bed).await;
        let mut scheme = registry::Scheme { series: "special".to_owned(), ..district::scheme() };
        scheme.tracks.remove(0);
        let root = scheme.tracks[0].root.as_mut().unwrap();
        let Some(registry::node::Rule::Sum(sum)) = &mut root.rule else { panic!("no sum") };
        let Some(registry::node::Rule::Leaf(leaf)) = &mut sum.children[0].rule else { panic!("no leaf") };
        leaf.set_missing(registry::MissingPolicy::Block);
        district::create_scheme(scoring.served.channel(), "special-2023", scheme).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.close(period).await.unwrap();
        }
        let request = pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run {
                scheme: name("schemes", "special-2023"),
                period: name("periods", "2023Q1"),
                ..Default::default()
            }),
            ..Default::default()
        };
        let outcome = scoring.runs.create_run(request).await;
        let (north, south) = (district::unit("north"), district::unit("south"));
        unmet(outcome, &[("MISSING_VALUE", &north), ("MISSING_VALUE", &south)]);
        // The board of the same scheme shows the gap instead.
        let request = pb::GetBoardRequest { name: name("boards", "special-2023.2023Q1") };
        let board = scoring.boards.get_board(request).await.unwrap().into_inner();
        assert!(board.tracks[0].entries.iter().all(|entry| entry.flags == ["MISSING"]));
    }

    // A3: the same run twice gives the same digests; a sent-twice request gives one run.
    async fn a_run_is_repeated_to_the_byte(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let first = scoring.run("2023Q1", "").await.unwrap();
        bed.clock().set("2023-06-01T00:00:00Z".parse().unwrap());
        let second = scoring.run("2023Q1", "").await.unwrap();
        assert_ne!(first.name, second.name);
        let digests = |run: &pb::Run| {
            (run.scheme_digest.clone(), run.input_digest.clone(), run.output_digest.clone())
        };
        assert_eq!(digests(&first), digests(&second));
        let request = pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run {
                scheme: SCHEME.to_owned(),
                period: name("periods", "2023Q1"),
                ..Default::default()
            }),
            request_id: request_id(),
        };
        let third = scoring.runs.create_run(request.clone()).await.unwrap().into_inner();
        let again = scoring.runs.create_run(request).await.unwrap().into_inner();
        assert_eq!(third, again);
        let list = pb::ListRunsRequest { parent: DISTRICT.to_owned(), page_size: 2, ..Default::default() };
        let page = scoring.runs.list_runs(list.clone()).await.unwrap().into_inner();
        let names: Vec<_> = page.runs.iter().map(|run| &run.name).collect();
        assert_eq!(names, [&third.name, &second.name], "the latest first");
        let rest = pb::ListRunsRequest { page_token: page.next_page_token, ..list.clone() };
        let page = scoring.runs.list_runs(rest).await.unwrap().into_inner();
        assert_eq!((&page.runs[..], &*page.next_page_token), (&[first.clone()][..], ""));
        let published = pb::run::State::Published.into();
        let list = pb::ListRunsRequest { state: published, period: name("periods", "2023Q1"), ..list };
        assert!(scoring.runs.list_runs(list).await.unwrap().into_inner().runs.is_empty());
        let get = pb::GetRunRequest { name: first.name.clone() };
        assert_eq!(scoring.runs.get_run(get).await.unwrap().into_inner(), first);
    }

    // B2: what was published stays; a later run takes its place by name.
    async fn a_published_run_is_superseded_by_name(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let first = scoring.run("2023Q1", "").await.unwrap();
        let rival = scoring.run("2023Q1", "").await.unwrap();
        let stale = pb::PublishRunRequest {
            name: first.name.clone(),
            etag: "\"7\"".to_owned(),
            ..Default::default()
        };
        fails(scoring.runs.publish_run(stale).await, Code::Aborted, "ETAG_MISMATCH");
        let request = pb::PublishRunRequest {
            name: first.name.clone(),
            etag: first.etag.clone(),
            request_id: request_id(),
            ..Default::default()
        };
        let published = scoring.runs.publish_run(request.clone()).await.unwrap().into_inner();
        let again = scoring.runs.publish_run(request).await.unwrap().into_inner();
        assert_eq!(published, again);
        unmet(scoring.publish(&first.name).await, &[("RUN_PUBLISHED", &first.name)]);
        unmet(scoring.publish(&rival.name).await, &[("PERIOD_PUBLISHED", &rival.name)]);

        // Targets were wrong: the definitions change, a new run is made.
        let right = [("works", "revenue", "2023Q1", "75")];
        district::set_targets(scoring.served.channel(), &right).await;
        let second = scoring.run_now("2023Q1", &first.name).await.unwrap();
        assert_eq!(second.supersedes, first.name);
        assert_ne!(second.input_digest, first.input_digest);
        assert_ne!(second.output_digest, first.output_digest);
        let third = scoring.run_now("2023Q1", &first.name).await.unwrap();
        scoring.publish(&second.name).await.unwrap();
        let get = pb::GetRunRequest { name: first.name.clone() };
        let old = scoring.runs.get_run(get).await.unwrap().into_inner();
        assert_eq!(old.state(), pb::run::State::Superseded);
        unmet(scoring.publish(&third.name).await, &[("PERIOD_PUBLISHED", &third.name)]);
        assert_eq!(scoring.board("2023Q1").await.run, second.name);
        // The old result explains itself by what held then.
        let then = scoring.explain(&first.name, "works").await.result.unwrap();
        let now = scoring.explain(&second.name, "works").await.result.unwrap();
        assert_eq!((text(&then.score), text(&now.score)), ("75.33", "82"));
    }

    // Two runs of a period published at once: one holds.
    async fn of_two_publications_at_once_one_holds(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let one = scoring.run("2023Q1", "").await.unwrap();
        let other = scoring.run("2023Q1", "").await.unwrap();
        let (mut first, mut second) = (scoring.runs.clone(), scoring.runs.clone());
        let request = |run: &pb::Run| pb::PublishRunRequest { name: run.name.clone(), ..Default::default() };
        let (one, other) = tokio::join!(first.publish_run(request(&one)), second.publish_run(request(&other)));
        let (held, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        assert!(held.is_ok());
        fails(lost, Code::FailedPrecondition, "PERIOD_PUBLISHED");
    }

    async fn results_are_listed_by_track_and_rank(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let all = scoring.results(&run.name).await;
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListResultsRequest {
                parent: run.name.clone(),
                page_size: 2,
                page_token,
                ..Default::default()
            };
            let page = scoring.runs.list_results(request).await.unwrap().into_inner();
            seen.extend(page.results);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, all);
        let request = pb::ListResultsRequest {
            parent: run.name.clone(),
            track_id: "villages".to_owned(),
            ..Default::default()
        };
        let villages = scoring.runs.list_results(request).await.unwrap().into_inner().results;
        assert_eq!(villages, all[3..]);
        let request = pb::ListResultsRequest { parent: name("runs", "9"), ..Default::default() };
        fails(scoring.runs.list_results(request).await, Code::NotFound, "NOT_FOUND");
    }

    // An altered input or result is an alarm, not an answer.
    async fn an_altered_run_is_not_explained(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        crate::ledger::disarm(&mut tx).await;
        kit::execute!(tx, "UPDATE result SET score = '98' WHERE unit = 'finance'").unwrap();
        tx.commit().await.unwrap();
        let request = pb::ExplainScoreRequest { name: format!("{}/results/works", run.name) };
        fails(scoring.runs.explain_score(request).await, Code::Internal, "INTERNAL");
        fails(scoring.publish(&run.name).await, Code::Internal, "INTERNAL");
    }

    // A3: what is defined after the close reaches a closed period only where it is asked to.
    async fn a_closed_period_is_scored_by_the_definitions_it_was_closed_with(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let first = scoring.run("2023Q1", "").await.unwrap();
        let (board, reconciliation) =
            (scoring.board("2023Q1").await, scoring.reconciliation("2023Q1").await);
        let channel = scoring.served.channel();
        district::set_targets(channel.clone(), &[("works", "revenue", "2023Q1", "75")]).await;
        district::update_unit(channel, "finance", "财政和国资局", "village").await;
        bed.clock().set("2023-06-01T00:00:00Z".parse().unwrap());

        let second = scoring.run("2023Q1", "").await.unwrap();
        assert_eq!(second.definitions(), pb::run::Definitions::AtClose);
        assert_eq!(second.input_digest, first.input_digest);
        assert_eq!(second.output_digest, first.output_digest);
        let later = scoring.board("2023Q1").await;
        assert_eq!(pb::Board { board_time: board.board_time, ..later }, board);
        assert_eq!(scoring.reconciliation("2023Q1").await, reconciliation);

        let current = scoring.run_now("2023Q1", "").await.unwrap();
        assert_eq!(current.definitions(), pb::run::Definitions::Current);
        assert_ne!(current.output_digest, first.output_digest);
        let finance = scoring.explain(&current.name, "finance").await.result.unwrap();
        assert_eq!((&*finance.track_id, &*finance.unit_display_name), ("villages", "财政和国资局"));
    }

    // A3: another edition of the engine that comes to other results says so; the same one is an
    // alarm. The pinned input is altered here, and its digest with it.
    async fn another_edition_of_the_engine_is_named(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let mut expected = (Code::Internal, "INTERNAL");
        for alters_a_figure in [true, false] {
            let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
            if alters_a_figure {
                crate::ledger::disarm(&mut tx).await;
            }
            let (mut input,) = kit::fetch_one!(tx, (Vec<u8>,), "SELECT input FROM run_input").unwrap();
            if alters_a_figure {
                let at = first_figure(&input, "works");
                input[at] += 5;
            } else {
                let at = input.windows(7).position(|it| it == b"engine ").unwrap() + 7;
                input.insert(at, b'9');
            }
            let digest: String =
                Sha256::digest(&input).iter().map(|byte| format!("{byte:02x}")).collect();
            kit::execute!(tx, "UPDATE run_input SET input = $1", input).unwrap();
            kit::execute!(tx, "UPDATE run SET input_digest = $1", digest).unwrap();
            tx.commit().await.unwrap();
            let request = pb::ExplainScoreRequest { name: format!("{}/results/works", run.name) };
            fails(scoring.runs.explain_score(request).await, expected.0, expected.1);
            fails(scoring.publish(&run.name).await, expected.0, expected.1);
            expected = (Code::FailedPrecondition, "ENGINE_CHANGED");
        }
    }

    async fn a_retired_unit_keeps_its_results(bed: &Bed) {
        use proto::registry::v1 as registry;
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let mut units = registry::unit_service_client::UnitServiceClient::new(scoring.served.channel());
        let request = registry::RetireUnitRequest { name: district::unit("works"), ..Default::default() };
        units.retire_unit(request).await.unwrap();
        let explained = scoring.explain(&run.name, "works").await;
        assert_eq!(text(&explained.result.unwrap().score), "75.33");
        let later = scoring.run("2023Q1", "").await.unwrap();
        assert_eq!(later.output_digest, run.output_digest, "it ran in the quarter and stays in it");
    }

    // A3, H1, H3: runs and boards are scored by columns, explanations and verification by trees,
    // and every number of one is that of the other.
    async fn columns_and_trees_come_to_the_same_numbers(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let board = scoring.board("2023Q1").await;
        assert!(board.provisional);
        let entries = board.tracks.iter().flat_map(|track| &track.entries);
        let run = scoring.run("2023Q1", "").await.unwrap();
        let results = scoring.results(&run.name).await;
        assert_eq!(results.len(), entries.clone().count());
        for (result, entry) in results.iter().zip(entries) {
            assert_eq!((&result.unit, &result.score, &result.rank), (&entry.unit, &entry.score, &entry.rank));
            assert_eq!((result.colour, &result.pace), (entry.colour, &entry.pace));
            let (_, id) = result.unit.rsplit_once('/').unwrap();
            let tree = scoring.explain(&run.name, id).await.explanation.unwrap();
            assert_eq!(tree.points, result.score);
            assert_eq!(tree.children.len(), result.parts.len());
            for (node, part) in tree.children.iter().zip(&result.parts) {
                assert_eq!(
                    (&node.node_id, &node.display_name, &node.points, &node.weight),
                    (&part.node_id, &part.display_name, &part.points, &part.weight)
                );
            }
        }
        let request = pb::VerifyRunRequest { name: run.name };
        let verified = scoring.runs.verify_run(request).await.unwrap().into_inner();
        assert_eq!(verified.output_digest, run.output_digest);
    }

    // A3: any old run is repeated bit for bit, and what does not repeat is told, not hidden.
    async fn a_run_is_verified_and_what_was_altered_is_told(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let request = pb::VerifyRunRequest { name: run.name.clone() };
        let verified = scoring.runs.verify_run(request.clone()).await.unwrap().into_inner();
        assert!(verified.repeated);
        assert_eq!(verified.run.as_ref(), Some(&run));
        assert_eq!((&verified.input_digest, &verified.output_digest), (&run.input_digest, &run.output_digest));
        assert_eq!(verified.engine_edition, verified.current_engine_edition);

        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        crate::ledger::disarm(&mut tx).await;
        kit::execute!(tx, "UPDATE result SET score = '98' WHERE unit = 'finance'").unwrap();
        tx.commit().await.unwrap();
        let altered = scoring.runs.verify_run(request.clone()).await.unwrap().into_inner();
        assert!(!altered.repeated);
        assert_ne!(altered.stored_digest, run.output_digest);
        assert_eq!(altered.output_digest, run.output_digest);

        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        kit::execute!(tx, "UPDATE run_input SET input = $1", b"nothing".to_vec()).unwrap();
        tx.commit().await.unwrap();
        let altered = scoring.runs.verify_run(request).await.unwrap().into_inner();
        assert_eq!((altered.engine_edition, &*altered.output_digest, altered.repeated), (0, "", false));
        let absent = pb::VerifyRunRequest { name: name("runs", "9") };
        fails(scoring.runs.verify_run(absent).await, Code::NotFound, "NOT_FOUND");
    }

    // A3: an input pinned in the first form, by the build of that time, still comes to its results.
    async fn an_input_of_the_first_form_is_still_read(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let input = include_bytes!("pinned/run-input-1.bin");
        assert!(input.starts_with(b"saima run input 1\nengine 1\n"));
        let digest: String = Sha256::digest(input).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut tx = scoring.served.db("scoring").begin_write().await.unwrap();
        crate::ledger::disarm(&mut tx).await;
        kit::execute!(tx, "UPDATE run_input SET input = $1", input.to_vec()).unwrap();
        kit::execute!(tx, "UPDATE run SET input_digest = $1", &digest).unwrap();
        tx.commit().await.unwrap();
        let request = pb::VerifyRunRequest { name: run.name.clone() };
        let verified = scoring.runs.verify_run(request).await.unwrap().into_inner();
        assert!(verified.repeated);
        assert_eq!((verified.engine_edition, &verified.input_digest), (1, &digest));
        let works = scoring.explain(&run.name, "works").await;
        assert_eq!(text(&works.result.unwrap().score), "75.33");
        scoring.publish(&run.name).await.unwrap();
    }
}
