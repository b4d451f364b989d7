//! What may hold a case back although its own steps are done: somebody above says so, for example
//! because a fee is not paid (CASE-026).
//!
//! Casework asks inside the command that would go on; the answer comes from rows of the domain above,
//! read in the same transaction. `app` plugs it in.

use async_trait::async_trait;
use catalogue::items::model::Fees;
use platform::{Result, Tx};
use sea_orm::entity::prelude::Uuid;

/// Where a case wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A positive decision is about to be made.
    Decision,
    /// The result is about to be handed over.
    Delivery,
}

/// A case that wants to go on.
#[derive(Debug, Clone, Copy)]
pub struct Passing<'a> {
    /// Case.
    pub case_id: Uuid,
    /// What its item charges.
    pub fees: &'a Fees,
    /// Where to.
    pub moment: Moment,
}

/// Holds cases back.
#[async_trait]
pub trait Barrier: Send + Sync {
    /// Lets the case pass, or says in words for the handler what has to happen first.
    ///
    /// # Errors
    /// 409 with the way out.
    async fn pass(&self, tx: &Tx, passing: &Passing<'_>) -> Result<()>;
}

/// Holds nothing back.
pub struct Open;

#[async_trait]
impl Barrier for Open {
    async fn pass(&self, _: &Tx, _: &Passing<'_>) -> Result<()> {
        Ok(())
    }
}
