//! HTTP of counters: what they take in, city-wide and instant items, figures.

use axum::extract::State;
use axum::response::Response;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::figures::{
    CoverageList, InstantFigures, InstantFiguresFilter, InstantStatistics, PlaceFilter, PlaceStatistics,
};
use super::instant::{InstantCase, InstantFilter, InstantGoOn, InstantItem, SetInstant};
use super::marks::{CityWideFilter, CityWideItem, CityWideOrgFilter, CityWideOrgs, SetCityWide};
use super::route::{CounterItems, CounterItemsFilter};
use crate::Casework;
use crate::permissions::{EditCityWide, EditInstant, IntakeCase, ReadCityWide, ReadInstant};

/// Routes of counters.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_counter_items))
        .routes(routes!(get_device_gateway))
        .routes(routes!(list_citywide_items))
        .routes(routes!(get_citywide_item, set_citywide_item))
        .routes(routes!(list_citywide_orgs))
        .routes(routes!(get_citywide_statistics))
        .routes(routes!(export_citywide_statistics))
        .routes(routes!(get_citywide_coverage))
        .routes(routes!(export_citywide_coverage))
        .routes(routes!(list_instant_items))
        .routes(routes!(set_instant_item))
        .routes(routes!(get_instant_case))
        .routes(routes!(go_on_with_instant_case))
        .routes(routes!(get_instant_statistics))
        .routes(routes!(export_instant_statistics))
        .with_state(casework)
}

/// Items the caller's windows take in, and where others are taken in
#[utoipa::path(get, path = "/api/v1/counter-items", tag = "counter", operation_id = "list_counter_items",
    params(CounterItemsFilter),
    responses((status = 200, body = CounterItems), Malformed, Refused),
    security(("desk" = ["case.intake"])))]
async fn list_counter_items(
    State(casework): State<Casework>,
    caller: Allowed<IntakeCase>,
    Query(filter): Query<CounterItemsFilter>,
) -> Result<Json<CounterItems>> {
    Ok(Json(casework.counter_items(&caller, &filter).await?))
}

/// Where the devices of a window's computer answer
#[derive(Debug, Serialize, ToSchema)]
struct DeviceGateway {
    /// Address of the gateway, as the window's browser reaches it.
    url: String,
}

/// Where the document camera of the window answers (CASE-011)
#[utoipa::path(get, path = "/api/v1/counter/device-gateway", tag = "counter", operation_id = "get_device_gateway",
    responses((status = 200, body = DeviceGateway), Refused),
    security(("desk" = ["case.intake"])))]
async fn get_device_gateway(
    State(casework): State<Casework>,
    _caller: Allowed<IntakeCase>,
) -> Result<Json<DeviceGateway>> {
    Ok(Json(DeviceGateway { url: casework.platform.config.device_gateway_url.clone() }))
}

/// Items that every hall takes in, by key
#[utoipa::path(get, path = "/api/v1/citywide-items", tag = "counter", operation_id = "list_citywide_items",
    params(CityWideFilter),
    responses((status = 200, body = List<CityWideItem>), Malformed, Refused),
    security(("desk" = ["citywide.read"])))]
async fn list_citywide_items(
    State(casework): State<Casework>,
    _caller: Allowed<ReadCityWide>,
    Query(filter): Query<CityWideFilter>,
) -> Result<Json<List<CityWideItem>>> {
    Ok(Json(casework.list_citywide(&filter).await?))
}

/// Whether every hall takes an item in, and who is competent where
#[utoipa::path(get, path = "/api/v1/citywide-items/{slug}", tag = "counter", operation_id = "get_citywide_item",
    params(("slug" = String, Path, description = "Item")),
    responses((status = 200, body = CityWideItem), Refused, Absent),
    security(("desk" = ["citywide.read"])))]
async fn get_citywide_item(
    State(casework): State<Casework>,
    _caller: Allowed<ReadCityWide>,
    Path(slug): Path<String>,
) -> Result<Json<CityWideItem>> {
    Ok(Json(casework.citywide_item(&slug).await?))
}

/// Mark an item so that every hall takes it in, change the mark or end it
#[utoipa::path(put, path = "/api/v1/citywide-items/{slug}", tag = "counter", operation_id = "set_citywide_item",
    params(("slug" = String, Path, description = "Item")),
    request_body = SetCityWide,
    responses((status = 200, body = CityWideItem), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["citywide.edit"])))]
