//! Who may pass the second wall.

use super::sources::{none, rust};

/// Work that crosses districts: where, its name, and what it needs all of them for.
const PASSES: [(&str, &str, &str); 17] = [
    ("cadre/src/follow/settle.rs", "notices", "which districts have results in the tray"),
    ("cadre/src/store/person/key.rs", "name keys", "persons of a release without keys, once"),
    ("kit/src/chain/verify.rs", "verify", "checks every chain, and writes nothing"),
    ("kit/src/chain/witness.rs", "witness", "signs where all chains stand"),
    ("kit/src/db/open.rs", "adopt", "seals what an earlier release wrote, once"),
    ("kit/src/feed/follow.rs", "follow", "one cursor for the events of all districts"),
    ("kit/src/feed/watch.rs", "watch", "readers of the whole feed; one district's are within it"),
    ("kit/src/retention.rs", "retention", "which districts there are, and the feed they share"),
    ("kit/src/secret/record.rs", "rewrap", "wraps every record's key anew"),
    ("notification/src/follow/deliver.rs", "deliveries", "which endpoints have something due"),
    ("notification/src/follow/dispatch.rs", "dispatches", "which channels have something due"),
    ("notification/src/follow/escalate.rs", "escalations", "which districts have somebody late"),
    ("notification/src/follow/issue.rs", "notices", "which districts have notices in the tray"),
    ("notification/src/follow/schedule.rs", "schedules", "which districts have occurrences due"),
    (
        "notification/src/follow/trigger.rs",
        "triggers",
        "which districts have events to write about",
    ),
    ("registry/src/rpc/account.rs", "accounts", "who was cut off, for the process's guard"),
    ("scoring/src/rpc/sheet.rs", "sheets", "which districts have sheets of an earlier form, once"),
];

// Rule 13 of the second wall: whoever sees all districts is named here.
#[test]
fn who_crosses_districts_is_named() {
    const CALL: &str = ".across(\"";
    let mut faults = Vec::new();
    let mut met = Vec::new();
    for source in rust().iter().filter(|it| !it.is_test() && !it.path.contains("/testing")) {
        for (number, line) in source.code() {
            for (at, _) in line.match_indices(".across(") {
                let name = line[at..].strip_prefix(CALL).and_then(|it| it.split('"').next());
                let place = source.path.trim_start_matches("services/");
                let known =
                    PASSES.iter().find(|(path, pass, _)| *path == place && Some(*pass) == name);
                match known {
                    Some(known) => met.push(known),
                    None => faults.push(format!("{}:{number}: {line}", source.path)),
                }
            }
        }
    }
    let gone = PASSES.iter().filter(|it| !met.contains(it));
    faults.extend(gone.map(|(path, pass, _)| format!("{path} has no pass {pass}")));
    none(faults);
}
