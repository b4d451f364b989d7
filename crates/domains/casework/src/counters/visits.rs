//! Whoever stands at the window may have come with a ticket 号票 of the hall's queue (CASE-011): the domain that keeps
//! the queue says so. Casework asks before it takes an application in, and tells inside the command which case came of
//! it; `app` plugs the queue in.

use async_trait::async_trait;
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::Uuid;

/// Somebody who was called to a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Ticket.
    pub ticket: Uuid,
    /// Number on it, such as A012.
    pub number: String,
}

/// A case that was taken in for a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenCase {
    /// Case.
    pub id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Organisation that handles it.
    pub org_id: Uuid,
}

/// The queue of a hall, as far as taking applications in has to know it.
#[async_trait]
pub trait Visits: Send + Sync {
    /// The visitor whom the caller may take an application in for.
    ///
    /// # Errors
    /// 422 at `/ticket` when the ticket was not called to the caller's window today.
    async fn visit(&self, caller: &Principal, ticket: Uuid) -> Result<Visit>;

    /// Keeps which case was taken in for the visitor.
    ///
    /// # Errors
    /// When the database refuses.
    async fn taken(&self, tx: &Tx, visit: &Visit, case: TakenCase) -> Result<()>;
}

/// No hall with a queue.
pub struct NoQueue;

#[async_trait]
impl Visits for NoQueue {
    async fn visit(&self, _: &Principal, _: Uuid) -> Result<Visit> {
        Err(Problem::invalid_field("/ticket", "unknown_ticket", "没有找到这个号票，请去掉号票再收件"))
    }

    async fn taken(&self, _: &Tx, _: &Visit, _: TakenCase) -> Result<()> {
        Ok(())
    }
}
