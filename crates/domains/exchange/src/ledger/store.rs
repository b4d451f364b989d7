//! Rows of the ledger.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, Select};
use time::OffsetDateTime;

pub(crate) mod entry {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_ledger")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: OffsetDateTime,
        pub direction: String,
        pub party: String,
        pub party_name: String,
        pub address: String,
        pub operation: String,
        pub event: Option<String>,
        pub case_id: Option<Uuid>,
        pub case_number: Option<String>,
        pub digest: String,
        pub size: i64,
        pub result: String,
        pub status: i64,
        pub code: String,
        pub detail: Option<String>,
        pub duration_ms: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: entry::Model) -> Result<()> {
    entry::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<entry::Model>> {
    Ok(entry::Entity::find_by_id(id).one(conn).await?)
}

/// Which calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) direction: Option<String>,
    pub(crate) party: Option<String>,
    pub(crate) result: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) case_number: Option<String>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) until: Option<OffsetDateTime>,
}

impl Wanted {
    fn select(&self) -> Select<entry::Entity> {
        use entry::Column;
        let mut select = entry::Entity::find();
        for (column, value) in [
            (Column::Direction, &self.direction),
            (Column::Party, &self.party),
            (Column::Result, &self.result),
            (Column::Event, &self.event),
        ] {
            if let Some(value) = value {
                select = select.filter(column.eq(value.as_str()));
            }
        }
        if let Some(number) = &self.case_number {
            select = select.filter(Column::CaseNumber.like(format!("%{}%", number.replace(['%', '_', '\\'], ""))));
        }
        if let Some(from) = self.from {
            select = select.filter(Column::At.gte(from));
        }
        if let Some(until) = self.until {
            select = select.filter(Column::At.lt(until));
        }
        select
    }
}

/// One page, newest first, one row more than asked for, and the total.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<entry::Model>, u64)> {
    let mut select = wanted.select();
    let total = select.clone().count(conn).await?;
    if let Some(before) = before {
        select = select.filter(entry::Column::Id.lt(before));
    }
    Ok((select.order_by_desc(entry::Column::Id).limit(limit + 1).all(conn).await?, total))
}

/// Everything that fits a filter, newest first, at most `limit`, and the total.
pub(crate) async fn all(conn: &impl ConnectionTrait, wanted: &Wanted, limit: u64) -> Result<(Vec<entry::Model>, u64)> {
    let select = wanted.select();
    let total = select.clone().count(conn).await?;
    if total > limit {
        return Ok((Vec::new(), total));
    }
    Ok((select.order_by_desc(entry::Column::Id).all(conn).await?, total))
}
