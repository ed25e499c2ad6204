use kit::testing::Bed;
use proto::scoring::v1 as pb;
use proto::scoring::v1::objection::State;
use tonic::{Code, Response, Status};

use crate::district::{self, DISTRICT, name, unit};
use crate::fixture::{Scoring, fails, refused, request_id, text, unmet};

impl Scoring {
    async fn object(&mut self, result: &str, filing: &str) -> Result<pb::Objection, Status> {
        self.objections.create_objection(objection(result, filing)).await.map(Response::into_inner)
    }

    async fn answer(
        &mut self,
        objection: &pb::Objection,
        decision: pb::answer_objection_request::Decision,
    ) -> Result<pb::Objection, Status> {
        let request = answer(objection, decision);
        self.objections.answer_objection(request).await.map(Response::into_inner)
    }

    async fn objection(&mut self, name: &str) -> pb::Objection {
        let request = pb::GetObjectionRequest { name: name.to_owned() };
        self.objections.get_objection(request).await.unwrap().into_inner()
    }

    async fn objections(&mut self, request: pb::ListObjectionsRequest) -> Vec<String> {
        let request = pb::ListObjectionsRequest { parent: DISTRICT.to_owned(), ..request };
        let page = self.objections.list_objections(request).await.unwrap().into_inner();
        page.objections.into_iter().map(|it| it.unit_display_name).collect()
    }
}

fn objection(result: &str, filing: &str) -> pb::CreateObjectionRequest {
    pb::CreateObjectionRequest {
        parent: DISTRICT.to_owned(),
        objection: Some(pb::Objection {
            result: result.to_owned(),
            filing_unit: unit(filing),
            ground: "投资目标应按调整后的计划计算".to_owned(),
            node_ids: vec!["investment".to_owned()],
            evidence: vec![pb::Evidence {
                title: "调整批复".to_owned(),
                sha256: "0f".repeat(32),
                uri: String::new(),
            }],
            ..Default::default()
        }),
        request_id: request_id(),
    }
}

fn answer(
    objection: &pb::Objection,
    decision: pb::answer_objection_request::Decision,
) -> pb::AnswerObjectionRequest {
    pb::AnswerObjectionRequest {
        name: objection.name.clone(),
        decision: decision.into(),
        answer: "批复有效，按调整后的目标重算".to_owned(),
        answering_unit: unit("office"),
        etag: objection.etag.clone(),
        request_id: String::new(),
    }
}

/// An objection through all its steps: the run is published, and another supersedes it.
pub(crate) async fn file_and_settle(scoring: &mut Scoring, run: &str) {
    let filed = scoring.object(&format!("{run}/results/works"), "works").await.unwrap();
    scoring.answer(&filed, UPHOLD).await.unwrap();
    let second = scoring.run("2023Q1", run).await.unwrap();
    scoring.publish(&second.name).await.unwrap();
}

const UPHOLD: pb::answer_objection_request::Decision =
    pb::answer_objection_request::Decision::Uphold;
const DISMISS: pb::answer_objection_request::Decision =
    pb::answer_objection_request::Decision::Dismiss;

