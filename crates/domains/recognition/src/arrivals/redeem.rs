//! The other side redeems a ticket of ours, between the servers, and learns who came.

use identity::systems::{ConnectedSystem, Signed};
use platform::calls::{self, Direction, Entry};
use platform::web::guard::Audience;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::issue::{Bound, bare, hash};
use super::store::{self, log, ticket as row};
use super::ticket::{Fault, in_network};
use super::{SignOnInterface, label};
use crate::Recognition;
use crate::bindings::store as bindings;
use crate::jumps;

/// A ticket to redeem.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RedeemTicket {
    /// The ticket as the browser brought it.
    pub(crate) ticket: String,
    /// Address the browser came from; needed where tickets are bound to the network.
    #[serde(default)]
    pub(crate) browser_address: String,
}

/// Who came, and what for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketRedemption {
    /// Id of this redemption, for reporting the account.
    pub(crate) id: Uuid,
    /// `open`, `bind`, `jump`.
    pub(crate) purpose: String,
    /// `portal` for citizens and enterprises, `desk` for staff.
    pub(crate) audience: String,
    /// Opaque id of the person, the same at each visit, of this system's own.
    pub(crate) subject: String,
    /// What the system is granted to know: registration data that need not be entered again.
    #[schema(value_type = Object)]
    pub(crate) user: Map<String, Value>,
    /// Account over there that is bound; absent when none is.
    pub(crate) external_id: Option<String>,
    /// Whether an account may be made or matched without asking the person.
    pub(crate) create: bool,
    /// Item of a jump.
    pub(crate) item: Option<String>,
    /// Person's data under the names the jump gives them.
    #[schema(value_type = Object)]
    pub(crate) fields: Map<String, Value>,
    /// Where to send the browser when the account is bound.
    pub(crate) return_to: String,
}

/// The one answer to a ticket that does not count; the reason is in the log of this hall.
fn refused() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "ticket_refused", "这张票据不能用。")
        .detail("票据 60 秒内有效，只能用一次，只给签发时说的系统。请让用户从通办重新打开。")
}

impl Recognition {
    /// Runs a proven call of another system and writes it into the ledger.
    pub(crate) async fn recorded<T>(
        &self,
        call: &Signed<SignOnInterface>,
        operation: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let started = self.platform.clock.now();
        let mut entry = Entry::new(&self.platform, Direction::In);
        entry.party.clone_from(&call.system.app_id);
        entry.party_name.clone_from(&call.system.name);
        entry.address.clone_from(&call.address);
        operation.clone_into(&mut entry.operation);
        entry.payload(&call.body);
        let done = work.await;
        match &done {
            Ok(_) => entry.succeeded(200, ""),
            Err(problem) => entry.refused(problem),
        }
        calls::write(&self.platform, entry, started).await?;
        done
    }

    /// What somebody is bound to in a system.
    pub(crate) async fn bound(&self, system: Uuid, audience: Audience, account: Uuid) -> Result<Bound> {
        let row = bindings::peek(self.platform.db.read(), system, audience, account).await?;
        let Some(row) = row else { return Ok(Bound::default()) };
        let external = self.external_of(&row)?.filter(|_| row.ended_at.is_none());
        Ok(Bound { external: external.map(|external| (row.id, external)), ended: row.ended_at.is_some() })
    }

