//! Connector to the government mobile platform. `simulators` answers the same calls.

use async_trait::async_trait;
use identity::Identity;
use platform::Platform;
use platform::web::problem::Result;
use serde::Deserialize;
use serde_json::json;

use crate::outward::{self, Party};

/// A user of the platform.
#[derive(Debug, Clone, Deserialize)]
pub struct MobileUser {
    /// The platform's id of the user.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Whether the platform lets the user in.
    pub active: bool,
}

/// The mobile platform.
#[async_trait]
pub trait MobilePlatform: Send + Sync {
    /// Where a browser goes to be sent back with a ticket.
    fn authorize_url(&self, redirect: &str, state: &str) -> Result<String>;

    /// Whose one-time ticket it is; `None` when it is unknown, over or used.
    ///
    /// # Errors
    /// 503 when the platform does not answer.
    async fn user_of_ticket(&self, ticket: &str) -> Result<Option<MobileUser>>;

    /// The user of an id; `None` when the platform knows none.
    ///
    /// # Errors
    /// 503 when the platform does not answer.
    async fn user_of_id(&self, user_id: &str) -> Result<Option<MobileUser>>;

    /// Puts a notice before a user; the platform drops one it has by its key. A user it does not know is told nothing.
    ///
    /// # Errors
    /// 503 when the platform does not answer.
    async fn tell(&self, user_id: &str, key: &str, text: &str) -> Result<()>;

    /// Whether a user is still one; false also for somebody the platform no longer knows.
    ///
    /// # Errors
    /// 503 when the platform does not answer.
    async fn is_active(&self, user_id: &str) -> Result<bool>;
}

/// The HTTP implementation.
pub struct HttpMobilePlatform {
    platform: Platform,
    identity: Identity,
}

impl HttpMobilePlatform {
    /// The connector of the settings.
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }

    fn party(&self) -> Party<'_> {
        let config = &self.platform.config;
        Party { app_id: &config.mobile_app_id, name: "移动政务平台", address: &config.mobile_url }
    }
}

#[async_trait]
impl MobilePlatform for HttpMobilePlatform {
    fn authorize_url(&self, redirect: &str, state: &str) -> Result<String> {
        let query = [("redirect_uri", redirect), ("state", state)];
        let base = self.platform.config.mobile_url.trim_end_matches('/');
        let url = reqwest::Url::parse_with_params(&format!("{base}/authorize"), query);
        url.map(String::from).map_err(platform::Problem::internal)
    }

    async fn user_of_ticket(&self, ticket: &str) -> Result<Option<MobileUser>> {
        let (party, body) = (self.party(), json!({ "ticket": ticket }));
        let answer =
            outward::post(&self.platform, &self.identity, &party, "/tickets/redeem", "核验移动票据", &body).await?;
        match answer.status {
            200 => Ok(serde_json::from_value(answer.body).ok().filter(|user: &MobileUser| !user.user_id.is_empty())),
            401 | 403 => Err(outward::not_ours(&party, answer.status)),
            _ => Ok(None),
        }
    }

    async fn user_of_id(&self, user_id: &str) -> Result<Option<MobileUser>> {
        let (party, body) = (self.party(), json!({ "user_id": user_id }));
        let answer =
            outward::post(&self.platform, &self.identity, &party, "/users/state", "查询移动身份", &body).await?;
        match answer.status {
            200 => Ok(serde_json::from_value(answer.body).ok().filter(|user: &MobileUser| user.user_id == user_id)),
            401 | 403 => Err(outward::not_ours(&party, answer.status)),
            _ => Ok(None),
        }
    }

    async fn tell(&self, user_id: &str, key: &str, text: &str) -> Result<()> {
        let (party, body) = (self.party(), json!({ "user_id": user_id, "key": key, "text": text }));
        let answer = outward::post(&self.platform, &self.identity, &party, "/notices", "告知移动用户", &body).await?;
        match answer.status {
            401 | 403 => Err(outward::not_ours(&party, answer.status)),
            _ => Ok(()),
        }
    }

    async fn is_active(&self, user_id: &str) -> Result<bool> {
        let (party, body) = (self.party(), json!({ "user_id": user_id }));
        let answer =
            outward::post(&self.platform, &self.identity, &party, "/users/state", "查询移动身份状态", &body).await?;
        match answer.status {
            200 => Ok(answer.body.get("active").and_then(serde_json::Value::as_bool).unwrap_or(false)),
            401 | 403 => Err(outward::not_ours(&party, answer.status)),
            _ => Ok(false),
        }
    }
}
