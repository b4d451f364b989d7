//! Printing on stock, at the desk.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::blanks::{Balance, Receipt, Receive};
use super::model::{Offset, Print, Sheet, SheetState};
use super::service::Status;
use crate::Licences;
use crate::permissions::Overprint;

/// A sheet of stock.
#[derive(Serialize, ToSchema)]
#[schema(as = StockSheet)]
pub(crate) struct SheetView {
    id: Uuid,
    type_key: String,
    /// Name of the kind of licence it is for.
    type_name: String,
    /// Serial number on the blank.
    number: String,
    state: SheetState,
    /// 已使用, 已作废.
    state_label: &'static str,
    licence_id: Option<Uuid>,
    licence_number: Option<String>,
    /// How often it went through the printer.
    prints: i64,
    printer: String,
    offset: Offset,
    /// Why it was printed again.
    reason: Option<String>,
    printed_by: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    printed_at: Option<OffsetDateTime>,
    spoiled_by: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    spoiled_at: Option<OffsetDateTime>,
    spoil_reason: Option<String>,
}

impl SheetView {
    fn new(sheet: Sheet, type_name: &str) -> Self {
        Self {
            id: sheet.id,
            type_name: type_name.to_owned(),
            type_key: sheet.type_key,
            number: sheet.number,
            state: sheet.state,
            state_label: sheet.state.label(),
            licence_id: sheet.licence,
            licence_number: sheet.licence_number,
            prints: sheet.prints,
            printer: sheet.printer,
            offset: sheet.offset,
            reason: sheet.reason,
            printed_by: sheet.printed_by,
            printed_at: sheet.printed_at,
            spoiled_by: sheet.spoiled_by,
            spoiled_at: sheet.spoiled_at,
            spoil_reason: sheet.spoil_reason,
        }
    }
}

/// Sheets with the names of their kinds; a kind that is gone keeps its key.
async fn named(licences: &Licences, sheets: Vec<Sheet>) -> Result<Vec<SheetView>> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for sheet in &sheets {
        if !names.contains_key(&sheet.type_key) {
            let name = licences.licence_type(&sheet.type_key).await?.map(|kind| kind.name);
            names.insert(sheet.type_key.clone(), name.unwrap_or_else(|| sheet.type_key.clone()));
        }
    }
    let name = |sheet: &Sheet| names.get(&sheet.type_key).cloned().unwrap_or_default();
    Ok(sheets
        .into_iter()
        .map(|sheet| (name(&sheet), sheet))
        .map(|(name, sheet)| SheetView::new(sheet, &name))
        .collect())
}

/// A printer with the offset last used.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrinterView {
    name: String,
    offset: Offset,
}

/// How it stands with printing a licence on stock.
#[derive(Serialize, ToSchema)]
#[schema(as = OverprintStatus)]
pub(crate) struct StatusView {
    licence_id: Uuid,
    type_key: String,
    name: String,
    number: String,
    holder_name: String,
    /// Why it can't be printed now; null when it can.
    why_not: Option<String>,
    /// How often it was printed; from one on a reason is wanted.
    prints: i64,
    sheets: Vec<SheetView>,
    printers: Vec<PrinterView>,
}

impl From<Status> for StatusView {
    fn from(status: Status) -> Self {
        Self {
            licence_id: status.licence.id,
            sheets: status.sheets.into_iter().map(|sheet| SheetView::new(sheet, &status.licence.name)).collect(),
            type_key: status.licence.type_key,
            name: status.licence.name,
            number: status.licence.number,
            holder_name: status.licence.holder_name,
            why_not: status.why_not,
            prints: status.prints,
            printers: status.printers.into_iter().map(|(name, offset)| PrinterView { name, offset }).collect(),
        }
    }
}

/// Offset of a preview, tenths of a millimetre.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewQuery {
    /// To the right.
    x: Option<i64>,
    /// Downwards.
    y: Option<i64>,
}

/// Which sheets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockFilter {
    /// Kind of licence.
    type_key: Option<String>,
    /// `used` or `spoiled`.
    #[param(value_type = Option<String>)]
    state: Option<SheetState>,
    /// Number of a blank.
    number: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// A blank to write off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SpoilStock)]
pub(crate) struct Spoil {
    /// Kind of licence the blank is for.
    type_key: String,
    /// Number on it.
    stock_number: String,
    /// Why.
    reason: String,
}

/// Whether and how a licence can be printed on stock.
#[utoipa::path(get, path = "/api/v1/licences/{id}/overprint", tag = "licences", operation_id = "get_overprint",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = StatusView), Refused, Absent),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn get_overprint(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Path(id): Path<Uuid>,
) -> Result<Json<StatusView>> {
    Ok(Json(licences.overprint_status(&caller, id).await?.into()))
}

