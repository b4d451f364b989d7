//! Sessions on the server: the cookie holds a random token, the table its SM3.
//!
//! Resolving a session is one cached lookup; an entry lives a few seconds, so an ended session
//! or a changed role takes effect on every node within [`CACHE_SECONDS`] (at once on this node).
//!
//! A session is bound to the network it was opened from (`bind_sessions`): a cookie that turns up
//! elsewhere opens nothing, and the try is in the audit log.

mod origin;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Platform;
use crate::web::context;
use crate::web::gate::{Gate, MOBILE};
use crate::web::guard::{Audience, Principal};
use crate::web::limits::Quotas;
use crate::web::problem::{Problem, Result};
use crate::work::audit::{Line, Outcome};

pub use origin::Origin;

/// Seconds a resolved session is remembered.
pub const CACHE_SECONDS: u64 = 5;
/// Seconds for which the number of open sessions is used before it is counted anew.
pub const COUNTED_SECONDS: i64 = 10;
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
        pub id: Option<Uuid>,
        pub address: String,
        pub device: String,
        pub way: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// An open session as its owner and an administrator see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Name of the session; the token itself is known to the browser alone.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// When it was begun.
    pub started_at: OffsetDateTime,
    /// Last use, to the minute.
    pub seen_at: OffsetDateTime,
    /// When it ends whatever happens.
    pub expires_at: OffsetDateTime,
    /// Where it was begun.
    pub origin: Origin,
    /// How: `password`, `second_factor`, `province`, …
    pub way: String,
    /// Whether it is the one asked from.
    pub current: bool,
}

/// The session service of one node.
pub struct Sessions {
    source: std::sync::OnceLock<Arc<dyn PrincipalSource>>,
    gate: std::sync::OnceLock<Arc<dyn Gate>>,
    cache: moka::future::Cache<(Audience, String), Kept>,
    quotas: Quotas,
    portal_open: Mutex<Counted>,
    desk_open: Mutex<Counted>,
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

/// Open sessions of a user system as counted a moment ago.
#[derive(Debug, Default)]
struct Counted {
    at: Option<OffsetDateTime>,
    open: u64,
    /// Begun on this node since.
    begun: u64,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            source: std::sync::OnceLock::new(),
            gate: std::sync::OnceLock::new(),
            cache: moka::future::Cache::builder()
                .max_capacity(20_000)
                .time_to_live(Duration::from_secs(CACHE_SECONDS))
                .build(),
            quotas: Quotas::default(),
            portal_open: Mutex::default(),
            desk_open: Mutex::default(),
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

    /// Plugs in the question the guard asks after the permission, once, at start.
    pub fn plug_gate(&self, gate: Arc<dyn Gate>) {
        let _ = self.gate.set(gate);
    }

    pub(crate) fn gate(&self) -> Option<&Arc<dyn Gate>> {
        self.gate.get()
    }

    /// Starts a session; returns the `Set-Cookie` value.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start(&self, platform: &Platform, audience: Audience, account: Uuid) -> Result<String> {
        self.start_from(platform, audience, account, &Origin::default(), "").await
    }

