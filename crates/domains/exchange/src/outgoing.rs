//! A call to a connected system, signed by the formula and the newest valid secret that were agreed with it.

use std::time::Duration;

use identity::Identity;
use identity::systems::Signing;
use platform::Platform;

/// How long the other side may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A call the other side did not take.
#[derive(Debug, Clone)]
pub struct Refused {
    /// HTTP status; 0 without an answer.
    pub status: u16,
    /// Why.
    pub reason: String,
}

/// Bytes of an answer that are read.
const READ: usize = 20_000;

/// Posts JSON; the status of the answer.
pub(crate) async fn post(
    platform: &Platform,
    identity: &Identity,
    app_id: &str,
    address: &str,
    body: String,
) -> Result<u16, Refused> {
    ask(platform, identity, app_id, address, body).await.map(|(status, _)| status)
}

/// The same with the text of the answer, cut when it is long.
pub(crate) async fn ask(
    platform: &Platform,
    identity: &Identity,
    app_id: &str,
    address: &str,
    body: String,
) -> Result<(u16, String), Refused> {
    let (status, text) = ask_whole(platform, identity, app_id, address, body).await?;
    Ok((status, text.chars().take(READ).collect()))
}

/// The same with the whole answer.
pub(crate) async fn ask_whole(
    platform: &Platform,
    identity: &Identity,
    app_id: &str,
    address: &str,
    body: String,
) -> Result<(u16, String), Refused> {
    let headers = signed(platform, identity, app_id, &body).await.map_err(|reason| Refused { status: 0, reason })?;
    let mut request = platform.http.post(address).timeout(PATIENCE);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.header("content-type", "application/json").body(body).send().await;
    let answer =
        answer.map_err(|error| Refused { status: 0, reason: format!("没有回应：{}", error.without_url()) })?;
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    if status.is_success() {
        return Ok((status.as_u16(), text));
    }
    let text: String = text.chars().take(300).collect();
    Err(Refused { status: status.as_u16(), reason: format!("回应 {}：{text}", status.as_u16()) })
}

pub(crate) async fn signed(
    platform: &Platform,
    identity: &Identity,
    app_id: &str,
    body: &str,
) -> Result<Vec<(&'static str, String)>, String> {
    let system = identity.live_system(app_id).await.map_err(|problem| problem.to_string())?;
    let system = system.ok_or_else(|| format!("接入系统里没有启用的“{app_id}”，不能签名"))?;
    let secrets = identity.valid_secrets(system.id).await.map_err(|problem| problem.to_string())?;
    let secret = secrets.first().ok_or_else(|| format!("接入系统“{app_id}”没有有效的密钥，不能签名"))?;
    let timestamp = platform.now().unix_timestamp().to_string();
    let nonce = base::id::token_hex(platform.randomness.as_ref(), 16);
    let call = Signing { app_id, secret, timestamp: &timestamp, nonce: &nonce, user: [""; 3], body: body.as_bytes() };
    Ok(system.formula.headers(&call))
}
