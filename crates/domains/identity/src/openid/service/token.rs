//! The client's way: a code into tokens, a token into user data, the end of a session.

use std::net::IpAddr;

use base::crypto::rs256;
use base::encoding::to_base64url;
use platform::sessions::{Origin, PrincipalSource};
use platform::web::guard::Audience;
use platform::web::problem::Result;
use platform::work::audit::Line;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::clients::Client;
use crate::openid::model::{self, TOKEN_VALID};
use crate::openid::store::{self, code, request, token};
use crate::service::token_hash;
use crate::sign_ins::model::NewSignIn;
use crate::sign_ins::store::record;
use crate::systems::ConnectedSystem;
use crate::{AccountKind, Identity, roles};

/// What a client shows of itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

/// A request to the token endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exchange {
    pub(crate) grant_type: String,
    pub(crate) code: String,
    pub(crate) redirect_uri: String,
    pub(crate) verifier: String,
}

/// Error codes of RFC 6749 5.2 and RFC 6750 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
    InvalidToken,
}

/// Tokens for a client.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) id_token: String,
    pub(crate) scope: String,
}

/// Where a browser goes after the end of a session.
pub(crate) struct Ended {
    /// Whose session in which user system may be ended.
    pub(crate) account: Uuid,
    pub(crate) audience: Audience,
    /// Address of the client, or our first page.
    pub(crate) go_to: String,
}

impl Identity {
    /// The client behind credentials; one refusal for unknown, switched off, wrong secret and a call
    /// from a network that is not registered.
    pub(crate) async fn proven_client(
        &self,
        shown: &Credentials,
        address: Option<IpAddr>,
    ) -> Result<std::result::Result<Client, Refused>> {
        let client = self.live_client(&shown.client_id).await?;
        let good = match &client {
            Some(client) => {
                let near = address
                    .is_some_and(|address| client.system.networks.iter().any(|network| network.contains(&address)));
                self.knows_secret(&client.system, &shown.secret).await? && near
            }
            None => false,
        };
        match client.filter(|_| good) {
            Some(client) => Ok(Ok(client)),
            None => {
                self.refuse("client", &shown.client_id, "unknown_off_secret_or_network").await?;
                Ok(Err(Refused::InvalidClient))
            }
        }
    }

