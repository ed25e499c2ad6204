//! The data half: errors, fields, names, pages, two databases, the change feed.

mod approval;
mod cluster;
mod compact;
mod db;
mod engine;
mod error;
mod feed;
mod field;
mod follow;
mod follower;
mod note;
mod request_id;
mod secret;
mod shared;
mod values;
mod wall;
