//! Rows of `intake_kinds`.

use platform::web::guard::Principal;
use platform::web::page::PageQuery;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, TryInsertResult};

use super::KindsFilter;

/// `intake_kinds`
pub mod kind {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `intake_kinds`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "intake_kinds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub bulk: bool,
        pub in_only: bool,
        pub out_only: bool,
        pub agreement: String,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use kind::Column;

pub(crate) async fn find(conn: &impl ConnectionTrait, slug: &str) -> Result<Option<kind::Model>> {
    Ok(kind::Entity::find_by_id(slug.to_owned()).one(conn).await?)
}

/// Writes a row whose version is still `read`; 0 for one that is not there yet.
pub(crate) async fn put(conn: &impl ConnectionTrait, row: kind::Model, read: i64) -> Result<()> {
    let slug = row.item_slug.clone();
    let active = row.into_active_model().reset_all();
    let written = if read == 0 {
        let made = kind::Entity::insert(active)
            .on_conflict(OnConflict::column(Column::ItemSlug).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(conn)
            .await?;
        matches!(made, TryInsertResult::Inserted(1..))
    } else {
        let updated = kind::Entity::update_many()
            .set(active)
            .filter(Column::ItemSlug.eq(slug))
            .filter(Column::Version.eq(read))
            .exec(conn)
            .await?;
        updated.rows_affected == 1
    };
    if written { Ok(()) } else { Err(Problem::stale()) }
}

/// One page within reach, one row more than asked for, and the exact number.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    caller: &Principal,
    filter: &KindsFilter,
    page: &PageQuery,
) -> Result<(Vec<kind::Model>, u64)> {
    let taken = sea_orm::Condition::any()
        .add(caller.within(Column::OrgId, Column::ItemSlug))
        .add(Column::ItemSlug.is_in(caller.bounds.intake.orgs.values().flatten().flatten().cloned()));
    let mut select = kind::Entity::find().filter(taken);
    select = match filter.kind.as_deref() {
        Some("bulk") => select.filter(Column::Bulk.eq(true)),
        Some("in_only") => select.filter(Column::InOnly.eq(true)),
        Some("out_only") => select.filter(Column::OutOnly.eq(true)),
        _ => select,
    };
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        select = select.filter(Column::ItemName.like(platform::db::containing(text)));
    }
    let total = select.clone().count(conn).await?;
    if let Some(parts) = page.cursor_parts(1)? {
        select = select.filter(Column::ItemSlug.gt(parts.first().cloned().unwrap_or_default()));
    }
    Ok((select.order_by_asc(Column::ItemSlug).limit(page.limit() + 1).all(conn).await?, total))
}
