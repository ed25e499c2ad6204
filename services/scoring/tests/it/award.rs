//! Grades, gates, awards and cards: what a run proposes, and what people make of it.

use kit::testing::Bed;
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;
use proto::scoring::v1::award::State;
use proto::scoring::v1::exemption_service_client::ExemptionServiceClient;
use tonic::{Code, Response, Status};

use crate::district::{self, DISTRICT, decimal, name, unit};
use crate::exemption;
use crate::fixture::{MONTHS, Scoring, fails, quarter, refused, request_id, text, unmet};

/// The usual scheme with grades, a veto for incidents, a Tiger, a Snail under a bar and a yellow
/// card for slow departments.
pub(crate) fn scheme() -> registry::Scheme {
    let mut scheme = district::scheme();
    let track = &mut scheme.tracks[0];
    let below = |limit: &str| registry::NumberRange { below: decimal(limit), ..Default::default() };
    let total =
        |limits| registry::Condition { kind: Some(registry::condition::Kind::Total(limits)) };
    let grade = |id: &str, display_name: &str| registry::grading::Grade {
        grade_id: id.to_owned(),
        display_name: display_name.to_owned(),
        ..Default::default()
    };
    let count = |count| registry::Quota { size: Some(registry::quota::Size::Count(count)) };
    track.grading = Some(registry::Grading {
        rule: Some(registry::grading::Rule::Grades(registry::grading::Grades {
            grades: vec![
                registry::grading::Grade { quota: Some(count(1)), ..grade("excellent", "优秀") },
                registry::grading::Grade { at_least: decimal("60"), ..grade("good", "良好") },
                grade("poor", "较差"),
            ],
            ..Default::default()
        })),
    });
    let incidents = registry::condition::Value {
        indicator: name("indicators", "incidents"),
        limits: Some(registry::NumberRange { at_least: decimal("3"), ..Default::default() }),
    };
    track.gates = vec![registry::Gate {
        gate_id: "safety".to_owned(),
        display_name: "安全生产一票否决".to_owned(),
        when: Some(registry::Condition { kind: Some(registry::condition::Kind::Value(incidents)) }),
        effect: Some(registry::gate::Effect::LowestGrade(registry::gate::LowestGrade {})),
    }];
    let pick = |end: registry::pick::End, when| registry::Pick {
        end: end.into(),
        places: Some(count(1)),
        when,
        ..Default::default()
    };
    let award = |id: &str, display_name: &str, pick| registry::AwardRule {
        award_id: id.to_owned(),
        display_name: display_name.to_owned(),
        class: "economy".to_owned(),
        level: "district".to_owned(),
        pick: Some(pick),
    };
    track.awards = vec![
        award("tiger", "猛虎奖", pick(registry::pick::End::Best, None)),
        award("snail", "蜗牛奖", pick(registry::pick::End::Worst, Some(total(below("60"))))),
    ];
    track.cards = vec![registry::CardRule {
        card_id: "slow".to_owned(),
        display_name: "黄牌警告".to_owned(),
        kind: registry::card_rule::Kind::YellowCard.into(),
        pick: Some(registry::Pick {
            when: Some(registry::Condition {
                kind: Some(registry::condition::Kind::Pace(below("80"))),
            }),
            ..Default::default()
        }),
    }];
    scheme
}

/// The same with somebody who is passed over for each reason that there is.
fn passing() -> registry::Scheme {
    use registry::pick::End;
    let mut scheme = scheme();
    let count = |count| registry::Quota { size: Some(registry::quota::Size::Count(count)) };
    let below = |limit: &str| {
        let limits = registry::NumberRange { below: decimal(limit), ..Default::default() };
        Some(registry::Condition { kind: Some(registry::condition::Kind::Total(limits)) })
    };
    let award = |id: &str, display_name: &str, pick| registry::AwardRule {
        award_id: id.to_owned(),
        display_name: display_name.to_owned(),
        pick: Some(registry::Pick { places: Some(count(1)), ..pick }),
        ..Default::default()
    };
    let worst = || registry::Pick { end: End::Worst.into(), ..Default::default() };
    let awards = &mut scheme.tracks[0].awards;
    awards[0].pick.as_mut().unwrap().places = Some(count(2));
    awards.extend([
        award("last", "末位警示", registry::Pick { when: below("40"), ..worst() }),
        award("behind", "后进督办", registry::Pick { unless: below("60"), ..worst() }),
    ]);
    let all_out = registry::Edge { rule: Some(registry::edge::Rule::AllOut(Default::default())) };
    let best = registry::Pick { edge: Some(all_out), ..Default::default() };
    scheme.tracks[1].awards = vec![award("village", "先进村", best)];
    scheme
}

