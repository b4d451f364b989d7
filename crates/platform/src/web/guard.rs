//! Permissions as types in a handler's signature.
//!
//! `async fn accept(caller: Allowed<AcceptCase>, …)` can't run for a caller without that
//! permission. Two user systems never mix (IDENT-004): each audience has its own cookie and its
//! own session rows, and a permission names its audience.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::AppendHeaders;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::policy::{self, Bounds};
use super::problem::Problem;
use super::terminal::Client;
use crate::Platform;

/// Whose user system a session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Citizens and enterprises, signed in through the provincial identity service.
    Portal,
    /// Government staff.
    Desk,
}

impl Audience {
    /// Name of the session cookie.
    pub fn cookie(self) -> &'static str {
        match self {
            Self::Portal => "tb_portal",
            Self::Desk => "tb_desk",
        }
    }

    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Desk => "desk",
        }
    }
}

/// A right to do one thing, as a type.
pub trait Permission: Send + Sync + 'static {
    /// Key such as `case.accept`, as granted to roles.
    const KEY: &'static str;
    /// Whose sessions may hold it.
    const AUDIENCE: Audience;
}

/// Declares permissions: `permissions! { pub AcceptCase = Desk "case.accept"; }`.
#[macro_export]
macro_rules! permissions {
    ($($(#[$doc:meta])* pub $name:ident = $audience:ident $key:literal;)*) => {
        $(
            $(#[$doc])*
            pub struct $name;
            impl $crate::web::guard::Permission for $name {
                const KEY: &'static str = $key;
                const AUDIENCE: $crate::web::guard::Audience = $crate::web::guard::Audience::$audience;
            }
        )*
        /// Every permission declared here: key and audience.
        pub const PERMISSIONS: &[(&str, $crate::web::guard::Audience)] =
            &[$(($key, $crate::web::guard::Audience::$audience)),*];
    };
}

/// Who is calling: resolved from the session, shared by all extractors of a request.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Account or staff id.
    pub id: Uuid,
    /// User system.
    pub audience: Audience,
    /// Name as shown in logs and events.
    pub name: String,
    /// Organisation of a staff user.
    pub org_id: Option<Uuid>,
    /// Organisations whose cases a staff user may see; empty for citizens.
    pub visible_orgs: Vec<Uuid>,
    /// Region of the staff user's organisation, 12 digits.
    pub region: String,
    /// Role keys.
    pub roles: Vec<String>,
    /// Permission keys.
    pub permissions: Vec<String>,
    /// Real-name state of a citizen (IDENT-001); staff are always real.
    pub real_name: bool,
    /// What narrows the caller besides the roles: items, access policy.
    pub bounds: Bounds,
}

impl Principal {
    /// Whether the caller holds a permission key.
    pub fn may(&self, key: &str) -> bool {
        self.permissions.iter().any(|held| held == key)
    }

    /// Whether the caller has a role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }
}

/// Proof that the caller holds permission `P`.
pub struct Allowed<P> {
    /// The caller.
    pub caller: Arc<Principal>,
    permission: PhantomData<fn() -> P>,
}

impl<P> std::ops::Deref for Allowed<P> {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.caller
    }
}

impl<P> Allowed<P> {
    /// For services called by jobs and the command line, where no request exists.
    pub fn trusted(caller: Principal) -> Self {
        Self { caller: Arc::new(caller), permission: PhantomData }
    }
}

/// Reads a cookie out of the request.
pub fn cookie<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
    })
}

/// One more `Set-Cookie` of an answer.
pub fn set_cookie(value: String) -> AppendHeaders<[(HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, value)])
}

impl<S, P> FromRequestParts<S> for Allowed<P>
where
    S: Send + Sync,
    Platform: FromRef<S>,
    P: Permission,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let platform = Platform::from_ref(state);
        let context = super::context::current();
        if let Some(context) = &context {
            context.wants(P::KEY);
        }
        // A page of another site can send a form with our cookie, but not this header (CSRF).
        if !matches!(parts.method, Method::GET | Method::HEAD) && !parts.headers.contains_key("x-tongban-request") {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "request_header_missing",
                "这个请求不是从本站页面发出的，没有执行。请回到页面再操作。",
            ));
        }
        let Some(token) = cookie(parts, P::AUDIENCE.cookie()) else { return Err(signed_out(P::AUDIENCE)) };
        let Some(caller) = platform.sessions.resolve(&platform, P::AUDIENCE, token).await? else {
            return Err(signed_out(P::AUDIENCE));
        };
        if let Some(context) = &context {
            context.is_called_by(&caller);
        }
        let client = Client::of(&parts.extensions, &parts.headers, &platform.config);
        policy::admit(&platform, &caller, &client).await?;
        if !caller.may(P::KEY) {
            return Err(Problem::forbidden("您的岗位没有这项权限。需要办理的话，请找本单位管理员开通。"));
        }
        if let Some(gate) = platform.sessions.gate() {
            gate.admit(&platform, &caller, &client, P::KEY).await?;
        }
        // Only now: who calls and what they may is never read from a replica.
        if let Some(context) = &context
            && let Some(template) = parts.extensions.get::<axum::extract::MatchedPath>()
            && super::freshness::may_lag(parts, template.as_str())
        {
            context.may_lag();
        }
        Ok(Self { caller, permission: PhantomData })
    }
}

fn signed_out(audience: Audience) -> Problem {
    let title = match audience {
        Audience::Portal => "请先登录。登录后回到这一步，内容都在。",
        Audience::Desk => "请先登录工作台。登录后回到这一步，内容都在。",
    };
    Problem::new(StatusCode::UNAUTHORIZED, "signed_out", title)
}
