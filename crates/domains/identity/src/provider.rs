//! Connector to the provincial unified identity platform (IDENT-001): the authorisation code flow
//! over HTTP with a configurable address. `simulators` answers the same calls.
//!
//! A client id and secret go into the address, `https://client:secret@host/identity`: they are sent
//! as HTTP Basic to the token endpoint (RFC 6749 2.3.1) and never to a browser.

use std::time::Duration;

use async_trait::async_trait;
use platform::web::problem::{Problem, Result};
use serde::Deserialize;
use url::Url;

use crate::error;
use crate::model::account::Profile;

/// How long the province may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Client id when the address names none.
const CLIENT: &str = "tongban";

/// What the authority says of a name and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RealName {
    /// They belong together.
    Same,
    /// The number is somebody else's.
    Different,
    /// It has no such number.
    Unknown,
}

#[derive(Deserialize)]
struct RealNameAnswer {
    result: RealName,
}

/// How long a real-name check may take.
const REAL_NAME_PATIENCE: Duration = Duration::from_secs(2);

/// The outside system that knows who citizens and enterprises are.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Whether it answers now; asked before a browser is sent there.
    ///
    /// # Errors
    /// 503 when it does not.
    async fn probe(&self) -> Result<()>;

    /// Where the browser signs in.
    ///
    /// # Errors
    /// Internal problem when the configured address is no address.
    fn sign_on_address(&self, state: &str, nonce: &str, back: &str) -> Result<String>;

    /// Whether a name and an identity number belong together (IDENT-003).
    ///
    /// # Errors
    /// 503 when it does not answer within two seconds.
    async fn real_name(&self, name: &str, id_number: &str) -> Result<RealName>;

    /// Who signed in with the code that the browser brought back.
    ///
    /// # Errors
    /// 503 when it does not answer, 400 when it does not accept the code.
    async fn exchange(&self, code: &str, nonce: &str, back: &str) -> Result<Profile>;
}

/// The HTTP implementation.
pub struct HttpIdentityProvider {
    http: reqwest::Client,
    address: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    nonce: Option<String>,
}

impl HttpIdentityProvider {
    /// A connector to an address such as `https://client:secret@host/identity`.
    pub fn new(http: reqwest::Client, address: &str) -> Self {
        Self { http, address: address.trim_end_matches('/').to_owned() }
    }

    fn url(&self, path: &str) -> Result<Url> {
        Url::parse(&format!("{}{path}", self.address))
            .map_err(|error| Problem::internal(format!("identity_url: {error}")))
    }

    /// The same without client id and secret; and the client id.
    fn bare_url(&self, path: &str) -> Result<(Url, String)> {
        let mut url = self.url(path)?;
        let client = if url.username().is_empty() { CLIENT.to_owned() } else { url.username().to_owned() };
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        cleared.map_err(|()| Problem::internal("identity_url has no host"))?;
        Ok((url, client))
    }
}

/// A 4xx is about what we sent, everything else that is no success about the province.
async fn read<T: serde::de::DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T> {
    let answer = request.timeout(PATIENCE).send().await.map_err(|error| error::province_down(error.without_url()))?;
    let status = answer.status();
    if status.is_client_error() {
        tracing::warn!(http.status = status.as_u16(), "the province refused a sign-on");
        return Err(error::sign_on_refused());
    }
    if !status.is_success() {
        return Err(error::province_down(status));
    }
    answer.json().await.map_err(|error| error::province_down(error.without_url()))
}

#[async_trait]
impl IdentityProvider for HttpIdentityProvider {
    async fn probe(&self) -> Result<()> {
        let (url, _) = self.bare_url("/health")?;
        let answer = self.http.get(url).timeout(PATIENCE).send().await;
        match answer {
            Ok(answer) if !answer.status().is_server_error() => Ok(()),
            Ok(answer) => Err(error::province_down(answer.status())),
            Err(error) => Err(error::province_down(error.without_url())),
        }
    }

    fn sign_on_address(&self, state: &str, nonce: &str, back: &str) -> Result<String> {
        let (mut url, client) = self.bare_url("/authorize")?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client)
            .append_pair("redirect_uri", back)
            .append_pair("state", state)
            .append_pair("nonce", nonce);
        Ok(url.into())
    }

    async fn real_name(&self, name: &str, id_number: &str) -> Result<RealName> {
        let body = serde_json::json!({ "name": name, "id_number": id_number });
        let request = self.http.post(self.url("/real-name")?).json(&body).timeout(REAL_NAME_PATIENCE);
        let answer = request.send().await.map_err(|error| error::province_down(error.without_url()))?;
        if !answer.status().is_success() {
            return Err(error::province_down(answer.status()));
        }
        let answer: RealNameAnswer = answer.json().await.map_err(|error| error::province_down(error.without_url()))?;
        Ok(answer.result)
    }

    async fn exchange(&self, code: &str, nonce: &str, back: &str) -> Result<Profile> {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back)];
        let token: Token = read(self.http.post(self.url("/token")?).form(&form)).await?;
        if token.nonce.as_deref() != Some(nonce) {
            tracing::warn!("the province answered with another sign-on's nonce");
            return Err(error::sign_on_refused());
        }
        let (url, _) = self.bare_url("/userinfo")?;
        let profile: Profile = read(self.http.get(url).bearer_auth(token.access_token)).await?;
        if !profile.is_whole() {
            return Err(error::province_down("a profile without name, number or enterprise"));
        }
        Ok(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: IDENT-001
    #[test]
    fn the_browser_never_sees_the_client_secret() {
        let provider =
            HttpIdentityProvider::new(reqwest::Client::default(), "https://city:s3cret@id.example/identity/");
        let address = provider.sign_on_address("st", "no", "https://tongban.example/back").unwrap();
        assert!(address.starts_with("https://id.example/identity/authorize?response_type=code&client_id=city&"));
        assert!(!address.contains("s3cret"));
    }
}
