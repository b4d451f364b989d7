//! HTTP of packages.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use casework::permissions::IntakeCase;
use platform::Result;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Malformed, Outdated, Refused, Unreadable};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::filing::{CounterPackages, PackageApplication, PackageCheck, PackageReceipt};
use super::list::{CasePackage, PackageFilter};
use crate::{Intake, ReadPackages};

const HEAD: [&str; 12] = [
    "套餐编号",
    "套餐",
    "申请人",
    "怎么领",
    "窗口",
    "收件时间",
    "收件人",
    "办件编号",
    "事项",
    "部门",
    "状态",
    "到期日",
];

pub(crate) fn routes() -> OpenApiRouter<Intake> {
    OpenApiRouter::new()
        .routes(routes!(list_counter_packages))
        .routes(routes!(check_case_package))
        .routes(routes!(list_case_packages, file_case_package))
        .routes(routes!(export_case_packages))
        .routes(routes!(get_case_package))
}

/// Packages, and which of them the caller's windows can take in
#[utoipa::path(get, path = "/api/v1/counter-packages", tag = "packages", operation_id = "list_counter_packages",
    responses((status = 200, body = CounterPackages), Refused),
    security(("desk" = ["case.intake"])))]
async fn list_counter_packages(
    State(intake): State<Intake>,
    caller: Allowed<IntakeCase>,
) -> Result<Json<CounterPackages>> {
    Ok(Json(intake.counter_packages(&caller).await?))
}

/// Check an application for a package before it is taken
#[utoipa::path(post, path = "/api/v1/case-packages/check", tag = "packages", operation_id = "check_case_package",
    request_body = PackageApplication,
    responses((status = 200, body = PackageCheck), Refused, Absent, Unreadable),
    security(("desk" = ["case.intake"])))]
async fn check_case_package(
    State(intake): State<Intake>,
    caller: Allowed<IntakeCase>,
    Json(body): Json<PackageApplication>,
) -> Result<Json<PackageCheck>> {
    Ok(Json(intake.check_package(&caller, &body).await?))
}

/// Take an application for a package: a case for each item, all or none
#[utoipa::path(post, path = "/api/v1/case-packages", tag = "packages", operation_id = "file_case_package",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = PackageApplication,
    responses((status = 201, body = PackageReceipt), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["case.intake"])))]
async fn file_case_package(
    State(intake): State<Intake>,
    caller: Allowed<IntakeCase>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<PackageApplication>,
) -> Result<(StatusCode, Json<PackageReceipt>)> {
    Ok((StatusCode::CREATED, Json(intake.file_package(&caller, body, key).await?)))
}

/// Packages within reach, newest first, masked
#[utoipa::path(get, path = "/api/v1/case-packages", tag = "packages", operation_id = "list_case_packages",
    params(PackageFilter),
    responses((status = 200, body = List<CasePackage>), Malformed, Refused),
    security(("desk" = ["case_package.read"])))]
async fn list_case_packages(
    State(intake): State<Intake>,
    caller: Allowed<ReadPackages>,
    Query(filter): Query<PackageFilter>,
) -> Result<Json<List<CasePackage>>> {
    Ok(Json(intake.list_packages(&caller, &filter).await?))
}

/// The same as CSV, a line for each case, at most 5,000 packages
#[utoipa::path(get, path = "/api/v1/case-packages/export", tag = "packages", operation_id = "export_case_packages",
    params(PackageFilter),
    responses((status = 200, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["case_package.read"])))]
async fn export_case_packages(
    State(intake): State<Intake>,
    caller: Allowed<ReadPackages>,
    Query(filter): Query<PackageFilter>,
) -> Result<Response> {
    Ok(csv::file("case-packages.csv", &HEAD, intake.package_lines(&caller, &filter).await?))
}

/// A package within reach
#[utoipa::path(get, path = "/api/v1/case-packages/{id}", tag = "packages", operation_id = "get_case_package",
    params(("id" = Uuid, Path, description = "Package")),
    responses((status = 200, body = CasePackage), Refused, Absent),
    security(("desk" = ["case_package.read"])))]
async fn get_case_package(
    State(intake): State<Intake>,
    caller: Allowed<ReadPackages>,
    Path(id): Path<Uuid>,
) -> Result<Json<CasePackage>> {
    Ok(Json(intake.case_package(&caller, id).await?))
}