    /// Redeems a ticket for the system it was given for.
    ///
    /// # Errors
    /// 400, one answer for every reason; the reason is logged.
    pub(crate) async fn redeem(
        &self,
        system: &ConnectedSystem,
        address: &str,
        wanted: &RedeemTicket,
    ) -> Result<TicketRedemption> {
        let found = store::ticket_by_hash(self.platform.db.read(), &hash(&wanted.ticket)).await?;
        let fault = match &found {
            // A forged ticket is one we never gave: the hash of every real one is known.
            None => Some(Fault::Altered),
            Some(ticket) if ticket.system_id != system.id => Some(Fault::OtherPortal),
            Some(ticket) if ticket.used_at.is_some() => Some(Fault::Replayed),
            Some(ticket) if ticket.expires_at <= self.platform.now() => Some(Fault::Late),
            Some(ticket) if !ticket.network.is_empty() && !in_network(&ticket.network, &wanted.browser_address) => {
                Some(Fault::OtherNetwork)
            }
            Some(_) => None,
        };
        let Some(ticket) = found.clone().filter(|_| fault.is_none()) else {
            return self.refuse_redeeming(system, address, found, fault.unwrap_or(Fault::Altered)).await;
        };
        let audience = store::audience_of(&ticket.audience);
        let link = self.live_link(&system.app_id).await?.filter(|link| link.serves(audience));
        let user = self.identity.user_data(system, audience, ticket.account_id).await?;
        let (Some(link), Some(user)) = (link, user) else {
            return self.refuse_redeeming(system, address, Some(ticket), Fault::AccountClosed).await;
        };
        let bound = self.bound(system.id, audience, ticket.account_id).await?;
        let jump = match &ticket.item_slug {
            Some(slug) => jumps::store::find(self.platform.db.read(), slug).await?,
            None => None,
        };
        let fields = match &jump {
            Some(jump) => self.mapped(system, audience, ticket.account_id, jump).await?,
            None => Map::new(),
        };
        let person = self.masked(audience, ticket.account_id).await?;
        let line = log::Model {
            direction: "out".to_owned(),
            account_id: Some(ticket.account_id),
            person: person.clone(),
            item_slug: ticket.item_slug.clone(),
            target: bare(&ticket.target),
            address: address.to_owned(),
            ..self.log_line(&link, &ticket.purpose, audience, "redeemed")
        };
        let push = ticket.case_id.is_some() || ticket.call_ticket.is_some();
        let first = self.use_up(&ticket, line, bound.external.as_ref().map(|(id, _)| *id), push).await?;
        if !first {
            return self.refuse_redeeming(system, address, Some(ticket), Fault::Replayed).await;
        }
        self.identity.note_sign_in_elsewhere(audience, ticket.account_id, &system.app_id).await?;
        let site = self.platform.config.public_url.trim_end_matches('/');
        let back = if audience == Audience::Desk { "/desk/account" } else { "/my/systems" };
        Ok(TicketRedemption {
            id: ticket.id,
            create: link.row.creates && bound.external.is_none() && !bound.ended && ticket.purpose != "bind",
            purpose: ticket.purpose,
            audience: ticket.audience,
            subject: self.subject(&system.app_id, ticket.account_id),
            user,
            external_id: bound.external.map(|(_, external)| external),
            item: ticket.item_slug,
            fields,
            return_to: format!("{site}{back}?bound={}", system.app_id),
        })
    }

    /// Uses the ticket up, with everything that follows from it; false when another call was first.
    async fn use_up(&self, ticket: &row::Model, line: log::Model, binding: Option<Uuid>, push: bool) -> Result<bool> {
        let (id, job) = (ticket.id, self.platform.new_id());
        let audit = Line {
            id: self.platform.new_id(),
            actor_id: Some(ticket.account_id),
            actor_name: line.person.clone(),
            action: "ticket.redeem",
            subject: format!("system:{}", line.app_id),
            detail: json!({ "purpose": ticket.purpose, "item": ticket.item_slug }),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if !store::use_ticket(tx.conn(), id, tx.now()).await? {
                        return Ok(false);
                    }
                    if let Some(binding) = binding {
                        bindings::note_use(tx.conn(), binding, tx.now()).await?;
                    }
                    store::note(tx.conn(), line).await?;
                    if push {
                        let payload = json!({ "ticket": id });
                        tx.enqueue(NewJob { id: job, kind: jumps::PUSH_JOB, payload, run_at: None, key: None });
                    }
                    tx.audit(audit);
                    Ok(true)
                })
            })
            .await
    }

    /// Writes a refused redemption down.
    async fn refuse_redeeming<T>(
        &self,
        system: &ConnectedSystem,
        address: &str,
        ticket: Option<row::Model>,
        fault: Fault,
    ) -> Result<T> {
        // Somebody else's ticket tells nothing of its owner to whoever reads this system's log.
        let own = ticket.filter(|ticket| ticket.system_id == system.id);
        let purpose = own.as_ref().map_or("open", |ticket| ticket.purpose.as_str()).to_owned();
        let line = log::Model {
            id: self.platform.new_id(),
            at: self.platform.now(),
            direction: "out".to_owned(),
            app_id: system.app_id.clone(),
            system_name: system.name.clone(),
            purpose,
            audience: own.as_ref().map_or_else(String::new, |ticket| ticket.audience.clone()),
            account_id: own.as_ref().map(|ticket| ticket.account_id),
            person: String::new(),
            item_slug: own.as_ref().and_then(|ticket| ticket.item_slug.clone()),
            target: own.as_ref().map(|ticket| bare(&ticket.target)).unwrap_or_default(),
            result: "refused".to_owned(),
            reason: fault.code().to_owned(),
            address: address.to_owned(),
        };
        self.note_refusal(line).await?;
        Err(refused())
    }

    /// A refusal, in the log of tickets and in the audit log.
    pub(crate) async fn note_refusal(&self, line: log::Model) -> Result<()> {
        let said = Fault::ALL.into_iter().find(|fault| fault.code() == line.reason).map_or("", Fault::label);
        tracing::info!(app_id = %line.app_id, reason = %line.reason, said, purpose = label(&super::PURPOSES, &line.purpose), "a ticket was refused");
        let audit = Line {
            id: self.platform.new_id(),
            actor_id: line.account_id,
            actor_name: line.system_name.clone(),
            action: "ticket.refused",
            subject: format!("system:{}", line.app_id),
            detail: json!({ "direction": line.direction, "reason": line.reason, "address": line.address }),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::note(tx.conn(), line).await?;
                    tx.audit(audit);
                    Ok(())
                })
            })
            .await
    }
}
