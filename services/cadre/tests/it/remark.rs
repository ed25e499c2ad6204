//! Remarks of the public on what is published.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::public_commitment_service_client::PublicCommitmentServiceClient;
use proto::cadre::v1::remark::State;
use proto::cadre::v1::remark_service_client::RemarkServiceClient;
use tonic::Code;

use crate::commitment::{batch, commitment, commitments, published};
use crate::data::{DISTRICT, add, head, person};
use crate::{fake, refused, unmet};

pub(crate) fn remarks(served: &Served) -> RemarkServiceClient<Channel> {
    RemarkServiceClient::new(served.channel())
}

pub(crate) fn remark(on: &pb::Commitment, text: &str) -> pb::CreateRemarkRequest {
    let remark = pb::Remark {
        commitment: on.name.clone(),
        topic: "停车难".to_owned(),
        text: text.to_owned(),
        ..Default::default()
    };
    pb::CreateRemarkRequest {
        parent: DISTRICT.to_owned(),
        remark: Some(remark),
        ..Default::default()
    }
}

pub(crate) fn moderate(name: &str, shown: bool) -> pb::ModerateRemarkRequest {
    pb::ModerateRemarkRequest {
        name: name.to_owned(),
        shown,
        moderator: "office.li".to_owned(),
        reason: "与承诺有关".to_owned(),
        ..Default::default()
    }
}

fn answer(name: &str) -> pb::AnswerRemarkRequest {
    pb::AnswerRemarkRequest {
        name: name.to_owned(),
        answer: "已将该小区列入二季度计划。".to_owned(),
        answering_unit: format!("{DISTRICT}/units/finance"),
        ..Default::default()
    }
}

kit::both! {
    // S11: text and topic, no record of who; moderated, answered, and only then seen
    async fn a_remark_is_moderated_answered_and_names_nobody(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let on = published(&served).await;
        let mut client = remarks(&served);
        let request = pb::CreateRemarkRequest { request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(), ..remark(&on, "我们小区还没有动工") };
        let first = client.create_remark(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.create_remark(request).await.unwrap().into_inner(), first);
        let second = client.create_remark(remark(&on, "广告")).await.unwrap().into_inner();
        let mut public = PublicCommitmentServiceClient::new(served.channel());
        let mut seen = async || {
            let request = pb::ListPublishedRemarksRequest { parent: on.name.clone(), ..Default::default() };
            public.list_published_remarks(request).await.unwrap().into_inner().published_remarks
        };
        assert!(seen().await.is_empty(), "nobody sees what was not let through");
        unmet(client.answer_remark(answer(&first.name)).await, "NOT_SHOWN");
        client.moderate_remark(moderate(&first.name, true)).await.unwrap();
        client.moderate_remark(moderate(&second.name, false)).await.unwrap();
        unmet(client.moderate_remark(moderate(&second.name, true)).await, "REMARK_MODERATED");
        let answered = client.answer_remark(answer(&first.name)).await.unwrap().into_inner();
        assert_eq!((answered.state(), answered.answering_unit.as_str()), (State::Answered, "districts/hengkou/units/finance"));
        unmet(client.answer_remark(answer(&first.name)).await, "REMARK_ANSWERED");
        let seen = seen().await;
        assert_eq!((seen.len(), seen[0].text.as_str(), seen[0].answer.as_str()), (1, "我们小区还没有动工", "已将该小区列入二季度计划。"));

        let list = |state: State, page_size, page_token: &str| pb::ListRemarksRequest { parent: DISTRICT.to_owned(), state: state.into(), page_size, page_token: page_token.to_owned(), ..Default::default() };
        let held = client.list_remarks(list(State::HeldBack, 0, "")).await.unwrap().into_inner().remarks;
        assert_eq!(held.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), [second.name.as_str()]);
        let page = client.list_remarks(pb::ListRemarksRequest { state: 0, ..list(State::Received, 1, "") }).await.unwrap().into_inner();
        let other = client.list_remarks(list(State::HeldBack, 1, &page.next_page_token)).await;
        refused(other, &[("page_token", "PAGE_TOKEN")]);
        let get = pb::GetRemarkRequest { name: format!("{DISTRICT}/remarks/9") };
        assert_eq!(client.get_remark(get).await.unwrap_err().code(), Code::NotFound);

        // Who moderates is on record, who remarked is not: no account, no address.
        let mut tx = served.db("cadre").begin_read().await.unwrap();
        let rows = kit::fetch_all!(tx, (String,), "SELECT permission FROM kit_audit").unwrap();
        let told: Vec<&str> = rows.iter().map(|it| it.0.as_str()).collect();
        assert!(told.contains(&"cadre.remarks.moderate"), "{told:?}");
        assert!(!told.contains(&"cadre.remarks.create"), "{told:?}");
    }

    // S11: nothing can be remarked on before it is published, and no number of a person is kept
    async fn a_remark_with_faults_is_refused(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let made = commitments(&served).batch_create_commitments(batch(vec![commitment("finance", pb::CommitmentArea::Priorities)])).await.unwrap();
        let hidden = made.into_inner().commitments.remove(0);
        let mut client = remarks(&served);
        refused(client.create_remark(remark(&hidden, "何时动工")).await, &[("remark.commitment", "NOT_PUBLISHED")]);
        refused(client.create_remark(remark(&hidden, "请打13800138000")).await, &[("remark.text", "PERSONAL_NUMBER")]);
        let request = pb::ListPublishedRemarksRequest { parent: hidden.name, ..Default::default() };
        let outcome = PublicCommitmentServiceClient::new(served.channel()).list_published_remarks(request).await;
        assert_eq!(outcome.unwrap_err().code(), Code::NotFound);
    }
}