async fn set_citywide_item(
    State(casework): State<Casework>,
    caller: Allowed<EditCityWide>,
    Path(slug): Path<String>,
    Json(body): Json<SetCityWide>,
) -> Result<Json<CityWideItem>> {
    Ok(Json(casework.set_citywide(&caller, &slug, body).await?))
}

/// Departments that may be named competent, by part of their name
#[utoipa::path(get, path = "/api/v1/citywide-orgs", tag = "counter", operation_id = "list_citywide_orgs",
    params(CityWideOrgFilter),
    responses((status = 200, body = CityWideOrgs), Refused),
    security(("desk" = ["citywide.edit"])))]
async fn list_citywide_orgs(
    State(casework): State<Casework>,
    _caller: Allowed<EditCityWide>,
    Query(filter): Query<CityWideOrgFilter>,
) -> Result<Json<CityWideOrgs>> {
    Ok(Json(casework.citywide_orgs(&filter).await?))
}

/// City-wide cases by accepting area, competent area, item and period
#[utoipa::path(get, path = "/api/v1/citywide-statistics", tag = "counter", operation_id = "get_citywide_statistics",
    params(PlaceFilter),
    responses((status = 200, body = PlaceStatistics), Refused, Unreadable),
    security(("desk" = ["citywide.read"])))]
async fn get_citywide_statistics(
    State(casework): State<Casework>,
    caller: Allowed<ReadCityWide>,
    Query(filter): Query<PlaceFilter>,
) -> Result<Json<PlaceStatistics>> {
    Ok(Json(casework.place_statistics(&caller, &filter).await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/citywide-statistics/export", tag = "counter", operation_id = "export_citywide_statistics",
    params(PlaceFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["citywide.read"])))]
async fn export_citywide_statistics(
    State(casework): State<Casework>,
    caller: Allowed<ReadCityWide>,
    Query(filter): Query<PlaceFilter>,
) -> Result<Response> {
    let found = casework.place_statistics(&caller, &filter).await?;
    let head = ["时间", "收件地", "主管地", "事项", "件数", "跨区"];
    let whole = format!("{} 至 {}", found.from, found.to);
    let rows: Vec<Vec<String>> = found
        .items
        .into_iter()
        .map(|row| {
            let period = if row.period.is_empty() { whole.clone() } else { row.period };
            let crossed = if row.crossed { "是" } else { "否" };
            vec![period, row.accept_name, row.competent_name, row.item_name, row.count.to_string(), crossed.to_owned()]
        })
        .collect();
    Ok(csv::file("citywide-statistics.csv", &head, rows))
}

/// How much of the city every hall takes in, by hall and department
#[utoipa::path(get, path = "/api/v1/citywide-coverage", tag = "counter", operation_id = "get_citywide_coverage",
    responses((status = 200, body = CoverageList), Refused),
    security(("desk" = ["citywide.read"])))]
async fn get_citywide_coverage(
    State(casework): State<Casework>,
    _caller: Allowed<ReadCityWide>,
) -> Result<Json<CoverageList>> {
    Ok(Json(casework.citywide_coverage().await?))
}

/// The same as CSV
#[utoipa::path(get, path = "/api/v1/citywide-coverage/export", tag = "counter", operation_id = "export_citywide_coverage",
    responses((status = 200, content_type = "text/csv"), Refused),
    security(("desk" = ["citywide.read"])))]
async fn export_citywide_coverage(
    State(casework): State<Casework>,
    _caller: Allowed<ReadCityWide>,
) -> Result<Response> {
    let found = casework.citywide_coverage().await?;
    let kinds = [("全市", vec![found.city]), ("大厅", found.halls), ("部门", found.departments)];
    let rows: Vec<Vec<String>> = kinds
        .into_iter()
        .flat_map(|(kind, rows)| rows.into_iter().map(move |row| (kind, row)))
        .map(|(kind, row)| {
            vec![kind.to_owned(), row.label, row.open.to_string(), row.all.to_string(), percent(row.permille)]
        })
        .collect();
    Ok(csv::file("citywide-coverage.csv", &["口径", "名称", "已开通事项", "全部事项", "覆盖率"], rows))
}

