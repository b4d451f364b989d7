//! Proof that a call comes from a connected system: headers, clock, signature, network, nonce.
//!
//! Whatever is wrong, the caller gets one and the same answer, 400001「鉴权失败」, so that nobody
//! learns which app ids exist; the reason is in the audit log. The nonce is remembered only after
//! the signature is right, in the database, so that several nodes share it and a stranger can't use
//! up somebody's numbers.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use time::Duration;

use super::formula::{NONCE, PAASID, SIGNATURE, Signing, TIMESTAMP, USER};
use super::model::ConnectedSystem;
use super::store;
use crate::Identity;

/// Code of every refusal.
pub const REFUSED: &str = "400001";
/// How far the caller's clock may be off, seconds.
pub const MAX_SKEW_SECONDS: i64 = 180;
/// How long a nonce is remembered: longer than a timestamp can count, in both directions.
const KEPT: Duration = Duration::minutes(10);
/// Largest body of a signed call.
const BODY: usize = 4 * 1024 * 1024;

/// An interface as a type, like a permission: `Signed<EventsInterface>`.
pub trait Interface: Send + Sync + 'static {
    /// Key in a grant.
    const KEY: &'static str;
}

/// Case events.
pub struct EventsInterface;

impl Interface for EventsInterface {
    const KEY: &'static str = "events";
}

/// The case library: records of cases, read.
pub struct CasesInterface;

impl Interface for CasesInterface {
    const KEY: &'static str = "cases";
}

/// Kept papers, read by kind.
pub struct MaterialsInterface;

impl Interface for MaterialsInterface {
    const KEY: &'static str = "materials";
}

/// A proven call of a connected system that is granted interface `I`.
pub struct Signed<I> {
    /// Who calls.
    pub system: ConnectedSystem,
    /// Body, read whole: some formulas cover it.
    pub body: Bytes,
    /// Where from.
    pub address: String,
    interface: PhantomData<fn() -> I>,
}

/// The one answer to a call that is not proven.
fn refusal() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, REFUSED, "鉴权失败").detail(
        "请核对应用标识、密钥、签名、时间（相差不能超过 180 秒）和调用地址，每次调用换一个随机数；系统停用后不能调用。",
    )
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

impl<S, I> FromRequest<S> for Signed<I>
where
    S: Send + Sync,
    Identity: FromRef<S>,
    I: Interface,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let identity = Identity::from_ref(state);
        let (parts, body) = request.into_parts();
        let address = platform::web::client::address(&parts.extensions, &parts.headers, &identity.platform.config)
            .map_or_else(|| "-".to_owned(), |address| address.to_string());
        // The body is read only for callers who name an app id at all.
        let body = match header(&parts.headers, PAASID) {
            Some(_) => axum::body::to_bytes(body, BODY).await.map_err(|_| {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "提交的内容太大，请减少后再提交。")
            })?,
            None => Bytes::new(),
        };
        let system = identity.proven(&parts.headers, &body, &address).await?;
        if let Some(context) = platform::web::context::current() {
            context.is_called_by_system(system.id);
        }
        if system.grant(I::KEY, identity.platform.now()).is_none() {
            identity.audit_refusal(&system.app_id, &address, "interface_not_granted").await?;
            return Err(Problem::forbidden("这个系统没有开通这个接口。需要的话，请联系平台管理员授权。"));
        }
        Ok(Self { system, body, address, interface: PhantomData })
    }
}

impl Identity {
    /// Proves a call by its headers, its body and the address it came from.
    ///
    /// # Errors
    /// 401 with code [`REFUSED`]; the reason is audited.
    pub async fn proven(&self, headers: &HeaderMap, body: &[u8], address: &str) -> Result<ConnectedSystem> {
        match self.prove(headers, body, address).await? {
            Ok(system) => Ok(system),
            Err(reason) => {
                let claimed = header(headers, PAASID).unwrap_or("-");
                self.audit_refusal(claimed, address, reason).await?;
                Err(refusal())
            }
        }
    }

    async fn prove(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        address: &str,
    ) -> Result<Result<ConnectedSystem, &'static str>> {
        let (Some(app_id), Some(timestamp), Some(nonce), Some(signature)) =
            (header(headers, PAASID), header(headers, TIMESTAMP), header(headers, NONCE), header(headers, SIGNATURE))
        else {
            return Ok(Err("header_missing"));
        };
        if app_id.len() > 64 || nonce.len() > 128 || signature.len() > 128 || timestamp.len() > 20 {
            return Ok(Err("header_too_long"));
        }
        let now = self.platform.now();
        let Ok(seconds) = timestamp.parse::<i64>() else { return Ok(Err("timestamp_unreadable")) };
        if (now.unix_timestamp().saturating_sub(seconds)).saturating_abs() > MAX_SKEW_SECONDS {
            return Ok(Err("clock"));
        }
        let Some(system) = self.live_system(app_id).await? else { return Ok(Err("system_unknown_or_disabled")) };
        let from: Option<std::net::IpAddr> = address.parse().ok();
        if !from.is_some_and(|from| system.networks.iter().any(|network| network.contains(&from))) {
            return Ok(Err("network"));
        }
        let user = USER.map(|name| header(headers, name).unwrap_or_default());
        let given = signature.to_uppercase();
        let mut right = false;
        for secret in self.valid_secrets(system.id).await? {
            let call = Signing { app_id, secret: &secret, timestamp, nonce, user, body };
            let own = system.formula.signature(&call);
            right |= base::crypto::constant_time_eq(own.as_bytes(), given.as_bytes());
        }
        if !right {
            return Ok(Err("signature"));
        }
        if !store::take_nonce(&self.platform, app_id, nonce, KEPT).await? {
            return Ok(Err("nonce_used"));
        }
        Ok(Ok(system))
    }

    /// Writes down that a call was refused, and why.
    pub(crate) async fn audit_refusal(&self, app_id: &str, address: &str, reason: &'static str) -> Result<()> {
        let app_id: String = app_id.chars().filter(|one| !one.is_control()).take(64).collect();
        tracing::info!(app_id, address, reason, "a call through the gateway was refused");
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: app_id.clone(),
            action: "gateway.refused",
            subject: format!("system:{app_id}"),
            detail: json!({ "address": address, "reason": reason }),
        };
        self.platform.leave(line).await
    }
}
