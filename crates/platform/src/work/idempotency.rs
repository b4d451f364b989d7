//! The same creating request sent twice makes one thing: the second gets the first one's answer.

use sea_orm::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Tx;
use crate::web::problem::{Problem, Result};

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub caller_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub action: String,
        pub result_id: Uuid,
        pub created_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Id made by an earlier request with the same key, if any.
///
/// # Errors
/// 409 when the key was used for another act.
pub async fn earlier(tx: &Tx, caller: Uuid, action: &str, key: &str) -> Result<Option<Uuid>> {
    let Some(found) = row::Entity::find_by_id((caller, key.to_owned())).one(tx.conn()).await? else { return Ok(None) };
    if found.action != action {
        return Err(reused());
    }
    Ok(Some(found.result_id))
}

/// A key that stands for something else already.
pub fn reused() -> Problem {
    Problem::conflict("idempotency_key_reused", "这个 Idempotency-Key 已经用在别的操作上，请换一个。")
}

/// Takes a key for what this command makes, or gives the id an earlier command made with it. Two
/// commands at once: the second waits for the first and gets its id.
///
/// # Errors
/// 409 when the key was used for another act.
pub async fn claim(tx: &Tx, caller: Uuid, action: &str, key: &str, result: Uuid) -> Result<Option<Uuid>> {
    let taken = row::Entity::insert(row::ActiveModel {
        caller_id: Set(caller),
        key: Set(key.to_owned()),
        action: Set(action.to_owned()),
        result_id: Set(result),
        created_at: Set(tx.now()),
    })
    .on_conflict(OnConflict::columns([row::Column::CallerId, row::Column::Key]).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx.conn())
    .await?;
    match taken {
        sea_orm::TryInsertResult::Inserted(1..) => Ok(None),
        _ => earlier(tx, caller, action, key).await,
    }
}

/// Remembers what a key made.
///
/// # Errors
/// When the database refuses, also when two requests with one key race: the loser fails whole.
pub async fn remember(tx: &Tx, caller: Uuid, action: &str, key: &str, result: Uuid) -> Result<()> {
    row::Entity::insert(row::ActiveModel {
        caller_id: Set(caller),
        key: Set(key.to_owned()),
        action: Set(action.to_owned()),
        result_id: Set(result),
        created_at: Set(tx.now()),
    })
    .exec_without_returning(tx.conn())
    .await?;
    Ok(())
}
