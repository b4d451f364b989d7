//! The ticket that a browser carries from one portal to the other: who gave it, for whom, for which
//! page, until when, and a signature over all of it. Nothing about the person: that is told between
//! the servers when the ticket is redeemed (ADR 0021).
//!
//! `base64url(claims) "." base64url(HMAC-SM3(secret, "tongban-ticket-1." claims))`. Pure.
//!
//! req: IDENT-010

use base::crypto::{constant_time_eq, hmac_sm3};
use base::encoding::{from_base64url, to_base64url};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a ticket is good for.
pub(crate) const VALID: Duration = Duration::seconds(60);
/// How far the other side's clock may be ahead.
const AHEAD: i64 = 30;
/// Longest ticket read.
const LONGEST: usize = 4096;
/// Keeps the signature of a ticket apart from every other use of the same secret.
const DOMAIN: &str = "tongban-ticket-1.";

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who gave it.
    pub(crate) iss: String,
    /// For whom.
    pub(crate) aud: String,
    /// Its number, never used twice.
    pub(crate) jti: String,
    /// When it was given, seconds.
    pub(crate) iat: i64,
    /// From when it does not count any more.
    pub(crate) exp: i64,
    /// The page it opens.
    pub(crate) to: String,
    /// Network of the browser, where tickets are bound to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) net: String,
}

/// Why a ticket does not count. Order of looking: form, issuer, signature, then what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No ticket at all.
    Unreadable,
    /// Given by nobody we know, or by a system that is switched off.
    UnknownIssuer,
    /// The signature does not fit.
    Altered,
    /// Meant for another portal.
    OtherPortal,
    /// Meant for another page.
    OtherPage,
    /// Too old, from the future, or good for longer than a minute.
    Late,
    /// Shown from another network than it was given in.
    OtherNetwork,
    /// Shown before.
    Replayed,
    /// The portal that gave it does not know it.
    NotRedeemed,
    /// The system sends people whose word it may not give.
    NotTrusted,
    /// The account here may not sign in.
    AccountClosed,
}

impl Fault {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Unreadable,
        Self::UnknownIssuer,
        Self::Altered,
        Self::OtherPortal,
        Self::OtherPage,
        Self::Late,
        Self::OtherNetwork,
        Self::Replayed,
        Self::NotRedeemed,
        Self::NotTrusted,
        Self::AccountClosed,
    ];

    /// Code of the problem and reason in the log.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "ticket_unreadable",
            Self::UnknownIssuer => "ticket_unknown_issuer",
            Self::Altered => "ticket_altered",
            Self::OtherPortal => "ticket_other_portal",
            Self::OtherPage => "ticket_other_page",
            Self::Late => "ticket_late",
            Self::OtherNetwork => "ticket_other_network",
            Self::Replayed => "ticket_replayed",
            Self::NotRedeemed => "ticket_not_redeemed",
            Self::NotTrusted => "ticket_not_trusted",
            Self::AccountClosed => "ticket_account_closed",
        }
    }

    /// What the log says.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Unreadable => "票据读不出来",
            Self::UnknownIssuer => "签发方没有登记或已停用",
            Self::Altered => "签名不对",
            Self::OtherPortal => "给别的门户的票据",
            Self::OtherPage => "给别的页面的票据",
            Self::Late => "超过有效时间",
            Self::OtherNetwork => "换了网络",
            Self::Replayed => "重复使用",
            Self::NotRedeemed => "签发方不认",
            Self::NotTrusted => "签发方的身份不互认",
            Self::AccountClosed => "账号不能登录",
        }
    }
}

/// A ticket of claims.
pub(crate) fn written(claims: &Claims, secret: &str) -> platform::Result<String> {
    let body = to_base64url(&serde_json::to_vec(claims)?);
    let signature = to_base64url(&signature(&body, secret));
    Ok(format!("{body}.{signature}"))
}

fn signature(body: &str, secret: &str) -> [u8; 32] {
    hmac_sm3(secret.as_bytes(), format!("{DOMAIN}{body}").as_bytes())
}

/// A ticket taken apart; nothing of it is proven yet.
#[derive(Debug)]
pub(crate) struct Unproven<'a> {
    /// What it claims.
    pub(crate) claims: Claims,
    body: &'a str,
    signature: Vec<u8>,
}

/// Takes a ticket apart.
pub(crate) fn read(ticket: &str) -> Result<Unproven<'_>, Fault> {
    if ticket.len() > LONGEST {
        return Err(Fault::Unreadable);
    }
    let (body, signature) = ticket.split_once('.').ok_or(Fault::Unreadable)?;
    let claims = from_base64url(body).and_then(|bytes| serde_json::from_slice::<Claims>(&bytes).ok());
    let claims = claims.filter(|claims| !claims.jti.is_empty() && claims.jti.len() <= 64).ok_or(Fault::Unreadable)?;
    Ok(Unproven { claims, body, signature: from_base64url(signature).ok_or(Fault::Unreadable)? })
}

/// What must be true of a ticket here and now.
#[derive(Debug)]
pub(crate) struct Here<'a> {
    /// Name we have at the portal that gave it.
    pub(crate) us: &'a str,
    /// Page asked for.
    pub(crate) to: &'a str,
    /// Address of the browser; empty when unknown.
    pub(crate) address: &'a str,
    /// Whether it has to be bound to a network.
    pub(crate) bound: bool,
    /// Now.
    pub(crate) now: OffsetDateTime,
}

