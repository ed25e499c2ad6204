//! Whatever is taken, counted or given back while things are sent, and whatever lists ask, is led by an
//! index, with thousands of rows on record.

use kit::testing::{Bed, Engine, Served};

use crate::data::DISTRICT;
use crate::endpoint::{create, endpoint};
use crate::fake;

/// Two hundred events, each on its way to each endpoint; one in twenty is still to be sent.
const FILL: [&str; 3] = [
    "INSERT INTO event (district, sequence, id, kind, subject, happen_time, create_time, resource,
         trace_parent)
     SELECT 'hengkou', n, 'm' || n, 'k', 's', n, n, '', ''
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 200)
           SELECT n FROM k) AS numbered",
    "INSERT INTO delivery (district, endpoint, event, state, next_time, lease, tries, attempts,
         last_failure)
     SELECT e.district, e.id, v.sequence, CASE WHEN v.sequence % 20 = 0 THEN 1 ELSE 2 END,
         9000000000000000 + v.sequence, '', 0, 1, ''
     FROM endpoint e JOIN event v ON v.district = e.district",
    "INSERT INTO attempt (district, endpoint, event, number, create_time, url, reason, message,
         status, reply, duration_millis)
     SELECT district, endpoint, event, 1, event, 'u', '', '', 200, '', 1 FROM delivery",
];

/// What is asked, and the index that leads it.
const ASKED: [(&str, &str); 6] = [
    (
        "SELECT event FROM delivery WHERE state = 1 AND district = 'hengkou' AND endpoint = 'e7'
         AND next_time <= 5 ORDER BY next_time, event LIMIT 100",
        "delivery_waits",
    ),
    (
        "SELECT next_time FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
         AND event = (SELECT MIN(event) FROM delivery WHERE state = 1 AND district = 'hengkou'
                      AND endpoint = 'e7')",
        "delivery_pending",
    ),
    (
        "SELECT event, next_time FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
         AND state = 1 AND event > 5 ORDER BY event LIMIT 51",
        "delivery_pending",
    ),
    (
        "SELECT event, next_time FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
         AND state = 3 AND event > 5 ORDER BY event LIMIT 51",
        "delivery_dead",
    ),
    (
        "SELECT COUNT(*) FROM attempt WHERE district = 'hengkou' AND endpoint = 'e7'
         AND create_time > 195",
        "attempt_rate",
    ),
    (
        "SELECT e.district, e.id FROM endpoint e WHERE e.state = 1 AND EXISTS (
             SELECT 1 FROM delivery d WHERE d.district = e.district AND d.endpoint = e.id
             AND d.state = 1 AND d.next_time <= 5)",
        "delivery_waits",
    ),
];

/// Four thousand events that triggers wait to write about, each with this payload.
const WAITING: &str =
    "INSERT INTO trigger_task (district, trigger_id, event_key, revision, event_type, name,
         event_time, trace_parent, payload, due_time, next_time, fault)
     SELECT 'hengkou', 't' || (n % 40), 'e' || n, 1, 'k', 's', n, '', $1,
         9000000000000000 + n, 9000000000000000 + n, ''
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered";

