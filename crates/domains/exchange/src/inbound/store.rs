//! Messages carried out.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, TryInsertResult};
use time::OffsetDateTime;

pub(crate) mod message {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_messages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub system_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub event: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub digest: String,
        pub case_id: Uuid,
        pub case_number: String,
        pub state: String,
        pub event_no: i64,
        pub supplement: bool,
        pub taken_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Which event of which case, whatever version.
pub(crate) struct Key<'a> {
    pub(crate) system: Uuid,
    pub(crate) subject: &'a str,
    pub(crate) event: &'a str,
    pub(crate) sequence: i64,
}

/// The message by which a case was filed, if a system filed it.
pub(crate) async fn filed_by(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Option<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::CaseId.eq(case_id))
        .filter(message::Column::Event.eq("apply"))
        .order_by_asc(message::Column::Version)
        .one(conn)
        .await?)
}

/// The highest sequence of an event that was taken of a case from a system; 0 for none.
pub(crate) async fn highest(conn: &impl ConnectionTrait, system: Uuid, subject: &str, event: &str) -> Result<i64> {
    let last = message::Entity::find()
        .filter(message::Column::SystemId.eq(system))
        .filter(message::Column::Subject.eq(subject))
        .filter(message::Column::Event.eq(event))
        .order_by_desc(message::Column::Sequence)
        .one(conn)
        .await?;
    Ok(last.map_or(0, |row| row.sequence))
}

/// Versions taken, oldest first.
pub(crate) async fn versions(conn: &impl ConnectionTrait, key: &Key<'_>) -> Result<Vec<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::SystemId.eq(key.system))
        .filter(message::Column::Subject.eq(key.subject))
        .filter(message::Column::Event.eq(key.event))
        .filter(message::Column::Sequence.eq(key.sequence))
        .order_by_asc(message::Column::Version)
        .all(conn)
        .await?)
}

/// Keeps a message; false when it was kept before.
pub(crate) async fn keep(conn: &impl ConnectionTrait, row: message::Model) -> Result<bool> {
    use message::Column;
    let done = message::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([Column::SystemId, Column::Subject, Column::Event, Column::Sequence, Column::Version])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}
