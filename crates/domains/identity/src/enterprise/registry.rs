//! Connector to the registration authority. `simulators` answers the same calls.

use std::time::Duration;

use async_trait::async_trait;
use platform::Problem;
use platform::web::problem::Result;
use serde::Deserialize;

/// How long the authority may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// An enterprise as registered.
#[derive(Debug, Clone, Deserialize)]
pub struct Registration {
    /// Registered name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Registration number of before the credit code.
    pub registration_number: String,
    /// Legal representative.
    pub legal_person: String,
    /// Their identity number.
    pub legal_person_id_number: String,
    /// Telephone registered; empty when none.
    #[serde(default)]
    pub phone: String,
    /// Registered address.
    #[serde(default)]
    pub address: String,
    /// Business licence.
    pub licence: Licence,
}

/// State of a business licence.
#[derive(Debug, Clone, Deserialize)]
pub struct Licence {
    /// Number.
    pub number: String,
    /// Whether it counts today.
    pub valid: bool,
    /// Last day, `2030-01-01`; without end when absent.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// Why it does not count, for example `已吊销（2026-03-01）`.
    #[serde(default)]
    pub reason: String,
}

/// The outside system that registers enterprises.
#[async_trait]
pub trait EnterpriseRegistry: Send + Sync {
    /// The enterprise with a credit code or registration number; `None` when none is registered.
    ///
    /// # Errors
    /// 503 when the authority does not answer.
    async fn find(&self, code: &str) -> Result<Option<Registration>>;
}

/// The HTTP implementation.
pub struct HttpEnterpriseRegistry {
    http: reqwest::Client,
    address: String,
}

impl HttpEnterpriseRegistry {
    /// A connector to an address such as `https://host/registry`.
    pub fn new(http: reqwest::Client, address: &str) -> Self {
        Self { http, address: address.trim_end_matches('/').to_owned() }
    }
}

fn down(cause: impl std::fmt::Display) -> Problem {
    Problem::unavailable("登记机关的系统暂时没有回应，现在核对不了企业信息。", cause)
        .detail("请过几分钟再试。急办的事项可以到窗口办理。")
        .retry_after(60)
}

#[async_trait]
impl EnterpriseRegistry for HttpEnterpriseRegistry {
    async fn find(&self, code: &str) -> Result<Option<Registration>> {
        let url = format!("{}/enterprises/{code}", self.address);
        let answer = self.http.get(url).timeout(PATIENCE).send().await.map_err(|error| down(error.without_url()))?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !answer.status().is_success() {
            return Err(down(answer.status()));
        }
        answer.json().await.map(Some).map_err(|error| down(error.without_url()))
    }
}