/// As many letters, rectifications, documents, notes and dispatches; few of them still open.
const WRITTEN: [&str; 10] = [
    "INSERT INTO digest_entry (district, trigger_id, document_kind, unit, event_key, display_name,
         roles, problem, missing, period, due_date, fields, english_fields, source, cause_key)
     SELECT 'hengkou', 't' || (n % 40), 3, 'u' || (n % 80), 'e' || n, '', '[]', '', '[]', '', '', '{}', '{}',
         '', ''
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO trigger_rule (district, id, revision, event_type, enabled)
     VALUES ('hengkou', 'daily', 1, 'k', 0)",
    "INSERT INTO trigger_trial (district, trigger_id, sequence, revision, digest, account, events,
         matches, faults, truncated, create_time)
     SELECT 'hengkou', 'daily', n, 1, 'd' || n, '', 0, 0, 0, 0, 0
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO letter (district, sequence, kind, recipient, recipient_display_name, subject, body,
         template_fault, source, period, due_date, create_time, state)
     SELECT 'hengkou', n, 1, 'u' || (n % 80), 'u', 's', 'b', '', 's' || n, 'p', '2099-01-01', n,
         CASE WHEN n % 10 = 0 THEN 1 ELSE 2 END
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO rectification (district, letter, recipient, state, due_date, level, escalate_date,
         steps, create_time, problem)
     SELECT 'hengkou', n, 'u' || (n % 80), CASE WHEN n % 20 = 0 THEN 1 ELSE 4 END, '2099-01-01', 0,
         CASE WHEN n % 20 = 0 THEN '2099-01-02' ELSE '' END, 0, n, ''
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO document (district, sequence, kind, series, year, ordinal, issuer, period, due_date,
         fields, attachments, source, cause, account, create_time)
     SELECT 'hengkou', n, 3, 's', 2099, n, '', '', '', '{}', '[]', '', '', '', n
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO document_recipient (district, document, unit, place, display_name)
     SELECT 'hengkou', n, 'u' || (n % 80), 1, 'u'
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO document_receipt (district, document, unit, state, text, account, late, create_time)
     SELECT 'hengkou', n, 'u' || (n % 80), 3, '', '', 0, n
     FROM (SELECT sequence AS n FROM document WHERE sequence % 10 > 0) AS numbered",
    "INSERT INTO note (district, sequence, unit, kind, source, text, create_time, read_time)
     SELECT 'hengkou', n, 'u' || (n % 80), 1, 's', 't', n, CASE WHEN n % 10 = 0 THEN NULL ELSE n END
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
    "INSERT INTO dispatch (district, sequence, source, unit, contact, channel, subject, body,
         due_date, state, hold, next_time, lease, tries, attempts, last_failure, create_time, role,
         urgent)
     SELECT 'hengkou', n, 's' || n, 'u' || (n % 80), 'c' || (n % 80), 'ch' || (n % 40), 's', 'b', '',
         CASE WHEN n % 20 = 0 THEN 1 ELSE 2 END, 0, 9000000000000000 + n, '', 0, 1, '', n, 0, 0
     FROM (WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 4000)
           SELECT n FROM k) AS numbered",
];

