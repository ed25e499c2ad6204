//! The first signal asks, the second does not.

use tokio::runtime::Runtime;
use tonic::transport::Endpoint;
use tonic::{Code, Streaming};

use super::child::{Child, command};
use super::desk::{GET, soon, unary, watch};

pub(crate) fn a_signal_drains() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let child = Child::spawn(&mut command("back", &folder));
        let uri = format!("http://{}", child.address());
        Runtime::new().unwrap().block_on(async {
            let channel = Endpoint::from_shared(uri).unwrap().connect().await.unwrap();
            assert_eq!(soon(unary(channel, GET, "hello")).await.unwrap(), "hello");
        });
        child.signal(signal);
        let (code, log) = child.exit();
        assert_eq!(code, 0, "{log}");
    }
}

pub(crate) fn an_open_stream_does_not_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let child = Child::spawn(command("back", &folder).args(["--drain-timeout", "1s"]));
    let runtime = Runtime::new().unwrap();
    let mut items = runtime.block_on(open(&child));
    child.signal("TERM");
    let status = runtime.block_on(soon(items.message())).unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let (code, log) = child.exit();
    assert_eq!(code, 0, "{log}");
}

pub(crate) fn a_second_signal_ends_at_once() {
    for (signal, expected) in [("TERM", 143), ("INT", 130)] {
        let folder = tempfile::tempdir().unwrap();
        // The stream would keep it for longer than any test waits.
        let child = Child::spawn(command("back", &folder).args(["--drain-timeout", "1h"]));
        let runtime = Runtime::new().unwrap();
        let _items = runtime.block_on(open(&child));
        child.signal("TERM");
        child.until("shutting down");
        child.signal(signal);
        let (code, log) = child.exit();
        assert_eq!(code, expected, "{log}");
    }
}

async fn open(child: &Child) -> Streaming<String> {
    let uri = format!("http://{}", child.address());
    let channel = Endpoint::from_shared(uri).unwrap().connect().await.unwrap();
    soon(watch(channel, "rude")).await.unwrap()
}
