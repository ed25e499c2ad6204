//! Erasure of persons: who is due, by whom, and what nobody can read afterwards.

use jiff::SignedDuration;
use kit::clock::Clock as _;
use kit::testing::{Bed, Channel, Served};
use proto::access::v1 as access;
use proto::access::v1::retention_rule_service_client::RetentionRuleServiceClient;
use proto::cadre::v1 as pb;
use proto::cadre::v1::person_erasure_service_client::PersonErasureServiceClient;
use tonic::{Code, Status};

use crate::data::{DISTRICT, add, date, head, person, persons};
use crate::{fake, refused, unmet};

fn erasures(served: &Served) -> PersonErasureServiceClient<Channel> {
    PersonErasureServiceClient::new(served.channel())
}

fn erase(of: &pb::Person, approval: &str) -> pb::ErasePersonRequest {
    pb::ErasePersonRequest {
        name: of.name.clone(),
        reason: "保存期满".to_owned(),
        approval: approval.to_owned(),
        ..Default::default()
    }
}

async fn due(served: &Served) -> (Vec<String>, i32) {
    let request = pb::ListDuePersonErasuresRequest {
        parent: DISTRICT.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let reply = erasures(served).list_due_person_erasures(request).await.unwrap().into_inner();
    (reply.due_person_erasures.into_iter().map(|it| it.person).collect(), reply.keep_days)
}

async fn keep_for(served: &Served, days: i32) -> Result<access::RetentionRule, Status> {
    let request = access::UpdateRetentionRuleRequest {
        retention_rule: Some(access::RetentionRule {
            name: format!("{DISTRICT}/retentionRules/cadre.persons"),
            keep_days: days,
            reason: "区档案管理办法".to_owned(),
            ..Default::default()
        }),
    };
    let mut rules = RetentionRuleServiceClient::new(served.channel());
    Ok(rules.update_retention_rule(request).await?.into_inner())
}

/// Whether the words stand anywhere in what cadre holds about persons.
async fn is_known(served: &Served, words: &str) -> bool {
    let mut tx = served.db("cadre").begin_read().await.unwrap();
    let mut held = Vec::new();
    macro_rules! read {
        ($($sql:literal),+) => {$(
            held.extend(kit::fetch_all!(tx, (Vec<u8>,), $sql).unwrap().into_iter().map(|it| it.0));
        )+};
    }
    read!("SELECT payload FROM person_revision", "SELECT payload FROM kit_feed");
    read!(
        "SELECT COALESCE(reply, payload) FROM kit_request, (SELECT payload FROM kit_feed LIMIT 1) f"
    );
    let names = kit::fetch_all!(tx, (String,), "SELECT display_name FROM person").unwrap();
    let keys = kit::fetch_all!(tx, (String,), "SELECT key FROM name_key").unwrap();
    held.extend(names.into_iter().chain(keys).map(|it| it.0.into_bytes()));
    held.iter().any(|it| it.windows(words.len()).any(|part| part == words.as_bytes()))
}

kit::both! {
    // X11, rule 4, issue 4 (retention, erasure): two persons erase whoever is due, for good
    async fn who_is_due_is_erased_by_two_persons_for_good(bed: &Bed) {
        let served = fake::start(bed).await;
        let retired = pb::Person { external_id: "61-77".to_owned(), birth_date: Some(date((1951, 2, 3))), ..person("欧阳退休", vec![head("finance", (2001, 1, 1), Some((2012, 12, 31)))]) };
        let retired = add(&served, retired).await;
        let active = add(&served, person("王在任", vec![head("finance", (2013, 1, 1), None)])).await;
        let newcomer = add(&served, person("李新来", vec![])).await;
        assert_eq!(due(&served).await, (vec![retired.name.clone()], 3650));
        refused(keep_for(&served, 1824).await, &[("retention_rule.keep_days", "OUT_OF_RANGE")]);
        assert_eq!(keep_for(&served, 4000).await.unwrap().keep_days, 4000);
        assert_eq!(due(&served).await, (vec![], 4000));
        unmet(erasures(&served).erase_person(erase(&retired, "")).await, "NOT_DUE");
        keep_for(&served, 3650).await.unwrap();

        let alone = served.channel_as(&kit::testing::everybody());
        let mut client = PersonErasureServiceClient::new(alone.clone());
        for it in [&active, &newcomer] {
            unmet(client.erase_person(erase(it, "")).await, "NOT_DUE");
        }
        let refusal = client.erase_person(erase(&retired, "")).await.unwrap_err();
        unmet(Err::<(), _>(refusal.clone()), "APPROVAL_REQUIRED");
        let approval = alone.approval(&refusal, &kit::testing::second()).await.unwrap();
        let erased = client.erase_person(erase(&retired, &approval)).await.unwrap().into_inner();
        let get = pb::GetPersonErasureRequest { name: format!("{}/erasure", retired.name) };
        assert_eq!(erasures(&served).get_person_erasure(get).await.unwrap().into_inner(), erased);
        let get = pb::GetPersonErasureRequest { name: format!("{}/erasure", active.name) };
        assert_eq!(erasures(&served).get_person_erasure(get).await.unwrap_err().code(), Code::NotFound);

        let get = pb::GetPersonRequest { name: retired.name.clone() };
        let left = persons(&served).get_person(get).await.unwrap().into_inner();
        assert_eq!((&*left.display_name, &*left.external_id, left.birth_date), ("", "", None));
        assert_eq!(left.postings, retired.postings, "who answered for a unit stays told, by the id");
        let list = pb::ListPersonRevisionsRequest { parent: retired.name.clone(), ..Default::default() };
        let revisions = persons(&served).list_person_revisions(list).await.unwrap().into_inner().revisions;
        assert_eq!(revisions.iter().map(|it| (it.erased, it.person.is_none())).collect::<Vec<_>>(), [(true, true)]);
        let list = pb::ListPersonRevisionsRequest { parent: active.name.clone(), ..Default::default() };
        let revisions = persons(&served).list_person_revisions(list).await.unwrap().into_inner().revisions;
        assert_eq!(revisions[0].person.as_ref().unwrap().display_name, "王在任");
        let again = pb::UpdatePersonRequest { person: Some(pb::Person { display_name: "欧阳退休".to_owned(), ..left }), ..Default::default() };
        unmet(persons(&served).update_person(again).await, "ERASED");
        unmet(client.erase_person(erase(&retired, "")).await, "ERASED");

        // Copies in the feed and in replies end with their time; then nothing tells who it was.
        assert!(is_known(&served, "欧阳退休").await, "the feed told of the person");
        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(24 * 3651));
        assert!(kit::retention::turn(served.db("cadre"), &cadre::RETENTION).await.unwrap() > 0);
        let mut tx = served.db("cadre").begin_read().await.unwrap();
        let feed = kit::fetch_one!(tx, (i64, i64), "SELECT (SELECT COUNT(*) FROM kit_feed), (SELECT COUNT(*) FROM kit_request)").unwrap();
        assert_eq!(feed, (0, 0));
        drop(tx);
        assert!(!is_known(&served, "欧阳退休").await);
        assert!(is_known(&served, "王在任").await, "who is not erased stays");
        let report = kit::chain::verify(served.db("cadre"), "cadre", None).await.unwrap();
        assert_eq!(report.faults, []);
        assert!(report.rows > 5);
    }
}
