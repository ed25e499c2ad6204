//! Exemptions from gates, awards and cards, granted before the run.

use kit::testing::{Bed, Channel};
use proto::registry::v1 as registry;
use proto::scoring::v1 as pb;
use proto::scoring::v1::exemption::State;
use proto::scoring::v1::exemption_service_client::ExemptionServiceClient;
use tonic::{Code, Response, Status};

use crate::award;
use crate::district::{self, DISTRICT, name, unit};
use crate::fixture::{MONTHS, Scoring, fails, quarter, refused, request_id, unmet};

type Client = ExemptionServiceClient<Channel>;

/// The usual quarter, closed, with the race's scheme in force and not yet run.
async fn prepared(bed: &Bed) -> (Scoring, Client) {
    let mut scoring = Scoring::start(bed).await;
    let scheme = registry::Scheme { series: "race".to_owned(), ..award::scheme() };
    district::create_scheme(scoring.served.channel(), "race-2023", scheme).await;
    scoring.store(quarter()).await;
    for period in MONTHS.iter().chain(&["2023Q1"]) {
        scoring.verify_all(period).await;
        scoring.close(period).await.unwrap();
    }
    let client = ExemptionServiceClient::new(scoring.served.channel());
    (scoring, client)
}

pub(crate) fn exemption(unit_id: &str, rule: &str) -> pb::Exemption {
    pb::Exemption {
        unit: unit(unit_id),
        period: name("periods", "2023Q1"),
        scheme: name("schemes", "race-2023"),
        rule_id: rule.to_owned(),
        reason: "受灾停工".to_owned(),
        citation: "考评小组纪要〔2023〕2号".to_owned(),
        approver: "zhang.lead".to_owned(),
        ..Default::default()
    }
}

pub(crate) fn request(exemption: pb::Exemption) -> pb::CreateExemptionRequest {
    pb::CreateExemptionRequest {
        parent: DISTRICT.to_owned(),
        exemption: Some(exemption),
        ..Default::default()
    }
}

async fn grant(client: &mut Client, exemption: pb::Exemption) -> Result<pb::Exemption, Status> {
    client.create_exemption(request(exemption)).await.map(Response::into_inner)
}

async fn withdraw(client: &mut Client, exemption: &pb::Exemption) -> Result<pb::Exemption, Status> {
    let request = pb::WithdrawExemptionRequest {
        name: exemption.name.clone(),
        reason: "查明未停工".to_owned(),
        withdrawer: "zhang.lead".to_owned(),
        etag: exemption.etag.clone(),
        request_id: String::new(),
    };
    client.withdraw_exemption(request).await.map(Response::into_inner)
}

/// The request for one; the race's scheme is put in force.
pub(crate) async fn ungranted(scoring: &Scoring) -> pb::CreateExemptionRequest {
    let scheme = registry::Scheme { series: "race".to_owned(), ..award::scheme() };
    district::create_scheme(scoring.served.channel(), "race-2023", scheme).await;
    request(exemption("works", "slow"))
}

/// Leaves a row in both ledgers; the race's scheme is in force.
pub(crate) async fn grant_and_withdraw(scoring: &Scoring) {
    let mut client = ExemptionServiceClient::new(scoring.served.channel());
    let granted = grant(&mut client, exemption("finance", "snail")).await.unwrap();
    withdraw(&mut client, &granted).await.unwrap();
}

