//! The two databases have one schema.

use std::collections::BTreeMap;

use platform::db::migrate;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use testkit::{Backend, drop_database, fresh_database, story_start, unique};

/// Column by `table.column`: type word and whether it may be empty. Indexes by `index name`.
type Schema = BTreeMap<String, (String, bool)>;

const SQLITE_COLUMNS: &str = "SELECT m.name AS t, c.name AS c, lower(c.type) AS kind, \
     CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END AS empty \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text AS t, column_name::text AS c, udt_name::text AS kind, \
     CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END AS empty FROM information_schema.columns WHERE table_schema = 'public'";
const SQLITE_INDEXES: &str = "SELECT tbl_name AS t, name AS c, '' AS kind, 0 AS empty FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
// An index behind a constraint is the column's business, not a name of ours.
const POSTGRES_INDEXES: &str = "SELECT tablename::text AS t, indexname::text AS c, '' AS kind, 0 AS empty FROM pg_indexes \
     WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)";

async fn read(conn: &DatabaseConnection, sql: &str, prefix: &str) -> Schema {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    rows.iter()
        .map(|row| {
            let text = |column: &str| row.try_get::<String>("", column).unwrap();
            let empty = row.try_get::<i32>("", "empty").unwrap() == 1;
            (format!("{prefix}{}.{}", text("t"), text("c")), (text("kind"), empty))
        })
        .collect()
}

/// Whether a SQLite type word may stand for a PostgreSQL one; see the words of `platform::db::migrate`.
fn same_kind(sqlite: &str, postgres: &str) -> bool {
    matches!(
        (sqlite, postgres),
        ("blob", "uuid")
            | ("text", "text" | "timestamptz" | "jsonb")
            | ("bigint", "int8")
            | ("boolean", "bool")
            | ("", "")
    )
}

/// Every step makes the same tables, columns and indexes on both; run again it does nothing.
///
/// req: OPS-015
#[tokio::test]
async fn a_fresh_database_of_each_kind_has_the_same_tables_columns_and_indexes() {
    if !testkit::backends().contains(&Backend::Postgres) {
        return;
    }
    let folder = std::env::temp_dir().join(unique("tongban_schema"));
    std::fs::create_dir_all(&folder).unwrap();
    let mut schemas = Vec::new();
    let mut made = Vec::new();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (url, cleanup) = fresh_database(backend, &folder).await;
        let db = platform::Db::open(&url).await.unwrap();
        let steps = app::migrations();
        assert_eq!(migrate::run(&db, &steps, story_start()).await.unwrap().len(), steps.len());
        assert!(migrate::run(&db, &steps, story_start()).await.unwrap().is_empty());
        let (columns, indexes) = match backend {
            Backend::Sqlite => (SQLITE_COLUMNS, SQLITE_INDEXES),
            Backend::Postgres => (POSTGRES_COLUMNS, POSTGRES_INDEXES),
        };
        let mut schema = read(db.read(), columns, "").await;
        schema.extend(read(db.read(), indexes, "index ").await);
        schemas.push(schema);
        made.extend(cleanup);
    }
    for database in made {
        drop_database(database).await;
    }
    let _ = std::fs::remove_dir_all(&folder);

    let [sqlite, postgres] = schemas.as_slice() else { panic!("two schemas") };
    assert!(sqlite.len() > 100, "the schema was read: {} names", sqlite.len());
    let mut differences: Vec<String> = Vec::new();
    for name in sqlite.keys().chain(postgres.keys().filter(|name| !sqlite.contains_key(*name))) {
        match (sqlite.get(name), postgres.get(name)) {
            (Some(here), Some(there)) if same_kind(&here.0, &there.0) && here.1 == there.1 => {}
            (here, there) => differences.push(format!("{name}: SQLite {here:?}, PostgreSQL {there:?}")),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
