//! Who may do what, cell by cell (`permissions.md`): every RPC, every role, one's own district
//! and unit and another's, by the policies and over the wire (G13).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use http::uri::PathAndQuery;
use kit::boot::Service;
use kit::clock::System;
use kit::guard::{Guard, Policies, Reach, Right, roles};
use kit::identity::{Grant, Trust};
use kit::testing::{Channel, Engine, Served, guard, run, service_token, token};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Status};

use crate::house::sources::root;

const SUITE: [Service; 4] =
    [registry::SERVICE, scoring::SERVICE, cadre::SERVICE, notification::SERVICE];

/// What stands in a cell: `-` for nothing, `U` for the own unit, `D` for the own district.
type Table = BTreeMap<String, BTreeMap<String, char>>;

/// The table as it is written down.
fn written() -> Table {
    let text = std::fs::read_to_string(root().join("tests/permissions.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let row = |line: &str| {
        let (permission, cells) = line.split_once("` |").unwrap();
        let cells = cells.trim_end_matches('|').split('|').map(|cell| cell.trim());
        let cells: Vec<char> = cells.map(|cell| cell.chars().next().unwrap()).collect();
        assert_eq!(cells.len(), roles().len(), "the row of {permission}");
        (permission.to_owned(), roles().iter().map(ToString::to_string).zip(cells).collect())
    };
    rows.map(row).collect()
}

fn policies() -> Guard {
    guard(&SUITE.map(|service| service.policy))
}

/// How far a grant reaches in a district.
fn reach(guard: &Guard, grant: &str, right: &Right, district: &str) -> Reach {
    let grants: Vec<Grant> = vec![grant.parse().unwrap()];
    guard.weigh("somebody", &grants, &right.permission, right.by_unit, district)
}

/// What the policies say of a cell; every one of its corners is tried.
fn cell(guard: &Guard, role: &str, right: &Right) -> char {
    let (whole, bound) =
        (format!("{role}@districts/own"), format!("{role}@districts/own/units/mine"));
    for grant in [&whole, &bound] {
        let foreign = reach(guard, grant, right, "other");
        assert_eq!(foreign, Reach::Nothing, "{grant} does {} elsewhere", right.permission);
    }
    let of_whole = reach(guard, &whole, right, "own");
    let of_bound = reach(guard, &bound, right, "own");
    match (of_whole, of_bound) {
        (Reach::Whole, Reach::Whole) => 'D',
        (Reach::Nothing, Reach::Units(units)) if units == ["mine"] => 'U',
        (Reach::Nothing, Reach::Nothing) => {
            let everywhere = reach(guard, &format!("{role}@*"), right, "");
            assert_eq!(everywhere, Reach::Nothing, "{role} does {} everywhere", right.permission);
            '-'
        }
        odd => panic!("{role} does {} by {odd:?}", right.permission),
    }
}

// A1, G13
#[test]
fn every_role_may_do_what_the_table_says_and_nothing_else() {
    let (guard, written) = (policies(), written());
    let mut faults = String::new();
    for (permission, (_, right)) in Right::all() {
        let found: Vec<(&str, char)> =
            roles().iter().map(|role| (*role, cell(&guard, role, right))).collect();
        let row = written.get(*permission);
        if row.is_some_and(|row| found.iter().all(|(role, cell)| row[*role] == *cell)) {
            continue;
        }
        write!(faults, "| `{permission}` |").unwrap();
        for (_, cell) in found {
            write!(faults, " {cell} |").unwrap();
        }
        faults.push('\n');
    }
    for permission in written.keys().filter(|it| !Right::all().contains_key(it.as_str())) {
        writeln!(faults, "no RPC needs {permission} any more").unwrap();
    }
    assert!(faults.is_empty(), "the policies say otherwise than tests/permissions.md:\n{faults}");
}

// A1
#[test]
fn every_policy_fits_the_contract() {
    for service in SUITE {
        let alone = Policies::read(&[service.policy], "").unwrap();
        assert_eq!(alone.misfits(), None, "{}", service.name);
    }
    let odd = "@id(\"odd\") permit (principal, action in Action::\"scoring.nonsense\", resource);";
    let misfit = Policies::read(&[odd], "").unwrap().misfits().unwrap();
    assert!(misfit.contains("scoring.nonsense"), "{misfit}");
}

// A1
#[test]
fn a_deployments_own_policies_only_forbid_and_fit() {
    let floor = SUITE.map(|service| service.policy);
    let read = |own: &str| Policies::read(&floor, own);
    let own = "@id(\"own\") forbid (principal in Role::\"record-keeper\", \
               action == Action::\"cadre.persons.create\", resource);";
    let trust = || Trust::new(None, None, Arc::new(System));
    let keeper: Grant = "record-keeper@districts/own".parse().unwrap();
    let reach = |guard: &Guard, permission: &str| {
        guard.weigh("somebody", std::slice::from_ref(&keeper), permission, false, "own")
    };
    let before = Guard::new(trust(), read("").unwrap());
    let after = Guard::new(trust(), read(own).unwrap());
    assert_eq!(reach(&before, "cadre.persons.create"), Reach::Whole);
    assert_eq!(reach(&after, "cadre.persons.create"), Reach::Nothing);
    assert_eq!(reach(&after, "cadre.persons.update"), reach(&before, "cadre.persons.update"));
    for (own, complaint) in [
        (own.replace("forbid", "permit").as_str(), "the policy own permits"),
        (own.replace("persons.create", "persons.hide").as_str(), "persons.hide"),
        (own.replace("record-keeper", "king").as_str(), "king"),
        (own.replace("@id(\"own\")", "").as_str(), "no @id"),
        (own.replace("\"own\"", "\"registry.office\"").as_str(), "two policies registry.office"),
        ("forbid everything", "cannot be read"),
    ] {
        let refused = read(own).unwrap_err();
        assert!(refused.contains(complaint), "{own}: {refused}");
    }
}

// G13
#[test]
fn the_wire_says_what_the_table_says() {
    run(Engine::Sqlite, async |bed| {
        let (served, written) = (bed.start(&SUITE).await, written());
        let pool = DescriptorPool::decode(proto::DESCRIPTOR_SET).unwrap();
        let permission = pool.get_extension_by_name("saima.annotations.v1.permission").unwrap();
        let mut faults = Vec::new();
        for role in roles() {
            let whole = caller(&served, role, "districts/own");
            let bound = caller(&served, role, "districts/own/units/mine");
            for method in pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
                let options = method.options();
                let needed = options.get_extension(&permission);
                let cell = written[needed.as_str().unwrap()][*role];
                let channel = if cell == 'U' { &bound } else { &whole };
                let own = ask(channel, &method, "own").await;
                let foreign = ask(channel, &method, "other").await;
                // What is about no district is told to whoever may ask; what is public, to everybody.
                let public = written[needed.as_str().unwrap()]["public"] == 'D';
                let placeless = public || is_placeless(&method);
                if is_refused(&own) != (!public && cell == '-') {
                    faults.push(format!(
                        "{role}: {} in the own district: {own:?}",
                        method.full_name()
                    ));
                }
                if !is_refused(&foreign) && !placeless {
                    faults.push(format!("{role}: {} elsewhere: {foreign:?}", method.full_name()));
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
        served.stop().await;
    });
}

fn caller(served: &Served, role: &str, place: &str) -> Channel {
    match role {
        "public" => served.channel_as(""),
        "service" => served.channel_as(&service_token(&[&format!("service@{place}")])),
        role => served.channel_as(&token("somebody", &[&format!("{role}@{place}")])),
    }
}

/// True when the policies let nobody in: what a handler says of units comes after that.
fn is_refused(outcome: &Result<(), Status>) -> bool {
    let Err(status) = outcome else { return false };
    match status.code() {
        Code::Unauthenticated => true,
        Code::PermissionDenied => {
            !status.message().starts_with("you may act for")
                && !status.message().starts_with("you may list")
                && !status.message().starts_with("a list of results")
        }
        _ => false,
    }
}

/// True where nothing in the request says a district.
fn is_placeless(method: &MethodDescriptor) -> bool {
    let named = variable(method).is_some_and(|(_, pattern)| pattern.starts_with("districts/"));
    let given = ["district_id", "grant", "header"];
    let given = given.iter().any(|field| method.input().get_field_by_name(field).is_some());
    !named && !given
}

/// Calls a method with a request that names nothing but where it wants to act.
async fn ask(channel: &Channel, method: &MethodDescriptor, district: &str) -> Result<(), Status> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let path: PathAndQuery = path.parse().unwrap();
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let message = request(method, district).encode_to_vec();
    match (method.is_client_streaming(), method.is_server_streaming()) {
        (true, _) => {
            let messages = Request::new(tokio_stream::once(message));
            grpc.client_streaming(messages, path, Bytes).await.map(|_| ())
        }
        (false, true) => {
            grpc.server_streaming(Request::new(message), path, Bytes).await.map(|_| ())
        }
        (false, false) => grpc.unary(Request::new(message), path, Bytes).await.map(|_| ()),
    }
}

fn request(method: &MethodDescriptor, district: &str) -> DynamicMessage {
    let mut message = DynamicMessage::new(method.input());
    for field in method.input().fields() {
        if let prost_reflect::Kind::Message(kind) = field.kind()
            && !field.is_list()
            && !field.is_map()
            && field.containing_oneof().is_none()
        {
            message.set_field(&field, Value::Message(DynamicMessage::new(kind)));
        }
    }
    let place = |pattern: &str| {
        let ids = std::iter::once(district).chain(std::iter::repeat("1"));
        let mut ids = ids.into_iter();
        let segment =
            |it: &str| if it == "*" { ids.next().unwrap().to_owned() } else { it.to_owned() };
        pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
    };
    match variable(method) {
        Some((field, pattern)) => {
            // Ids that say something are read as such.
            let name = place(&pattern).replace("targets/1", "targets/1.2023");
            set(&mut message, &field, name);
            if method.input().get_field_by_name("period_id").is_some() {
                set(&mut message, "period_id", "2023".to_owned());
            }
        }
        None if method.is_client_streaming() => {
            let field = method.input().get_field_by_name("header").unwrap();
            let prost_reflect::Kind::Message(header) = field.kind() else { unreachable!() };
            message.set_field(&field, Value::Message(DynamicMessage::new(header)));
            set(&mut message, "header.parent", place("districts/*"));
        }
        None => {
            for (field, value) in [
                ("district_id", district.to_owned()),
                ("permission", "access.callers.get".to_owned()),
                ("grant", format!("inspector@districts/{district}")),
            ] {
                if method.input().get_field_by_name(field).is_some() {
                    set(&mut message, field, value);
                }
            }
        }
    }
    message
}

/// The variable of a method's path: `{unit.name=districts/*/units/*}`.
fn variable(method: &MethodDescriptor) -> Option<(String, String)> {
    let pool = method.parent_pool();
    let http = pool.get_extension_by_name("google.api.http").unwrap();
    let rule = method.options().get_extension(&http).into_owned();
    let verbs = ["get", "put", "post", "delete", "patch"];
    let path = verbs.iter().find_map(|verb| {
        let path = rule.as_message()?.get_field_by_name(verb)?.as_str()?.to_owned();
        (!path.is_empty()).then_some(path)
    })?;
    let (_, rest) = path.split_once('{')?;
    let (field, pattern) = rest.split_once('}')?.0.split_once('=')?;
    Some((field.to_owned(), pattern.to_owned()))
}

/// Sets the field at a path such as `header.parent`.
fn set(message: &mut DynamicMessage, path: &str, value: String) {
    match path.split_once('.') {
        None => message.set_field_by_name(path, Value::String(value)),
        Some((field, rest)) => {
            let descriptor = message.descriptor().get_field_by_name(field).unwrap();
            let mut inner = match message.get_field(&descriptor).into_owned() {
                Value::Message(inner) => inner,
                _ => unreachable!("{field} is no message"),
            };
            set(&mut inner, rest, value);
            message.set_field(&descriptor, Value::Message(inner));
        }
    }
}

/// Messages as their bytes.
#[derive(Clone, Copy)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(into, &message);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        let length = bytes::Buf::remaining(from);
        bytes::Buf::advance(from, length);
        Ok(Some(()))
    }
}
