//! What stock clients expect of any server: health, reflection, gRPC-Web.

use kit::config::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use super::desk::{House, soon};

#[tokio::test]
async fn health_answers_for_the_process_and_each_service() {
    let house = House::open(Limits::default()).await;
    let mut health = HealthClient::new(house.channel().await);
    for service in ["", "saima.scoring.v1.ObservationService", "saima.scoring.v1.ChangeService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let reply = soon(health.check(request)).await.unwrap().into_inner();
        assert_eq!(reply.status(), ServingStatus::Serving, "{service:?}");
    }
    let other = HealthCheckRequest { service: "saima.cadre.v1.PersonService".to_owned() };
    let status = soon(health.check(other)).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

const SERVED: [&str; 9] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "saima.access.v1.ApprovalService",
    "saima.access.v1.AuditRecordService",
    "saima.access.v1.CallerService",
    "saima.access.v1.RetentionRuleService",
    "saima.scoring.v1.ChangeService",
    "saima.scoring.v1.ObservationService",
];

#[tokio::test]
async fn reflection_names_what_is_served_and_nothing_else() {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;
    let house = House::open(Limits::default()).await;
    let mut client =
        v1::server_reflection_client::ServerReflectionClient::new(house.channel().await);
    let requests = [
        MessageRequest::ListServices(String::new()),
        MessageRequest::FileContainingSymbol("saima.scoring.v1.ObservationService".to_owned()),
    ]
    .map(|request| v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(request),
    });
    let requests = tokio_stream::iter(requests);
    let mut replies = client.server_reflection_info(requests).await.unwrap().into_inner();

    let reply = soon(replies.message()).await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = reply else { panic!("{reply:?}") };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    assert_eq!(names, SERVED);
    let reply = soon(replies.message()).await.unwrap().unwrap().message_response;
    let Some(MessageResponse::FileDescriptorResponse(files)) = reply else { panic!("{reply:?}") };
    assert!(!files.file_descriptor_proto.is_empty());
}

#[tokio::test]
async fn reflection_answers_older_clients_too() {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;
    let house = House::open(Limits::default()).await;
    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::new(house.channel().await);
    let requests = tokio_stream::iter([v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    }]);
    let mut replies = client.server_reflection_info(requests).await.unwrap().into_inner();
    let reply = soon(replies.message()).await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = reply else { panic!("{reply:?}") };
    assert_eq!(list.service.len(), SERVED.len());
}

#[tokio::test]
async fn grpc_web_is_answered_over_http_1() {
    let house = House::open(Limits::default()).await;
    let mut io = TcpStream::connect(house.address).await.unwrap();
    let head = "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nhost: saima\r\nconnection: close\r\n\
                content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\ncontent-length: 5\r\n\r\n";
    io.write_all(head.as_bytes()).await.unwrap();
    io.write_all(&[0; 5]).await.unwrap();
    let mut reply = Vec::new();
    soon(io.read_to_end(&mut reply)).await.unwrap();
    let reply = String::from_utf8_lossy(&reply);
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    assert!(reply.contains("application/grpc-web+proto"), "{reply}");
    // The message (field 1, SERVING) and behind it the trailers as a frame of their own.
    assert!(reply.contains("\u{8}\u{1}"), "{reply}");
    assert!(reply.contains("grpc-status:0"), "{reply}");
}

#[tokio::test]
async fn a_path_that_nobody_serves_is_told_so() {
    let house = House::open(Limits::default()).await;
    let mut io = TcpStream::connect(house.address).await.unwrap();
    io.write_all(b"GET / HTTP/1.1\r\nhost: saima\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut reply = Vec::new();
    soon(io.read_to_end(&mut reply)).await.unwrap();
    let reply = String::from_utf8_lossy(&reply);
    assert!(reply.starts_with("HTTP/1.1 404"), "{reply}");
    assert!(reply.contains("\"message\":") && reply.contains("GET /"), "{reply}");
}
