//! Signing a call for somebody who tries an interface (OPS-024): in a test environment only.

use platform::web::guard::Allowed;
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::no_system;
use crate::Identity;
use crate::permissions::EditSystems;
use crate::systems::formula::{Signing, USER};

/// Largest body that is signed for a trial, bytes.
const BODY: usize = 256 * 1024;

/// What is to be signed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TrialCall {
    /// Body, letter for letter as it will be sent; empty for GET.
    #[serde(default)]
    pub body: String,
    /// Login of whom the system speaks for (`x-tif-uid`); only for the formula with user.
    #[serde(default)]
    pub user: String,
}

/// A header of a signed call.
#[derive(Debug, Clone, Serialize, ToSchema, PartialEq, Eq)]
pub struct TrialHeader {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// The headers that make a call the system's. They serve once, within three minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrialSignature {
    /// Headers to send.
    pub headers: Vec<TrialHeader>,
}

impl Identity {
    /// Signs one call as a system would sign it. The secret itself is not told. In production nobody signs
    /// for a system but the system itself.
    ///
    /// # Errors
    /// 404; 409 in production, for a system of another environment, and without a valid secret; 422 for a
    /// body that is too large.
    pub async fn sign_trial(
        &self,
        caller: &Allowed<EditSystems>,
        system: Uuid,
        call: &TrialCall,
    ) -> Result<TrialSignature> {
        let found = self.system(system).await?.ok_or_else(no_system)?;
        if self.platform.config.environment == "production" {
            return Err(Problem::conflict("not_for_trials", "正式环境不能试调用。")
                .detail("请到测试环境登记这个系统，在那里试。"));
        }
        if found.environment != self.platform.config.environment || !found.enabled {
            return Err(Problem::conflict("system_off", "这个系统在这里没有启用，不能试调用。")
                .detail("先在“接入系统”里核对它的环境，并且启用。"));
        }
        if call.body.len() > BODY {
            return Err(Problem::invalid_field("/body", "too_large", "试调用的正文不能超过 256 KB"));
        }
        if call.user.len() > 64 || call.user.chars().any(|one| one.is_control() || !one.is_ascii()) {
            return Err(Problem::invalid_field("/user", "format", "登录名只能是英文字母、数字和符号，最多 64 个字符"));
        }
        let secrets = self.valid_secrets(found.id).await?;
        let secret = secrets.first().ok_or_else(|| {
            Problem::conflict("no_secret", "这个系统没有有效的密钥，不能签名。").detail("先给它发一个密钥。")
        })?;
        let timestamp = self.platform.now().unix_timestamp().to_string();
        let nonce = base::id::token_hex(self.platform.randomness.as_ref(), 16);
        let signing = Signing {
            app_id: &found.app_id,
            secret,
            timestamp: &timestamp,
            nonce: &nonce,
            user: [call.user.as_str(), "", ""],
            body: call.body.as_bytes(),
        };
        let mut headers: Vec<TrialHeader> = found
            .formula
            .headers(&signing)
            .into_iter()
            .map(|(name, value)| TrialHeader { name: name.to_owned(), value })
            .collect();
        // An empty header is left out by some proxies; the formula takes it for empty either way.
        headers.retain(|header| !(header.value.is_empty() && USER.contains(&header.name.as_str())));
        let detail = json!({ "size": call.body.len() });
        let subject = format!("system:{}", found.id);
        let line = Line::by(&caller.caller, self.platform.new_id(), "system.trial", subject, detail);
        self.platform.leave(line).await?;
        Ok(TrialSignature { headers })
    }
}
