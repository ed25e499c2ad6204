//! Positive and negative lists of persons, and what clears an entry of them.

use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::conduct_entry::State;
use proto::cadre::v1::conduct_entry_service_client::ConductEntryServiceClient;
use proto::registry::v1 as registry;
use proto::registry::v1::adjustment_item::{Side, Worth};
use proto::registry::v1::condition::{Entry, Kind};
use proto::registry::v1::gate::{Effect, LowestGrade};
use proto::registry::v1::node::Rule;
use tonic::{Code, Status};

use crate::data::{DISTRICT, add, date, decimal, evidence, head, on, person};
use crate::{fake, refused, unmet};

pub(crate) fn conduct(served: &Served) -> ConductEntryServiceClient<Channel> {
    ConductEntryServiceClient::new(served.channel())
}

/// A scheme with a list of two items, the negative one of which vetoes.
async fn put_lists(served: &Served) -> String {
    let item = |id: &str, name: &str, side: Side, worth| registry::AdjustmentItem {
        item_id: id.to_owned(),
        display_name: name.to_owned(),
        side: side.into(),
        aspect: "resolve".to_owned(),
        worth: Some(worth),
        ..Default::default()
    };
    let range =
        registry::adjustment_item::Range { least: Some(decimal("1")), most: Some(decimal("3")) };
    let lists = registry::Adjustments {
        aspects: vec![registry::AdjustmentAspect {
            aspect_id: "resolve".to_owned(),
            display_name: "攻坚克难".to_owned(),
            ..Default::default()
        }],
        items: vec![
            item("hard", "破解历史遗留问题", Side::Bonus, Worth::Range(range)),
            item("false", "弄虚作假", Side::Deduction, Worth::Points(decimal("0"))),
        ],
        ..Default::default()
    };
    let node = registry::Node { rule: Some(Rule::Adjustments(lists)), ..Default::default() };
    let sum = registry::Sum { children: vec![node] };
    let entry = Entry { items: vec!["false".to_owned()] };
    let gate = registry::Gate {
        when: Some(registry::Condition { kind: Some(Kind::Entry(entry)) }),
        effect: Some(Effect::LowestGrade(LowestGrade {})),
        ..Default::default()
    };
    let track = registry::Track {
        root: Some(registry::Node { rule: Some(Rule::Sum(sum)), ..Default::default() }),
        gates: vec![gate],
        ..Default::default()
    };
    let name = format!("{DISTRICT}/schemes/heads-2023");
    let scheme = registry::Scheme { name: name.clone(), tracks: vec![track], ..Default::default() };
    served.put("registry", &name, &scheme).await;
    name
}

pub(crate) fn entry(person: &pb::Person, side: pb::ConductSide) -> pb::ConductEntry {
    pb::ConductEntry {
        person: person.name.clone(),
        period: format!("{DISTRICT}/periods/2023Q1"),
        side: side.into(),
        ground: "牵头化解征迁遗留问题".to_owned(),
        source: pb::ConductSource::Instruction.into(),
        citation: "区委主要领导批示2023年第12号".to_owned(),
        occur_date: Some(date((2023, 3, 15))),
        evidence: evidence(),
        ..Default::default()
    }
}

pub(crate) async fn record(
    served: &Served,
    entries: Vec<pb::ConductEntry>,
) -> Result<Vec<pb::ConductEntry>, Status> {
    let request = pb::BatchCreateConductEntriesRequest {
        parent: DISTRICT.to_owned(),
        conduct_entries: entries,
        recorder: "inspection.sun".to_owned(),
        request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
    };
    let reply = conduct(served).batch_create_conduct_entries(request).await?;
    Ok(reply.into_inner().conduct_entries)
}

