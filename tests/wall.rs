//! Every table of every service stands behind the second wall.

use kit::boot::Service;
use kit::testing::{Bed, Engine};

const SERVICES: [Service; 4] =
    [registry::SERVICE, scoring::SERVICE, cadre::SERVICE, notification::SERVICE];

/// Tables that belong to no district, with what is in them.
const OPEN: [&str; 6] = [
    // Where a service's feed ends, and how far others' feeds were followed.
    "kit_feed_head",
    "kit_cursor",
    // Of how many persons an account was told within the hour, over all its districts, by digests.
    "kit_person_read",
    // Which ledgers are sealed.
    "kit_ledger",
    // What was done to the schema.
    "kit_migration",
    "migration",
];

kit::both! {
    // A1, the second wall: a table added later has it, too, or says here why not.
    async fn every_table_with_a_district_is_behind_the_wall(bed: &Bed) {
        if bed.engine() == Engine::Sqlite {
            return; // It has no row-level security.
        }
        for service in SERVICES {
            let db = bed.db(service.name, service.migrations).await;
            let mut tx = db.begin_read().await.unwrap();
            let tables = kit::fetch_all!(
                tx,
                (String, bool, Option<String>, i64),
                "SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity,
                     (SELECT string_agg(concat_ws('|', p.polname, p.polcmd, p.polpermissive,
                          p.polroles::text, pg_get_expr(p.polqual, p.polrelid),
                          pg_get_expr(p.polwithcheck, p.polrelid)), ';')
                      FROM pg_policy p WHERE p.polrelid = c.oid),
                     (SELECT COUNT(*) FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attname = 'district' AND a.attnotnull)
                 FROM pg_class c
                 WHERE c.relnamespace = current_schema()::regnamespace
                     AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
            );
            let tables = tables.unwrap();
            assert!(tables.len() > 20, "{}: {tables:?}", service.name);
            let rule = tables.iter().find_map(|(.., policy, _)| policy.clone()).unwrap();
            assert!(rule.starts_with("kit_district|*|t|{0}|") && !rule.contains(';'), "{rule}");
            for (table, walled, policy, districts) in tables {
                let place = format!("{}.{table}", service.name);
                if OPEN.contains(&table.as_str()) {
                    assert_eq!((walled, districts), (false, 0), "{place}");
                    continue;
                }
                assert_eq!(districts, 1, "{place} has no district");
                assert!(walled, "{place} has no wall");
                assert_eq!(policy.as_ref(), Some(&rule), "{place}");
            }
        }
    }
}
