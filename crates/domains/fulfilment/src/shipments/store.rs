//! Rows of shipments, and the queries that more than one act needs.

use platform::Result;
use platform::web::problem::Problem;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::model::ShipmentState;

pub(crate) mod shipment {
    use super::*;
    /// `shipments`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "shipments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub version: i64,
        pub batch_id: Uuid,
        pub kind: String,
        pub case_id: Option<Uuid>,
        pub case_number: Option<String>,
        pub account_id: Option<Uuid>,
        pub item_slug: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub title: String,
        pub parties_sealed: String,
        pub weight_g: i64,
        pub cost_fen: i64,
        pub cost_rule: String,
        pub payer: String,
        pub state: String,
        pub company: Option<String>,
        pub waybill: Option<String>,
        pub error: Option<String>,
        pub attempts: i64,
        pub track: Json,
        pub created_by: String,
        pub ordered_at: Option<OffsetDateTime>,
        pub looked_at: Option<OffsetDateTime>,
        pub delivered_at: Option<OffsetDateTime>,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use shipment::{Column, Entity, Model};

impl Model {
    pub(crate) fn state(&self) -> Result<ShipmentState> {
        ShipmentState::parse(&self.state)
    }
}

/// One shipment.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

/// Several at once.
pub(crate) async fn insert(conn: &impl ConnectionTrait, rows: Vec<Model>) -> Result<()> {
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(())
}

/// Saves one that was read in this command; its version moves.
///
/// # Errors
/// 409 when somebody changed it meanwhile.
pub(crate) async fn save(conn: &impl ConnectionTrait, mut row: Model, now: OffsetDateTime) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    row.updated_at = now;
    let updated = Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Shipments of cases that were not called off.
pub(crate) async fn live_of_cases(conn: &impl ConnectionTrait, cases: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .filter(Column::State.ne(ShipmentState::Cancelled.as_str()))
        .all(conn)
        .await?)
}

/// Shipments of a case, oldest first.
pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::CaseId.eq(case)).order_by_asc(Column::Id).limit(100).all(conn).await?)
}

/// What staff ask for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The caller's reach.
    pub within: Cond,
    /// One state only.
    pub state: Option<String>,
    /// `result` or `archive`.
    pub kind: Option<String>,
    /// One batch.
    pub batch: Option<Uuid>,
    /// Part of a case number or title, or a whole waybill or number.
    pub words: Option<String>,
}

impl Wanted {
    fn select(&self, with_state: bool) -> sea_orm::Select<Entity> {
        let mut select = Entity::find().filter(self.within.clone());
        if let (true, Some(state)) = (with_state, &self.state) {
            select = select.filter(Column::State.eq(state));
        }
        if let Some(kind) = &self.kind {
            select = select.filter(Column::Kind.eq(kind));
        }
        if let Some(batch) = self.batch {
            select = select.filter(Column::BatchId.eq(batch));
        }
        if let Some(words) = &self.words {
            select = select.filter(
                Cond::any()
                    .add(Column::CaseNumber.contains(words))
                    .add(Column::Title.contains(words))
                    .add(Column::Waybill.eq(words))
                    .add(Column::Number.eq(words)),
            );
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
) -> Result<Vec<Model>> {
    let mut select = wanted.select(true);
    if let Some(before) = before {
        select = select.filter(Column::Id.lt(before));
    }
    Ok(select.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?)
}

/// How many by state, under the other filters.
pub(crate) async fn counts(conn: &impl ConnectionTrait, wanted: &Wanted) -> Result<Vec<(String, i64)>> {
    Ok(wanted
        .select(false)
        .select_only()
        .column(Column::State)
        .column_as(Column::Id.count(), "count")
        .group_by(Column::State)
        .into_tuple()
        .all(conn)
        .await?)
}
