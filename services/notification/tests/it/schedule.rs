//! Schedules: the office's rhythm, kept once by however many processes.

use kit::testing::{Bed, Channel, Served, eventually};
use prost_types::FieldMask;
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::calendar_service_client::CalendarServiceClient;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::occurrence::State;
use proto::notification::v1::rectification_service_client::RectificationServiceClient;
use proto::notification::v1::schedule_service_client::ScheduleServiceClient;
use proto::notification::v1::trigger_recipient::Relation;
use proto::registry::v1 as registry;
use proto::scoring::v1 as scoring;
use tonic::{Code, Status};

use crate::data::{DISTRICT, put_units};
use crate::document::{list, text};
use crate::{denied, fake, refused};

fn client(served: &Served) -> ScheduleServiceClient<Channel> {
    ScheduleServiceClient::new(served.channel())
}

fn name(id: &str) -> String {
    format!("{DISTRICT}/schedules/{id}")
}

fn day(month: i32, day: i32) -> Date {
    Date { year: 2023, month, day }
}

/// Each Monday at nine.
fn dispatch() -> pb::Schedule {
    pb::Schedule {
        display_name: "周调度".to_owned(),
        frequency: pb::ScheduleFrequency::Weekly.into(),
        weekday: 1,
        hour: 9,
        document_kind: pb::DocumentKind::DispatchNotice.into(),
        fields: vec![
            text("meeting", "{{ period }}调度会"),
            text("time", "{{ date }}上午9时"),
            text("place", "第一会议室"),
            list("agenda", &["通报进度", "{% if delay %}{{ delay }}{% endif %}"]),
        ],
        ..Default::default()
    }
}

async fn create(served: &Served, id: &str, schedule: pb::Schedule) -> Result<pb::Schedule, Status> {
    let request = pb::CreateScheduleRequest {
        parent: DISTRICT.to_owned(),
        schedule_id: id.to_owned(),
        schedule: Some(schedule),
        ..Default::default()
    };
    client(served).create_schedule(request).await.map(|it| it.into_inner())
}

async fn holidays(served: &Served, holidays: &[Date]) -> pb::Calendar {
    let calendar = pb::Calendar {
        name: format!("{DISTRICT}/calendar"),
        holidays: holidays.to_vec(),
        ..Default::default()
    };
    let request = pb::UpdateCalendarRequest { calendar: Some(calendar) };
    let mut client = CalendarServiceClient::new(served.channel());
    client.update_calendar(request).await.unwrap().into_inner()
}

/// Sets a calendar and lets one occurrence be kept.
pub(crate) async fn keep_one(bed: &Bed, served: &Served) {
    holidays(served, &[day(5, 1)]).await;
    create(served, "dispatch", dispatch()).await.unwrap();
    bed.clock().set("2023-04-03T01:00:00Z".parse().unwrap());
    kept(served, "dispatch", 1).await;
}

