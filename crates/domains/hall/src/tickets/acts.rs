//! What the clerk at the window does with a ticket.

use identity::Window;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::outbox::Event;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::inbound::{Visitor, place, window_name, wrong_number};
use super::model::{State, Ticket};
use super::store::{self, step, ticket};
use crate::Hall;

/// Source of a ticket that was written down at the window.
pub(super) const MANUAL: &str = "manual";

/// Days after which a ticket forgets its visitor: the case has its own data by then.
const REMEMBERED: i64 = 30;

/// A ticket of a hall without a connected queue system.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewTicket {
    /// Number on it, up to 12 letters and digits.
    pub number: String,
    /// The caller's window.
    pub window_key: String,
    /// Item, when known.
    #[serde(default)]
    pub item_slug: Option<String>,
}

/// Takes a visitor over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TakeTicket {
    /// Version of the page.
    pub version: i64,
}

/// Is done with a visitor.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FinishTicket {
    /// Version of the page.
    pub version: i64,
}

/// A ticket that was taken over, with what its queue system knows of the visitor.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// Who drew it, raw; absent when the machine read no card. No identification: the clerk still looks at the card.
    pub visitor: Option<Visitor>,
}

fn not_found() -> Problem {
    Problem::not_found("没有找到这个号票，或者它没有叫到您的窗口。")
}

impl Hall {
    /// The ticket at one of the caller's windows.
    async fn at_window(&self, caller: &Principal, id: Uuid) -> Result<(ticket::Model, Vec<Window>)> {
        let seats = self.identity.seats_of(caller.id).await?;
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(not_found)?;
        let seated = seats.iter().any(|seat| Some(&seat.key) == row.window_key.as_ref());
        if seated { Ok((row, seats)) } else { Err(not_found()) }
    }

    /// Takes the visitor of a ticket over, and gives what is known of him; that is logged. Asked again by the same clerk
    /// it answers the same.
    ///
    /// # Authorisation
    /// `ticket.take`; a ticket that was not called to one of the caller's windows is 404.
    ///
    /// # Errors
    /// 409 when somebody else looks after him, before the call and after the end, and for an old page.
    pub async fn take_ticket(&self, caller: &Principal, id: Uuid, take: TakeTicket) -> Result<TakenTicket> {
        let (row, _) = self.at_window(caller, id).await?;
        let state = State::parse(&row.state).ok_or_else(not_found)?;
        let mine = state == State::Serving && row.taken_by == Some(caller.id);
        if state == State::Serving && row.taken_by.is_some() && !mine {
            let message = format!("{}正在接待 {} 号。", row.taken_by_name, row.number);
            return Err(Problem::conflict("ticket_taken", message));
        }
        let next = state.taken()?;
        if !mine && row.version != take.version {
            return Err(Problem::stale());
        }
        let visitor = self.visitor(&row)?;
        let detail = json!({ "number": row.number, "hall": row.hall_name, "identified": visitor.is_some() });
        let line = Line::by(caller, self.platform.new_id(), "ticket.take", format!("ticket:{id}"), detail);
        let mut taken = row;
        taken.state = next.as_str().to_owned();
        taken.taken_by = Some(caller.id);
        taken.taken_by_name.clone_from(&caller.name);
        let text = format!("{}接待", caller.name);
        if mine {
            self.platform.leave(line).await?;
        } else {
            self.write(taken, line, text).await?;
        }
        Ok(TakenTicket { ticket: self.one(caller, id).await?, visitor })
    }

