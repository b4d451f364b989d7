//! Our calls to a connected system: signed by its formula with its newest secret, in the ledger
//! whatever comes of them.

use std::time::Duration;

use identity::systems::{ConnectedSystem, Signing};
use platform::calls::{self, Direction, Entry};
use platform::{Problem, Result};
use serde_json::Value;
use uuid::Uuid;

use crate::Recognition;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// Largest answer read.
const ANSWER: usize = 256 * 1024;

/// One call to make.
pub(crate) struct Call<'a> {
    pub(crate) system: &'a ConnectedSystem,
    pub(crate) address: &'a str,
    /// What the ledger says.
    pub(crate) operation: &'a str,
    pub(crate) body: Value,
    pub(crate) case: Option<(Uuid, String)>,
}

/// What the other side answered.
pub(crate) enum Answered {
    /// It took the call.
    Taken(Value),
    /// It refused for good: 4xx.
    Refused(u16),
    /// It did not answer, or with a 5xx.
    Down(String),
}

impl Recognition {
    /// Calls a system.
    ///
    /// # Errors
    /// When it has no secret to sign with, or the database refuses.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Answered> {
        let started = self.platform.clock.now();
        let payload = call.body.to_string();
        let mut entry = Entry::new(&self.platform, Direction::Out);
        entry.party.clone_from(&call.system.app_id);
        entry.party_name.clone_from(&call.system.name);
        call.address.clone_into(&mut entry.address);
        call.operation.clone_into(&mut entry.operation);
        if let Some((id, number)) = call.case {
            entry.case_id = Some(id);
            entry.case_number = Some(number);
        }
        entry.payload(payload.as_bytes());
        let answered = self.send(call.system, call.address, payload).await?;
        match &answered {
            Answered::Taken(_) => entry.succeeded(200, ""),
            Answered::Refused(status) => entry.failed(*status, &format!("回应 {status}")),
            Answered::Down(reason) => entry.failed(0, reason),
        }
        calls::write(&self.platform, entry, started).await?;
        Ok(answered)
    }

    async fn send(&self, system: &ConnectedSystem, address: &str, payload: String) -> Result<Answered> {
        let secrets = self.identity.valid_secrets(system.id).await?;
        let secret = secrets.first().ok_or_else(|| no_secret(&system.name))?;
        let timestamp = self.platform.now().unix_timestamp().to_string();
        let nonce = base::id::token_hex(self.platform.randomness.as_ref(), 16);
        let signing = Signing {
            app_id: &system.app_id,
            secret,
            timestamp: &timestamp,
            nonce: &nonce,
            user: [""; 3],
            body: payload.as_bytes(),
        };
        let mut request = self.platform.http.post(address).timeout(PATIENCE).header("content-type", "application/json");
        for (name, value) in system.formula.headers(&signing) {
            request = request.header(name, value);
        }
        let answer = match request.body(payload).send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(Answered::Down(format!("没有回应：{}", error.without_url()))),
        };
        let status = answer.status();
        if status.is_client_error() {
            return Ok(Answered::Refused(status.as_u16()));
        }
        if !status.is_success() {
            return Ok(Answered::Down(format!("回应 {}", status.as_u16())));
        }
        match answer.bytes().await {
            Ok(bytes) if bytes.len() <= ANSWER => {
                Ok(Answered::Taken(serde_json::from_slice(&bytes).unwrap_or_default()))
            }
            Ok(_) => Ok(Answered::Down("回应太大".to_owned())),
            Err(error) => Ok(Answered::Down(format!("回应没有读完：{}", error.without_url()))),
        }
    }
}

/// A system without a secret that counts now.
pub(crate) fn no_secret(name: &str) -> Problem {
    Problem::conflict("no_secret", format!("{name}没有有效的密钥，现在打不开。"))
        .detail("请稍后再试，或者直接联系它的主管单位。")
}
