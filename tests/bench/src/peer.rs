//! The peers that Saima is measured against, each a process of its own.

mod chain;
mod echo;
mod edge;
mod national;
mod postgres;
mod python;
mod queue;
mod s1;
mod sqlite;
mod workbook;

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::Outcome;
pub(crate) use python::Python;
pub(crate) use workbook::Workbook;

/// Which peer to be.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    peer: Peer,
}

#[derive(clap::Subcommand)]
enum Peer {
    /// A bare tonic server that answers every GetResult with the same message.
    Echo {
        /// Where to listen.
        listen: SocketAddr,
    },
    /// The same echo behind the suite's whole edge.
    Edge {
        /// Where to listen.
        listen: SocketAddr,
        /// Folder of its audit.
        data: PathBuf,
        /// File of the suite's keys.
        keys: PathBuf,
    },
    /// A loop that upserts batches or single rows through rusqlite, one durable transaction each.
    Sqlite {
        /// The database file.
        file: PathBuf,
    },
    /// A loop that seals batches as scoring does, and stores no row.
    Chain {
        /// Folder of the database.
        folder: PathBuf,
    },
    /// A loop that copies or upserts batches, one durable transaction each.
    Postgres {
        /// The database.
        url: String,
    },
    /// A bare queue: claims by SKIP LOCKED, an attempt written for each job.
    Queue {
        /// The database.
        url: String,
    },
    /// The engine's kernel over the sheets of S1 in a store, into the store.
    National {
        /// The database file.
        file: PathBuf,
    },
    /// The engine's kernel over S1 in memory, and one read of it.
    S1,
}

/// Is the peer until its input or its parent ends.
pub(crate) async fn run(arguments: Arguments) -> Outcome<()> {
    match arguments.peer {
        Peer::Echo { listen } => echo::serve(listen).await,
        Peer::Edge { listen, data, keys } => edge::serve(listen, data, keys).await,
        Peer::Sqlite { file } => sqlite::work(&file),
        Peer::Chain { folder } => chain::work(&folder).await,
        Peer::Postgres { url } => postgres::work(&url).await,
        Peer::Queue { url } => queue::work(&url).await,
        Peer::National { file } => national::work(&file),
        Peer::S1 => s1::work(),
    }
}
