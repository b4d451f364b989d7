//! Rows of `handling_materials`.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, Select};

pub(crate) mod row {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `handling_materials`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "handling_materials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub version: i64,
        pub name: String,
        pub text_sealed: String,
        pub file: Json,
        pub by_id: Uuid,
        pub by_name: String,
        pub at: OffsetDateTime,
        pub changed_at: Option<OffsetDateTime>,
        pub deleted_at: Option<OffsetDateTime>,
        pub deleted_reason: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

fn of(case: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::CaseId.eq(case)).filter(Column::DeletedAt.is_null())
}

pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid, most: u64) -> Result<Vec<Model>> {
    Ok(of(case).order_by_asc(Column::Id).limit(most).all(conn).await?)
}

pub(crate) async fn count(conn: &impl ConnectionTrait, case: Uuid) -> Result<u64> {
    Ok(of(case).count(conn).await?)
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes one that is still as it was read.
///
/// # Errors
/// 409 when it was changed meanwhile.
pub(crate) async fn update(conn: &impl ConnectionTrait, mut row: Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let done = Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(read))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}
