//! Connector to the upper platform: a trait, and HTTP signed as its gateway wants it.
//!
//! The address is the setting `upper_url`; empty switches reporting off. Our credentials there are
//! those of the connected system named by `upper_app_id`: registered, sealed and rotated like every
//! other, with the formula of that gateway. The newest valid secret signs.

use async_trait::async_trait;
use identity::Identity;
use platform::Platform;

use crate::outgoing::{self, Refused};

/// Where reports go.
#[derive(Debug, Clone)]
pub struct Target {
    /// Our app id there.
    pub app_id: String,
    /// Address.
    pub address: String,
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

    /// Asks what it has of a day: JSON with `items` of case number, event and digest of each message.
    ///
    /// # Errors
    /// When it does not say.
    async fn day(&self, body: String) -> Result<String, Refused>;

    /// Asks its item library for a page: JSON with `items` and `next`.
    ///
    /// # Errors
    /// When it does not say.
    async fn items(&self, body: String) -> Result<String, Refused>;
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
        let target = self.target();
        outgoing::post(&self.platform, &self.identity, &target.app_id, &target.address, body).await
    }

    async fn day(&self, body: String) -> Result<String, Refused> {
        let target = self.target();
        let address = format!("{}/days", self.platform.config.upper_url.trim_end_matches('/'));
        let said = outgoing::ask_whole(&self.platform, &self.identity, &target.app_id, &address, body).await;
        said.map(|(_, text)| text)
    }

    async fn items(&self, body: String) -> Result<String, Refused> {
        let target = self.target();
        let address = format!("{}/items", self.platform.config.upper_url.trim_end_matches('/'));
        let said = outgoing::ask_whole(&self.platform, &self.identity, &target.app_id, &address, body).await;
        said.map(|(_, text)| text)
    }
}
