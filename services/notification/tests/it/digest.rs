//! Digests of any size.

use kit::testing::{Bed, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::trigger_recipient::Relation;
use proto::scoring::v1 as scoring;

use crate::data::{DISTRICT, put_units};
use crate::trigger::{create, daily, documents, enable, issue_card, name, named, tasks, to, units};
use crate::{fake, refused};

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

    // Q6, H5: a day's cards, one notice for each unit.
    async fn events_of_a_while_are_gathered_into_one_document(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let digest = daily(vec![to(Relation::Unit), named("office")]);
        let made = create(&served, "daily", digest.clone()).await.unwrap();
        assert_eq!(made.digest_hours, 24);
        let long = pb::Trigger { digest_hours: 745, ..digest };
        refused(create(&served, "long", long).await, &[("trigger.digest_hours", "OUT_OF_RANGE")]);
        enable(&served, "daily").await;
        issue_card(&served, 1, scoring::card::Kind::YellowCard, "transport").await;
        tasks(&served, "daily", |found| found.len() == 1).await;
        bed.clock().set("2023-04-01T20:00:00Z".parse().unwrap());
        issue_card(&served, 2, scoring::card::Kind::YellowCard, "water").await;
        issue_card(&served, 3, scoring::card::Kind::YellowCard, "transport").await;
        let waiting = tasks(&served, "daily", |found| found.len() == 3).await;
        assert!(waiting.iter().all(|it| it.due_time == waiting[0].due_time), "{waiting:?}");
        documents(&served, 0).await;
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let found = documents(&served, 3).await;
        let told: Vec<_> = found.iter().map(|it| (units(it), it.fields[0].items.len().max(it.fields[1].items.len()))).collect();
        assert_eq!(told, [(vec!["考核办"], 3), (vec!["交通局"], 2), (vec!["水利局"], 1)]);
    }

    // Q6, H5: more than a hundred events are told in parts, and none is left out.
    async fn a_long_digest_says_which_part_it_is_and_loses_nothing(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "daily", daily(vec![to(Relation::Unit)])).await.unwrap();
        enable(&served, "daily").await;
        for id in 1..=201 {
            issue_card(&served, id, scoring::card::Kind::YellowCard, "transport").await;
        }
        for id in 202..=301 {
            issue_card(&served, id, scoring::card::Kind::YellowCard, "water").await;
        }
        eventually(async || {
            let mut tx = served.db("notification").begin_read().await.unwrap();
            let (count,) =
                kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM trigger_task").unwrap();
            (count == 301).then_some(())
        })
        .await;
        bed.clock().set("2023-04-03T00:00:00Z".parse().unwrap());
        let found = documents(&served, 4).await;
        let told = |unit: &str| {
            let of = found.iter().filter(|it| units(it) == [unit]);
            let subject = |it: &pb::Document| it.texts.iter().map(|it| it.subject.clone()).collect();
            let items = |it: &pb::Document| it.fields.iter().flat_map(|it| it.items.clone()).collect();
            let (subjects, items): (Vec<Vec<String>>, Vec<Vec<String>>) =
                of.map(|it| (subject(it), items(it))).unzip();
            (subjects, items)
        };
        let (subjects, items) = told("交通局");
        for (at, subject) in (1..).zip(&subjects) {
            assert!(subject[0].ends_with(&format!("（第{at}部分，共3部分）")), "{subject:?}");
            assert!(subject[1].ends_with(&format!(" (part {at} of 3)")), "{subject:?}");
        }
        assert_eq!(items.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 1]);
        let all: std::collections::BTreeSet<String> = items.into_iter().flatten().collect();
        assert_eq!(all, (1..=201).map(|id| format!("{DISTRICT}/cards/{id}")).collect());
        // A hundred fill one, which is no part.
        let (subjects, items) = told("水利局");
        assert!(!subjects[0][0].contains("部分") && !subjects[0][1].contains("part"), "{subjects:?}");
        assert_eq!(items[0].len(), 100);
    }
}
