//! Rows of sign-in records.

use platform::web::guard::Audience;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect, Set};
use time::{Date, OffsetDateTime};

use super::model::NewSignIn;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_ins")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: OffsetDateTime,
        pub day: String,
        pub audience: String,
        pub user_type: String,
        pub account_id: Uuid,
        pub app_id: String,
        pub address: String,
        pub device: String,
        pub way: String,
        pub ok: bool,
        pub reason: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn record(conn: &impl ConnectionTrait, new: NewSignIn) -> Result<()> {
    row::Entity::insert(row::ActiveModel {
        id: Set(new.id),
        at: Set(new.at),
        day: Set(base::zone::china_date(new.at).to_string()),
        audience: Set(new.audience.as_str().to_owned()),
        user_type: Set(new.user_type.to_owned()),
        account_id: Set(new.account),
        app_id: Set(new.app_id),
        address: Set(new.origin.address),
        device: Set(new.origin.device),
        way: Set(new.way.to_owned()),
        ok: Set(new.refused.is_empty()),
        reason: Set(new.refused),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Records of one account, newest first; and how many there are.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    audience: Audience,
    account: Uuid,
    limit: u64,
    before: Option<Uuid>,
) -> Result<(Vec<row::Model>, u64)> {
    let own = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Audience.eq(audience.as_str()));
    let total = own.clone().count(conn).await?;
    let page = match before {
        Some(before) => own.filter(row::Column::Id.lt(before)),
        None => own,
    };
    Ok((page.order_by_desc(row::Column::Id).limit(limit).all(conn).await?, total))
}

/// Successful sign-ins of one account since a day, by system.
pub(crate) async fn by_system_of(
    conn: &impl ConnectionTrait,
    account: Uuid,
    since: Date,
) -> Result<Vec<(String, i64)>> {
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::AppId)
        .column_as(row::Column::Id.count(), "count")
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Ok.eq(true))
        .filter(row::Column::Day.gte(since.to_string()))
        .group_by(row::Column::AppId)
        .into_tuple::<(String, i64)>()
        .all(conn)
        .await?)
}

/// A line of the statistics.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Counted {
    pub(crate) app_id: String,
    pub(crate) user_type: String,
    pub(crate) day: String,
    pub(crate) ok: bool,
    pub(crate) count: i64,
}

/// Sign-ins of a period by system, kind of user, day and result: one query.
pub(crate) async fn counted(
    conn: &impl ConnectionTrait,
    from: Date,
    to: Date,
    audience: Option<Audience>,
) -> Result<Vec<Counted>> {
    let mut query = row::Entity::find()
        .select_only()
        .column(row::Column::AppId)
        .column(row::Column::UserType)
        .column(row::Column::Day)
        .column(row::Column::Ok)
        .column_as(row::Column::Id.count(), "count")
        .filter(row::Column::Day.gte(from.to_string()))
        .filter(row::Column::Day.lte(to.to_string()));
    if let Some(audience) = audience {
        query = query.filter(row::Column::Audience.eq(audience.as_str()));
    }
    Ok(query
        .group_by(row::Column::AppId)
        .group_by(row::Column::UserType)
        .group_by(row::Column::Day)
        .group_by(row::Column::Ok)
        .into_model::<Counted>()
        .all(conn)
        .await?)
}
