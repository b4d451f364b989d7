//! Sessions on the server: the cookie holds a random token, the table its SM3.
//!
//! Resolving a session is one cached lookup; an entry lives a few seconds, so an ended session
//! or a changed role takes effect on every node within [`CACHE_SECONDS`] (at once on this node).
//!
//! A session is bound to the network it was opened from (`bind_sessions`): a cookie that turns up
//! elsewhere opens nothing, and the try is in the audit log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Platform;
use crate::web::context;
use crate::web::guard::{Audience, Principal};
use crate::web::limits::Quotas;
use crate::web::problem::{Problem, Result};
use crate::work::audit::{Line, Outcome};

/// Seconds a resolved session is remembered.
pub const CACHE_SECONDS: u64 = 5;
/// Hours after which a session ends whatever happens.
const ABSOLUTE_HOURS: i64 = 12;

/// Turns an account id into the caller with all rights; implemented by the identity domain.
#[async_trait]
pub trait PrincipalSource: Send + Sync {
    /// The caller, or `None` when the account is gone or disabled.
    async fn principal(&self, platform: &Platform, audience: Audience, account: Uuid) -> Result<Option<Principal>>;
}

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub audience: String,
        pub account_id: Uuid,
        pub created_at: OffsetDateTime,
        pub seen_at: OffsetDateTime,
        pub expires_at: OffsetDateTime,
        pub ended_at: Option<OffsetDateTime>,
        pub network: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The session service of one node.
pub struct Sessions {
    source: std::sync::OnceLock<Arc<dyn PrincipalSource>>,
    cache: moka::future::Cache<(Audience, String), Kept>,
    quotas: Quotas,
    /// Grows when what was resolved is forgotten.
    forgotten: AtomicU64,
}

/// A session resolved a moment ago: its caller and the network it is bound to.
#[derive(Clone)]
struct Kept {
    caller: Arc<Principal>,
    network: Arc<str>,
    at: OffsetDateTime,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            source: std::sync::OnceLock::new(),
            cache: moka::future::Cache::builder()
                .max_capacity(20_000)
                .time_to_live(Duration::from_secs(CACHE_SECONDS))
                .build(),
            quotas: Quotas::default(),
            forgotten: AtomicU64::new(0),
        }
    }
}

impl Sessions {
    /// Plugs in the identity domain, once, at start.
    pub fn plug(&self, source: Arc<dyn PrincipalSource>) {
        // A second plug would be a wiring mistake; the first one stays.
        let _ = self.source.set(source);
    }