/// Items done while the applicant waits
#[utoipa::path(get, path = "/api/v1/instant-items", tag = "counter", operation_id = "list_instant_items",
    params(InstantFilter),
    responses((status = 200, body = List<InstantItem>), Malformed, Refused),
    security(("desk" = ["instant.read"])))]
async fn list_instant_items(
    State(casework): State<Casework>,
    _caller: Allowed<ReadInstant>,
    Query(filter): Query<InstantFilter>,
) -> Result<Json<List<InstantItem>>> {
    Ok(Json(casework.list_instant(&filter).await?))
}

/// Set whether and how fast an item is done while the applicant waits
#[utoipa::path(put, path = "/api/v1/instant-items/{slug}", tag = "counter", operation_id = "set_instant_item",
    params(("slug" = String, Path, description = "Item")),
    request_body = SetInstant,
    responses((status = 200, body = InstantItem), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["instant.edit"])))]
async fn set_instant_item(
    State(casework): State<Casework>,
    caller: Allowed<EditInstant>,
    Path(slug): Path<String>,
    Json(body): Json<SetInstant>,
) -> Result<Json<InstantItem>> {
    Ok(Json(casework.set_instant(&caller, &slug, body).await?))
}

/// How an instant case stands
#[utoipa::path(get, path = "/api/v1/instant-cases/{id}", tag = "counter", operation_id = "get_instant_case",
    params(("id" = Uuid, Path, description = "Case")),
    responses((status = 200, body = InstantCase), Refused, Absent),
    security(("desk" = ["case.intake"])))]
async fn get_instant_case(
    State(casework): State<Casework>,
    caller: Allowed<IntakeCase>,
    Path(id): Path<Uuid>,
) -> Result<Json<InstantCase>> {
    Ok(Json(casework.instant_case(&caller, id).await?))
}

/// Accept an instant case and do one's steps, until it is decided or somebody else has to act
#[utoipa::path(post, path = "/api/v1/instant-cases/{id}/go-on", tag = "counter", operation_id = "go_on_with_instant_case",
    params(("id" = Uuid, Path, description = "Case")),
    request_body = InstantGoOn,
    responses((status = 200, body = InstantCase), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.intake"])))]
async fn go_on_with_instant_case(
    State(casework): State<Casework>,
    caller: Allowed<IntakeCase>,
    Path(id): Path<Uuid>,
    Json(body): Json<InstantGoOn>,
) -> Result<Json<InstantCase>> {
    Ok(Json(casework.instant_go_on(&caller, id, body).await?))
}

/// Number and share of instant cases by window, department or period
#[utoipa::path(get, path = "/api/v1/instant-statistics", tag = "counter", operation_id = "get_instant_statistics",
    params(InstantFiguresFilter),
    responses((status = 200, body = InstantStatistics), Refused, Unreadable),
    security(("desk" = ["instant.read"])))]
async fn get_instant_statistics(
    State(casework): State<Casework>,
    caller: Allowed<ReadInstant>,
    Query(filter): Query<InstantFiguresFilter>,
) -> Result<Json<InstantStatistics>> {
    Ok(Json(casework.instant_statistics(&caller, &filter).await?))
}

/// The same as CSV, with the sum
#[utoipa::path(get, path = "/api/v1/instant-statistics/export", tag = "counter", operation_id = "export_instant_statistics",
    params(InstantFiguresFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["instant.read"])))]
async fn export_instant_statistics(
    State(casework): State<Casework>,
    caller: Allowed<ReadInstant>,
    Query(filter): Query<InstantFiguresFilter>,
) -> Result<Response> {
    let found = casework.instant_statistics(&caller, &filter).await?;
    let line = |row: &InstantFigures| {
        let counts = [row.all, row.instant].map(|count| count.to_string());
        let mut cells = vec![row.label.clone()];
        cells.extend(counts);
        cells.push(percent(row.permille));
        cells.extend([row.in_time, row.late].map(|count| count.to_string()));
        cells
    };
    let rows: Vec<Vec<String>> = found.items.iter().chain(std::iter::once(&found.total)).map(line).collect();
    Ok(csv::file("instant-statistics.csv", &["名称", "窗口收件", "即办件", "占比", "按时办完", "超过时间"], rows))
}

/// Tenths of a percent in words.
fn percent(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}
