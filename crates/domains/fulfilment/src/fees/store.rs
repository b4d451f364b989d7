//! Rows of fees, and the queries that more than one act needs.

use platform::Result;
use platform::web::problem::Problem;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Func};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::compute::Line;
use super::model::FeeState;

pub(crate) mod fee {
    use super::*;
    /// `fees`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "fees")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub version: i64,
        pub case_number: String,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub account_id: Option<Uuid>,
        pub applicant_name: String,
        pub state: String,
        pub basis: String,
        pub lines: Json,
        pub computed_fen: i64,
        pub amount_fen: i64,
        pub review_reason: Option<String>,
        pub reviewed_by: Option<String>,
        pub reviewed_at: Option<OffsetDateTime>,
        pub notice_id: Option<Uuid>,
        pub notice_number: Option<String>,
        pub way: Option<String>,
        pub paid_at: Option<OffsetDateTime>,
        pub receipt_number: Option<String>,
        pub receipt_id: Option<Uuid>,
        pub confirmed_by: Option<String>,
        pub refund_due: bool,
        pub refund_reason: Option<String>,
        pub refund_number: Option<String>,
        pub refunded_at: Option<OffsetDateTime>,
        pub invoice_code: Option<String>,
        pub invoice_number: Option<String>,
        pub invoiced_by: Option<String>,
        pub invoiced_at: Option<OffsetDateTime>,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod order {
    use super::*;
    /// `fee_orders`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "fee_orders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub fee_id: Uuid,
        pub case_id: Uuid,
        pub number: String,
        pub way: String,
        pub amount_fen: i64,
        pub state: String,
        pub pay_url: Option<String>,
        pub provider_number: Option<String>,
        pub error: Option<String>,
        pub created_at: OffsetDateTime,
        pub paid_at: Option<OffsetDateTime>,
        pub closed_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod statement {
    use super::*;
    /// `fee_statements`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "fee_statements")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub matched: i64,
        pub ours_fen: i64,
        pub theirs_fen: i64,
        pub differences: Json,
        pub made_by: String,
        pub made_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl fee::Model {
    pub(crate) fn state(&self) -> Result<FeeState> {
        FeeState::parse(&self.state)
    }

    pub(crate) fn lines(&self) -> Result<Vec<Line>> {
        serde_json::from_value(self.lines.clone()).map_err(Problem::internal)
    }
}

/// The fee of a case.
pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Option<fee::Model>> {
    Ok(fee::Entity::find().filter(fee::Column::CaseId.eq(case)).one(conn).await?)
}

/// A new row.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: fee::Model) -> Result<()> {
    fee::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Saves a fee that was read in this command; its version moves.
///
/// # Errors
/// 409 when somebody changed it meanwhile.
pub(crate) async fn save(conn: &impl ConnectionTrait, mut row: fee::Model, now: OffsetDateTime) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    row.updated_at = now;
    let updated = fee::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(fee::Column::Id.eq(id))
        .filter(fee::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Orders of a fee, oldest first.
pub(crate) async fn orders(conn: &impl ConnectionTrait, fee: Uuid) -> Result<Vec<order::Model>> {
    Ok(order::Entity::find().filter(order::Column::FeeId.eq(fee)).order_by_asc(order::Column::Id).all(conn).await?)
}

/// An order by its number.
pub(crate) async fn order_by_number(conn: &impl ConnectionTrait, number: &str) -> Result<Option<order::Model>> {
    Ok(order::Entity::find().filter(order::Column::Number.eq(number)).one(conn).await?)
}

/// A new order.
pub(crate) async fn insert_order(conn: &impl ConnectionTrait, row: order::Model) -> Result<()> {
    order::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes an order anew, when it still stands as it was read.
///
/// # Errors
/// 409 when somebody moved it meanwhile.
pub(crate) async fn save_order(conn: &impl ConnectionTrait, row: order::Model, read: &str) -> Result<()> {
    let id = row.id;
    let updated = order::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(order::Column::Id.eq(id))
        .filter(order::Column::State.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Online orders on which money came in on a day, whatever became of them afterwards.
pub(crate) async fn paid_between(
    conn: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
    limit: u64,
) -> Result<Vec<order::Model>> {
    Ok(order::Entity::find()
        .filter(order::Column::Way.eq("online"))
        .filter(order::Column::PaidAt.gte(from))
        .filter(order::Column::PaidAt.lt(until))
        .order_by_asc(order::Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// What staff ask for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The caller's reach.
    pub within: Cond,
    /// One state only.
    pub state: Option<String>,
    /// Part of a case number, receipt number or item name.
    pub words: Option<String>,
    /// Made from this moment on.
    pub from: Option<OffsetDateTime>,
    /// Made before this moment.
    pub until: Option<OffsetDateTime>,
}

impl Wanted {
    fn select(&self, with_state: bool) -> sea_orm::Select<fee::Entity> {
        use fee::Column;
        let mut select = fee::Entity::find().filter(self.within.clone());
        if let (true, Some(state)) = (with_state, &self.state) {
            select = select.filter(Column::State.eq(state));
        }
        if let Some(words) = &self.words {
            let any = Cond::any()
                .add(Column::CaseNumber.contains(words))
                .add(Column::ReceiptNumber.eq(words))
                .add(Column::ItemName.contains(words));
            select = select.filter(any);
        }
        if let Some(from) = self.from {
            select = select.filter(Column::CreatedAt.gte(from));
        }
        if let Some(until) = self.until {
            select = select.filter(Column::CreatedAt.lt(until));
        }
        select
    }
}

/// One page, newest first, one row more than asked for.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<fee::Model>> {
    let mut select = wanted.select(true);
    if let Some(before) = before {
        select = select.filter(fee::Column::Id.lt(before));
    }
    Ok(select.order_by_desc(fee::Column::Id).limit(limit + 1).all(conn).await?)
}

/// How many and how much by state, under the other filters.
pub(crate) async fn sums(conn: &impl ConnectionTrait, wanted: &Wanted) -> Result<Vec<(String, i64, i64)>> {
    // A sum of big integers is a decimal on PostgreSQL.
    let sum = Expr::expr(Func::sum(Expr::col(fee::Column::AmountFen))).cast_as("bigint");
    Ok(wanted
        .select(false)
        .select_only()
        .column(fee::Column::State)
        .column_as(fee::Column::Id.count(), "count")
        .column_as(sum, "fen")
        .group_by(fee::Column::State)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Whether another fee was paid with this receipt.
pub(crate) async fn receipt_used(conn: &impl ConnectionTrait, number: &str, but: Uuid) -> Result<bool> {
    let found = fee::Entity::find()
        .filter(fee::Column::ReceiptNumber.eq(number))
        .filter(fee::Column::Id.ne(but))
        .one(conn)
        .await?;
    Ok(found.is_some())
}
