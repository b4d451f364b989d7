//! Rows of `archive_sets`.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};

/// `archive_sets`
pub mod set {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `archive_sets`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "archive_sets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub case_number: String,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub ended_as: String,
        pub ended_at: Option<OffsetDateTime>,
        pub file_id: Uuid,
        pub digest: String,
        pub size: i64,
        pub parts: Json,
        pub covers: i64,
        pub head_hash: String,
        pub replaces: String,
        pub made_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Files of a case, oldest first; a case ends in three ways at most.
pub(super) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<set::Model>> {
    Ok(set::Entity::find()
        .filter(set::Column::CaseId.eq(case))
        .order_by_asc(set::Column::MadeAt)
        .order_by_asc(set::Column::Id)
        .limit(10)
        .all(conn)
        .await?)
}

/// Of these cases, those that have a file for the way they ended.
pub(crate) async fn known(conn: &impl ConnectionTrait, cases: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    Ok(set::Entity::find()
        .select_only()
        .column(set::Column::CaseId)
        .column(set::Column::EndedAs)
        .filter(set::Column::CaseId.is_in(cases.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?)
}

pub(super) async fn insert(conn: &impl ConnectionTrait, row: set::Model) -> Result<()> {
    set::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}
