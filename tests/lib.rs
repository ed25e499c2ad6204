//! The whole suite seen from outside: rules of the house, the contract, stock clients.
//!
//! There is no library here; everything is in `suite.rs` and its modules.
