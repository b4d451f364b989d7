//! One release after the other, node by node: what the last release left is never changed under it.

use std::collections::{BTreeMap, BTreeSet};

use platform::db::migrate::{self, Migration};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use testkit::{drop_database, fresh_database, story_start, unique};

const RELEASED: &str = include_str!("../released-steps.txt");

/// Whether a row without a value for it is accepted, by table and column.
type Columns = BTreeMap<(String, String), bool>;

async fn columns(conn: &DatabaseConnection) -> Columns {
    let sql = match conn.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT m.name AS t, c.name AS c, CASE WHEN c.\"notnull\" = 0 OR c.dflt_value IS NOT NULL THEN 1 ELSE 0 END AS free \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        _ => {
            "SELECT table_name::text AS t, column_name::text AS c, \
             CASE WHEN is_nullable = 'YES' OR column_default IS NOT NULL THEN 1 ELSE 0 END AS free \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    rows.iter()
        .map(|row| {
            let text = |name: &str| row.try_get::<String>("", name).unwrap();
            ((text("t"), text("c")), row.try_get::<i32>("", "free").unwrap() == 1)
        })
        .collect()
}

/// The steps of the last release are as they were; each step since only adds, or says that it takes away and waits. On a
/// database of the last release the new program makes its additions, and whatever the old one writes is still accepted.
///
/// req: OPS-039, OPS-042
#[tokio::test]
async fn the_release_before_runs_on_the_schema_of_this_one() {
    let steps = app::migrations();
    let released: BTreeMap<&str, &str> =
        RELEASED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect();
    for (name, digest) in &released {
        let step = steps.iter().find(|step| step.name == *name).unwrap_or_else(|| panic!("{name} is gone"));
        let now = base::encoding::to_hex(&base::crypto::sm3(step.sql.as_bytes()));
        assert_eq!(now, *digest, "{name} was released and is frozen: make a new step");
    }
    let (old, new): (Vec<Migration>, Vec<Migration>) =
        steps.iter().copied().partition(|step| released.contains_key(step.name));
    for backend in testkit::backends() {
        let folder = std::env::temp_dir().join(unique("tongban_upgrade"));
        std::fs::create_dir_all(&folder).unwrap();
        let (url, made) = fresh_database(backend, &folder).await;
        let db = platform::Db::open(&url).await.unwrap();
        migrate::run_all(&db, &old, story_start()).await.unwrap();
        let before = columns(db.read()).await;
        let tables: Vec<String> =
            before.keys().map(|(table, _)| table.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        for step in &new {
            let taken = migrate::takes_away(step, db.backend(), &tables);
            assert!(taken.is_empty() || step.contracts(), "{} must be marked `-- contract`: {taken:?}", step.name);
        }
        // Two nodes are renewed at the same moment.
        let other = platform::Db::open(&url).await.unwrap();
        let (first, second) =
            tokio::join!(migrate::run(&db, &steps, story_start()), migrate::run(&other, &steps, story_start()));
        let mut ran = first.unwrap();
        ran.extend(second.unwrap());
        let adding = new.iter().filter(|step| !step.contracts()).count();
        assert_eq!(ran.iter().collect::<BTreeSet<_>>().len(), adding, "each step once: {ran:?}");
        let after = columns(db.read()).await;
        for place in before.keys() {
            assert!(after.contains_key(place), "{place:?} is gone");
        }
        for (place, free) in after.iter().filter(|(place, _)| !before.contains_key(*place) && tables.contains(&place.0))
        {
            assert!(free, "{place:?} is new, and the release before gives it no value");
        }
        drop((db, other));
        if let Some(made) = made {
            drop_database(made).await;
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
}
