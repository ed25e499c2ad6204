//! What is kept how long, and what is forgotten then.

use jiff::SignedDuration;
use kit::clock;
use kit::testing::{Bed, Channel, Served};
use proto::access::v1 as access;
use proto::access::v1::retention_rule_service_client::RetentionRuleServiceClient;
use proto::notification::v1::RetryDispatchRequest;
use proto::notification::v1::dispatch_service_client::DispatchServiceClient;
use tonic::{Code, Status};

use crate::data::{DISTRICT, OTHER, behind, issued, raise};
use crate::{denied, fake, refused};

/// Nothing is tried before the year 2200.
const LATER: i64 = 7_258_118_400_000_000;

fn rules(served: &Served) -> RetentionRuleServiceClient<Channel> {
    RetentionRuleServiceClient::new(served.channel())
}

fn name(district: &str, rule: &str) -> String {
    format!("{district}/retentionRules/notification.{rule}")
}

async fn choose(
    served: &Served,
    name: String,
    days: i32,
    etag: &str,
) -> Result<access::RetentionRule, Status> {
    let rule = access::RetentionRule {
        name,
        keep_days: days,
        reason: "区信息化管理办法".to_owned(),
        etag: etag.to_owned(),
        ..Default::default()
    };
    let request = access::UpdateRetentionRuleRequest { retention_rule: Some(rule) };
    Ok(rules(served).update_retention_rule(request).await?.into_inner())
}

/// Puts dispatches of one state there, made so many days ago.
async fn put(served: &Served, district: &str, from: i64, count: i64, state: i64, days: i64) {
    let mut tx = served.db("notification").begin_write().await.unwrap();
    let made = tx.now() - SignedDuration::from_hours(24 * days);
    kit::insert_many!(
        tx,
        "INSERT INTO dispatch (district, sequence, source, unit, contact, channel, subject, body,
         due_date, state, hold, next_time, lease, tries, attempts, last_failure, create_time) ",
        from..from + count,
        |row, at| {
            row.push_bind(district.trim_start_matches("districts/"));
            row.push_bind(at).push_bind(format!("{district}/letters/{at}"));
            for text in ["transport", "desk", "mail", "工作提醒", "请抓紧", ""] {
                row.push_bind(text);
            }
            row.push_bind(state).push_bind(0_i64).push_bind(LATER).push_bind("");
            row.push_bind(1_i64).push_bind(1_i64).push_bind("").push_bind(clock::to_micros(made));
        }
    )
    .unwrap();
    tx.commit().await.unwrap();
}

/// How many dispatches of a district still have their text.
async fn told(served: &Served, district: &str) -> i64 {
    let mut tx = served.db("notification").begin_read().await.unwrap();
    let id = district.trim_start_matches("districts/");
    let sql = "SELECT COUNT(*) FROM dispatch WHERE district = $1 AND body <> ''";
    kit::fetch_one!(tx, (i64,), sql, id).unwrap().0
}

