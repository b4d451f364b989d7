//! Whether a form was sent from a page of ours.
//!
//! No page here reads a session, so a foreign page that sends one of these forms acts with nothing but what
//! it knows itself. A plain form can't send the header the interface asks for; what stands in its place is
//! the one-use question that only our page was given, and this look at where the form comes from. Browsers too old to
//! say send neither header, and are let in.

use axum::http::{HeaderMap, StatusCode, header};
use platform::config::Config;
use platform::{Problem, Result};
use url::Url;

/// Refuses a form that says it comes from elsewhere.
///
/// # Errors
/// 403 `form_from_elsewhere`.
pub(crate) fn check(headers: &HeaderMap, config: &Config) -> Result<()> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let told = text(header::ORIGIN).or_else(|| text(header::REFERER));
    let ours = |address: &str| is_ours(address, text(header::HOST), &config.public_url);
    if site != Some("cross-site") && told.is_none_or(ours) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "form_from_elsewhere",
        "这张表不是从本站页面提交的，没有办理。请回到本站页面重新填写。",
    ))
}

/// Whether an address has the host that was asked, or the one of the settings.
fn is_ours(address: &str, host: Option<&str>, public_url: &str) -> bool {
    // `null` is said by pages without an origin; ours all have one.
    let Ok(from) = Url::parse(address) else { return false };
    let Some(name) = from.host_str() else { return false };
    let with_port = from.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
    let public = Url::parse(public_url).is_ok_and(|public| public.origin() == from.origin());
    public || host.is_some_and(|host| host.eq_ignore_ascii_case(&with_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(pairs: &[(&'static str, &str)]) -> bool {
        let config = Config { public_url: "https://ban.example.gov.cn".into(), ..Config::default() };
        let headers = pairs.iter().map(|&(name, value)| {
            (header::HeaderName::from_static(name), value.parse::<header::HeaderValue>().unwrap())
        });
        check(&headers.collect(), &config).is_ok()
    }

    /// req: OPS-021
    #[test]
    fn a_form_of_another_site_is_refused_and_an_old_browser_is_not() {
        assert!(checked(&[]), "a browser that says nothing");
        assert!(checked(&[("origin", "https://ban.example.gov.cn")]));
        assert!(checked(&[("referer", "https://ban.example.gov.cn/basic/progress")]), "Internet Explorer 8");
        assert!(checked(&[("host", "10.1.2.3:8080"), ("origin", "http://10.1.2.3:8080")]), "asked by address");
        assert!(checked(&[("sec-fetch-site", "same-origin"), ("origin", "https://ban.example.gov.cn")]));
        assert!(!checked(&[("origin", "https://evil.example")]));
        assert!(!checked(&[("origin", "null")]));
        assert!(!checked(&[("referer", "https://ban.example.gov.cn.evil.example/")]));
        assert!(!checked(&[("host", "10.1.2.3:8080"), ("origin", "http://10.1.2.3:9090")]), "another port");
        assert!(!checked(&[("sec-fetch-site", "cross-site")]));
    }
}
