//! Quiet hours: letters wait for the morning, urgent ones do not.

use kit::testing::{Bed, Served};
use proto::notification::v1 as pb;
use proto::notification::v1::dispatch::State as Reach;
use proto::notification::v1::quiet_hours_service_client::QuietHoursServiceClient;
use tonic::{Code, Status};

use crate::channel::{channel, create, gateway, sms};
use crate::contact::force;
use crate::data::{DISTRICT, behind, low, raise};
use crate::dispatch::settled;
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
