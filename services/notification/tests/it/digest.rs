//! Digests of any size.

use kit::testing::{Bed, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::trigger_recipient::Relation;
use proto::scoring::v1 as scoring;

use crate::data::{DISTRICT, put_units};
use crate::fake;
use crate::trigger::{create, daily, documents, enable, issue_card, name, tasks, to, units};

/// Further events, as one that waits.
const MORE: &str =
    "INSERT INTO trigger_task (district, trigger_id, event_key, revision, event_type, name,
         event_time, trace_parent, payload, due_time, next_time, fault)
     SELECT t.district, t.trigger_id, t.event_key || '.' || n, t.revision, t.event_type,
         t.name || '.' || n, t.event_time, t.trace_parent, t.payload, t.due_time, t.next_time, ''
     FROM trigger_task t
     CROSS JOIN (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 2249)
                 SELECT n FROM k) AS numbered WHERE t.name = $1";

kit::both! {
    // Q6, H5: parts are counted over all events, however many batches they come in.
    async fn a_digest_of_thousands_counts_them_all(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "daily", daily(vec![to(Relation::Unit)])).await.unwrap();
        enable(&served, "daily").await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "water").await;
        tasks(&served, "daily", |found| found.len() == 2).await;
        let mut tx = served.db("notification").begin_write().await.unwrap();
        let more = kit::execute!(tx, MORE, format!("{DISTRICT}/cards/1")).unwrap();
        assert_eq!(more, 2249);
        tx.commit().await.unwrap();
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let found = eventually(async || {
            let request = pb::ListDocumentsRequest {
                parent: DISTRICT.to_owned(),
                page_size: 1000,
                ..Default::default()
            };
            let mut client = DocumentServiceClient::new(served.channel());
            let found = client.list_documents(request).await.unwrap().into_inner().documents;
            (found.len() == 24).then_some(found)
        })
        .await;
        let (of_one, of_many): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|it| units(it) == ["水利局"]);
        assert!(!of_one[0].texts[0].subject.contains("部分"), "{of_one:?}");
        let items = |it: &pb::Document| it.fields.iter().flat_map(|it| it.items.clone()).collect();
        let mut told = std::collections::BTreeSet::new();
        for (at, it) in (1..).zip(&of_many) {
            assert!(it.texts[0].subject.ends_with(&format!("（第{at}部分，共23部分）")), "{it:?}");
            let items: Vec<String> = items(it);
            assert_eq!(items.len(), if at == 23 { 50 } else { 100 });
            told.extend(items);
        }
        assert_eq!(told.len(), 2250);
        tasks(&served, "daily", |found| found.is_empty()).await;
        let mut tx = served.db("notification").begin_read().await.unwrap();
        let (left,) = kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM digest_entry").unwrap();
        assert_eq!(left, 0);
    }

    // Q6: what was gathered when the process ended is told by the next one.
    async fn what_was_gathered_is_not_lost_when_the_process_ends(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "daily", daily(vec![to(Relation::UnitHead)])).await.unwrap();
        served.stop().await;
        let db = bed.db("notification", &notification::MIGRATIONS).await;
        let mut tx = db.begin_write().await.unwrap();
        kit::execute!(
            tx,
            "INSERT INTO digest_entry (district, trigger_id, document_kind, unit, event_key,
                 display_name, roles, problem, missing, period, due_date, fields,
                 english_fields, source, cause_key)
             VALUES ('hengkou', 'daily', 3, 'water', 'e1', '水利局', '[1,2]', '', '[[5,\"\"]]', '', '',
                 '{\"matter\":\"黄牌\",\"items\":[\"一\"]}', '{\"matter\":\"Cards\"}', 's', 'k')"
        )
        .unwrap();
        tx.commit().await.unwrap();
        drop(db);
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let told = documents(&served, 1).await.remove(0);
        assert_eq!((units(&told), told.cause.as_str()), (vec!["水利局"], &*name("daily")));
        assert!(told.fields.iter().any(|it| it.english_text == "Cards"), "{told:?}");
        assert_eq!(told.missing, [to(Relation::LeaderInCharge)]);
        assert_eq!(told.recipients[0].role(), pb::RecipientRole::UnitHead);
        let further: Vec<_> = told.recipients[0].further_roles().collect();
        assert_eq!(further, [pb::RecipientRole::Reporter]);
    }
}