/// What else is asked, and the index that leads it.
const LISTED: [(&str, &str); 22] = [
    (
        "SELECT sequence, body FROM dispatch WHERE district = 'hengkou' AND sequence > 5
         AND channel = 'ch7' ORDER BY sequence LIMIT 51",
        "dispatch_channel",
    ),
    (
        "SELECT sequence, body FROM dispatch WHERE district = 'hengkou' AND sequence > 5
         AND unit = 'u7' ORDER BY sequence LIMIT 51",
        "dispatch_receiver",
    ),
    (
        "SELECT sequence, body FROM dispatch WHERE district = 'hengkou' AND sequence > 5
         AND state = 1 ORDER BY sequence LIMIT 51",
        "dispatch_state",
    ),
    (
        "SELECT sequence, body FROM dispatch WHERE district = 'hengkou' AND channel = 'ch7'
         AND state = 3 AND sequence > 5 ORDER BY sequence LIMIT 1001",
        "dispatch_dead",
    ),
    (
        "SELECT MIN(due_time) FROM trigger_task
         WHERE district = 'hengkou' AND trigger_id = 't7' AND due_time > 5",
        "trigger_task_gathered",
    ),
    (
        "SELECT DISTINCT district || '' FROM trigger_task WHERE next_time <= 5
         UNION SELECT DISTINCT district FROM digest_entry ORDER BY 1",
        "trigger_task_next",
    ),
    (
        "SELECT event_key FROM trigger_task WHERE district = 'hengkou' AND next_time <= 5
         ORDER BY next_time, trigger_id, event_key LIMIT 100",
        "trigger_task_due",
    ),
    (
        "SELECT sequence FROM trigger_trial
         WHERE district = 'hengkou' AND trigger_id = 'daily' AND digest = 'd7' LIMIT 1",
        "trigger_trial_digest",
    ),
    (
        "SELECT DISTINCT district || '' FROM rectification
         WHERE escalate_date <> '' AND escalate_date <= '2023-04-01' ORDER BY 1",
        "rectification_escalate",
    ),
    (
        "SELECT letter, problem FROM rectification WHERE district = 'hengkou' AND escalate_date <> ''
         AND escalate_date <= '2023-04-01' ORDER BY escalate_date, letter LIMIT 200",
        "rectification_",
    ),
    (
        "SELECT letter, problem FROM rectification WHERE district = 'hengkou' AND state IN (1, 2)
         AND due_date < '2023-04-01' AND (due_date, letter) > ('', 0)
         ORDER BY due_date, letter LIMIT 51",
        "rectification_owed",
    ),
    (
        "SELECT DISTINCT district || '' FROM owed_receipt
         WHERE rest_date <> '' AND rest_date < '2023-04-01' ORDER BY 1",
        "owed_receipt_late",
    ),
    (
        "SELECT o.sequence, o.level FROM owed_receipt o WHERE o.district = 'hengkou' AND o.rest_date <> ''
         AND o.rest_date < '2023-04-01' ORDER BY o.rest_date, o.kind, o.sequence LIMIT 200",
        "owed_receipt_rest",
    ),
    (
        "SELECT o.sequence, o.level FROM owed_receipt o WHERE o.district = 'hengkou'
         AND o.due_date < '2023-04-01' ORDER BY o.due_date, o.kind, o.sequence, o.unit LIMIT 51",
        "owed_receipt_due",
    ),
    (
        "SELECT o.sequence, o.level FROM owed_receipt o WHERE o.district = 'hengkou' AND o.unit = 'u7'
         AND o.due_date < '2023-04-01' ORDER BY o.due_date, o.kind, o.sequence, o.unit LIMIT 51",
        "owed_receipt_",
    ),
    (
        "SELECT sequence, body FROM letter WHERE district = 'hengkou' AND sequence > 5
         AND recipient = 'u7' AND state = 1 ORDER BY sequence LIMIT 51",
        "letter_recipient_state",
    ),
    (
        "SELECT d.sequence, d.fields FROM document d
         JOIN document_standing r ON r.district = d.district AND r.document = d.sequence
         WHERE r.unit = 'u7' AND r.district = 'hengkou' AND r.document > 5
         AND d.district = 'hengkou' AND d.sequence > 5 AND r.state = 1
         ORDER BY d.sequence LIMIT 51",
        "document_standing_state",
    ),
    (
        "SELECT sequence, text FROM note WHERE district = 'hengkou' AND unit = 'u7' AND sequence > 5
         ORDER BY sequence LIMIT 51",
        "note_unit",
    ),
    (
        "SELECT sequence, text FROM note WHERE district = 'hengkou' AND unit = 'u7' AND sequence > 5
         AND read_time IS NULL ORDER BY sequence LIMIT 51",
        "note_unread",
    ),
    (
        "SELECT sequence FROM dispatch WHERE district = 'hengkou' AND channel = 'ch7' AND state = 1
         AND next_time <= 5 ORDER BY next_time, sequence LIMIT 20",
        "dispatch_due",
    ),
    (
        "SELECT DISTINCT e.trigger_id, e.document_kind, e.unit FROM digest_entry e
         WHERE e.district = 'hengkou' AND NOT EXISTS (
             SELECT 1 FROM trigger_task t WHERE t.district = e.district
             AND t.trigger_id = e.trigger_id AND t.next_time <= 5)
         ORDER BY e.trigger_id, e.document_kind, e.unit",
        "trigger_task_",
    ),
    (
        "UPDATE dispatch SET next_time = 9 WHERE district = 'hengkou' AND channel = 'ch7'
         AND state = 1 AND next_time <= 5 AND urgent = 0",
        "dispatch_due",
    ),
];

/// What is asked of a digest. The districts and recipients that have one are read off all entries, which
/// are there no longer than it takes to write them.
const GATHERED: [(&str, &str); 1] = [(
    "SELECT event_key, fields FROM digest_entry WHERE district = 'hengkou' AND trigger_id = 't7'
     AND document_kind = 3 AND unit = 'u7' AND event_key > 'e5' ORDER BY event_key LIMIT 100",
    "digest_entry",
)];