    /// Writes a number down where no queue system tells of it; the visitor stands at the window.
    ///
    /// # Authorisation
    /// `ticket.take`.
    ///
    /// # Errors
    /// 422 for a number that can't be, or a window that is not the caller's; 409 for a number of today that is known.
    pub async fn register_ticket(&self, caller: &Principal, new: NewTicket, key: Option<String>) -> Result<Ticket> {
        let number = new.number.trim().to_uppercase();
        if let Some(message) = wrong_number(&number) {
            return Err(Problem::invalid_field("/number", "length", message));
        }
        let seats = self.identity.seats_of(caller.id).await?;
        let window = seats
            .iter()
            .find(|seat| seat.key == new.window_key)
            .ok_or_else(|| Problem::invalid_field("/window_key", "option", "选择您现在坐的窗口"))?;
        let item = match new.item_slug.as_deref() {
            Some(slug) => self.offered(slug).await?,
            None => None,
        };
        let now = self.platform.now();
        let today = base::zone::china_date(now);
        let (item_slug, item_name) = item.map_or((None, String::new()), |(slug, name)| (Some(slug), name));
        let row = ticket::Model {
            id: self.platform.new_id(),
            version: 1,
            source: MANUAL.to_owned(),
            source_name: "手工登记".to_owned(),
            source_id: format!("{}:{today}:{number}", window.hall_key),
            revision: 1,
            hall_key: window.hall_key.clone(),
            hall_name: window.hall_name.clone(),
            number,
            state: State::Serving.as_str().to_owned(),
            business: String::new(),
            item_slug,
            item_name,
            priority: false,
            window_key: Some(window.key.clone()),
            window_name: window_name(window),
            calls: 1,
            visitor_name: String::new(),
            visitor_index: String::new(),
            visitor_sealed: String::new(),
            ticketed_at: now,
            called_at: Some(now),
            ended_at: None,
            taken_by: Some(caller.id),
            taken_by_name: caller.name.clone(),
            changed_at: now,
        };
        let detail = json!({ "number": row.number, "hall": row.hall_name, "by_hand": true });
        let line = Line::by(caller, self.platform.new_id(), "ticket.take", format!("ticket:{}", row.id), detail);
        let (hall, who, id, since) = (self.clone(), caller.id, row.id, base::zone::start_of_day(today));
        let made = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(before) = idempotency::claim(tx, who, "ticket.register", key, id).await?
                    {
                        return Ok(before);
                    }
                    let known = store::is_known(tx.conn(), &row.hall_key, since, &row.number).await?;
                    let step = hall.step(&row, now, "手工登记，开始接待".to_owned());
                    let exists = || {
                        let message = format!("今天已经有 {} 号了，请在列表里找它。", row.number);
                        Problem::conflict("ticket_exists", message)
                    };
                    if known || !store::insert(tx.conn(), row.clone()).await? {
                        return Err(exists());
                    }
                    store::add_step(tx.conn(), step).await?;
                    hall.tell(tx, &row, None);
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.one(caller, made).await
    }

    /// Is done with the visitor. The queue system may tell the same later; that changes nothing.
    ///
    /// # Authorisation
    /// `ticket.take`; a ticket that was not called to one of the caller's windows is 404.
    ///
    /// # Errors
    /// 409 before the call and after the end, and for an old page.
    pub async fn finish_ticket(&self, caller: &Principal, id: Uuid, finish: FinishTicket) -> Result<Ticket> {
        let (mut row, _) = self.at_window(caller, id).await?;
        let state = State::parse(&row.state).ok_or_else(not_found)?;
        row.state = state.finished()?.as_str().to_owned();
        if row.version != finish.version {
            return Err(Problem::stale());
        }
        row.ended_at = Some(self.platform.now());
        let detail = json!({ "number": row.number, "hall": row.hall_name });
        let line = Line::by(caller, self.platform.new_id(), "ticket.finish", format!("ticket:{id}"), detail);
        self.write(row, line, format!("{}办完", caller.name)).await?;
        self.one(caller, id).await
    }

    async fn write(&self, mut row: ticket::Model, line: Line, text: String) -> Result<()> {
        let hall = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    row.changed_at = tx.now();
                    store::add_step(tx.conn(), hall.step(&row, tx.now(), text)).await?;
                    hall.tell(tx, &row, None);
                    store::update(tx.conn(), row).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    fn visitor(&self, row: &ticket::Model) -> Result<Option<Visitor>> {
        if row.visitor_sealed.is_empty() {
            return Ok(None);
        }
        let text = self.platform.unseal(&row.visitor_sealed, &place(row.id))?;
        Ok(Some(serde_json::from_str(&text)?))
    }

    /// What happened to a ticket, as it stands after it.
    pub(super) fn step(&self, row: &ticket::Model, at: OffsetDateTime, text: String) -> step::Model {
        step::Model {
            id: self.platform.new_id(),
            ticket_id: row.id,
            at,
            state: row.state.clone(),
            window_name: row.window_name.clone(),
            text,
        }
    }

    /// Lets open pages of the windows fetch again: the one it is at, and the one it left.
    pub(super) fn tell(&self, tx: &Tx, row: &ticket::Model, left: Option<&str>) {
        let here = row.window_key.as_deref();
        for window in [here, left.filter(|left| Some(*left) != here)].into_iter().flatten() {
            tx.publish(Event {
                id: self.platform.new_id(),
                topic: "ticket.changed",
                subject: format!("{}{}", topic(window), row.id),
                payload: json!({ "ticket_id": row.id, "state": row.state }),
            });
        }
    }

    /// Takes the visitors out of tickets older than thirty days; the node does it every ten minutes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_visitors(&self) -> Result<()> {
        let now = self.platform.now();
        let before = now - time::Duration::days(REMEMBERED);
        self.platform
            .db
            .write(now, move |tx| Box::pin(async move { store::forget_visitors(tx.conn(), before).await }))
            .await
    }
}

/// Subject of the events of a window, up to the ticket.
pub(super) fn topic(window: &str) -> String {
    format!("ticket:{window}:")
}
