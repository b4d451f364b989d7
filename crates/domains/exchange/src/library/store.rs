//! Rows of pulled items and of pulls.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

pub(crate) mod item {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_library_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_code: String,
        pub name: String,
        pub version: i64,
        pub in_use: bool,
        pub elements: Json,
        pub slug: Option<String>,
        pub org_id: Option<Uuid>,
        pub difference: String,
        pub changed_at: OffsetDateTime,
        pub seen_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod run {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_library_runs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub task_code: Option<String>,
        pub by_name: String,
        pub started_at: OffsetDateTime,
        pub ended_at: OffsetDateTime,
        pub state: String,
        pub received: i64,
        pub added: i64,
        pub changed: i64,
        pub removed: i64,
        pub reason: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows written with one statement.
const CHUNK: usize = 200;

/// Whether all items were pulled on this day in China; a pull that failed counts for an hour.
pub(crate) async fn pulled_on(conn: &impl ConnectionTrait, now: OffsetDateTime) -> Result<bool> {
    let last = run::Entity::find()
        .filter(run::Column::TaskCode.is_null())
        .order_by_desc(run::Column::Id)
        .limit(1)
        .one(conn)
        .await?;
    Ok(last.is_some_and(|run| match run.state.as_str() {
        "ok" => base::zone::china_date(run.started_at) >= base::zone::china_date(now),
        _ => now - run.started_at < time::Duration::hours(1),
    }))
}

/// What is known of codes; of all when none are named.
pub(crate) async fn known(conn: &impl ConnectionTrait, code: Option<&str>) -> Result<Vec<item::Model>> {
    let mut select = item::Entity::find();
    if let Some(code) = code {
        select = select.filter(item::Column::TaskCode.eq(code));
    }
    Ok(select.all(conn).await?)
}

/// Writes what a pull brought over what is there.
pub(crate) async fn keep(conn: &impl ConnectionTrait, rows: Vec<item::Model>) -> Result<()> {
    use item::Column as C;
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(|row| row.into_active_model().reset_all());
        item::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(C::TaskCode)
                    .update_columns([
                        C::Name,
                        C::Version,
                        C::InUse,
                        C::Elements,
                        C::Slug,
                        C::OrgId,
                        C::Difference,
                        C::ChangedAt,
                        C::SeenAt,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

pub(crate) async fn note(conn: &impl ConnectionTrait, row: run::Model) -> Result<()> {
    run::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// The latest pulls.
pub(crate) async fn runs(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<run::Model>> {
    Ok(run::Entity::find().order_by_desc(run::Column::Id).limit(limit).all(conn).await?)
}

/// Pulled items that fit, in the order of their codes.
pub(crate) fn select(within: Cond, words: Option<&str>, difference: Option<&str>) -> sea_orm::Select<item::Entity> {
    let mut select = item::Entity::find().filter(within);
    if let Some(words) = words {
        select = select
            .filter(Cond::any().add(item::Column::Name.contains(words)).add(item::Column::TaskCode.contains(words)));
    }
    match difference {
        None => select.filter(item::Column::Difference.ne(super::SAME)),
        Some("all") => select,
        Some(difference) => select.filter(item::Column::Difference.eq(difference)),
    }
}
