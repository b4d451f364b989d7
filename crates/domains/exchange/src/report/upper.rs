//! Connector to the upper platform: a trait, and HTTP signed as its gateway wants it.
//!
//! The address is the setting `upper_url`; empty switches reporting off. Our credentials there are
//! those of the connected system named by `upper_app_id`: registered, sealed and rotated like every
//! other, with the formula of that gateway. The newest valid secret signs.

use std::time::Duration;

use async_trait::async_trait;
use identity::Identity;
use identity::systems::Signing;
use platform::Platform;

/// How long the upper platform may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where reports go.
#[derive(Debug, Clone)]
pub struct Target {
    /// Our app id there.
    pub app_id: String,
    /// Address.
    pub address: String,
}

/// A call the upper platform did not take.
#[derive(Debug, Clone)]
pub struct Refused {
    /// HTTP status; 0 without an answer.
    pub status: u16,
    /// Why.
    pub reason: String,
}

/// The platform that is told of case events.
#[async_trait]
pub trait UpperPlatform: Send + Sync {
    /// Whether there is one.
    fn is_on(&self) -> bool;

    /// Where reports go.
    fn target(&self) -> Target;

    /// Sends one event, JSON; the status of the answer.
    ///
    /// # Errors
    /// When it was not taken.
    async fn send(&self, body: String) -> Result<u16, Refused>;
}

/// The HTTP implementation.
pub struct HttpUpperPlatform {
    platform: Platform,
    identity: Identity,
}

impl HttpUpperPlatform {
    /// The connector of the settings.
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }

    async fn signed(&self, body: &str) -> Result<Vec<(&'static str, String)>, String> {
        let app_id = &self.platform.config.upper_app_id;
        let system = self.identity.live_system(app_id).await.map_err(|problem| problem.to_string())?;
        let system = system.ok_or_else(|| format!("接入系统里没有启用的“{app_id}”，不能签名"))?;
        let secrets = self.identity.valid_secrets(system.id).await.map_err(|problem| problem.to_string())?;
        let secret = secrets.first().ok_or_else(|| format!("接入系统“{app_id}”没有有效的密钥，不能签名"))?;
        let timestamp = self.platform.now().unix_timestamp().to_string();
        let nonce = base::id::token_hex(self.platform.randomness.as_ref(), 16);
        let call =
            Signing { app_id, secret, timestamp: &timestamp, nonce: &nonce, user: [""; 3], body: body.as_bytes() };
        Ok(system.formula.headers(&call))
    }
}

#[async_trait]
impl UpperPlatform for HttpUpperPlatform {
    fn is_on(&self) -> bool {
        !self.platform.config.upper_url.is_empty()
    }

    fn target(&self) -> Target {
        let config = &self.platform.config;
        let address = format!("{}/events", config.upper_url.trim_end_matches('/'));
        Target { app_id: config.upper_app_id.clone(), address }
    }

    async fn send(&self, body: String) -> Result<u16, Refused> {
        let headers = self.signed(&body).await.map_err(|reason| Refused { status: 0, reason })?;
        let mut request = self.platform.http.post(self.target().address).timeout(PATIENCE);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.header("content-type", "application/json").body(body).send().await;
        let answer =
            answer.map_err(|error| Refused { status: 0, reason: format!("没有回应：{}", error.without_url()) })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(status.as_u16());
        }
        let text = answer.text().await.unwrap_or_default();
        let text: String = text.chars().take(300).collect();
        Err(Refused { status: status.as_u16(), reason: format!("回应 {}：{text}", status.as_u16()) })
    }
}
