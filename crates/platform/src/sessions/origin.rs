//! Where a sign-in comes from: the address and the browser, as its owner would say them.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;

use crate::Platform;
use crate::web::problem::Result;

/// Where a sign-in comes from, as its owner recognises it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Network address; empty when unknown.
    pub address: String,
    /// Browser and system in short, `Chrome · Windows`; empty when unknown.
    pub device: String,
}

impl Origin {
    /// Of a request.
    pub fn of(parts: &Parts, platform: &Platform) -> Self {
        let address = crate::web::client::address(&parts.extensions, &parts.headers, &platform.config);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self { address: address.map(|address| address.to_string()).unwrap_or_default(), device: device(agent) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin
where
    Platform: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts, &Platform::from_ref(state)))
    }
}

/// Browser and system out of a `User-Agent`; the first word of one that is no browser's.
fn device(agent: &str) -> String {
    let first = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    // Order matters: Edge calls itself Chrome too, Chrome calls itself Safari.
    let browser = first(&[
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => {
            agent.split(['/', ' ']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(40).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_device_is_named_in_two_words() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0";
        assert_eq!(device(edge), "Edge · Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1";
        assert_eq!(device(phone), "Safari · iPhone");
        assert_eq!((device("curl/8.9.1"), device("")), ("curl".to_owned(), String::new()));
    }
}
