use kit::testing::Bed;
use kit::testing::Channel;
use proto::google::r#type::Date;
use proto::scoring::v1 as pb;
use proto::scoring::v1::external_result_service_client::ExternalResultServiceClient;
use tonic::{Response, Status};

use crate::district::{DISTRICT, decimal, name, unit};
use crate::fixture::{Scoring, evidence, refused, unmet};

pub(crate) type Client = ExternalResultServiceClient<Channel>;

async fn start(bed: &Bed) -> (Scoring, Client) {
    let scoring = Scoring::start(bed).await;
    let client = ExternalResultServiceClient::new(scoring.served.channel());
    (scoring, client)
}

/// A town's rank among those of the province.
pub(crate) fn result(unit_id: &str) -> pb::ExternalResult {
    pb::ExternalResult {
        unit: unit(unit_id),
        period: name("periods", "2023Q1"),
        indicator: name("indicators", "survey"),
        issuer: "省统计局".to_owned(),
        title: "一季度群众满意度".to_owned(),
        value: decimal("97.5"),
        rank: 1,
        field_size: 85,
        document: Some(evidence("满意度通报")),
        issue_date: Some(Date { year: 2023, month: 3, day: 31 }),
        ..Default::default()
    }
}

pub(crate) async fn create(
    client: &mut Client,
    result: pb::ExternalResult,
) -> Result<pb::ExternalResult, Status> {
    let request = pb::CreateExternalResultRequest {
        parent: DISTRICT.to_owned(),
        external_result: Some(result),
        ..Default::default()
    };
    client.create_external_result(request).await.map(Response::into_inner)
}

/// Leaves a row in the ledger.
pub(crate) async fn file(scoring: &Scoring) {
    let mut client = ExternalResultServiceClient::new(scoring.served.channel());
    create(&mut client, result("north")).await.unwrap();
}

kit::both! {
    // Q10, H2: what a higher level gave stands with its document, and its corrections beside it.
    async fn a_result_of_a_higher_level_is_filed_with_its_document(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let first = create(&mut client, result("north")).await.unwrap();
        assert_eq!((first.rank, first.field_size, first.superseded), (1, 85, false));
        assert_eq!(first.document, Some(evidence("满意度通报")));
        // The city's target for the district, and the district's own rank.
        let own = pb::ExternalResult {
            unit: String::new(),
            indicator: name("indicators", "investment"),
            target: decimal("1800"),
            rank: 3,
            field_size: 10,
            done_count: 21,
            item_count: 30,
            grade: "A".to_owned(),
            ..result("north")
        };
        create(&mut client, own).await.unwrap();
        let better = pb::ExternalResult { rank: 2, supersedes: first.name.clone(), ..result("north") };
        let better = create(&mut client, better).await.unwrap();
        let again = pb::ExternalResult { supersedes: first.name.clone(), ..result("north") };
        unmet(create(&mut client, again).await, &[("SUPERSEDED", &first.name)]);

        let request = pb::GetExternalResultRequest { name: first.name.clone() };
        assert!(client.get_external_result(request).await.unwrap().into_inner().superseded);
        let list = pb::ListExternalResultsRequest {
            parent: DISTRICT.to_owned(),
            period: name("periods", "2023Q1"),
            indicator: name("indicators", "survey"),
            ..Default::default()
        };
        let shown = client.list_external_results(list.clone()).await.unwrap().into_inner();
        assert_eq!(shown.external_results, [better]);
        let list = pb::ListExternalResultsRequest { show_superseded: true, ..list };
        let shown = client.list_external_results(list).await.unwrap().into_inner();
        assert_eq!(shown.external_results.len(), 2);
    }

    async fn a_result_of_a_higher_level_with_faults_is_refused(bed: &Bed) {
        let (_scoring, mut client) = start(bed).await;
        let empty = pb::ExternalResult {
            value: None,
            rank: 0,
            field_size: 0,
            document: None,
            ..result("north")
        };
        refused(create(&mut client, empty).await, &[
            ("external_result.document", "REQUIRED"),
            ("external_result.value", "REQUIRED"),
        ]);
        let beyond = pb::ExternalResult { rank: 86, done_count: 1, ..result("north") };
        refused(create(&mut client, beyond).await, &[
            ("external_result.rank", "OUT_OF_RANGE"),
            ("external_result.done_count", "OUT_OF_RANGE"),
        ]);
        let late = Some(Date { year: 2023, month: 4, day: 2 });
        let strange = pb::ExternalResult { issue_date: late, ..result("nobody") };
        refused(create(&mut client, strange).await, &[
            ("external_result.unit", "UNKNOWN_UNIT"),
            ("external_result.issue_date", "IN_FUTURE"),
        ]);
        let lost = pb::ExternalResult { supersedes: name("externalResults", "9"), ..result("north") };
        refused(create(&mut client, lost).await, &[("external_result.supersedes", "UNKNOWN_EXTERNAL_RESULT")]);
    }
}
