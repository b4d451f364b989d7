//! What can be done with an open task besides completing it (FORM-029): give it to a colleague ([`hand_over`]), ask
//! others for their opinion ([`countersign`]), take it back when it was just done ([`take_back`]), send the case
//! elsewhere ([`jump`]), choose who goes on with it ([`next`]), fill in what the step may write ([`fill`]). [`colleagues`] lists who can be chosen.

pub(crate) mod chosen;
pub mod colleagues;
pub mod countersign;
pub mod fill;
pub mod hand_over;
pub mod jump;
pub mod next;
pub mod take_back;

use flow::Command;
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;

use super::Casework;
use super::running::{Running, handlers};
use crate::cases::error::CaseError;
use crate::cases::model::{EventKind, State};
use crate::cases::store::{case, task};

/// A task of the flow and where the flow stands.
pub(crate) struct AtHand {
    pub task: task::Model,
    /// Its name in the engine.
    pub flow_task: String,
    pub running: Running,
}

impl AtHand {
    /// A command about it.
    fn command(&self, make: impl FnOnce(String) -> Command) -> Command {
        make(self.flow_task.clone())
    }
}

impl Casework {
    /// The open task of a case's flow, while the case is being examined.
    ///
    /// # Errors
    /// 404 for another case's, 409 when it is not open or the case is not examined now.
    pub(crate) async fn at_hand(&self, tx: &Tx, row: &case::Model, id: Uuid) -> Result<AtHand> {
        let task = handlers::open_task(tx, row.id, id).await?;
        let Some(flow_task) = task.flow_task.clone() else { return Err(CaseError::NotYourTask.into()) };
        super::parse_state(row)?.after(EventKind::Review)?;
        Ok(AtHand { task, flow_task, running: self.running_in(tx, row.id).await? })
    }

    /// The same, for who may do it.
    ///
    /// # Errors
    /// 403 for somebody else.
    pub(crate) async fn own_at_hand(&self, tx: &Tx, caller: &Principal, row: &case::Model, id: Uuid) -> Result<AtHand> {
        let at_hand = self.at_hand(tx, row, id).await?;
        if !self.may_take(tx.conn(), caller, &at_hand.task).await? {
            return Err(CaseError::NotYourTask.into());
        }
        Ok(at_hand)
    }

    /// A member of staff who is chosen for a task.
    ///
    /// # Errors
    /// 422 at `pointer` for somebody unknown, out of service or without the right to do tasks.
    pub(crate) async fn chosen(&self, id: Uuid, pointer: &str) -> Result<identity::Staff> {
        let found = self.identity.staff(id).await?.filter(|staff| !staff.disabled);
        let able = match &found {
            Some(staff) => {
                let book = self.identity.role_book().await?;
                book.permissions(platform::web::guard::Audience::Desk, &staff.roles).contains("task.complete")
            }
            None => false,
        };
        found
            .filter(|_| able)
            .ok_or_else(|| Problem::invalid_field(pointer, "not_able", "这位同事不能办理待办，请另选一位"))
    }
}

/// Whether a case is in examination, so that its tasks can be done.
pub(crate) fn examined(state: State) -> bool {
    matches!(state, State::Accepted | State::InReview)
}