kit::both! {
    // H7, rule 4, issue 4 (retention): a district chooses between bounds, and ledgers stay
    async fn what_is_operational_is_forgotten_when_its_time_is_over(bed: &Bed) {
        let served = fake::start(bed).await;
        for district in [DISTRICT, OTHER] {
            raise(&served, behind(district, 1, "transport")).await;
            issued(&served, district, 1).await;
        }
        let texts = || name(DISTRICT, "dispatch-texts");
        let range = &[("retention_rule.keep_days", "OUT_OF_RANGE")];
        for days in [29, 3651] {
            refused(choose(&served, texts(), days, "").await, range);
        }
        for unknown in [name(DISTRICT, "letters"), format!("{DISTRICT}/retentionRules/replies")] {
            denied(choose(&served, unknown, 30, "").await, Code::NotFound, "");
        }
        let first = choose(&served, texts(), 30, "").await.unwrap();
        assert_eq!((first.default_days, first.author.as_str(), first.by_people), (365, "tester", false));
        denied(choose(&served, texts(), 40, "\"0\"").await, Code::Aborted, "");
        choose(&served, texts(), 100, &first.etag).await.unwrap();
        let list = async |district: &str| {
            let request = access::ListRetentionRulesRequest { parent: district.to_owned(), service: "notification".to_owned(), ..Default::default() };
            rules(&served).list_retention_rules(request).await.unwrap().into_inner()
        };
        let listed = list(DISTRICT).await;
        let days: Vec<_> = listed.retention_rules.iter().map(|it| (it.name.rsplit('.').next().unwrap(), it.keep_days)).collect();
        assert_eq!(days, [("approvals", 3), ("changes", 3650), ("contact-codes", 1), ("dispatch-texts", 100), ("endpoint-secrets", 7), ("held-events", 365), ("read-notes", 365), ("replies", 7)]);
        assert!(["letter", "receipt", "attempt", "kit_audit"].iter().all(|it| listed.ledgers.contains(&(*it).to_owned())), "{:?}", listed.ledgers);
        let elsewhere = access::ListRetentionRulesRequest { parent: DISTRICT.to_owned(), service: "scoring2".to_owned(), ..Default::default() };
        refused(rules(&served).list_retention_rules(elsewhere).await, &[("service", "UNKNOWN_SERVICE")]);

        // More than two batches that are old; what is younger, on its way or another's stays.
        put(&served, DISTRICT, 1, 1100, 2, 101).await;
        put(&served, DISTRICT, 2001, 3, 3, 101).await;
        put(&served, DISTRICT, 3001, 5, 2, 99).await;
        put(&served, DISTRICT, 4001, 7, 1, 101).await;
        put(&served, OTHER, 1, 2, 2, 364).await;
        put(&served, OTHER, 11, 4, 2, 366).await;
        let mut tx = served.db("notification").begin_write().await.unwrap();
        let old = clock::to_micros(tx.now() - SignedDuration::from_hours(24 * 366));
        let notes = "INSERT INTO note (district, sequence, unit, kind, source, text, create_time, read_time)
                     VALUES ('hengkou', $1, 'transport', 1, 's', '停用', $2, $3)";
        for (sequence, time, read) in [(1, old, Some(old)), (2, old, None), (3, clock::to_micros(tx.now()), Some(old))] {
            kit::execute!(tx, notes, sequence, time, read).unwrap();
        }
        let tasks = "INSERT INTO trigger_task (district, trigger_id, event_key, revision, event_type, name, event_time, trace_parent, payload, due_time, next_time, fault)
                     VALUES ('hengkou', 't', $1, 1, 'e', 'n', $2, '', $4, $2, $5, $3)";
        for (key, fault) in [("held", "没有单位"), ("waiting", "")] {
            kit::execute!(tx, tasks, key, old, fault, Vec::<u8>::new(), LATER).unwrap();
        }
        tx.commit().await.unwrap();
        let forgotten = kit::retention::turn(served.db("notification"), &notification::RETENTION).await.unwrap();
        assert_eq!(forgotten, 1103 + 4 + 1 + 1);
        assert_eq!((told(&served, DISTRICT).await, told(&served, OTHER).await), (5 + 7, 2));
        assert_eq!(kit::retention::turn(served.db("notification"), &notification::RETENTION).await.unwrap(), 0);
        let retry = RetryDispatchRequest { name: format!("{DISTRICT}/dispatches/2001"), ..Default::default() };
        denied(DispatchServiceClient::new(served.channel()).retry_dispatch(retry).await, Code::FailedPrecondition, "TEXT_FORGOTTEN");
        assert_eq!(list(OTHER).await.retention_rules[3].keep_days, 365);

        let report = kit::chain::verify(served.db("notification"), "notification", None).await.unwrap();
        assert_eq!(report.faults, []);
        assert!(report.rows > 4);
    }
}
