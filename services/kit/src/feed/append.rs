//! Writing to the feed.

use prost::Message;

use crate::clock;
use crate::db::Tx;
use crate::error::Result;
use crate::telemetry;

/// Something that happened, as the feed keeps it.
#[derive(Clone, Debug)]
pub struct Event {
    district: String,
    kind: &'static str,
    name: String,
    payload: Vec<u8>,
    trace_parent: String,
}

/// Appends an event to the feed of this transaction's service; it is written by `commit`,
/// after everything else, with the trace parent of now. `kind` is the payload's full type
/// name, `name` the resource it is about.
pub fn append(tx: &mut Tx, district: &str, kind: &'static str, name: &str, payload: &impl Message) {
    tx.post(Event {
        district: district.to_owned(),
        kind,
        name: name.to_owned(),
        payload: payload.encode_to_vec(),
        trace_parent: telemetry::current_trace_parent().unwrap_or_default(),
    });
}

/// Writes `events` under consecutive positions and yields the last. The counter row stays
/// locked until the commit that follows at once.
pub(crate) async fn write(tx: &mut Tx, events: Vec<Event>) -> Result<i64> {
    let count = events.len() as i64;
    let (last,) = crate::fetch_one!(
        tx,
        (i64,),
        "UPDATE kit_feed_head SET position = position + $1 RETURNING position",
        count
    )?;
    let create_time = clock::to_micros(tx.now());
    let numbered = (last - count + 1..).zip(events);
    crate::insert_many!(
        tx,
        "INSERT INTO kit_feed
         (position, district, kind, name, payload, create_time, trace_parent) ",
        numbered,
        |row, (position, event)| {
            row.push_bind(position)
                .push_bind(event.district)
                .push_bind(event.kind)
                .push_bind(event.name)
                .push_bind(event.payload)
                .push_bind(create_time)
                .push_bind(event.trace_parent);
        }
    )?;
    Ok(last)
}
