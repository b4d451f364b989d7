//! Keys that sign identity tokens: sealed at rest, replaced every three months, with overlap.

use base::crypto::rs256::{RsaKey, RsaPublic};
use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use time::OffsetDateTime;

use crate::Identity;
use crate::openid::model::{KEY_OVERLAP, KEY_SIGNS};
use crate::openid::store::{self, key};
use crate::permissions::RotateSignOnKeys;

fn place(kid: &str) -> String {
    format!("oauth_key:{kid}")
}

impl Identity {
    /// The key that signs now; made at the first use and when the last one is too old.
    pub(crate) async fn signing_key(&self) -> Result<(String, RsaKey)> {
        let newest = store::keys(self.platform.db.read()).await?.into_iter().next();
        let fresh = newest.filter(|key| key.created_at + KEY_SIGNS > self.platform.now());
        let key = match fresh {
            Some(key) => key,
            None => self.new_key(None).await?,
        };
        let pem = self.platform.unseal(&key.private_sealed, &place(&key.kid))?;
        Ok((key.kid, RsaKey::from_pem(&pem).map_err(Problem::internal)?))
    }

    /// Keys that verify what is still in use.
    pub(crate) async fn published_keys(&self) -> Result<Vec<(String, RsaPublic)>> {
        let now = self.platform.now();
        let keys = store::keys(self.platform.db.read()).await?;
        if keys.is_empty() {
            self.signing_key().await?;
            return Ok(store::keys(self.platform.db.read()).await?.into_iter().map(public).collect());
        }
        Ok(keys.into_iter().filter(|key| key.published_until.is_none_or(|until| until > now)).map(public).collect())
    }

    /// Every key with its state, the newest first.
    pub(crate) async fn sign_on_keys(&self) -> Result<Vec<key::Model>> {
        store::keys(self.platform.db.read()).await
    }

    /// A new key at once; the old one stays published for a day.
    ///
    /// # Authorisation
    /// `sign_on.keys`.
    pub(crate) async fn rotate_sign_on_keys(&self, caller: &Allowed<RotateSignOnKeys>, reason: &str) -> Result<()> {
        let reason = crate::sign_ins::http::checked_reason(reason)?;
        let detail = json!({ "reason": reason });
        let line = Line::by(caller, self.platform.new_id(), "oauth.rotate_key", "oauth_keys".to_owned(), detail);
        self.new_key(Some(line)).await?;
        Ok(())
    }

    async fn new_key(&self, line: Option<Line>) -> Result<key::Model> {
        let platform = self.platform.clone();
        // A second of arithmetic does not belong on a thread that serves others.
        let made = tokio::task::spawn_blocking(move || {
            let made = RsaKey::generate(platform.randomness.as_ref());
            made.and_then(|key| Ok((key.to_pem()?, key.public())))
        });
        let (pem, public) = made.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
        let number = store::keys(self.platform.db.read()).await?.first().map_or(1, |key| key.number + 1);
        let kid = base::id::token_hex(self.platform.randomness.as_ref(), 8);
        let now: OffsetDateTime = self.platform.now();
        let new = key::Model {
            number,
            private_sealed: self.platform.seal(&pem, &place(&kid)),
            kid,
            n: public.n,
            e: public.e,
            created_at: now,
            signs_until: None,
            published_until: None,
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if store::add_key(tx.conn(), new, now + KEY_OVERLAP).await?
                        && let Some(line) = line
                    {
                        tx.audit(line);
                    }
                    store::keys(tx.conn()).await?.into_iter().next().ok_or_else(|| Problem::internal("no key was kept"))
                })
            })
            .await
    }
}

fn public(key: key::Model) -> (String, RsaPublic) {
    (key.kid, RsaPublic { n: key.n, e: key.e })
}
