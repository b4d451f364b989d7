//! Where a call comes from.
//!
//! The address of the connection counts. Only when that is a reverse proxy named in
//! `trusted_proxies` is its `X-Forwarded-For` read, from the right, up to the first address that
//! is no proxy of ours: anything further left was written by the caller.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

use crate::config::Config;

/// Address of the caller; none when the server was started without addresses (some tests).
pub fn address(extensions: &Extensions, headers: &HeaderMap, config: &Config) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical())?;
    let ours: Vec<IpNet> = config.trusted_proxies.iter().filter_map(|text| network(text)).collect();
    let is_ours = |address: &IpAddr| ours.iter().any(|network| network.contains(address));
    if !is_ours(&peer) {
        return Some(peer);
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    for part in forwarded.iter().rev() {
        // A part that can't be read ends the trust: the caller is then the last one known.
        let Ok(address) = part.parse::<IpAddr>() else { return Some(peer) };
        let address = address.to_canonical();
        if !is_ours(&address) {
            return Some(address);
        }
    }
    Some(peer)
}

/// A network such as `10.1.0.0/16`, or a single address.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &str, proxies: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(format!("{peer}:4000").parse::<SocketAddr>().unwrap()));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let config =
            Config { trusted_proxies: proxies.iter().map(|one| (*one).to_owned()).collect(), ..Config::default() };
        address(&extensions, &headers, &config).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_say_who_calls() {
        assert_eq!(seen("10.0.0.9", "1.2.3.4", &[]), "10.0.0.9");
        assert_eq!(seen("10.0.0.9", "1.2.3.4", &["10.0.0.0/24"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.9", "6.6.6.6, 1.2.3.4, 10.0.0.8", &["10.0.0.0/24"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.9", "what", &["10.0.0.9"]), "10.0.0.9");
    }
}
