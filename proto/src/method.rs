//! What the contract says of its methods and roles, as tables of the build: every process asks
//! for it at once, and to read the descriptors for it took longer than all else of a start.

/// An RPC.
#[derive(Debug)]
pub struct Method {
    /// The full name of its service.
    pub service: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// The permission it needs, as `service.collection.verb`.
    pub permission: &'static str,
    /// Its handler holds callers to their units.
    pub by_unit: bool,
    /// Its caller must say why.
    pub needs_purpose: bool,
    /// A second person must have approved.
    pub four_eyes: bool,
    /// The caller sends a stream.
    pub client_streaming: bool,
    /// The reply is a stream.
    pub server_streaming: bool,
}

include!(concat!(env!("OUT_DIR"), "/methods.rs"));
