//! What is held about a person, without what is other people's.

use serde_json::Value;

/// Fields that say who recorded or decided something in office.
const ACCOUNTS: [&str; 13] = [
    "account",
    "actor",
    "appellant",
    "author",
    "decider",
    "ender",
    "entryAccount",
    "exitAccount",
    "filer",
    "moderator",
    "reader",
    "recorder",
    "reviewer",
];

/// What is not exported: what, why, and who is asked for it.
pub(crate) const WITHHELD: [(&str, &str, &str); 9] = [
    (
        "political-quality archive, its tickets and who read it",
        "sealed; it is opened by a ticket that another person approved",
        "the organisation department: AccessTicketService, PoliticalRecordService",
    ),
    (
        "recusals",
        "they name the accounts of relatives",
        "the organisation department: RecusalService.ListRecusals",
    ),
    (
        "who read or changed the record",
        "the audit is read by the auditor alone",
        "the audit administrator: AuditRecordService.ListAuditRecords",
    ),
    (
        "the account, and whether it was cut off",
        "registry keeps accounts, and knows no persons",
        "the security administrator: AccountService.ListAccounts",
    ),
    (
        "addresses to which letters are sent",
        "notification keeps them by unit",
        "the unit's office: ContactService.ListContacts",
    ),
    (
        "approvals of what was done about the person",
        "they name who asked and who decided in office",
        "whoever may do what was approved: ApprovalService.ListApprovals",
    ),
    (
        "letters and documents about his unit, and problems to be set right there",
        "notification writes to units and roles, and knows no persons",
        "the unit's office: LetterService.ListLetters, DocumentService.ListDocuments",
    ),
    (
        "remarks that were held back",
        "nobody but the moderator reads them, for what they may say of others",
        "the assessment office: RemarkService.ListRemarks",
    ),
    (
        "copies in the change feed and in stored replies",
        "they end with their time",
        "RetentionRuleService.ListRetentionRules says when",
    ),
];

/// Takes out of a record of `own`, a person's full name, who acted in office and who else is
/// named.
pub(crate) fn without_others(value: &mut Value, own: &str) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !ACCOUNTS.contains(&name.as_str()));
            fields.values_mut().for_each(|it| without_others(it, own));
        }
        Value::Array(items) => {
            items.retain(|it| !it.as_str().is_some_and(|text| is_of_another(text, own)));
            items.iter_mut().for_each(|it| without_others(it, own));
        }
        Value::String(text) if is_of_another(text, own) => text.clear(),
        _ => {}
    }
}

/// True for the name of another person, or of something of his.
fn is_of_another(text: &str, own: &str) -> bool {
    let mut parts = text.split('/');
    let (first, kind) = (parts.next(), parts.nth(1));
    let is_person = first == Some("districts") && kind == Some("persons");
    let is_own = text.strip_prefix(own).is_some_and(|it| it.is_empty() || it.starts_with('/'));
    is_person && !is_own
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // X11: no third person's data.
    #[test]
    fn an_export_names_nobody_else() {
        let mut record = json!({
            "name": "districts/a/persons/p/archiveEntries/1",
            "person": "districts/a/persons/p",
            "other": "districts/a/persons/p2",
            "recorder": "li.na",
            "persons": ["districts/a/persons/p2/x", "districts/a/persons/p", "districts/a/units/u"],
            "steps": [{"account": "wang", "reason": "好", "number": 3}],
        });
        without_others(&mut record, "districts/a/persons/p");
        let expected = json!({
            "name": "districts/a/persons/p/archiveEntries/1",
            "person": "districts/a/persons/p",
            "other": "",
            "persons": ["districts/a/persons/p", "districts/a/units/u"],
            "steps": [{"reason": "好", "number": 3}],
        });
        assert_eq!(record, expected);
    }
}
