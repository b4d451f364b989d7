//! The audit log at the desk, for the auditor.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use platform::Problem;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Refused, Unreadable};
use platform::work::audit::chain::Record;
use platform::work::audit::{Kind, Line, Outcome, read};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Security;
use crate::audit::labels;
use crate::audit::proof::Format;
use crate::audit::search::{MOST, Search};
use crate::permissions::{ExportAudit, ReadAudit};

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditFilter {
    /// Account or staff id, or part of a name.
    actor: Option<String>,
    /// Types of act, several separated by commas.
    kind: Option<String>,
    /// Acts, several separated by commas.
    action: Option<String>,
    /// Object (`case:<id>`), or its beginning (`case:`).
    object: Option<String>,
    /// `ok`, `refused` or `failed`.
    result: Option<String>,
    /// First day (China), `2026-09-01`.
    from: Option<String>,
    /// Last day, inclusive.
    to: Option<String>,
    /// Form of an export: `jsonl` or `csv`.
    format: Option<String>,
    /// Whether an export holds names and addresses as they are, and each line with its proof: by right
    /// `audit.export_raw` and with a reason.
    raw: Option<bool>,
    /// Why it has to be as it is, 4 to 200 characters; kept in the log.
    reason: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

impl AuditFilter {
    fn search(&self) -> Search {
        Search {
            actor: self.actor.clone(),
            kind: self.kind.clone(),
            action: self.action.clone(),
            object: self.object.clone(),
            result: self.result.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            masked: !self.raw.unwrap_or(false),
        }
    }
}

/// A line in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditRow {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    actor_id: Option<Uuid>,
    actor_name: String,
    org_id: Option<Uuid>,
    org_name: String,
    /// Network address; empty for the product itself.
    address: String,
    /// Browser or program.
    device: String,
    kind: String,
    kind_label: &'static str,
    action: String,
    action_label: String,
    /// What it was done to, `case:<id>`.
    object: String,
    result: String,
    result_label: &'static str,
}

/// A field before and after.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldChange {
    field: String,
    #[schema(value_type = Object)]
    before: Value,
    #[schema(value_type = Object)]
    after: Value,
}

/// Where a line stands on its chain.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChainPlace {
    id: Option<Uuid>,
    no: i64,
    previous_hash: String,
    hash: String,
    /// Whether the line still fits its hash.
    intact: bool,
    /// Day under whose signed root it stands.
    rooted_day: Option<String>,
}

/// A whole line.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    #[serde(flatten)]
    row: AuditRow,
    /// Reason, field names, counts.
    #[schema(value_type = Object)]
    detail: Value,
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    changes: Vec<FieldChange>,
    chain: ChainPlace,
}

/// Choices of the filter.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditFacets {
    kinds: Vec<AuditChoice>,
    results: Vec<AuditChoice>,
    /// Acts seen in the last 30 days.
    actions: Vec<AuditChoice>,
}

/// A choice.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditChoice {
    key: String,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
}

/// A day's signed root.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditRootView {
    day: String,
    lines: i64,
    chains: i64,
    root: String,
    previous_root: String,
    signature: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    signed_at: OffsetDateTime,
}

/// What a verification found.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditVerdict {
    lines: u64,
    chains: usize,
    roots: usize,
    faults: Vec<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    checked_at: OffsetDateTime,
}

async fn rows(security: &Security, records: Vec<Record>) -> Result<Vec<AuditRow>> {
    let tree = security.identity.orgs().await?;
    Ok(records
        .into_iter()
        .map(|record| AuditRow {
            id: record.id,
            at: OffsetDateTime::from_unix_timestamp(record.at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
            actor_id: record.actor_id,
            actor_name: record.actor_name,
            org_id: record.org_id,
            org_name: record.org_id.and_then(|id| tree.get(id)).map(|org| org.name.clone()).unwrap_or_default(),
            address: record.address,
            device: record.device,
            kind_label: Kind::ALL.iter().find(|(_, key, _)| *key == record.kind).map_or("", |(.., name)| name),
            kind: record.kind,
            action_label: labels::action(&record.action),
            action: record.action,
            object: record.subject,
            result_label: Outcome::ALL.iter().find(|(_, key, _)| *key == record.result).map_or("", |(.., name)| name),
            result: record.result,
        })
        .collect())
}

/// Lines of the audit log, newest first.
#[utoipa::path(get, path = "/api/v1/security/audit", tag = "security", operation_id = "search_audit", params(AuditFilter),
    responses((status = 200, body = List<AuditRow>), Refused, Unreadable),
    security(("desk" = ["audit.read"])))]
