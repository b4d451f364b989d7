//! Connector to the code platform. `simulators` answers the same calls.

use async_trait::async_trait;
use identity::Identity;
use platform::Platform;
use platform::web::problem::Result;
use serde::Deserialize;
use serde_json::json;

use crate::identifying::{IdentifiedEnterprise, IdentifiedPerson};
use crate::outward::{self, Party};

/// Whose code it is.
#[derive(Debug, Clone, Deserialize)]
pub struct CodeHolder {
    /// `person` or `enterprise`.
    pub kind: String,
    /// Who shows it.
    pub person: IdentifiedPerson,
    /// The enterprise of an enterprise's code.
    #[serde(default)]
    pub enterprise: Option<IdentifiedEnterprise>,
    /// When the code ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: time::OffsetDateTime,
}

impl CodeHolder {
    /// Whether the parts belong together.
    pub(crate) fn is_whole(&self) -> bool {
        let named = !self.person.name.is_empty() && !self.person.id_number.is_empty();
        let enterprise = self.enterprise.as_ref();
        named
            && match self.kind.as_str() {
                "person" => enterprise.is_none(),
                "enterprise" => enterprise.is_some_and(|body| !body.name.is_empty() && !body.uscc.is_empty()),
                _ => false,
            }
    }
}

/// Why a code was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefusal {
    /// Its time is over.
    Expired,
    /// It was answered before.
    Used,
    /// The platform did not issue it, or somebody altered it.
    Unknown,
}

/// The platform that issues codes.
#[async_trait]
pub trait CodePlatform: Send + Sync {
    /// Whose code a text is.
    ///
    /// # Errors
    /// 503 when the platform does not answer.
    async fn holder(&self, code: &str, scene: &str) -> Result<Result<CodeHolder, CodeRefusal>>;
}

/// The HTTP implementation.
pub struct HttpCodePlatform {
    platform: Platform,
    identity: Identity,
}

impl HttpCodePlatform {
    /// The connector of the settings.
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }
}

#[async_trait]
impl CodePlatform for HttpCodePlatform {
    async fn holder(&self, code: &str, scene: &str) -> Result<Result<CodeHolder, CodeRefusal>> {
        let config = &self.platform.config;
        let party = Party { app_id: &config.code_app_id, name: "码平台", address: &config.code_url };
        let body = json!({ "code": code, "scene": scene });
        let answer =
            outward::post(&self.platform, &self.identity, &party, "/codes/resolve", "核验身份码", &body).await?;
        if answer.status == 200 {
            return Ok(serde_json::from_value(answer.body).map_err(|_| CodeRefusal::Unknown));
        }
        match (answer.status, answer.error()) {
            (_, "expired") => Ok(Err(CodeRefusal::Expired)),
            (_, "used") => Ok(Err(CodeRefusal::Used)),
            (401 | 403, _) => Err(outward::not_ours(&party, answer.status)),
            _ => Ok(Err(CodeRefusal::Unknown)),
        }
    }
}
