use kit::testing::Bed;
use kit::testing::Channel;
use proto::registry::v1 as registry;
use proto::registry::v1::indicator_service_client::IndicatorServiceClient;
use proto::scoring::v1 as pb;
use proto::scoring::v1::poll::{Numbers, Quota, RaterGroup, State};
use proto::scoring::v1::poll_service_client::PollServiceClient;
use tonic::{Code, Response, Status};

use crate::district::{self, DISTRICT, decimal, name, unit};
use crate::fixture::{Scoring, fails, refused, request_id, unmet};

type Client = PollServiceClient<Channel>;

/// A poll of three departments: three leaders, six of the staff, at most a third 好.
fn poll() -> pb::Poll {
    let group = |id: &str, display_name: &str, size| RaterGroup {
        group_id: id.to_owned(),
        display_name: display_name.to_owned(),
        size,
        ..Default::default()
    };
    let share = decimal("34");
    pb::Poll {
        display_name: "一季度多维测评".to_owned(),
        kind: pb::PollKind::MultiSourceRating.into(),
        indicator: name("indicators", "survey"),
        period: name("periods", "2023Q1"),
        subjects: ["finance", "works", "health"].map(unit).to_vec(),
        marks: ["好", "一般", "较差"].map(str::to_owned).to_vec(),
        quotas: vec![Quota { mark: "好".to_owned(), at_most_share: share, ..Default::default() }],
        rater_groups: vec![group("leaders", "区级领导", 3), group("staff", "干部群众", 6)],
        smallest_group: 3,
        ..Default::default()
    }
}

/// An indicator that ballots alone decide, and a scheme that scores departments by it: leaders 6,
/// staff 4.
async fn rated(channel: Channel) {
    let indicator = registry::Indicator {
        display_name: "多维测评".to_owned(),
        kind: registry::IndicatorKind::Common.into(),
        unit_of_measure: "分".to_owned(),
        direction: registry::Direction::HigherIsBetter.into(),
        frequency: registry::Frequency::Quarterly.into(),
        accumulation: registry::Accumulation::Latest.into(),
        evaluating_unit: unit("office"),
        ..Default::default()
    };
    let request = registry::CreateIndicatorRequest {
        parent: DISTRICT.to_owned(),
        indicator_id: "rating".to_owned(),
        indicator: Some(indicator),
        ..Default::default()
    };
    IndicatorServiceClient::new(channel.clone()).create_indicator(request).await.unwrap();
    let worth = |(mark, value): (&str, &str)| registry::ballot_points::MarkValue {
        mark: mark.to_owned(),
        value: decimal(value),
    };
    let group = |(group, weight): (&str, &str)| registry::ballot_points::RaterGroup {
        group: group.to_owned(),
        weight: decimal(weight),
    };
    let ballots = registry::BallotPoints {
        marks: [("好", "100"), ("一般", "70"), ("较差", "40")].map(worth).to_vec(),
        groups: [("leaders", "6"), ("staff", "4")].map(group).to_vec(),
        ..Default::default()
    };
    let mut scheme = district::scheme();
    scheme.series = "rating".to_owned();
    scheme.tracks.truncate(1);
    let track = &mut scheme.tracks[0];
    (track.warnings, track.colouring) = (None, None);
    let children = vec![district::leaf("rating", "100", registry::leaf::Method::Ballots(ballots))];
    let sum = registry::node::Rule::Sum(registry::Sum { children });
    track.root = track.root.take().map(|root| registry::Node { rule: Some(sum), ..root });
    district::create_scheme(channel, "rating-2023", scheme).await;
}

async fn create(client: &mut Client, poll: pb::Poll) -> Result<pb::Poll, Status> {
    let request = pb::CreatePollRequest {
        parent: DISTRICT.to_owned(),
        poll_id: "rating".to_owned(),
        poll: Some(poll),
        ..Default::default()
    };
    client.create_poll(request).await.map(Response::into_inner)
}

async fn start(bed: &Bed) -> (Scoring, Client) {
    let scoring = Scoring::start(bed).await;
    let mut client = PollServiceClient::new(scoring.served.channel());
    create(&mut client, poll()).await.unwrap();
    (scoring, client)
}

fn row(group: &str, count: i32, own: &[&str]) -> pb::issue_ballots_request::Row {
    pb::issue_ballots_request::Row {
        group_id: group.to_owned(),
        count,
        own_subjects: own.iter().map(|id| unit(id)).collect(),
    }
}