pub(crate) async fn search_audit(
    State(security): State<Security>,
    caller: Allowed<ReadAudit>,
    Query(filter): Query<AuditFilter>,
) -> Result<Json<List<AuditRow>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = super::risks::cursor_id(&page)?;
    let (records, total) = security.search(&caller, &filter.search(), before, page.limit() + 1).await?;
    let items = rows(&security, records).await?;
    let as_of = security.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |row| vec![row.id.to_string()])))
}

/// What can be filtered by.
#[utoipa::path(get, path = "/api/v1/security/audit/facets", tag = "security", operation_id = "get_audit_facets",
    responses((status = 200, body = AuditFacets), Refused),
    security(("desk" = ["audit.read"])))]
pub(crate) async fn audit_facets(
    State(security): State<Security>,
    _caller: Allowed<ReadAudit>,
) -> Result<Json<AuditFacets>> {
    let since = security.platform.now() - time::Duration::days(30);
    let actions = read::actions_since(security.platform.db.read(), since).await?;
    let choice = |key: &str, label: &str| AuditChoice { key: key.to_owned(), label: label.to_owned(), count: None };
    Ok(Json(AuditFacets {
        kinds: Kind::ALL.iter().map(|(_, key, name)| choice(key, name)).collect(),
        results: Outcome::ALL.iter().map(|(_, key, name)| choice(key, name)).collect(),
        actions: actions
            .into_iter()
            .map(|(key, count)| AuditChoice { label: labels::action(&key), key, count: Some(count) })
            .collect(),
    }))
}

/// One line with its content and its place on the chain.
#[utoipa::path(get, path = "/api/v1/security/audit/{id}", tag = "security", operation_id = "get_audit_entry",
    params(("id" = Uuid, Path, description = "Line")),
    responses((status = 200, body = AuditEntry), Refused, Absent),
    security(("desk" = ["audit.read"])))]
pub(crate) async fn get_audit_entry(
    State(security): State<Security>,
    caller: Allowed<ReadAudit>,
    Path(id): Path<Uuid>,
) -> Result<Json<AuditEntry>> {
    let record = security.entry(&caller, id).await?;
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let (detail, before, after) =
        (json(&record.detail), record.before.as_deref().map(json), record.after.as_deref().map(json));
    let day = OffsetDateTime::from_unix_timestamp(record.at)
        .map(|at| base::zone::china_date(at).to_string())
        .unwrap_or_default();
    let rooted = record.chain.is_some() && crate::audit::roots::has(security.platform.db.read(), &day).await?;
    let chain = ChainPlace {
        id: record.chain,
        no: record.no,
        intact: record.chain.is_none() || record.computed_hash() == record.hash,
        previous_hash: record.previous_hash.clone(),
        hash: record.hash.clone(),
        rooted_day: rooted.then_some(day),
    };
    let row = rows(&security, vec![record]).await?.pop().ok_or_else(|| Problem::internal("one row in, one row out"))?;
    Ok(Json(AuditEntry { row, detail, changes: changes(before.as_ref(), after.as_ref()), before, after, chain }))
}

fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let empty = serde_json::Map::new();
    let fields = |value: Option<&'_ Value>| value.and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let of = |map: &serde_json::Map<String, Value>, name: &String| map.get(name).cloned().unwrap_or(Value::Null);
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange { before: of(&before, name), after: of(&after, name), field: name.clone() })
        .collect()
}

