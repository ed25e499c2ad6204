//! What was sent stays as it was, whoever holds the connection.

use kit::testing::{Bed, Engine};
use proto::google::r#type::Date;
use proto::notification::v1 as pb;
use proto::notification::v1::channel::Setup;
use proto::notification::v1::document_service_client::DocumentServiceClient;
use proto::notification::v1::rectification_service_client::RectificationServiceClient;
use proto::notification::v1::{ReadDocumentRequest, ReadLetterRequest, SubmitPlanRequest};

use crate::data::letters as letters_client;
use crate::data::{
    DISTRICT, behind, bulletined, close, issued, letters, put_assignment, put_board, put_units,
    raise,
};
use crate::delivery::delivered;
use crate::document::{issue, own_series, slip};
use crate::endpoint::{create, endpoint};
use crate::fake;
use crate::publication::{commitment, publish, withdraw};
use crate::quiet_hours::{hours as quiet_hours, update as update_quiet_hours};
use crate::receiver::Receiver;
use crate::schedule::keep_one as keep_one_occurrence;
use crate::trigger::{create as create_trigger, yellow};

kit::both! {
    // H5, H7, issue 4 (G11): whatever an administrator does to a ledger is found, and nothing else.
    async fn the_ledgers_refuse_whatever_is_no_new_row(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let receiver = Receiver::start("200 OK").await;
        let portal = create(&served, DISTRICT, "portal", endpoint(&receiver.url())).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        delivered(&served, &portal, 1).await;
        let name = issued(&served, DISTRICT, 1).await.remove(0).name;
        let request = ReadLetterRequest { name, ..Default::default() };
        letters(&served).read_letter(request).await.unwrap();
        put_assignment(&served, DISTRICT, "2023Q2", &["target"]).await;
        put_board(&served, DISTRICT, "target", "2023Q2").await;
        close(&served, DISTRICT, "2023-04").await;
        let bulletins = bulletined(&served, DISTRICT, 1).await;
        let letters = issued(&served, DISTRICT, 1).await;

        macro_rules! refuses {
            ($($sql:expr),+ $(,)?) => {{$({
                let mut tx = served.db("notification").begin_write().await.unwrap();
                let error = kit::execute!(tx, $sql).expect_err($sql);
                assert!(format!("{error:?}").contains("insert-only"), "{}: {error:?}", $sql);
            })+}};
        }
        macro_rules! ledger {
            ($table:literal, $column:literal) => {
                refuses!(
                    concat!("UPDATE ", $table, " SET ", $column, " = 'x'"),
                    concat!("DELETE FROM ", $table),
                );
                match bed.engine() {
                    Engine::Sqlite => refuses!(
                        concat!("INSERT OR REPLACE INTO ", $table, " SELECT * FROM ", $table),
                        concat!("UPDATE OR REPLACE ", $table, " SET district = 'x'"),
                    ),
                    Engine::Postgres => refuses!(concat!("TRUNCATE ", $table, " CASCADE")),
                }
            };
        }
        ledger!("letter", "body");
        ledger!("letter", "source");
        ledger!("receipt", "text");
        ledger!("bulletin", "body");
        let plan = SubmitPlanRequest {
            name: format!("{DISTRICT}/rectifications/1"),
            text: "整改".to_owned(),
            due_date: Some(Date { year: 2023, month: 4, day: 30 }),
            ..Default::default()
        };
        let mut client = RectificationServiceClient::new(served.channel());
        client.submit_plan(plan).await.unwrap();
        ledger!("rectification_step", "text");
        put_units(&served, DISTRICT).await;
        let mut worded = slip();
        worded.fields[0].english_text = "the review".to_owned();
        let document = issue(&served, worded).await.unwrap();
        let read = ReadDocumentRequest {
            name: document.name,
            recipient: format!("{DISTRICT}/units/water"),
            ..Default::default()
        };
        DocumentServiceClient::new(served.channel()).read_document(read).await.unwrap();
        own_series(&served).await;
        ledger!("document_template", "series");
        ledger!("document", "issuer");
        ledger!("document_text", "body");
        ledger!("document_english", "fields");
        ledger!("document_recipient", "display_name");
        ledger!("document_receipt", "text");
        let charged = pb::DocumentRecipient {
            unit: format!("{DISTRICT}/units/water"),
            problem: "材料不合格".to_owned(),
            ..Default::default()
        };
        issue(&served, pb::Document { recipients: vec![charged], ..slip() }).await.unwrap();
        ledger!("document_charge", "problem");
        crate::trigger::write_to_two_roles(&served).await;
        ledger!("document_role", "unit");
        ledger!("document_missing", "unit");
        ledger!("letter_text", "body");
        ledger!("letter_number", "series");
        ledger!("bulletin_text", "body");
        ledger!("bulletin_number", "series");
        create_trigger(&served, "yellow", yellow()).await.unwrap();
        keep_one_occurrence(bed, &served).await;
        let shown = publish(&served, commitment()).await.unwrap();
        withdraw(&served, &shown.name).await.unwrap();
        ledger!("publication", "content");
        ledger!("publication_withdrawal", "reason");
        ledger!("calendar", "holidays");
        ledger!("occurrence", "planned_date");
        ledger!("trigger_revision", "condition");
        let mut daily = pb::Trigger { digest_hours: 24, ..yellow() };
        daily.recipients[0].problem = "{{ resource.reason }}".to_owned();
        daily.fields[0].english_text = "behind".to_owned();
        create_trigger(&served, "daily", daily).await.unwrap();
        ledger!("trigger_digest", "id");
        ledger!("trigger_english", "fields");
        ledger!("trigger_problem", "problems");
        ledger!("trigger_trial", "account");
        update_quiet_hours(&served, quiet_hours(1320, 450, &[])).await.unwrap();
        ledger!("quiet_hours", "zone");
        ledger!("event", "subject");
        ledger!("attempt", "message");
        let gateway = crate::channel::gateway().await;
        let setup = Setup::Sms(crate::channel::sms(gateway.url("http", "/send")));
        let by = crate::channel::create(&served, "sms", crate::channel::channel(setup)).await;
        let chief = pb::Contact {
            unit: format!("{DISTRICT}/units/water"),
            channel: by.name,
            address: "13812345678".to_owned(),
            ..Default::default()
        };
        crate::contact::force(&served, "chief", chief).await;
        raise(&served, behind(DISTRICT, 2, "water")).await;
        crate::dispatch::settled(&served, pb::dispatch::State::Sent, 1).await;
        ledger!("dispatch_attempt", "message");
        let rule = pb::InboxRule {
            name: format!("{DISTRICT}/inboxRule"),
            late_acknowledgement: pb::inbox_rule::LateAcknowledgement::Recorded.into(),
            ..Default::default()
        };
        let request = pb::UpdateInboxRuleRequest { inbox_rule: Some(rule), update_mask: None };
        crate::inbox::inboxes(&served).update_inbox_rule(request).await.unwrap();
        bed.clock().set("2023-04-20T00:00:00Z".parse().unwrap());
        let request = pb::AcknowledgeLetterRequest {
            name: format!("{DISTRICT}/letters/2"),
            text: "收到".to_owned(),
            ..Default::default()
        };
        letters_client(&served).acknowledge_letter(request).await.unwrap();
        ledger!("late_receipt", "district");
        refuses!(
            "UPDATE letter SET recipient = 'x', state = 3",
            "UPDATE letter SET state = 1",
        );
        assert_eq!(bulletined(&served, DISTRICT, 1).await, bulletins);
        assert_eq!(issued(&served, DISTRICT, 2).await[..1], letters);

        served.stop().await;
        let db = bed.db("notification", &notification::MIGRATIONS).await;
        kit::testing::tamper(bed, &notification::SERVICE, &db).await;
    }
}
