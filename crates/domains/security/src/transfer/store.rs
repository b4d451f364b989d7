//! Rows.

use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, Set};
use time::OffsetDateTime;

use super::GENESIS;

pub(crate) mod state {
    use super::*;
    /// `transfer_state`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_state")]
    pub struct Model {
        /// `out` or `in`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub direction: String,
        /// Last number given, or delivered.
        pub last_no: i64,
        /// Chain up to it.
        pub chain: String,
        /// Last number the other side acknowledged.
        pub peer_no: i64,
        /// When it said so.
        pub peer_at: Option<OffsetDateTime>,
        /// Whether the chains have agreed so far.
        pub agreed: bool,
        /// Why not.
        pub note: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod out {
    use super::*;
    /// `transfer_out`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_out")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub no: i64,
        pub kind: String,
        pub digest: String,
        pub chain: String,
        pub size: i64,
        /// Names of fields the filter left behind.
        pub dropped: String,
        pub state: String,
        pub content_sealed: String,
        pub made_at: OffsetDateTime,
        pub sent_at: Option<OffsetDateTime>,
        pub sent_times: i64,
        pub acknowledged_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod inward {
    use super::*;
    /// `transfer_in`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_in")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub no: i64,
        pub kind: String,
        pub digest: String,
        pub chain: String,
        pub size: i64,
        pub state: String,
        pub reason: String,
        pub content_sealed: String,
        pub files: Json,
        pub received_at: OffsetDateTime,
        pub delivered_at: Option<OffsetDateTime>,
        /// What became of it: `waiting`, `done`, `failed`, `unclaimed`; empty for old ones.
        pub taken: String,
        /// In words.
        pub taken_note: String,
        pub taken_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Locks a direction's state for the command and reads it: numbers have no gaps and no doubles.
pub(crate) async fn hold(tx: &Tx, direction: &str) -> Result<state::Model> {
    let new = state::ActiveModel {
        direction: Set(direction.to_owned()),
        last_no: Set(0),
        chain: Set(GENESIS.to_owned()),
        peer_no: Set(0),
        peer_at: Set(None),
        agreed: Set(true),
        note: Set(String::new()),
    };
    state::Entity::insert(new)
        .on_conflict(OnConflict::column(state::Column::Direction).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    // Writing the row to itself locks it on PostgreSQL; SQLite has one writer anyway.
    state::Entity::update_many()
        .col_expr(state::Column::LastNo, Expr::col(state::Column::LastNo))
        .filter(state::Column::Direction.eq(direction))
        .exec(tx.conn())
        .await?;
    find(tx.conn(), direction).await?.ok_or_else(|| Problem::internal("the state of a transfer vanished"))
}

/// A direction's state; none before the first packet.
pub(crate) async fn find(conn: &impl ConnectionTrait, direction: &str) -> Result<Option<state::Model>> {
    Ok(state::Entity::find_by_id(direction.to_owned()).one(conn).await?)
}

/// Writes a state back.
pub(crate) async fn keep(tx: &Tx, row: state::Model) -> Result<()> {
    state::Entity::update_many()
        .col_expr(state::Column::LastNo, Expr::value(row.last_no))
        .col_expr(state::Column::Chain, Expr::value(row.chain))
        .col_expr(state::Column::PeerNo, Expr::value(row.peer_no))
        .col_expr(state::Column::PeerAt, Expr::value(row.peer_at))
        .col_expr(state::Column::Agreed, Expr::value(row.agreed))
        .col_expr(state::Column::Note, Expr::value(row.note))
        .filter(state::Column::Direction.eq(row.direction))
        .exec(tx.conn())
        .await?;
    Ok(())
}
