//! Quiet hours: letters wait for the morning, urgent ones do not.

use kit::testing::{Bed, Served, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::dispatch::State as Reach;
use proto::notification::v1::quiet_hours_service_client::QuietHoursServiceClient;
use tonic::{Code, Status};

use crate::channel::{channel, code_in, create, gateway, sms, texts};
use crate::contact::{force, verified};
use crate::data::{DISTRICT, behind, low, raise};
use crate::dispatch::{dispatches, retry, settled};
use crate::{denied, fake, refused};

pub(crate) fn hours(
    start_minute: i32,
    end_minute: i32,
    urgent: &[pb::DocumentKind],
) -> pb::QuietHours {
    pb::QuietHours {
        name: format!("{DISTRICT}/quietHours"),
        start_minute,
        end_minute,
        urgent_kinds: urgent.iter().map(|kind| (*kind).into()).collect(),
        ..Default::default()
    }
}

pub(crate) async fn update(served: &Served, it: pb::QuietHours) -> Result<pb::QuietHours, Status> {
    let request = pb::UpdateQuietHoursRequest { quiet_hours: Some(it) };
    let mut client = QuietHoursServiceClient::new(served.channel());
    client.update_quiet_hours(request).await.map(|it| it.into_inner())
}

kit::both! {
    // Q6, H7: ten in the evening to half past seven, on the district's clock.
    async fn letters_wait_for_the_end_of_quiet_hours(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let gateway = gateway().await;
        let setup = pb::channel::Setup::Sms(sms(gateway.url("http", "/send")));
        let by = create(&served, "sms", channel(setup)).await;
        let chief = pb::Contact {
            unit: format!("{DISTRICT}/units/water"),
            channel: by.name,
            address: "13812345678".to_owned(),
            ..Default::default()
        };
        force(&served, "chief", chief).await;
        update(&served, hours(22 * 60, 450, &[pb::DocumentKind::WarningSheet])).await.unwrap();
        bed.clock().set("2023-04-02T14:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 1, "water")).await;
        raise(&served, low(DISTRICT, 2, "water")).await;
        let sent = settled(&served, Reach::Sent, 1).await;
        assert_eq!(sent[0].letter, format!("{DISTRICT}/letters/2"));
        let waiting = settled(&served, Reach::Pending, 1).await;
        // 2023-04-02T23:30:00Z.
        assert_eq!(waiting[0].next_attempt_time.unwrap().seconds, 1_680_478_200);
        bed.clock().set("2023-04-02T23:30:00Z".parse().unwrap());
        settled(&served, Reach::Sent, 2).await;
    }

    // Q6, H7: what waited in the day does not leave at night, whatever it waited for.
    async fn a_backlog_does_not_leave_in_quiet_hours(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let gateway = gateway().await;
        let setup = pb::channel::Setup::Sms(sms(gateway.url("http", "/send")));
        let by = create(&served, "sms", channel(setup)).await;
        let chief = |unit: &str, address: &str| pb::Contact {
            unit: format!("{DISTRICT}/units/{unit}"),
            channel: by.name.clone(),
            address: address.to_owned(),
            ..Default::default()
        };
        force(&served, "chief", chief("water", "13812345678")).await;
        update(&served, hours(22 * 60, 450, &[pb::DocumentKind::WarningSheet])).await.unwrap();
        let request = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        let mut channels = crate::channel::channels(&served);
        channels.disable_channel(request).await.unwrap();
        raise(&served, behind(DISTRICT, 1, "water")).await;
        raise(&served, low(DISTRICT, 2, "water")).await;
        raise(&served, behind(DISTRICT, 3, "transport")).await;
        settled(&served, Reach::Pending, 2).await;
        settled(&served, Reach::Held, 1).await;

        // The channel is there again in the night: the urgent one leaves, and no other.
        bed.clock().set("2023-04-02T14:00:00Z".parse().unwrap());
        let request = pb::EnableChannelRequest { name: by.name.clone(), ..Default::default() };
        channels.enable_channel(request).await.unwrap();
        let sent = settled(&served, Reach::Sent, 1).await;
        assert_eq!(sent[0].letter, format!("{DISTRICT}/letters/2"));
        let morning = "2023-04-02T23:30:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
        let waits = async |count| {
            eventually(async || {
                let found = dispatches(&served, Reach::Pending).await;
                let until = |it: &pb::Dispatch| it.next_attempt_time.unwrap().seconds;
                let all = found.iter().all(|it| until(it) == morning);
                (found.len() == count && all).then_some(found)
            })
            .await
        };
        let waiting = waits(1).await.remove(0);
        // So it does when somebody asks for it, and so does what was held until then.
        let request = pb::RetryDispatchRequest { name: waiting.name, ..Default::default() };
        let again = retry(&served, request).await.unwrap();
        assert_eq!(again.next_attempt_time.unwrap().seconds, morning);
        let read = async |_: &pb::Contact| code_in(&texts(&gateway.taken()).pop().unwrap().1);
        verified(&served, &by, "zhang", "transport", "13800000001", read).await;
        waits(2).await;
        bed.clock().set("2023-04-02T23:30:00Z".parse().unwrap());
        settled(&served, Reach::Sent, 3).await;
    }

    // Q6, H7: more than a batch that waited is put off at once, and what is urgent leaves before any of it
    // was taken.
    async fn a_backlog_is_put_off_before_a_batch_is_taken(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let gateway = gateway().await;
        let setup = pb::channel::Setup::Sms(sms(gateway.url("http", "/send")));
        let by = create(&served, "sms", channel(setup)).await;
        let chief = pb::Contact {
            unit: format!("{DISTRICT}/units/water"),
            channel: by.name.clone(),
            address: "13812345678".to_owned(),
            ..Default::default()
        };
        force(&served, "chief", chief).await;
        update(&served, hours(22 * 60, 450, &[pb::DocumentKind::WarningSheet])).await.unwrap();
        let mut channels = crate::channel::channels(&served);
        let off = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        channels.disable_channel(off).await.unwrap();
        for at in 1..=45 {
            raise(&served, behind(DISTRICT, at, "water")).await;
        }
        raise(&served, low(DISTRICT, 46, "water")).await;
        settled(&served, Reach::Pending, 46).await;
        // How often a batch is taken, from here on.
        let mut tx = served.db("notification").begin_write().await.unwrap();
        kit::execute!(tx, "CREATE TABLE taken (lease TEXT)").unwrap();
        if tx.is_sqlite() {
            kit::execute!(
                tx,
                "CREATE TRIGGER taking AFTER UPDATE OF lease ON channel WHEN new.lease <> ''
                 BEGIN INSERT INTO taken VALUES (new.lease); END"
            )
            .unwrap();
        } else {
            kit::execute!(
                tx,
                "CREATE FUNCTION taking() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN INSERT INTO taken VALUES (new.lease); RETURN NULL; END'"
            )
            .unwrap();
            kit::execute!(
                tx,
                "CREATE TRIGGER taking AFTER UPDATE OF lease ON channel FOR EACH ROW
                 WHEN (new.lease <> '') EXECUTE FUNCTION taking()"
            )
            .unwrap();
        }
        tx.commit().await.unwrap();
        bed.clock().set("2023-04-02T14:00:00Z".parse().unwrap());
        let on = pb::EnableChannelRequest { name: by.name.clone(), ..Default::default() };
        channels.enable_channel(on).await.unwrap();
        settled(&served, Reach::Sent, 1).await;
        let waiting = settled(&served, Reach::Pending, 45).await;
        let morning = "2023-04-02T23:30:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
        assert!(waiting.iter().all(|it| it.next_attempt_time.unwrap().seconds == morning));
        let mut tx = served.db("notification").begin_read().await.unwrap();
        let (taken,) = kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM taken").unwrap();
        assert_eq!(taken, 1);
    }

    // Q6
    async fn quiet_hours_are_set_whole(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = QuietHoursServiceClient::new(served.channel());
        let get = pb::GetQuietHoursRequest { name: format!("{DISTRICT}/quietHours") };
        let none = client.get_quiet_hours(get.clone()).await.unwrap().into_inner();
        assert_eq!((none.start_minute, none.end_minute), (0, 0));
        let first = update(&served, hours(1320, 450, &[])).await.unwrap();
        assert_eq!(client.get_quiet_hours(get).await.unwrap().into_inner(), first);
        assert_eq!(update(&served, hours(1320, 450, &[])).await.unwrap(), first);
        let second = pb::QuietHours { end_minute: 480, ..first.clone() };
        assert_ne!(update(&served, second.clone()).await.unwrap().etag, first.etag);
        denied(update(&served, second).await, Code::Aborted, "");
        let odd = hours(1440, -1, &[pb::DocumentKind::TalkNotice, pb::DocumentKind::Unspecified]);
        refused(
            update(&served, odd).await,
            &[
                ("quiet_hours.start_minute", "OUT_OF_RANGE"),
                ("quiet_hours.end_minute", "OUT_OF_RANGE"),
                ("quiet_hours.urgent_kinds[1]", "REQUIRED"),
            ],
        );
        let twice = hours(0, 1, &[pb::DocumentKind::TalkNotice, pb::DocumentKind::TalkNotice]);
        refused(update(&served, twice).await, &[("quiet_hours.urgent_kinds[1]", "DUPLICATE")]);
        let nowhere = pb::QuietHours { name: "districts/nowhere/quietHours".to_owned(), ..Default::default() };
        denied(update(&served, nowhere).await, Code::NotFound, "");
    }
}
