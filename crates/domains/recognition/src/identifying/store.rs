//! Rows of identifications.

use platform::Tx;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel};
use time::OffsetDateTime;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "identifications")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub staff_id: Uuid,
        pub org_id: Option<Uuid>,
        pub way: String,
        pub purpose: String,
        pub device_id: Option<Uuid>,
        pub person_index: String,
        pub person_name: String,
        pub enterprise_index: Option<String>,
        pub data_sealed: Option<String>,
        pub at: OffsetDateTime,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
        pub case_id: Option<Uuid>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Place of the data for sealing.
pub(crate) fn place(id: Uuid) -> String {
    format!("identification:{id}")
}

/// Takes the data out of those that are over: nobody may use them any more.
pub(crate) async fn forget(tx: &Tx) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::DataSealed, Expr::value(Option::<String>::None))
        .filter(row::Column::ExpiresAt.lte(tx.now()))
        .filter(row::Column::DataSealed.is_not_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Writes one.
pub(crate) async fn insert(tx: &Tx, row: row::Model) -> Result<()> {
    row::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

/// Uses one up for a case; the data goes, the case has its own. False when it was used or is over.
pub(crate) async fn take(tx: &Tx, id: Uuid, staff: Uuid, purpose: &str, case: Uuid) -> Result<bool> {
    let now = tx.now();
    let taken = row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(Some(now)))
        .col_expr(row::Column::CaseId, Expr::value(Some(case)))
        .col_expr(row::Column::DataSealed, Expr::value(Option::<String>::None))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::StaffId.eq(staff))
        .filter(row::Column::Purpose.eq(purpose))
        .filter(row::Column::UsedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(now))
        .exec(tx.conn())
        .await?;
    Ok(taken.rows_affected == 1)
}
