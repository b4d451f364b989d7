//! The browser's way: a client sends it here, the person signs in and agrees, it goes back with a code.

use platform::web::guard::{Audience, Principal};
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::clients::{Client, audience_of};
use crate::openid::model::{self, Asked, CODE_VALID, REQUEST_VALID, with_query};
use crate::openid::store::{self, code, consent, request};
use crate::service::token_hash;
use crate::{Identity, error};

/// Where the browser goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Back to the client, with a code or an error.
    Back(String),
    /// The ordinary sign-in of the client's user system; afterwards this request goes on.
    SignIn(Audience, Uuid),
    /// The page of consent.
    Consent(Audience, Uuid),
}

/// Somebody signed in: who, and since when.
pub(crate) struct Present {
    pub(crate) caller: std::sync::Arc<Principal>,
    pub(crate) since: OffsetDateTime,
}

/// What the page of consent shows.
pub(crate) struct Asking {
    pub(crate) request: request::Model,
    pub(crate) client: Client,
    pub(crate) scopes: Vec<&'static model::Scope>,
}

impl Identity {
    /// Name of this provider in tokens.
    pub(crate) fn issuer(&self) -> String {
        self.platform.config.public_url.trim_end_matches('/').to_owned()
    }

    /// Takes a client's request.
    ///
    /// # Errors
    /// 400, one and the same for an unknown client, one that is switched off and an address that is
    /// not registered: the browser is never sent to an address we don't know, and nobody learns
    /// which systems exist.
    pub(crate) async fn begin_authorization(&self, asked: Asked) -> Result<(Next, Option<Uuid>)> {
        let client = self.live_client(&asked.client_id).await?;
        let Some(client) = client.filter(|client| client.system.knows_callback(&asked.redirect_uri)) else {
            self.refuse("authorize", &asked.client_id, "client_or_address").await?;
            return Err(error::unknown_client());
        };
        if let Some((fault, words)) = asked.fault() {
            return Ok((Next::Back(self.back_with_error(&asked.redirect_uri, &asked.state, fault, words)), None));
        }
        let now = self.platform.now();
        let allowed = model::allowed(&client.system, client.audience, now);
        let scopes: Vec<&model::Scope> = model::known(&asked.scope)
            .into_iter()
            .filter(|scope| allowed.iter().any(|one| one.key == scope.key))
            .collect();
        let id = self.platform.new_id();
        let new = request::Model {
            id,
            app_id: client.system.app_id.clone(),
            audience: client.audience.as_str().to_owned(),
            redirect_uri: asked.redirect_uri.clone(),
            scopes: model::joined(&scopes),
            force_login: asked.prompts("login") || asked.max_age == Some(0),
            ask_consent: asked.prompts("consent"),
            state: asked.state,
            nonce: asked.nonce,
            challenge: asked.code_challenge,
            created_at: now,
            expires_at: now + REQUEST_VALID,
            used_at: None,
        };
        self.platform
            .db
            .write(now, move |tx| Box::pin(async move { store::keep_request(tx.conn(), new).await }))
            .await?;
        Ok((Next::SignIn(client.audience, id), Some(id)))
    }

    /// User system of a request under way; `None` when it is over.
    pub(crate) async fn audience_of_request(&self, id: Uuid) -> Result<Option<Audience>> {
        let found = store::open_request(self.platform.db.read(), id, self.platform.now()).await?;
        Ok(found.map(|request| audience_of(&request.audience)))
    }

    /// Goes on with a request for whoever is signed in.
    ///
    /// `silent` is the client's `prompt=none`: no page is shown, an error goes back instead.
    ///
    /// # Errors
    /// 400 when the request is over or its client was switched off meanwhile.
    pub(crate) async fn go_on(&self, id: Uuid, present: Option<Present>, silent: bool) -> Result<Next> {
        let asking = self.asking(id).await?.ok_or_else(error::request_over)?;
        let (request, client) = (&asking.request, &asking.client);
        let late = |since: OffsetDateTime| request.force_login && since < request.created_at;
        let Some(present) =
            present.filter(|present| present.caller.audience == client.audience && !late(present.since))
        else {
            return if silent {
                self.end_with_error(request, "login_required").await
            } else {
                Ok(Next::SignIn(client.audience, id))
            };
        };
        let agreed = if client.settings.skip_consent {
            true
        } else {
            let consent = store::consent(self.platform.db.read(), present.caller.id, &request.app_id).await?;
            !request.ask_consent && consent.is_some_and(|given| model::covers(&given.scopes, &request.scopes))
        };
        if !agreed {
            return if silent {
                self.end_with_error(request, "consent_required").await
            } else {
                Ok(Next::Consent(client.audience, id))
            };
        }
        let scopes = request.scopes.clone();
        self.issue_code(request.clone(), &present, scopes, false).await
    }

