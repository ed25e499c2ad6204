//! Contacts: whose address it is, that somebody reads there, and what is held until then.

use kit::testing::{Bed, Channel, Served};
use proto::notification::v1 as pb;
use proto::notification::v1::change_service_client::ChangeServiceClient;
use proto::notification::v1::channel::Setup;
use proto::notification::v1::contact::State;
use proto::notification::v1::contact_service_client::ContactServiceClient;
use proto::notification::v1::dispatch::{HoldReason, State as Reach};
use tonic::Code;

use crate::channel::{channel, code_in, create, gateway, sms, texts};
use crate::data::{DISTRICT, behind, issued, raise};
use crate::dispatch::{client as dispatching, dispatches, retry, settled};
use crate::standin::Operator;
use crate::{denied, fake, refused};

pub(crate) fn contacts(served: &Served) -> ContactServiceClient<Channel> {
    ContactServiceClient::new(served.channel())
}

pub(crate) fn creation(id: &str, it: pb::Contact) -> pb::CreateContactRequest {
    pb::CreateContactRequest {
        parent: DISTRICT.to_owned(),
        contact_id: id.to_owned(),
        contact: Some(it),
        ..Default::default()
    }
}

fn contact(unit: &str, by: &pb::Channel, address: &str) -> pb::Contact {
    pb::Contact {
        unit: format!("{DISTRICT}/units/{unit}"),
        channel: by.name.clone(),
        address: address.to_owned(),
        ..Default::default()
    }
}

/// A contact whose code somebody reads by `read`.
pub(crate) async fn verified(
    served: &Served,
    by: &pb::Channel,
    id: &str,
    unit: &str,
    address: &str,
    read: impl AsyncFnOnce(&pb::Contact) -> String,
) -> pb::Contact {
    let mut client = contacts(served);
    let request = creation(id, contact(unit, by, address));
    let created = client.create_contact(request).await.unwrap().into_inner();
    let request = pb::SendContactCodeRequest { name: created.name.clone(), ..Default::default() };
    let sent = client.send_contact_code(request).await.unwrap().into_inner();
    assert!(sent.sent, "{sent:?}");
    let code = read(&created).await;
    let request = pb::VerifyContactRequest { name: created.name, code, ..Default::default() };
    client.verify_contact(request).await.unwrap().into_inner()
}

/// A contact that counts as verified, whoever reads there.
pub(crate) async fn force(served: &Served, id: &str, it: pb::Contact) {
    contacts(served).create_contact(creation(id, it)).await.unwrap();
    let mut tx = served.db("notification").begin_write().await.unwrap();
    kit::execute!(tx, "UPDATE contact SET state = 2 WHERE id = $1", id).unwrap();
    tx.commit().await.unwrap();
}

async fn setting(bed: &Bed) -> (Served, Operator, pb::Channel) {
    bed.allow_outbound("127.0.0.1/32");
    let served = fake::start(bed).await;
    let gateway = gateway().await;
    let setup = Setup::Sms(sms(gateway.url("http", "/send")));
    let by = create(&served, "sms", channel(setup)).await;
    (served, gateway, by)
}

async fn remove(served: &Served, contact: &pb::Contact) -> pb::Contact {
    let request = pb::RemoveContactRequest { name: contact.name.clone(), ..Default::default() };
    contacts(served).remove_contact(request).await.unwrap().into_inner()
}

