//! Channels: letters reach people by mail, robots and text messages, within what each takes.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use kit::clock::Clock as _;
use kit::testing::Channel as Wire;
use kit::testing::{Bed, Served, eventually};
use proto::notification::v1 as pb;
use proto::notification::v1::channel::{Setup, State};
use proto::notification::v1::channel_service_client::ChannelServiceClient;
use proto::notification::v1::dispatch::State as Reach;
use ring::hmac;
use tonic::Code;

use crate::contact::verified;
use crate::data::{DISTRICT, behind, issued, raise};
use crate::dispatch::{dispatches, retry, settled};
use crate::standin::{ACCOUNT, Asked, Authority, Operator, PostOffice, Upgrade, fields};
use crate::{denied, fake, refused};

pub(crate) fn channels(served: &Served) -> ChannelServiceClient<Wire> {
    ChannelServiceClient::new(served.channel())
}

pub(crate) fn channel(setup: Setup) -> pb::Channel {
    pb::Channel {
        display_name: "考核办渠道".to_owned(),
        owner: format!("{DISTRICT}/units/office"),
        setup: Some(setup),
        ..Default::default()
    }
}

pub(crate) fn creation(id: &str, it: pb::Channel) -> pb::CreateChannelRequest {
    pb::CreateChannelRequest {
        parent: DISTRICT.to_owned(),
        channel_id: id.to_owned(),
        channel: Some(it),
        ..Default::default()
    }
}

pub(crate) async fn create(served: &Served, id: &str, it: pb::Channel) -> pb::Channel {
    channels(served).create_channel(creation(id, it)).await.unwrap().into_inner()
}

async fn get(served: &Served, it: &pb::Channel) -> pb::Channel {
    let request = pb::GetChannelRequest { name: it.name.clone() };
    channels(served).get_channel(request).await.unwrap().into_inner()
}

/// E-mail through a server that knows `ACCOUNT`.
pub(crate) fn mail(server: String) -> Setup {
    Setup::Mail(pb::MailSetup {
        server,
        sender: "kaohe@hengkou.example.cn".to_owned(),
        sender_display_name: "恒口示范区考核办".to_owned(),
        account: ACCOUNT.0.to_owned(),
        password: ACCOUNT.1.to_owned(),
    })
}

/// Text messages that a form asks for.
pub(crate) fn sms(url: String) -> pb::SmsSetup {
    pb::SmsSetup {
        url,
        body_template: "to={address}&text={text}&id={id}".to_owned(),
        secret_header: "authorization".to_owned(),
        secret: "token 7".to_owned(),
        signature: "恒口考核办".to_owned(),
        success_text: "accepted".to_owned(),
        ..Default::default()
    }
}

/// A gateway that takes everything, for tests of what comes before.
pub(crate) async fn gateway() -> Operator {
    Operator::start(|_| "accepted".to_owned()).await
}

/// The texts that a gateway of forms was asked to send, with their numbers.
pub(crate) fn texts(taken: &[(Asked, String)]) -> Vec<(String, String)> {
    let pair = |(asked, _): &(Asked, String)| {
        let mut form = fields(&asked.body);
        (form.remove("to").unwrap(), form.remove("text").unwrap())
    };
    taken.iter().map(pair).collect()
}