kit::both! {
    // A3: an objection is filed, upheld, and settled by a new run whose difference is shown.
    async fn an_upheld_objection_leads_to_a_new_run(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        let result = format!("{}/results/works", run.name);
        unmet(scoring.object(&result, "works").await, &[("NOT_PUBLISHED", &run.name)]);
        scoring.publish(&run.name).await.unwrap();

        let filed = scoring.object(&result, "works").await.unwrap();
        assert_eq!(filed.name, name("objections", "1"));
        assert_eq!((filed.state(), &*filed.unit, &*filed.unit_display_name), (State::Filed, &*unit("works"), "住建局"));
        assert_eq!((&filed.period, &*filed.scheme), (&name("periods", "2023Q1"), district::SCHEME));
        let term = filed.term_date.unwrap();
        assert_eq!((term.year, term.month, term.day), (2023, 4, 8), "seven days after the first of April");
        assert_eq!(scoring.objection(&filed.name).await, filed);

        let upheld = scoring.answer(&filed, UPHOLD).await.unwrap();
        assert_eq!((upheld.state(), &upheld.answering_unit), (State::Upheld, &unit("office")));
        assert_ne!(upheld.etag, filed.etag);
        fails(scoring.answer(&filed, DISMISS).await, Code::Aborted, "ETAG_MISMATCH");
        unmet(scoring.answer(&upheld, DISMISS).await, &[("OBJECTION_ANSWERED", &upheld.name)]);

        let target = [("works", "investment", "2023Q1", "500")];
        district::set_targets(scoring.served.channel(), &target).await;
        let second = scoring.run_now("2023Q1", &run.name).await.unwrap();
        assert_eq!(scoring.objection(&filed.name).await.state(), State::Upheld);
        scoring.publish(&second.name).await.unwrap();
        let settled = scoring.objection(&filed.name).await;
        assert_eq!((settled.state(), &settled.settling_run), (State::Settled, &second.name));
        assert!(settled.settle_time.is_some());

        let request = pb::CompareRunsRequest { name: second.name.clone(), ..Default::default() };
        let reply = scoring.comparisons.compare_runs(request).await.unwrap().into_inner();
        assert_eq!((&reply.base, reply.changed_count, reply.unchanged_count), (&run.name, 1, 4));
        let works = &reply.differences[0];
        let (before, after) = (works.before.as_ref().unwrap(), works.after.as_ref().unwrap());
        assert_eq!((text(&before.score), text(&after.score)), ("75.33", "81.33"));
        assert_eq!((&before.name, &after.name), (&result, &format!("{}/results/works", second.name)));
        let nodes: Vec<_> = works.nodes.iter()
            .map(|it| (it.node_id.as_str(), text(&it.points_before), text(&it.points_after)))
            .collect();
        assert_eq!(nodes, [
            ("total", "75.33", "81.33"),
            ("progress", "63.33", "69.33"),
            ("investment", "30", "36"),
        ]);
    }

    async fn an_objection_is_dismissed_with_reasons(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let filed = scoring.object(&format!("{}/results/works", run.name), "works").await.unwrap();
        let own = pb::AnswerObjectionRequest { answering_unit: unit("works"), ..answer(&filed, UPHOLD) };
        let outcome = scoring.objections.answer_objection(own).await;
        refused(outcome, &[("answering_unit", "OWN_OBJECTION")]);
        let request = pb::AnswerObjectionRequest { request_id: request_id(), ..answer(&filed, DISMISS) };
        let dismissed = scoring.objections.answer_objection(request.clone()).await.unwrap().into_inner();
        let again = scoring.objections.answer_objection(request).await.unwrap().into_inner();
        assert_eq!((dismissed.state(), &dismissed), (State::Dismissed, &again));
        // A run that supersedes for another reason settles nothing that was dismissed.
        let second = scoring.run("2023Q1", &run.name).await.unwrap();
        scoring.publish(&second.name).await.unwrap();
        assert_eq!(scoring.objection(&filed.name).await.state(), State::Dismissed);
        fails(
            scoring.object(&format!("{}/results/health", run.name), "health").await,
            Code::FailedPrecondition,
            "NOT_PUBLISHED",
        );
    }

    // The term includes its last day, by the district's clocks.
    async fn an_objection_is_filed_within_the_term(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        bed.clock().set("2023-04-08T15:59:59Z".parse().unwrap());
        scoring.object(&format!("{}/results/works", run.name), "works").await.unwrap();
        bed.clock().set("2023-04-08T16:00:00Z".parse().unwrap());
        let late = scoring.object(&format!("{}/results/health", run.name), "health").await;
        unmet(late, &[("TERM_OVER", &run.name)]);
    }

    async fn what_is_wrong_with_an_objection_is_named_by_its_field(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let result = format!("{}/results/works", run.name);
        refused(scoring.object(&result, "finance").await, &[("objection.filing_unit", "NOT_THE_SUBJECT")]);
        let absent = format!("{}/results/office", run.name);
        refused(scoring.object(&absent, "office").await, &[("objection.result", "UNKNOWN_RESULT")]);
        refused(scoring.object("works", "works").await, &[("objection.result", "NAME_FORMAT")]);
        let mut request = objection(&result, "works");
        request.objection.as_mut().unwrap().node_ids = vec!["nothing".to_owned()];
        let outcome = scoring.objections.create_objection(request).await;
        refused(outcome, &[("objection.node_ids[0]", "UNKNOWN_NODE")]);
        assert!(scoring.objections(pb::ListObjectionsRequest::default()).await.is_empty());
        let absent = pb::GetObjectionRequest { name: name("objections", "1") };
        fails(scoring.objections.get_objection(absent).await, Code::NotFound, "NOT_FOUND");
    }

    // Of two filings at once one holds; the same request sent twice is one.
    async fn a_result_is_objected_to_once(bed: &Bed) {
        let mut scoring = Scoring::with_quarter(bed).await;
        let run = scoring.run("2023Q1", "").await.unwrap();
        scoring.publish(&run.name).await.unwrap();
        let result = format!("{}/results/works", run.name);
        let (mut one, mut other) = (scoring.objections.clone(), scoring.objections.clone());
        let (first, second) = tokio::join!(
            one.create_objection(objection(&result, "works")),
            other.create_objection(objection(&result, "works"))
        );
        let (held, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        assert_eq!(held.unwrap().into_inner().name, name("objections", "1"));
        fails(lost, Code::AlreadyExists, "ALREADY_EXISTS");

        let request = objection(&format!("{}/results/health", run.name), "health");
        let first = scoring.objections.create_objection(request.clone()).await.unwrap().into_inner();
        let again = scoring.objections.create_objection(request).await.unwrap().into_inner();
        assert_eq!(first, again);

        // Two answers at once: one holds.
        let (mut one, mut other) = (scoring.objections.clone(), scoring.objections.clone());
        let (first, second) = tokio::join!(
            one.answer_objection(answer(&first, UPHOLD)),
            other.answer_objection(answer(&first, DISMISS))
        );
        assert!(first.is_ok() != second.is_ok());
        let all = pb::ListObjectionsRequest::default;
        assert_eq!(scoring.objections(all()).await, ["住建局", "卫健局"]);
        let of_works = pb::ListObjectionsRequest { unit: unit("works"), run: run.name, ..all() };
        assert_eq!(scoring.objections(of_works).await, ["住建局"]);
        let filed = pb::ListObjectionsRequest { state: State::Filed.into(), ..all() };
        assert_eq!(scoring.objections(filed).await, ["住建局"]);
    }
}
