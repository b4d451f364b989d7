//! Rows of `barcode_scans`.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};

/// `barcode_scans`
pub mod scan {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `barcode_scans`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "barcode_scans")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub case_number: String,
        pub point: String,
        pub at: OffsetDateTime,
        pub by_id: Uuid,
        pub by_name: String,
        pub org_id: Option<Uuid>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Scans shown of one case: somebody may hold the trigger down.
const MOST: u64 = 500;

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: scan::Model) -> Result<()> {
    scan::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<scan::Model>> {
    Ok(scan::Entity::find()
        .filter(scan::Column::CaseId.eq(case))
        .order_by_asc(scan::Column::Id)
        .limit(MOST)
        .all(conn)
        .await?)
}
