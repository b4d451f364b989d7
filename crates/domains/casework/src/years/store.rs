//! Rows of `case_years`.

use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, TryInsertResult};
use time::OffsetDateTime;

pub(super) mod year {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_years`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_years")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i64,
        pub version: i64,
        pub closed: bool,
        pub from_at: OffsetDateTime,
        pub until_at: OffsetDateTime,
        pub cases: i64,
        pub checks: Json,
        pub reason: String,
        pub changed_at: OffsetDateTime,
        pub changed_by: Option<Uuid>,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use year::{Column, Entity, Model};

/// Years that were closed at any time.
pub(super) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Year).all(conn).await?)
}

/// End of the last closed year.
pub(super) async fn closed_until(conn: &impl ConnectionTrait) -> Result<Option<OffsetDateTime>> {
    let found: Option<Option<OffsetDateTime>> = Entity::find()
        .select_only()
        .column_as(Column::UntilAt.max(), "until_at")
        .filter(Column::Closed.eq(true))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(found.flatten())
}

/// Writes one that is still as it was read; 0 is one never written.
///
/// # Errors
/// 409 when it was changed meanwhile.
pub(super) async fn put(tx: &Tx, row: Model, read: i64) -> Result<()> {
    let year = row.year;
    let written = if read == 0 {
        let made = Entity::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::column(Column::Year).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.conn())
            .await?;
        matches!(made, TryInsertResult::Inserted(1..))
    } else {
        let done = Entity::update_many()
            .set(row.into_active_model().reset_all())
            .filter(Column::Year.eq(year))
            .filter(Column::Version.eq(read))
            .exec(tx.conn())
            .await?;
        done.rows_affected == 1
    };
    if written { Ok(()) } else { Err(Problem::stale()) }
}
