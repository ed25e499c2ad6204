//! Lists that are narrowed read an index in the order of the page and never sort. PostgreSQL takes
//! the index of what they are narrowed by; SQLite, which has the rows in their primary key, may
//! take that instead and look at every row of the district from the page's first on.

use kit::db::Tx;
use kit::testing::{Bed, Engine};

use crate::fixture::Registry;

/// Tables with the columns by which their lists are narrowed, and a value of each.
const LISTS: [(&str, &[(&str, &str)]); 15] = [
    ("post", &[("unit", "'a'"), ("kind", "1"), ("front", "'a'"), ("station", "'a'")]),
    ("station", &[("level", "1"), ("unit", "'a'")]),
    (
        "project",
        &[
            ("class", "1"),
            ("lead_unit", "'a'"),
            ("territorial_owner", "'a'"),
            ("front", "'a'"),
            ("stage", "1"),
        ],
    ),
    ("community", &[("unit", "'a'")]),
    ("pairing", &[("community", "'a'"), ("unit", "'a'")]),
    ("seat", &[("unit", "'a'")]),
    ("task_list", &[("period", "'a'"), ("state", "1")]),
    (
        "task",
        &[
            ("class", "1"),
            ("task_list", "'a'"),
            ("lead_unit", "'a'"),
            ("project", "'a'"),
            ("state", "1"),
        ],
    ),
    ("plate", &[("unit", "'a'"), ("period", "'a'")]),
    ("phase", &[("campaign", "'a'")]),
    ("milestone", &[("project", "'a'"), ("task", "'a'"), ("unit", "'a'")]),
    ("issued_order", &[("lead_unit", "'a'"), ("task", "'a'"), ("project", "'a'"), ("state", "1")]),
    ("whistle", &[("community", "'a'"), ("state", "1")]),
    ("inspector", &[("series", "'a'"), ("account", "'a'")]),
    ("lesson", &[("task", "'a'"), ("scheme", "'a'"), ("state", "1")]),
];

/// How the database means to run a statement.
async fn plan(tx: &mut Tx, engine: Engine, sql: &str) -> String {
    let steps: Vec<String> = match engine {
        Engine::Sqlite => {
            let rows = kit::query!(tx, (i64, i64, i64, String), |q| {
                q.push("EXPLAIN QUERY PLAN ").push(sql);
            });
            rows.unwrap().into_iter().map(|row| row.3).collect()
        }
        Engine::Postgres => {
            let rows = kit::query!(tx, (String,), |q| {
                q.push("EXPLAIN ").push(sql);
            });
            rows.unwrap().into_iter().map(|row| row.0).collect()
        }
    };
    steps.join("\n")
}

kit::both! {
    async fn a_narrowed_list_keeps_to_its_district_and_its_order(bed: &Bed) {
        let registry = Registry::start(bed).await;
        let mut tx = registry.served.db("registry").begin_read().await.unwrap();
        if bed.engine() == Engine::Postgres {
            // The tables are empty: without this the planner reads them whole.
            for setting in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
                let off = kit::query!(tx, (i64,), |q| {
                    q.push("SET LOCAL ").push(setting).push(" = off");
                });
                off.unwrap();
            }
        }
        for (table, filters) in LISTS {
            for (column, value) in filters {
                let sql = format!(
                    "SELECT * FROM {table} WHERE district = 'd' AND id > 'a' AND {column} = {value}
                     ORDER BY id LIMIT 51"
                );
                let steps = plan(&mut tx, bed.engine(), &sql).await;
                let by_index = steps.contains(&format!("{table}_{column}"));
                let by_key = format!("SEARCH {table} USING PRIMARY KEY (district=? AND id>?)");
                assert!(by_index || steps == by_key, "{sql}\n{steps}");
                assert!(!steps.contains("TEMP B-TREE") && !steps.contains("Sort"), "{sql}\n{steps}");
            }
        }
        let chart = "SELECT * FROM milestone WHERE district = 'd'
            AND (owner, plan_date, id) > ('a', 'b', 'c') ORDER BY owner, plan_date, id LIMIT 51";
        let steps = plan(&mut tx, bed.engine(), chart).await;
        assert!(steps.contains("milestone_owner"), "{steps}");
    }
}
