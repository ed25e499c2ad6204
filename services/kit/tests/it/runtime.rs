//! The runtime half: every limit, the drain, health, reflection and peers, each
//! seen over a real loopback connection.

mod desk;
mod drain;
mod identity;
mod limits;
mod outbound;
mod peers;
mod raw;
mod stock;
mod tls;
mod wire;