    /// A request with its client, for the page of consent.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn asking(&self, id: Uuid) -> Result<Option<Asking>> {
        let Some(request) = store::open_request(self.platform.db.read(), id, self.platform.now()).await? else {
            return Ok(None);
        };
        let Some(client) = self.live_client(&request.app_id).await? else { return Ok(None) };
        // The address may have been taken off the register while the person was signing in.
        if client.audience.as_str() != request.audience || !client.system.knows_callback(&request.redirect_uri) {
            return Ok(None);
        }
        let scopes = model::known(&request.scopes);
        Ok(Some(Asking { request, client, scopes }))
    }

    /// The person agrees to some of the scopes; the address to go back to, with the code.
    ///
    /// # Errors
    /// 404 when the request is over or of the other user system, 422 when a scope was not asked for.
    pub(crate) async fn approve(&self, id: Uuid, present: Present, agreed: &[String]) -> Result<String> {
        let asking = self.asking_of(id, &present.caller).await?;
        let scopes: Vec<&model::Scope> = asking
            .scopes
            .iter()
            .copied()
            .filter(|scope| scope.key == "openid" || agreed.iter().any(|key| key == scope.key))
            .collect();
        if agreed.iter().any(|key| !asking.scopes.iter().any(|scope| scope.key == key)) {
            return Err(Problem::invalid_field("/scopes", "unknown", "有一项不在对方要求的范围里，请刷新页面再选。"));
        }
        match self.issue_code(asking.request, &present, model::joined(&scopes), true).await? {
            Next::Back(address) => Ok(address),
            Next::SignIn(..) | Next::Consent(..) => Err(error::request_over()),
        }
    }

    /// The person does not agree.
    ///
    /// # Errors
    /// 404 when the request is over or of the other user system.
    pub(crate) async fn refuse_authorization(&self, id: Uuid, caller: &Principal) -> Result<String> {
        let asking = self.asking_of(id, caller).await?;
        match self.end_with_error(&asking.request, "access_denied").await? {
            Next::Back(address) => Ok(address),
            Next::SignIn(..) | Next::Consent(..) => Err(error::request_over()),
        }
    }

    pub(crate) async fn asking_of(&self, id: Uuid, caller: &Principal) -> Result<Asking> {
        let asking = self.asking(id).await?.filter(|asking| asking.client.audience == caller.audience);
        asking.ok_or_else(|| Problem::not_found("这次登录请求已经失效，请回到原来的系统重新登录。"))
    }

    async fn issue_code(
        &self,
        request: request::Model,
        present: &Present,
        scopes: String,
        agreed: bool,
    ) -> Result<Next> {
        let platform = &self.platform;
        let text = base::id::token_hex(platform.randomness.as_ref(), 32);
        let (now, account) = (platform.now(), present.caller.id);
        let new = code::Model {
            code_hash: token_hash(&text),
            request_id: request.id,
            account_id: account,
            scopes: scopes.clone(),
            auth_time: present.since,
            expires_at: now + CODE_VALID,
            used_at: None,
        };
        let detail = json!({ "scopes": scopes, "agreed_now": agreed });
        let line = Line::by(
            &present.caller,
            platform.new_id(),
            "oauth.authorize",
            format!("system:{}", request.app_id),
            detail,
        );
        let (id, app_id) = (request.id, request.app_id.clone());
        let issued = platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if !store::use_request(tx.conn(), id, now).await? {
                        return Ok(false);
                    }
                    if agreed {
                        store::give_consent(tx.conn(), account, &app_id, scopes, now).await?;
                    }
                    store::keep_code(tx.conn(), new).await?;
                    tx.audit(line);
                    Ok(true)
                })
            })
            .await?;
        if !issued {
            return Err(error::request_over());
        }
        let issuer = self.issuer();
        let pairs = [("code", text.as_str()), ("state", &request.state), ("iss", &issuer)];
        Ok(Next::Back(with_query(&request.redirect_uri, &pairs)))
    }

    async fn end_with_error(&self, request: &request::Model, fault: &'static str) -> Result<Next> {
        let (id, now) = (request.id, self.platform.now());
        self.platform
            .db
            .write(now, move |tx| Box::pin(async move { store::use_request(tx.conn(), id, now).await }))
            .await?;
        Ok(Next::Back(self.back_with_error(&request.redirect_uri, &request.state, fault, "")))
    }

    fn back_with_error(&self, address: &str, state: &str, fault: &str, words: &str) -> String {
        let issuer = self.issuer();
        with_query(address, &[("error", fault), ("error_description", words), ("state", state), ("iss", &issuer)])
    }

    /// Notes a refusal of the provider: what was refused and why, never a secret or a code.
    pub(crate) async fn refuse(&self, step: &'static str, client: &str, why: &'static str) -> Result<()> {
        // What a stranger sends as a client is only kept when it could be one.
        let named = client.len() <= 64 && client.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let subject = if named { format!("system:{client}") } else { "system:?".to_owned() };
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: String::new(),
            action: "oauth.refused",
            subject,
            detail: json!({ "step": step, "why": why }),
        };
        self.platform.leave(line).await
    }

    /// Consents of somebody, with the names of the systems.
    pub(crate) async fn own_consents(&self, caller: &Principal) -> Result<Vec<(consent::Model, String, String)>> {
        let orgs = self.orgs().await?;
        let mut found = Vec::new();
        for given in store::consents(self.platform.db.read(), caller.id).await? {
            let system = self.system_by_app_id(&given.app_id).await?;
            let owner = system.as_ref().and_then(|system| orgs.get(system.owner_org_id)).map(|org| org.name.clone());
            let name = system.map_or_else(|| given.app_id.clone(), |system| system.name);
            found.push((given, name, owner.unwrap_or_default()));
        }
        Ok(found)
    }

    /// Takes a consent back; the system's tokens end.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) async fn withdraw_consent(&self, caller: &Principal, app_id: &str) -> Result<()> {
        let (account, app_id, now) = (caller.id, app_id.to_owned(), self.platform.now());
        let line =
            Line::by(caller, self.platform.new_id(), "oauth.withdraw_consent", format!("system:{app_id}"), json!({}));
        let gone = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let gone = store::withdraw(tx.conn(), account, &app_id).await?;
                    if gone {
                        store::revoke_of(tx.conn(), account, &app_id, now).await?;
                        tx.audit(line);
                    }
                    Ok(gone)
                })
            })
            .await?;
        if gone { Ok(()) } else { Err(Problem::not_found("没有找到这项授权，可能已经收回了。")) }
    }
}
