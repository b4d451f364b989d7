//! Which rules check what is filled in.

use axum::extract::State;
use axum::response::Response;
use platform::web::csv;
use platform::web::extract::{Json, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Malformed, Refused, Unreadable};

use crate::Library;
use crate::bindings::{BindingFilter, RuleBinding, channel_names};
use crate::permissions::ReadDesign;

/// Rows of one download.
const EXPORT: usize = 5_000;

/// Checks by rules file.
#[utoipa::path(get, path = "/api/v1/design/bindings", tag = "design", operation_id = "list_rule_bindings",
    params(BindingFilter, PageQuery),
    responses((status = 200, body = List<RuleBinding>), Malformed, Refused, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_rule_bindings(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Query(filter): Query<BindingFilter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<RuleBinding>>> {
    Ok(Json(library.bindings(&caller, &filter, &page).await?))
}

/// The same as CSV, at most 5,000 rows.
#[utoipa::path(get, path = "/api/v1/design/bindings/export", tag = "design", operation_id = "export_rule_bindings",
    params(BindingFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn export_rule_bindings(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Query(filter): Query<BindingFilter>,
) -> Result<Response> {
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = library.bindings(&caller, &filter, &PageQuery { limit: Some(100), cursor }).await?;
        if page.total > EXPORT as u64 {
            let message = format!("共 {} 条，一次最多下载 5,000 条，请缩小筛选范围。", page.total);
            return Err(Problem::invalid_field("/filter", "too_many", message));
        }
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let every = |key: Option<String>| key.unwrap_or_else(|| "全部".to_owned());
    let lines = rows.into_iter().map(|row| {
        let state = match row.state {
            "in_force" => "在用",
            "coming" => "还没开始",
            "past" => "已经结束",
            _ => "规则已停用",
        };
        vec![
            row.rules_name,
            row.rules_key,
            row.version.to_string(),
            row.decision,
            every(row.form_name.or(row.form)),
            every(row.item),
            channel_names(&row.channels),
            if row.severity == "warn" { "只提醒" } else { "不能提交" }.to_owned(),
            row.from.unwrap_or_default(),
            row.until.unwrap_or_default(),
            state.to_owned(),
            row.message,
        ]
    });
    let head = ["规则", "规则标识", "版本", "决策", "表单", "事项", "渠道", "严重程度", "开始", "结束", "状态", "提示"];
    Ok(csv::file("rule-bindings.csv", &head, lines))
}
