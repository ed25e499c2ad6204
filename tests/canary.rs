//! What is told of persons to whoever keeps the machines: nothing. Personal data is planted, read,
//! searched for, refused and broken, while every log line and every field of every span is kept.

use kit::boot::Service;
use kit::testing::{Bed, Channel, Engine, Served, listen, token};
use proto::cadre::v1 as cadre_pb;
use proto::cadre::v1::person_service_client::PersonServiceClient;
use proto::cadre::v1::political_record_service_client::PoliticalRecordServiceClient;
use proto::google::r#type::Date;
use proto::notification::v1 as notification_pb;
use proto::notification::v1::channel::Setup;
use proto::notification::v1::channel_service_client::ChannelServiceClient;
use proto::notification::v1::contact_service_client::ContactServiceClient;
use proto::registry::v1 as registry_pb;
use proto::registry::v1::district_service_client::DistrictServiceClient;
use proto::registry::v1::unit_service_client::UnitServiceClient;
use tonic::{Code, Status};

const SUITE: [Service; 4] =
    [registry::SERVICE, scoring::SERVICE, cadre::SERVICE, notification::SERVICE];
const DISTRICT: &str = "districts/qingtan";
const UNIT: &str = "districts/qingtan/units/office";

const NAME: &str = "赵金丝雀";
const RENAMED: &str = "赵黄雀";
const NUMBER: &str = "610999197911230017";
const POST: &str = "金丝雀科科长";
const SKILL: &str = "饲养金丝雀";
const CONTENTS: &str = "金丝雀的政治素质考察材料";
const PHONE: &str = "13900000917";
const MAIL: &str = "jinsique@canary.example";
const PLANTED: [&str; 8] = [NAME, RENAMED, NUMBER, POST, SKILL, CONTENTS, PHONE, MAIL];
/// What must be seen, or nothing was kept.
const CONTROL: &str = "a line that is not about anybody";

/// The planted words that a text holds.
fn found(text: &str) -> Vec<&'static str> {
    PLANTED.into_iter().filter(|it| text.contains(it)).collect()
}

/// What an error tells, its details read as text.
fn told(status: &Status) -> String {
    let details = String::from_utf8_lossy(status.details()).into_owned();
    format!("{:?} {} {details} {:?}", status.code(), status.message(), status.metadata())
}

