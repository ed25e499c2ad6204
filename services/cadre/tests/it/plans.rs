//! Every filter of a list is led by an index, with thousands of persons on record.

use kit::testing::{Bed, Engine};
use proto::cadre::v1 as pb;

use crate::data::{DISTRICT, person, persons};
use crate::fake;
use crate::import::plan;

/// Each person once, counted by `n`.
macro_rules! numbered {
    () => {
        " FROM (SELECT district, id, row_number() OVER (ORDER BY id) AS n FROM person) AS numbered"
    };
}

/// A row of each ledger for each person.
const FILL: [&str; 9] = [
    concat!(
        "INSERT INTO member (district, sequence, seat, unit, role, person, home_unit, start_date,
         create_time) SELECT district, n, 's' || (n % 60), 'u' || (n % 50), 3, id, 'finance',
         '2023-01-01', 0",
        numbered!()
    ),
    concat!(
        "INSERT INTO pool_member (district, sequence, pool, person, start_date, account, reason,
         failed, waiver, create_time) SELECT district, n, 'p' || (n % 50), id, '2023-01-01', 'a',
         'r', '[]', '', 0",
        numbered!()
    ),
    concat!(
        "INSERT INTO nominee (district, campaign, person, create_time)
         SELECT district, 'c' || (n % 50), id, 0",
        numbered!()
    ),
    concat!(
        "INSERT INTO placement (district, sequence, campaign, person, batch, post, home_unit,
         managing_unit, start_date, branch, party, create_time) SELECT district, n,
         'c' || (n % 50), id, 1, 't' || (n % 60), 'u' || (n % 70), 'm' || (n % 80), '2023-01-01',
         '', '', 0",
        numbered!()
    ),
    concat!(
        "INSERT INTO commitment (district, sequence, person, unit, post, year, area, occasion,
         make_date, due_date, create_time) SELECT district, n, id, 'u' || (n % 50), 'p',
         1990 + n % 40, 1, 1, '2023-01-01', '2023-01-31', 0",
        numbered!()
    ),
    concat!(
        "INSERT INTO commitment_state (district, sequence, state, published)
         SELECT district, n, CASE WHEN n % 100 = 0 THEN 6 ELSE 1 END, FALSE",
        numbered!()
    ),
    "INSERT INTO consequence_rule (district, id, display_name, basis, series, track, scope,
     in_a_row, best_count, effects, appeal_days, create_time)
     VALUES ('hengkou', 'r', 'r', 'b', '', '', 1, 1, 0, '[]', 30, 0)",
    concat!(
        "INSERT INTO consequence (district, sequence, rule, person, period, unit, post, ground,
         effects, create_time) SELECT district, n, 'r', id, 'y' || (n % 40), 'finance', 'p', '[]',
         '[]', 0",
        numbered!()
    ),
    concat!(
        "INSERT INTO conduct_entry (district, sequence, person, period, side, ground, source,
         citation, occur_date, evidence, recorder, create_time) SELECT district, n, id,
         'y' || (n % 40), 1, 'g', 1, 'c', '2023-01-01', '[]', 'a', 0",
        numbered!()
    ),
];

/// What a list asks, and the index that leads it.
const LISTS: [(&str, &str); 17] = [
    ("member WHERE district = 'hengkou' AND unit = 'u7'", "member_unit"),
    ("member WHERE district = 'hengkou' AND seat = 's7'", "member_seat"),
    ("member WHERE district = 'hengkou' AND person = 'x'", "member_person"),
    ("pool_member WHERE district = 'hengkou' AND pool = 'p7'", "pool_member_pool"),
    ("pool_member WHERE district = 'hengkou' AND person = 'x'", "pool_member_person"),
    ("placement WHERE district = 'hengkou' AND person = 'x'", "placement_person"),
    ("placement WHERE district = 'hengkou' AND post = 't7'", "placement_post"),
    ("placement WHERE district = 'hengkou' AND campaign = 'c7'", "placement_campaign"),
    ("placement WHERE district = 'hengkou' AND home_unit = 'u7'", "placement_home"),
    ("placement WHERE district = 'hengkou' AND managing_unit = 'm7'", "placement_managing"),
    ("commitment WHERE district = 'hengkou' AND unit = 'u7'", "commitment_unit"),
    ("commitment WHERE district = 'hengkou' AND year = 1997", "commitment_year"),
    ("commitment WHERE district = 'hengkou' AND person = 'x'", "commitment_person"),
    ("commitment_state WHERE district = 'hengkou' AND state = 6", "commitment_state_state"),
    ("consequence WHERE district = 'hengkou' AND period = 'y7'", "consequence_period"),
    ("conduct_entry WHERE district = 'hengkou' AND period = 'y7'", "conduct_entry_period"),
    ("conduct_entry WHERE district = 'hengkou' AND person = 'x'", "conduct_entry_person"),
];

kit::both! {
    // B3, B4, X3, X4, S1, S7, X9: thousands of persons are narrowed by an index, whatever is asked.
    async fn every_filter_is_led_by_an_index(bed: &Bed) {
        let served = fake::start(bed).await;
        for thousand in 0..3 {
            let many = (0..1000).map(|at| person(&format!("甲{thousand}乙{at}"), vec![]));
            let request = pb::BatchCreatePersonsRequest {
                parent: DISTRICT.to_owned(),
                persons: many.collect(),
                ..Default::default()
            };
            persons(&served).batch_create_persons(request).await.unwrap();
        }
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        for fill in FILL {
            kit::execute!(tx, fill).unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = served.db("cadre").begin_write().await.unwrap();
        kit::execute!(tx, "ANALYZE").unwrap();
        tx.commit().await.unwrap();
        let explain = if matches!(bed.engine(), Engine::Sqlite) { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
        let mut tx = served.db("cadre").begin_read().await.unwrap();
        for (list, index) in LISTS {
            let list = format!("{explain} SELECT sequence FROM {list} ORDER BY sequence LIMIT 51");
            let plan = plan(&mut tx, &list).await;
            assert!(plan.contains(index), "{list}: {plan}");
            assert!(!plan.contains("SCAN ") && !plan.contains("Seq Scan"), "{list}: {plan}");
        }
    }
}