/// A published quarter by that scheme, and its run.
async fn published(bed: &Bed) -> (Scoring, pb::Run) {
    let mut scoring = Scoring::start(bed).await;
    let scheme = registry::Scheme { series: "race".to_owned(), ..scheme() };
    district::create_scheme(scoring.served.channel(), "race-2023", scheme).await;
    scoring.store(quarter()).await;
    for period in MONTHS.iter().chain(&["2023Q1"]) {
        scoring.verify_all(period).await;
        scoring.close(period).await.unwrap();
    }
    let run = scoring.race("").await;
    let run = scoring.publish(&run.name).await.unwrap();
    (scoring, run)
}

impl Scoring {
    pub(crate) async fn race(&mut self, supersedes: &str) -> pb::Run {
        let request = pb::CreateRunRequest {
            parent: DISTRICT.to_owned(),
            run: Some(pb::Run {
                scheme: name("schemes", "race-2023"),
                period: name("periods", "2023Q1"),
                supersedes: supersedes.to_owned(),
                definitions: pb::run::Definitions::Current.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        self.runs.create_run(request).await.unwrap().into_inner()
    }

    pub(crate) async fn awards(&mut self) -> Vec<pb::Award> {
        let request = pb::ListAwardsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        self.awards.list_awards(request).await.unwrap().into_inner().awards
    }

    pub(crate) async fn cards(&mut self) -> Vec<pb::Card> {
        let request = pb::ListCardsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        self.cards.list_cards(request).await.unwrap().into_inner().cards
    }

    async fn passed(&mut self, run: &str, rule: &str) -> Vec<pb::PassedSubject> {
        let request = pb::ListPassedSubjectsRequest {
            parent: run.to_owned(),
            rule_id: rule.to_owned(),
            ..Default::default()
        };
        let found = self.awards.list_passed_subjects(request).await.unwrap();
        found.into_inner().passed_subjects
    }

    async fn decide(
        &mut self,
        award: &pb::Award,
        decision: pb::decide_award_request::Decision,
        reason: &str,
    ) -> Result<pb::Award, Status> {
        let request = decision_of(award, decision, reason);
        self.awards.decide_award(request).await.map(Response::into_inner)
    }

    async fn announce(&mut self, names: &[&str]) -> Result<Vec<pb::Award>, Status> {
        let request = pb::AnnounceAwardsRequest {
            parent: DISTRICT.to_owned(),
            names: names.iter().map(ToString::to_string).collect(),
            request_id: request_id(),
        };
        let first = self.awards.announce_awards(request.clone()).await?.into_inner();
        let again = self.awards.announce_awards(request).await?.into_inner();
        assert_eq!(first, again);
        Ok(first.awards)
    }
}

fn decision_of(
    award: &pb::Award,
    decision: pb::decide_award_request::Decision,
    reason: &str,
) -> pb::DecideAwardRequest {
    pb::DecideAwardRequest {
        name: award.name.clone(),
        decision: decision.into(),
        reason: reason.to_owned(),
        decider: "review.group".to_owned(),
        etag: award.etag.clone(),
        request_id: String::new(),
    }
}

const CONFIRM: pb::decide_award_request::Decision = pb::decide_award_request::Decision::Confirm;
const DECLINE: pb::decide_award_request::Decision = pb::decide_award_request::Decision::Decline;
const EXEMPT: pb::decide_award_request::Decision = pb::decide_award_request::Decision::Exempt;

/// Awards and cards through all their steps: a second run supersedes the first.
pub(crate) async fn propose_and_decide(scoring: &mut Scoring) {
    let scheme = registry::Scheme { series: "race".to_owned(), ..scheme() };
    district::create_scheme(scoring.served.channel(), "race-2023", scheme).await;
    let run = scoring.race("").await;
    scoring.publish(&run.name).await.unwrap();
    let award = scoring.awards().await.remove(0);
    scoring.decide(&award, CONFIRM, "").await.unwrap();
    let card = scoring.cards().await.remove(0);
    scoring.cards.decide_card(issue(&card)).await.unwrap();
}

fn issue(card: &pb::Card) -> pb::DecideCardRequest {
    pb::DecideCardRequest {
        name: card.name.clone(),
        decision: pb::decide_card_request::Decision::Issue.into(),
        decider: "office".to_owned(),
        etag: card.etag.clone(),
        request_id: request_id(),
        ..Default::default()
    }
}

kit::both! {
    // S5, S7: grades and gates stand in the result with the figures that decided.
    async fn grades_and_gates_are_stored_with_their_ground(bed: &Bed) {
        let (mut scoring, run) = published(bed).await;
        let results = scoring.results(&run.name).await;
        let grade = |result: &pb::Result| {
            let grade = result.grade.clone().unwrap_or_default();
            format!("{} {} {} {}", result.unit_display_name, text(&result.score), grade.display_name, grade.decided_by)
        };
        let grades: Vec<String> = results[..3].iter().map(grade).collect();
        assert_eq!(grades, ["财政局 99 优秀 QUOTA", "住建局 75.33 较差 VETO", "卫健局 50 较差 REST"]);
        let gates = &results[1].gates;
        assert_eq!((&*gates[0].display_name, &*gates[0].effect, &*gates[0].exempt), ("安全生产一票否决", "LOWEST_GRADE", ""));
        assert!(gates[0].ground[0].contains("= 3"), "{:?}", gates[0].ground);
        assert!(results[0].gates.is_empty() && results[3].grade.is_none());
        let request = pb::GetBoardRequest { name: name("boards", "race-2023.2023Q1") };
        let board = scoring.boards.get_board(request).await.unwrap().into_inner();
        assert_eq!(board.tracks[0].entries[0].grade, results[0].grade);
        // What is stored is what is computed again.
        let request = pb::VerifyRunRequest { name: run.name.clone() };
        assert!(scoring.runs.verify_run(request).await.unwrap().into_inner().repeated);
        assert_eq!(scoring.explain(&run.name, "works").await.result.as_ref(), Some(&results[1]));
    }

    // B10: proposed by the published run, decided by the review group, announced.
    async fn awards_are_proposed_decided_and_announced(bed: &Bed) {
        let (mut scoring, run) = published(bed).await;
        let awards = scoring.awards().await;
        let lines: Vec<_> = awards.iter()
            .map(|it| format!("{} {} {} {}", it.display_name, it.unit_display_name, text(&it.score), it.track_display_name))
            .collect();
        assert_eq!(lines, ["猛虎奖 财政局 99 经济管理类", "蜗牛奖 卫健局 50 经济管理类"]);
        let (tiger, snail) = (&awards[0], &awards[1]);
        assert_eq!((tiger.state(), &tiger.run, &*tiger.series, &*tiger.class), (State::Proposed, &run.name, "race", "economy"));
        assert!(snail.ground[0].contains("total = 50"), "{:?}", snail.ground);

        unmet(scoring.announce(&[&tiger.name]).await, &[("NOT_CONFIRMED", &tiger.name)]);
        let confirmed = scoring.decide(tiger, CONFIRM, "").await.unwrap();
        assert_eq!((confirmed.state(), &*confirmed.decider), (State::Confirmed, "review.group"));
        fails(scoring.decide(tiger, DECLINE, "不同意").await, Code::Aborted, "ETAG_MISMATCH");
        unmet(scoring.decide(&confirmed, DECLINE, "不同意").await, &[("AWARD_DECIDED", &tiger.name)]);
        refused(scoring.decide(snail, EXEMPT, "").await, &[("reason", "REQUIRED")]);
        let exempted = scoring.decide(snail, EXEMPT, "受灾停工").await.unwrap();
        assert_eq!((exempted.state(), &*exempted.reason), (State::Exempted, "受灾停工"));

        let announced = scoring.announce(&[&tiger.name]).await.unwrap();
        assert_eq!(announced[0].state(), State::Announced);
        assert!(announced[0].announce_time.is_some());
        refused(scoring.announce(&[&name("awards", "9")]).await, &[("names[0]", "UNKNOWN_AWARD")]);
        let request = pb::ListAwardCountsRequest { parent: DISTRICT.to_owned(), period: name("periods", "2023Q1") };
        let counts = scoring.awards.list_award_counts(request).await.unwrap().into_inner().award_counts;
        assert_eq!(counts.iter().map(|it| (&*it.award_id, it.count)).collect::<Vec<_>>(), [("tiger", 1)]);
        let of_snail = pb::ListAwardsRequest {
            parent: DISTRICT.to_owned(),
            state: State::Exempted.into(),
            unit: unit("health"),
            ..Default::default()
        };
        assert_eq!(scoring.awards.list_awards(of_snail).await.unwrap().into_inner().awards, [exempted]);
        let absent = pb::GetAwardRequest { name: name("awards", "9") };
        fails(scoring.awards.get_award(absent).await, Code::NotFound, "NOT_FOUND");
    }

    // B10: of two decisions at once one holds.
    async fn an_award_is_decided_once(bed: &Bed) {
        let (mut scoring, _) = published(bed).await;
        let tiger = scoring.awards().await.remove(0);
        let (mut one, mut other) = (scoring.awards.clone(), scoring.awards.clone());
        let (first, second) = tokio::join!(
            one.decide_award(decision_of(&tiger, CONFIRM, "")),
            other.decide_award(decision_of(&tiger, DECLINE, "不同意"))
        );
        let lost = if first.is_ok() { second } else { first };
        fails(lost, Code::Aborted, "ETAG_MISMATCH");
    }

    // B10: a run that supersedes withdraws what nobody decided and it does not repeat; what was
    // decided stays.
    async fn a_later_run_renews_the_proposals(bed: &Bed) {
        let (mut scoring, run) = published(bed).await;
        let awards = scoring.awards().await;
        scoring.decide(&awards[0], CONFIRM, "").await.unwrap();
        // Half of what was asked of health: 90 points, and the Snail has nobody under its bar.
        district::set_targets(scoring.served.channel(), &[("health", "revenue", "2023Q1", "30")]).await;
        let second = scoring.race(&run.name).await;
        scoring.publish(&second.name).await.unwrap();
        let awards = scoring.awards().await;
        let states: Vec<_> = awards.iter().map(|it| (&*it.award_id, it.state())).collect();
        assert_eq!(states, [("tiger", State::Confirmed), ("snail", State::Withdrawn)]);
        assert!(awards[1].reason.contains(&second.name));
    }

    // S5, B10: who stood within the places and is not proposed is told with each reason there is,
    // of awards and cards, before and after the run is published.
    async fn who_was_passed_over_is_told_with_the_reason(bed: &Bed) {
        let mut scoring = Scoring::start(bed).await;
        let scheme = registry::Scheme { series: "race".to_owned(), ..passing() };
        district::create_scheme(scoring.served.channel(), "race-2023", scheme).await;
        scoring.store(quarter()).await;
        for period in MONTHS.iter().chain(&["2023Q1"]) {
            scoring.verify_all(period).await;
            scoring.close(period).await.unwrap();
        }
        let mut exemptions = ExemptionServiceClient::new(scoring.served.channel());
        for (unit_id, rule) in [("health", "snail"), ("works", "slow")] {
            let request = exemption::request(exemption::exemption(unit_id, rule));
            exemptions.create_exemption(request).await.unwrap();
        }
        let run = scoring.race("").await;
        let passed = scoring.passed(&run.name, "").await;
        let lines: Vec<_> = passed.iter().map(|it| {
            let why = it.why().as_str_name().trim_start_matches("WHY_");
            format!("{} {} {} {} {why} {}", it.rule_display_name, it.place, it.unit_display_name, text(&it.score), it.reason)
        }).collect();
        assert_eq!(lines, [
            "猛虎奖 2 住建局 75.33 VETOED 安全生产一票否决",
            "蜗牛奖 1 卫健局 50 EXEMPT 受灾停工",
            "末位警示 1 卫健局 50 CONDITION ",
            "后进督办 1 卫健局 50 EXCLUSION ",
            "黄牌警告 2 住建局 75.33 EXEMPT 受灾停工",
            "先进村 1 北村 95.5 EDGE ",
            "先进村 1 南村 95.5 EDGE ",
        ]);
        let (vetoed, exempt) = (&passed[0], &passed[1]);
        assert_eq!((&*vetoed.unit, &*vetoed.track_display_name, &*vetoed.rule_id), (&*unit("works"), "经济管理类", "tiger"));
        assert!(vetoed.ground[0].contains("= 3"), "{:?}", vetoed.ground);
        assert_eq!(exempt.ground.last(), Some(&name("exemptions", "1")));
        assert!(passed[2].ground[0].contains("total = 50"), "{:?}", passed[2].ground);
        // Published, it says the same; one award can be asked for, and a page be read on.
        scoring.publish(&run.name).await.unwrap();
        assert_eq!(scoring.passed(&run.name, "").await, passed);
        assert_eq!(scoring.passed(&run.name, "slow").await, [passed[4].clone()]);
        let proposed: Vec<_> = scoring.awards().await.into_iter().map(|it| it.unit_display_name).collect();
        assert_eq!(proposed, ["财政局"]);
        let mut request = pb::ListPassedSubjectsRequest { parent: run.name.clone(), page_size: 4, ..Default::default() };
        let first = scoring.awards.list_passed_subjects(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let rest = scoring.awards.list_passed_subjects(request).await.unwrap().into_inner();
        assert_eq!([first.passed_subjects, rest.passed_subjects].concat(), passed);
        let absent = pb::ListPassedSubjectsRequest { parent: name("runs", "9"), ..Default::default() };
        fails(scoring.awards.list_passed_subjects(absent).await, Code::NotFound, "NOT_FOUND");
    }

    // Q6: yellow cards by pace, decided, withdrawn; and one that the office issues by itself.
    async fn cards_are_issued_and_withdrawn(bed: &Bed) {
        let (mut scoring, run) = published(bed).await;
        let cards = scoring.cards().await;
        let lines: Vec<_> = cards.iter().map(|it| format!("{} {} {}", it.display_name, it.unit_display_name, it.run)).collect();
        assert_eq!(lines, [format!("黄牌警告 住建局 {}", run.name), format!("黄牌警告 卫健局 {}", run.name)]);
        let request = issue(&cards[0]);
        let issued = scoring.cards.decide_card(request.clone()).await.unwrap().into_inner();
        assert_eq!(scoring.cards.decide_card(request).await.unwrap().into_inner(), issued);
        assert_eq!((issued.state(), issued.issue_time.is_some()), (pb::card::State::Issued, true));
        unmet(scoring.cards.decide_card(issue(&issued)).await, &[("CARD_DECIDED", &issued.name)]);
        let withdraw = |card: &pb::Card| pb::WithdrawCardRequest {
            name: card.name.clone(),
            reason: "已追上进度".to_owned(),
            decider: "office".to_owned(),
            etag: card.etag.clone(),
            request_id: String::new(),
        };
        unmet(scoring.cards.withdraw_card(withdraw(&cards[1])).await, &[("NOT_ISSUED", &cards[1].name)]);
        let withdrawn = scoring.cards.withdraw_card(withdraw(&issued)).await.unwrap().into_inner();
        assert_eq!((withdrawn.state(), &*withdrawn.reason), (pb::card::State::Withdrawn, "已追上进度"));

        let card = pb::Card {
            kind: pb::card::Kind::RedFlag.into(),
            unit: unit("north"),
            period: name("periods", "2023-03"),
            display_name: "红旗".to_owned(),
            ground: vec!["月度综合指数第一".to_owned()],
            ..Default::default()
        };
        let request = |card| pb::CreateCardRequest {
            parent: DISTRICT.to_owned(),
            card: Some(card),
            decider: "office".to_owned(),
            request_id: String::new(),
        };
        let flag = scoring.cards.create_card(request(card.clone())).await.unwrap().into_inner();
        assert_eq!((&*flag.unit_display_name, flag.state(), &*flag.run), ("北村", pb::card::State::Issued, ""));
        let unknown = pb::Card { unit: unit("nobody"), ..card.clone() };
        refused(scoring.cards.create_card(request(unknown)).await, &[("card.unit", "UNKNOWN_UNIT")]);
        let bare = pb::Card { ground: vec![], kind: 0, ..card };
        refused(scoring.cards.create_card(request(bare)).await, &[("card.ground", "OUT_OF_RANGE"), ("card.kind", "REQUIRED")]);
        let issued = pb::ListCardsRequest {
            parent: DISTRICT.to_owned(),
            kind: pb::card::Kind::RedFlag.into(),
            state: pb::card::State::Issued.into(),
            ..Default::default()
        };
        assert_eq!(scoring.cards.list_cards(issued).await.unwrap().into_inner().cards, [flag]);
    }
}
