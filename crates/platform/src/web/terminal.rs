//! Where a request comes from: the address and the kind of terminal.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::Platform;

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
    pub fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &[String]) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_canonical();
        let trusted: Vec<IpNet> = trusted.iter().filter_map(|text| network(text)).collect();
        Self { address: behind(peer, headers, &trusted), terminal: terminal(headers) }
    }
}

/// A network such as `10.1.0.0/16`, or a single address.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical())))
}

/// The nearest address on the way that is no trusted proxy. What a stranger writes into
/// `X-Forwarded-For` stands left of what our proxy appended, so it is never reached.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_proxy = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = peer;
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut hops: Vec<&str> = hops.flat_map(|line| line.split(',')).map(str::trim).collect();
    while is_proxy(&address) {
        let Some(Ok(next)) = hops.pop().map(str::parse::<IpAddr>) else { break };
        address = next.to_canonical();
    }
    address
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
        Ok(Self::of(&parts.extensions, &parts.headers, &Platform::from_ref(state).config.trusted_proxies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let trusted = ["127.0.0.0/8".parse().unwrap(), "10.1.0.0/16".parse().unwrap()];
        behind(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    /// req: IDENT-035
    #[test]
    fn a_forged_forwarding_header_changes_nothing() {
        assert_eq!(seen("203.0.113.9", "10.0.0.1"), "203.0.113.9", "a stranger is no proxy");
        assert_eq!(seen("127.0.0.1", "10.0.0.1, 203.0.113.9"), "203.0.113.9", "what the proxy appended counts");
        assert_eq!(seen("127.0.0.1", "203.0.113.9, 10.1.2.3"), "203.0.113.9", "two proxies of ours");
        assert_eq!(seen("127.0.0.1", "nonsense"), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", ""), "127.0.0.1");
    }
}
