//! The same RPCs as JSON over HTTP/1.1, from a client that knows nothing of gRPC.

use kit::testing::{Bed, everybody};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fixture::{DISTRICT, Registry, request_id};

impl Registry {
    /// Calls a path below the registry's; yields the status and what was answered.
    async fn json(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.json_as(&everybody(), method, path, body).await
    }

    async fn json_as(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut io = TcpStream::connect(self.served.address()).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} /registry/v1/{path} HTTP/1.1\r\nhost: saima\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        io.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        io.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-type: application/json"), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }
}

/// Fails unless a call was refused with this HTTP status, gRPC code, reason and field.
#[track_caller]
fn refused(answer: (u16, Value), expected: (u16, i32, &str, &str)) {
    let (status, body) = answer;
    let detail = |kind: &str| {
        let kind = format!("type.googleapis.com/google.rpc.{kind}");
        let found =
            body["details"].as_array().and_then(|it| it.iter().find(|it| it["@type"] == *kind));
        found.cloned().unwrap_or_default()
    };
    let field = detail("BadRequest")["fieldViolations"][0]["field"].clone();
    let reason = detail("ErrorInfo")["reason"].clone();
    let found = (
        status,
        body["code"].as_i64().unwrap_or_default() as i32,
        reason.as_str().unwrap_or_default(),
        field.as_str().unwrap_or_default(),
    );
    assert_eq!(found, expected, "{body}");
}

kit::both! {
    // A2: paths, queries and bodies as the contract's annotations say.
    async fn a_platform_calls_by_json_over_http(bed: &Bed) {
        let registry = Registry::start(bed).await;
        let place = "districts/hengkou";
        let body = json!({"displayName": "交通局", "kind": "UNIT_KIND_DEPARTMENT"}).to_string();
        let path = format!("{place}/units?unit_id=transport&request_id={}", request_id());
        let (status, made) = registry.json("POST", &path, &body).await;
        assert_eq!((status, &made["name"]), (200, &json!(format!("{DISTRICT}/units/transport"))), "{made}");
        assert_eq!(registry.json("POST", &path, &body).await, (200, made.clone()));
        let path = format!("{place}/units/transport");
        assert_eq!(registry.json("GET", &path, "").await, (200, made.clone()));

        // The protos' spelling is taken, too.
        let change = json!({"display_name": "交通运输局", "etag": made["etag"]}).to_string();
        let patch = format!("{path}?update_mask=display_name");
        let (status, changed) = registry.json("PATCH", &patch, &change).await;
        assert_eq!((status, &changed["displayName"]), (200, &json!("交通运输局")), "{changed}");
        refused(registry.json("PATCH", &patch, &change).await, (409, 10, "ETAG_MISMATCH", ""));

        let body = json!({"displayName": "水利局", "kind": 1}).to_string();
        let create = format!("{place}/units?unitId=water");
        assert_eq!(registry.json("POST", &create, &body).await.0, 200);
        let (_, page) = registry.json("GET", &format!("{place}/units?page_size=1"), "").await;
        assert_eq!(page["units"].as_array().unwrap().len(), 1);
        let token = page["nextPageToken"].as_str().unwrap();
        let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let rest = format!("{place}/units?page_size=1&page_token={token}");
        let (_, rest) = registry.json("GET", &rest, "").await;
        assert_eq!(rest["units"][0]["displayName"], "水利局", "{rest}");
        let filtered = format!("{place}/units?kind=UNIT_KIND_VILLAGE&show_retired=true");
        assert_eq!(registry.json("GET", &filtered, "").await, (200, json!({})));

        let charges = json!({"charges": [{
            "unit": format!("{DISTRICT}/units/water"),
            "leader": format!("{DISTRICT}/units/transport"),
        }]});
        let (status, set) =
            registry.json("PATCH", &format!("{place}/oversight"), &charges.to_string()).await;
        assert_eq!((status, &set["charges"]), (200, &charges["charges"]), "{set}");
        let (status, gone) = registry.json("POST", &format!("{path}:retire"), "{}").await;
        assert_eq!(status, 200, "{gone}");
        assert!(gone["retireTime"].is_string(), "{gone}");
    }

    // A2: what is wrong is said as a gRPC caller is told it.
    async fn json_with_faults_is_refused_as_a_status(bed: &Bed) {
        let registry = Registry::start(bed).await;
        let units = "districts/hengkou/units";
        let post = async |query: &str, body: &str| {
            registry.json("POST", &format!("{units}?{query}"), body).await
        };
        refused(post("unit_id=water", "{\"displayName\": ").await, (400, 3, "MALFORMED", "body"));
        refused(post("unit_id=water", "{\"colour\": 1}").await, (400, 3, "MALFORMED", "body"));
        refused(post("unit_id=water", "7").await, (400, 3, "MALFORMED", "body"));
        refused(post("colour=red", "{}").await, (400, 3, "UNKNOWN_FIELD", "colour"));
        refused(post("unit_id=a&unit_id=b", "{}").await, (400, 3, "DUPLICATE", "unit_id"));
        let nameless = post("unit_id=water", "{\"kind\": \"UNIT_KIND_TOWN\"}").await;
        refused(nameless, (400, 3, "REQUIRED", "unit.display_name"));
        let retire = registry.json("POST", &format!("{units}/water:retire?etag=1"), "{}").await;
        refused(retire, (400, 3, "NOT_ALLOWED", "etag"));
        refused(registry.json("GET", units, "{}").await, (400, 3, "NOT_ALLOWED", "body"));
        let absent = registry.json("GET", &format!("{units}/water"), "").await;
        refused(absent, (404, 5, "NOT_FOUND", ""));
        refused(registry.json("DELETE", units, "").await, (404, 5, "NOT_FOUND", ""));
        let watch = registry.json("GET", "districts/hengkou/changes:watch", "").await;
        refused(watch, (501, 12, "", ""));
        let stranger = registry.json_as("", "GET", units, "").await;
        assert_eq!((stranger.0, &stranger.1["code"]), (401, &json!(16)), "{}", stranger.1);
    }
}
