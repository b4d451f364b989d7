//! Events that another system submits about a case (CASE-041).
//!
//! No second state machine: a message becomes the same command a clerk would give, and what only
//! records becomes a record in the same chain. The caller, a domain above, knows who may send what
//! and remembers what it took; it does so through [`MessageBook`] in the command's own transaction,
//! so that a message is carried out exactly when it is remembered.
//!
//! Start at [`Casework::carry_out_message`] (a case that exists) and [`Casework::take_application`] (a new one).

mod apply;
pub(crate) mod message;
mod moves;
mod progress;
mod records;

use std::sync::Arc;

use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;

use super::{Casework, parse_state};
use crate::cases::model::{EventKind, OutOfOrder, State};
use crate::cases::store::case;

use message::{CARRIED, Carried};

pub use message::{Message, MessageBook, Taken};
pub use progress::{PublicProgress, PublicStep, REPORT_TOPICS};

/// A case as far as the sender's grant is judged by it.
#[derive(Debug, Clone)]
pub struct MessageCase {
    /// Id.
    pub id: Uuid,
    /// Number.
    pub case_number: String,
    /// Item.
    pub item_slug: String,
    /// State.
    pub state: State,
}

/// Puts the pointers of a refusal below `/data`, where the sender wrote the fields.
fn below_data(problem: Problem) -> Problem {
    if problem.status() != axum::http::StatusCode::UNPROCESSABLE_ENTITY || problem.field_errors().is_empty() {
        return problem;
    }
    let errors = problem
        .field_errors()
        .iter()
        .map(|one| FieldProblem::new(format!("/data{}", one.pointer), one.code.clone(), one.message.clone()));
    Problem::invalid(errors.collect())
}

/// 409 with what could be sent instead.
pub(crate) fn out_of_order(state: State, event: EventKind) -> Problem {
    let possible: Vec<&str> = state.possible().into_iter().map(EventKind::label).collect();
    Problem::from(OutOfOrder { state, event }).detail(format!(
        "“{}”的办件现在可以报：{}。",
        state.label(),
        possible.join("、")
    ))
}

impl Casework {
    /// The case of a number; drafts have none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn case_for_message(&self, number: &str) -> Result<Option<MessageCase>> {
        let row = case::Entity::find().filter(case::Column::CaseNumber.eq(number)).one(self.platform.db.read()).await?;
        row.map(|row| {
            Ok(MessageCase {
                id: row.id,
                state: parse_state(&row)?,
                case_number: row.case_number.unwrap_or_default(),
                item_slug: row.item_slug,
            })
        })
        .transpose()
    }

    /// Carries an event out on a case that exists.
    ///
    /// # Errors
    /// 409 naming the state and what is possible; 422 with the fields to mend below `/data`.
    pub async fn carry_out_message(&self, case_id: Uuid, message: Message, book: Arc<dyn MessageBook>) -> Result<()> {
        let carried = Carried { message: Arc::new(message), book };
        let message = Arc::clone(&carried.message);
        CARRIED.scope(carried, self.dispatch(case_id, &message)).await.map_err(below_data)
    }

    /// Files a new case (办件申请).
    ///
    /// # Errors
    /// 422 naming each thing to mend below `/data`; 404 for an item not offered.
    pub async fn take_application(
        &self,
        message: Message,
        book: Arc<dyn MessageBook>,
    ) -> Result<super::submit::Receipt> {
        let carried = Carried { message: Arc::new(message), book };
        let message = Arc::clone(&carried.message);
        CARRIED.scope(carried, Box::pin(self.apply_from_outside(&message))).await.map_err(below_data)
    }

    async fn dispatch(&self, id: Uuid, message: &Message) -> Result<()> {
        let row = self.head(id).await?;
        let state = parse_state(&row)?;
        if message.kind == EventKind::Apply && !message.supplement {
            return Err(out_of_order(state, EventKind::Apply));
        }
        if message.supplement && !records::is_record(message.kind) {
            return self.supplement(&row, message).await;
        }
        state.after(message.kind).map_err(|_| out_of_order(state, message.kind))?;
        if records::is_record(message.kind) {
            self.record(&row, message).await
        } else {
            Box::pin(self.move_case(&row, state, message)).await
        }
    }
}
