//! Whatever is taken, counted or given back while things are sent is led by an index, with thousands
//! of deliveries on record.

use kit::testing::{Bed, Engine};

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
const ASKED: [(&str, &str); 7] = [
    (
        "SELECT event FROM delivery WHERE state = 1 AND district = 'hengkou' AND endpoint = 'e7'
         AND next_time <= 5 ORDER BY next_time, event LIMIT 100",
        "delivery_due",
    ),
    (
        "SELECT next_time FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
         AND event = (SELECT MIN(event) FROM delivery WHERE state = 1 AND district = 'hengkou'
                      AND endpoint = 'e7')",
        "delivery_state",
    ),
    (
        "SELECT event, next_time FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
         AND event IN (SELECT event FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
                       AND state = 1 AND event > 5 ORDER BY event LIMIT 51)
         AND event > 5 ORDER BY event LIMIT 51",
        "delivery_state",
    ),
    (
        "SELECT COUNT(*) FROM delivery WHERE district = 'hengkou' AND endpoint = 'e7'
         AND state = 1 AND next_time > 9000000000000190 AND lease <> ''",
        "delivery_due",
    ),
    (
        "UPDATE delivery SET next_time = 9 WHERE district = 'hengkou' AND endpoint = 'e7'
         AND state = 1 AND next_time > 9000000000000190 AND lease = 'x'",
        "delivery_due",
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
        "delivery_due",
    ),
];

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
        // PostgreSQL gathers statistics by itself; nobody lets SQLite do so.
        if bed.engine() == Engine::Postgres {
            kit::execute!(tx, "ANALYZE").unwrap();
        }
        tx.commit().await.unwrap();
        let explain = match bed.engine() {
            Engine::Sqlite => "EXPLAIN QUERY PLAN ",
            Engine::Postgres => "EXPLAIN ",
        };
        let mut tx = served.db("notification").begin_read().await.unwrap();
        for (asked, index) in ASKED {
            let plan = plan(&mut tx, &format!("{explain}{asked}")).await;
            assert!(plan.contains(index), "{asked}: {plan}");
            for scan in ["SCAN delivery", "SCAN d", "SCAN attempt", "Seq Scan on delivery", "Seq Scan on attempt"] {
                assert!(!plan.contains(scan), "{asked}: {plan}");
            }
        }
    }
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
