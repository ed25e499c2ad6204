//! Contacts.

use kit::field::Fields;
use kit::page::Page;
use kit::request_id::Once;
use kit::secret::Personal;
use kit::{Error, clock, etag};
use proto::notification::v1 as pb;
use proto::notification::v1::change::Resource;
use proto::notification::v1::contact_service_server::ContactService;
use tonic::{Request, Response, Status};

use super::{Rpc, change, dispatch};
use crate::channel::NAME as CHANNEL;
use crate::contact::{self, Code, Contact, Language, NAME, Role, State};
use crate::district::{self, UNIT};
use crate::follow::carry::Carrier;
use crate::message::Message;
use crate::store;
use crate::store::contact::Filter;

const CREATED: &str = "saima.notification.v1.ContactCreated";
const VERIFIED: &str = "saima.notification.v1.ContactVerified";
const REMOVED: &str = "saima.notification.v1.ContactRemoved";

#[tonic::async_trait]
impl ContactService for Rpc {
    async fn get_contact(
        &self,
        request: Request<pb::GetContactRequest>,
    ) -> Result<Response<pb::Contact>, Status> {
        let name = NAME.parse("name", &request.get_ref().name)?;
        let (district, id) = (name.id("district"), name.id("contact"));
        let mut tx = self.db.begin_read().await?;
        let found = store::contact::get(&mut tx, &self.keys, district, id).await?;
        Ok(Response::new(found.ok_or_else(|| name.not_found())?.into()))
    }

