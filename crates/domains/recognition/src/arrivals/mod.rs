//! Arrivals 互认到达: one-time tickets in both directions between this hall and the portals and systems
//! it is connected with (ADR 0021).
//!
//! * [`issue`]: somebody signed in here goes over there; the other side redeems the ticket between the
//!   servers ([`redeem`]) and learns what it is granted;
//! * [`arrive`]: somebody comes from there; we prove the ticket and redeem it over there. A portal whose
//!   word counts opens the person's account; anybody else opens the account it is bound to, or is
//!   asked for one once ([`first_time`], the enterprise page of IDENT-009).
//!
//! Every ticket leaves a line in `ticket_log`, each refusal with its reason.

mod arrive;
mod first_time;
pub(crate) mod http;
mod issue;
pub(crate) mod list;
mod redeem;
pub(crate) mod store;
mod ticket;

use identity::systems::Interface;

pub(crate) use issue::{Issued, Journey, with_query};

/// The interface of tickets, granted to a system as 单点登录.
pub(crate) struct SignOnInterface;

impl Interface for SignOnInterface {
    const KEY: &'static str = crate::links::INTERFACE;
}

/// What a ticket is for: column value, and what people read.
pub(crate) const PURPOSES: [(&str, &str); 4] =
    [("open", "打开系统"), ("bind", "绑定账号"), ("jump", "事项跳转"), ("arrive", "从那边过来")];

/// What became of a ticket: column value, and what people read.
pub(crate) const RESULTS: [(&str, &str); 5] =
    [("issued", "已签发"), ("redeemed", "已核验"), ("arrived", "已登录"), ("asked", "等待绑定"), ("refused", "已拒绝")];

/// What people read for a key.
pub(crate) fn label(all: &[(&'static str, &'static str)], key: &str) -> &'static str {
    all.iter().find(|(known, _)| *known == key).map_or("其他", |(_, label)| label)
}

/// A system redeems a ticket that was given for another.
#[cfg(test)]
pub(crate) async fn redeem_for_tests(
    recognition: &crate::Recognition,
    system: &identity::systems::ConnectedSystem,
    ticket: &str,
) -> platform::Result<redeem::TicketRedemption> {
    let wanted = redeem::RedeemTicket { ticket: ticket.to_owned(), browser_address: String::new() };
    recognition.redeem(system, "127.0.0.1", &wanted).await
}

/// Tickets as another portal would write them.
#[cfg(test)]
pub(crate) mod tickets_for_tests {
    use super::ticket::{Claims, written as sign};

    pub(crate) fn written(issuer: &str, portal: &str, to: &str, now: i64, secret: &str) -> String {
        let jti = format!("made-up-{issuer}-{portal}-{}", to.len());
        let claims = Claims {
            iss: issuer.into(),
            aud: portal.into(),
            jti,
            iat: now,
            exp: now + 60,
            to: to.into(),
            net: String::new(),
        };
        sign(&claims, secret).unwrap()
    }
}