kit::both! {
    // B10, Q6, S10: who was exempted beforehand is no Snail, gets no card and passes a gate; the
    // run pins why, and says so.
    async fn who_is_exempted_before_the_run_is_passed_over(bed: &Bed) {
        let (mut scoring, mut client) = prepared(bed).await;
        let snail = grant(&mut client, exemption("health", "snail")).await.unwrap();
        assert_eq!((&*snail.name, snail.state(), &*snail.track_id), (&*name("exemptions", "1"), State::Granted, "departments"));
        let slow = grant(&mut client, exemption("works", "slow")).await.unwrap();
        let safety = grant(&mut client, exemption("works", "safety")).await.unwrap();
        let run = scoring.race("").await;
        let explained = scoring.explain(&run.name, "works").await;
        let known: Vec<_> = explained.exemptions.iter()
            .map(|it| (&*it.rule_id, &*it.reason, it.source.clone()))
            .collect();
        assert_eq!(known, [("slow", "受灾停工", slow.name.clone()), ("safety", "受灾停工", safety.name.clone())]);
        let result = explained.result.unwrap();
        assert_eq!((&*result.gates[0].exempt, &*result.grade.unwrap().display_name), ("受灾停工", "良好"));
        assert_eq!(scoring.explain(&run.name, "finance").await.exemptions, []);

        scoring.publish(&run.name).await.unwrap();
        let awards = scoring.awards().await;
        assert_eq!(awards.iter().map(|it| &*it.award_id).collect::<Vec<_>>(), ["tiger"]);
        let cards = scoring.cards().await;
        assert_eq!(cards.iter().map(|it| &*it.unit_display_name).collect::<Vec<_>>(), ["卫健局"]);

        // One that is taken back reaches the next run, and leaves this one as it is.
        let withdrawn = withdraw(&mut client, &snail).await.unwrap();
        assert_eq!((withdrawn.state(), &*withdrawn.withdraw_reason), (State::Withdrawn, "查明未停工"));
        assert!(withdrawn.withdraw_time.is_some());
        let verify = pb::VerifyRunRequest { name: run.name.clone() };
        assert!(scoring.runs.verify_run(verify).await.unwrap().into_inner().repeated);
        assert_eq!(scoring.explain(&run.name, "health").await.exemptions[0].source, snail.name);
        let next = scoring.race(&run.name).await;
        scoring.publish(&next.name).await.unwrap();
        let awards = scoring.awards().await;
        assert_eq!(awards.iter().map(|it| &*it.award_id).collect::<Vec<_>>(), ["tiger", "snail"]);
        assert_eq!(scoring.explain(&next.name, "health").await.exemptions, []);
    }

    // B10: a ledger of its own: granted once, taken back once, listed page by page.
    async fn exemptions_are_granted_withdrawn_and_listed(bed: &Bed) {
        let (_scoring, mut client) = prepared(bed).await;
        let asked = pb::CreateExemptionRequest { request_id: request_id(), ..request(exemption("works", "slow")) };
        let first = client.create_exemption(asked.clone()).await.unwrap().into_inner();
        assert_eq!(client.create_exemption(asked).await.unwrap().into_inner(), first);
        unmet(grant(&mut client, exemption("works", "slow")).await, &[("EXEMPTED", &first.name)]);
        let second = grant(&mut client, exemption("health", "snail")).await.unwrap();
        let third = grant(&mut client, exemption("works", "tiger")).await.unwrap();

        let withdrawn = withdraw(&mut client, &first).await.unwrap();
        fails(withdraw(&mut client, &first).await, Code::Aborted, "ETAG_MISMATCH");
        unmet(withdraw(&mut client, &withdrawn).await, &[("EXEMPTION_WITHDRAWN", &first.name)]);
        // Once taken back it may be granted anew.
        let again = grant(&mut client, exemption("works", "slow")).await.unwrap();
        let get = pb::GetExemptionRequest { name: first.name.clone() };
        assert_eq!(client.get_exemption(get).await.unwrap().into_inner(), withdrawn);

        let list = pb::ListExemptionsRequest {
            parent: DISTRICT.to_owned(),
            period: name("periods", "2023Q1"),
            page_size: 2,
            ..Default::default()
        };
        let page = client.list_exemptions(list.clone()).await.unwrap().into_inner();
        assert_eq!(page.exemptions, [second, third.clone()]);
        let rest = pb::ListExemptionsRequest { page_token: page.next_page_token, ..list.clone() };
        let page = client.list_exemptions(rest).await.unwrap().into_inner();
        assert_eq!((&page.exemptions[..], &*page.next_page_token), (&[again.clone()][..], ""));
        let of_works = pb::ListExemptionsRequest { unit: unit("works"), show_withdrawn: true, page_size: 0, ..list };
        let page = client.list_exemptions(of_works).await.unwrap().into_inner();
        assert_eq!(page.exemptions, [withdrawn, third, again]);
        let absent = pb::GetExemptionRequest { name: name("exemptions", "9") };
        fails(client.get_exemption(absent).await, Code::NotFound, "NOT_FOUND");
    }

    // B10: what is wrong with an exemption is named by its field.
    async fn an_exemption_with_faults_is_refused(bed: &Bed) {
        let (_scoring, mut client) = prepared(bed).await;
        let bare = pb::Exemption { reason: String::new(), approver: String::new(), citation: String::new(), ..exemption("works", "") };
        refused(grant(&mut client, bare).await, &[
            ("exemption.rule_id", "REQUIRED"),
            ("exemption.reason", "REQUIRED"),
            ("exemption.citation", "REQUIRED"),
            ("exemption.approver", "REQUIRED"),
        ]);
        refused(grant(&mut client, exemption("works", "hare")).await, &[("exemption.rule_id", "UNKNOWN_RULE")]);
        refused(grant(&mut client, exemption("office", "snail")).await, &[("exemption.unit", "NOT_ENTERED")]);
        let strange = pb::Exemption { scheme: name("schemes", "none"), ..exemption("works", "snail") };
        refused(grant(&mut client, strange).await, &[("exemption.scheme", "SCHEME_NOT_IN_FORCE")]);
        let lost = pb::Exemption { period: name("periods", "2031Q1"), ..exemption("works", "snail") };
        refused(grant(&mut client, lost).await, &[("exemption.period", "UNKNOWN_PERIOD")]);
        let list = pb::ListExemptionsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        assert_eq!(client.list_exemptions(list).await.unwrap().into_inner().exemptions, []);
        let unknown = pb::WithdrawExemptionRequest {
            name: name("exemptions", "4"),
            reason: "无".to_owned(),
            withdrawer: "office".to_owned(),
            ..Default::default()
        };
        fails(client.withdraw_exemption(unknown).await, Code::NotFound, "NOT_FOUND");
    }
}