impl Unproven<'_> {
    /// What the ticket says, once signature, portal, page, time and network are right.
    pub(crate) fn proven(self, secrets: &[String], here: &Here<'_>) -> Result<Claims, Fault> {
        let mut right = false;
        for secret in secrets {
            right |= constant_time_eq(&signature(self.body, secret), &self.signature);
        }
        if !right {
            return Err(Fault::Altered);
        }
        let claims = self.claims;
        let now = here.now.unix_timestamp();
        if claims.aud != here.us {
            return Err(Fault::OtherPortal);
        }
        if claims.to != here.to {
            return Err(Fault::OtherPage);
        }
        let long = claims.exp.saturating_sub(claims.iat) > VALID.whole_seconds();
        if now >= claims.exp || claims.iat > now + AHEAD || long {
            return Err(Fault::Late);
        }
        if here.bound && !in_network(&claims.net, here.address) {
            return Err(Fault::OtherNetwork);
        }
        Ok(claims)
    }
}

/// The part of the network that a ticket is bound to: a phone changes addresses inside its carrier,
/// so the same width as a citizen's session.
pub(crate) fn network_of(address: &str) -> String {
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return String::new() };
    let bits = if address.is_ipv4() { 16 } else { 48 };
    IpNet::new(address, bits).map(|network| network.trunc().to_string()).unwrap_or_default()
}

/// Whether an address lies in the network a ticket is bound to.
pub(crate) fn in_network(network: &str, address: &str) -> bool {
    match (network.parse::<IpNet>(), address.parse::<std::net::IpAddr>()) {
        (Ok(network), Ok(address)) => network.contains(&address),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a-secret-of-the-province";

    fn claims() -> Claims {
        Claims {
            iss: "province".into(),
            aud: "tongban".into(),
            jti: "n-1".into(),
            iat: 1_000,
            exp: 1_060,
            to: "/items/food".into(),
            net: "10.1.0.0/16".into(),
        }
    }

    fn shown(ticket: &str, change: impl FnOnce(&mut Here<'_>)) -> Result<Claims, Fault> {
        let now = OffsetDateTime::from_unix_timestamp(1_030).unwrap();
        let mut here = Here { us: "tongban", to: "/items/food", address: "10.1.2.3", bound: true, now };
        change(&mut here);
        read(ticket)?.proven(&["older-secret".to_owned(), SECRET.to_owned()], &here)
    }

    /// req: IDENT-010
    #[test]
    fn a_ticket_counts_for_its_portal_page_minute_and_network_only() {
        let ticket = written(&claims(), SECRET).unwrap();
        assert_eq!(shown(&ticket, |_| {}), Ok(claims()));
        assert_eq!(shown(&ticket, |here| here.us = "other"), Err(Fault::OtherPortal));
        assert_eq!(shown(&ticket, |here| here.to = "/my/cases"), Err(Fault::OtherPage));
        assert_eq!(shown(&ticket, |here| here.address = "10.2.0.1"), Err(Fault::OtherNetwork));
        assert_eq!(shown(&ticket, |here| here.address = ""), Err(Fault::OtherNetwork));
        assert!(shown(&ticket, |here| (here.address, here.bound) = ("10.2.0.1", false)).is_ok());
        let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        assert_eq!(shown(&ticket, |here| here.now = at(1_060)), Err(Fault::Late));
        assert!(shown(&ticket, |here| here.now = at(1_059)).is_ok());
        assert_eq!(shown(&ticket, |here| here.now = at(969)), Err(Fault::Late), "from the future");
        let long = written(&Claims { exp: 1_061, ..claims() }, SECRET).unwrap();
        assert_eq!(shown(&long, |_| {}), Err(Fault::Late), "a ticket good for longer than a minute is none");
    }

    /// req: IDENT-010
    #[test]
    fn an_altered_ticket_is_refused_before_anything_it_says_counts() {
        let ticket = written(&claims(), SECRET).unwrap();
        let (body, signature) = ticket.split_once('.').unwrap();
        let other = to_base64url(&serde_json::to_vec(&Claims { to: "/my/cases".into(), ..claims() }).unwrap());
        assert_eq!(shown(&format!("{other}.{signature}"), |here| here.to = "/my/cases"), Err(Fault::Altered));
        let forged = written(&claims(), "another-secret").unwrap();
        assert_eq!(shown(&forged, |_| {}), Err(Fault::Altered));
        // The same secret signs calls through the gateway; such a signature is no ticket's.
        let plain = to_base64url(&hmac_sm3(SECRET.as_bytes(), body.as_bytes()));
        assert_eq!(shown(&format!("{body}.{plain}"), |_| {}), Err(Fault::Altered));
        for nothing in ["", ".", "a", "a.b", "e30.e30", &"x".repeat(5000)] {
            assert_eq!(shown(nothing, |_| {}), Err(Fault::Unreadable), "{nothing}");
        }
    }

    #[test]
    fn a_browser_is_bound_to_the_width_of_a_citizens_session() {
        assert_eq!(network_of("10.1.2.3"), "10.1.0.0/16");
        assert_eq!(network_of("2001:db8:1:2::3"), "2001:db8:1::/48");
        assert_eq!(network_of(""), "");
        assert!(!in_network("", ""), "an unknown network is no network");
    }
}
