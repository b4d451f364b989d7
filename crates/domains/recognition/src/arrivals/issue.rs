//! Somebody signed in here goes over there with a ticket.

use platform::sessions::Origin;
use platform::web::guard::{Audience, Principal};
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, log, ticket as row};
use super::ticket::{self, Claims, VALID};
use crate::Recognition;
use crate::links::Link;
use crate::outbound::no_secret;

/// A ticket on its way: where the browser goes.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = TicketAddress)]
pub(crate) struct Issued {
    /// Address over there, with the ticket.
    pub(crate) url: String,
    /// Seconds the ticket is good for.
    pub(crate) expires_in: i64,
}

/// What a ticket is given for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journey {
    /// `open`, `bind`, `jump`.
    pub(crate) purpose: &'static str,
    /// Page over there, with what the jump adds.
    pub(crate) target: String,
    /// Item of a jump.
    pub(crate) item: Option<String>,
    /// Case whose data are pushed along.
    pub(crate) case: Option<Uuid>,
    /// Call-ticket that is pushed along.
    pub(crate) call_ticket: Option<Value>,
}

/// What somebody is bound to over there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    /// Binding and account over there, when one stands.
    pub(crate) external: Option<(Uuid, String)>,
    /// Whether the owner ended one: then nothing is made over there without asking.
    pub(crate) ended: bool,
}

/// A token as it is stored.
pub(crate) fn hash(token: &str) -> String {
    base::encoding::to_hex(&base::crypto::sm3(token.as_bytes()))
}

/// An address with parameters added to its query.
pub(crate) fn with_query<'a>(address: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<String> {
    let mut url = url::Url::parse(address).map_err(|error| Problem::internal(format!("{address}: {error}")))?;
    for (name, value) in pairs {
        url.query_pairs_mut().append_pair(name, value);
    }
    Ok(url.into())
}

impl Recognition {
    /// The opaque id a system knows somebody by: its own for each system, so that two systems can't
    /// put together what they know.
    pub(crate) fn subject(&self, app_id: &str, account: Uuid) -> String {
        self.platform.blind_index(&format!("subject:{app_id}:{account}"))
    }

    /// Name of an account; `None` when it is gone.
    pub(crate) async fn person(&self, audience: Audience, account: Uuid) -> Result<Option<String>> {
        Ok(match audience {
            Audience::Portal => self.identity.account(account).await?.map(|known| known.applicant_name().to_owned()),
            Audience::Desk => self.identity.staff(account).await?.map(|staff| staff.name),
        })
    }

    /// Somebody as the log names them.
    pub(crate) async fn masked(&self, audience: Audience, account: Uuid) -> Result<String> {
        Ok(match audience {
            Audience::Portal => match self.identity.account(account).await? {
                // An enterprise is no person.
                Some(known) => known.enterprise.map_or_else(|| base::mask::name(&known.name), |body| body.name),
                None => String::new(),
            },
            Audience::Desk => self.identity.staff(account).await?.map(|staff| staff.name).unwrap_or_default(),
        })
    }

    /// Gives a ticket for a journey of the caller's.
    ///
    /// # Errors
    /// 409 when the system has no secret to sign with.
    pub(crate) async fn issue(
        &self,
        caller: &Principal,
        link: &Link,
        origin: &Origin,
        journey: Journey,
    ) -> Result<Issued> {
        let secrets = self.identity.valid_secrets(link.system.id).await?;
        let secret = secrets.first().ok_or_else(|| no_secret(&link.system.name))?;
        let now = self.platform.now();
        let network = if link.row.bind_network { ticket::network_of(&origin.address) } else { String::new() };
        let claims = Claims {
            iss: link.row.our_id.clone(),
            aud: link.system.app_id.clone(),
            jti: base::id::token_hex(self.platform.randomness.as_ref(), 16),
            iat: now.unix_timestamp(),
            exp: (now + VALID).unix_timestamp(),
            to: journey.target.clone(),
            net: network.clone(),
        };
        let text = ticket::written(&claims, secret)?;
        let row = row::Model {
            id: self.platform.new_id(),
            ticket_hash: hash(&text),
            system_id: link.system.id,
            audience: caller.audience.as_str().to_owned(),
            account_id: caller.id,
            purpose: journey.purpose.to_owned(),
            target: journey.target.clone(),
            network,
            item_slug: journey.item.clone(),
            case_id: journey.case,
            call_ticket: journey.call_ticket,
            issued_at: now,
            expires_at: now + VALID,
            used_at: None,
        };
        let person = self.masked(caller.audience, caller.id).await?;
        let line = self.log_line(link, journey.purpose, caller.audience, "issued");
        let line = log::Model {
            direction: "out".to_owned(),
            account_id: Some(caller.id),
            person,
            item_slug: journey.item.clone(),
            target: bare(&journey.target),
            address: origin.address.clone(),
            ..line
        };
        let detail = json!({ "purpose": journey.purpose, "item": journey.item });
        let subject = format!("system:{}", link.system.app_id);
        let audit = Line::by(caller, self.platform.new_id(), "ticket.issue", subject, detail);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::issue(tx.conn(), row).await?;
                    store::note(tx.conn(), line).await?;
                    tx.audit(audit);
                    Ok(())
                })
            })
            .await?;
        let url = with_query(&journey.target, [("ticket", text.as_str())])?;
        Ok(Issued { url, expires_in: VALID.whole_seconds() })
    }

    /// A line of the log about a system, to be filled in.
    pub(crate) fn log_line(&self, link: &Link, purpose: &str, audience: Audience, result: &str) -> log::Model {
        log::Model {
            id: self.platform.new_id(),
            at: self.platform.now(),
            direction: String::new(),
            app_id: link.system.app_id.clone(),
            system_name: link.system.name.clone(),
            purpose: purpose.to_owned(),
            audience: audience.as_str().to_owned(),
            account_id: None,
            person: String::new(),
            item_slug: None,
            target: String::new(),
            result: result.to_owned(),
            reason: String::new(),
            address: String::new(),
        }
    }
}

/// An address without its query, as the log keeps it: parameters may name a case.
pub(crate) fn bare(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or_default().chars().filter(|one| !one.is_control()).take(300).collect()
}