kit::both! {
    // A2: what a claim costs does not grow with what was ever sent.
    async fn what_is_sent_next_is_found_by_an_index(bed: &Bed) {
        bed.allow_outbound("127.0.0.1/32");
        let served = fake::start(bed).await;
        for at in 0..40 {
            create(&served, DISTRICT, &format!("e{at}"), endpoint("http://127.0.0.1:1/")).await;
        }
        let mut tx = served.db("notification").begin_write().await.unwrap();
        for fill in FILL {
            kit::execute!(tx, fill).unwrap();
        }
        tx.commit().await.unwrap();
        are_led(bed, &served, &ASKED, &["delivery", "d", "attempt"]).await;
    }

    // H5, H7, Q3, X10: what is looked for each second, and what lists ask, costs no more for all that was
    // ever written.
    async fn what_lists_and_rules_ask_is_found_by_an_index(bed: &Bed) {
        let served = fake::start(bed).await;
        let mut tx = served.db("notification").begin_write().await.unwrap();
        kit::execute!(tx, WAITING, Vec::<u8>::new()).unwrap();
        for fill in WRITTEN {
            kit::execute!(tx, fill).unwrap();
        }
        tx.commit().await.unwrap();
        let tables = [
            "trigger_task", "t", "trigger_trial", "rectification", "owed_receipt", "o", "dispatch", "letter", "document",
            "document_recipient", "document_standing", "r", "note",
        ];
        are_led(bed, &served, &LISTED, &tables).await;
        are_led(bed, &served, &GATHERED, &["digest_entry"]).await;
    }

    // A4: an index that SQLite is told nothing of looks better to it than those it is told of.
    async fn of_a_table_that_sqlite_is_told_of_it_is_told_every_index(bed: &Bed) {
        if bed.engine() == Engine::Postgres {
            return; // It counts by itself.
        }
        let served = fake::start(bed).await;
        let mut tx = served.db("notification").begin_read().await.unwrap();
        let untold = kit::fetch_all!(
            tx,
            (String, String),
            "SELECT m.name, i.name FROM sqlite_master m JOIN pragma_index_list(m.name) i
             WHERE m.name IN (SELECT tbl FROM sqlite_stat1) AND i.partial = 0 AND NOT EXISTS (
                 SELECT 1 FROM sqlite_stat1 s WHERE s.tbl = m.name
                 AND (s.idx = i.name OR (i.origin = 'pk' AND s.idx = m.name)))"
        );
        assert_eq!(untold.unwrap(), []);
    }
}

/// Fails unless each index leads what is asked, and none of the tables is read from end to end.
async fn are_led(bed: &Bed, served: &Served, asked: &[(&str, &str)], tables: &[&str]) {
    // PostgreSQL gathers statistics by itself; nobody lets SQLite do so.
    if bed.engine() == Engine::Postgres {
        let mut tx = served.db("notification").begin_write().await.unwrap();
        kit::execute!(tx, "ANALYZE").unwrap();
        tx.commit().await.unwrap();
    }
    let explain = match bed.engine() {
        Engine::Sqlite => "EXPLAIN QUERY PLAN ",
        Engine::Postgres => "EXPLAIN ",
    };
    let mut tx = served.db("notification").begin_read().await.unwrap();
    let mut faults = Vec::new();
    for (asked, index) in asked {
        let plan = plan(&mut tx, &format!("{explain}{asked}")).await;
        // SQLite names no index of a whole table, only that it goes through it.
        let scans = tables.iter().any(|it| {
            plan.split("; ").any(|line| line.trim() == format!("SCAN {it}"))
                || plan.contains(&format!("Seq Scan on {it} "))
        });
        if !plan.contains(index) || scans {
            faults.push(format!("{asked}: {plan}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn plan(tx: &mut kit::db::Tx, explain: &str) -> String {
    let lines: Vec<String> = if tx.is_sqlite() {
        let rows = kit::query!(tx, (i64, i64, i64, String), |q| {
            q.push(explain);
        });
        rows.unwrap().into_iter().map(|it| it.3).collect()
    } else {
        let rows = kit::query!(tx, (String,), |q| {
            q.push(explain);
        });
        rows.unwrap().into_iter().map(|(line,)| line).collect()
    };
    lines.join("; ")
}
