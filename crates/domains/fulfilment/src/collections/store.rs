//! Rows of `collections` and `collection_cases`.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};

/// `collections`
pub(crate) mod set {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `collections`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "collections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub account_id: Uuid,
        pub applicant_name: String,
        pub mode: String,
        pub released_by_name: Option<String>,
        pub released_reason: Option<String>,
        pub created_at: OffsetDateTime,
        pub changed_at: OffsetDateTime,
        pub package_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `collection_cases`
pub(crate) mod member {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `collection_cases`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "collection_cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub collection_id: Uuid,
        pub case_number: String,
        pub item_name: String,
        pub item_slug: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub ended_at: Option<OffsetDateTime>,
        pub delivered_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<set::Model>> {
    Ok(set::Entity::find_by_id(id).one(conn).await?)
}

/// Cases of sets, in the order of their numbers.
pub(super) async fn members(conn: &impl ConnectionTrait, sets: &[Uuid]) -> Result<Vec<member::Model>> {
    if sets.is_empty() {
        return Ok(Vec::new());
    }
    Ok(member::Entity::find()
        .filter(member::Column::CollectionId.is_in(sets.iter().copied()))
        .order_by_asc(member::Column::CaseNumber)
        .all(conn)
        .await?)
}

/// The set a case is in, with all its cases.
pub(super) async fn of_case(
    conn: &impl ConnectionTrait,
    case: Uuid,
) -> Result<Option<(set::Model, Vec<member::Model>)>> {
    let Some(own) = member::Entity::find_by_id(case).one(conn).await? else { return Ok(None) };
    let found = find(conn, own.collection_id).await?;
    let found = found.ok_or_else(|| Problem::internal(format!("case {case} is in a set that is not there")))?;
    let all = members(conn, &[found.id]).await?;
    Ok(Some((found, all)))
}

/// Writes a set that is still as it was read.
pub(super) async fn update(conn: &impl ConnectionTrait, mut row: set::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let updated = set::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(set::Column::Id.eq(id))
        .filter(set::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}
