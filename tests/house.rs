//! Rules of the house, read off the sources: who may know whom, how long a file may be,
//! what may never stand in a line. ARCHITECTURE.md says why.

#[path = "house/four_eyes.rs"]
mod four_eyes;
#[path = "house/layers.rs"]
mod layers;
#[path = "house/lengths.rs"]
mod lengths;
#[path = "house/manifests.rs"]
mod manifests;
#[path = "house/passes.rs"]
mod passes;
#[path = "house/sources.rs"]
pub(crate) mod sources;
#[path = "house/words.rs"]
mod words;
