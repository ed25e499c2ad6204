//! The political-quality archive: sealed, opened by ticket, every read on record; check-ups.

use jiff::SignedDuration;
use kit::clock::Clock as _;
use kit::testing::{Bed, Channel, Served};
use proto::cadre::v1 as pb;
use proto::cadre::v1::access_ticket::State;
use proto::cadre::v1::access_ticket_service_client::AccessTicketServiceClient;
use proto::cadre::v1::change_service_client::ChangeServiceClient;
use proto::cadre::v1::political_check_service_client::PoliticalCheckServiceClient;
use proto::cadre::v1::political_record_service_client::PoliticalRecordServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::data::{DISTRICT, add, date, head, on, person};
use crate::{fake, refused, unmet};

const SECRET: &str = "反向测评：两次会议表态不鲜明";

fn records(served: &Served) -> PoliticalRecordServiceClient<Channel> {
    PoliticalRecordServiceClient::new(served.channel())
}

fn tickets(served: &Served) -> AccessTicketServiceClient<Channel> {
    AccessTicketServiceClient::new(served.channel())
}

fn rating(kind: pb::PoliticalRecordKind, verdict: pb::PoliticalVerdict) -> pb::PoliticalRecord {
    pb::PoliticalRecord {
        kind: kind.into(),
        period: format!("{DISTRICT}/periods/2023Q1"),
        contents: SECRET.to_owned(),
        verdict: verdict.into(),
        recorder: "organisation.zhao".to_owned(),
        ..Default::default()
    }
}

async fn file(
    served: &Served,
    person: &str,
    record: pb::PoliticalRecord,
) -> Result<pb::PoliticalRecord, Status> {
    let request = pb::CreatePoliticalRecordRequest {
        parent: person.to_owned(),
        political_record: Some(record),
        ..Default::default()
    };
    Ok(records(served).create_political_record(request).await?.into_inner())
}

async fn ask(served: &Served, person: &str, reader: &str) -> Result<pb::AccessTicket, Status> {
    let ticket = pb::AccessTicket {
        person: person.to_owned(),
        reader: reader.to_owned(),
        purpose: "换届考察".to_owned(),
        hours: 2,
        ..Default::default()
    };
    let request = pb::CreateAccessTicketRequest {
        parent: DISTRICT.to_owned(),
        access_ticket: Some(ticket),
        ..Default::default()
    };
    Ok(tickets(served).create_access_ticket(request).await?.into_inner())
}

fn decide(
    ticket: &pb::AccessTicket,
    approved: bool,
    decider: &str,
) -> pb::DecideAccessTicketRequest {
    pb::DecideAccessTicketRequest {
        name: ticket.name.clone(),
        approved,
        decider: decider.to_owned(),
        reason: "同意查阅".to_owned(),
        ..Default::default()
    }
}

fn open(person: &str, ticket: &pb::AccessTicket, reader: &str) -> pb::GetPoliticalArchiveRequest {
    pb::GetPoliticalArchiveRequest {
        name: format!("{person}/politicalArchive"),
        ticket: ticket.name.clone(),
        reader: reader.to_owned(),
    }
}

async fn reads(served: &Served, person: &str) -> Vec<pb::PoliticalRead> {
    let request = pb::ListPoliticalReadsRequest {
        parent: DISTRICT.to_owned(),
        person: person.to_owned(),
        ..Default::default()
    };
    records(served).list_political_reads(request).await.unwrap().into_inner().political_reads
}

#[track_caller]
fn denied<T: std::fmt::Debug>(outcome: Result<T, Status>, reason: &str) {
    let status = outcome.expect_err("it was let in");
    let details = status.get_error_details();
    let found = details.error_info().map(|it| it.reason.clone());
    assert_eq!(
        (status.code(), found.as_deref()),
        (Code::PermissionDenied, Some(reason)),
        "{status:?}"
    );
}

