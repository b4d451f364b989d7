//! Calls to the platforms of others: signed with the credentials of a connected system, written into
//! the ledger of calls. The payload holds codes and tickets, so the ledger keeps its digest alone.

use std::time::Duration;

use identity::Identity;
use identity::systems::Signing;
use platform::Platform;
use platform::calls::{self, Direction, Entry};
use platform::web::problem::{Problem, Result};
use serde_json::Value;

/// How long another platform may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The platform called.
pub struct Party<'a> {
    /// App id of the connected system whose secret signs.
    pub app_id: &'a str,
    /// Name people read.
    pub name: &'a str,
    /// Base address.
    pub address: &'a str,
}

/// An answer: status and JSON (null without a body).
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// Error code of a refusal.
    pub fn error(&self) -> &str {
        self.body.get("error").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Posts JSON; a status from 500 on, or no answer, is a 503 of ours.
///
/// # Errors
/// 503 when the platform does not answer, or when we have no credentials there.
pub async fn post(
    platform: &Platform,
    identity: &Identity,
    party: &Party<'_>,
    path: &str,
    operation: &str,
    body: &Value,
) -> Result<Answer> {
    let started = platform.clock.now();
    let text = body.to_string();
    let address = format!("{}{path}", party.address.trim_end_matches('/'));
    let mut entry = Entry::new(platform, Direction::Out);
    party.app_id.clone_into(&mut entry.party);
    party.name.clone_into(&mut entry.party_name);
    operation.clone_into(&mut entry.operation);
    entry.address.clone_from(&address);
    entry.payload(text.as_bytes());
    let done = send(platform, identity, party, address, text).await;
    match &done {
        Ok(answer) if answer.status < 400 => entry.succeeded(answer.status, ""),
        Ok(answer) => entry.failed(answer.status, answer.error()),
        Err(reason) => entry.failed(0, reason),
    }
    calls::write(platform, entry, started).await?;
    match done {
        Ok(answer) if answer.status < 500 => Ok(answer),
        Ok(answer) => Err(down(party, format!("status {}", answer.status))),
        Err(reason) => Err(down(party, reason)),
    }
}

async fn send(
    platform: &Platform,
    identity: &Identity,
    party: &Party<'_>,
    address: String,
    text: String,
) -> Result<Answer, String> {
    let app_id = party.app_id;
    let system = identity.live_system(app_id).await.map_err(|problem| problem.to_string())?;
    let system = system.ok_or_else(|| format!("接入系统里没有启用的“{app_id}”，不能签名"))?;
    let secrets = identity.valid_secrets(system.id).await.map_err(|problem| problem.to_string())?;
    let secret = secrets.first().ok_or_else(|| format!("接入系统“{app_id}”没有有效的密钥，不能签名"))?;
    let timestamp = platform.now().unix_timestamp().to_string();
    let nonce = base::id::token_hex(platform.randomness.as_ref(), 16);
    let call = Signing { app_id, secret, timestamp: &timestamp, nonce: &nonce, user: [""; 3], body: text.as_bytes() };
    let mut request = platform.http.post(address).timeout(PATIENCE).header("content-type", "application/json");
    for (name, value) in system.formula.headers(&call) {
        request = request.header(name, value);
    }
    let answer = request.body(text).send().await.map_err(|error| format!("没有回应：{}", error.without_url()))?;
    let status = answer.status().as_u16();
    let body = answer.json().await.unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

fn down(party: &Party<'_>, cause: String) -> Problem {
    Problem::unavailable(format!("{}暂时没有回应。", party.name), cause)
        .detail("请过一两分钟再试。急办的话，可以换一种方式。")
        .retry_after(60)
}

/// The platform does not take our signature: nothing the person at the counter can mend.
pub(crate) fn not_ours(party: &Party<'_>, status: u16) -> Problem {
    Problem::unavailable(
        format!("{}不接受本系统的请求，现在核验不了。", party.name),
        format!("{} refused our signature with {status}", party.app_id),
    )
    .detail("请系统管理员核对接入系统里的应用标识和密钥。可以先换一种方式办理。")
}
