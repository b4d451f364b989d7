//! Queries to the data-sharing platform. `simulators::sharing` answers the same calls.

use async_trait::async_trait;
use identity::Identity;
use platform::{Platform, Problem, Result};
use recognition::outward::{self, Party};
use serde_json::{Map, Value, json};

/// What other bodies know about somebody.
#[async_trait]
pub trait DataSharing: Send + Sync {
    /// The record an interface has of a number; none when it has none. `item` says what it is asked for.
    ///
    /// # Errors
    /// 503 when the platform does not answer.
    async fn record(&self, interface: &str, number: &str, item: &str) -> Result<Option<Map<String, Value>>>;
}

/// The HTTP implementation: signed, and written into the ledger of calls.
pub struct HttpDataSharing {
    platform: Platform,
    identity: Identity,
}

impl HttpDataSharing {
    /// The connector of the settings.
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }
}

#[async_trait]
impl DataSharing for HttpDataSharing {
    async fn record(&self, interface: &str, number: &str, item: &str) -> Result<Option<Map<String, Value>>> {
        let config = &self.platform.config;
        if config.sharing_url.is_empty() {
            return Ok(None);
        }
        let party = Party { app_id: &config.sharing_app_id, name: "数据共享平台", address: &config.sharing_url };
        let body = json!({ "interface": interface, "number": number, "item": item });
        let answer = outward::post(&self.platform, &self.identity, &party, "/query", "数据共享查询", &body).await?;
        match answer.status {
            200 => match answer.body.get("record") {
                Some(Value::Object(record)) => Ok(Some(record.clone())),
                _ => Err(Problem::unavailable("数据共享平台的回答读不出来。", "an answer without a record")),
            },
            404 if answer.error() == "unknown" => Ok(None),
            status => Err(Problem::unavailable(
                "数据共享平台没有受理这次查询。",
                format!("{interface} was refused with {status} {}", answer.error()),
            )),
        }
    }
}
