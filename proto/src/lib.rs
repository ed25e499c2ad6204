//! The contract of Saima, compiled: messages, clients and servers of the four services.
//!
//! The words are in `proto/saima/**/*.proto`; nothing but the walk over a score tree, and what
//! requests of one shape have in common, was written by hand. Not here: conversions to domain types, which stand where they are used.
#![allow(missing_docs, clippy::all)]

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

pub mod batch;
pub mod method;
mod tree;

/// Every proto file as a `google.protobuf.FileDescriptorSet`, custom options included.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The same, to look things up in; made once a process, since that takes its time.
pub fn descriptors() -> &'static DescriptorPool {
    // What the build itself wrote decodes; a set that does not describes nothing.
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTOR_SET).unwrap_or_default());
    &POOL
}

macro_rules! package {
    ($($name:literal)+) => { $(tonic::include_proto!($name);)+ };
}

pub mod google {
    pub mod api {
        package!("google.api");
    }
    pub mod r#type {
        package!("google.r#type");
    }
}

pub use saima::*;

mod saima {
    pub mod access {
        pub mod v1 {
            package!("saima.access.v1");
        }
    }

    pub mod cadre {
        pub mod v1 {
            package!("saima.cadre.v1");
        }
    }

    pub mod notification {
        pub mod v1 {
            package!("saima.notification.v1");
        }
    }

    pub mod registry {
        pub mod v1 {
            package!("saima.registry.v1");
        }
    }

    pub mod scoring {
        pub mod v1 {
            package!("saima.scoring.v1");
        }
    }
}