    async fn list_contacts(
        &self,
        request: Request<pb::ListContactsRequest>,
    ) -> Result<Response<pb::ListContactsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let filter = Filter {
            unit: fields.optional_member("unit", &UNIT, &request.unit, district),
            channel: fields.optional_member("channel", &CHANNEL, &request.channel, district),
        };
        fields.check()?;
        let page = Page::parse(
            request.page_size,
            &request.page_token,
            &[&request.parent, &request.unit, &request.channel],
        )?;
        let mut tx = self.db.begin_read().await?;
        let mut found = store::contact::list(&mut tx, &self.keys, district, &filter, &page).await?;
        let next_page_token = page.cut(&mut found, |it| it.id.clone());
        let contacts = found.into_iter().map(pb::Contact::from).collect();
        Ok(Response::new(pb::ListContactsResponse { contacts, next_page_token }))
    }

    async fn create_contact(
        &self,
        request: Request<pb::CreateContactRequest>,
    ) -> Result<Response<pb::Contact>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let parent = fields.name("parent", &district::NAME, &request.parent);
        let district = parent.id("district");
        let id = fields.id("contact_id", &request.contact_id);
        let empty = pb::Contact::default();
        let given = fields.required("contact", &request.contact).unwrap_or(&empty);
        let unit = fields.optional_member("contact.unit", &UNIT, &given.unit, district);
        let unit = unit.unwrap_or_default();
        let by = fields.member("contact.channel", &CHANNEL, &given.channel, district);
        let address = fields.text("contact.address", &given.address, 0..=254);
        let language = fields.optional_choice("contact.language", given.language);
        let role = fields.optional_choice("contact.role", given.role).unwrap_or_default();
        if given.unit.is_empty() && role != Role::Unit {
            fields.violation("contact.role", "NOT_ALLOWED", "is a role in a unit; name the unit");
        }
        fields.check()?;
        let once = Once::new(district, "CreateContact", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let channel = store::channel::get(&mut tx, &self.keys, district, &by).await?;
        let absent = || {
            let message = "is not there; create it first";
            Error::precondition("UNKNOWN_CHANNEL", given.channel.clone(), message)
        };
        let channel = channel.ok_or_else(absent)?;
        if let Some(fault) = contact::fault(channel.wish.setup.kind(), &address) {
            return Err(Error::invalid("contact.address", "ADDRESS_FORMAT", fault).into());
        }
        let contact = Contact {
            district: district.to_owned(),
            id,
            unit,
            channel: by,
            address: Personal::new(address),
            language: language.unwrap_or(Language::Chinese),
            role,
            state: State::Unverified,
            code: Code::default(),
            verify_time: None,
            create_time: tx.now(),
            update_time: tx.now(),
            revision: 1,
        };
        if !store::contact::insert(&mut tx, &self.keys, &contact).await? {
            return Err(Error::already_exists("contact", contact.name()).into());
        }
        store::dispatch::await_code(&mut tx, district, &contact.unit, contact.role).await?;
        let reply = pb::Contact::from(contact);
        change::append(&mut tx, district, CREATED, &reply.name, told(&reply));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn send_contact_code(
        &self,
        request: Request<pb::SendContactCodeRequest>,
    ) -> Result<Response<pb::SendContactCodeResponse>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, id) = (name.id("district"), name.id("contact"));
        let once = Once::new(district, "SendContactCode", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        let found = store::contact::get(&mut tx, &self.keys, district, id).await?;
        let mut contact = found.ok_or_else(|| name.not_found())?;
        let channel = store::channel::lock(&mut tx, &self.keys, district, &contact.channel).await?;
        let channel = channel.ok_or_else(|| name.not_found())?;
        channel.check_enabled()?;
        let (code, now) = (contact::code()?, tx.now());
        let expire_time = contact.expect(self.hash(district, id, &code)?, now)?;
        store::contact::save_code(&mut tx, &contact).await?;
        // Nobody's word comes between: who asks again learns that it is too soon.
        tx.commit().await?;

        let message = Message {
            id: format!("{district}.{id}.{}", kit::id::uid()),
            subject: asking(&code, contact.language),
            body: String::new(),
            due_date: None,
            language: contact.language,
        };
        let carrier = Carrier::new(&self.outbound, &channel);
        let attempt = carrier.send(&message, &contact.address, 1, now).await;
        let reply = pb::SendContactCodeResponse {
            sent: attempt.succeeded(),
            reason: attempt.reason,
            message: attempt.message,
            expire_time: Some(clock::to_proto(expire_time)),
        };
        let mut tx = self.db.begin_write().await?;
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        Ok(Response::new(reply))
    }

    async fn verify_contact(
        &self,
        request: Request<pb::VerifyContactRequest>,
    ) -> Result<Response<pb::Contact>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let name = fields.name("name", &NAME, &request.name);
        let code = fields.text("code", &request.code, 1..=20);
        fields.check()?;
        let (district, id) = (name.id("district"), name.id("contact"));
        let once = Once::new(district, "VerifyContact", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::contact::get(&mut tx, &self.keys, district, id).await?;
        let mut contact = found.ok_or_else(|| name.not_found())?;
        if !contact.verify(&self.hash(district, id, &code)?, tx.now())? {
            // That it was missed is kept: a code may not be guessed.
            store::contact::save_code(&mut tx, &contact).await?;
            tx.commit().await?;
            return Err(Error::invalid("code", "WRONG_CODE", "is not what was sent").into());
        }
        store::contact::save(&mut tx, &contact).await?;
        let to = (contact.id.as_str(), contact.channel.as_str(), contact.language);
        store::dispatch::release(&mut tx, district, (&contact.unit, contact.role), to).await?;
        let reply = pb::Contact::from(contact);
        change::append(&mut tx, district, VERIFIED, &reply.name, told(&reply));
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(Response::new(reply))
    }

    async fn remove_contact(
        &self,
        request: Request<pb::RemoveContactRequest>,
    ) -> Result<Response<pb::Contact>, Status> {
        let request = request.into_inner();
        let name = NAME.parse("name", &request.name)?;
        let (district, id) = (name.id("district"), name.id("contact"));
        let once = Once::new(district, "RemoveContact", &request.request_id, &request)?;

        let mut tx = self.db.begin_write().await?;
        if let Some(reply) = once.replay(&mut tx).await? {
            return Ok(Response::new(reply));
        }
        store::head::lock(&mut tx, district).await?;
        let found = store::contact::get(&mut tx, &self.keys, district, id).await?;
        let mut contact = found.ok_or_else(|| name.not_found())?;
        let changed = contact.remove(tx.now());
        if changed {
            store::contact::save(&mut tx, &contact).await?;
            if contact.unit.is_empty() {
                store::dispatch::give_up(&mut tx, district, id).await?;
            }
            let held = store::dispatch::withdraw(&mut tx, district, id).await?;
            let mut left = store::contact::of_unit(&mut tx, district, &contact.unit).await?;
            // A role's own come before the unit's.
            left.sort_by_key(|it| it.role == Role::Unit);
            for other in left {
                let of = (contact.unit.as_str(), other.role);
                if other.state == State::Verified {
                    let to = (other.id.as_str(), other.channel.as_str(), other.language);
                    store::dispatch::release(&mut tx, district, of, to).await?;
                } else {
                    store::dispatch::await_code(&mut tx, district, of.0, of.1).await?;
                }
            }
            let held = store::dispatch::held(&mut tx, district, &held).await?;
            dispatch::tell_held(&mut tx, held).await?;
        }
        let reply = pb::Contact::from(contact);
        if changed {
            change::append(&mut tx, district, REMOVED, &reply.name, told(&reply));
        }
        once.store(&mut tx, &reply).await?;
        tx.commit().await?;
        self.mail_bell.notify_one();
        Ok(Response::new(reply))
    }
}

impl Rpc {
    fn hash(&self, district: &str, id: &str, code: &str) -> kit::Result<Vec<u8>> {
        self.keys.blind(district, "contact_code", &format!("{id} {code}"))
    }
}

/// What is sent with a code; in a text message the signature stands before it.
fn asking(code: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!("验证码{code}，30分钟内有效，用于接收考核文书，请勿告知他人"),
        Language::English => {
            format!("Your code is {code}. It holds for 30 minutes and lets letters reach you here.")
        }
    }
}

/// A contact as the feed tells of it.
fn told(contact: &pb::Contact) -> Resource {
    Resource::Contact(pb::Contact { masked_address: String::new(), ..contact.clone() })
}

impl From<Contact> for pb::Contact {
    fn from(it: Contact) -> Self {
        Self {
            name: it.name(),
            unit: match it.unit.as_str() {
                "" => String::new(),
                unit => UNIT.format(&[&it.district, unit]),
            },
            channel: CHANNEL.format(&[&it.district, &it.channel]),
            address: String::new(),
            language: it.language as i32,
            role: it.role as i32,
            masked_address: contact::masked(it.address.reveal()),
            state: it.state as i32,
            verify_time: it.verify_time.map(clock::to_proto),
            create_time: Some(clock::to_proto(it.create_time)),
            update_time: Some(clock::to_proto(it.update_time)),
            etag: etag::of(it.revision),
        }
    }
}
