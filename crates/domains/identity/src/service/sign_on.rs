//! Citizens sign on through the province: send the browser there, take it back, start a session.

use platform::calls;
use platform::sessions::Origin;
use platform::web::guard::Audience;
use platform::web::problem::Result;
use time::Duration;

use crate::model::account::local_path;
use crate::service::token_hash;
use crate::store::accounts;
use crate::{Account, Identity, error};

/// How long a citizen may take at the province.
const VALID: Duration = Duration::minutes(10);

/// A sign-on under way.
pub(crate) struct SignOn {
    /// Where the browser goes.
    pub(crate) address: String,
    /// Secret of this sign-on; the browser keeps it in a cookie and must bring it back.
    pub(crate) state: String,
}

impl Identity {
    /// Address this site is called back on.
    fn back(&self) -> String {
        format!("{}/api/v1/portal/sign-on/callback", self.platform.config.public_url.trim_end_matches('/'))
    }

    /// Begins a sign-on that ends at `return_to`, a path of this site.
    ///
    /// # Errors
    /// 503 when the system is full, or when the province does not answer: the browser is not sent to a dead address.
    pub(crate) async fn begin_sign_on(&self, return_to: Option<&str>) -> Result<SignOn> {
        self.room_for_citizens().await?;
        self.provider.probe().await?;
        let platform = &self.platform;
        let state = base::id::token_hex(platform.randomness.as_ref(), 32);
        let nonce = base::id::token_hex(platform.randomness.as_ref(), 16);
        let address = self.provider.sign_on_address(&state, &nonce, &self.back())?;
        let (hash, way_back, now) = (token_hash(&state), local_path(return_to), platform.now());
        platform
            .db
            .write(now, move |tx| {
                Box::pin(
                    async move { accounts::begin_sign_on(tx.conn(), now, hash, nonce, way_back, now + VALID).await },
                )
            })
            .await?;
        Ok(SignOn { address, state })
    }

    /// Ends a sign-on: who it is, mirrored, with a session. Returns the session cookie and the way back.
    ///
    /// `kept` is the state out of the browser's cookie: a link that carries somebody else's state
    /// and code does not sign a citizen in to the other's account.
    ///
    /// # Errors
    /// 400 when the state is over or the province refuses, 503 when it does not answer or the system is full.
    pub(crate) async fn finish_sign_on(
        &self,
        state: &str,
        kept: Option<&str>,
        code: Option<&str>,
        origin: &Origin,
    ) -> Result<(String, String)> {
        let same = kept.is_some_and(|kept| base::crypto::constant_time_eq(kept.as_bytes(), state.as_bytes()));
        if !same {
            return Err(error::sign_on_over());
        }
        // Before the state is used up: who comes back in a minute goes on with the same sign-on.
        self.room_for_citizens().await?;
        let (hash, now) = (token_hash(state), self.platform.now());
        let used = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { accounts::use_state(tx.conn(), now, &hash).await }))
            .await?;
        let (nonce, return_to) = used.ok_or_else(error::sign_on_over)?;
        let code = code.filter(|code| !code.is_empty()).ok_or_else(error::sign_on_refused)?;
        let started = self.platform.clock.now();
        let mut entry = calls::Entry::new(&self.platform, calls::Direction::Out);
        entry.party = "identity".to_owned();
        entry.party_name = "省统一身份认证".to_owned();
        entry.operation = "换取登录身份".to_owned();
        entry.address.clone_from(&self.platform.config.identity_url);
        entry.payload(code.as_bytes());
        let answer = self.provider.exchange(code, &nonce, &self.back()).await;
        match &answer {
            Ok(_) => entry.succeeded(200, ""),
            Err(problem) => entry.refused(problem),
        }
        calls::write(&self.platform, entry, started).await?;
        let profile = answer?;
        let account = self.mirror(profile).await?;
        let cookie = self.citizen_session(&account, origin, "province").await?;
        Ok((cookie, return_to))
    }

    /// A portal session of an account, with its record; the session cookie.
    pub(crate) async fn citizen_session(
        &self,
        account: &Account,
        origin: &Origin,
        way: &'static str,
    ) -> Result<String> {
        self.record_sign_in(self.citizen_entry(account.id, account.kind, origin, way)).await?;
        self.platform.sessions.start_from(&self.platform, Audience::Portal, account.id, origin, way).await
    }
}
