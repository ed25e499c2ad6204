use kit::testing::Bed;
use proto::registry::v1 as pb;
use proto::registry::v1::CommentVerdict;
use proto::registry::v1::scheme::State;
use tonic::{Code, Status};

use crate::fixture::{DISTRICT, Registry, date, fails, ids, name, refused, request_id};
use crate::rulebook::{GENERAL, scheme};

impl Registry {
    pub(crate) async fn consult(
        &mut self,
        id: &str,
        units: &[&str],
        binding: bool,
    ) -> Result<pb::Consultation, Status> {
        let consultation = pb::Consultation {
            scheme: name("schemes", "annual"),
            units: units.iter().map(|id| name("units", id)).collect(),
            due_date: date(2023, 1, 20),
            binding,
            ..Default::default()
        };
        let request = pb::CreateConsultationRequest {
            parent: DISTRICT.to_owned(),
            consultation_id: id.to_owned(),
            consultation: Some(consultation),
            request_id: request_id(),
        };
        self.consultations.create_consultation(request).await.map(tonic::Response::into_inner)
    }

    async fn close_consultation(&mut self, id: &str) -> Result<pb::Consultation, Status> {
        let request =
            pb::CloseConsultationRequest { name: name("consultations", id), ..Default::default() };
        self.consultations.close_consultation(request).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn comment(
        &mut self,
        unit: &str,
        track_id: &str,
        node_id: &str,
    ) -> Result<pb::Comment, Status> {
        let comment = pb::Comment {
            unit: name("units", unit),
            track_id: track_id.to_owned(),
            node_id: node_id.to_owned(),
            text: "分值偏高，建议下调。".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateCommentRequest {
            parent: name("consultations", "spring"),
            comment: Some(comment),
            request_id: request_id(),
        };
        self.comments.create_comment(request).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn answer_comment(&mut self, number: &str) -> Result<pb::Comment, Status> {
        let request = pb::AnswerCommentRequest {
            name: name("consultations", &format!("spring/comments/{number}")),
            verdict: CommentVerdict::PartlyAdopted as i32,
            answer: "下调5分。".to_owned(),
            ..Default::default()
        };
        self.comments.answer_comment(request).await.map(tonic::Response::into_inner)
    }

    async fn enact(&mut self) -> Result<pb::Scheme, Status> {
        let request =
            pb::EnactSchemeRequest { name: name("schemes", "annual"), ..Default::default() };
        self.schemes.enact_scheme(request).await.map(tonic::Response::into_inner)
    }
}

kit::both! {
    // H13: the draft goes to the units, comments per node, answers, and only then it is in force.
    async fn a_draft_waits_until_every_comment_is_answered(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.assign("2023Q1").await;
        registry.draft("annual", scheme("2023Q1")).await;
        registry.consult("spring", &GENERAL, true).await.unwrap();
        let comment = registry.comment(GENERAL[0], "general", "a").await.unwrap();
        assert_eq!(comment.name, name("consultations", "spring/comments/1"));
        registry.comment(GENERAL[0], "", "").await.unwrap();
        fails(registry.enact().await, Code::FailedPrecondition, "CONSULTATION_OPEN", "consultations/spring");
        registry.close_consultation("spring").await.unwrap();
        fails(registry.close_consultation("spring").await, Code::FailedPrecondition, "CONSULTATION_CLOSED", "spring");
        fails(registry.comment(GENERAL[0], "", "").await, Code::FailedPrecondition, "CONSULTATION_CLOSED", "spring");
        fails(registry.enact().await, Code::FailedPrecondition, "COMMENTS_OPEN", "2 comments");
        let answered = registry.answer_comment("1").await.unwrap();
        assert_eq!((answered.verdict(), answered.answer.as_str()), (CommentVerdict::PartlyAdopted, "下调5分。"));
        fails(registry.answer_comment("1").await, Code::FailedPrecondition, "COMMENT_ANSWERED", "comments/1");
        fails(registry.answer_comment("3").await, Code::NotFound, "NOT_FOUND", "comments/3");
        fails(registry.enact().await, Code::FailedPrecondition, "COMMENTS_OPEN", "1 comments");
        registry.answer_comment("2").await.unwrap();
        assert_eq!(registry.enact().await.unwrap().state(), State::InForce);
        fails(registry.consult("late", &GENERAL, false).await, Code::FailedPrecondition, "SCHEME_IN_FORCE", "schemes/annual");

        let request = pb::GetConsultationRequest { name: name("consultations", "spring") };
        let found = registry.consultations.get_consultation(request).await.unwrap().into_inner();
        assert_eq!((found.comment_count, found.answered_count), (2, 2));
        let request = pb::ListCommentsRequest { parent: name("consultations", "spring"), page_size: 1, ..Default::default() };
        assert_eq!(ids!(registry.comments, list_comments, comments, request), ["1", "2"]);
        let request = pb::ListConsultationsRequest { parent: DISTRICT.to_owned(), scheme: name("schemes", "annual"), ..Default::default() };
        assert_eq!(ids!(registry.consultations, list_consultations, consultations, request), ["spring"]);
    }

    // H13: a consultation that binds nobody is for the record.
    async fn comments_stand_where_the_draft_has_something(bed: &Bed) {
        let mut registry = Registry::ready(bed).await;
        registry.assign("2023Q1").await;
        registry.draft("annual", scheme("2023Q1")).await;
        refused(registry.consult("spring", &["none"], false).await, &[("consultation.units[0]", "UNKNOWN_UNIT")]);
        refused(registry.consult("spring", &[], false).await, &[("consultation.units", "TOO_FEW")]);
        registry.consult("spring", &GENERAL, false).await.unwrap();
        refused(registry.comment("tourism", "nowhere", "a").await, &[("comment.unit", "NOT_ASKED"), ("comment.track_id", "UNKNOWN_TRACK")]);
        refused(registry.comment(GENERAL[0], "general", "none").await, &[("comment.node_id", "UNKNOWN_NODE")]);
        registry.comment(GENERAL[0], "general", "root").await.unwrap();
        assert_eq!(registry.enact().await.unwrap().state(), State::InForce);
    }
}