async fn kept(served: &Served, id: &str, count: usize) -> Vec<pb::Occurrence> {
    eventually(async || {
        let mut request =
            pb::ListOccurrencesRequest { parent: name(id), page_size: 2, ..Default::default() };
        let mut found = Vec::new();
        loop {
            let page = client(served).list_occurrences(request.clone()).await.unwrap().into_inner();
            found.extend(page.occurrences);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert!(found.len() <= count, "{} occurrences instead of {count}", found.len());
        (found.len() == count).then_some(found)
    })
    .await
}

async fn documents(served: &Served) -> Vec<pb::Document> {
    let request = pb::ListDocumentsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
    let mut client = DocumentServiceClient::new(served.channel());
    client.list_documents(request).await.unwrap().into_inner().documents
}

kit::both! {
    // X8, H5: nine o'clock in the district, once, whoever looks.
    async fn a_weekly_dispatch_is_called_once_however_many_processes_run(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        // A second process on the same database.
        let other = fake::start(bed).await;
        put_units(&other, DISTRICT).await;
        let made = create(&served, "dispatch", dispatch()).await.unwrap();
        // The first of April is a Saturday; Monday the third, nine in Shanghai.
        assert_eq!(made.next_time.unwrap().seconds, 1_680_483_600);
        bed.clock().set("2023-04-03T01:00:00Z".parse().unwrap());
        let first = kept(&served, "dispatch", 1).await.remove(0);
        assert_eq!((first.state(), first.late), (State::Written, false));
        assert_eq!(first.planned_date, Some(day(4, 3)));
        bed.clock().set("2023-04-10T01:00:00Z".parse().unwrap());
        kept(&other, "dispatch", 2).await;
        let found = documents(&served).await;
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.clone(), found[0].cause.clone()), (first.document, name("dispatch")));
        assert_eq!(found[0].texts[0].subject, "关于召开2023年第14周调度会的通知");
        assert!(found[0].texts[0].body.contains("2023年4月3日上午9时"), "{:?}", found[0].texts[0]);
        assert!(!found[0].texts[0].body.contains("补发"));
        let english = &found[0].texts[1];
        assert!(english.body.contains("week 14 of 2023"), "{english:?}");
        assert!(english.body.contains("3 April 2023"), "{english:?}");
        assert!(!english.body.contains("2023年"), "{english:?}");
    }

    // H5, X8: three weeks away, and each of them is caught up and says so.
    async fn a_missed_occurrence_is_caught_up_and_says_so(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        create(&served, "dispatch", dispatch()).await.unwrap();
        let last = pb::Schedule { catch_up_last_only: true, ..dispatch() };
        create(&served, "last", last).await.unwrap();
        served.stop().await;
        bed.clock().set("2023-04-17T01:30:00Z".parse().unwrap());
        let served = fake::start(bed).await;
        let found = kept(&served, "dispatch", 3).await;
        let late: Vec<_> = found.iter().map(|it| it.late).collect();
        assert_eq!(late, [true, true, false]);
        let found = kept(&served, "last", 3).await;
        let states: Vec<_> = found.iter().map(|it| it.state()).collect();
        assert_eq!(states, [State::PassedOver, State::PassedOver, State::Written]);
        let found = documents(&served).await;
        let told = found.iter().filter(|it| it.texts[1].body.contains("It was due on ")).count();
        assert_eq!(told, 2, "{found:?}");
        let bodies: Vec<_> = found.into_iter().map(|it| it.texts[0].body.clone()).collect();
        assert_eq!(bodies.len(), 4);
        let says = bodies.iter().filter(|it| it.contains("本期原定2023年4月")).count();
        assert_eq!(says, 2, "{bodies:?}");
    }

    // H5: each second month, from what inspections came to.
    async fn an_inspection_bulletin_comes_each_second_month(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let bulletin = pb::Schedule {
            display_name: "双月督查通报".to_owned(),
            frequency: pb::ScheduleFrequency::Bimonthly.into(),
            month: 1,
            day: 5,
            hour: 8,
            speaks_of_before: true,
            document_kind: pb::DocumentKind::InspectionBulletin.into(),
            fields: vec![
                text("scope", "{{ period }}开展平时督查"),
                list("problems", &["{% for it in inspections %}{% if it.problems %}{{ it.unit }}：问题{{ it.problems }}个，未销号{{ it.open }}个\n{% endif %}{% endfor %}"]),
            ],
            ..Default::default()
        };
        create(&served, "bulletin", bulletin).await.unwrap();
        let count = |unit: &str, minor_count, major_count, open_count| scoring::InspectionCount {
            unit: format!("{DISTRICT}/units/{unit}"),
            inspection_count: 1,
            minor_count,
            major_count,
            open_count,
            ..Default::default()
        };
        for (month, counts) in [
            ("2023-03", vec![count("transport", 1, 1, 1), count("water", 0, 0, 0)]),
            ("2023-04", vec![count("transport", 2, 0, 1)]),
        ] {
            let name = format!("{DISTRICT}/periods/{month}/inspectionCounts");
            let reply = scoring::ListInspectionCountsResponse { inspection_counts: counts };
            served.put("scoring", &name, &reply).await;
        }
        bed.clock().set("2023-05-05T00:00:00Z".parse().unwrap());
        kept(&served, "bulletin", 1).await;
        let found = documents(&served).await.remove(0);
        assert_eq!(found.texts[0].subject, "关于2023年3—4月督查情况的通报");
        assert_eq!(found.texts[1].subject, "Bulletin of inspections, March and April 2023");
        assert_eq!(found.period, format!("{DISTRICT}/periods/2023-04"));
        let problems = list("problems", &["交通局：问题4个，未销号2个"]);
        assert!(found.fields.contains(&problems), "{:?}", found.fields);
        assert!(found.recipients.is_empty());
    }

    // X10: to every unit of a category, by the calendar.
    async fn checklists_go_out_each_quarter(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let checklist = pb::Schedule {
            display_name: "季度核查对单".to_owned(),
            frequency: pb::ScheduleFrequency::Quarterly.into(),
            month: 2,
            day: 1,
            hour: 9,
            due_days: 10,
            document_kind: pb::DocumentKind::Checklist.into(),
            recipient_categories: vec!["economic".to_owned()],
            recipients: vec![format!("{DISTRICT}/units/office")],
            fields: vec![
                text("matter", "{{ period }}政治体检"),
                list("items", &["责任落实", "问题台账"]),
            ],
            ..Default::default()
        };
        let made = create(&served, "checklist", checklist).await.unwrap();
        assert_eq!(made.next_time.unwrap().seconds, 1_682_902_800);
        // The first to the third of May are holidays: it follows at once.
        let calendar = holidays(&served, &[day(5, 1), day(5, 2), day(5, 3)]).await;
        assert_eq!(holidays(&served, &[day(5, 1), day(5, 2), day(5, 3)]).await, calendar);
        let request = pb::GetScheduleRequest { name: name("checklist") };
        let moved = client(&served).get_schedule(request).await.unwrap().into_inner();
        assert_eq!(moved.next_time.unwrap().seconds, 1_682_902_800 + 3 * 86_400);
        bed.clock().set("2023-05-01T01:00:00Z".parse().unwrap());
        assert!(documents(&served).await.is_empty());
        bed.clock().set("2023-05-04T01:00:00Z".parse().unwrap());
        let kept = kept(&served, "checklist", 1).await.remove(0);
        assert_eq!(kept.planned_date, Some(day(5, 1)));
        let found = documents(&served).await.remove(0);
        let names: Vec<_> = found.recipients.iter().map(|it| it.unit_display_name.as_str()).collect();
        assert_eq!(names, ["考核办", "公路段", "交通局", "水利局"]);
        assert_eq!(found.due_date, Some(day(5, 14)));
        assert_eq!(found.texts[0].subject, "关于2023年第二季度政治体检的核查对单");
    }

    // X8, X10: a checklist that no unit would get is not recorded as written; it says why, and follows.
    async fn an_occurrence_that_reaches_nobody_is_held_with_a_reason(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let checklist = pb::Schedule {
            display_name: "月度核查对单".to_owned(),
            frequency: pb::ScheduleFrequency::Monthly.into(),
            month: 1,
            day: 4,
            hour: 9,
            document_kind: pb::DocumentKind::Checklist.into(),
            recipient_categories: vec!["park".to_owned()],
            fields: vec![text("matter", "{{ period }}政治体检"), list("items", &["责任落实"])],
            ..Default::default()
        };
        create(&served, "checklist", checklist).await.unwrap();
        create(&served, "dispatch", dispatch()).await.unwrap();
        bed.clock().set("2023-04-04T01:00:00Z".parse().unwrap());
        let get = async || {
            let request = pb::GetScheduleRequest { name: name("checklist") };
            client(&served).get_schedule(request).await.unwrap().into_inner()
        };
        let held = eventually(async || {
            let found = get().await;
            (!found.fault.is_empty()).then_some(found)
        })
        .await;
        assert!(held.fault.contains("no unit of its recipients"), "{held:?}");
        kept(&served, "checklist", 0).await;
        // Another schedule of the district does not wait for it.
        kept(&served, "dispatch", 1).await;

        let park = registry::Unit {
            name: format!("{DISTRICT}/units/park"),
            display_name: "产业园".to_owned(),
            category: "park".to_owned(),
            ..Default::default()
        };
        let units = registry::ListUnitsResponse { units: vec![park], ..Default::default() };
        served.put("registry", &format!("{DISTRICT}/units"), &units).await;
        bed.clock().set("2023-04-04T01:10:00Z".parse().unwrap());
        let kept = kept(&served, "checklist", 1).await.remove(0);
        assert_eq!((kept.state(), kept.planned_date), (State::Written, Some(day(4, 4))));
        assert_eq!(get().await.fault, "");
    }

    // X8, H5: a schedule's words are in two languages, each with the values of that.
    async fn a_schedule_speaks_two_languages(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let mut worded = dispatch();
        worded.fields[2].english_text = "Room {{ room }}".to_owned();
        let path = "schedule.fields[place].english_text";
        let outcome = create(&served, "dispatch", worded.clone()).await;
        refused(outcome, &[(path, "UNKNOWN_VARIABLE")]);
        worded.fields[0].english_text = "the meeting of {{ period }}".to_owned();
        worded.fields[1].english_text = "{{ date }}, 9 o'clock".to_owned();
        worded.fields[2].english_text = "Room 1".to_owned();
        worded.fields[3].english_items = vec!["Report".to_owned(), "{{ delay }}".to_owned()];
        let made = create(&served, "dispatch", worded.clone()).await.unwrap();
        worded.fields.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(made.fields, worded.fields);
        // Two hours late.
        served.stop().await;
        bed.clock().set("2023-04-03T03:00:00Z".parse().unwrap());
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        kept(&served, "dispatch", 1).await;
        let found = documents(&served).await.remove(0);
        let [chinese, english] = &found.texts[..] else { panic!("{found:?}") };
        for said in ["the meeting of week 14 of 2023", "3 April 2023, 9 o'clock", "Room 1", "It was due on 3 April 2023."] {
            assert!(english.body.contains(said) && !chinese.body.contains(said), "{said}: {english:?}");
        }
        assert!(!english.body.contains("通报进度") && chinese.body.contains("通报进度"), "{english:?}");
        assert!(chinese.body.contains("本期原定2023年4月3日，现予补发。"), "{chinese:?}");
    }

    // X8, X10, Q3: to heads, to leaders in charge and to the office, and it says where nobody stands.
    async fn a_schedule_writes_to_those_who_stand_to_its_units(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        crate::data::put_oversight(&served, DISTRICT).await;
        let to = |relation: Relation| pb::TriggerRecipient {
            relation: relation.into(),
            ..Default::default()
        };
        let unit = |id: &str| format!("{DISTRICT}/units/{id}");
        let checklist = pb::Schedule {
            document_kind: pb::DocumentKind::Checklist.into(),
            fields: vec![text("matter", "政治体检"), list("items", &["责任落实"])],
            ..dispatch()
        };
        let alone = pb::Schedule { recipient_relations: vec![to(Relation::UnitHead)], ..checklist.clone() };
        refused(create(&served, "alone", alone).await, &[("schedule.recipients", "REQUIRED")]);
        let mut wrong = pb::Schedule {
            recipients: vec![unit("transport")],
            recipient_relations: vec![to(Relation::EvaluatingUnit), to(Relation::Unspecified)],
            ..checklist.clone()
        };
        let path = "schedule.recipient_relations";
        let outcome = create(&served, "wrong", wrong.clone()).await;
        refused(outcome, &[(&format!("{path}[1].relation"), "REQUIRED")]);
        wrong.recipient_relations.pop();
        let outcome = create(&served, "wrong", wrong.clone()).await;
        refused(outcome, &[(&format!("{path}[0].relation"), "NOT_ALLOWED")]);
        let own = pb::TriggerRecipient { problem: "台账不全".to_owned(), ..to(Relation::MemberUnit) };
        wrong.recipient_relations = vec![own];
        let outcome = create(&served, "wrong", wrong.clone()).await;
        let expected = ["relation", "problem"].map(|it| format!("{path}[0].{it}"));
        refused(outcome, &[(&*expected[0], "NOT_ALLOWED"), (&*expected[1], "NOT_ALLOWED")]);
        let nobody = pb::TriggerRecipient { unit: unit("nobody"), ..to(Relation::Named) };
        let wrong = pb::Schedule { recipient_relations: vec![nobody], ..wrong };
        let outcome = create(&served, "wrong", wrong).await;
        refused(outcome, &[(&format!("{path}[0].unit"), "UNKNOWN_UNIT")]);

        let relations = [
            Relation::Unit, Relation::UnitHead, Relation::LeaderInCharge, Relation::ParentUnit,
            Relation::Office,
        ];
        let several = pb::Schedule {
            recipients: vec![unit("road-bureau"), unit("water")],
            recipient_relations: relations.map(to).to_vec(),
            ..checklist.clone()
        };
        let made = create(&served, "several", several.clone()).await.unwrap();
        assert_eq!(made.recipient_relations, several.recipient_relations);
        let office = pb::Schedule { recipient_relations: vec![to(Relation::Office)], ..checklist };
        create(&served, "office", office).await.unwrap();
        bed.clock().set("2023-04-03T01:00:00Z".parse().unwrap());
        kept(&served, "several", 1).await;
        kept(&served, "office", 1).await;
        let found = documents(&served).await;
        let whom = |of: &str| {
            let it = found.iter().find(|it| it.cause == name(of)).unwrap();
            let to = it.recipients.iter().map(|it| {
                (it.unit.rsplit('/').next().unwrap().to_owned(), it.role(), it.further_roles().collect::<Vec<_>>())
            });
            (to.collect::<Vec<_>>(), it.missing.clone())
        };
        use pb::RecipientRole as Role;
        let (to_whom, missing) = whom("several");
        assert_eq!(to_whom, [
            ("road-bureau".to_owned(), Role::Unspecified, vec![Role::UnitHead]),
            // It heads itself, and stands for the leader in charge of the bureau.
            ("water".to_owned(), Role::Unspecified, vec![Role::UnitHead, Role::LeaderInCharge]),
            ("transport".to_owned(), Role::Unspecified, vec![]),
            ("office".to_owned(), Role::OfficeDuty, vec![]),
        ]);
        let lacks = |relation| pb::TriggerRecipient { unit: unit("water"), ..to(relation) };
        assert_eq!(missing, [lacks(Relation::LeaderInCharge), lacks(Relation::ParentUnit)]);
        assert_eq!(whom("office"), (vec![("office".to_owned(), Role::OfficeDuty, vec![])], vec![]));
    }

    // X8
    async fn a_schedule_is_checked_and_changed(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let wrong = pb::Schedule {
            weekday: 8,
            day: 3,
            hour: 24,
            recipients: vec!["nobody".to_owned()],
            ..dispatch()
        };
        refused(create(&served, "dispatch", wrong).await, &[
            ("schedule.weekday", "OUT_OF_RANGE"),
            ("schedule.day", "NOT_ALLOWED"),
            ("schedule.hour", "OUT_OF_RANGE"),
            ("schedule.recipients[0]", "NAME_FORMAT"),
        ]);
        let wrong = pb::Schedule {
            document_kind: pb::DocumentKind::Checklist.into(),
            fields: vec![text("matter", "{{ week }}"), list("agenda", &["x"])],
            ..dispatch()
        };
        refused(create(&served, "dispatch", wrong).await, &[
            ("schedule.recipients", "REQUIRED"),
            ("schedule.fields[agenda]", "UNKNOWN_FIELD"),
            ("schedule.fields[matter]", "UNKNOWN_VARIABLE"),
        ]);
        let wrong = pb::Schedule {
            document_kind: pb::DocumentKind::InspectionBulletin.into(),
            fields: vec![text("scope", "{{ period }}督查")],
            ..dispatch()
        };
        refused(create(&served, "dispatch", wrong).await, &[("schedule.frequency", "NO_PERIOD")]);
        let wrong =
            pb::Schedule { recipients: vec![format!("{DISTRICT}/units/nobody")], ..dispatch() };
        let outcome = create(&served, "dispatch", wrong).await;
        refused(outcome, &[("schedule.recipients[0]", "UNKNOWN_UNIT")]);
        let request = pb::CreateScheduleRequest {
            parent: DISTRICT.to_owned(),
            schedule_id: "dispatch".to_owned(),
            schedule: Some(dispatch()),
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let made = client(&served).create_schedule(request.clone()).await.unwrap().into_inner();
        assert_eq!(client(&served).create_schedule(request).await.unwrap().into_inner(), made);
        denied(create(&served, "dispatch", dispatch()).await, Code::AlreadyExists, "");
        let update = pb::UpdateScheduleRequest {
            schedule: Some(pb::Schedule {
                name: made.name.clone(),
                paused: true,
                etag: made.etag.clone(),
                ..Default::default()
            }),
            update_mask: Some(FieldMask { paths: vec!["paused".to_owned()] }),
        };
        let resting = client(&served).update_schedule(update.clone()).await.unwrap().into_inner();
        assert_eq!((resting.next_time, &resting.fields), (None, &made.fields));
        denied(client(&served).update_schedule(update).await, Code::Aborted, "");
        create(&served, "another", dispatch()).await.unwrap();
        let mut request = pb::ListSchedulesRequest {
            parent: DISTRICT.to_owned(),
            page_size: 1,
            ..Default::default()
        };
        let page = client(&served).list_schedules(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.schedules[0].name, name("another"));
        request.page_token = page.next_page_token;
        let page = client(&served).list_schedules(request).await.unwrap().into_inner();
        assert_eq!(page.schedules, [resting]);
        let both = pb::Calendar {
            name: format!("{DISTRICT}/calendar"),
            holidays: vec![day(5, 1), day(5, 1)],
            workdays: vec![day(5, 1)],
            ..Default::default()
        };
        let request = pb::UpdateCalendarRequest { calendar: Some(both) };
        let outcome = CalendarServiceClient::new(served.channel()).update_calendar(request).await;
        refused(outcome, &[("calendar.holidays[1]", "DUPLICATE"), ("calendar.workdays", "DUPLICATE")]);
        let request = pb::GetScheduleRequest { name: name("nothing") };
        denied(client(&served).get_schedule(request).await, Code::NotFound, "");
    }

    // H5, H7: each who is asked on a day owes a plan for it.
    async fn a_schedule_names_a_problem_to_each_recipient(bed: &Bed) {
        let served = fake::start(bed).await;
        put_units(&served, DISTRICT).await;
        let unit = |id: &str| format!("{DISTRICT}/units/{id}");
        let asking = pb::Schedule {
            display_name: "周自查".to_owned(),
            document_kind: pb::DocumentKind::ReminderSlip.into(),
            recipients: vec![unit("transport"), unit("water")],
            fields: vec![text("matter", "周自查"), list("items", &["报送自查情况"])],
            due_days: 5,
            problem: "{{ period }}自查情况未报".to_owned(),
            ..dispatch()
        };
        let wrong = pb::Schedule {
            problem: "{{ quarter }}".to_owned(),
            due_days: 0,
            ..asking.clone()
        };
        refused(create(&served, "check", wrong).await, &[
            ("schedule.due_days", "REQUIRED"),
            ("schedule.problem", "UNKNOWN_VARIABLE"),
        ]);
        let nobody = pb::Schedule { problem: "未报".to_owned(), due_days: 5, ..dispatch() };
        refused(create(&served, "check", nobody).await, &[("schedule.recipients", "REQUIRED")]);
        let made = create(&served, "check", asking.clone()).await.unwrap();
        assert_eq!(made.problem, asking.problem);
        bed.clock().set("2023-04-03T01:00:00Z".parse().unwrap());
        kept(&served, "check", 1).await;
        let request =
            pb::ListRectificationsRequest { parent: DISTRICT.to_owned(), ..Default::default() };
        let mut rectifications = RectificationServiceClient::new(served.channel());
        let open = rectifications.list_rectifications(request).await.unwrap().into_inner().rectifications;
        let owed: Vec<_> = open.iter().map(|it| (it.recipient.clone(), &*it.problem)).collect();
        let problem = "2023年第14周自查情况未报";
        assert_eq!(owed, [(unit("transport"), problem), (unit("water"), problem)]);
        assert_eq!(open[0].due_date, Some(day(4, 8)));
        let update = pb::UpdateScheduleRequest {
            schedule: Some(pb::Schedule { name: name("check"), ..Default::default() }),
            update_mask: Some(FieldMask { paths: vec!["problem".to_owned()] }),
        };
        let bare = client(&served).update_schedule(update).await.unwrap().into_inner();
        assert_eq!((bare.problem.as_str(), bare.due_days), ("", 5));
    }
}
