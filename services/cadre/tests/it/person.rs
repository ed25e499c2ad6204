//! Persons and their postings.

use kit::testing::Bed;
use proto::cadre::v1 as pb;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::data::{DISTRICT, add, create, date, head, person, persons};
use crate::{data, fake, refused};

fn batch(persons: Vec<pb::Person>) -> pb::BatchCreatePersonsRequest {
    pb::BatchCreatePersonsRequest {
        parent: DISTRICT.to_owned(),
        persons,
        request_id: String::new(),
    }
}

fn update(person: &pb::Person, paths: &[&str]) -> pb::UpdatePersonRequest {
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let mask = prost_types::FieldMask { paths };
    pb::UpdatePersonRequest {
        person: Some(person.clone()),
        update_mask: Some(mask),
        ..Default::default()
    }
}

async fn list(served: &kit::testing::Served, request: pb::ListPersonsRequest) -> Vec<String> {
    let request = pb::ListPersonsRequest { parent: DISTRICT.to_owned(), ..request };
    let reply = persons(served).list_persons(request).await.unwrap().into_inner();
    reply.persons.into_iter().map(|person| person.display_name).collect()
}

kit::both! {
    // H10
    async fn a_person_is_kept_with_postings_by_start_date(bed: &Bed) {
        let served = fake::start(bed).await;
        let given = pb::Person {
            external_id: "61-0001".to_owned(),
            ..person("  王秀兰 ", vec![
                head("water", (2022, 5, 1), None),
                head("finance", (2019, 1, 1), Some((2022, 4, 30))),
            ])
        };
        let made = add(&served, given).await;
        assert_eq!((made.display_name.as_str(), made.external_id.as_str()), ("王秀兰", "61-0001"));
        let units: Vec<&str> = made.postings.iter().map(|it| it.unit.as_str()).collect();
        assert_eq!(units, ["districts/hengkou/units/finance", "districts/hengkou/units/water"]);
        assert_eq!(made.postings[0].end_date, Some(date((2022, 4, 30))));
        assert_eq!(made.create_time, made.update_time);
        let request = pb::GetPersonRequest { name: made.name.clone() };
        assert_eq!(persons(&served).get_person(request).await.unwrap().into_inner(), made);
    }

    async fn lists_are_filtered_and_paged(bed: &Bed) {
        let served = fake::start(bed).await;
        for (index, unit) in ["finance", "water", "finance", "roads"].iter().enumerate() {
            let posting = pb::Posting { head: false, ..head(unit, (2023, 1, 1), None) };
            let external_id = format!("k{index}");
            let name = format!("第{index}人");
            add(&served, pb::Person { external_id, ..person(&name, vec![posting]) }).await;
        }
        let unit = format!("{DISTRICT}/units/finance");
        let mut found = list(&served, pb::ListPersonsRequest { unit, ..Default::default() }).await;
        found.sort();
        assert_eq!(found, ["第0人", "第2人"]);
        let external_id = "k3".to_owned();
        let request = pb::ListPersonsRequest { external_id, ..Default::default() };
        assert_eq!(list(&served, request).await, ["第3人"]);

        let mut request = pb::ListPersonsRequest {
            parent: DISTRICT.to_owned(),
            page_size: 3,
            ..Default::default()
        };
        let first = persons(&served).list_persons(request.clone()).await.unwrap().into_inner();
        assert_eq!(first.persons.len(), 3);
        request.page_token = first.next_page_token;
        let last = persons(&served).list_persons(request.clone()).await.unwrap().into_inner();
        assert_eq!((last.persons.len(), last.next_page_token.as_str()), (1, ""));
        request.external_id = "k1".to_owned();
        refused(persons(&served).list_persons(request).await, &[("page_token", "PAGE_TOKEN")]);
        let elsewhere = pb::ListPersonsRequest {
            parent: DISTRICT.to_owned(),
            unit: "districts/xingping/units/finance".to_owned(),
            ..Default::default()
        };
        refused(persons(&served).list_persons(elsewhere).await, &[("unit", "OTHER_DISTRICT")]);
    }

    async fn bad_input_is_named_field_by_field(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let bad = pb::Person {
            external_id: "长".repeat(65),
            ..person("王\u{200b}秀兰", vec![
                pb::Posting { unit: "districts/xingping/units/water".to_owned(), ..head("", (2023, 2, 1), Some((2023, 1, 31))) },
                pb::Posting::default(),
                pb::Posting { start_date: Some(date((2023, 2, 30))), ..head("no unit", (0, 0, 0), None) },
            ])
        };
        refused(client.create_person(create(bad)).await, &[
            ("person.display_name", "CHARACTER"),
            ("person.external_id", "LENGTH"),
            ("person.postings[0].unit", "OTHER_DISTRICT"),
            ("person.postings[0].end_date", "BEFORE_START"),
            ("person.postings[1].unit", "REQUIRED"),
            ("person.postings[1].post", "REQUIRED"),
            ("person.postings[1].start_date", "REQUIRED"),
            ("person.postings[2].unit", "NAME_FORMAT"),
            ("person.postings[2].start_date", "DATE_FORMAT"),
        ]);
        let none = pb::CreatePersonRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        refused(client.create_person(none).await, &[("person", "REQUIRED")]);
        let many = vec![head("water", (2023, 1, 1), None); 101];
        let many = create(person("王秀兰", many));
        refused(client.create_person(many).await, &[("person.postings", "TOO_MANY")]);
        let id = pb::CreatePersonRequest { request_id: "once".to_owned(), ..create(person("王", vec![])) };
        refused(client.create_person(id).await, &[("request_id", "REQUEST_ID_FORMAT")]);
        let name = pb::GetPersonRequest { name: "persons/1".to_owned() };
        refused(client.get_person(name).await, &[("name", "NAME_FORMAT")]);

        refused(client.batch_create_persons(batch(vec![])).await, &[("persons", "REQUIRED")]);
        let many = batch(vec![person("王", vec![]); 1001]);
        refused(client.batch_create_persons(many).await, &[("persons", "TOO_MANY")]);
        let rows = vec![person("王", vec![]), person("", vec![pb::Posting::default()])];
        refused(client.batch_create_persons(batch(rows)).await, &[
            ("persons[1].display_name", "REQUIRED"),
            ("persons[1].postings[0].unit", "REQUIRED"),
            ("persons[1].postings[0].post", "REQUIRED"),
            ("persons[1].postings[0].start_date", "REQUIRED"),
        ]);
        let nowhere = pb::CreatePersonRequest { parent: "districts/nowhere".to_owned(), ..create(person("王", vec![])) };
        assert_eq!(client.create_person(nowhere).await.unwrap_err().code(), Code::NotFound);
        assert!(list(&served, Default::default()).await.is_empty(), "nothing was stored");
    }

    async fn unknown_units_are_named_by_row(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let rows = vec![
            person("王", vec![head("finance", (2023, 1, 1), None)]),
            person("李", vec![head("water", (2023, 1, 1), None), head("moon", (2022, 1, 1), None)]),
        ];
        let unknown = [("persons[1].postings[1].unit", "UNKNOWN_UNIT")];
        refused(client.batch_create_persons(batch(rows.clone())).await, &unknown);

        // More units than are asked for one by one.
        let mut many = rows;
        for index in 0..40 {
            let unit = format!("village-{index}");
            data::put_unit(&served, DISTRICT, &unit).await;
            many.push(person("张", vec![head(&unit, (2023, 1, 1), None)]));
        }
        refused(client.batch_create_persons(batch(many.clone())).await, &unknown);
        many[1].postings.pop();
        let made = client.batch_create_persons(batch(many)).await.unwrap().into_inner();
        assert_eq!(made.persons.len(), 42);
    }

    // H10: a result belongs to one head.
    async fn a_unit_has_one_head_a_day(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let before = add(&served, person("王", vec![head("finance", (2020, 1, 1), Some((2022, 12, 31)))])).await;
        let overlapping = create(person("李", vec![
            pb::Posting { head: false, ..head("finance", (2021, 1, 1), None) },
            head("finance", (2022, 12, 31), None),
        ]));
        let status = client.create_person(overlapping).await.unwrap_err();
        assert!(status.message().contains(&before.name), "{}", status.message());
        refused(Err::<(), _>(status), &[("person.postings[1].unit", "POSTING_OVERLAP")]);
        let after = add(&served, person("李", vec![head("finance", (2023, 1, 1), None)])).await;

        let rows = vec![
            person("赵", vec![head("water", (2022, 1, 1), None)]),
            person("钱", vec![head("roads", (2022, 1, 1), None), head("water", (2021, 1, 1), Some((2022, 1, 1)))]),
            person("孙", vec![head("finance", (2023, 5, 1), None)]),
        ];
        refused(client.batch_create_persons(batch(rows)).await, &[
            ("persons[1].postings[1].unit", "POSTING_OVERLAP"),
            ("persons[2].postings[0].unit", "POSTING_OVERLAP"),
        ]);
        assert_eq!(list(&served, Default::default()).await.len(), 2, "a batch is all or nothing");

        let longer = pb::Person { postings: vec![head("finance", (2020, 1, 1), None)], ..before.clone() };
        let outcome = client.update_person(update(&longer, &["postings"])).await;
        refused(outcome, &[("person.postings[0].unit", "POSTING_OVERLAP")]);
        // One's own former posting is no obstacle.
        let moved = pb::Person { postings: vec![head("finance", (2023, 2, 1), None)], ..after };
        client.update_person(update(&moved, &["postings"])).await.unwrap();
    }

    // H10
    async fn of_many_at_once_one_becomes_head(bed: &Bed) {
        let served = fake::start(bed).await;
        let units: Vec<String> = (0..8).map(|index| format!("village-{index}")).collect();
        for unit in &units {
            data::put_unit(&served, DISTRICT, unit).await;
        }
        let asked = (0..64).map(|index| {
            let mut client = persons(&served);
            let posting = head(&units[index / 8], (2023, 1, index as i32 % 8 + 1), None);
            let request = create(person(&format!("候选{index}"), vec![posting]));
            tokio::spawn(async move { client.create_person(request).await })
        });
        let mut heads = 0;
        for outcome in futures::future::join_all(asked).await {
            match outcome.unwrap() {
                Ok(_) => heads += 1,
                refusal => refused(refusal, &[("person.postings[0].unit", "POSTING_OVERLAP")]),
            }
        }
        let request = pb::ListPersonsRequest { page_size: 1000, ..Default::default() };
        assert_eq!((heads, list(&served, request).await.len()), (8, 8));
    }

    async fn an_external_id_is_taken_once(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let keyed = |key: &str| pb::Person { external_id: key.to_owned(), ..person("王", vec![]) };
        let first = add(&served, keyed("k1")).await;
        let second = add(&served, keyed("k2")).await;
        let status = client.create_person(create(keyed("k1"))).await.unwrap_err();
        assert_eq!(status.code(), Code::AlreadyExists);
        assert_eq!(status.get_details_resource_info().unwrap().resource_name, first.name);
        let status = client.update_person(update(&pb::Person { external_id: "k1".to_owned(), ..second }, &["external_id"])).await;
        assert_eq!(status.unwrap_err().code(), Code::AlreadyExists);
        let rows = vec![keyed("k3"), keyed("k1"), keyed(""), keyed(""), keyed("k3")];
        refused(client.batch_create_persons(batch(rows)).await, &[
            ("persons[1].external_id", "EXTERNAL_ID_TAKEN"),
            ("persons[4].external_id", "DUPLICATE"),
        ]);

        let asked = (0..4).map(|_| {
            let (mut client, request) = (persons(&served), create(keyed("k9")));
            tokio::spawn(async move { client.create_person(request).await })
        });
        let outcomes = futures::future::join_all(asked).await;
        let codes = outcomes.into_iter().map(|it| it.unwrap().map_or_else(|it| it.code(), |_| Code::Ok));
        let codes: Vec<Code> = codes.filter(|code| *code != Code::AlreadyExists).collect();
        assert_eq!(codes, [Code::Ok]);
    }

    async fn a_thousand_persons_come_in_one_batch(bed: &Bed) {
        let served = fake::start(bed).await;
        let row = |index: usize| pb::Person {
            external_id: format!("k{index}"),
            ..person(&format!("第{index}人"), vec![pb::Posting { head: false, ..head("roads", (2023, 1, 1), None) }])
        };
        let request = batch((0..1000).map(row).collect());
        let made = persons(&served).batch_create_persons(request).await.unwrap().into_inner();
        assert_eq!(made.persons.len(), 1000);
        assert_eq!(made.persons[999].display_name, "第999人");
        let request = pb::ListPersonsRequest { page_size: 1000, ..Default::default() };
        assert_eq!(list(&served, request).await.len(), 1000);
    }

    async fn an_update_changes_what_it_names(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let made = add(&served, person("王", vec![head("finance", (2023, 1, 1), None)])).await;
        bed.clock().set("2023-04-02T00:00:00Z".parse().unwrap());
        let renamed = pb::Person { display_name: "王五".to_owned(), postings: vec![], ..made.clone() };
        let whole = pb::UpdatePersonRequest { person: Some(renamed.clone()), ..Default::default() };
        let changed = client.update_person(whole).await.unwrap().into_inner();
        assert_eq!((changed.display_name.as_str(), changed.postings.len()), ("王五", 1));
        assert_ne!((&changed.etag, changed.update_time), (&made.etag, made.update_time));

        let status = client.update_person(update(&renamed, &["postings"])).await.unwrap_err();
        assert_eq!(status.code(), Code::Aborted, "the etag is of the revision before");
        let emptied = pb::Person { etag: String::new(), ..renamed };
        let changed = client.update_person(update(&emptied, &["postings"])).await.unwrap().into_inner();
        assert!(changed.postings.is_empty(), "a named field is set to what is given");
        refused(client.update_person(update(&emptied, &["name"])).await, &[("update_mask", "UNKNOWN_PATH")]);
        let nameless = pb::Person { display_name: String::new(), ..emptied };
        refused(client.update_person(update(&nameless, &["display_name"])).await, &[("person.display_name", "REQUIRED")]);
        let nobody = pb::Person { name: format!("{DISTRICT}/persons/nobody"), ..nameless };
        assert_eq!(client.update_person(update(&nobody, &["postings"])).await.unwrap_err().code(), Code::NotFound);
    }

    async fn an_update_without_a_change_leaves_no_trace(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let made = add(&served, person("王", vec![head("finance", (2023, 1, 1), None)])).await;
        bed.clock().set("2023-04-02T00:00:00Z".parse().unwrap());
        let whole = pb::UpdatePersonRequest { person: Some(made.clone()), ..Default::default() };
        assert_eq!(client.update_person(whole).await.unwrap().into_inner(), made);
        let named = update(&made, &["display_name", "external_id", "postings"]);
        assert_eq!(client.update_person(named).await.unwrap().into_inner(), made);
        let mut tx = served.db("cadre").begin_read().await.unwrap();
        let events = kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM kit_feed").unwrap();
        assert_eq!(events, (1,));
    }

    async fn a_repeated_request_has_one_effect(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = persons(&served);
        let request_id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned();
        let request = pb::CreatePersonRequest { request_id, ..create(person("王", vec![head("finance", (2023, 1, 1), None)])) };
        let first = client.create_person(request.clone()).await.unwrap().into_inner();
        let again = client.create_person(request.clone()).await.unwrap().into_inner();
        assert_eq!(first, again);
        let other = pb::CreatePersonRequest { person: Some(person("李", vec![])), ..request };
        let status = client.create_person(other).await.unwrap_err();
        assert_eq!(status.get_details_error_info().unwrap().reason, "REQUEST_ID_REUSED");
        assert_eq!(list(&served, Default::default()).await, ["王"]);
    }

    // A1
    async fn without_the_registry_nobody_is_created(bed: &Bed) {
        let served = bed.start(&[cadre::SERVICE]).await;
        let request = create(person("王", vec![head("finance", (2023, 1, 1), None)]));
        let status = persons(&served).create_person(request).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable);
        assert!(list(&served, Default::default()).await.is_empty());
    }
}
