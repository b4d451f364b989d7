//! The first time: somebody comes with an account of another system that belongs to nobody here yet,
//! and shows the account here once. From then on they go straight through (IDENT-009).
//!
//! An enterprise shows code and password, exactly as when it signs in: captcha, lock-out and the one
//! answer to everything wrong are those of that sign-in. Anybody else signs in as always and confirms.
//!
//! req: IDENT-009

use axum::http::StatusCode;
use platform::captcha::Answer;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use time::Duration;
use uuid::Uuid;

use super::arrive::{Arrived, Visitor};
use super::issue::hash;
use super::store::{self, log, pending};
use crate::Recognition;
use crate::bindings::NewBinding;
use crate::links::Link;

/// How long somebody may take.
const VALID: Duration = Duration::minutes(15);

fn place(id: Uuid, part: &str) -> String {
    format!("pending_binding:{id}:{part}")
}

fn over() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "arrival_over", "这次绑定已经失效，没有登录。")
        .detail("绑定要在 15 分钟内完成，只能用一次。请回到原来的页面重新点一次。")
}

/// Code and password of an enterprise, with the answered captcha.
pub(crate) struct HallAccount {
    pub(crate) captcha: Answer,
    pub(crate) code: String,
    pub(crate) password: String,
}

impl Recognition {
    /// Asks for the account here.
    pub(super) async fn ask_account(
        &self,
        link: &Link,
        external_id: &str,
        external_name: &str,
        visitor: &Visitor,
        to: &str,
    ) -> Result<Arrived> {
        let (external_id, external_name) = crate::bindings::checked_external(external_id, external_name)?;
        let token = base::id::token_hex(self.platform.randomness.as_ref(), 32);
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let row = pending::Model {
            id,
            token_hash: hash(&token),
            system_id: link.system.id,
            audience: visitor.audience.as_str().to_owned(),
            external_sealed: self.platform.seal(&external_id, &place(id, "external")),
            name_sealed: self.platform.seal(&external_name, &place(id, "name")),
            go_to: to.to_owned(),
            expires_at: now + VALID,
            used_at: None,
        };
        let line = log::Model {
            direction: "in".to_owned(),
            target: super::issue::bare(to),
            address: visitor.origin.address.clone(),
            ..self.log_line(link, "arrive", visitor.audience, "asked")
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::ask(tx.conn(), row, now).await?;
                    store::note(tx.conn(), line).await
                })
            })
            .await?;
        let system_name = link.system.name.clone();
        Ok(Arrived::AskAccount { pending: token, to: to.to_owned(), system_name, external_name })
    }

    async fn standing(&self, token: &str, audience: platform::web::guard::Audience) -> Result<pending::Model> {
        let found = store::asked(self.platform.db.read(), &hash(token), self.platform.now()).await?;
        found.filter(|row| row.audience == audience.as_str()).ok_or_else(over)
    }

    /// An enterprise shows its account here by code and password: signed in and bound.
    ///
    /// # Errors
    /// 400 when the question is over; otherwise as the sign-in of an enterprise.
    pub(crate) async fn bind_with_password(
        &self,
        token: &str,
        account: HallAccount,
        visitor: &Visitor,
    ) -> Result<(String, String)> {
        let asked = self.standing(token, visitor.audience).await?;
        let (known, cookie) = self
            .identity
            .sign_in_enterprise(&account.captcha, &account.code, account.password, &visitor.origin)
            .await?;
        let name = known.applicant_name().to_owned();
        Ok((cookie, self.bind_asked(asked, known.id, name).await?))
    }

    /// Somebody who is signed in confirms that the account over there is theirs.
    ///
    /// # Errors
    /// 400 when the question is over; 409 when one of the two accounts is bound otherwise.
    pub(crate) async fn bind_signed_in(&self, caller: &Principal, token: &str) -> Result<String> {
        let asked = self.standing(token, caller.audience).await?;
        self.bind_asked(asked, caller.id, caller.name.clone()).await
    }

    async fn bind_asked(&self, asked: pending::Model, account: Uuid, account_name: String) -> Result<String> {
        let system = self.known_system(asked.system_id).await?;
        let new = NewBinding {
            system: system.id,
            system_name: system.name,
            audience: store::audience_of(&asked.audience),
            account,
            account_name,
            external_id: self.platform.unseal(&asked.external_sealed, &place(asked.id, "external"))?,
            external_name: self.platform.unseal(&asked.name_sealed, &place(asked.id, "name"))?,
            way: "arrived",
        };
        let recognition = self.clone();
        let to = asked.go_to.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if !store::answer(tx.conn(), asked.id, tx.now()).await? {
                        return Err(over());
                    }
                    recognition.bind(tx, new).await
                })
            })
            .await?;
        Ok(to)
    }
}
