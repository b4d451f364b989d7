//! Secrets: made or taken over, shown once, several valid at once, ended.
//!
//! Rotation without a restart and without a gap: give out a new one, let the other side change
//! over, then end the old one. Each has its own first and last moment.

use platform::web::guard::{Allowed, Principal};
use platform::work::idempotency;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::no_system;
use crate::Identity;
use crate::permissions::EditSystems;
use crate::systems::model::ConnectedSystem;
use crate::systems::store::{self, secret};

/// Secrets of one system that may be valid or still to come; more is a mistake.
const MAX_LIVE: usize = 5;

/// A secret wanted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct NewSecret {
    /// Given by the other side; 32 random bytes of ours when absent.
    pub secret: Option<String>,
    /// First moment; now when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_from: Option<OffsetDateTime>,
    /// Last moment; none without end.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<OffsetDateTime>,
}

/// A secret as shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IssuedSecret {
    /// Id.
    pub id: Uuid,
    /// The secret. It is not shown again.
    pub secret: String,
}

impl Identity {
    /// Gives a system one more secret. A secret is shown once: the same key again is refused and makes
    /// no second one.
    ///
    /// # Authorisation
    /// `system.edit`.
    ///
    /// # Errors
    /// 404; 409 when five are valid already; 422 for a period that can't be.
    pub async fn issue_secret(
        &self,
        caller: &Allowed<EditSystems>,
        system: Uuid,
        wanted: NewSecret,
        key: Option<String>,
    ) -> Result<IssuedSecret> {
        self.put_secret(caller, system, wanted, key).await
    }

    /// The same for a content pack or a test.
    ///
    /// # Errors
    /// As [`Identity::issue_secret`].
    pub async fn add_secret(&self, caller: &Principal, system: Uuid, wanted: NewSecret) -> Result<IssuedSecret> {
        self.put_secret(caller, system, wanted, None).await
    }

    async fn put_secret(
        &self,
        caller: &Principal,
        system: Uuid,
        wanted: NewSecret,
        key: Option<String>,
    ) -> Result<IssuedSecret> {
        let now = self.platform.now();
        let whole = |at: OffsetDateTime| at.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).unwrap_or(at);
        let from = wanted.valid_from.map_or(now, whole);
        let until = wanted.valid_until.map(whole);
        if until.is_some_and(|until| until <= from || until <= now) {
            return Err(Problem::invalid_field("/valid_until", "order", "失效时间要晚于生效时间和现在"));
        }
        if from > now + time::Duration::days(366) {
            return Err(Problem::invalid_field("/valid_from", "range", "生效时间最晚在一年以内"));
        }
        let plain = match wanted.secret.map(|secret| secret.trim().to_owned()).filter(|secret| !secret.is_empty()) {
            Some(given) if (8..=256).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_graphic()) => {
                given
            }
            Some(_) => {
                return Err(Problem::invalid_field("/secret", "format", "密钥用可见的英文字符，8 到 256 个，不带空格"));
            }
            None => base::id::token_hex(self.platform.randomness.as_ref(), 32),
        };
        let id = self.platform.new_id();
        let row = secret::Model {
            id,
            system_id: system,
            secret_sealed: self.platform.seal(&plain, &store::secret_place(id)),
            hint: plain.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect(),
            valid_from: from,
            valid_until: until,
            created_at: now,
            created_by: caller.name.clone(),
        };
        let identity = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::find(tx.conn(), system).await?.ok_or_else(no_system)?;
                    if let Some(key) = key
                        && idempotency::claim(tx, caller.id, "system.secret", &key, id).await?.is_some()
                    {
                        let title = "这次请求已经发过密钥，密钥只显示一次。";
                        let problem = Problem::conflict("secret_given", title);
                        return Err(problem.detail("没有记下来的话，请停用那个密钥，再发一个新的。"));
                    }
                    let live = store::secrets(tx.conn(), system).await?;
                    if live.iter().filter(|one| one.valid_until.is_none_or(|until| until > now)).count() >= MAX_LIVE {
                        return Err(Problem::conflict("too_many_secrets", "有效的密钥已经有 5 个，请先停用不用的密钥。"));
                    }
                    let detail = json!({ "secret_id": id, "valid_from": from.unix_timestamp(), "valid_until": until.map(OffsetDateTime::unix_timestamp) });
                    store::insert_secret(tx.conn(), row).await?;
                    identity.log_change(tx, &caller, system, "system.secret_add", detail).await
                })
            })
            .await?;
        Ok(IssuedSecret { id, secret: plain })
    }

    /// Sets the last moment of a secret; without one it ends now.
    ///
    /// # Errors
    /// 404; 409 when it has ended already.
    pub async fn end_secret(
        &self,
        caller: &Allowed<EditSystems>,
        system: Uuid,
        id: Uuid,
        at: Option<OffsetDateTime>,
    ) -> Result<()> {
        let now = self.platform.now();
        let at = at.map_or(now, |at| at.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).unwrap_or(at)).max(now);
        let identity = self.clone();
        let caller = caller.caller.as_ref().clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let all = store::secrets(tx.conn(), system).await?;
                    let found = all.into_iter().find(|one| one.id == id);
                    let found = found.ok_or_else(|| Problem::not_found("没有找到这个密钥。"))?;
                    if found.valid_until.is_some_and(|until| until <= now) {
                        return Err(Problem::conflict("secret_ended", "这个密钥已经失效。"));
                    }
                    store::end_secret(tx.conn(), id, at).await?;
                    let detail = json!({ "secret_id": id, "valid_until": at.unix_timestamp() });
                    identity.log_change(tx, &caller, system, "system.secret_end", detail).await
                })
            })
            .await
    }

    /// Secrets of a system that count now, newest first. Never logged, never sent.
    ///
    /// # Errors
    /// When the database refuses or a secret can't be opened.
    pub async fn valid_secrets(&self, system: Uuid) -> Result<Vec<String>> {
        let now = self.platform.now();
        let rows = store::secrets(self.platform.db.read(), system).await?;
        rows.iter()
            .filter(|row| row.valid_from <= now && row.valid_until.is_none_or(|until| now < until))
            .map(|row| self.platform.unseal(&row.secret_sealed, &store::secret_place(row.id)))
            .collect()
    }

    /// Whether a secret presented as such (an OAuth client secret) is one that counts now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn knows_secret(&self, system: &ConnectedSystem, presented: &str) -> Result<bool> {
        let mut known = false;
        for secret in self.valid_secrets(system.id).await? {
            known |= base::crypto::constant_time_eq(
                &base::crypto::sm3(secret.as_bytes()),
                &base::crypto::sm3(presented.as_bytes()),
            );
        }
        Ok(known)
    }
}
