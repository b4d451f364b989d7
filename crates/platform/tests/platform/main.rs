//! The platform against both databases: what a domain may rely on.

mod asked;
mod audit;
mod captcha;
mod cities;
mod files;
mod keys;
mod messages;
mod nodes;
mod numbers;
mod sessions;
mod work;
mod writes;

use platform::db::migrate::Migration;
use platform::web::problem::{Problem, Result};
use platform::{Platform, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use testkit::{Backend, TestPlatform};

/// A table to write to.
const STEPS: &[Migration] =
    &[Migration { name: "test_0001", sql: "CREATE TABLE things (id @id PRIMARY KEY, name @text NOT NULL UNIQUE)" }];

async fn fresh(backend: Backend) -> TestPlatform {
    TestPlatform::new(backend, STEPS).await
}

/// Inserts a thing inside a command.
async fn insert(tx: &Tx, id: uuid::Uuid, name: String) -> Result<()> {
    let conn = tx.conn();
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "INSERT INTO things (id, name) VALUES ($1, $2)",
        [id.into(), name.into()],
    );
    conn.execute_raw(statement).await?;
    Ok(())
}

/// First column of the first row of a query.
async fn number(platform: &Platform, sql: &str) -> i64 {
    #[derive(FromQueryResult)]
    struct Row {
        n: i64,
    }
    let sql = format!("SELECT CAST(n AS bigint) AS n FROM ({sql}) AS counted");
    let statement = Statement::from_string(platform.db.backend(), sql);
    Row::find_by_statement(statement).one(platform.db.read()).await.unwrap().unwrap().n
}

async fn rows(platform: &Platform, table: &str) -> i64 {
    number(platform, &format!("SELECT count(*) AS n FROM {table}")).await
}

/// A refusal that a body may end with.
fn refused() -> Problem {
    Problem::conflict("refused", "这一步不能办。")
}
