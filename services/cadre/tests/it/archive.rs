//! From published results to archives, whatever the order in which things come to pass.

use jiff::SignedDuration;
use kit::clock::Clock as _;
use kit::config::Limits;
use kit::peers::Peers;
use kit::testing::{Bed, Engine, eventually};
use prost::Message as _;
use proto::cadre::v1 as pb;
use proto::cadre::v1::archive_service_client::ArchiveServiceClient;
use proto::scoring::v1 as scoring;
use proto::scoring::v1::change::Resource;
use tonic::Code;

use crate::consequence::{effect, enact, grades, list, propose, rule};
use crate::data::{
    DISTRICT, OTHER, add, archive, archived, decimal, head, person, persons, publish,
    publish_as_it_is, put_run, result,
};
use crate::{data, fake, refused};

const EVERYBODY: &str = "districts/hengkou/persons/-";

kit::both! {
    // H10, B3, S1: the result of a project or post is filed with the head of the unit that answers.
    async fn a_project_s_result_enters_the_archive_of_its_unit_s_head(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("roads", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        for (id, subject, printed) in [
            ("projects.ring", "projects/ring", "环城路"),
            ("posts.roads-head", "posts/roads-head", "交通局局长"),
        ] {
            let told = scoring::Result {
                name: format!("{DISTRICT}/runs/r1/results/{id}"),
                unit: format!("{DISTRICT}/{subject}"),
                unit_display_name: printed.to_owned(),
                responsible_unit: format!("{DISTRICT}/units/roads"),
                ..result(DISTRICT, "r1", "roads", 1)
            };
            publish_as_it_is(&served, told).await;
        }
        let mut titles: Vec<_> = archived(&served, &wang.name, 2).await.into_iter()
            .map(|it| (it.title, it.unit)).collect();
        titles.sort();
        let unit = format!("{DISTRICT}/units/roads");
        let said = |printed: &str| format!("{printed}2023年第一季度考核88.35分\u{ff0c}经济管理类第1名\u{ff08}共8名\u{ff09}");
        assert_eq!(titles, [(said("交通局局长"), unit.clone()), (said("环城路"), unit)]);
    }

    // H8, H10: the result of a post is filed with whoever holds it, and concerns nobody else.
    async fn a_post_s_result_belongs_to_whoever_holds_it(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("roads", (2020, 1, 1), None)])).await;
        let clerk = |id: &str, start| pb::Posting {
            head: false,
            post: "科员".to_owned(),
            position: format!("{DISTRICT}/posts/{id}"),
            ..head("roads", start, None)
        };
        let li = add(&served, person("李", vec![clerk("roads-clerk", (2020, 1, 1))])).await;
        add(&served, person("孙", vec![clerk("roads-clerk", (2023, 4, 1))])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        for id in ["roads-clerk", "roads-driver"] {
            let grade = scoring::Grade { grade_id: "excellent".to_owned(), ..Default::default() };
            let told = scoring::Result {
                name: format!("{DISTRICT}/runs/r1/results/posts.{id}"),
                unit: format!("{DISTRICT}/posts/{id}"),
                unit_display_name: id.to_owned(),
                responsible_unit: format!("{DISTRICT}/units/roads"),
                grade: Some(grade),
                ..result(DISTRICT, "r1", "roads", 1)
            };
            publish_as_it_is(&served, told).await;
        }
        let sources = async |name: &str, count| {
            let entries = archived(&served, name, count).await;
            entries.into_iter().map(|it| it.source).collect::<Vec<_>>()
        };
        let source = |id: &str| format!("{DISTRICT}/runs/r1/results/posts.{id}");
        archived(&served, EVERYBODY, 2).await;
        assert_eq!(sources(&li.name, 1).await, [source("roads-clerk")]);
        assert_eq!(sources(&wang.name, 1).await, [source("roads-driver")], "nobody is on record for it");
        // The driver is recorded only now.
        let zhao = add(&served, person("赵", vec![clerk("roads-driver", (2021, 1, 1))])).await;
        assert_eq!(sources(&zhao.name, 1).await, [source("roads-driver")]);
        archived(&served, EVERYBODY, 3).await;

        // What such results lead to concerns the holders alone.
        let pay = vec![effect(pb::EffectKind::Pay, Some("10"), 0)];
        let members = pb::ConsequenceScope::Members.into();
        let rule = pb::ConsequenceRule { scope: members, ..rule("上浮", grades(&["excellent"], 1), pay) };
        enact(&served, "pay", rule).await.unwrap();
        assert_eq!(propose(&served, "pay", "2023Q1").await, (2, 0, 0));
        let mut persons: Vec<_> = list(&served, "pay").await.into_iter().map(|it| it.person).collect();
        persons.sort();
        let mut expected = vec![li.name, zhao.name];
        expected.sort();
        assert_eq!(persons, expected);
    }

    // H10, A1
    async fn a_published_result_enters_the_archive_of_the_head(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        publish(&served, DISTRICT, "r1", "finance", 2).await;
        let entry = archived(&served, &wang.name, 1).await.remove(0);
        let expected = pb::ArchiveEntry {
            name: entry.name.clone(),
            kind: pb::ArchiveEntryKind::Result.into(),
            source: format!("{DISTRICT}/runs/r1/results/finance"),
            title: "2023年第一季度考核88.35分\u{ff0c}经济管理类第2名\u{ff08}共8名\u{ff09}".to_owned(),
            unit: format!("{DISTRICT}/units/finance"),
            post: "局长".to_owned(),
            period: format!("{DISTRICT}/periods/2023Q1"),
            score: Some(decimal("88.35")),
            rank: Some(decimal("2")),
            track_size: 8,
            create_time: entry.create_time,
        };
        assert_eq!(entry, expected);
        assert!(entry.name.starts_with(&format!("{}/archiveEntries/", wang.name)));
        let mut archives = ArchiveServiceClient::new(served.channel());
        let request = pb::GetArchiveEntryRequest { name: entry.name.clone() };
        assert_eq!(archives.get_archive_entry(request).await.unwrap().into_inner(), entry);
    }

    // H10: events come at least once and in any order.
    async fn repeated_and_reordered_events_file_once(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        put_run(&served, DISTRICT, "r2", "2023Q2").await;
        for (run, unit) in [("r2", "water"), ("r1", "finance"), ("r2", "water"), ("r1", "water")] {
            publish(&served, DISTRICT, run, unit, 1).await;
        }
        for (run, unit) in [("r1", "finance"), ("r2", "water"), ("r2", "finance")] {
            publish(&served, DISTRICT, run, unit, 1).await;
        }
        let entries = archived(&served, EVERYBODY, 4).await;
        let mut sources: Vec<_> = entries.into_iter().map(|entry| entry.source).collect();
        sources.sort();
        sources.dedup();
        assert_eq!(sources.len(), 4);
    }

    // H10
    async fn a_transfer_after_the_period_changes_nothing(bed: &Bed) {
        let served = fake::start(bed).await;
        let left = add(&served, person("王", vec![head("finance", (2020, 1, 1), Some((2023, 3, 31)))])).await;
        let came = add(&served, person("李", vec![head("finance", (2023, 4, 1), None)])).await;
        let deputy = pb::Posting { head: false, post: "副局长".to_owned(), ..head("finance", (2020, 1, 1), None) };
        let deputy = add(&served, person("赵", vec![deputy])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        put_run(&served, DISTRICT, "r2", "2023Q2").await;
        publish(&served, DISTRICT, "r1", "finance", 1).await;
        publish(&served, DISTRICT, "r2", "finance", 1).await;
        archived(&served, EVERYBODY, 2).await;
        let period = async |name: &str| archive(&served, name).await.into_iter().map(|it| it.period).collect::<Vec<_>>();
        assert_eq!(period(&left.name).await, [format!("{DISTRICT}/periods/2023Q1")]);
        assert_eq!(period(&came.name).await, [format!("{DISTRICT}/periods/2023Q2")]);
        assert!(period(&deputy.name).await.is_empty());
    }

    // H10
    async fn a_head_recorded_late_gets_what_is_due(bed: &Bed) {
        let served = fake::start(bed).await;
        let sentinel = add(&served, person("钱", vec![head("roads", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        for unit in ["finance", "roads", "water"] {
            publish(&served, DISTRICT, "r1", unit, 1).await;
        }
        archived(&served, &sentinel.name, 1).await;
        assert_eq!(archive(&served, EVERYBODY).await.len(), 1, "units without a head");

        let created = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        archived(&served, &created.name, 1).await;
        let mut moved = add(&served, person("李", vec![])).await;
        assert_eq!(archive(&served, &moved.name).await.len(), 0);
        moved.postings = vec![head("water", (2023, 1, 1), Some((2023, 3, 31)))];
        let request = pb::UpdatePersonRequest { person: Some(moved.clone()), ..Default::default() };
        let moved = persons(&served).update_person(request.clone()).await.unwrap().into_inner();
        let entries = archived(&served, &moved.name, 1).await;
        assert_eq!(entries[0].source, format!("{DISTRICT}/runs/r1/results/water"));
        // Recorded again, nothing more is due.
        let request = pb::UpdatePersonRequest { person: Some(moved.clone()), ..Default::default() };
        persons(&served).update_person(request).await.unwrap();
        assert_eq!(archive(&served, EVERYBODY).await.len(), 3);
    }

    // H10
    async fn a_batch_of_late_heads_gets_what_is_due(bed: &Bed) {
        let served = fake::start(bed).await;
        let sentinel = add(&served, person("钱", vec![head("roads", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        for unit in ["finance", "water", "roads"] {
            publish(&served, DISTRICT, "r1", unit, 1).await;
        }
        archived(&served, &sentinel.name, 1).await;
        let rows = vec![
            person("王", vec![head("finance", (2020, 1, 1), None)]),
            person("李", vec![head("water", (2020, 1, 1), None)]),
        ];
        let request = pb::BatchCreatePersonsRequest { parent: DISTRICT.to_owned(), persons: rows, ..Default::default() };
        persons(&served).batch_create_persons(request).await.unwrap();
        assert_eq!(archive(&served, EVERYBODY).await.len(), 3);
    }

    // H10: results and heads recorded at the same time never miss each other.
    async fn results_and_heads_meet_whoever_comes_last(bed: &Bed) {
        let served = fake::start(bed).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        let units: Vec<String> = (0..12).map(|index| format!("village-{index}")).collect();
        for unit in &units {
            data::put_unit(&served, DISTRICT, unit).await;
        }
        let publishing = async {
            for unit in &units {
                publish(&served, DISTRICT, "r1", unit, 1).await;
            }
        };
        let appointing = async {
            for unit in &units {
                add(&served, person("村书记", vec![head(unit, (2020, 1, 1), None)])).await;
            }
        };
        tokio::join!(publishing, appointing);
        archived(&served, EVERYBODY, 12).await;
    }

    // H10
    async fn a_superseding_run_is_a_further_entry(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        for run in ["r1", "r2"] {
            put_run(&served, DISTRICT, run, "2023Q1").await;
            publish(&served, DISTRICT, run, "finance", 1).await;
        }
        archived(&served, &wang.name, 2).await;
    }

    // A1: a run that cannot be read waits, and nobody waits with it.
    async fn what_cannot_be_settled_holds_up_nobody(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let li = add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        let elsewhere = pb::CreatePersonRequest {
            parent: OTHER.to_owned(),
            person: Some(person("赵", vec![pb::Posting {
                unit: format!("{OTHER}/units/roads"),
                ..head("", (2020, 1, 1), None)
            }])),
            ..Default::default()
        };
        let zhao = persons(&served).create_person(elsewhere).await.unwrap().into_inner();
        let broken = [("r1", Code::NotFound), ("r2", Code::Internal), ("r8", Code::Unavailable)];
        for (run, code) in broken {
            served.refuse("scoring", &format!("{DISTRICT}/runs/{run}"), code).await;
            publish(&served, DISTRICT, run, "finance", 1).await;
        }
        put_run(&served, OTHER, "r1", "2023Q1").await;
        publish(&served, OTHER, "r1", "roads", 1).await;
        archived(&served, &zhao.name, 1).await;
        assert!(archive(&served, &wang.name).await.is_empty());

        // Runs are settled in the order of their ids: behind two that are broken.
        put_run(&served, DISTRICT, "r5", "2023Q1").await;
        publish(&served, DISTRICT, "r5", "water", 1).await;
        archived(&served, &li.name, 1).await;
        for (run, _) in broken {
            put_run(&served, DISTRICT, run, "2023Q1").await;
        }
        archived(&served, &wang.name, 3).await;
    }

    // H10: a unit all of whose parts were left out has neither score nor rank.
    async fn a_result_without_a_score_is_filed_as_it_is(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        let bare = result(DISTRICT, "r1", "finance", 1);
        let bare = scoring::Result { score: None, rank: None, ..bare };
        publish_as_it_is(&served, bare).await;
        let entry = archived(&served, &wang.name, 1).await.remove(0);
        assert_eq!((entry.score, entry.rank), (None, None));
        assert_eq!(entry.title, "2023年第一季度考核，经济管理类");
    }

    // H10, A1: what this version cannot read waits for one that can, and nobody waits with it.
    async fn an_unreadable_result_is_kept_and_holds_nobody_up(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        let li = add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        let sound = result(DISTRICT, "r1", "finance", 1);
        let bad = scoring::Result { score: Some(decimal("many")), ..sound.clone() };
        publish_as_it_is(&served, bad.clone()).await;
        let unit = format!("{OTHER}/units/roads");
        publish_as_it_is(&served, scoring::Result { unit, ..result(DISTRICT, "r1", "roads", 1) }).await;
        publish(&served, DISTRICT, "r1", "water", 1).await;
        archived(&served, &li.name, 1).await;
        let tray = async || {
            let mut tx = served.db("cadre").begin_read().await.unwrap();
            let sql = "SELECT source, payload FROM notice ORDER BY source";
            kit::fetch_all!(tx, (String, Vec<u8>), sql).unwrap()
        };
        let kept = tray().await;
        assert_eq!(kept.len(), 2);
        let event = scoring::Change::decode(&*kept[0].1).unwrap();
        assert_eq!(event.resource, Some(Resource::Result(bad)));

        let event = scoring::Change { resource: Some(Resource::Result(sound)), ..event };
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let sql = "UPDATE notice SET payload = $1 WHERE source = $2";
        kit::execute!(tx, sql, event.encode_to_vec(), &kept[0].0).unwrap();
        tx.commit().await.unwrap();
        put_run(&served, DISTRICT, "r2", "2023Q2").await;
        publish(&served, DISTRICT, "r2", "water", 1).await;
        archived(&served, &li.name, 2).await;
        assert_eq!(tray().await.len(), 2, "it is put off for a while");
        let later = bed.clock().now() + SignedDuration::from_hours(1);
        bed.clock().set(later);
        publish(&served, DISTRICT, "r2", "roads", 1).await;
        archived(&served, &wang.name, 1).await;
        eventually(async || (tray().await.len() == 1).then_some(())).await;
    }

    // A1, A4: replicas share the work and file once.
    async fn two_replicas_file_once(bed: &Bed) {
        let others = bed.start(&[fake::REGISTRY, fake::SCORING]).await;
        data::put(&others).await;
        let at: http::Uri = format!("http://{}", others.address()).parse().unwrap();
        let peers = || Peers::default().with("registry", at.clone()).with("scoring", at.clone());
        let first = bed.start_with(&[cadre::SERVICE], peers(), Limits::default()).await;
        let second = bed.start_with(&[cadre::SERVICE], peers(), Limits::default()).await;
        put_run(&others, DISTRICT, "r1", "2023Q1").await;
        let units: Vec<String> = (0..12).map(|index| format!("village-{index}")).collect();
        for unit in &units {
            data::put_unit(&others, DISTRICT, unit).await;
        }
        for (index, unit) in units.iter().enumerate() {
            let served = if index % 2 == 0 { &first } else { &second };
            publish(&others, DISTRICT, "r1", unit, 1).await;
            add(served, person("村书记", vec![head(unit, (2020, 1, 1), None)])).await;
        }
        let entries = archived(&first, EVERYBODY, 12).await;
        assert_eq!(archive(&second, EVERYBODY).await, entries);
    }

    // A1
    async fn a_restart_neither_loses_nor_repeats(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        publish(&served, DISTRICT, "r1", "finance", 1).await;
        archived(&served, &wang.name, 1).await;
        served.stop().await;

        let peers = bed.start(&[fake::REGISTRY, fake::SCORING]).await;
        put_run(&peers, DISTRICT, "r2", "2023Q1").await;
        publish(&peers, DISTRICT, "r1", "finance", 1).await;
        publish(&peers, DISTRICT, "r2", "finance", 1).await;
        peers.stop().await;

        let served = bed.start(&[fake::REGISTRY, fake::SCORING, cadre::SERVICE]).await;
        archived(&served, &wang.name, 2).await;
    }

    // H10: an archive is insert-only, whoever holds the connection.
    async fn an_entry_cannot_be_changed_or_removed(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        put_run(&served, DISTRICT, "r1", "2023Q1").await;
        publish(&served, DISTRICT, "r1", "finance", 1).await;
        let entries = archived(&served, &wang.name, 1).await;
        macro_rules! refuses {
            ($($sql:literal),+ $(,)?) => {{$({
                let mut tx = served.db("cadre").begin_write().await.unwrap();
                let error = kit::execute!(tx, $sql).expect_err($sql);
                assert!(format!("{error:?}").contains("insert-only"), "{}: {error:?}", $sql);
            })+}};
        }
        refuses!("UPDATE archive_entry SET rank = '1'", "DELETE FROM archive_entry");
        match bed.engine() {
            Engine::Sqlite => refuses!(
                "INSERT OR REPLACE INTO archive_entry SELECT * FROM archive_entry",
                "INSERT OR REPLACE INTO archive_entry SELECT district, 99, person, 'x', kind, source,
                 title, unit, post, period, score, rank, track_size, create_time FROM archive_entry",
                "UPDATE OR REPLACE archive_entry SET sequence = 1",
            ),
            Engine::Postgres => refuses!("TRUNCATE archive_entry", "TRUNCATE person CASCADE"),
        }
        assert_eq!(archive(&served, &wang.name).await, entries);
    }

    // H10
    async fn archives_are_filtered_and_paged(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        for (run, period) in [("r1", "2023Q1"), ("r2", "2023Q2")] {
            put_run(&served, DISTRICT, run, period).await;
            publish(&served, DISTRICT, run, "finance", 1).await;
            publish(&served, DISTRICT, run, "water", 2).await;
        }
        let all = archived(&served, EVERYBODY, 4).await;
        let mut archives = ArchiveServiceClient::new(served.channel());
        let mut request = pb::ListArchiveEntriesRequest {
            parent: EVERYBODY.to_owned(),
            page_size: 3,
            ..Default::default()
        };
        let first = archives.list_archive_entries(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let last = archives.list_archive_entries(request.clone()).await.unwrap().into_inner();
        assert_eq!([first.archive_entries, last.archive_entries].concat(), all);
        assert_eq!(last.next_page_token, "");
        request.page_token = String::new();
        request.period = format!("{DISTRICT}/periods/2023Q2");
        let some = archives.list_archive_entries(request).await.unwrap().into_inner();
        assert_eq!(some.archive_entries.len(), 2);

        let bad = pb::ListArchiveEntriesRequest {
            parent: "districts/-/persons/-".to_owned(),
            page_size: -1,
            period: "2023Q1".to_owned(),
            ..Default::default()
        };
        let refusal = archives.list_archive_entries(bad).await;
        refused(refusal, &[("parent", "NAME_FORMAT"), ("period", "NAME_FORMAT")]);
        let name = format!("{DISTRICT}/persons/nobody/archiveEntries/none");
        let absent = archives.get_archive_entry(pb::GetArchiveEntryRequest { name }).await;
        assert_eq!(absent.unwrap_err().code(), Code::NotFound);
    }
}
