//! `saima export-person`: what cadre holds about one person, as a file of JSON lines. Who asks for
//! it gets it from the record keeper or the organisation department.

use std::io::Write as _;
use std::path::PathBuf;

use kit::config::keys as private;
use proto::cadre::v1 as pb;
use serde_json::{Value, json};
use tonic::Request;
use tonic::metadata::MetadataValue;

use crate::client::{Server, Suite};
use crate::failure::{Failure, Result};

/// Writes what is held about a person into a file that its owner alone may read
///
/// A line for each record, from the oldest on: its noun, its full name, when it was recorded, and
/// the record. The last lines say what is withheld, why, and who is asked for it. Each page that is
/// read is on record in the audit, with the purpose.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The person: districts/{district}/persons/{person}
    pub person: String,

    /// File to write; it must not be there yet
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    /// What for, as the audit keeps it: who asked, and when
    #[arg(long, value_name = "TEXT")]
    pub purpose: String,

    /// The suite
    #[command(flatten)]
    pub server: Server,

    /// Token of the caller: the record keeper, or the organisation department
    #[arg(
        long,
        env = "SAIMA_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        default_value = ""
    )]
    pub token: String,
}

/// Writes the file, whole or not at all.
pub fn run(args: &Args) -> Result<()> {
    crate::block_on(work(args))
}

async fn work(args: &Args) -> Result<()> {
    if args.output.exists() {
        return Err(Failure::other(format!("{} is there already", args.output.display())));
    }
    if args.purpose.trim().is_empty() {
        return Err(Failure::data("--purpose: say what for"));
    }
    let suite = Suite::connect(&args.server, &args.token).await?;
    let (text, count) = exported(&suite, &args.person, &args.purpose).await?;
    private::write(&args.output, &text).map_err(Failure::other)?;
    writeln!(std::io::stdout(), "{count} records in {}", args.output.display())?;
    Ok(())
}

/// The lines, and how many records are among them.
async fn exported(suite: &Suite, person: &str, purpose: &str) -> Result<(String, usize)> {
    let mut client = suite.person_exports();
    let (mut text, mut count, mut page_token) = (String::new(), 0, String::new());
    loop {
        let message =
            pb::ListPersonDataRequest { parent: person.to_owned(), page_size: 1000, page_token };
        let mut request = Request::new(message);
        let told = MetadataValue::from_bytes(purpose.as_bytes());
        request.metadata_mut().insert_bin("saima-purpose-bin", told);
        let page = client.list_person_data(request).await?.into_inner();
        for datum in page.person_data {
            let record: Value = serde_json::from_str(&datum.json).map_err(Failure::other)?;
            let mut line = json!({"noun": datum.noun, "source": datum.source, "record": record});
            if let Some(time) = datum.record_time {
                line["recordTime"] = time.to_string().into();
            }
            text.push_str(&format!("{line}\n"));
            count += 1;
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            for it in page.withheld {
                let line = json!({"withheld": it.subject, "reason": it.reason, "ask": it.ask});
                text.push_str(&format!("{line}\n"));
            }
            return Ok((text, count));
        }
    }
}