kit::both! {
    // S6: read only by a ticket that somebody else approved and that expires; each read on record
    async fn an_archive_is_opened_by_a_ticket_that_another_approved(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await.name;
        let li = add(&served, person("李", vec![])).await.name;
        file(&served, &wang, rating(pb::PoliticalRecordKind::ForwardRating, pb::PoliticalVerdict::Passed)).await.unwrap();
        file(&served, &wang, rating(pb::PoliticalRecordKind::ReverseRating, pb::PoliticalVerdict::Failed)).await.unwrap();
        let ticket = ask(&served, &wang, "group.sun").await.unwrap();
        assert_eq!(ticket.state(), State::Requested);
        let mut client = records(&served);
        denied(client.get_political_archive(open(&wang, &ticket, "group.sun")).await, "NOT_APPROVED");
        unmet(tickets(&served).decide_access_ticket(decide(&ticket, true, "group.sun")).await, "SAME_PERSON");
        let approved = tickets(&served).decide_access_ticket(decide(&ticket, true, "minister.qian")).await.unwrap().into_inner();
        assert_eq!((approved.state(), approved.decider.as_str()), (State::Approved, "minister.qian"));
        unmet(tickets(&served).decide_access_ticket(decide(&ticket, false, "minister.qian")).await, "TICKET_DECIDED");
        denied(client.get_political_archive(open(&li, &ticket, "group.sun")).await, "NO_TICKET");
        denied(client.get_political_archive(open(&wang, &ticket, "group.zhou")).await, "NO_TICKET");
        assert!(reads(&served, "").await.is_empty(), "who was denied read nothing");
        let opened = client.get_political_archive(open(&wang, &ticket, "group.sun")).await.unwrap().into_inner();
        let told: Vec<_> = opened.political_records.iter().map(|it| (it.contents.as_str(), it.verdict())).collect();
        assert_eq!(told, [(SECRET, pb::PoliticalVerdict::Passed), (SECRET, pb::PoliticalVerdict::Failed)]);
        let read = reads(&served, &wang).await.remove(0);
        assert_eq!((read.reader.as_str(), read.ticket.as_str(), read.record_count), ("group.sun", ticket.name.as_str(), 2));

        bed.clock().set(bed.clock().now() + SignedDuration::from_hours(2));
        denied(client.get_political_archive(open(&wang, &ticket, "group.sun")).await, "TICKET_EXPIRED");
        let request = pb::ListAccessTicketsRequest { parent: DISTRICT.to_owned(), person: wang.clone(), ..Default::default() };
        let listed = tickets(&served).list_access_tickets(request).await.unwrap().into_inner().access_tickets;
        assert_eq!((listed.len(), listed[0].state()), (1, State::Expired));
        let refused_ticket = ask(&served, &wang, "group.sun").await.unwrap();
        tickets(&served).decide_access_ticket(decide(&refused_ticket, false, "minister.qian")).await.unwrap();
        denied(client.get_political_archive(open(&wang, &refused_ticket, "group.sun")).await, "NOT_APPROVED");
        assert_eq!(reads(&served, "").await.len(), 1);
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let error = kit::execute!(tx, "DELETE FROM political_read").unwrap_err();
        assert!(format!("{error:?}").contains("insert-only"), "{error:?}");
    }

    // S6: a failing rating is a veto, told without what was said, and asking is on record
    async fn a_failing_rating_is_a_veto_that_tells_nothing_else(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await.name;
        let check = async |reader: &str| {
            let request = pb::CheckPoliticalVetoRequest { person: wang.clone(), reader: reader.to_owned() };
            records(&served).check_political_veto(request).await.unwrap().into_inner().vetoed
        };
        assert!(!check("office.li").await, "nothing on record is no veto");
        let reverse = pb::PoliticalRecordKind::ReverseRating;
        file(&served, &wang, rating(reverse, pb::PoliticalVerdict::Failed)).await.unwrap();
        file(&served, &wang, rating(pb::PoliticalRecordKind::ForwardRating, pb::PoliticalVerdict::Passed)).await.unwrap();
        assert!(check("office.li").await);
        file(&served, &wang, rating(reverse, pb::PoliticalVerdict::Passed)).await.unwrap();
        assert!(!check("office.li").await, "the latest rating counts");
        let on_record: Vec<_> = reads(&served, &wang).await.into_iter().map(|it| (it.reader, it.ticket, it.record_count)).collect();
        let read = |count| ("office.li".to_owned(), String::new(), count);
        assert_eq!(on_record, [read(0), read(2), read(3)]);
        let nobody = pb::CheckPoliticalVetoRequest { person: format!("{DISTRICT}/persons/nobody"), reader: "office.li".to_owned() };
        assert_eq!(records(&served).check_political_veto(nobody).await.unwrap_err().code(), Code::NotFound);
    }

    // S6: neither lists, replies, events nor the database tell what a record says
    async fn what_an_archive_says_is_sealed_everywhere(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![])).await.name;
        let mut request = pb::CreatePoliticalRecordRequest {
            parent: wang.clone(),
            political_record: Some(rating(pb::PoliticalRecordKind::ForwardRating, pb::PoliticalVerdict::Failed)),
            request_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".to_owned(),
        };
        let reply = records(&served).create_political_record(request.clone()).await.unwrap().into_inner();
        assert_eq!((reply.contents.as_str(), reply.verdict), ("", 0));
        assert_eq!(records(&served).create_political_record(request.clone()).await.unwrap().into_inner(), reply);
        let list = pb::ListPoliticalRecordsRequest { parent: wang.clone(), ..Default::default() };
        let listed = records(&served).list_political_records(list).await.unwrap().into_inner().political_records;
        assert_eq!(listed, std::slice::from_ref(&reply));

        let watch = pb::WatchChangesRequest { parent: DISTRICT.to_owned(), kinds: vec!["saima.cadre.v1.PoliticalRecordFiled".to_owned()], ..Default::default() };
        let mut stream = ChangeServiceClient::new(served.channel()).watch_changes(watch).await.unwrap().into_inner();
        let told = loop {
            if let Some(change) = stream.message().await.unwrap().unwrap().change {
                break change;
            }
        };
        assert!(!format!("{told:?}").contains("反向"), "{told:?}");
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        let (contents, verdict) = kit::fetch_one!(tx, (Vec<u8>, Vec<u8>), "SELECT contents, verdict FROM political_record").unwrap();
        let clear = SECRET.as_bytes();
        assert!(!contents.windows(clear.len()).any(|it| it == clear));
        assert!(verdict.len() > 30, "a verdict is sealed as well");
        // Whoever is forgotten is forgotten here, too.
        let id = wang.rsplit('/').next().unwrap();
        assert!(kit::secret::erase(&mut tx, "hengkou", &format!("political/{id}")).await.unwrap());
        tx.commit().await.unwrap();
        let ticket = ask(&served, &wang, "group.sun").await.unwrap();
        tickets(&served).decide_access_ticket(decide(&ticket, true, "minister.qian")).await.unwrap();
        let opened = records(&served).get_political_archive(open(&wang, &ticket, "group.sun")).await.unwrap().into_inner();
        assert_eq!((opened.political_records[0].erased, opened.political_records[0].contents.as_str()), (true, ""));

        request.request_id.clear();
        let faulty = pb::PoliticalRecord { contents: String::new(), verdict: 0, ..rating(pb::PoliticalRecordKind::ForwardRating, pb::PoliticalVerdict::Passed) };
        refused(file(&served, &wang, faulty).await, &[("political_record.contents", "REQUIRED"), ("political_record.verdict", "REQUIRED")]);
        let checklist = rating(pb::PoliticalRecordKind::Checklist, pb::PoliticalVerdict::Passed);
        refused(file(&served, &wang, checklist).await, &[("political_record.verdict", "NO_RATING")]);
        refused(ask(&served, &format!("{DISTRICT}/persons/nobody"), "group.sun").await, &[("access_ticket.person", "UNKNOWN_PERSON")]);
    }

    // X10: reminders on schedule, checklists in time and late, statistics by item
    async fn check_ups_are_issued_answered_and_counted(bed: &Bed) {
        let served = fake::start(bed).await;
        let wang = add(&served, person("王", vec![head("finance", (2020, 1, 1), None)])).await;
        add(&served, person("李", vec![head("water", (2020, 1, 1), None)])).await;
        on(bed, (2023, 4, 1));
        let mut client = PoliticalCheckServiceClient::new(served.channel());
        let issue = |due, items: &[&str]| pb::IssuePoliticalChecksRequest {
            parent: DISTRICT.to_owned(),
            period: format!("{DISTRICT}/periods/2023Q1"),
            due_date: Some(date(due)),
            items: items.iter().map(|it| (*it).to_owned()).collect(),
            ..Default::default()
        };
        let items = ["落实第一议题制度", "请示报告重大事项"];
        refused(client.issue_political_checks(issue((2023, 3, 31), &items)).await, &[("due_date", "IN_PAST")]);
        let counts = client.issue_political_checks(issue((2023, 4, 10), &items)).await.unwrap().into_inner();
        assert_eq!((counts.issued_count, counts.unchanged_count), (2, 0));
        add(&served, person("赵", vec![head("roads", (2023, 4, 1), None)])).await;
        let counts = client.issue_political_checks(issue((2023, 4, 10), &items)).await.unwrap().into_inner();
        assert_eq!((counts.issued_count, counts.unchanged_count), (1, 2), "who is new is reminded, too");
        refused(client.issue_political_checks(issue((2023, 4, 10), &items[..1])).await, &[("items", "OTHER_ITEMS")]);

        let list = pb::ListPoliticalChecksRequest { parent: DISTRICT.to_owned(), period: format!("{DISTRICT}/periods/2023Q1"), open_only: true, ..Default::default() };
        let open = client.list_political_checks(list.clone()).await.unwrap().into_inner().political_checks;
        let own = open.iter().find(|it| it.person == wang.name).unwrap();
        let other = open.iter().find(|it| it.unit.ends_with("/water")).unwrap();
        let answer = |met, note: &str| pb::submit_political_check_request::Answer { met, note: note.to_owned() };
        let submit = |name: &str, answers: Vec<_>| pb::SubmitPoliticalCheckRequest { name: name.to_owned(), answers, account: "head.wang".to_owned(), ..Default::default() };
        refused(client.submit_political_check(submit(&own.name, vec![answer(true, "")])).await, &[("answers", "ITEM_COUNT")]);
        refused(client.submit_political_check(submit(&own.name, vec![answer(true, ""), answer(false, "")])).await, &[("answers[1].note", "REQUIRED")]);
        let done = client.submit_political_check(submit(&own.name, vec![answer(true, ""), answer(false, "一次未及时报告")])).await.unwrap().into_inner();
        assert_eq!(done.state(), pb::political_check::State::Submitted);
        assert!(done.political_record.starts_with(&format!("{}/politicalRecords/", wang.name)));
        unmet(client.submit_political_check(submit(&own.name, vec![answer(true, ""), answer(true, "")])).await, "CHECK_SUBMITTED");
        on(bed, (2023, 4, 11));
        let late = client.submit_political_check(submit(&other.name, vec![answer(true, ""), answer(true, "")])).await.unwrap().into_inner();
        assert_eq!(late.state(), pb::political_check::State::Late);
        let open = client.list_political_checks(list).await.unwrap().into_inner().political_checks;
        assert_eq!((open.len(), open[0].state()), (1, pb::political_check::State::Overdue));

        let request = pb::GetPoliticalCheckStatisticsRequest { parent: DISTRICT.to_owned(), period: format!("{DISTRICT}/periods/2023Q1") };
        let it = client.get_political_check_statistics(request).await.unwrap().into_inner();
        assert_eq!((it.issued_count, it.submitted_count, it.late_count, it.overdue_count), (3, 1, 1, 1));
        let items: Vec<_> = it.items.iter().map(|it| (it.text.as_str(), it.met_count, it.unmet_count)).collect();
        assert_eq!(items, [("落实第一议题制度", 2, 0), ("请示报告重大事项", 1, 1)]);
        let ticket = ask(&served, &wang.name, "group.sun").await.unwrap();
        tickets(&served).decide_access_ticket(decide(&ticket, true, "minister.qian")).await.unwrap();
        let opened = records(&served).get_political_archive(open_of(&wang.name, &ticket)).await.unwrap().into_inner();
        assert_eq!(opened.political_records[0].contents, "落实第一议题制度：符合\n请示报告重大事项：不符合（一次未及时报告）");
    }
}

fn open_of(person: &str, ticket: &pb::AccessTicket) -> pb::GetPoliticalArchiveRequest {
    open(person, ticket, "group.sun")
}
