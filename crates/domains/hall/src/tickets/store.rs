//! Rows of `queue_tickets`, `queue_ticket_steps` and `queue_ticket_cases`.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, TryInsertResult};
use time::OffsetDateTime;

/// `queue_tickets`
pub mod ticket {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `queue_tickets`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "queue_tickets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub source: String,
        pub source_name: String,
        pub source_id: String,
        pub revision: i64,
        pub hall_key: String,
        pub hall_name: String,
        pub number: String,
        pub state: String,
        pub business: String,
        pub item_slug: Option<String>,
        pub item_name: String,
        pub priority: bool,
        pub window_key: Option<String>,
        pub window_name: String,
        pub calls: i64,
        pub visitor_name: String,
        pub visitor_index: String,
        pub visitor_sealed: String,
        pub ticketed_at: OffsetDateTime,
        pub called_at: Option<OffsetDateTime>,
        pub ended_at: Option<OffsetDateTime>,
        pub taken_by: Option<Uuid>,
        pub taken_by_name: String,
        pub changed_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `queue_ticket_steps`
pub mod step {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `queue_ticket_steps`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "queue_ticket_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub ticket_id: Uuid,
        pub at: OffsetDateTime,
        pub state: String,
        pub window_name: String,
        pub text: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `queue_ticket_cases`
pub mod linked {
    use sea_orm::entity::prelude::*;

    /// `queue_ticket_cases`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "queue_ticket_cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub ticket_id: Uuid,
        pub case_number: String,
        pub item_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<ticket::Model>> {
    Ok(ticket::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn find_told(
    conn: &impl ConnectionTrait,
    source: &str,
    source_id: &str,
) -> Result<Option<ticket::Model>> {
    let own = Cond::all().add(ticket::Column::Source.eq(source)).add(ticket::Column::SourceId.eq(source_id));
    Ok(ticket::Entity::find().filter(own).one(conn).await?)
}

/// Whether the row was new; one of the same source and id stays as it is.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: ticket::Model) -> Result<bool> {
    use ticket::Column;
    let once = OnConflict::columns([Column::Source, Column::SourceId]).do_nothing().to_owned();
    let made = ticket::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(once)
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(made, TryInsertResult::Inserted(1..)))
}

/// Writes a ticket that is still as it was read.
///
/// # Errors
/// 409 when somebody changed it meanwhile.
pub(crate) async fn update(conn: &impl ConnectionTrait, mut row: ticket::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let updated = ticket::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(ticket::Column::Id.eq(id))
        .filter(ticket::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Whether a hall has had a number since a moment.
pub(crate) async fn is_known(
    conn: &impl ConnectionTrait,
    hall: &str,
    since: OffsetDateTime,
    number: &str,
) -> Result<bool> {
    let of_hall = Cond::all().add(ticket::Column::HallKey.eq(hall)).add(ticket::Column::TicketedAt.gte(since));
    let known = ticket::Entity::find().filter(of_hall).filter(ticket::Column::Number.eq(number));
    Ok(known.one(conn).await?.is_some())
}

/// Takes the visitors out of tickets that were drawn before a moment.
pub(crate) async fn forget_visitors(conn: &impl ConnectionTrait, before: OffsetDateTime) -> Result<()> {
    ticket::Entity::update_many()
        .col_expr(ticket::Column::VisitorName, Expr::value(""))
        .col_expr(ticket::Column::VisitorIndex, Expr::value(""))
        .col_expr(ticket::Column::VisitorSealed, Expr::value(""))
        .filter(ticket::Column::TicketedAt.lt(before))
        .filter(ticket::Column::VisitorSealed.ne(""))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn add_step(conn: &impl ConnectionTrait, row: step::Model) -> Result<()> {
    step::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn steps(conn: &impl ConnectionTrait, ticket: Uuid) -> Result<Vec<step::Model>> {
    Ok(step::Entity::find().filter(step::Column::TicketId.eq(ticket)).order_by_asc(step::Column::Id).all(conn).await?)
}

pub(crate) async fn link(conn: &impl ConnectionTrait, row: linked::Model) -> Result<()> {
    linked::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Cases of tickets, in the order they were taken in.
pub(crate) async fn links(conn: &impl ConnectionTrait, tickets: &[Uuid]) -> Result<Vec<linked::Model>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    Ok(linked::Entity::find()
        .filter(linked::Column::TicketId.is_in(tickets.iter().copied()))
        .order_by_asc(linked::Column::CaseId)
        .all(conn)
        .await?)
}