kit::both! {
    // H7, A2: a letter without an address is held with a visible reason, never dropped.
    async fn a_letter_without_an_address_is_held_until_there_is_one(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let held = settled(&served, Reach::Held, 1).await.remove(0);
        assert_eq!(held.hold_reason(), HoldReason::NoContact);
        assert_eq!((&*held.contact, &*held.channel), ("", ""));
        let request = pb::RetryDispatchRequest { name: held.name.clone(), ..Default::default() };
        denied(retry(&served, request).await, Code::FailedPrecondition, "HELD");

        let mut client = contacts(&served);
        let request = creation("zhang", contact("transport", &by, "13812345678"));
        let created = client.create_contact(request).await.unwrap().into_inner();
        let held = settled(&served, Reach::Held, 1).await.remove(0);
        assert_eq!(held.hold_reason(), HoldReason::ContactUnverified);
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        settled(&served, Reach::Held, 2).await;

        let request = pb::SendContactCodeRequest { name: created.name.clone(), ..Default::default() };
        client.send_contact_code(request).await.unwrap();
        let code = code_in(&texts(&gateway.took(1).await)[0].1);
        let request = pb::VerifyContactRequest { name: created.name, code, ..Default::default() };
        let verified = client.verify_contact(request).await.unwrap().into_inner();
        assert_eq!(verified.state(), State::Verified);
        let sent = settled(&served, Reach::Sent, 2).await;
        let letters = issued(&served, DISTRICT, 2).await;
        assert_eq!(sent[0].letter, letters[0].name);
        assert_eq!(sent[0].hold_reason(), HoldReason::Unspecified);
        assert!(texts(&gateway.took(3).await)[1..].iter().all(|it| it.0 == "13812345678"));

        // Another unit has none; one list for each question.
        raise(&served, behind(DISTRICT, 3, "water")).await;
        settled(&served, Reach::Held, 1).await;
        let request = pb::ListDispatchesRequest {
            parent: DISTRICT.to_owned(),
            page_size: 1,
            unit: format!("{DISTRICT}/units/transport"),
            channel: by.name.clone(),
            ..Default::default()
        };
        let first = dispatching(&served).list_dispatches(request.clone()).await.unwrap().into_inner();
        let request = pb::ListDispatchesRequest { page_token: first.next_page_token, ..request };
        let second = dispatching(&served).list_dispatches(request).await.unwrap().into_inner();
        assert_eq!((&first.dispatches[0].name, &*second.next_page_token), (&sent[0].name, ""));
        assert_eq!(second.dispatches[0].name, sent[1].name);
        let request = pb::ListDispatchesRequest {
            parent: DISTRICT.to_owned(),
            letter: letters[1].name.clone(),
            ..Default::default()
        };
        let found = dispatching(&served).list_dispatches(request).await.unwrap().into_inner();
        assert_eq!(found.dispatches.len(), 1);
    }

    // H7: a document goes to each recipient in the language that is spoken there.
    async fn a_document_goes_to_its_units_in_their_language(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        for (id, unit, address, language) in [
            ("li", "water", "13800000001", pb::Language::Chinese),
            ("smith", "water", "+85212345678", pb::Language::English),
        ] {
            let it = pb::Contact { language: language.into(), ..contact(unit, &by, address) };
            force(&served, id, it).await;
        }
        crate::data::put_units(&served, DISTRICT).await;
        let issued = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        settled(&served, Reach::Sent, 2).await;
        let held = settled(&served, Reach::Held, 1).await.remove(0);
        assert_eq!((&held.letter, &*held.unit), (&issued.name, &*format!("{DISTRICT}/units/transport")));
        let told = texts(&gateway.took(2).await);
        assert!(told.iter().any(|it| it.0 == "13800000001" && it.1.contains(&issued.texts[0].subject)));
        assert!(told.iter().any(|it| it.0 == "+85212345678" && it.1.contains("acknowledge")), "{told:?}");
        let request = pb::ListDispatchesRequest {
            parent: DISTRICT.to_owned(),
            letter: issued.name,
            ..Default::default()
        };
        let found = dispatching(&served).list_dispatches(request).await.unwrap().into_inner();
        assert_eq!(found.dispatches.len(), 3);
    }

    // H7: what is for several units is held for each of them, and nothing of it is dropped.
    async fn a_document_is_held_for_each_unit_without_a_contact(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        crate::data::put_units(&served, DISTRICT).await;
        let first = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        let held = settled(&served, Reach::Held, 2).await;
        for (it, unit) in held.iter().zip(["transport", "water"]) {
            assert_eq!((&it.letter, &*it.unit), (&first.name, &*format!("{DISTRICT}/units/{unit}")));
            assert_eq!(crate::dispatch::get(&served, &it.name).await.unit, it.unit);
        }

        // Whoever has a contact then is told; the other unit's stays held.
        let read = async |_: &pb::Contact| code_in(&texts(&gateway.took(1).await)[0].1);
        let zhang = verified(&served, &by, "zhang", "transport", "13800000001", read).await;
        settled(&served, Reach::Sent, 1).await;
        assert_eq!(settled(&served, Reach::Held, 1).await[0].unit, held[1].unit);
        let li = pb::Contact { name: format!("{DISTRICT}/contacts/li"), ..contact("water", &by, "13800000002") };
        force(&served, "li", li.clone()).await;

        // On the way to both when both contacts are removed, one after the other: held for each again.
        let disable = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        crate::channel::channels(&served).disable_channel(disable).await.unwrap();
        let second = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        settled(&served, Reach::Pending, 2).await;
        remove(&served, &zhang).await;
        settled(&served, Reach::Held, 2).await;
        remove(&served, &li).await;
        let held = settled(&served, Reach::Held, 3).await;
        assert!(dispatches(&served, Reach::Dead).await.is_empty());
        let again: Vec<_> = held.iter().filter(|it| it.letter == second.name).collect();
        assert!(again.iter().all(|it| it.contact.is_empty()));
        assert_eq!(again.len(), 2);
    }

    // H7: a letter that has another contact to go to is given up at one that is removed, and held only
    // when the last is gone.
    async fn a_letter_is_held_when_its_last_contact_is_removed(bed: &Bed) {
        let (served, _, by) = setting(bed).await;
        let named = |id: &str, address: &str| pb::Contact {
            name: format!("{DISTRICT}/contacts/{id}"),
            ..contact("transport", &by, address)
        };
        let both = [named("zhang", "13800000001"), named("li", "13800000002")];
        for (id, it) in ["zhang", "li"].into_iter().zip(&both) {
            force(&served, id, it.clone()).await;
        }
        let disable = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        crate::channel::channels(&served).disable_channel(disable).await.unwrap();
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Pending, 2).await;
        remove(&served, &both[0]).await;
        let dead = settled(&served, Reach::Dead, 1).await;
        assert_eq!(dead[0].last_failure, "the contact was removed");
        remove(&served, &both[1]).await;
        assert_eq!(settled(&served, Reach::Held, 1).await[0].hold_reason(), HoldReason::NoContact);
    }

    // H7: a letter goes out in the language that is spoken there.
    async fn a_letter_goes_to_its_unit_in_its_language(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        for (id, address, language) in [
            ("li", "13800000001", pb::Language::Chinese),
            ("smith", "+85212345678", pb::Language::English),
        ] {
            let it = pb::Contact { language: language.into(), ..contact("transport", &by, address) };
            force(&served, id, it).await;
        }
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Sent, 2).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        let english = &letter.translations[0];
        assert_eq!((letter.translations.len(), english.language()), (1, pb::Language::English));
        assert!(english.body.contains("To: 恒口示范区交通局"), "{english:?}");
        assert!(english.body.contains("8 April 2023"), "{english:?}");
        let told = texts(&gateway.took(2).await);
        let told = |to: &str| told.iter().find(|it| it.0 == to).map(|it| it.1.clone()).unwrap();
        assert!(told("13800000001").contains(&letter.subject));
        let text = told("+85212345678");
        assert!(text.contains(&english.subject) && text.contains("acknowledge"), "{text}");

        // A district's own words, and what is said where they fail.
        let own = |subject: &str| {
            let template = pb::Template {
                name: format!("{DISTRICT}/templates/work-reminder"),
                english_subject: subject.to_owned(),
                ..Default::default()
            };
            pb::UpdateTemplateRequest { template: Some(template), update_mask: None }
        };
        let mut client = crate::data::templates(&served);
        let path = "template.english_subject";
        refused(client.update_template(own("{{ indicater }}")).await, &[(path, "UNKNOWN_VARIABLE")]);
        let mut bulletin = own("Monthly");
        bulletin.template.as_mut().unwrap().name = format!("{DISTRICT}/templates/monthly-bulletin");
        let kept = client.update_template(bulletin).await.unwrap().into_inner();
        assert!(kept.english_body.contains("To all units"), "{kept:?}");
        let kept = client.update_template(own("Mind {{ indicator }}")).await.unwrap().into_inner();
        assert!(kept.english_body.contains("To: {{ recipient }}"), "{kept:?}");
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        let letters = issued(&served, DISTRICT, 2).await;
        assert_eq!(letters[1].translations[0].subject, "Mind 固定资产投资完成额");
        assert_eq!(letters[1].subject, letter.subject);
    }

    // H7: what was held goes out in the language that is spoken where it goes then.
    async fn what_is_held_goes_out_in_the_language_spoken_there(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        crate::data::put_units(&served, DISTRICT).await;
        let document = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let letter = issued(&served, DISTRICT, 1).await.remove(0);
        settled(&served, Reach::Held, 3).await;
        let english = pb::Contact {
            language: pb::Language::English.into(),
            ..contact("transport", &by, "+85212345678")
        };
        let mut client = contacts(&served);
        let smith = client.create_contact(creation("smith", english)).await.unwrap().into_inner();
        let request = pb::SendContactCodeRequest { name: smith.name.clone(), ..Default::default() };
        client.send_contact_code(request).await.unwrap();
        let told = texts(&gateway.took(1).await).remove(0).1;
        let code = told.split("code is ").nth(1).unwrap().chars().take_while(char::is_ascii_digit);
        let request = pb::VerifyContactRequest {
            name: smith.name.clone(),
            code: code.collect(),
            ..Default::default()
        };
        client.verify_contact(request).await.unwrap();
        settled(&served, Reach::Sent, 2).await;
        let told: Vec<_> = texts(&gateway.took(3).await).into_iter().skip(1).map(|it| it.1).collect();
        for subject in [&document.texts[1].subject, &letter.translations[0].subject] {
            assert!(told.iter().any(|it| it.contains(subject)), "{subject}: {told:?}");
        }

        // What waits for one of another language, and is held again, does not keep those words.
        let disable = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        crate::channel::channels(&served).disable_channel(disable).await.unwrap();
        let second = crate::document::issue(&served, crate::document::slip()).await.unwrap();
        settled(&served, Reach::Pending, 1).await;
        remove(&served, &smith).await;
        settled(&served, Reach::Held, 3).await;
        let enable = pb::EnableChannelRequest { name: by.name.clone(), ..Default::default() };
        crate::channel::channels(&served).enable_channel(enable).await.unwrap();
        let read = async |_: &pb::Contact| code_in(&texts(&gateway.took(4).await)[3].1);
        verified(&served, &by, "zhang", "transport", "13812345678", read).await;
        let told = texts(&gateway.took(5).await).remove(4);
        assert!(told.0 == "13812345678" && told.1.contains(&second.texts[0].subject), "{told:?}");
    }

    // H7, A2: whoever owns the channels hears once of each letter that has nowhere to go, or did not get
    // there.
    async fn who_owns_the_channels_is_told_of_letters_that_do_not_arrive(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        crate::data::put_units(&served, DISTRICT).await;
        crate::document::issue(&served, crate::document::slip()).await.unwrap();
        let held = settled(&served, Reach::Held, 2).await;
        let told = crate::inbox::notes(&served, "office", true).await;
        let about = |notes: &[pb::Note]| -> Vec<_> {
            notes.iter().map(|it| (it.kind(), it.source.clone())).collect()
        };
        let of = |it: &pb::Dispatch| (pb::note::Kind::DispatchHeld, it.name.clone());
        assert_eq!(about(&told), [of(&held[0]), of(&held[1])]);
        assert_eq!(told[0].text, "《关于第一季度政治体检自查的提醒单》尚未送出：交通局没有联系方式");

        // On the way to the last contact when that is removed: held, and told.
        let read = async |_: &pb::Contact| code_in(&texts(&gateway.took(1).await)[0].1);
        let zhang = verified(&served, &by, "zhang", "transport", "13800000001", read).await;
        settled(&served, Reach::Sent, 1).await;
        let disable = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        crate::channel::channels(&served).disable_channel(disable).await.unwrap();
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Pending, 1).await;
        remove(&served, &zhang).await;
        let held = settled(&served, Reach::Held, 2).await;
        let told = crate::inbox::notes(&served, "office", true).await;
        assert_eq!(about(&told[2..]), [of(&held[1])]);
        assert!(told[2].text.ends_with("尚未送出：恒口示范区交通局没有联系方式"), "{:?}", told[2]);
        let request = pb::WatchChangesRequest {
            parent: DISTRICT.to_owned(),
            kinds: vec!["saima.notification.v1.DispatchHeld".to_owned()],
            ..Default::default()
        };
        let mut changes = ChangeServiceClient::new(served.channel());
        let mut stream = changes.watch_changes(request).await.unwrap().into_inner();
        let mut names = Vec::new();
        while names.len() < 3 {
            names.extend(stream.message().await.unwrap().unwrap().change.map(|it| it.name));
        }
        assert_eq!(names[2], held[1].name);
    }

    // H7: a letter goes to whom it is for: a role in its unit, else the unit; held where there is none.
    async fn a_letter_goes_to_the_role_that_is_meant_or_to_its_unit(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        crate::data::put_units(&served, DISTRICT).await;
        crate::data::put_oversight(&served, DISTRICT).await;
        let of = |unit: &str, role: pb::RecipientRole, address: &str| pb::Contact {
            role: role.into(),
            ..contact(unit, &by, address)
        };
        use pb::RecipientRole as Role;
        force(&served, "general", of("transport", Role::Unspecified, "13800000001")).await;
        force(&served, "head", of("transport", Role::UnitHead, "13800000002")).await;
        force(&served, "leader", of("water", Role::LeaderInCharge, "13800000003")).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Sent, 1).await;

        // By hand: to the head; and to who reports, of whom nothing is known.
        let to = |unit: &str, role: Role| pb::DocumentRecipient {
            unit: format!("{DISTRICT}/units/{unit}"),
            role: role.into(),
            ..Default::default()
        };
        for role in [Role::UnitHead, Role::Reporter] {
            let recipients = vec![to("transport", role)];
            let due_date = None;
            let slip = pb::Document { recipients, due_date, ..crate::document::slip() };
            let issued = crate::document::issue(&served, slip).await.unwrap();
            assert_eq!(issued.recipients[0].role(), role);
        }
        let sent = settled(&served, Reach::Sent, 3).await;
        let contacts_of = sent.iter().map(|it| it.contact.rsplit('/').next().unwrap());
        assert_eq!(contacts_of.collect::<Vec<_>>(), ["general", "head", "general"]);

        // Whoever is late: the head, the leader in charge, and the office, which nobody reaches.
        for (time, count) in [("2023-04-08T16:00:00Z", 4), ("2023-04-11T00:00:00Z", 5)] {
            bed.clock().set(time.parse().unwrap());
            settled(&served, Reach::Sent, count).await;
        }
        bed.clock().set("2023-04-15T00:00:00Z".parse().unwrap());
        let held = settled(&served, Reach::Held, 1).await.remove(0);
        assert_eq!((held.role(), held.hold_reason()), (Role::OfficeDuty, HoldReason::NoContact));
        let told: Vec<_> = texts(&gateway.took(5).await).into_iter().map(|it| it.0).collect();
        assert_eq!(told[3..], ["13800000002", "13800000003"]);

        // Who reports for the office is not who is on duty there.
        let mut client = contacts(&served);
        let verify = async |id: &str, it: pb::Contact| {
            let mut client = contacts(&served);
            let name = client.create_contact(creation(id, it)).await.unwrap().into_inner().name;
            let reason = dispatches(&served, Reach::Held).await.first().map(|it| it.hold_reason());
            let ask = pb::SendContactCodeRequest { name: name.clone(), ..Default::default() };
            client.send_contact_code(ask).await.unwrap();
            let code = code_in(&texts(&gateway.taken()).pop().unwrap().1);
            let request = pb::VerifyContactRequest { name, code, ..Default::default() };
            client.verify_contact(request).await.unwrap();
            reason
        };
        let reason = verify("clerk", of("office", Role::Reporter, "13800000004")).await;
        assert_eq!(reason, Some(HoldReason::NoContact));
        settled(&served, Reach::Held, 1).await;
        let reason = verify("duty", of("office", Role::OfficeDuty, "13800000005")).await;
        assert_eq!(reason, Some(HoldReason::ContactUnverified));
        settled(&served, Reach::Sent, 6).await;
        assert!(dispatches(&served, Reach::Held).await.is_empty());

        // What has not reached a role's contact that is removed goes to the unit.
        let disable = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        crate::channel::channels(&served).disable_channel(disable).await.unwrap();
        let slip = pb::Document {
            recipients: vec![to("transport", Role::UnitHead)],
            due_date: None,
            ..crate::document::slip()
        };
        crate::document::issue(&served, slip).await.unwrap();
        let waiting = settled(&served, Reach::Pending, 1).await.remove(0);
        assert_eq!(waiting.contact, format!("{DISTRICT}/contacts/head"));
        let request = pb::RemoveContactRequest { name: waiting.contact, ..Default::default() };
        client.remove_contact(request).await.unwrap();
        let waiting = settled(&served, Reach::Pending, 1).await.remove(0);
        assert_eq!(waiting.contact, format!("{DISTRICT}/contacts/general"));
    }

    // H7: a code is not guessed, and does not hold for ever.
    async fn a_contact_is_verified_by_the_code_that_was_sent_there(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        let mut client = contacts(&served);
        let request = creation("zhang", contact("transport", &by, "13812345678"));
        let created = client.create_contact(request).await.unwrap().into_inner();
        assert_eq!((created.state(), &*created.masked_address), (State::Unverified, "138****5678"));
        assert_eq!(created.address, "");
        let tell = |code: &str| pb::VerifyContactRequest {
            name: created.name.clone(),
            code: code.to_owned(),
            ..Default::default()
        };
        denied(client.verify_contact(tell("000000")).await, Code::FailedPrecondition, "CODE_EXPIRED");
        let ask = pb::SendContactCodeRequest { name: created.name.clone(), ..Default::default() };
        client.send_contact_code(ask.clone()).await.unwrap();
        denied(client.send_contact_code(ask.clone()).await, Code::FailedPrecondition, "TOO_SOON");
        let first = code_in(&texts(&gateway.took(1).await)[0].1);
        let wrong = if first == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            refused(client.verify_contact(tell(wrong)).await, &[("code", "WRONG_CODE")]);
        }
        denied(client.verify_contact(tell(&first)).await, Code::FailedPrecondition, "CODE_EXPIRED");
        bed.clock().set("2023-04-01T00:01:00Z".parse().unwrap());
        let mut asked = ask.clone();
        asked.request_id = uuid::Uuid::new_v4().to_string();
        let sent = client.send_contact_code(asked.clone()).await.unwrap().into_inner();
        assert_eq!(client.send_contact_code(asked).await.unwrap().into_inner(), sent);
        let second = code_in(&texts(&gateway.took(2).await)[1].1);
        bed.clock().set("2023-04-01T00:31:00Z".parse().unwrap());
        denied(client.verify_contact(tell(&second)).await, Code::FailedPrecondition, "CODE_EXPIRED");
        client.send_contact_code(ask).await.unwrap();
        let third = code_in(&texts(&gateway.took(3).await)[2].1);
        let mut told = tell(&third);
        told.request_id = uuid::Uuid::new_v4().to_string();
        let verified = client.verify_contact(told.clone()).await.unwrap().into_inner();
        assert_eq!(verified.state(), State::Verified);
        assert_eq!(client.verify_contact(told).await.unwrap().into_inner(), verified);
    }

    // H7: an address is sealed, told to nobody, and erased with its contact.
    async fn an_address_is_sealed_and_erased_with_its_contact(bed: &Bed) {
        let (served, gateway, by) = setting(bed).await;
        let read = async |_: &pb::Contact| code_in(&texts(&gateway.took(1).await)[0].1);
        let made = verified(&served, &by, "zhang", "transport", "13812345678", read).await;
        let mut client = contacts(&served);
        let again = creation("zhang-2", contact("transport", &by, "13812345678"));
        denied(client.create_contact(again.clone()).await, Code::AlreadyExists, "");
        let mut tx = served.db("notification").begin_read().await.unwrap();
        let (held,) = kit::fetch_one!(tx, (Vec<u8>,), "SELECT address FROM contact").unwrap();
        let feed = kit::fetch_all!(
            tx, (Vec<u8>,), "SELECT payload FROM kit_feed WHERE kind LIKE '%.Contact%'"
        )
        .unwrap();
        drop(tx);
        assert_eq!(feed.len(), 2);
        for bytes in feed.iter().map(|it| &it.0).chain([&held]) {
            let shown = String::from_utf8_lossy(bytes);
            assert!(!shown.contains("12345678") && !shown.contains("138****"), "{shown}");
        }

        raise(&served, behind(DISTRICT, 1, "transport")).await;
        settled(&served, Reach::Sent, 1).await;
        let request = pb::DisableChannelRequest {
            name: by.name.clone(),
            reason: "停机".to_owned(),
            ..Default::default()
        };
        crate::channel::channels(&served).disable_channel(request).await.unwrap();
        raise(&served, behind(DISTRICT, 2, "transport")).await;
        settled(&served, Reach::Pending, 1).await;
        let removed = remove(&served, &made).await;
        assert_eq!((removed.state(), &*removed.masked_address), (State::Removed, ""));
        assert_eq!(remove(&served, &made).await, removed);
        let held = settled(&served, Reach::Held, 1).await.remove(0);
        assert_eq!(held.hold_reason(), HoldReason::NoContact);
        assert!(dispatches(&served, Reach::Pending).await.is_empty());
        let ask = pb::SendContactCodeRequest { name: made.name.clone(), ..Default::default() };
        denied(client.send_contact_code(ask).await, Code::FailedPrecondition, "CHANNEL_DISABLED");
        // The same address may come again, under another id.
        client.create_contact(again).await.unwrap();
        let request = pb::ListContactsRequest {
            parent: DISTRICT.to_owned(),
            unit: format!("{DISTRICT}/units/transport"),
            page_size: 1,
            ..Default::default()
        };
        let first = client.list_contacts(request.clone()).await.unwrap().into_inner();
        let request = pb::ListContactsRequest { page_token: first.next_page_token, ..request };
        let second = client.list_contacts(request).await.unwrap().into_inner();
        assert_eq!(first.contacts[0], removed);
        assert_eq!((second.contacts.len(), &*second.next_page_token), (1, ""));
    }

    // H7: bad input names its field.
    async fn a_contact_is_refused_by_its_fields(bed: &Bed) {
        let (served, _, by) = setting(bed).await;
        let mut client = contacts(&served);
        let address = [("contact.address", "ADDRESS_FORMAT")];
        for bad in ["", "138", "zhang@example.cn"] {
            let request = creation("zhang", contact("transport", &by, bad));
            refused(client.create_contact(request).await, &address);
        }
        let request = creation("", pb::Contact::default());
        let required = [
            ("contact_id", "REQUIRED"),
            ("contact.channel", "REQUIRED"),
        ];
        refused(client.create_contact(request).await, &required);
        let absent = pb::Channel { name: format!("{DISTRICT}/channels/none"), ..by };
        let request = creation("zhang", contact("transport", &absent, "13812345678"));
        denied(client.create_contact(request).await, Code::FailedPrecondition, "UNKNOWN_CHANNEL");
        let request = pb::GetContactRequest { name: format!("{DISTRICT}/contacts/none") };
        denied(client.get_contact(request).await, Code::NotFound, "");
    }
}