fn person() -> cadre_pb::Person {
    cadre_pb::Person {
        display_name: NAME.to_owned(),
        external_id: NUMBER.to_owned(),
        birth_date: Some(Date { year: 1979, month: 11, day: 23 }),
        skills: vec![SKILL.to_owned()],
        postings: vec![cadre_pb::Posting {
            unit: UNIT.to_owned(),
            post: POST.to_owned(),
            start_date: Some(Date { year: 2020, month: 1, day: 1 }),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn create(person: cadre_pb::Person) -> cadre_pb::CreatePersonRequest {
    cadre_pb::CreatePersonRequest {
        parent: DISTRICT.to_owned(),
        person: Some(person),
        ..Default::default()
    }
}

async fn district(served: &Served) {
    let district = registry_pb::CreateDistrictRequest {
        district_id: "qingtan".to_owned(),
        district: Some(registry_pb::District {
            display_name: "清潭示范区".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    DistrictServiceClient::new(served.channel()).create_district(district).await.unwrap();
    let unit = registry_pb::CreateUnitRequest {
        parent: DISTRICT.to_owned(),
        unit_id: "office".to_owned(),
        unit: Some(registry_pb::Unit {
            display_name: "考核办".to_owned(),
            kind: registry_pb::UnitKind::Department.into(),
            category: "all".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    UnitServiceClient::new(served.channel()).create_unit(unit).await.unwrap();
}

/// A contact whose number is wrong, and one whose gateway does not answer.
async fn write_to(served: &Served) -> Vec<Status> {
    let setup = notification_pb::SmsSetup {
        url: "http://127.0.0.1:9/send".to_owned(),
        body_template: "to={address}&text={text}".to_owned(),
        signature: "考核办".to_owned(),
        ..Default::default()
    };
    let request = notification_pb::CreateChannelRequest {
        parent: DISTRICT.to_owned(),
        channel_id: "sms".to_owned(),
        channel: Some(notification_pb::Channel {
            display_name: "短信".to_owned(),
            owner: UNIT.to_owned(),
            setup: Some(Setup::Sms(setup)),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut channels = ChannelServiceClient::new(served.channel());
    let channel = channels.create_channel(request).await.unwrap().into_inner().name;
    let contact = |id: &str, address: &str| notification_pb::CreateContactRequest {
        parent: DISTRICT.to_owned(),
        contact_id: id.to_owned(),
        contact: Some(notification_pb::Contact {
            unit: UNIT.to_owned(),
            channel: channel.clone(),
            address: address.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut contacts = ContactServiceClient::new(served.channel());
    let wrong = contacts.create_contact(contact("wrong", MAIL)).await.unwrap_err();
    let made = contacts.create_contact(contact("right", PHONE)).await.unwrap().into_inner();
    assert!(!made.masked_address.contains(PHONE), "{made:?}");
    let request = notification_pb::SendContactCodeRequest { name: made.name, ..Default::default() };
    let sent = contacts.send_contact_code(request).await;
    let unsent = sent.map(tonic::Response::into_inner);
    assert!(!matches!(&unsent, Ok(reply) if reply.sent), "{unsent:?}");
    std::iter::once(wrong).chain(unsent.err()).collect()
}

kit::both! {
    // A3, X11, S6
    async fn nothing_personal_is_told_to_logs_spans_and_errors(bed: &Bed) {
        let kept = listen();
        tracing::info!("{CONTROL}");
        bed.allow_outbound("127.0.0.1/32");
        let served = bed.start(&SUITE).await;
        district(&served).await;
        let mut refused = write_to(&served).await;

        let mut persons = PersonServiceClient::new(served.channel());
        let made = persons.create_person(create(person())).await.unwrap().into_inner();
        refused.push(persons.create_person(create(person())).await.unwrap_err());
        let later = cadre_pb::Person { birth_date: Some(Date { year: 1979, month: 13, day: 40 }), ..person() };
        refused.push(persons.create_person(create(later)).await.unwrap_err());
        let twice = cadre_pb::BatchCreatePersonsRequest {
            parent: DISTRICT.to_owned(),
            persons: vec![person(), person()],
            ..Default::default()
        };
        refused.push(persons.batch_create_persons(twice).await.unwrap_err());
        for query in [NAME, "zhaojinsique"] {
            let request = cadre_pb::ListPersonsRequest { parent: DISTRICT.to_owned(), query: query.to_owned(), ..Default::default() };
            assert_eq!(persons.list_persons(request).await.unwrap().into_inner().persons.len(), 1, "{query}");
        }
        let renamed = cadre_pb::Person { display_name: RENAMED.to_owned(), ..made.clone() };
        let request = cadre_pb::UpdatePersonRequest { person: Some(renamed), reason: "更正".to_owned(), ..Default::default() };
        persons.update_person(request).await.unwrap();
        let stale = cadre_pb::UpdatePersonRequest { person: Some(made.clone()), ..Default::default() };
        refused.push(persons.update_person(stale).await.unwrap_err());

        let record = cadre_pb::PoliticalRecord {
            kind: cadre_pb::PoliticalRecordKind::ForwardRating.into(),
            period: format!("{DISTRICT}/periods/2023Q1"),
            recorder: "organisation.zhao".to_owned(),
            contents: CONTENTS.to_owned(),
            verdict: cadre_pb::PoliticalVerdict::Passed.into(),
            ..Default::default()
        };
        let mut records = PoliticalRecordServiceClient::new(served.channel());
        let request = cadre_pb::CreatePoliticalRecordRequest { parent: made.name.clone(), political_record: Some(record), ..Default::default() };
        records.create_political_record(request).await.unwrap();
        let stranger = token("li.na", &[&format!("unit-reporter@{UNIT}")]);
        let mut stranger = PersonServiceClient::<Channel>::new(served.channel_as(&stranger));
        let request = cadre_pb::ListPersonsRequest { parent: DISTRICT.to_owned(), query: NAME.to_owned(), ..Default::default() };
        refused.push(stranger.list_persons(request).await.unwrap_err());

        // The database itself refuses the row, and names it whole in what it says.
        break_table(&served, bed.engine()).await;
        let broken = cadre_pb::Person { external_id: "61-2".to_owned(), ..person() };
        let broken = persons.create_person(create(broken)).await.unwrap_err();
        assert!(matches!(broken.code(), Code::Internal | Code::FailedPrecondition), "{broken:?}");
        refused.push(broken);
        served.stop().await;

        let errors: Vec<_> = refused.iter().map(told).filter(|it| !found(it).is_empty()).collect();
        assert_eq!(errors, [] as [String; 0]);
        let kept = kept.text();
        assert!(kept.contains(CONTROL) && kept.contains("CreatePerson"), "nothing was kept");
        let leaks: Vec<&str> = kept.lines().filter(|it| !found(it).is_empty()).collect();
        assert_eq!(leaks, [] as [&str; 0]);
    }
}

/// Has the table of persons refuse the row that comes next.
async fn break_table(served: &Served, engine: Engine) {
    let mut tx = served.db("cadre").begin_write().await.unwrap();
    match engine {
        Engine::Sqlite => kit::execute!(
            tx,
            "CREATE TRIGGER canary BEFORE INSERT ON person WHEN NEW.external_id = '61-2'
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ),
        Engine::Postgres => kit::execute!(
            tx,
            "ALTER TABLE person ADD CONSTRAINT canary CHECK (external_id <> '61-2') NOT VALID"
        ),
    }
    .unwrap();
    tx.commit().await.unwrap();
}
