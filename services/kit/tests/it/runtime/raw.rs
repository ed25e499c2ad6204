//! HTTP/2 frames written by hand, for what no well-behaved client does.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const GOAWAY: u8 = 7;

pub(crate) const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// The big-endian number at `offset` of the payload.
    pub(crate) fn number(&self, offset: usize) -> u32 {
        u32::from_be_bytes(self.payload[offset..offset + 4].try_into().unwrap())
    }
}

pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let mut io = TcpStream::connect(address).await.unwrap();
        io.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        io.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
        Self(io)
    }

    /// Sends frames; a server that has hung up is found out by reading.
    pub(crate) async fn send(&mut self, frames: &[Vec<u8>]) {
        let _ = self.0.write_all(&frames.concat()).await;
    }

    /// The next frame of `kind`; `None` when the connection ends first.
    pub(crate) async fn next(&mut self, kind: u8) -> Option<Frame> {
        self.next_of(&[kind]).await
    }

    pub(crate) async fn next_of(&mut self, kinds: &[u8]) -> Option<Frame> {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; length as usize];
            self.0.read_exact(&mut payload).await.ok()?;
            if kinds.contains(&head[3]) {
                let kind = head[3];
                let stream = u32::from_be_bytes(head[5..9].try_into().unwrap());
                return Some(Frame { kind, stream, payload });
            }
        }
    }
}

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The headers of a gRPC request, none of them compressed, and `more` behind them.
pub(crate) fn headers(stream: u32, flags: u8, path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    // Static table: `:method: POST` is entry 3, `:scheme: http` entry 6.
    let mut block = vec![0x83, 0x86];
    let own = [
        (":path", path),
        (":authority", "saima"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    for (name, value) in own.iter().chain(more) {
        block.push(0);
        for text in [name, value] {
            assert!(text.len() < 127);
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
    }
    frame(HEADERS, flags | END_HEADERS, stream, &block)
}

pub(crate) fn reset(stream: u32) -> Vec<u8> {
    // CANCEL.
    frame(RST_STREAM, 0, stream, &8u32.to_be_bytes())
}

/// One uncompressed gRPC message holding a string in its field 1.
pub(crate) fn message(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[0, 0, 0, 0, length + 2, 0x0a, length], text.as_bytes()].concat()
}
