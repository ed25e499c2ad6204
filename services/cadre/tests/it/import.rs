//! Persons in full: imported, found by name, corrected without loss, and listed by index.

use kit::testing::{Bed, Engine, Served};
use proto::cadre::v1 as pb;
use tonic::Code;

use crate::data::{DISTRICT, add, create, date, head, person, persons};
use crate::{fake, faults, refused};

fn row(external_id: &str, display_name: &str, postings: Vec<pb::Posting>) -> pb::Person {
    pb::Person { external_id: external_id.to_owned(), ..person(display_name, postings) }
}

fn import(persons: Vec<pb::Person>) -> pb::ImportPersonsRequest {
    pb::ImportPersonsRequest { parent: DISTRICT.to_owned(), persons, ..Default::default() }
}

async fn found(served: &Served, request: pb::ListPersonsRequest) -> Vec<String> {
    let request = pb::ListPersonsRequest { parent: DISTRICT.to_owned(), ..request };
    let page = persons(served).list_persons(request).await.unwrap().into_inner();
    let mut names: Vec<String> = page.persons.into_iter().map(|it| it.display_name).collect();
    names.sort();
    names
}

kit::both! {
    // X11, H10
    async fn an_import_is_tried_then_taken_and_may_be_repeated(bed: &Bed) {
        let served = fake::start(bed).await;
        add(&served, row("1", "王建国", vec![head("finance", (2020, 1, 1), None)])).await;
        let born = pb::Person { birth_date: Some(date((1985, 6, 1))), rank: pb::PersonRank::Section.into(), ..row("1", "王建国", vec![]) };
        let rows = vec![born, row("2", "曾丽", vec![head("water", (2021, 1, 1), None)])];

        let faulty = vec![rows[0].clone(), row("", "", vec![head("moon", (2020, 1, 1), None)]), row("1", "李", vec![])];
        let expected = [("persons[1].display_name", "REQUIRED"), ("persons[1].external_id", "REQUIRED"), ("persons[2].external_id", "DUPLICATE")];
        let dry = pb::ImportPersonsRequest { validate_only: true, ..import(faulty.clone()) };
        let tried = persons(&served).import_persons(dry).await.unwrap().into_inner();
        let problems: Vec<_> = tried.problems.iter().map(|it| (it.field.as_str(), it.reason.as_str())).collect();
        assert_eq!(problems, expected);
        refused(persons(&served).import_persons(import(faulty)).await, &expected);
        let second_head = import(vec![row("3", "李", vec![head("finance", (2022, 1, 1), None)])]);
        refused(persons(&served).import_persons(second_head).await, &[("persons[0].postings[0].unit", "POSTING_OVERLAP")]);

        let counts = |it: &pb::ImportPersonsResponse| (it.created_count, it.updated_count, it.unchanged_count, it.problems.len());
        let dry = pb::ImportPersonsRequest { validate_only: true, ..import(rows.clone()) };
        let tried = persons(&served).import_persons(dry).await.unwrap().into_inner();
        assert_eq!(counts(&tried), (1, 1, 0, 0));
        assert_eq!(found(&served, Default::default()).await, ["王建国"], "a trial stores nothing");
        let taken = persons(&served).import_persons(import(rows.clone())).await.unwrap().into_inner();
        assert_eq!(counts(&taken), (1, 1, 0, 0));
        let again = persons(&served).import_persons(import(rows)).await.unwrap().into_inner();
        assert_eq!(counts(&again), (0, 0, 2, 0));

        // The head of one unit moves to another whose head moves away, in one import.
        let swap = import(vec![row("1", "王建国", vec![head("water", (2021, 1, 1), None)]), row("2", "曾丽", vec![head("finance", (2020, 1, 1), None)])]);
        let swapped = persons(&served).import_persons(swap).await.unwrap().into_inner();
        assert_eq!(counts(&swapped), (0, 2, 0, 0));
    }

    // B4
    async fn persons_are_found_by_name_pinyin_initials_rank_and_birth(bed: &Bed) {
        let served = fake::start(bed).await;
        for (id, name, year, rank) in [("1", "王建国", 1979, 3), ("2", "曾丽", 1986, 2), ("3", "王静", 1988, 3)] {
            let basics = pb::Person { birth_date: Some(date((year, 5, 1))), rank, ..row(id, name, vec![]) };
            add(&served, basics).await;
        }
        let by = |query: &str| pb::ListPersonsRequest { query: query.to_owned(), ..Default::default() };
        assert_eq!(found(&served, by("王")).await, ["王建国", "王静"]);
        assert_eq!(found(&served, by("wjg")).await, ["王建国"]);
        assert_eq!(found(&served, by("Zeng Li")).await, ["曾丽"]);
        assert_eq!(found(&served, by("zl")).await, ["曾丽"]);
        assert!(found(&served, by("x")).await.is_empty());
        let born = pb::ListPersonsRequest { born_from: Some(date((1980, 1, 1))), born_until: Some(date((1989, 12, 31))), ..Default::default() };
        assert_eq!(found(&served, born.clone()).await, ["曾丽", "王静"]);
        let ranked = pb::ListPersonsRequest { rank: pb::PersonRank::Section.into(), ..born };
        assert_eq!(found(&served, ranked).await, ["王静"]);
    }

    // X11: a correction keeps what it corrects.
    async fn every_change_of_a_person_is_kept_with_its_reason(bed: &Bed) {
        let served = fake::start(bed).await;
        let made = add(&served, row("1", "王建", vec![])).await;
        let mended = pb::Person { display_name: "王健".to_owned(), ..made.clone() };
        let request = pb::UpdatePersonRequest { person: Some(mended), reason: "档案核对".to_owned(), ..Default::default() };
        let mended = persons(&served).update_person(request).await.unwrap().into_inner();
        let request = pb::ListPersonRevisionsRequest { parent: made.name.clone(), ..Default::default() };
        let kept = persons(&served).list_person_revisions(request).await.unwrap().into_inner().revisions;
        let kept: Vec<_> = kept.into_iter().map(|it| (it.revision, it.reason, it.person.unwrap())).collect();
        assert_eq!(kept, [(1, String::new(), made), (2, "档案核对".to_owned(), mended)]);
        let named = async |query: &str| found(&served, pb::ListPersonsRequest { query: query.to_owned(), ..Default::default() }).await;
        assert_eq!(named("王健").await, ["王健"]);
        assert!(named("王建").await.is_empty());
        let request = pb::ListPersonRevisionsRequest { parent: format!("{DISTRICT}/persons/nobody"), ..Default::default() };
        assert_eq!(faults(&persons(&served).list_person_revisions(request).await.unwrap_err()).0, Code::NotFound);
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "UPDATE person_revision SET reason = ''").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // X4
    async fn two_exclusive_posts_are_refused(bed: &Bed) {
        let served = fake::start(bed).await;
        let exclusive = |unit, start, end| pb::Posting { exclusive: true, head: false, ..head(unit, start, end) };
        let both = vec![exclusive("finance", (2020, 1, 1), None), exclusive("water", (2023, 1, 1), None)];
        let outcome = persons(&served).create_person(create(person("王", both))).await;
        refused(outcome, &[("person.postings[1].exclusive", "EXCLUSIVE_POSTS")]);
        let one_after_the_other = vec![exclusive("finance", (2020, 1, 1), Some((2022, 12, 31))), exclusive("water", (2023, 1, 1), None)];
        add(&served, person("王", one_after_the_other)).await;
    }

    // B4: thousands of persons are narrowed by an index.
    async fn no_list_of_persons_is_scanned(bed: &Bed) {
        let served = fake::start(bed).await;
        for thousand in 0..3 {
            let many = (0..1000).map(|at| pb::Person { rank: 1 + at % 6, birth_date: Some(date((1960 + at % 40, 1, 1))), ..person(&format!("甲{thousand}乙{at}"), vec![]) });
            let request = pb::BatchCreatePersonsRequest { parent: DISTRICT.to_owned(), persons: many.collect(), ..Default::default() };
            persons(&served).batch_create_persons(request).await.unwrap();
        }
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        kit::execute!(tx, "ANALYZE").unwrap();
        tx.commit().await.unwrap();
        let lists = [
            ("SELECT id FROM person WHERE district = 'hengkou' AND id IN (SELECT person FROM name_key WHERE district = 'hengkou' AND key >= 'jia1yi9' AND key < 'jia1yi9~') ORDER BY id LIMIT 51", "name_key"),
            ("SELECT id FROM person WHERE district = 'hengkou' AND rank = 3 AND id > 'm' ORDER BY id LIMIT 51", "person"),
            ("SELECT id FROM person WHERE district = 'hengkou' AND birth_date >= '1999-01-01' ORDER BY id LIMIT 51", "person"),
        ];
        let mut tx = served.db("cadre").begin_read().await.unwrap();
        for (list, table) in lists {
            let explain = if matches!(bed.engine(), Engine::Sqlite) { "EXPLAIN QUERY PLAN " } else { "EXPLAIN " };
            let plan = plan(&mut tx, &format!("{explain}{list}")).await;
            assert!(!plan.contains("SCAN person") && !plan.contains("SCAN name_key") && !plan.contains("Seq Scan"), "{table}: {plan}");
        }
    }
}

pub(crate) async fn plan(tx: &mut kit::db::Tx, explain: &str) -> String {
    if tx.is_sqlite() {
        let rows: Vec<(i64, i64, i64, String)> = kit::query!(tx, (i64, i64, i64, String), |q| {
            q.push(explain);
        })
        .unwrap();
        rows.into_iter().map(|it| it.3).collect::<Vec<_>>().join("; ")
    } else {
        let rows: Vec<(String,)> = kit::query!(tx, (String,), |q| {
            q.push(explain);
        })
        .unwrap();
        rows.into_iter().map(|it| it.0).collect::<Vec<_>>().join("; ")
    }
}
