//! Rows of `case_counters` and `instant_items`.

use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, TryInsertResult};

use crate::cases::service::change::all_set;

/// `case_counters`
pub mod taken {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_counters`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_counters")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub accept_org: Uuid,
        pub accept_area: String,
        pub window_key: Option<String>,
        pub window_name: String,
        pub citywide: bool,
        pub applicant_area: Option<String>,
        pub competent_area: Option<String>,
        pub promise: Option<Json>,
        pub instant: bool,
        pub late_at: Option<OffsetDateTime>,
        pub filed_at: OffsetDateTime,
        pub ticket_number: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `instant_items`
pub mod instant {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `instant_items`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "instant_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub minutes: i64,
        pub frequent: bool,
        pub active: bool,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn keep(tx: &Tx, row: taken::Model) -> Result<()> {
    taken::Entity::insert(all_set::<_, taken::ActiveModel>(row)).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn of_case(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<taken::Model>> {
    Ok(taken::Entity::find_by_id(id).one(conn).await?)
}

pub(super) async fn instant_item(conn: &impl ConnectionTrait, slug: &str) -> Result<Option<instant::Model>> {
    Ok(instant::Entity::find_by_id(slug.to_owned()).one(conn).await?)
}

/// Writes a row whose version is still `read`; 0 for one that is not there yet.
pub(super) async fn put_instant(tx: &Tx, row: instant::Model, read: i64) -> Result<()> {
    use instant::Column;
    let slug = row.item_slug.clone();
    let active = row.into_active_model().reset_all();
    let written = if read == 0 {
        let made = instant::Entity::insert(active)
            .on_conflict(OnConflict::column(Column::ItemSlug).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.conn())
            .await?;
        matches!(made, TryInsertResult::Inserted(1..))
    } else {
        let updated = instant::Entity::update_many()
            .set(active)
            .filter(Column::ItemSlug.eq(slug))
            .filter(Column::Version.eq(read))
            .exec(tx.conn())
            .await?;
        updated.rows_affected == 1
    };
    if written { Ok(()) } else { Err(Problem::stale()) }
}
