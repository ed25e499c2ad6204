//! Commitments: made, reviewed, graded, published, looked into, concluded; and what everybody sees.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::commitment::State;
use proto::cadre::v1::commitment_fact_service_client::CommitmentFactServiceClient;
use proto::cadre::v1::commitment_figure_service_client::CommitmentFigureServiceClient;
use proto::cadre::v1::commitment_service_client::CommitmentServiceClient;
use proto::cadre::v1::public_commitment_service_client::PublicCommitmentServiceClient;
use proto::cadre::v1::review_commitment_request::Decision;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{DISTRICT, add, date, evidence, head, on, person};
use crate::{fake, refused, unmet};

pub(crate) fn commitments(served: &Served) -> CommitmentServiceClient<Channel> {
    CommitmentServiceClient::new(served.channel())
}

fn public(served: &Served) -> PublicCommitmentServiceClient<Channel> {
    PublicCommitmentServiceClient::new(served.channel())
}

/// A commitment of the head of a unit for 2023.
pub(crate) fn commitment(unit: &str, area: pb::CommitmentArea) -> pb::Commitment {
    let milestone = |title: &str, day| pb::CommitmentMilestone {
        title: title.to_owned(),
        due_date: Some(date(day)),
        ..Default::default()
    };
    pb::Commitment {
        unit: format!("{DISTRICT}/units/{unit}"),
        year: 2023,
        area: area.into(),
        title: "新增停车泊位500个".to_owned(),
        content: "挖潜小区边角地，开放机关车位。".to_owned(),
        target: "年底前新增500个".to_owned(),
        milestones: vec![
            milestone("开放车位200个", (2023, 6, 30)),
            milestone("累计500个", (2023, 12, 20)),
        ],
        indicator: format!("{DISTRICT}/indicators/parking"),
        ..Default::default()
    }
}

pub(crate) fn batch(commitments: Vec<pb::Commitment>) -> pb::BatchCreateCommitmentsRequest {
    pb::BatchCreateCommitmentsRequest {
        parent: DISTRICT.to_owned(),
        commitments,
        account: "office.li".to_owned(),
        ..Default::default()
    }
}

async fn make(served: &Served, given: Vec<pb::Commitment>) -> Vec<pb::Commitment> {
    commitments(served)
        .batch_create_commitments(batch(given))
        .await
        .unwrap()
        .into_inner()
        .commitments
}

fn review(it: &pb::Commitment, decision: Decision) -> pb::ReviewCommitmentRequest {
    pb::ReviewCommitmentRequest {
        name: it.name.clone(),
        decision: decision.into(),
        reviewer: "organisation.zhao".to_owned(),
        reason: "目标可量化".to_owned(),
        ..Default::default()
    }
}

fn publish(it: &pb::Commitment) -> pb::PublishCommitmentRequest {
    let (name, account) = (it.name.clone(), "office.li".to_owned());
    pb::PublishCommitmentRequest { name, account, ..Default::default() }
}

/// Makes a commitment of the head of finance and publishes it.
pub(crate) async fn published(served: &Served) -> pb::Commitment {
    let it =
        make(served, vec![commitment("finance", pb::CommitmentArea::Priorities)]).await.remove(0);
    let mut client = commitments(served);
    client.review_commitment(review(&it, Decision::Approve)).await.unwrap();
    client.publish_commitment(publish(&it)).await.unwrap().into_inner()
}

pub(crate) fn fact(it: &pb::Commitment, period: &str) -> pb::CommitmentFact {
    pb::CommitmentFact {
        commitment: it.name.clone(),
        period: format!("{DISTRICT}/periods/{period}"),
        kind: pb::CommitmentFactKind::SiteVisit.into(),
        fact_date: Some(date((2023, 3, 30))),
        text: "现场查看，已开放车位210个".to_owned(),
        percent: Some(42),
        milestone: 1,
        evidence: evidence(),
        ..Default::default()
    }
}

pub(crate) async fn file(
    served: &Served,
    facts: Vec<pb::CommitmentFact>,
) -> Result<Vec<pb::CommitmentFact>, Status> {
    let request = pb::BatchCreateCommitmentFactsRequest {
        parent: DISTRICT.to_owned(),
        commitment_facts: facts,
        filer: "group.sun".to_owned(),
        ..Default::default()
    };
    let mut client = CommitmentFactServiceClient::new(served.channel());
    Ok(client.batch_create_commitment_facts(request).await?.into_inner().commitment_facts)
}