kit::both! {
    // X9, S5: both lists with ground, source, evidence, and what the scheme's item does
    async fn entries_of_both_lists_are_recorded_with_their_source(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let scheme = put_lists(&served).await;
        let good = pb::ConductEntry { scheme: scheme.clone(), item_id: "hard".to_owned(), adjustment: format!("{DISTRICT}/adjustments/7"), ..entry(&wang, pb::ConductSide::Positive) };
        let bad = pb::ConductEntry { scheme, item_id: "false".to_owned(), source: pb::ConductSource::Bulletin.into(), ..entry(&wang, pb::ConductSide::Negative) };
        let plain = entry(&wang, pb::ConductSide::Negative);
        let given = vec![good, bad, plain];
        let recorded = record(&served, given.clone()).await.unwrap();
        assert_eq!(record(&served, given).await.unwrap(), recorded, "the same request has one effect");
        let effect = recorded[0].effect.clone().unwrap();
        assert_eq!((effect.item_display_name.as_str(), effect.aspect_display_name.as_str(), effect.veto), ("破解历史遗留问题", "攻坚克难", false));
        assert_eq!((effect.least_points, effect.most_points), (Some(decimal("1")), Some(decimal("3"))));
        assert!(recorded[1].effect.as_ref().unwrap().veto);
        assert_eq!((recorded[2].effect.clone(), recorded[2].state()), (None, State::Standing));

        let list = async |request: pb::ListConductEntriesRequest| {
            let request = pb::ListConductEntriesRequest { parent: DISTRICT.to_owned(), ..request };
            conduct(&served).list_conduct_entries(request).await.unwrap().into_inner()
        };
        let negative = pb::ListConductEntriesRequest { person: wang.name.clone(), side: pb::ConductSide::Negative.into(), page_size: 1, ..Default::default() };
        let page = list(negative.clone()).await;
        assert_eq!(page.conduct_entries, recorded[1..2]);
        let page = list(pb::ListConductEntriesRequest { page_token: page.next_page_token, ..negative }).await;
        assert_eq!((page.conduct_entries, page.next_page_token.as_str()), (recorded[2..].to_vec(), ""));
        let other = pb::ListConductEntriesRequest { period: format!("{DISTRICT}/periods/2023Q2"), ..Default::default() };
        assert!(list(other).await.conduct_entries.is_empty());
    }

    // S10, X9: tolerance and clarification are steps; nothing is deleted
    async fn an_entry_is_cleared_by_somebody_else_and_stays(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await;
        let sides = [pb::ConductSide::Negative, pb::ConductSide::Negative, pb::ConductSide::Positive];
        let it = record(&served, sides.map(|side| entry(&wang, side)).to_vec()).await.unwrap();
        let tolerate = |name: &str, decider: &str| pb::TolerateConductEntryRequest {
            name: name.to_owned(),
            decider: decider.to_owned(),
            reason: "改革试点先行先试中的失误".to_owned(),
            evidence: evidence(),
            ..Default::default()
        };
        let mut client = conduct(&served);
        unmet(client.tolerate_conduct_entry(tolerate(&it[0].name, "inspection.sun")).await, "SAME_PERSON");
        unmet(client.tolerate_conduct_entry(tolerate(&it[2].name, "commission.qian")).await, "NOT_NEGATIVE");
        let waived = client.tolerate_conduct_entry(tolerate(&it[0].name, "commission.qian")).await.unwrap().into_inner();
        assert_eq!((waived.state(), waived.step.as_ref().unwrap().actor.as_str()), (State::Tolerated, "commission.qian"));
        let clarify = pb::ClarifyConductEntryRequest { name: it[0].name.clone(), decider: "commission.qian".to_owned(), reason: "查无此事".to_owned(), ..Default::default() };
        unmet(client.clarify_conduct_entry(clarify.clone()).await, "NOT_STANDING");
        let clarify = pb::ClarifyConductEntryRequest { name: it[1].name.clone(), ..clarify };
        assert_eq!(client.clarify_conduct_entry(clarify).await.unwrap().into_inner().state(), State::Groundless);
        let request = pb::ListConductEntriesRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let standing = pb::ListConductEntriesRequest { standing_only: true, ..request.clone() };
        let all = client.list_conduct_entries(request).await.unwrap().into_inner().conduct_entries;
        let standing = client.list_conduct_entries(standing).await.unwrap().into_inner().conduct_entries;
        assert_eq!((all.len(), standing), (3, it[2..].to_vec()));
        for table in ["conduct_entry", "conduct_step"] {
            let mut tx = served.db("cadre").begin_write().await.unwrap();
            let outcome = match table {
                "conduct_entry" => kit::execute!(tx, "DELETE FROM conduct_entry"),
                _ => kit::execute!(tx, "DELETE FROM conduct_step"),
            };
            assert!(format!("{:?}", outcome.unwrap_err()).contains("insert-only"), "{table}");
        }
    }

    // Issue 4, four eyes: nobody clears an entry alone
    async fn an_entry_is_cleared_by_two_persons_alone(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await;
        let rows = [(); 2].map(|()| entry(&wang, pb::ConductSide::Negative)).to_vec();
        let it = record(&served, rows).await.unwrap();
        let alone = served.channel_as(&kit::testing::everybody());
        let mut client = ConductEntryServiceClient::new(alone.clone());
        let tolerate = |approval: String| pb::TolerateConductEntryRequest {
            name: it[0].name.clone(),
            decider: "commission.qian".to_owned(),
            reason: "改革试点先行先试中的失误".to_owned(),
            approval,
            ..Default::default()
        };
        let refusal = client.tolerate_conduct_entry(tolerate(String::new())).await.unwrap_err();
        unmet(Err::<(), _>(refusal.clone()), "APPROVAL_REQUIRED");
        let approval = alone.approval(&refusal, &kit::testing::second()).await.unwrap();
        client.tolerate_conduct_entry(tolerate(approval.clone())).await.unwrap();
        let clarify = |approval: String| pb::ClarifyConductEntryRequest {
            name: it[1].name.clone(),
            decider: "commission.qian".to_owned(),
            reason: "查无此事".to_owned(),
            approval,
            ..Default::default()
        };
        unmet(client.clarify_conduct_entry(clarify(approval)).await, "APPROVAL_OF_ANOTHER");
        let refusal = client.clarify_conduct_entry(clarify(String::new())).await.unwrap_err();
        unmet(Err::<(), _>(refusal.clone()), "APPROVAL_REQUIRED");
        let approval = alone.approval(&refusal, &kit::testing::second()).await.unwrap();
        client.clarify_conduct_entry(clarify(approval)).await.unwrap();
    }

    // S5: every fault of a batch is named by its row
    async fn conduct_entries_with_faults_are_refused_by_row(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await;
        let scheme = put_lists(&served).await;
        on(bed, (2023, 4, 1));
        let good = entry(&wang, pb::ConductSide::Positive);
        let of = |item: &str| pb::ConductEntry { scheme: scheme.clone(), item_id: item.to_owned(), ..good.clone() };
        let rows = vec![
            pb::ConductEntry { person: format!("{DISTRICT}/persons/nobody"), ..good.clone() },
            pb::ConductEntry { occur_date: Some(date((2023, 4, 2))), ..good.clone() },
            pb::ConductEntry { scheme: format!("{DISTRICT}/schemes/none"), item_id: "hard".to_owned(), ..good.clone() },
            of("soft"),
            of("false"),
        ];
        refused(record(&served, rows).await, &[
            ("conduct_entries[0].person", "UNKNOWN_PERSON"),
            ("conduct_entries[1].occur_date", "IN_FUTURE"),
            ("conduct_entries[2].scheme", "UNKNOWN_SCHEME"),
            ("conduct_entries[3].item_id", "UNKNOWN_ITEM"),
            ("conduct_entries[4].side", "WRONG_SIDE"),
        ]);
        refused(record(&served, vec![pb::ConductEntry { source: 9, ..of("") }]).await, &[
            ("conduct_entries[0].item_id", "REQUIRED"),
            ("conduct_entries[0].source", "UNKNOWN_VALUE"),
        ]);
        let get = pb::GetConductEntryRequest { name: format!("{DISTRICT}/conductEntries/1") };
        assert_eq!(conduct(&served).get_conduct_entry(get).await.unwrap_err().code(), Code::NotFound);
    }
}
