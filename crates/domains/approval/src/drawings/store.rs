//! Rows of `drawings`.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, Select};

pub(crate) mod row {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `drawings`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "drawings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub staff_id: Uuid,
        pub version: i64,
        pub words: String,
        pub file_id: Uuid,
        pub enabled: bool,
        pub made_at: OffsetDateTime,
        pub changed_at: OffsetDateTime,
        pub deleted_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

fn of(staff: Uuid, kind: &str) -> Select<Entity> {
    Entity::find().filter(Column::StaffId.eq(staff)).filter(Column::Kind.eq(kind)).filter(Column::DeletedAt.is_null())
}

pub(crate) async fn own(conn: &impl ConnectionTrait, staff: Uuid, kind: &str, most: u64) -> Result<Vec<Model>> {
    Ok(of(staff, kind).order_by_desc(Column::Id).limit(most).all(conn).await?)
}

pub(crate) async fn count(conn: &impl ConnectionTrait, staff: Uuid, kind: &str) -> Result<u64> {
    Ok(of(staff, kind).count(conn).await?)
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