    /// The same, with where it comes from and how the person signed in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start_from(
        &self,
        platform: &Platform,
        audience: Audience,
        account: Uuid,
        origin: &Origin,
        way: &str,
    ) -> Result<String> {
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
            id: Set(Some(platform.new_id())),
            address: Set(origin.address.clone()),
            device: Set(origin.device.clone()),
            way: Set(way.to_owned()),
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
        self.counted(audience).begun += 1;
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
        // While nothing can be written no session is touched: that time is not idle time.
        let untouched = time::Duration::try_from(platform.db.standing().untouched()).unwrap_or_default();
        let idle = time::Duration::minutes(platform.config.session_idle_minutes) + untouched;
        let alive = session.ended_at.is_none() && session.expires_at > now && session.seen_at + idle > now;
        if !alive || session.audience != audience.as_str() {
            return Ok(None);
        }
        let source = self.source.get().ok_or_else(|| Problem::internal("sessions are not wired to identity"))?;
        let Some(mut principal) = source.principal(platform, audience, session.account_id).await? else {
            return Ok(None);
        };
        principal.bounds.mobile = session.way == MOBILE;
        // A policy may end an idle session earlier (IDENT-035).
        let own_idle = principal.bounds.policy.as_ref().and_then(|policy| policy.idle_minutes);
        if own_idle.is_some_and(|minutes| session.seen_at + time::Duration::minutes(minutes) + untouched <= now) {
            return Ok(None);
        }
        // Touch at most once a minute: a session that reads should not write all the time.
        if session.seen_at + time::Duration::minutes(1) < now {
            let hash = key.1.clone();
            let touched = platform
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
                .await;
            // Who only looks is not sent away because the database takes no writes.
            if let Err(problem) = touched
                && problem.trouble().is_none()
            {
                return Err(problem);
            }
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
    async fn at_home(&self, platform: &Platform, audience: Audience, session: Kept) -> Result<Option<Arc<Principal>>> {
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
        let open = open_now(platform, audience, idle_minutes).filter(row::Column::AccountId.eq(account));
        Ok(open.count(platform.db.read()).await?)
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

    /// Ends the sessions of an account that were begun one way, in the transaction of the command that
    /// asks for it. Call [`Sessions::forget_all`] after the commit.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_way_of(tx: &crate::Tx, audience: Audience, account: Uuid, way: &str) -> Result<u64> {
        let ended = row::Entity::update_many()
            .col_expr(row::Column::EndedAt, Expr::value(tx.now()))
            .filter(row::Column::Audience.eq(audience.as_str()))
            .filter(row::Column::AccountId.eq(account))
            .filter(row::Column::Way.eq(way))
            .filter(row::Column::EndedAt.is_null());
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

/// Sessions of one user system that are open: not ended, not over, not idle for too long.
fn open_now(platform: &Platform, audience: Audience, idle_minutes: Option<i64>) -> Select<row::Entity> {
    let (now, idle) = (platform.now(), platform.config.session_idle_minutes);
    let idle = time::Duration::minutes(idle_minutes.map_or(idle, |own| own.min(idle)));
    row::Entity::find()
        .filter(row::Column::Audience.eq(audience.as_str()))
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(now))
        .filter(row::Column::SeenAt.gt(now - idle))
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

/// Whose open sessions to look for.
#[derive(Debug, Clone)]
pub enum Whose {
    /// One account's.
    Account(Uuid),
    /// Those of several accounts.
    Accounts(Vec<Uuid>),
}

impl Sessions {
    /// Open sessions, the newest first, at most `limit`, older than `before` when given; and how many
    /// there are in all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(
        &self,
        platform: &Platform,
        audience: Audience,
        whose: Whose,
        current: Option<&str>,
        page: (u64, Option<Uuid>),
    ) -> Result<(Vec<OpenSession>, u64)> {
        let mut open = open_now(platform, audience, None).filter(row::Column::Id.is_not_null());
        open = match whose {
            Whose::Account(id) => open.filter(row::Column::AccountId.eq(id)),
            Whose::Accounts(ids) => open.filter(row::Column::AccountId.is_in(ids)),
        };
        let total = open.clone().count(platform.db.read()).await?;
        if let Some(before) = page.1 {
            open = open.filter(row::Column::Id.lt(before));
        }
        let rows = open.order_by_desc(row::Column::Id).limit(page.0).all(platform.db.read()).await?;
        let current = current.map(hash);
        let view = |row: row::Model| {
            Some(OpenSession {
                id: row.id?,
                account_id: row.account_id,
                started_at: row.created_at,
                seen_at: row.seen_at,
                expires_at: row.expires_at,
                current: current.as_deref() == Some(row.token_hash.as_str()),
                origin: Origin { address: row.address, device: row.device },
                way: row.way,
            })
        };
        Ok((rows.into_iter().filter_map(view).collect(), total))
    }

    /// How many sessions of an audience are open.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_count(&self, platform: &Platform, audience: Audience) -> Result<u64> {
        Ok(open_now(platform, audience, None).count(platform.db.read()).await?)
    }

    /// Whether as many sessions of an audience are open as the configuration allows. Asked before anything of a
    /// sign-in is written, and of all ways to sign in by the domain that knows them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn are_full(&self, platform: &Platform, audience: Audience) -> Result<bool> {
        match platform.config.sessions_at_most(audience) {
            Some(most) => Ok(self.about_open(platform, audience).await? >= most),
            None => Ok(false),
        }
    }

    /// About how many sessions of an audience are open: counted once in [`COUNTED_SECONDS`] on each node, with those
    /// begun here since. What others let in meanwhile is missing, so a limit may be passed by a few.
    async fn about_open(&self, platform: &Platform, audience: Audience) -> Result<u64> {
        let now = platform.now();
        {
            let mut counted = self.counted(audience);
            if counted.at.is_some_and(|at| now - at < time::Duration::seconds(COUNTED_SECONDS)) {
                return Ok(counted.open + counted.begun);
            }
            // Who finds the number old counts; those who come meanwhile go by the old one and do not wait.
            counted.at = Some(now);
            counted.open += counted.begun;
            counted.begun = 0;
        }
        let open = self.open_count(platform, audience).await?;
        let mut counted = self.counted(audience);
        counted.open = open;
        Ok(open + counted.begun)
    }

    fn counted(&self, audience: Audience) -> MutexGuard<'_, Counted> {
        let counted = match audience {
            Audience::Portal => &self.portal_open,
            Audience::Desk => &self.desk_open,
        };
        // A poisoned lock only means that another thread panicked beside it; the numbers are whole.
        counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open session with a name, whoever's it is; `None` when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn owner(&self, platform: &Platform, audience: Audience, id: Uuid) -> Result<Option<Uuid>> {
        let found = row::Entity::find()
            .filter(row::Column::Id.eq(id))
            .filter(row::Column::Audience.eq(audience.as_str()))
            .filter(row::Column::EndedAt.is_null())
            .one(platform.db.read())
            .await?;
        Ok(found.map(|row| row.account_id))
    }

    /// Ends one session of an account; false when it has no such open session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_one(&self, platform: &Platform, audience: Audience, account: Uuid, id: Uuid) -> Result<bool> {
        Ok(self.end_where(platform, audience, account, Some(id), None).await? == 1)
    }

    /// Ends every session of an account, except the one with the token when given; says how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_all(
        &self,
        platform: &Platform,
        audience: Audience,
        account: Uuid,
        except: Option<&str>,
    ) -> Result<usize> {
        self.end_where(platform, audience, account, None, except).await
    }

    async fn end_where(
        &self,
        platform: &Platform,
        audience: Audience,
        account: Uuid,
        id: Option<Uuid>,
        except: Option<&str>,
    ) -> Result<usize> {
        let (now, except) = (platform.now(), except.map(hash));
        let ended = platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let mut open = row::Entity::find()
                        .filter(row::Column::AccountId.eq(account))
                        .filter(row::Column::Audience.eq(audience.as_str()))
                        .filter(row::Column::EndedAt.is_null());
                    if let Some(id) = id {
                        open = open.filter(row::Column::Id.eq(id));
                    }
                    if let Some(except) = except {
                        open = open.filter(row::Column::TokenHash.ne(except));
                    }
                    let hashes: Vec<String> =
                        open.all(tx.conn()).await?.into_iter().map(|row| row.token_hash).collect();
                    row::Entity::update_many()
                        .col_expr(row::Column::EndedAt, Expr::value(now))
                        .filter(row::Column::TokenHash.is_in(hashes.clone()))
                        .exec(tx.conn())
                        .await?;
                    Ok(hashes)
                })
            })
            .await?;
        // What another request is resolving right now must not be remembered either.
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        for hash in &ended {
            self.cache.invalidate(&(audience, hash.clone())).await;
        }
        Ok(ended.len())
    }
}

fn hash(token: &str) -> String {
    base::encoding::to_hex(&base::crypto::sm3(token.as_bytes()))
}

fn cookie_value(platform: &Platform, audience: Audience, token: &str, max_age: i64) -> String {
    let secure = if platform.config.secure_cookies { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}", audience.cookie())
}
