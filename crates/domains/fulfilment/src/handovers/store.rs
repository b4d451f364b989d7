//! Rows of hand-overs, and the queries that more than one act needs.

use platform::Result;
use platform::web::problem::Problem;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::model::HandOverState;

pub(crate) mod hand_over {
    use super::*;
    /// `hand_overs`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "hand_overs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub version: i64,
        pub state: String,
        pub from_org_id: Uuid,
        pub from_name: String,
        pub to_org_id: Uuid,
        pub to_name: String,
        pub note: String,
        pub shipment_id: Option<Uuid>,
        pub created_by: String,
        pub sent_by: Option<String>,
        pub sent_at: Option<OffsetDateTime>,
        pub expected_at: Option<OffsetDateTime>,
        pub received_by: Option<String>,
        pub received_at: Option<OffsetDateTime>,
        pub remark: Option<String>,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod piece {
    use super::*;
    /// `hand_over_pieces`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "hand_over_pieces")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hand_over_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub no: i64,
        pub case_id: Uuid,
        pub case_number: String,
        pub name: String,
        pub copies: i64,
        pub received: Option<i64>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use hand_over::{Column, Entity, Model};

impl Model {
    pub(crate) fn state(&self) -> Result<HandOverState> {
        HandOverState::parse(&self.state)
    }
}

/// One hand-over.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

/// One by what its code says.
pub(crate) async fn by_number(conn: &impl ConnectionTrait, number: &str) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::Number.eq(number)).one(conn).await?)
}

/// A new one with its pieces.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: Model, pieces: Vec<piece::Model>) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    let pieces = pieces.into_iter().map(|one| one.into_active_model().reset_all());
    piece::Entity::insert_many(pieces).exec_without_returning(conn).await?;
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

/// Pieces of one, in order.
pub(crate) async fn pieces(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<piece::Model>> {
    Ok(piece::Entity::find().filter(piece::Column::HandOverId.eq(id)).order_by_asc(piece::Column::No).all(conn).await?)
}

/// How many copies of a piece came.
pub(crate) async fn received(conn: &impl ConnectionTrait, id: Uuid, no: i64, copies: i64) -> Result<()> {
    use sea_orm::sea_query::Expr;
    piece::Entity::update_many()
        .col_expr(piece::Column::Received, Expr::value(Some(copies)))
        .filter(piece::Column::HandOverId.eq(id))
        .filter(piece::Column::No.eq(no))
        .exec(conn)
        .await?;
    Ok(())
}

/// What staff ask for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The caller's reach and side.
    pub within: Cond,
    /// One state only.
    pub state: Option<String>,
    /// Signed out and expected before this moment.
    pub overdue: Option<OffsetDateTime>,
    /// Part of a number or of an organisation's name.
    pub words: Option<String>,
}

impl Wanted {
    fn select(&self) -> sea_orm::Select<Entity> {
        let mut select = Entity::find().filter(self.within.clone());
        if let Some(state) = &self.state {
            select = select.filter(Column::State.eq(state));
        }
        if let Some(now) = self.overdue {
            select = select.filter(Column::State.eq(HandOverState::Sent.as_str())).filter(Column::ExpectedAt.lt(now));
        }
        if let Some(words) = &self.words {
            let any = Cond::any()
                .add(Column::Number.contains(words))
                .add(Column::FromName.contains(words))
                .add(Column::ToName.contains(words));
            select = select.filter(any);
        }
        select
    }
}

/// One page, newest first, one row more than asked for, and how many there are.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<Model>, u64)> {
    let total = wanted.select().count(conn).await?;
    let mut select = wanted.select();
    if let Some(before) = before {
        select = select.filter(Column::Id.lt(before));
    }
    Ok((select.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?, total))
}

/// How many were signed out and are late, and how many came incomplete.
pub(crate) async fn alerts(conn: &impl ConnectionTrait, within: Cond, now: OffsetDateTime) -> Result<(u64, u64)> {
    let late = Entity::find()
        .filter(within.clone())
        .filter(Column::State.eq(HandOverState::Sent.as_str()))
        .filter(Column::ExpectedAt.lt(now))
        .count(conn)
        .await?;
    let missing =
        Entity::find().filter(within).filter(Column::State.eq(HandOverState::Missing.as_str())).count(conn).await?;
    Ok((late, missing))
}