/// The lines that fit, as a file that proves itself: names and addresses masked, or as they are by
/// right and with a reason.
#[utoipa::path(get, path = "/api/v1/security/audit/export", tag = "security", operation_id = "export_audit", params(AuditFilter),
    responses((status = 200, description = "JSON lines or CSV", content_type = "application/x-ndjson"), Refused, Unreadable),
    security(("desk" = ["audit.export"])))]
pub(crate) async fn export_audit(
    State(security): State<Security>,
    caller: Allowed<ExportAudit>,
    Query(filter): Query<AuditFilter>,
) -> Result<impl IntoResponse> {
    let (format, kind, ending) = match filter.format.as_deref() {
        None | Some("" | "jsonl") => (Format::Jsonl, "application/x-ndjson", "jsonl"),
        Some("csv") => (Format::Csv, "text/csv; charset=utf-8", "csv"),
        Some(_) => return Err(Problem::invalid_field("/format", "option", "格式请选 jsonl 或 csv。")),
    };
    let search = filter.search();
    let reason = match (search.masked, filter.reason.as_deref().map(str::trim).unwrap_or_default()) {
        (true, _) => String::new(),
        (false, _) if !caller.may("audit.export_raw") => {
            return Err(Problem::forbidden(
                "您的岗位只能导出遮住姓名和地址的记录。需要原样导出的话，请找本单位管理员开通。",
            ));
        }
        (false, reason) => match reason.chars().count() {
            0..4 => {
                let says = "写明为什么要原样导出，至少 4 个字，会记入日志。";
                return Err(Problem::invalid_field("/reason", "required", says));
            }
            4..=200 => reason.replace('\0', ""),
            _ => return Err(Problem::invalid_field("/reason", "too_long", "最多 200 个字，请写短一些。")),
        },
    };
    // Refused for who administers, like every reading of the log.
    security.search(&caller, &Search::default(), None, 1).await?;
    let mut file = String::new();
    let rows = security
        .export(&caller.name, &search, format, Some(MOST), |piece| {
            file.push_str(piece);
            Ok(())
        })
        .await?;
    let line = Line::by(
        &caller,
        security.platform.new_id(),
        "audit.export",
        "audit".to_owned(),
        serde_json::json!({ "rows": rows, "format": ending, "raw": !search.masked, "reason": reason }),
    );
    security.platform.leave(line).await?;
    let name = format!("attachment; filename=\"audit-{}.{ending}\"", base::zone::china_date(security.platform.now()));
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], file))
}

/// Signed roots, newest first.
#[utoipa::path(get, path = "/api/v1/security/audit/roots", tag = "security", operation_id = "list_audit_roots", params(PageQuery),
    responses((status = 200, body = List<AuditRootView>), Refused),
    security(("desk" = ["audit.read"])))]
pub(crate) async fn list_audit_roots(
    State(security): State<Security>,
    _caller: Allowed<ReadAudit>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<AuditRootView>>> {
    let before = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next());
    let (roots, total) = security.roots_page(before, page.limit() + 1).await?;
    let items = roots
        .into_iter()
        .map(|(root, signed_at)| AuditRootView {
            day: root.day,
            lines: root.lines,
            chains: root.chains,
            root: root.root,
            previous_root: root.previous_root,
            signature: root.signature,
            signed_at,
        })
        .collect();
    Ok(Json(List::cut(items, page.limit(), total, security.platform.now(), |row: &AuditRootView| {
        vec![row.day.clone()]
    })))
}

/// Follow the chains of the last 31 days in the database.
#[utoipa::path(post, path = "/api/v1/security/audit/verify", tag = "security", operation_id = "verify_audit",
    responses((status = 200, body = AuditVerdict), Refused),
    security(("desk" = ["audit.read"])))]
pub(crate) async fn verify_audit(
    State(security): State<Security>,
    _caller: Allowed<ReadAudit>,
) -> Result<Json<AuditVerdict>> {
    let verdict = security.verify_log().await?;
    Ok(Json(AuditVerdict {
        lines: verdict.lines,
        chains: verdict.chains,
        roots: verdict.roots,
        faults: verdict.faults,
        checked_at: security.platform.now(),
    }))
}
