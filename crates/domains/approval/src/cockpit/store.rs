//! Rows of `party_activities`.

use std::collections::HashMap;

use platform::web::page::PageQuery;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{ConnectionTrait, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect};

pub(crate) mod row {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `party_activities`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "party_activities")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub org_id: Uuid,
        pub held_on: String,
        pub title: String,
        pub text: String,
        pub by_id: Uuid,
        pub by_name: String,
        pub published_at: OffsetDateTime,
        pub deleted_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// Activities held between two days, by department.
pub(crate) async fn held(
    conn: &impl ConnectionTrait,
    orgs: &[Uuid],
    from: &str,
    to: &str,
) -> Result<HashMap<Uuid, u64>> {
    let counted: Vec<(Uuid, i64)> = Entity::find()
        .filter(Column::OrgId.is_in(orgs.iter().copied()))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::HeldOn.between(from, to))
        .select_only()
        .column(Column::OrgId)
        .column_as(Column::Id.count(), "held")
        .group_by(Column::OrgId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counted.into_iter().map(|(org, count)| (org, u64::try_from(count).unwrap_or(0))).collect())
}

/// Activities of departments, the latest first: of one of them, with a part of the title.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    orgs: &[Uuid],
    (org, title): (Option<Uuid>, Option<&str>),
    page: &PageQuery,
) -> Result<(Vec<Model>, u64)> {
    let mut select =
        Entity::find().filter(Column::OrgId.is_in(orgs.iter().copied())).filter(Column::DeletedAt.is_null());
    if let Some(org) = org {
        select = select.filter(Column::OrgId.eq(org));
    }
    if let Some(words) = title.map(str::trim).filter(|words| !words.is_empty()) {
        select = select.filter(Column::Title.contains(words));
    }
    let total = select.clone().count(conn).await?;
    if let Some(parts) = page.cursor_parts(2)? {
        let held = parts.first().cloned().unwrap_or_default();
        let id = parts.get(1).and_then(|part| Uuid::parse_str(part).ok()).unwrap_or_default();
        select = select.filter(
            Cond::any()
                .add(Column::HeldOn.lt(held.clone()))
                .add(Cond::all().add(Column::HeldOn.eq(held)).add(Column::Id.lt(id))),
        );
    }
    let ordered = select.order_by_desc(Column::HeldOn).order_by_desc(Column::Id);
    Ok((ordered.limit(page.limit() + 1).all(conn).await?, total))
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