kit::both! {
    // H7, A2: a letter goes to the unit's address, encrypted, under an id of its own.
    async fn a_letter_reaches_its_unit_by_mail(bed: &Bed) {
        let authority = Authority::new();
        bed.allow_outbound("127.0.0.1/32");
        bed.trust_outbound(&authority.der);
        let served = fake::start(bed).await;
        let office = PostOffice::start(Some(authority.acceptor())).await;
        let created = create(&served, "mail", channel(mail(office.url("smtps")))).await;
        assert_eq!(created.rate_per_minute, 60);
        let Some(Setup::Mail(shown)) = &created.setup else { panic!("{created:?}") };
        assert_eq!(shown.password, "");
        verified(&served, &created, "zhang", "transport", "zhang.san@example.cn", async |_| {
            code_in(&office.got(1).await[0].text)
        })
        .await;

        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let mail = office.got(2).await.remove(1);
        assert_eq!(mail.sender, "kaohe@hengkou.example.cn");
        assert_eq!(mail.recipient, "zhang.san@example.cn");
        assert_eq!(mail.headers["message-id"], "<saima.hengkou.1@hengkou.example.cn>");
        assert_eq!(mail.headers["date"], "Sat, 01 Apr 2023 00:00:00 +0000");
        assert!(mail.text.starts_with(&letter.body.trim_end().replace("\r\n", "\n")), "{}", mail.text);
        assert!(mail.text.contains("请于2023年4月8日前登录系统查收并签收。"), "{}", mail.text);
        let sent = settled(&served, Reach::Sent, 1).await.remove(0);
        assert_eq!((sent.letter, sent.attempt_count), (letter.name, 1));
        assert_eq!((&*sent.contact, &sent.channel), (&*format!("{DISTRICT}/contacts/zhang"), &created.name));
    }

    // H7, A2: encryption is asked for before anything is said, and there is no way back from it.
    async fn a_mail_server_without_encryption_is_told_nothing(bed: &Bed) {
        let authority = Authority::new();
        bed.allow_outbound("127.0.0.1/32");
        bed.trust_outbound(&authority.der);
        let served = fake::start(bed).await;
        let cases = [
            ("offered", Upgrade::Offered, ""),
            ("none", Upgrade::NotOffered, "does not offer STARTTLS"),
            ("refused", Upgrade::Refused, "the server said before STARTTLS: 454 not now"),
            ("injected", Upgrade::Injected, "said more than its reply"),
        ];
        for (id, upgrade, said) in cases {
            let office = PostOffice::start_upgrading(authority.acceptor(), upgrade).await;
            let by = channel(mail(office.url("smtp+starttls")));
            let by = create(&served, id, by).await;
            let it = pb::Contact {
                unit: format!("{DISTRICT}/units/transport"),
                channel: by.name.clone(),
                address: "zhang.san@example.cn".to_owned(),
                ..Default::default()
            };
            crate::contact::force(&served, id, it).await;
            let request = pb::TestChannelRequest {
                name: by.name.clone(),
                contact: format!("{DISTRICT}/contacts/{id}"),
                ..Default::default()
            };
            let told = channels(&served).test_channel(request).await.unwrap().into_inner();
            let plain = office.plain();
            assert_eq!(plain[0], "EHLO hengkou.example.cn");
            assert!(plain[1..].iter().all(|it| it == "STARTTLS"), "{plain:?}");
            if upgrade == Upgrade::Offered {
                assert!(told.delivered, "{told:?}");
                assert_eq!(office.got(1).await[0].recipient, "zhang.san@example.cn");
                continue;
            }
            assert_eq!((told.delivered, &*told.reason), (false, "TLS"), "{told:?}");
            assert!(told.message.contains(said), "{told:?}");
        }
        // Nobody is trusted who shows another's certificate, asked for or not.
        let stranger = Authority::new();
        let office = PostOffice::start_upgrading(stranger.acceptor(), Upgrade::Offered).await;
        let setup = mail(office.url("smtp+starttls"));
        let change = pb::Channel {
            name: format!("{DISTRICT}/channels/offered"),
            setup: Some(setup),
            ..Default::default()
        };
        let request = pb::UpdateChannelRequest { channel: Some(change), update_mask: None };
        let by = channels(&served).update_channel(request).await.unwrap().into_inner();
        let request = pb::TestChannelRequest {
            name: by.name,
            contact: format!("{DISTRICT}/contacts/offered"),
            ..Default::default()
        };
        let told = channels(&served).test_channel(request).await.unwrap().into_inner();
        assert_eq!((told.delivered, &*told.reason), (false, "TLS"), "{told:?}");
    }

    // H7: what the server says of one mailbox ends that letter's way, not the channel's.
    async fn a_mailbox_that_is_not_there_is_a_dead_letter_that_can_be_sent_again(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let (office, gateway) = (PostOffice::start(None).await, gateway().await);
        let first = channel(Setup::Sms(sms(gateway.url("http", "/send"))));
        let first = create(&served, "way", first).await;
        let second = create(&served, "mail", channel(mail(office.url("smtp")))).await;
        verified(&served, &first, "chief", "transport", "13812345678", async |_| {
            code_in(&texts(&gateway.took(1).await)[0].1)
        })
        .await;
        // A mailbox of yesterday: its code came, and today it is gone.
        let gone = pb::Contact {
            unit: format!("{DISTRICT}/units/transport"),
            channel: second.name.clone(),
            address: "nobody@example.cn".to_owned(),
            ..Default::default()
        };
        crate::contact::force(&served, "gone", gone).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Sent, 1).await;
        let dead = settled(&served, Reach::Dead, 1).await.remove(0);
        let said = "the mail server said 550: there is no <n***@example.cn>";
        assert_eq!((&*dead.last_failure, dead.attempt_count), (said, 1));
        assert_eq!(get(&served, &second).await.consecutive_failures, 0);
        let told = crate::dispatch::get(&served, &dead.name).await;
        assert_eq!(told.attempts[0].reason, "REFUSED");
        let notes = crate::inbox::notes(&served, "office", true).await;
        let about: Vec<_> = notes.iter().map(|it| (it.kind(), &it.source)).collect();
        assert_eq!(about, [(pb::note::Kind::DispatchGivenUp, &dead.name)]);
        assert!(notes[0].text.contains("未能送达恒口示范区交通局："), "{:?}", notes[0]);
        assert_eq!(told.attempts[0].url, office.url("smtp"));

        let request = pb::RetryDispatchRequest {
            name: dead.name.clone(),
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let again = retry(&served, request.clone()).await.unwrap();
        assert_eq!(again.state(), Reach::Pending);
        let dead = settled(&served, Reach::Dead, 1).await.remove(0);
        assert_eq!(dead.attempt_count, 2);
        assert_eq!(retry(&served, request).await.unwrap(), again);
    }

    // H7, A2: what a channel gave up is sent again in bulk, in batches, each once, under its old id.
    async fn dead_letters_of_a_channel_are_sent_again_in_bulk(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let office = PostOffice::start(None).await;
        let by = create(&served, "mail", channel(mail(office.url("smtp")))).await;
        for (id, unit, address) in [
            ("zhang", "transport", "zhang.san@example.cn"),
            ("gone", "water", "nobody@example.cn"),
        ] {
            let it = pb::Contact {
                unit: format!("{DISTRICT}/units/{unit}"),
                channel: by.name.clone(),
                address: address.to_owned(),
                ..Default::default()
            };
            crate::contact::force(&served, id, it).await;
        }
        for id in 1..=3 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        settled(&served, Reach::Sent, 3).await;
        // As if the server had refused them, which it did with another.
        let mut tx = served.db("notification").begin_write().await.unwrap();
        kit::execute!(tx, "UPDATE dispatch SET state = 3").unwrap();
        tx.commit().await.unwrap();
        bed.clock().set("2023-04-02T00:00:00Z".parse().unwrap());
        raise(&served, behind(DISTRICT, 4, "water")).await;
        settled(&served, Reach::Dead, 4).await;

        let asked = pb::ReplayDispatchesRequest { parent: by.name.clone(), ..Default::default() };
        let replay = async |request: pb::ReplayDispatchesRequest| {
            let mut client = crate::dispatch::client(&served);
            client.replay_dispatches(request).await.map(|it| it.into_inner())
        };
        let counts = |it: &pb::ReplayDispatchesResponse| (it.count, it.skipped_count);
        let unknown = pb::ReplayDispatchesRequest { reason: "LAZY".to_owned(), ..asked.clone() };
        let said = refused(replay(unknown).await, &[("reason", "UNKNOWN_REASON")]);
        assert!(said.contains("REFUSED, STATUS"), "{said}");
        let login = pb::ReplayDispatchesRequest { reason: "LOGIN".to_owned(), ..asked.clone() };
        assert_eq!(replay(login).await.unwrap(), Default::default());
        let later = Some(kit::clock::to_proto("2023-04-01T12:00:00Z".parse().unwrap()));
        let wanted = pb::ReplayDispatchesRequest {
            reason: "REFUSED".to_owned(),
            start_time: later,
            ..asked.clone()
        };
        assert_eq!(counts(&replay(wanted.clone()).await.unwrap()), (1, 0));
        settled(&served, Reach::Dead, 4).await;
        let before = pb::ReplayDispatchesRequest { start_time: None, end_time: later, ..wanted };
        assert_eq!(replay(before).await.unwrap(), Default::default());

        // One batch after the other; a request that comes twice sends once.
        let first = pb::ReplayDispatchesRequest {
            end_time: later,
            page_size: 2,
            request_id: uuid::Uuid::new_v4().to_string(),
            ..asked.clone()
        };
        let reply = replay(first.clone()).await.unwrap();
        assert_eq!((reply.count, reply.next_page_token.is_empty()), (2, false));
        settled(&served, Reach::Sent, 2).await;
        assert_eq!(replay(first.clone()).await.unwrap(), reply);
        let next = pb::ReplayDispatchesRequest {
            page_token: reply.next_page_token.clone(),
            request_id: uuid::Uuid::new_v4().to_string(),
            ..first
        };
        assert_eq!(counts(&replay(next.clone()).await.unwrap()), (1, 0));
        settled(&served, Reach::Sent, 3).await;
        let other = pb::ReplayDispatchesRequest { end_time: None, ..next };
        assert_eq!(replay(other).await.unwrap_err().code(), Code::InvalidArgument);
        let mails = office.got(6).await;
        let ids = |of: std::ops::Range<usize>| {
            let mut ids: Vec<_> = mails[of].iter().map(|it| &it.headers["message-id"]).collect();
            ids.sort();
            ids
        };
        assert_eq!((mails.len(), ids(0..3)), (6, ids(3..6)));

        // What lacks its text or its contact stays, and is counted.
        let request = pb::RemoveContactRequest {
            name: format!("{DISTRICT}/contacts/gone"),
            ..Default::default()
        };
        crate::contact::contacts(&served).remove_contact(request).await.unwrap();
        let mut tx = served.db("notification").begin_write().await.unwrap();
        kit::execute!(tx, "UPDATE dispatch SET state = 3").unwrap();
        kit::execute!(tx, "UPDATE dispatch SET subject = '', body = '' WHERE sequence = 1").unwrap();
        tx.commit().await.unwrap();
        assert_eq!(counts(&replay(asked.clone()).await.unwrap()), (2, 2));
        let request = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        channels(&served).disable_channel(request).await.unwrap();
        denied(replay(asked.clone()).await, Code::FailedPrecondition, "CHANNEL_DISABLED");
        let absent = pb::ReplayDispatchesRequest { parent: format!("{DISTRICT}/channels/no"), ..asked };
        denied(replay(absent).await, Code::NotFound, "");
    }

    // H7, A2: DingTalk's signature, size and rate, as its operator judges them.
    async fn a_dingtalk_robot_is_told_within_its_signature_size_and_rate(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let clock = Arc::clone(bed.clock());
        let times: Mutex<Vec<Timestamp>> = Mutex::default();
        let robot = Operator::start(move |asked| {
            let (now, mut times) = (clock.now(), times.lock().unwrap());
            let time = &asked.query["timestamp"];
            let key = hmac::Key::new(hmac::HMAC_SHA256, b"SEC42");
            use base64::Engine as _;
            let sign = base64::engine::general_purpose::STANDARD.decode(&asked.query["sign"]);
            let signed = format!("{time}\nSEC42");
            let sound = hmac::verify(&key, signed.as_bytes(), &sign.unwrap()).is_ok();
            let age = now.as_millisecond() - time.parse::<i64>().unwrap();
            times.retain(|it| now.duration_since(*it) < SignedDuration::from_mins(1));
            if asked.query["access_token"] != "tok/1" || !sound || age.abs() > 3_600_000 {
                return r#"{"errcode":310000,"errmsg":"sign not match"}"#.to_owned();
            }
            if asked.body.len() > 25_000 || times.len() >= 20 {
                return r#"{"errcode":130101,"errmsg":"send too fast"}"#.to_owned();
            }
            times.push(now);
            r#"{"errcode":0,"errmsg":"ok"}"#.to_owned()
        })
        .await;
        let setup = pb::DingtalkSetup {
            url: robot.url("http", "/robot/send"),
            access_token: "tok/1".to_owned(),
            signing_secret: "SEC42".to_owned(),
        };
        let created = create(&served, "group", channel(Setup::Dingtalk(setup))).await;
        assert_eq!(created.rate_per_minute, 20);
        verified(&served, &created, "group", "transport", "", async |_| {
            code_in(&robot.took(1).await[0].0.body)
        })
        .await;
        for id in 1..=30 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        issued(&served, DISTRICT, 30).await;
        // The code was a message of this minute, too.
        settled(&served, Reach::Sent, 19).await;
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(dispatches(&served, Reach::Pending).await.len(), 11);
        bed.clock().set("2023-04-01T00:01:01Z".parse().unwrap());
        settled(&served, Reach::Sent, 30).await;
        let taken = robot.taken();
        assert!(taken.iter().all(|(_, reply)| reply.contains("\"errcode\":0")), "{taken:?}");
        let body: serde_json::Value = serde_json::from_str(&taken[1].0.body).unwrap();
        assert_eq!((&taken[1].0.path[..], &body["msgtype"]), ("/robot/send", &"markdown".into()));
        let text = body["markdown"]["text"].as_str().unwrap();
        assert!(text.contains("请于2023年4月8日前"), "{text}");
    }

    // H7, A2: WeCom's key and size, and what it says when it is too much.
    async fn a_wecom_robot_that_says_no_is_told_again_later(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let refusals = Mutex::new(1);
        let robot = Operator::start(move |asked| {
            let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
            let content = body["markdown"]["content"].as_str().unwrap();
            let mut refusals = refusals.lock().unwrap();
            if asked.query["key"] != "k-1" {
                return r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#.to_owned();
            }
            if content.len() > 4096 {
                return r#"{"errcode":40058,"errmsg":"content exceed max length"}"#.to_owned();
            }
            if *refusals > 0 && content.contains("签收") {
                *refusals -= 1;
                return r#"{"errcode":45009,"errmsg":"api freq out of limit for k-1"}"#.to_owned();
            }
            r#"{"errcode":0,"errmsg":"ok"}"#.to_owned()
        })
        .await;
        let setup = pb::WecomSetup { url: robot.url("http", "/send"), key: "k-1".to_owned() };
        let created = create(&served, "group", channel(Setup::Wecom(setup))).await;
        verified(&served, &created, "group", "transport", "", async |_| {
            code_in(&robot.took(1).await[0].0.body)
        })
        .await;
        let template = pb::Template {
            name: format!("{DISTRICT}/templates/work-reminder"),
            body: "长".repeat(3000),
            ..Default::default()
        };
        let request = pb::UpdateTemplateRequest { template: Some(template), update_mask: None };
        crate::data::templates(&served).update_template(request).await.unwrap();
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let held = eventually(async || {
            let found = dispatches(&served, Reach::Pending).await;
            found.into_iter().find(|it| it.attempt_count == 1)
        })
        .await;
        let told = crate::dispatch::get(&served, &held.name).await;
        let said = "the robot said 45009: api freq out of limit for ***";
        assert_eq!((&*told.attempts[0].reason, &*told.last_failure), ("RATE_LIMITED", said));
        bed.clock().set("2023-04-01T00:00:10Z".parse().unwrap());
        settled(&served, Reach::Sent, 1).await;
        let taken = robot.taken();
        assert!(taken[2].0.body.contains("全文见系统收件箱"), "{:?}", taken[2]);
    }

    // H7: before letters go by it.
    async fn a_channel_is_tested_with_a_message_to_one_contact(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let gateway = gateway().await;
        let setup = || channel(Setup::Sms(sms(gateway.url("http", "/send"))));
        let by = create(&served, "sms", setup()).await;
        let other = create(&served, "other", setup()).await;
        let contact = |by: &pb::Channel| pb::Contact {
            unit: format!("{DISTRICT}/units/water"),
            channel: by.name.clone(),
            address: "13812345678".to_owned(),
            ..Default::default()
        };
        let test = async |by: &pb::Channel, id: &str| {
            let request = pb::TestChannelRequest {
                name: by.name.clone(),
                contact: format!("{DISTRICT}/contacts/{id}"),
                ..Default::default()
            };
            channels(&served).test_channel(request).await
        };
        denied(test(&by, "chief").await, Code::NotFound, "");
        crate::contact::force(&served, "chief", contact(&by)).await;
        refused(test(&other, "chief").await, &[("contact", "OTHER_CHANNEL")]);
        let told = test(&by, "chief").await.unwrap().into_inner();
        assert!(told.delivered && told.reason.is_empty(), "{told:?}");
        assert!(gateway.took(1).await[0].0.body.contains("13812345678"));
        let stranger = pb::Contact { address: "13912345678".to_owned(), ..contact(&by) };
        let request = crate::contact::creation("new", stranger);
        crate::contact::contacts(&served).create_contact(request).await.unwrap();
        denied(test(&by, "new").await, Code::FailedPrecondition, "UNVERIFIED");
    }

    // H7, A2: a gateway of text messages gets its own form, its secret, and short texts.
    async fn a_text_message_has_its_signature_and_length(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let gateway = Operator::start(|asked| {
            let sound = asked.headers.get("x-key").is_some_and(|it| it == "s&cret");
            if sound { r#"{"code":"accepted"}"# } else { r#"{"code":"denied"}"# }.to_owned()
        })
        .await;
        let setup = pb::SmsSetup {
            body_template: r#"{"phones":["{address}"],"content":"{text}","sn":"{id}","pw":"{secret}"}"#.to_owned(),
            secret_header: "x-key".to_owned(),
            secret: "s&cret".to_owned(),
            max_characters: 40,
            ..sms(gateway.url("http", "/v2/send"))
        };
        let created = create(&served, "sms", channel(Setup::Sms(setup))).await;
        verified(&served, &created, "zhang", "transport", "13812345678", async |_| {
            code_in(&gateway.took(1).await[0].0.body)
        })
        .await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Sent, 1).await;
        let asked = gateway.took(2).await.remove(1).0;
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!((&body["phones"][0], &body["sn"], &body["pw"]), (&"13812345678".into(), &"hengkou.1".into(), &"s&cret".into()));
        let text = body["content"].as_str().unwrap();
        assert!(text.starts_with("【恒口考核办】") && text.ends_with("请于2023年4月8日前登录系统查收并签收。"), "{text}");
        assert!(text.chars().count() <= 40, "{text}");

        // A secret that does not open the door any more.
        let change = pb::Channel {
            name: created.name.clone(),
            setup: Some(Setup::Sms(pb::SmsSetup { secret: "old".to_owned(), ..sms(gateway.url("http", "/v2/send")) })),
            ..Default::default()
        };
        let request = pb::UpdateChannelRequest { channel: Some(change), update_mask: None };
        channels(&served).update_channel(request).await.unwrap();
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        let held = eventually(async || {
            let found = dispatches(&served, Reach::Pending).await;
            found.into_iter().find(|it| it.attempt_count == 1)
        })
        .await;
        assert_eq!(held.last_failure, "the reply does not say \"accepted\"");
    }

    // H7, A2: a channel that fails for days is disabled; what waits stays, and goes out later.
    async fn a_channel_that_fails_for_days_is_disabled_and_loses_nothing(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let open = Arc::new(Mutex::new(true));
        let door = Arc::clone(&open);
        let gateway = Operator::start(move |_| {
            if *door.lock().unwrap() { "accepted" } else { "closed" }.to_owned()
        })
        .await;
        let setup = Setup::Sms(sms(gateway.url("http", "/send")));
        let created = create(&served, "sms", channel(setup)).await;
        verified(&served, &created, "zhang", "transport", "13812345678", async |_| {
            code_in(&texts(&gateway.took(1).await)[0].1)
        })
        .await;
        *open.lock().unwrap() = false;
        for id in 1..=8 {
            raise(&served, behind(DISTRICT, id, "transport")).await;
        }
        let doubted = eventually(async || {
            let found = get(&served, &created).await;
            (found.consecutive_failures >= 5).then_some(found)
        })
        .await;
        assert!(doubted.circuit_open_time.is_some());
        assert_eq!(doubted.failing_since_time, created.create_time);
        bed.clock().set("2023-04-06T00:00:01Z".parse().unwrap());
        let disabled = eventually(async || {
            let found = get(&served, &created).await;
            (found.state() == State::Disabled).then_some(found)
        })
        .await;
        assert_eq!(disabled.disable_reason, "every attempt failed for five days");
        let held = dispatches(&served, Reach::Pending).await;
        let reasons: Vec<_> = held.iter().map(|it| it.hold_reason()).collect();
        assert_eq!(reasons, [pb::dispatch::HoldReason::ChannelDisabled; 8]);
        let told = crate::inbox::notes(&served, "office", true).await;
        let kinds: Vec<_> = told.iter().map(|it| (it.kind(), &it.source)).collect();
        assert_eq!(kinds, [(pb::note::Kind::ChannelDisabled, &created.name)]);
        let request = pb::RetryDispatchRequest { name: held[0].name.clone(), ..Default::default() };
        denied(retry(&served, request).await, Code::FailedPrecondition, "CHANNEL_DISABLED");

        *open.lock().unwrap() = true;
        let request = pb::EnableChannelRequest { name: created.name, ..Default::default() };
        channels(&served).enable_channel(request).await.unwrap();
        bed.clock().set("2023-04-10T00:00:00Z".parse().unwrap());
        let sent = settled(&served, Reach::Sent, 8).await;
        assert!(sent.iter().all(|it| it.hold_reason == 0), "{sent:?}");
    }

    // H7, A2: bad input names its field.
    async fn a_channel_is_refused_by_its_fields(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut client = channels(&served);
        let cases = [
            ("smtp://mail.example.cn", "PLAIN_HTTP"),
            ("smtp+starttls://10.1.2.3", "FORBIDDEN_ADDRESS"),
            ("smtps://10.1.2.3", "FORBIDDEN_ADDRESS"),
            ("smtps://kaohe:secret@mail.example.cn", "URL_FORMAT"),
            ("smtps://mail.example.cn/inbox", "URL_FORMAT"),
            ("https://mail.example.cn", "URL_FORMAT"),
        ];
        for (server, reason) in cases {
            let request = creation("mail", channel(mail(server.to_owned())));
            refused(client.create_channel(request).await, &[("channel.mail.server", reason)]);
        }
        let path = "channel.sms.body_template";
        let cases: [(&str, &[(&str, &str)]); 4] = [
            ("to={address}&text={text}&pw={passwort}", &[(path, "UNKNOWN_PLACEHOLDER")]),
            ("to={address}", &[(path, "MISSING_PLACEHOLDER")]),
            (r#"{"to":{address},"text":"{text}"}"#, &[(path, "TEMPLATE_FORMAT")]),
            ("to={address} text={text}", &[(path, "TEMPLATE_FORMAT")]),
        ];
        for (template, expected) in cases {
            let setup = pb::SmsSetup {
                body_template: template.to_owned(),
                ..sms("https://sms.example.cn/".to_owned())
            };
            let request = creation("sms", channel(Setup::Sms(setup)));
            refused(client.create_channel(request).await, expected);
        }
        let bare = pb::Channel { setup: None, ..channel(mail(String::new())) };
        let request = creation("bare", bare);
        refused(client.create_channel(request).await, &[("channel.setup", "REQUIRED")]);

        let mut request = creation("wecom", channel(Setup::Wecom(pb::WecomSetup::default())));
        request.request_id = uuid::Uuid::new_v4().to_string();
        let created = client.create_channel(request.clone()).await.unwrap().into_inner();
        assert_eq!(client.create_channel(request.clone()).await.unwrap().into_inner(), created);
        request.request_id = String::new();
        denied(client.create_channel(request).await, Code::AlreadyExists, "");
        let Some(Setup::Wecom(shown)) = &created.setup else { panic!("{created:?}") };
        assert_eq!(shown.url, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send");

        let change = pb::Channel { name: created.name.clone(), ..channel(mail("smtps://m.example.cn".to_owned())) };
        let request = pb::UpdateChannelRequest { channel: Some(change), update_mask: None };
        refused(client.update_channel(request).await, &[("channel.setup", "KIND_FIXED")]);
        let change = pb::Channel { rate_per_minute: 5, etag: "\"9\"".to_owned(), ..created.clone() };
        let mut request = pb::UpdateChannelRequest { channel: Some(change), update_mask: None };
        denied(client.update_channel(request.clone()).await, Code::Aborted, "");
        request.channel.as_mut().unwrap().etag = created.etag;
        assert_eq!(client.update_channel(request).await.unwrap().into_inner().rate_per_minute, 5);

        let request = pb::DisableChannelRequest {
            name: created.name,
            reason: "迁移".to_owned(),
            ..Default::default()
        };
        client.disable_channel(request).await.unwrap();
        for id in ["a", "b"] {
            create(&served, id, channel(Setup::Wecom(pb::WecomSetup::default()))).await;
        }
        let mut names = Vec::new();
        let mut page_token = String::new();
        loop {
            let request =
                pb::ListChannelsRequest { parent: DISTRICT.to_owned(), page_size: 2, page_token };
            let reply = client.list_channels(request).await.unwrap().into_inner();
            names.extend(reply.channels.into_iter().map(|it| it.name.replace(DISTRICT, "")));
            page_token = reply.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(names, ["/channels/a", "/channels/b", "/channels/wecom"]);
    }
}

/// The six digits of a text.
pub(crate) fn code_in(text: &str) -> String {
    let digits = text.split(|it: char| !it.is_ascii_digit()).find(|it| it.len() == 6);
    digits.unwrap_or_else(|| panic!("no code in {text:?}")).to_owned()
}
