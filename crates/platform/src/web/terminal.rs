//! Where a request comes from: the address and the kind of terminal.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::client;
use super::problem::Problem;
use crate::Platform;
use crate::config::Config;

/// Kind of terminal, as an access policy names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Terminal {
    /// A browser on a computer.
    Desktop,
    /// A phone or tablet.
    Mobile,
    /// A self-service machine; it says so itself in `X-Tongban-Terminal`.
    Kiosk,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Address of the browser; behind a trusted proxy the one that the proxy saw.
    pub address: IpAddr,
    /// Kind of terminal.
    pub terminal: Terminal,
}

impl Client {
    /// Reads address and terminal of a request. A request without a connection (in-process) is local.
    pub fn of(extensions: &Extensions, headers: &HeaderMap, config: &Config) -> Self {
        let address = client::address(extensions, headers, config).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        Self { address, terminal: terminal(headers) }
    }
}

fn terminal(headers: &HeaderMap) -> Terminal {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if text("x-tongban-terminal") == "kiosk" {
        return Terminal::Kiosk;
    }
    let agent = text(header::USER_AGENT.as_str());
    let mobile = text("sec-ch-ua-mobile") == "?1"
        || ["Mobile", "Android", "iPhone", "iPad"].iter().any(|word| agent.contains(word));
    if mobile { Terminal::Mobile } else { Terminal::Desktop }
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    Platform: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self::of(&parts.extensions, &parts.headers, &Platform::from_ref(state).config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: IDENT-035
    #[test]
    fn a_terminal_is_told_by_what_it_says() {
        let seen = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            terminal(&headers)
        };
        assert_eq!(seen("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"), Terminal::Desktop);
        assert_eq!(seen("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile/15E148"), Terminal::Mobile);
        assert_eq!(seen("sec-ch-ua-mobile", "?1"), Terminal::Mobile);
        assert_eq!(seen("x-tongban-terminal", "kiosk"), Terminal::Kiosk);
    }
}
