//! Retention, the protection report, the self-check.

use axum::extract::State;
use platform::web::extract::Json;
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::keys::ProviderView;
use crate::Security;
use crate::permissions::{EditRetention, ReadProtection};
use crate::protection::Met;
use crate::settings::LEAST_MONTHS;

/// How long audit lines are kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionView {
    months: i64,
    /// Months that the law asks for.
    least: i64,
    /// 0 = never changed.
    version: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_line_at: Option<OffsetDateTime>,
    lines: u64,
    /// Lines older than the months; they stay until an archive outside replaces them.
    past_retention: u64,
    changed_by: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<OffsetDateTime>,
}

async fn retention(security: &Security) -> Result<Json<RetentionView>> {
    let found = security.retention().await?;
    Ok(Json(RetentionView {
        months: found.months,
        least: LEAST_MONTHS,
        version: found.version,
        oldest_line_at: found.oldest_line_at,
        lines: found.lines,
        past_retention: found.past_retention,
        changed_by: found.changed_by,
        changed_at: found.changed_at,
    }))
}

/// How long audit lines are kept.
#[utoipa::path(get, path = "/api/v1/security/retention", tag = "security", operation_id = "get_retention",
    responses((status = 200, body = RetentionView), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn get_retention(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
) -> Result<Json<RetentionView>> {
    retention(&security).await
}

/// A new setting.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PutRetention {
    months: i64,
    version: i64,
    reason: String,
}

/// Change how long audit lines are kept.
#[utoipa::path(put, path = "/api/v1/security/retention", tag = "security", operation_id = "put_retention", request_body = PutRetention,
    responses((status = 200, body = RetentionView), Refused, Outdated, Unreadable),
    security(("desk" = ["retention.edit"])))]
pub(crate) async fn put_retention(
    State(security): State<Security>,
    caller: Allowed<EditRetention>,
    Json(request): Json<PutRetention>,
) -> Result<Json<RetentionView>> {
    security.set_retention(&caller, request.months, request.version, &request.reason).await?;
    retention(&security).await
}

/// One protected thing.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProtectedView {
    /// `table.column`.
    what: String,
    label: String,
    r#where: &'static str,
    algorithm: String,
    /// Keys that sealed the values.
    key_id: String,
    rows: i64,
    covered: i64,
    /// `ok` or `partly`.
    state: &'static str,
}

/// Transport.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransportView {
    tls: bool,
    hsts: bool,
    text: String,
}

/// A use of an algorithm.
#[derive(Serialize, ToSchema)]
pub(crate) struct UseView {
    what: String,
    algorithm: &'static str,
    count: i64,
}

/// What is protected how.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProtectionView {
    provider: ProviderView,
    items: Vec<ProtectedView>,
    transport: TransportView,
    /// Signatures made.
    signatures: Vec<UseView>,
    /// Digests and chains kept.
    digests: Vec<UseView>,
}

/// What is protected where with which key.
#[utoipa::path(get, path = "/api/v1/security/protection", tag = "security", operation_id = "get_protection",
    responses((status = 200, body = ProtectionView), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn get_protection(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
) -> Result<Json<ProtectionView>> {
    let items = security
        .protected()
        .await?
        .into_iter()
        .map(|one| ProtectedView {
            state: if one.covered >= one.rows { "ok" } else { "partly" },
            what: one.what,
            label: one.label,
            r#where: "存储",
            algorithm: one.algorithm,
            key_id: one.key_id,
            rows: one.rows,
            covered: one.covered,
        })
        .collect();
    let tls = security.platform.config.public_url.starts_with("https://");
    let (_, roots) = security.roots_page(None, 1).await?;
    let kept = security.retention().await?;
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(Json(ProtectionView {
        provider: super::keys::provider(&security),
        items,
        transport: TransportView {
            tls,
            hsts: tls,
            text: if tls { "经 https 访问，浏览器只走加密连接。" } else { "没有经 https 访问。" }.to_owned(),
        },
        signatures: vec![UseView {
            what: "审计日根".to_owned(), algorithm: "SM2（SM3 摘要）", count: count(roots)
        }],
        digests: vec![UseView { what: "审计记录链".to_owned(), algorithm: "SM3", count: count(kept.lines) }],
    }))
}

/// One control item.
#[derive(Serialize, ToSchema)]
pub(crate) struct ControlItem {
    key: &'static str,
    area: &'static str,
    clause: &'static str,
    title: &'static str,
    /// `met`, `partly` or `failed`.
    state: &'static str,
    state_label: &'static str,
    /// What was seen.
    evidence: String,
    #[schema(value_type = Object)]
    figures: Value,
}

/// Items by state.
#[derive(Serialize, ToSchema)]
pub(crate) struct ControlTotals {
    met: usize,
    partly: usize,
    failed: usize,
}

/// The self-check.
#[derive(Serialize, ToSchema)]
pub(crate) struct SelfCheck {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    as_of: OffsetDateTime,
    standard: &'static str,
    counts: ControlTotals,
    items: Vec<ControlItem>,
}

/// Every control item with what was seen just now.
#[utoipa::path(get, path = "/api/v1/security/self-check", tag = "security", operation_id = "get_self_check",
    responses((status = 200, body = SelfCheck), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn get_self_check(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
) -> Result<Json<SelfCheck>> {
    let found = security.self_check().await?;
    let count = |state: Met| found.iter().filter(|item| item.state == state).count();
    Ok(Json(SelfCheck {
        as_of: security.platform.now(),
        standard: "GB/T 22239-2019 第三级",
        counts: ControlTotals { met: count(Met::Met), partly: count(Met::Partly), failed: count(Met::Failed) },
        items: found
            .into_iter()
            .map(|item| ControlItem {
                key: item.key,
                area: item.area,
                clause: item.clause,
                title: item.title,
                state: item.state.words().0,
                state_label: item.state.words().1,
                evidence: item.evidence,
                figures: item.figures,
            })
            .collect(),
    }))
}