async fn heads(served: &Served) -> [pb::Person; 2] {
    [
        add(served, person("王", vec![head("finance", (2020, 1, 1), None)])).await,
        add(served, person("李", vec![head("water", (2023, 3, 5), None)])).await,
    ]
}

kit::both! {
    // S1: each January, or within a month of taking office; who is late and who owes is told
    async fn commitments_are_due_in_january_or_a_month_after_the_appointment(bed: &Bed) {
        let served = fake::start(bed).await;
        let [wang, li] = heads(&served).await;
        on(bed, (2023, 4, 3));
        let area = pb::CommitmentArea::Innovation;
        let made = make(&served, vec![commitment("finance", area), commitment("water", area)]).await;
        let told = |it: &pb::Commitment| (it.person.clone(), it.occasion(), it.due_date, it.late);
        assert_eq!(told(&made[0]), (wang.name.clone(), pb::CommitmentOccasion::Annual, Some(date((2023, 1, 31))), true));
        assert_eq!(told(&made[1]), (li.name.clone(), pb::CommitmentOccasion::Appointment, Some(date((2023, 4, 5))), false));
        assert_eq!((made[1].make_date, made[1].post.as_str()), (Some(date((2023, 4, 3))), "局长"));

        let request = pb::ListOwedCommitmentsRequest { parent: DISTRICT.to_owned(), page_size: 1, ..Default::default() };
        let first = commitments(&served).list_owed_commitments(request.clone()).await.unwrap().into_inner();
        let page_token = first.next_page_token.clone();
        assert!(!page_token.is_empty());
        let request = pb::ListOwedCommitmentsRequest { page_token, ..request };
        let second = commitments(&served).list_owed_commitments(request).await.unwrap().into_inner();
        let owed: Vec<_> = first.owed_commitments.iter().chain(&second.owed_commitments).map(|it| (it.display_name.as_str(), it.late, it.areas.len())).collect();
        assert_eq!(owed, [("王", true, 2), ("李", false, 2)]);
        assert_eq!(second.next_page_token, "");

        let list = async |request: pb::ListCommitmentsRequest| {
            let request = pb::ListCommitmentsRequest { parent: DISTRICT.to_owned(), ..request };
            commitments(&served).list_commitments(request).await.unwrap().into_inner()
        };
        let of_li = list(pb::ListCommitmentsRequest { person: li.name, year: 2023, ..Default::default() }).await;
        assert_eq!(of_li.commitments, made[1..]);
        let waiting = list(pb::ListCommitmentsRequest { state: State::Submitted.into(), page_size: 1, ..Default::default() }).await;
        assert_eq!(waiting.commitments, made[..1]);
        assert!(!waiting.next_page_token.is_empty());
        let returned = list(pb::ListCommitmentsRequest { state: State::Returned.into(), ..Default::default() }).await;
        assert!(returned.commitments.is_empty());
    }

    // S1: content, measurable target and milestones; reviewed, returned, revised, published
    async fn a_commitment_is_returned_revised_and_published(bed: &Bed) {
        let served = fake::start(bed).await;
        heads(&served).await;
        let it = make(&served, vec![commitment("finance", pb::CommitmentArea::Priorities)]).await.remove(0);
        let mut client = commitments(&served);
        unmet(client.publish_commitment(publish(&it)).await, "WRONG_STATE");
        let returned = client.review_commitment(review(&it, Decision::Return)).await.unwrap().into_inner();
        assert_eq!(returned.state(), State::Returned);
        let revision = pb::ReviseCommitmentRequest {
            name: it.name.clone(),
            title: "新增停车泊位800个".to_owned(),
            content: it.content.clone(),
            target: "年底前新增800个".to_owned(),
            milestones: it.milestones.clone(),
            account: "office.li".to_owned(),
            etag: it.etag.clone(),
            request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
        };
        let stale = client.revise_commitment(revision.clone()).await.unwrap_err();
        assert_eq!(stale.code(), Code::Aborted);
        let mut outside = pb::ReviseCommitmentRequest { etag: String::new(), ..revision.clone() };
        outside.milestones[1].due_date = Some(date((2024, 1, 1)));
        refused(client.revise_commitment(outside).await, &[("milestones[1].due_date", "OUT_OF_YEAR")]);
        let revision = pb::ReviseCommitmentRequest { etag: returned.etag, ..revision };
        let revised = client.revise_commitment(revision.clone()).await.unwrap().into_inner();
        assert_eq!((revised.state(), revised.title.as_str(), revised.steps.len()), (State::Submitted, "新增停车泊位800个", 3));
        let again = client.revise_commitment(revision).await.unwrap().into_inner();
        assert_eq!(again, revised, "the same request has one effect");
        client.review_commitment(review(&it, Decision::Approve)).await.unwrap();
        let name = it.name.clone();
        let get = pb::GetPublishedCommitmentRequest { name: name.clone() };
        let hidden = public(&served).get_published_commitment(get.clone()).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound, "what is approved only is not public");
        client.publish_commitment(publish(&it)).await.unwrap();
        let shown = public(&served).get_published_commitment(get).await.unwrap().into_inner();
        assert_eq!((shown.display_name.as_str(), shown.title.as_str()), ("王", "新增停车泊位800个"));
        unmet(client.publish_commitment(publish(&it)).await, "WRONG_STATE");
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "DELETE FROM commitment_text").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // S2: the grades are scoring's marks, shown with the commitment
    async fn a_panels_grades_are_read_from_scorings_marks(bed: &Bed) {
        let served = fake::start(bed).await;
        heads(&served).await;
        let it = make(&served, vec![commitment("finance", pb::CommitmentArea::Priorities)]).await.remove(0);
        let mark = |number: i32, aspect: &str, grade: &str| scoring::Mark {
            name: format!("{DISTRICT}/marks/{number}"),
            unit: it.unit.clone(),
            indicator: it.indicator.clone(),
            period: format!("{DISTRICT}/periods/2023"),
            aspect_id: aspect.to_owned(),
            mark: grade.to_owned(),
            panel: "难度评定小组".to_owned(),
            ground: "老城区用地紧张".to_owned(),
            ..Default::default()
        };
        let other = scoring::Mark { unit: format!("{DISTRICT}/units/water"), ..mark(3, "contribution", "A") };
        let gone = scoring::Mark { superseded: true, ..mark(4, "contribution", "B") };
        for mark in [mark(1, "difficulty", "A"), mark(2, "innovation", "B"), other, gone, mark(5, "innovation", "A")] {
            served.put("scoring", &mark.name, &mark).await;
        }
        let grade = |numbers: &[i32]| pb::GradeCommitmentRequest {
            name: it.name.clone(),
            marks: numbers.iter().map(|it| format!("{DISTRICT}/marks/{it}")).collect(),
            account: "office.li".to_owned(),
            ..Default::default()
        };
        let mut client = commitments(&served);
        unmet(client.grade_commitment(grade(&[1])).await, "WRONG_STATE");
        client.review_commitment(review(&it, Decision::Approve)).await.unwrap();
        refused(client.grade_commitment(grade(&[1, 9, 3, 4, 1])).await, &[
            ("marks[1]", "UNKNOWN_MARK"),
            ("marks[2]", "NOT_OF_COMMITMENT"),
            ("marks[3]", "DUPLICATE"),
            ("marks[3]", "NOT_STANDING"),
            ("marks[4]", "DUPLICATE"),
        ]);
        client.grade_commitment(grade(&[1, 2])).await.unwrap();
        let graded = client.grade_commitment(grade(&[5])).await.unwrap().into_inner();
        let grades: Vec<_> = graded.grades.iter().map(|it| (it.aspect_id.as_str(), it.grade.as_str())).collect();
        assert_eq!(grades, [("difficulty", "A"), ("innovation", "A")]);
        assert_eq!((graded.state(), graded.grades[1].mark.as_str()), (State::Approved, "districts/hengkou/marks/5"));
    }

    // S3: facts by quarter, progress, a verdict that is public once it is published
    async fn facts_of_each_quarter_lead_to_a_published_verdict(bed: &Bed) {
        let served = fake::start(bed).await;
        heads(&served).await;
        let it = published(&served).await;
        let conclude = |name: &str| pb::ConcludeCommitmentRequest {
            name: name.to_owned(),
            verdict: pb::CommitmentVerdict::Kept.into(),
            decider: "organisation.zhao".to_owned(),
            reason: "经核实全部兑现".to_owned(),
            ..Default::default()
        };
        let mut client = commitments(&served);
        unmet(client.conclude_commitment(conclude(&it.name)).await, "NO_FACTS");
        on(bed, (2023, 4, 6));
        let faulty = [
            pb::CommitmentFact { commitment: format!("{DISTRICT}/commitments/99"), ..fact(&it, "2023Q1") },
            fact(&it, "2022Q4"),
            pb::CommitmentFact { fact_date: Some(date((2023, 4, 7))), ..fact(&it, "2023Q2") },
            pb::CommitmentFact { milestone: 3, ..fact(&it, "2023Q1") },
            fact(&it, "2023Q1"),
            fact(&it, "2023Q1"),
        ];
        refused(file(&served, faulty.to_vec()).await, &[
            ("commitment_facts[0].commitment", "UNKNOWN_COMMITMENT"),
            ("commitment_facts[1].period", "OTHER_YEAR"),
            ("commitment_facts[2].fact_date", "IN_FUTURE"),
            ("commitment_facts[3].milestone", "UNKNOWN_MILESTONE"),
            ("commitment_facts[5].milestone", "MILESTONE_REACHED"),
        ]);
        let bad = pb::Evidence { title: "照片".to_owned(), sha256: "0A".repeat(32) };
        let bad = pb::CommitmentFact { evidence: vec![bad], ..fact(&it, "2023Q1") };
        refused(file(&served, vec![bad]).await, &[("commitment_facts[0].evidence[0].sha256", "SHA256_FORMAT")]);
        let talk = pb::CommitmentFact { kind: pb::CommitmentFactKind::Talk.into(), percent: None, milestone: 0, ..fact(&it, "2023Q1") };
        let filed = file(&served, vec![fact(&it, "2023Q1"), talk]).await.unwrap();
        let request = pb::ListCommitmentFactsRequest { parent: it.name.clone(), page_size: 1, ..Default::default() };
        let mut facts = CommitmentFactServiceClient::new(served.channel());
        let page = facts.list_commitment_facts(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.commitment_facts, filed[..1]);
        let request = pb::ListCommitmentFactsRequest { page_token: page.next_page_token, ..request };
        let page = facts.list_commitment_facts(request).await.unwrap().into_inner();
        assert_eq!((page.commitment_facts, page.next_page_token.as_str()), (filed[1..].to_vec(), ""));
        let all = pb::ListCommitmentFactsRequest { parent: format!("{DISTRICT}/commitments/-"), ..Default::default() };
        refused(facts.list_commitment_facts(all.clone()).await, &[("period", "REQUIRED")]);
        let all = pb::ListCommitmentFactsRequest { period: format!("{DISTRICT}/periods/2023Q1"), ..all };
        assert_eq!(facts.list_commitment_facts(all).await.unwrap().into_inner().commitment_facts, filed);

        let get = pb::GetCommitmentRequest { name: it.name.clone() };
        let known = client.get_commitment(get).await.unwrap().into_inner();
        let progress = pb::CommitmentProgress { period: format!("{DISTRICT}/periods/2023Q1"), fact_count: 2, percent: Some(42) };
        assert_eq!(known.progress, [progress]);
        let reached: Vec<_> = known.milestones.iter().map(|it| it.reach_date).collect();
        assert_eq!(reached, [Some(date((2023, 3, 30))), None]);

        client.conclude_commitment(conclude(&it.name)).await.unwrap();
        unmet(client.conclude_commitment(conclude(&it.name)).await, "WRONG_STATE");
        let late = file(&served, vec![pb::CommitmentFact { milestone: 0, ..fact(&it, "2023Q1") }]).await;
        refused(late, &[("commitment_facts[0].commitment", "WRONG_STATE")]);
        let list = pb::ListPublishedCommitmentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let shown = async || public(&served).list_published_commitments(list.clone()).await.unwrap().into_inner().published_commitments;
        assert_eq!(shown().await[0].verdict(), pb::CommitmentVerdict::Unspecified, "the verdict is not published yet");
        let announced = client.publish_commitment(publish(&it)).await.unwrap().into_inner();
        assert_eq!(announced.state(), State::Announced);
        let shown = shown().await;
        assert_eq!((shown.len(), shown[0].verdict()), (1, pb::CommitmentVerdict::Kept));
        assert!(shown[0].milestones.iter().all(|it| it.reach_date.is_none()), "facts are not public");
    }

    // S1: every fault of a batch is named by its row, and nothing is kept of it
    async fn commitments_with_faults_are_refused_by_row(bed: &Bed) {
        let served = fake::start(bed).await;
        let [wang, _] = heads(&served).await;
        let area = pb::CommitmentArea::PartyBuilding;
        let nobody = commitment("roads", area);
        let stranger = pb::Commitment { person: wang.name.clone(), ..commitment("water", area) };
        let early = pb::Commitment { year: 2022, ..commitment("finance", area) };
        let outcome = commitments(&served).batch_create_commitments(batch(vec![nobody, stranger, early])).await;
        refused(outcome, &[
            ("commitments[0].unit", "NO_HEAD"),
            ("commitments[1].person", "NOT_IN_POST"),
            ("commitments[2].year", "OUT_OF_RANGE"),
            ("commitments[2].milestones[0].due_date", "OUT_OF_YEAR"),
            ("commitments[2].milestones[1].due_date", "OUT_OF_YEAR"),
        ]);
        let empty = pb::Commitment { unit: format!("{DISTRICT}/units/water"), year: 2023, ..Default::default() };
        refused(commitments(&served).batch_create_commitments(batch(vec![empty])).await, &[
            ("commitments[0].area", "REQUIRED"),
            ("commitments[0].milestones", "OUT_OF_RANGE"),
            ("commitments[0].title", "REQUIRED"),
            ("commitments[0].content", "REQUIRED"),
            ("commitments[0].target", "REQUIRED"),
        ]);
        let list = pb::ListCommitmentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert!(commitments(&served).list_commitments(list).await.unwrap().into_inner().commitments.is_empty());
    }

    // S3: the facts of a quarter as figures that the office reports to scoring
    async fn facts_become_figures_for_scoring(bed: &Bed) {
        let served = fake::start(bed).await;
        heads(&served).await;
        on(bed, (2023, 4, 3));
        let it = published(&served).await;
        make(&served, vec![commitment("water", pb::CommitmentArea::Priorities)]).await;
        let further = pb::CommitmentFact { milestone: 0, percent: Some(55), ..fact(&it, "2023Q1") };
        let silent = pb::CommitmentFact { milestone: 0, percent: None, evidence: Vec::new(), ..fact(&it, "2023Q1") };
        file(&served, vec![fact(&it, "2023Q1"), further, silent]).await.unwrap();
        let mut client = CommitmentFigureServiceClient::new(served.channel());
        let request = |period: &str| pb::ListCommitmentFiguresRequest {
            parent: DISTRICT.to_owned(),
            period: format!("{DISTRICT}/periods/{period}"),
            ..Default::default()
        };
        let found = client.list_commitment_figures(request("2023Q1")).await.unwrap().into_inner();
        let expected = pb::CommitmentFigure {
            commitment: it.name.clone(),
            subject: format!("{DISTRICT}/units/finance"),
            indicator: format!("{DISTRICT}/indicators/parking"),
            period: format!("{DISTRICT}/periods/2023Q1"),
            value: Some(crate::data::decimal("55")),
            fact_count: 3,
            evidence: [evidence(), evidence()].concat(),
        };
        assert_eq!((found.commitment_figures, found.next_page_token.as_str()), (vec![expected], ""));
        let paged = pb::ListCommitmentFiguresRequest { page_size: 1, ..request("2023Q1") };
        assert_eq!(client.list_commitment_figures(paged).await.unwrap().into_inner().commitment_figures.len(), 1);
        for other in ["2023Q2", "2022Q1"] {
            assert!(client.list_commitment_figures(request(other)).await.unwrap().into_inner().commitment_figures.is_empty(), "{other}");
        }
        let indicator = format!("{DISTRICT}/indicators/revenue");
        let narrowed = pb::ListCommitmentFiguresRequest { indicator, ..request("2023Q1") };
        assert!(client.list_commitment_figures(narrowed).await.unwrap().into_inner().commitment_figures.is_empty());
        refused(client.list_commitment_figures(request("spring")).await, &[("period", "PERIOD_FORMAT")]);
    }
}
