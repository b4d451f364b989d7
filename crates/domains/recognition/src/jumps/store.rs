//! Rows of jumps.

use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, TryInsertResult};
use time::OffsetDateTime;

pub(crate) mod jump {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "jumps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        pub item_name: String,
        pub system_id: Uuid,
        pub target_url: String,
        pub params: Json,
        pub mapping: Json,
        pub pushes: Json,
        pub note: String,
        pub enabled: bool,
        pub version: i64,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(conn: &impl ConnectionTrait, slug: &str) -> Result<Option<jump::Model>> {
    Ok(jump::Entity::find_by_id(slug.to_owned()).one(conn).await?)
}

/// Writes a jump over the version read; 0 for the first one.
pub(crate) async fn save(conn: &impl ConnectionTrait, row: jump::Model, read: i64) -> Result<()> {
    let slug = row.item_slug.clone();
    let done = if read == 0 {
        let inserted = jump::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::column(jump::Column::ItemSlug).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(conn)
            .await?;
        matches!(inserted, TryInsertResult::Inserted(1..))
    } else {
        let updated = jump::Entity::update_many()
            .set(row.into_active_model().reset_all())
            .filter(jump::Column::ItemSlug.eq(slug))
            .filter(jump::Column::Version.eq(read))
            .exec(conn)
            .await?;
        updated.rows_affected == 1
    };
    if done { Ok(()) } else { Err(Problem::stale()) }
}

/// Takes a jump of the version read away.
pub(crate) async fn remove(conn: &impl ConnectionTrait, slug: &str, read: i64) -> Result<()> {
    let gone = jump::Entity::delete_many()
        .filter(jump::Column::ItemSlug.eq(slug))
        .filter(jump::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if gone.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Which jumps.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) words: Option<String>,
    pub(crate) system: Option<Uuid>,
    pub(crate) enabled: Option<bool>,
    pub(crate) after: Option<String>,
}

/// One page in the order of the items, one row more than asked for, and the total.
pub(crate) async fn page(conn: &impl ConnectionTrait, wanted: Wanted, limit: u64) -> Result<(Vec<jump::Model>, u64)> {
    let mut select = jump::Entity::find();
    if let Some(words) = wanted.words {
        let pattern = platform::db::containing(&words);
        select = select
            .filter(Cond::any().add(jump::Column::ItemName.like(&pattern)).add(jump::Column::ItemSlug.like(&pattern)));
    }
    if let Some(system) = wanted.system {
        select = select.filter(jump::Column::SystemId.eq(system));
    }
    if let Some(enabled) = wanted.enabled {
        select = select.filter(jump::Column::Enabled.eq(enabled));
    }
    let total = select.clone().count(conn).await?;
    if let Some(after) = wanted.after {
        select = select.filter(jump::Column::ItemSlug.gt(after));
    }
    Ok((select.order_by_asc(jump::Column::ItemSlug).limit(limit + 1).all(conn).await?, total))
}
