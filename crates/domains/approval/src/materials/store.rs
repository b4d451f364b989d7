//! Rows of `own_materials`.

use platform::web::page::PageQuery;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{ConnectionTrait, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect};

pub(crate) mod row {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `own_materials`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "own_materials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub version: i64,
        pub name: String,
        pub note: String,
        pub file: Json,
        pub file_id: Uuid,
        pub added_at: OffsetDateTime,
        pub deleted_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    staff: Uuid,
    words: &str,
    page: &PageQuery,
) -> Result<(Vec<Model>, u64)> {
    let mut select = Entity::find().filter(Column::StaffId.eq(staff)).filter(Column::DeletedAt.is_null());
    let words = words.trim();
    if !words.is_empty() {
        select = select.filter(Cond::any().add(Column::Name.contains(words)).add(Column::Note.contains(words)));
    }
    let total = select.clone().count(conn).await?;
    if let Some(parts) = page.cursor_parts(1)? {
        let before = parts.first().and_then(|part| Uuid::parse_str(part).ok()).unwrap_or_default();
        select = select.filter(Column::Id.lt(before));
    }
    Ok((select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?, total))
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