async fn issue(
    client: &mut Client,
    rows: Vec<pb::issue_ballots_request::Row>,
    request_id: &str,
) -> Result<pb::IssueBallotsResponse, Status> {
    let request = pb::IssueBallotsRequest {
        name: name("polls", "rating"),
        rows,
        request_id: request_id.to_owned(),
    };
    client.issue_ballots(request).await.map(Response::into_inner)
}

fn marks(given: &[(&str, &str)]) -> Vec<pb::BallotMark> {
    let mark =
        |(id, mark): &(&str, &str)| pb::BallotMark { subject: unit(id), mark: (*mark).to_owned() };
    given.iter().map(mark).collect()
}

async fn cast(
    client: &mut Client,
    token: &str,
    given: &[(&str, &str)],
    validate_only: bool,
) -> Result<pb::CastBallotResponse, Status> {
    let request = pb::CastBallotRequest {
        name: name("polls", "rating"),
        token: token.to_owned(),
        marks: marks(given),
        validate_only,
    };
    client.cast_ballot(request).await.map(Response::into_inner)
}

/// Group, marks, how many.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], i32);

async fn paper(
    client: &mut Client,
    rows: &[Row<'_>],
    request_id: &str,
) -> Result<pb::CountPaperBallotsResponse, Status> {
    let row = |(group, given, count): &(&str, &[(&str, &str)], i32)| {
        pb::count_paper_ballots_request::Row {
            group_id: (*group).to_owned(),
            marks: marks(given),
            count: *count,
        }
    };
    let request = pb::CountPaperBallotsRequest {
        name: name("polls", "rating"),
        rows: rows.iter().map(row).collect(),
        request_id: request_id.to_owned(),
    };
    client.count_paper_ballots(request).await.map(Response::into_inner)
}

async fn close(client: &mut Client) -> Result<pb::Poll, Status> {
    let request = pb::ClosePollRequest { name: name("polls", "rating"), ..Default::default() };
    client.close_poll(request).await.map(Response::into_inner)
}

async fn tallies(client: &mut Client) -> Result<Vec<String>, Status> {
    let request = pb::ListTalliesRequest { parent: name("polls", "rating"), ..Default::default() };
    let reply = client.list_tallies(request).await?.into_inner();
    let shown = |marks: &[pb::tally::MarkCount]| {
        let marks = marks.iter().map(|it| format!("{}{}", it.mark, it.count));
        marks.collect::<Vec<_>>().join(",")
    };
    let line = |tally: &pb::Tally| {
        let groups = tally.groups.iter().map(|group| match group.withheld {
            true => format!("{}=?", group.group_id),
            false => format!("{}={}", group.group_id, shown(&group.marks)),
        });
        let groups = groups.collect::<Vec<_>>().join(" ");
        format!(
            "{} {groups} pooled={}",
            tally.subject.rsplit('/').next().unwrap(),
            shown(&tally.pooled)
        )
    };
    Ok(reply.tallies.iter().map(line).collect())
}

/// Leaves a row in each ledger.
pub(crate) async fn open_and_close(scoring: &Scoring) {
    let mut client = PollServiceClient::new(scoring.served.channel());
    district::create_period(scoring.served.channel(), "2023Q2").await;
    let open = pb::Poll { period: name("periods", "2023Q2"), ..poll() };
    create(&mut client, open).await.unwrap();
    paper(&mut client, &[("leaders", &[("works", "一般")], 1)], "").await.unwrap();
    close(&mut client).await.unwrap();
}

/// All that a service's tables hold, as text.
async fn everything(scoring: &Scoring, tables: &[(&str, &str)]) -> Vec<String> {
    let mut tx = scoring.served.db("scoring").begin_read().await.unwrap();
    let mut found = Vec::new();
    for (table, columns) in tables {
        let rows = kit::query!(tx, (String,), |q| {
            q.push("SELECT ").push(columns).push(" FROM ").push(table);
        });
        found.extend(rows.unwrap().into_iter().map(|(row,)| format!("{table}: {row}")));
    }
    found
}

kit::both! {
    // S4, H3: rated from several sides; a form's quotas void a ballot; counted to the last one.
    async fn ballots_are_cast_counted_and_tallied(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let rows = vec![row("leaders", 3, &[]), row("staff", 2, &["works"]), row("staff", 2, &[])];
        let issued = issue(&mut client, rows, "").await.unwrap();
        assert_eq!(issued.issued_count, 7);
        let tokens: Vec<&String> = issued.rows.iter().flat_map(|row| &row.tokens).collect();
        assert_eq!(tokens.len(), 7);

        // A rater of the works office does not see it.
        let request = pb::GetBallotFormRequest { name: name("polls", "rating"), token: tokens[3].clone() };
        let form = client.get_ballot_form(request).await.unwrap().into_inner();
        assert_eq!((form.group_id.as_str(), form.subjects), ("staff", ["finance", "health"].map(unit).to_vec()));
        let own = cast(&mut client, tokens[3], &[("works", "好")], false).await;
        refused(own, &[("marks[0].subject", "UNKNOWN_SUBJECT")]);

        let fine: &[(&str, &str)] = &[("finance", "好"), ("works", "一般"), ("health", "一般")];
        for token in &tokens[..3] {
            assert!(!cast(&mut client, token, fine, false).await.unwrap().void);
        }
        let twice = cast(&mut client, tokens[0], fine, false).await;
        refused(twice, &[("token", "UNKNOWN_TOKEN")]);
        // Of two subjects, a third is none.
        let much: &[(&str, &str)] = &[("finance", "好"), ("health", "一般")];
        let tried = cast(&mut client, tokens[3], much, true).await.unwrap();
        assert_eq!((tried.void, tried.broken_quotas[0].given_count, tried.broken_quotas[0].allowed_count), (true, 1, 0));
        let void = cast(&mut client, tokens[3], much, false).await.unwrap();
        assert_eq!(void, tried);
        cast(&mut client, tokens[4], &[("finance", "较差"), ("health", "一般")], false).await.unwrap();
        cast(&mut client, tokens[5], fine, false).await.unwrap();
        unmet(tallies(&mut client).await, &[("POLL_OPEN", &name("polls", "rating"))]);

        let closed = close(&mut client).await.unwrap();
        assert_eq!(closed.state(), State::Closed);
        let turnout = closed.rater_groups.iter().map(|it| {
            (it.issued_count, it.cast_count, it.void_count, it.missing_count)
        });
        assert_eq!(turnout.collect::<Vec<_>>(), [(3, 3, 0, 0), (4, 3, 1, 3)]);
        // Two valid ballots of the staff are too few to be shown, alone or pooled.
        assert_eq!(tallies(&mut client).await.unwrap(), [
            "finance leaders=好3 staff=? pooled=",
            "health leaders=一般3 staff=? pooled=",
            "works leaders=一般3 staff=? pooled=",
        ]);
        let late = cast(&mut client, tokens[6], fine, false).await;
        unmet(late, &[("POLL_CLOSED", &name("polls", "rating"))]);
        unmet(close(&mut client).await, &[("POLL_CLOSED", &name("polls", "rating"))]);
    }

    // S4: nothing in the database ties a ballot to a token, a request, an event or an instant.
    async fn a_ballot_leaves_no_trace_of_its_rater(bed: &Bed) {
        let (scoring, mut client) = start(bed).await;
        let id = request_id();
        let issued = issue(&mut client, vec![row("staff", 3, &[])], &id).await.unwrap();
        let again = issue(&mut client, vec![row("staff", 3, &[])], &id).await.unwrap();
        assert_eq!((again.rows.len(), again.issued_count), (0, 3), "tokens are told once");
        let tokens = issued.rows[0].tokens.clone();
        let tables = [
            ("ballot_token", "rater_group || ' ' || own"),
            ("ballot_count", "rater_group || unit || mark || CAST(ballots AS TEXT)"),
            ("turnout", "rater_group || CAST(issued_count AS TEXT) || CAST(cast_count AS TEXT)"),
            ("kit_request", "method"),
            ("kit_feed", "kind"),
        ];
        let before = everything(&scoring, &tables[3..]).await;
        for token in &tokens[..2] {
            cast(&mut client, token, &[("works", "一般")], false).await.unwrap();
        }
        assert_eq!(everything(&scoring, &tables[3..]).await, before);
        let mut left = everything(&scoring, &tables[..3]).await;
        left.sort();
        assert_eq!(left, [
            "ballot_count: staffworks一般2",
            "ballot_token: staff ",
            "turnout: leaders00",
            "turnout: staff32",
        ]);
        close(&mut client).await.unwrap();
        assert_eq!(everything(&scoring, &tables[..2]).await, [""; 0]);
    }

    // S4: paper ballots by the hundred, in one count that is whole or nothing.
    async fn paper_ballots_are_counted_by_the_row(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        issue(&mut client, vec![row("staff", 1, &[])], "").await.unwrap();
        let one: &[(&str, &str)] = &[("finance", "好"), ("works", "一般"), ("health", "较差")];
        let two: &[(&str, &str)] = &[("finance", "好"), ("works", "好"), ("health", "好")];
        let rows = [("staff", one, 3), ("staff", two, 1), ("leaders", one, 2)];
        let id = request_id();
        let reply = paper(&mut client, &rows, &id).await.unwrap();
        assert_eq!((reply.cast_count, reply.void_count), (6, 1));
        assert_eq!(paper(&mut client, &rows, &id).await.unwrap(), reply);
        let bad: &[(&str, &str)] = &[("finance", "极好"), ("north", "好"), ("works", "好"), ("works", "好")];
        let rows = [("staff", one, 2), ("staff", bad, 1), ("public", one, 1)];
        refused(paper(&mut client, &rows, "").await, &[
            ("rows[0]", "TOO_MANY_BALLOTS"),
            ("rows[1].marks[0].mark", "UNKNOWN_MARK"),
            ("rows[1].marks[1].subject", "UNKNOWN_SUBJECT"),
            ("rows[1].marks[3].subject", "DUPLICATE"),
            ("rows[2]", "UNKNOWN_GROUP"),
        ]);
        close(&mut client).await.unwrap();
        assert_eq!(tallies(&mut client).await.unwrap(), [
            "finance leaders=? staff=好3 pooled=",
            "health leaders=? staff=较差3 pooled=",
            "works leaders=? staff=一般3 pooled=",
        ]);
    }

    // S4: a scheme that scores by ballots takes what a poll counted; no figure is owed beside it.
    async fn a_scheme_scores_by_the_ballots_of_a_poll(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        rated(scoring.served.channel()).await;
        let mut client = PollServiceClient::new(scoring.served.channel());
        let rating = pb::Poll { indicator: name("indicators", "rating"), ..poll() };
        create(&mut client, rating).await.unwrap();
        let rows: [Row<'_>; 3] = [
            ("leaders", &[("finance", "好"), ("works", "一般"), ("health", "较差")], 3),
            ("staff", &[("finance", "好"), ("works", "一般"), ("health", "一般")], 4),
            ("staff", &[("finance", "一般"), ("works", "好"), ("health", "较差")], 2),
        ];
        paper(&mut client, &rows, "").await.unwrap();
        close(&mut client).await.unwrap();
        for period in crate::fixture::MONTHS.iter().chain(&["2023Q1"]) {
            scoring.close(period).await.unwrap();
        }
        let owed = scoring.reconciliation("2023Q1").await;
        // The survey of the other scheme, of three departments and two villages, and nothing else.
        assert_eq!(owed.due_count, 5);
        let run = scoring.run_of("rating-2023", "2023Q1", "").await.unwrap();
        // 6 × 100 + 4 × 90, 6 × 70 + 4 × 80, 6 × 40 + 4 × 60, each by 10.
        assert_eq!(scoring.scores(&run.name).await, ["财政局 96", "住建局 74", "卫健局 48"]);

        // A3: what if the leaders had thought better of works.
        let count = |group: &str, mark: &str, ballots| pb::simulated_tally::Count {
            group: group.to_owned(),
            mark: mark.to_owned(),
            ballots,
        };
        let tally = |counts| pb::SimulatedTally {
            unit: unit("works"),
            indicator: name("indicators", "rating"),
            counts,
        };
        let what_if = |tallies| pb::SimulateRunRequest { name: run.name.clone(), tallies, ..Default::default() };
        let better = tally(vec![count("leaders", "好", 3), count("staff", "一般", 4), count("staff", "好", 2)]);
        let reply = scoring.comparisons.simulate_run(what_if(vec![better])).await.unwrap().into_inner();
        let after = reply.differences[0].after.as_ref().unwrap();
        assert_eq!((reply.differences.len(), crate::fixture::text(&after.score)), (1, "92"));
        let strange = tally(vec![count("public", "好", 3), count("staff", "优", 4)]);
        refused(scoring.comparisons.simulate_run(what_if(vec![strange])).await, &[
            ("tallies[0].counts", "UNKNOWN_GROUP"),
            ("tallies[0].counts", "UNKNOWN_MARK"),
        ]);
        let other = pb::SimulatedTally { indicator: name("indicators", "revenue"), ..tally(vec![]) };
        refused(scoring.comparisons.simulate_run(what_if(vec![other])).await, &[("tallies[0].period", "PERIOD_KIND")]);
    }

    // S4: a quarter closes after its polls, and what was counted is pinned by its runs.
    async fn a_quarter_closes_after_its_polls(bed: &Bed) {
        let (mut scoring, mut client) = start(bed).await;
        for month in crate::fixture::MONTHS {
            scoring.close(month).await.unwrap();
        }
        unmet(scoring.close("2023Q1").await, &[("POLL_OPEN", &name("polls", "rating"))]);
        paper(&mut client, &[("staff", &[("works", "一般")], 4)], "").await.unwrap();
        close(&mut client).await.unwrap();
        scoring.close("2023Q1").await.unwrap();
        let late = create(&mut client, poll()).await;
        unmet(late, &[("PERIOD_CLOSED", &name("periods", "2023Q1"))]);
        let run = scoring.run("2023Q1", "").await.unwrap();
        let mut tx = scoring.served.db("scoring").begin_read().await.unwrap();
        let pinned = kit::fetch_one!(tx, (Vec<u8>,), "SELECT input FROM run_input").unwrap().0;
        let text = String::from_utf8_lossy(&pinned);
        let tally = "{\"unit\":\"works\",\"indicator\":\"survey\",\"groups\":{\"staff\":{\"一般\":4}},\"void\":0,";
        assert!(text.contains(tally), "{text}");
        drop(tx);
        // Computed again from what was pinned.
        scoring.explain(&run.name, "works").await;
    }

    // S4: tokens that were lost are taken back and issued anew.
    async fn tokens_that_are_out_can_be_taken_back(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let lost = issue(&mut client, vec![row("leaders", 3, &[])], "").await.unwrap();
        let more = issue(&mut client, vec![row("leaders", 1, &[])], "").await;
        refused(more, &[("rows[0]", "TOO_MANY_BALLOTS")]);
        let token = &lost.rows[0].tokens;
        cast(&mut client, &token[0], &[("works", "一般")], false).await.unwrap();
        let request = pb::WithdrawBallotsRequest {
            name: name("polls", "rating"),
            group_id: "leaders".to_owned(),
            ..Default::default()
        };
        let reply = client.withdraw_ballots(request.clone()).await.unwrap().into_inner();
        assert_eq!(reply.withdrawn_count, 2);
        let gone = cast(&mut client, &token[1], &[("works", "一般")], false).await;
        refused(gone, &[("token", "UNKNOWN_TOKEN")]);
        issue(&mut client, vec![row("leaders", 2, &[])], "").await.unwrap();
        let unknown = pb::WithdrawBallotsRequest { group_id: "public".to_owned(), ..request };
        refused(client.withdraw_ballots(unknown).await, &[("group_id", "UNKNOWN_GROUP")]);
    }

    async fn a_poll_with_faults_is_refused_whole(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let taken = create(&mut client, poll()).await;
        fails(taken, Code::AlreadyExists, "ALREADY_EXISTS");
        let both = pb::Poll { numbers: Some(Numbers::default()), ..poll() };
        refused(create(&mut client, both).await, &[
            ("poll.marks", "FORM"),
            ("poll.quotas[0].mark", "UNKNOWN_MARK"),
        ]);
        let mut twice = poll();
        twice.subjects.push(unit("works"));
        twice.marks.push("好".to_owned());
        twice.rater_groups[1].group_id = "leaders".to_owned();
        twice.rater_groups[0].size = 0;
        refused(create(&mut client, twice).await, &[
            ("poll.marks[3]", "DUPLICATE"),
            ("poll.subjects[3]", "DUPLICATE"),
            ("poll.rater_groups[0].size", "OUT_OF_RANGE"),
            ("poll.rater_groups[1].group_id", "DUPLICATE"),
        ]);
        let strange = pb::Poll { subjects: vec![unit("works"), unit("office")], ..poll() };
        refused(create(&mut client, strange).await, &[("poll.subjects[1]", "NOT_ASSIGNED")]);
        let monthly = pb::Poll { period: name("periods", "2023-01"), ..poll() };
        refused(create(&mut client, monthly).await, &[("poll.period", "PERIOD_KIND")]);
        let unknown = pb::Poll { period: name("periods", "2024Q1"), ..poll() };
        refused(create(&mut client, unknown).await, &[("poll.period", "UNKNOWN_PERIOD")]);
        let list = pb::ListPollsRequest {
            parent: DISTRICT.to_owned(),
            period: name("periods", "2023Q1"),
            ..Default::default()
        };
        assert_eq!(client.list_polls(list).await.unwrap().into_inner().polls.len(), 1);
    }
}
