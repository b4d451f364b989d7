//! What casework asks of the queue.

use async_trait::async_trait;
use casework::counters::visits::{TakenCase, Visit, Visits};
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use uuid::Uuid;

use super::model::State;
use super::store::{self, linked};
use crate::Hall;

/// The queue behind [`Visits`].
pub(crate) struct Queue(pub(crate) Hall);

fn refused(code: &str, message: String) -> Problem {
    Problem::invalid_field("/ticket", code, message)
}

#[async_trait]
impl Visits for Queue {
    /// Today's ticket of the caller's window counts also when the queue system has called the next number already: the
    /// clerk may still be typing.
    async fn visit(&self, caller: &Principal, ticket: Uuid) -> Result<Visit> {
        let Self(hall) = self;
        let row = store::find(hall.platform.db.read(), ticket).await?;
        let row = row.ok_or_else(|| refused("unknown_ticket", "没有找到这个号票，请去掉号票再收件".into()))?;
        let seated =
            hall.identity.seats_of(caller.id).await?.iter().any(|seat| Some(&seat.key) == row.window_key.as_ref());
        if !seated && row.taken_by != Some(caller.id) {
            return Err(refused("other_window", format!("{} 号叫到了别的窗口，不能关联到您收的件", row.number)));
        }
        let called = row.called_at.map(base::zone::china_date);
        if called != Some(base::zone::china_date(hall.platform.now()))
            || State::parse(&row.state) == Some(State::Cancelled)
        {
            return Err(refused("not_called_today", format!("{} 号不是今天叫到您窗口的号", row.number)));
        }
        Ok(Visit { ticket, number: row.number })
    }

    async fn taken(&self, tx: &Tx, visit: &Visit, case: TakenCase) -> Result<()> {
        let Self(hall) = self;
        let Some(row) = store::find(tx.conn(), visit.ticket).await? else { return Ok(()) };
        let text = format!("登记办件 {}（{}）", case.case_number, case.item_name);
        store::add_step(tx.conn(), hall.step(&row, tx.now(), text)).await?;
        let link = linked::Model {
            case_id: case.id,
            ticket_id: visit.ticket,
            case_number: case.case_number,
            item_name: case.item_name,
        };
        store::link(tx.conn(), link).await?;
        hall.tell(tx, &row, None);
        Ok(())
    }
}