/// The sheet as it would be printed, marked as a preview.
#[utoipa::path(get, path = "/api/v1/licences/{id}/overprint/preview", tag = "licences",
    operation_id = "preview_overprint", params(("id" = Uuid, Path), PreviewQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn preview_overprint(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Path(id): Path<Uuid>,
    Query(query): Query<PreviewQuery>,
) -> Result<Response> {
    let offset = Offset { x: query.x.unwrap_or_default(), y: query.y.unwrap_or_default() };
    Ok(pdf(licences.preview_overprint(&caller, id, offset).await?))
}

/// Prints on a sheet of stock: the PDF for the printer. Recorded, counted, logged.
#[utoipa::path(post, path = "/api/v1/licences/{id}/overprint", tag = "licences", operation_id = "print_overprint",
    params(("id" = Uuid, Path)), request_body = Print,
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn print_overprint(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Path(id): Path<Uuid>,
    Json(print): Json<Print>,
) -> Result<Response> {
    let (_, bytes) = licences.overprint(&caller, id, print).await?;
    Ok(pdf(bytes))
}

/// Sheets of stock used and spoiled, newest first.
#[utoipa::path(get, path = "/api/v1/licence-stock", tag = "licences", operation_id = "list_licence_stock",
    params(StockFilter),
    responses((status = 200, body = List<SheetView>), Refused, Unreadable),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn list_licence_stock(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Query(filter): Query<StockFilter>,
) -> Result<Json<List<SheetView>>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor };
    let (found, total) =
        licences.stock(&caller, filter.type_key, filter.state, filter.number.as_deref(), &page).await?;
    let items = named(&licences, found).await?;
    let as_of = licences.platform.now();
    Ok(Json(List::cut(items, page.limit(), total, as_of, |sheet: &SheetView| vec![sheet.id.to_string()])))
}

/// The ledger of sheets as CSV.
#[utoipa::path(get, path = "/api/v1/licence-stock/export", tag = "licences", operation_id = "export_licence_stock",
    params(StockFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn export_licence_stock(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Query(filter): Query<StockFilter>,
) -> Result<Response> {
    let head = [
        "空白证编号",
        "证照",
        "状态",
        "证照编号",
        "打印次数",
        "打印机",
        "打印时间",
        "打印人",
        "重打原因",
        "作废时间",
        "作废人",
        "作废原因",
    ];
    let lines = licences.stock_lines(&caller, filter.type_key, filter.state).await?;
    Ok(csv::file("licence-stock.csv", &head, lines))
}

/// Blanks received, used, spoiled and left, by kind of licence.
#[utoipa::path(get, path = "/api/v1/licence-stock/balance", tag = "licences", operation_id = "get_blank_balance",
    responses((status = 200, body = Vec<Balance>), Refused),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn get_blank_balance(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
) -> Result<Json<Vec<Balance>>> {
    Ok(Json(licences.blank_balance(&caller).await?))
}

/// A kind of licence that can be printed on stock.
#[derive(Serialize, ToSchema)]
#[schema(as = OverprintKind)]
pub(crate) struct KindView {
    key: String,
    name: String,
}

/// Kinds of licence that can be printed on stock.
#[utoipa::path(get, path = "/api/v1/licence-stock/kinds", tag = "licences", operation_id = "list_overprint_kinds",
    responses((status = 200, body = Vec<KindView>), Refused),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn list_overprint_kinds(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
) -> Result<Json<Vec<KindView>>> {
    let kinds = licences.overprint_kinds(&caller).await?;
    Ok(Json(kinds.into_iter().map(|(key, name)| KindView { key, name }).collect()))
}

/// Receipts of blanks, newest first.
#[utoipa::path(get, path = "/api/v1/licence-blanks", tag = "licences", operation_id = "list_blank_receipts",
    params(PageQuery),
    responses((status = 200, body = List<Receipt>), Malformed, Refused),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn list_blank_receipts(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<Receipt>>> {
    Ok(Json(licences.blank_receipts(&caller, &page).await?))
}

/// Writes blanks down as received, by their first and last number.
#[utoipa::path(post, path = "/api/v1/licence-blanks", tag = "licences", operation_id = "receive_blanks",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = Receive,
    responses((status = 201, body = Receipt), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn receive_blanks(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<Receive>,
) -> Result<(StatusCode, Json<Receipt>)> {
    Ok((StatusCode::CREATED, Json(licences.receive_blanks(&caller, body, key).await?)))
}

/// Writes a blank off.
#[utoipa::path(post, path = "/api/v1/licence-stock/spoil", tag = "licences", operation_id = "spoil_licence_stock",
    request_body = Spoil,
    responses((status = 200, body = SheetView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["licence.overprint"])))]
pub(crate) async fn spoil_licence_stock(
    State(licences): State<Licences>,
    caller: Allowed<Overprint>,
    Json(spoil): Json<Spoil>,
) -> Result<Json<SheetView>> {
    let sheet = licences.spoil_stock(&caller, &spoil.type_key, &spoil.stock_number, &spoil.reason).await?;
    named(&licences, vec![sheet]).await?.pop().map(Json).ok_or_else(|| Problem::internal("a sheet without a view"))
}

/// A sheet shown in the page and kept nowhere.
fn pdf(bytes: Bytes) -> Response {
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
            (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"overprint.pdf\"")),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"),
            ),
        ],
        bytes,
    )
        .into_response()
}
