//! The ledger at the desk.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::disclosure::{Field, Way};
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Refused, Unreadable};
use platform::work::audit::Line;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{Exchange, ReadExchange};
use platform::calls::{self as store, Wanted, entry};

/// Rows one download may have.
const EXPORT: u64 = 5_000;

/// Which calls.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct LedgerFilter {
    /// `in` or `out`.
    direction: Option<String>,
    /// App id of the party.
    system: Option<String>,
    /// `ok`, `refused`, `failed`.
    result: Option<String>,
    /// Standard event.
    event: Option<String>,
    /// Case number or a part of it.
    q: Option<String>,
    /// From this day on, `YYYY-MM-DD`.
    from: Option<String>,
    /// Up to this day.
    to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// One call.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub(crate) struct EntryView {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    direction: String,
    /// 调入 or 调出.
    direction_label: &'static str,
    /// App id; of a refused call, the one it claimed.
    party: String,
    /// Empty when the call was not proven.
    party_name: String,
    address: String,
    operation: String,
    event: Option<String>,
    case_id: Option<Uuid>,
    case_number: Option<String>,
    /// SM3 of the payload, hex; empty for a call that was not proven.
    digest: String,
    size: i64,
    result: String,
    /// 成功、拒绝、失败.
    result_label: &'static str,
    /// HTTP status; 0 without an answer.
    status: i64,
    code: String,
    /// Why it was refused or failed.
    detail: Option<String>,
    duration_ms: i64,
}

impl From<entry::Model> for EntryView {
    fn from(row: entry::Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            direction_label: direction_label(&row.direction),
            direction: row.direction,
            party: row.party,
            party_name: row.party_name,
            address: row.address,
            operation: row.operation,
            event: row.event,
            case_id: row.case_id,
            case_number: row.case_number,
            digest: row.digest,
            size: row.size,
            result_label: result_label(&row.result),
            result: row.result,
            status: row.status,
            code: row.code,
            detail: row.detail,
            duration_ms: row.duration_ms,
        }
    }
}

pub(crate) fn direction_label(key: &str) -> &'static str {
    if key == "in" { "调入" } else { "调出" }
}

pub(crate) fn result_label(key: &str) -> &'static str {
    match key {
        "ok" => "成功",
        "refused" => "拒绝",
        _ => "失败",
    }
}

fn day(pointer: &str, text: &str) -> Result<time::Date> {
    time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

impl LedgerFilter {
    fn wanted(&self) -> Result<Wanted> {
        let text =
            |value: &Option<String>| value.as_deref().map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned);
        let from = text(&self.from).map(|text| day("/from", &text)).transpose()?;
        let to = text(&self.to).map(|text| day("/to", &text)).transpose()?;
        Ok(Wanted {
            direction: text(&self.direction),
            party: text(&self.system),
            result: text(&self.result),
            event: text(&self.event),
            case_number: text(&self.q),
            text: None,
            from: from.map(base::zone::start_of_day),
            until: to.map(base::zone::end_of_day),
        })
    }
}

pub(crate) fn before(page: &PageQuery) -> Result<Option<Uuid>> {
    let bad = || Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。");
    match page.cursor_parts(1)? {
        Some(parts) => Ok(Some(parts.first().and_then(|part| Uuid::parse_str(part).ok()).ok_or_else(bad)?)),
        None => Ok(None),
    }
}

/// Calls in both directions, newest first.
#[utoipa::path(get, path = "/api/v1/exchange/ledger", tag = "exchange", operation_id = "list_exchange_ledger", params(LedgerFilter),
    responses((status = 200, body = List<EntryView>), Refused, Unreadable),
    security(("desk" = ["exchange.read"])))]
pub(crate) async fn list_exchange_ledger(
    State(exchange): State<Exchange>,
    _caller: Allowed<ReadExchange>,
    Query(filter): Query<LedgerFilter>,
) -> Result<Json<List<EntryView>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let conn = exchange.platform.db.read();
    let (rows, total) = store::page(conn, &filter.wanted()?, before(&page)?, page.limit()).await?;
    let items = rows.into_iter().map(EntryView::from).collect();
    let now = exchange.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, now, |one: &EntryView| vec![one.id.to_string()])))
}

/// One call.
#[utoipa::path(get, path = "/api/v1/exchange/ledger/{id}", tag = "exchange", operation_id = "get_exchange_entry",
    params(("id" = Uuid, Path, description = "Call")),
    responses((status = 200, body = EntryView), Refused, Absent),
    security(("desk" = ["exchange.read"])))]
pub(crate) async fn get_exchange_entry(
    State(exchange): State<Exchange>,
    _caller: Allowed<ReadExchange>,
    Path(id): Path<Uuid>,
) -> Result<Json<EntryView>> {
    let row = store::find(exchange.platform.db.read(), id).await?;
    Ok(Json(row.map(EntryView::from).ok_or_else(|| Problem::not_found("没有找到这条对接记录。"))?))
}

/// The ledger as CSV, at most 5,000 rows; the download is audited.
#[utoipa::path(get, path = "/api/v1/exchange/ledger/export", tag = "exchange", operation_id = "export_exchange_ledger", params(LedgerFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["exchange.read"])))]
pub(crate) async fn export_exchange_ledger(
    State(exchange): State<Exchange>,
    caller: Allowed<ReadExchange>,
    Query(filter): Query<LedgerFilter>,
) -> Result<Response> {
    let (rows, total) = store::all(exchange.platform.db.read(), &filter.wanted()?, EXPORT).await?;
    if total > EXPORT {
        let message = format!("共 {total} 条，一次最多下载 5,000 条，请缩小筛选范围。");
        return Err(Problem::invalid_field("/filter", "too_many", message));
    }
    let fields = [Field::column("calls", "address"), Field::column("calls", "detail")];
    let ways = exchange.platform.disclosure.takeout(&exchange.platform, &caller, &fields, None).await?;
    let [address_way, detail_way] = [0, 1].map(|at| ways.get(at).copied().unwrap_or(Way::Never));
    let covered = |text: &str| if text.is_empty() { String::new() } else { "（已遮住）".to_owned() };
    let mut csv = String::from(
        "\u{feff}时间,方向,对方标识,对方名称,对方地址,操作,办件编号,报文摘要(SM3),大小(字节),结果,状态码,代码,耗时(毫秒),说明\r\n",
    );
    for row in rows {
        let cells = [
            base::zone::moment_text(row.at),
            direction_label(&row.direction).to_owned(),
            row.party,
            row.party_name,
            address_way.cell(row.address, covered),
            row.operation,
            row.case_number.unwrap_or_default(),
            row.digest,
            row.size.to_string(),
            result_label(&row.result).to_owned(),
            row.status.to_string(),
            row.code,
            row.duration_ms.to_string(),
            detail_way.cell(row.detail.unwrap_or_default(), covered),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| platform::web::csv::cell(cell)).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    }
    let platform = &exchange.platform;
    let detail = serde_json::json!({ "rows": total });
    let line = Line::by(&caller, platform.new_id(), "exchange.export", "calls".to_owned(), detail);
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                tx.audit(line);
                Ok(())
            })
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"exchange-ledger.csv\""),
    ];
    Ok((headers, csv).into_response())
}
