//! Event types: what integrators read before they subscribe.

use std::collections::BTreeSet;

use kit::testing::Bed;
use proto::notification::v1 as pb;
use proto::notification::v1::event_type_service_client::EventTypeServiceClient;
use tonic::Code;

use crate::data::{DISTRICT, behind, raise};
use crate::endpoint::{WARNED, create, endpoint};
use crate::receiver::Receiver;
use crate::{denied, fake};

kit::both! {
    // A2: the schema of each type is made from the contract, and what is sent keeps to it.
    async fn schemas_say_what_events_are(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        let mut client = EventTypeServiceClient::new(served.channel());
        let mut types = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListEventTypesRequest { page_size: 10, page_token };
            let reply = client.list_event_types(request).await.unwrap().into_inner();
            types.extend(reply.event_types);
            page_token = reply.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert!(types.len() > 20 && types.is_sorted_by_key(|it| it.name.clone()));
        for it in &types {
            let request = pb::GetEventTypeRequest { name: it.name.clone() };
            let found = client.get_event_type(request).await.unwrap().into_inner();
            let schema: serde_json::Value = serde_json::from_str(&found.json_schema).unwrap();
            assert!(schema["$defs"][&it.resource]["properties"]["name"].is_object(), "{}", it.name);
            every_reference_leads_somewhere(&schema, &schema);
        }

        let receiver = Receiver::start("200 OK").await;
        let wanted = pb::Endpoint { include_resource: true, ..endpoint(&receiver.url()) };
        create(&served, DISTRICT, "portal", wanted).await;
        raise(&served, behind(DISTRICT, 1, "transport")).await;
        let event = receiver.saw(1).await[0].event();
        let request = pb::GetEventTypeRequest { name: format!("eventTypes/{WARNED}") };
        let found = client.get_event_type(request).await.unwrap().into_inner();
        assert_eq!(found.resource, "saima.scoring.v1.Warning");
        let schema: serde_json::Value = serde_json::from_str(&found.json_schema).unwrap();
        assert_eq!(schema["properties"]["type"]["const"], event["type"]);
        let keys = |it: &serde_json::Value| -> BTreeSet<String> {
            it.as_object().unwrap().keys().cloned().collect()
        };
        assert!(keys(&event).is_subset(&keys(&schema["properties"])));
        let warning = &schema["$defs"]["saima.scoring.v1.Warning"]["properties"];
        assert!(keys(&event["data"]["resource"]).is_subset(&keys(warning)));
        let kind = &event["data"]["resource"]["kind"];
        assert!(warning["kind"]["enum"].as_array().unwrap().contains(kind));
        assert!(warning["kind"]["description"].is_string());

        let request = pb::GetEventTypeRequest { name: "eventTypes/saima.scoring.v1.Gossip".to_owned() };
        denied(client.get_event_type(request).await, Code::NotFound, "");
    }
}

fn every_reference_leads_somewhere(value: &serde_json::Value, schema: &serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(|it| it.as_str()) {
                let name = reference.strip_prefix("#/$defs/").unwrap();
                assert!(schema["$defs"][name].is_object(), "{reference}");
            }
            fields.values().for_each(|it| every_reference_leads_somewhere(it, schema));
        }
        serde_json::Value::Array(elements) => {
            elements.iter().for_each(|it| every_reference_leads_somewhere(it, schema));
        }
        _ => {}
    }
}
