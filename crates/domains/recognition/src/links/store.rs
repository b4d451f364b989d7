//! Rows of links.

use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, TryInsertResult};
use time::OffsetDateTime;

pub(crate) mod link {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub system_id: Uuid,
        pub role: String,
        pub for_portal: bool,
        pub for_desk: bool,
        pub our_id: String,
        pub entry_url: String,
        pub bind_url: String,
        pub redeem_url: String,
        pub sync_url: String,
        pub push_url: String,
        pub trusted: bool,
        pub creates: bool,
        pub bind_network: bool,
        pub enabled: bool,
        pub version: i64,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(conn: &impl ConnectionTrait, system: Uuid) -> Result<Option<link::Model>> {
    Ok(link::Entity::find_by_id(system).one(conn).await?)
}

/// Links that are switched on.
pub(crate) async fn enabled(conn: &impl ConnectionTrait) -> Result<Vec<link::Model>> {
    Ok(link::Entity::find().filter(link::Column::Enabled.eq(true)).all(conn).await?)
}

/// Writes a link over the version read; 0 for the first one.
pub(crate) async fn save(conn: &impl ConnectionTrait, row: link::Model, read: i64) -> Result<()> {
    let system = row.system_id;
    let done = if read == 0 {
        let inserted = link::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::column(link::Column::SystemId).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(conn)
            .await?;
        matches!(inserted, TryInsertResult::Inserted(1..))
    } else {
        let updated = link::Entity::update_many()
            .set(row.into_active_model().reset_all())
            .filter(link::Column::SystemId.eq(system))
            .filter(link::Column::Version.eq(read))
            .exec(conn)
            .await?;
        updated.rows_affected == 1
    };
    if done { Ok(()) } else { Err(Problem::stale()) }
}