    /// Starts a session; returns the `Set-Cookie` value.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start(&self, platform: &Platform, audience: Audience, account: Uuid) -> Result<String> {
        let token = base::id::token_hex(platform.randomness.as_ref(), 32);
        let now = platform.now();
        let session = row::ActiveModel {
            token_hash: Set(hash(&token)),
            audience: Set(audience.as_str().to_owned()),
            account_id: Set(account),
            created_at: Set(now),
            seen_at: Set(now),
            expires_at: Set(now + time::Duration::hours(ABSOLUTE_HOURS)),
            ended_at: Set(None),
            network: Set(network_of(platform, audience)),
        };
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    row::Entity::insert(session).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(cookie_value(platform, audience, &token, ABSOLUTE_HOURS * 3600))
    }

    /// The caller behind a token, or `None` when the session is unknown, ended or of the other system.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn resolve(
        &self,
        platform: &Platform,
        audience: Audience,
        token: &str,
    ) -> Result<Option<Arc<Principal>>> {
        if token.len() != 64 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let key = (audience, hash(token));
        let now = platform.now();
        // By the product's clock too: what holds until a moment must not be used after it.
        if let Some(kept) = self.cache.get(&key).await
            && now - kept.at < time::Duration::seconds(CACHE_SECONDS as i64)
        {
            return self.at_home(platform, audience, kept).await;
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let Some(session) = row::Entity::find_by_id(key.1.clone()).one(platform.db.read()).await? else {
            return Ok(None);
        };
        let idle = time::Duration::minutes(platform.config.session_idle_minutes);
        let alive = session.ended_at.is_none() && session.expires_at > now && session.seen_at + idle > now;
        if !alive || session.audience != audience.as_str() {
            return Ok(None);
        }
        let source = self.source.get().ok_or_else(|| Problem::internal("sessions are not wired to identity"))?;
        let Some(principal) = source.principal(platform, audience, session.account_id).await? else { return Ok(None) };
        // A policy may end an idle session earlier (IDENT-035).
        let own_idle = principal.bounds.policy.as_ref().and_then(|policy| policy.idle_minutes);
        if own_idle.is_some_and(|minutes| session.seen_at + time::Duration::minutes(minutes) <= now) {
            return Ok(None);
        }
        // Touch at most once a minute: a session that reads should not write all the time.
        if session.seen_at + time::Duration::minutes(1) < now {
            let hash = key.1.clone();
            platform
                .db
                .write(now, move |tx| {
                    Box::pin(async move {
                        row::Entity::update_many()
                            .col_expr(row::Column::SeenAt, Expr::value(now))
                            .filter(row::Column::TokenHash.eq(hash))
                            .exec(tx.conn())
                            .await?;
                        Ok(())
                    })
                })
                .await?;
        }
        let resolved = Kept { caller: Arc::new(principal), network: session.network.into(), at: now };
        // Resolved before a change of rights, it must not be remembered after it.
        if self.forgotten.load(Ordering::SeqCst) == forgotten {
            self.cache.insert(key, resolved.clone()).await;
        }
        self.at_home(platform, audience, resolved).await
    }

    /// The caller, when the request comes from the network the session was opened in.
    ///
    /// A cookie used elsewhere was most likely stolen. The session is not ended: a thief could then
    /// sign anybody out. The owner goes on, the auditor sees the try.
    async fn at_home(
        &self,
        platform: &Platform,
        audience: Audience,
        session: Kept,
    ) -> Result<Option<Arc<Principal>>> {
        let here = network_of(platform, audience);
        if session.network.is_empty() || here.is_empty() || *session.network == *here {
            return Ok(Some(session.caller));
        }
        let caller = &session.caller;
        let line = Line {
            id: platform.new_id(),
            actor_id: Some(caller.id),
            actor_name: caller.name.clone(),
            action: "session.foreign_network",
            subject: format!("session:{}", caller.id),
            detail: serde_json::json!({ "opened_in": &*session.network, "used_in": here, "audience": audience.as_str() }),
        };
        let entry = line.entry().result(Outcome::Refused).org(caller.org_id);
        if let Some(context) = context::current() {
            platform.audit.note(platform, context, entry, true).await;
        }
        Ok(None)
    }

    /// Forgets what was resolved on this node: after a change of rights the next request asks anew.
    pub fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }

    /// Takes one request out of an account's quota.
    ///
    /// # Errors
    /// 429 when it is used up.
    pub fn spend(&self, platform: &Platform, account: Uuid, rate: u32) -> Result<()> {
        self.quotas.take(platform, account, rate)
    }

    /// Sessions of an account that are open now; `idle_minutes` when its policy is stricter than the
    /// general idle time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_of(
        &self,
        platform: &Platform,
        audience: Audience,
        account: Uuid,
        idle_minutes: Option<i64>,
    ) -> Result<u64> {
        let now = platform.now();
        let idle = platform.config.session_idle_minutes;
        let idle = time::Duration::minutes(idle_minutes.map_or(idle, |own| own.min(idle)));
        Ok(row::Entity::find()
            .filter(row::Column::Audience.eq(audience.as_str()))
            .filter(row::Column::AccountId.eq(account))
            .filter(row::Column::EndedAt.is_null())
            .filter(row::Column::ExpiresAt.gt(now))
            .filter(row::Column::SeenAt.gt(now - idle))
            .count(platform.db.read())
            .await?)
    }

    /// Ends every session of an account in the transaction of the command that asks for it, except
    /// the one of `keep` (a token). Call [`Sessions::forget_all`] after the commit.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_all_of(tx: &crate::Tx, audience: Audience, account: Uuid, keep: Option<&str>) -> Result<u64> {
        let mut ended = row::Entity::update_many()
            .col_expr(row::Column::EndedAt, Expr::value(tx.now()))
            .filter(row::Column::Audience.eq(audience.as_str()))
            .filter(row::Column::AccountId.eq(account))
            .filter(row::Column::EndedAt.is_null());
        if let Some(token) = keep {
            ended = ended.filter(row::Column::TokenHash.ne(hash(token)));
        }
        Ok(ended.exec(tx.conn()).await?.rows_affected)
    }

    /// Ends a session; returns the `Set-Cookie` value that clears the cookie.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end(&self, platform: &Platform, audience: Audience, token: &str) -> Result<String> {
        let hash = hash(token);
        let now = platform.now();
        self.cache.invalidate(&(audience, hash.clone())).await;
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    row::Entity::update_many()
                        .col_expr(row::Column::EndedAt, Expr::value(now))
                        .filter(row::Column::TokenHash.eq(hash))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await?;
        Ok(cookie_value(platform, audience, "", 0))
    }
}

/// The network the request under way comes from; empty when sessions are not bound.
///
/// Staff sit in an office (`/24`, `/64`); a citizen's phone changes addresses inside its carrier
/// (`/16`, `/48`).
fn network_of(platform: &Platform, audience: Audience) -> String {
    let bound = match platform.config.bind_sessions.as_str() {
        "off" => false,
        "desk" => audience == Audience::Desk,
        _ => true,
    };
    let Some(address) = context::current().filter(|_| bound).and_then(|context| context.address) else {
        return String::new();
    };
    let bits = match (audience, address.is_ipv4()) {
        (Audience::Desk, true) => 24,
        (Audience::Desk, false) => 64,
        (Audience::Portal, true) => 16,
        (Audience::Portal, false) => 48,
    };
    ipnet::IpNet::new(address, bits).map(|network| network.trunc().to_string()).unwrap_or_default()
}

fn hash(token: &str) -> String {
    base::encoding::to_hex(&base::crypto::sm3(token.as_bytes()))
}

fn cookie_value(platform: &Platform, audience: Audience, token: &str, max_age: i64) -> String {
    let secure = if platform.config.secure_cookies { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}", audience.cookie())
}
