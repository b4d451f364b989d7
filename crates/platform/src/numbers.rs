//! Running numbers.
//!
//! [`Numbers::next`] hands out numbers from blocks reserved ahead, so that many submissions of one
//! item do not wait for one counter row; a restart leaves a gap. [`strict`] counts without gaps
//! inside a command, for document numbers, and makes commands of one scope wait for each other.

use std::collections::HashMap;

use sea_orm::{FromQueryResult, Statement};
use tokio::sync::Mutex;

use crate::web::problem::{Problem, Result};
use crate::{Platform, Tx};

/// Numbers reserved at once.
const BLOCK: i64 = 200;

/// Blocks held by this node.
#[derive(Default)]
pub struct Numbers {
    held: Mutex<HashMap<String, std::ops::Range<i64>>>,
}

#[derive(FromQueryResult)]
struct Value {
    value: i64,
}

impl Numbers {
    /// The next number of a scope, from 1.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next(&self, platform: &Platform, scope: &str) -> Result<i64> {
        // Held across the await on purpose: whoever waits needs the block that is being fetched.
        let mut held = self.held.lock().await;
        if let Some(number) = held.get_mut(scope).and_then(Iterator::next) {
            return Ok(number);
        }
        let owned = scope.to_owned();
        let end =
            platform.db.write(platform.now(), move |tx| Box::pin(async move { add(tx, &owned, BLOCK).await })).await?;
        let mut block = end - BLOCK + 1..end + 1;
        let first = block.next().ok_or_else(|| Problem::internal("an empty block of numbers"))?;
        // Yesterday's scopes are never asked again.
        if held.len() > 10_000 {
            held.clear();
        }
        held.insert(scope.to_owned(), block);
        Ok(first)
    }
}

/// The next number of a scope inside a command; no gaps.
///
/// # Errors
/// When the database refuses.
pub async fn strict(tx: &Tx, scope: &str) -> Result<i64> {
    add(tx, scope, 1).await
}

async fn add(tx: &Tx, scope: &str, amount: i64) -> Result<i64> {
    let conn = tx.conn();
    let statement = Statement::from_sql_and_values(
        sea_orm::ConnectionTrait::get_database_backend(conn),
        "INSERT INTO numbers (scope, value) VALUES ($1, $2) \
         ON CONFLICT (scope) DO UPDATE SET value = numbers.value + excluded.value RETURNING value",
        [scope.into(), amount.into()],
    );
    let row = Value::find_by_statement(statement).one(conn).await?;
    row.map(|row| row.value).ok_or_else(|| Problem::internal("the counter gave no number"))
}