    /// Changes a code into tokens, once.
    ///
    /// # Errors
    /// When the database refuses; a refusal of the client is the inner result.
    pub(crate) async fn exchange_code(
        &self,
        client: &Client,
        asked: &Exchange,
    ) -> Result<std::result::Result<Tokens, Refused>> {
        if asked.grant_type != "authorization_code" {
            return Ok(Err(Refused::UnsupportedGrantType));
        }
        let (hash, now) = (token_hash(&asked.code), self.platform.now());
        let used = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let found = store::use_code(tx.conn(), &hash, now).await?;
                    if let Some((_, false)) = &found {
                        // Shown twice: one of the two is a thief, so what came of it ends.
                        store::revoke_of_code(tx.conn(), &hash, now).await?;
                    }
                    Ok(found)
                })
            })
            .await?;
        let app_id = client.system.app_id.as_str();
        let Some((code, first)) = used else {
            self.refuse("token", app_id, "unknown_code").await?;
            return Ok(Err(Refused::InvalidGrant));
        };
        if !first {
            self.refuse("token", app_id, "replayed_code").await?;
            return Ok(Err(Refused::InvalidGrant));
        }
        let request = store::request(self.platform.db.read(), code.request_id).await?;
        let why = match &request {
            None => Some("unknown_code"),
            Some(_) if code.expires_at <= now => Some("late_code"),
            Some(request) if request.app_id != app_id => Some("code_of_another"),
            Some(request) if request.redirect_uri != asked.redirect_uri => Some("other_address"),
            Some(request) if !model::verifies(&request.challenge, &asked.verifier) => Some("wrong_verifier"),
            Some(_) => None,
        };
        let Some(request) = request.filter(|_| why.is_none()) else {
            self.refuse("token", app_id, why.unwrap_or("unknown_code")).await?;
            return Ok(Err(Refused::InvalidGrant));
        };
        // Somebody disabled since the code was made gets nothing.
        let Some(person) = self.principal(&self.platform, client.audience, code.account_id).await? else {
            self.refuse("token", app_id, "account_gone").await?;
            return Ok(Err(Refused::InvalidGrant));
        };
        let user_type = match client.audience {
            Audience::Desk => "staff",
            Audience::Portal => self.account(code.account_id).await?.map_or("person", |account| account.kind.as_str()),
        };
        let tokens = self.tokens(client, &code, &request).await?;
        let entry = NewSignIn {
            id: self.platform.new_id(),
            at: now,
            audience: client.audience,
            user_type,
            account: code.account_id,
            app_id: app_id.to_owned(),
            origin: Origin::default(),
            way: "openid",
            refused: String::new(),
        };
        let line = Line::by(
            &person,
            self.platform.new_id(),
            "oauth.token",
            format!("system:{app_id}"),
            json!({ "scopes": code.scopes }),
        );
        let new = token::Model {
            token_hash: token_hash(&tokens.access_token),
            code_hash: code.code_hash,
            app_id: app_id.to_owned(),
            audience: client.audience.as_str().to_owned(),
            account_id: code.account_id,
            scopes: code.scopes,
            expires_at: now + TOKEN_VALID,
            revoked_at: None,
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::note_use(tx.conn(), new.account_id, &new.app_id, now).await?;
                    store::keep_token(tx.conn(), new).await?;
                    record(tx.conn(), entry).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(Ok(tokens))
    }

    async fn tokens(&self, client: &Client, code: &code::Model, request: &request::Model) -> Result<Tokens> {
        let (kid, key) = self.signing_key().await?;
        let access_token = base::id::token_hex(self.platform.randomness.as_ref(), 32);
        let now = self.platform.now();
        let digest = base::crypto::sha256(access_token.as_bytes());
        let (half, _) = digest.split_at(16);
        let mut claims = json!({
            "iss": self.issuer(),
            "sub": code.account_id,
            "aud": client.system.app_id,
            "iat": now.unix_timestamp(),
            "exp": (now + TOKEN_VALID).unix_timestamp(),
            "auth_time": code.auth_time.unix_timestamp(),
            // OpenID Core 3.1.3.6: the left half of the digest binds the access token.
            "at_hash": to_base64url(half),
        });
        if let Some(claims) = claims.as_object_mut().filter(|_| !request.nonce.is_empty()) {
            claims.insert("nonce".to_owned(), json!(request.nonce));
        }
        Ok(Tokens { id_token: key.token(&kid, &claims), access_token, scope: code.scopes.clone() })
    }

    /// User data for an access token: what was agreed to and is still granted.
    ///
    /// # Errors
    /// When the database refuses; a token that does not count is the inner result.
    pub(crate) async fn user_info(&self, presented: &str) -> Result<std::result::Result<Value, Refused>> {
        let found = store::live_token(self.platform.db.read(), &token_hash(presented), self.platform.now()).await?;
        let Some(token) = found else {
            self.refuse("userinfo", "", "unknown_late_or_ended_token").await?;
            return Ok(Err(Refused::InvalidToken));
        };
        let client = self.live_client(&token.app_id).await?.filter(|client| client.audience.as_str() == token.audience);
        let Some(client) = client else {
            self.refuse("userinfo", &token.app_id, "system_off").await?;
            return Ok(Err(Refused::InvalidToken));
        };
        let claims = self.claims_for(&client.system, client.audience, token.account_id, &token.scopes).await?;
        let Some(claims) = claims else {
            self.refuse("userinfo", &token.app_id, "account_gone").await?;
            return Ok(Err(Refused::InvalidToken));
        };
        Ok(Ok(claims))
    }

    /// Data of somebody for a system, by scope; `None` when the account may no longer sign in.
    pub(crate) async fn claims_for(
        &self,
        system: &ConnectedSystem,
        audience: Audience,
        account: Uuid,
        scopes: &str,
    ) -> Result<Option<Value>> {
        if self.principal(&self.platform, audience, account).await?.is_none() {
            return Ok(None);
        }
        let allowed = model::allowed(system, audience, self.platform.now());
        let has = |key: &str| {
            model::known(scopes).iter().any(|scope| scope.key == key) && allowed.iter().any(|scope| scope.key == key)
        };
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!(account));
        match audience {
            Audience::Portal => {
                let Some(known) = self.account(account).await? else { return Ok(None) };
                if has("profile") {
                    claims.insert("name".to_owned(), json!(known.applicant_name()));
                    claims.insert("nickname".to_owned(), json!(known.display_name));
                    claims.insert("user_kind".to_owned(), json!(known.kind));
                }
                if has("real_name") {
                    claims.insert("real_name".to_owned(), json!(known.real_name));
                }
                if has("id_number") {
                    claims.insert("id_type".to_owned(), json!(known.id_type));
                    claims.insert("id_number".to_owned(), json!(known.id_number));
                }
                if let Some(phone) = known.phone.as_ref().filter(|_| has("phone")) {
                    claims.insert("phone_number".to_owned(), json!(phone));
                }
                if let Some(email) = known.email.as_ref().filter(|_| has("email")) {
                    claims.insert("email".to_owned(), json!(email));
                }
                if let Some(body) =
                    known.enterprise.as_ref().filter(|_| has("enterprise") && known.kind == AccountKind::Enterprise)
                {
                    claims.insert(
                        "enterprise".to_owned(),
                        json!({ "name": body.name, "uscc": body.uscc, "legal_person": body.legal_person }),
                    );
                }
            }
            Audience::Desk => {
                let Some(staff) = self.staff(account).await? else { return Ok(None) };
                if has("profile") {
                    claims.insert("name".to_owned(), json!(staff.name));
                }
                if has("staff") {
                    let org = self.org(staff.org_id).await?;
                    let labels: Vec<String> = staff
                        .roles
                        .iter()
                        .map(|key| roles::all().get(key).map_or_else(|| key.clone(), |role| role.label.clone()))
                        .collect();
                    claims.insert("preferred_username".to_owned(), json!(staff.login));
                    claims.insert("org_name".to_owned(), json!(org.map(|org| org.name)));
                    claims.insert("roles".to_owned(), json!(labels));
                }
            }
        }
        Ok(Some(Value::Object(claims)))
    }

    /// What ends with an identity token as proof; `None` when it is not ours or the address to go to
    /// is not registered.
    pub(crate) async fn end_with_hint(&self, hint: &str, go_to: &str, state: &str) -> Result<Option<Ended>> {
        let Some(kid) = rs256::token_kid(hint) else { return Ok(None) };
        let key = self.published_keys().await?.into_iter().find(|(known, _)| *known == kid);
        let Some(claims) = key.and_then(|(_, key)| rs256::verified_claims(hint, &key)) else { return Ok(None) };
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let account: Option<Uuid> = text("sub").parse().ok();
        let (Some(account), true) = (account, text("iss") == self.issuer()) else { return Ok(None) };
        let Some(client) = self.live_client(text("aud")).await? else { return Ok(None) };
        let known = client.settings.logout_addresses().iter().any(|address| address == go_to);
        if !go_to.is_empty() && !known {
            self.refuse("end_session", &client.system.app_id, "other_address").await?;
            return Ok(None);
        }
        let (app_id, now) = (client.system.app_id.clone(), self.platform.now());
        self.platform
            .db
            .write(now, move |tx| Box::pin(async move { store::revoke_of(tx.conn(), account, &app_id, now).await }))
            .await?;
        let home = if client.audience == Audience::Desk { "/desk/" } else { "/" };
        let go_to = if go_to.is_empty() { home.to_owned() } else { model::with_query(go_to, &[("state", state)]) };
        Ok(Some(Ended { account, audience: client.audience, go_to }))
    }
}
