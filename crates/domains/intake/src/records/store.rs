//! Rows of `intake_records` and `intake_record_steps`.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};

/// `intake_records`
pub mod record {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `intake_records`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "intake_records")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub number: String,
        pub kind: String,
        pub state: String,
        pub item_slug: String,
        pub item_name: String,
        pub handle_item: String,
        pub handle_item_name: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub applicant_kind: String,
        pub applicant_name: String,
        pub applicant_index: String,
        pub personal_sealed: String,
        pub materials_note: String,
        pub elsewhere_name: String,
        pub elsewhere_number: String,
        pub result: String,
        pub result_name: String,
        pub result_number: String,
        pub result_on: String,
        pub receiver_name: String,
        pub received_at: OffsetDateTime,
        pub resulted_at: Option<OffsetDateTime>,
        pub delivered_at: Option<OffsetDateTime>,
        pub created_by: Uuid,
        pub created_by_name: String,
        pub changed_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `intake_record_steps`
pub mod step {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `intake_record_steps`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "intake_record_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub record_id: Uuid,
        pub at: OffsetDateTime,
        pub by_id: Uuid,
        pub by_name: String,
        pub step: String,
        pub text: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<record::Model>> {
    Ok(record::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: record::Model) -> Result<()> {
    record::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes a record that is still as it was read.
///
/// # Errors
/// 409 when somebody changed it meanwhile.
pub(crate) async fn update(conn: &impl ConnectionTrait, mut row: record::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let updated = record::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(record::Column::Id.eq(id))
        .filter(record::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

pub(crate) async fn add_step(conn: &impl ConnectionTrait, row: step::Model) -> Result<()> {
    step::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn steps(conn: &impl ConnectionTrait, record: Uuid) -> Result<Vec<step::Model>> {
    Ok(step::Entity::find().filter(step::Column::RecordId.eq(record)).order_by_asc(step::Column::Id).all(conn).await?)
}
