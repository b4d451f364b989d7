//! Working with tables: navigation, list, form, import and export.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::spreadsheet;
use crate::Tables;
use crate::access::MenuEntry;
use crate::model::{Order, Right};
use crate::permissions::{RevealValue, UseTables};
use crate::query::Wanted;
use crate::rows::import::ImportReport;
use crate::rows::list::{Asked, Line};
use crate::rows::view::RowView;
use crate::values::Class;

/// Which rows, how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct RowsQuery {
    /// Text looked for in all fields that are not sealed.
    q: Option<String>,
    /// Conditions, a JSON list of `TableCondition`.
    #[serde(rename = "where")]
    conditions: Option<String>,
    /// Field the list goes by.
    sort: Option<String>,
    /// Greatest first.
    down: Option<bool>,
    /// Columns, separated by commas; those of the table when absent.
    columns: Option<String>,
}

impl RowsQuery {
    fn asked(self, page: PageQuery) -> Result<Asked> {
        let named = |text: &str| !text.trim().is_empty();
        let columns = self.columns.unwrap_or_default();
        Ok(Asked {
            wanted: Wanted::read(self.q.as_deref(), self.conditions.as_deref())?,
            order: self
                .sort
                .filter(|text| named(text))
                .map(|field| Order { field, down: self.down.unwrap_or_default() }),
            columns: columns.split(',').filter(|text| named(text)).map(str::to_owned).collect(),
            page,
        })
    }
}

/// The navigation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableNavigation {
    items: Vec<MenuEntry>,
}

/// A table as those who work with it see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableView)]
pub(crate) struct TableView {
    key: String,
    title: String,
    purpose: String,
    /// Published version.
    version: i64,
    /// The entry form, `tongban-form/1`.
    #[schema(value_type = Object)]
    form: Value,
    /// Role the caller works in, for the rights of the form's fields.
    role: String,
    /// Fields of the list.
    columns: Vec<String>,
    /// Fields offered as conditions.
    filters: Vec<String>,
    /// Fields the list may go by.
    sortable: Vec<String>,
    /// Fields whose values are sealed.
    sealed: Vec<String>,
    order: Option<Order>,
    /// What the caller may do.
    rights: BTreeSet<Right>,
    /// Name of the view it is attached to; absent for a table of its own.
    source: Option<String>,
}

/// A new row.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EnterRow {
    /// Values by field.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// A changed row.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeRow {
    revision: i64,
    /// Values by field.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// Sealed fields that stay as they are.
    #[serde(default)]
    keep: Vec<String>,
}

/// The revision a page shows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowRevision {
    revision: i64,
}

/// Which sealed value, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RevealRowValue {
    field: String,
    /// Logged.
    reason: String,
}

/// A sealed value as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevealedRowValue {
    value: String,
}

/// A file of rows.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ImportRows {
    /// Ends with .csv or .xlsx.
    file_name: String,
    /// The file, base64.
    content_base64: String,
    /// Only try; keep nothing.
    trial: bool,
}

/// The tables of the caller's navigation.
#[utoipa::path(get, path = "/api/v1/table-menu", tag = "tables", operation_id = "get_table_menu",
    responses((status = 200, body = TableNavigation), Refused),
    security(("desk" = ["table.use"])))]
pub(crate) async fn get_table_menu(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
) -> Result<Json<TableNavigation>> {
    Ok(Json(TableNavigation { items: tables.menu(&caller).await? }))
}

/// A table as those who work with it see it.
#[utoipa::path(get, path = "/api/v1/tables/{key}", tag = "tables", operation_id = "get_table",
    params(("key" = String, Path)),
    responses((status = 200, body = TableView), Refused, Absent),
    security(("desk" = ["table.use"])))]
pub(crate) async fn get_table(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
) -> Result<Json<TableView>> {
    let opened = tables.open(&caller, &key).await?;
    let keys = |wanted: &dyn Fn(Class) -> bool| -> Vec<String> {
        opened.fields().filter(|known| wanted(known.class)).map(|known| known.field.key.clone()).collect()
    };
    let seen = |keys: &[String]| keys.iter().filter(|key| opened.field(key).is_some()).cloned().collect();
    let content = &opened.table.content;
    Ok(Json(TableView {
        key,
        title: content.title.clone(),
        purpose: content.purpose.clone(),
        version: opened.table.version,
        form: content.form.clone(),
        columns: seen(&content.columns),
        filters: seen(&content.filters),
        sortable: keys(&Class::sorts),
        sealed: keys(&|class| class == Class::Sealed),
        order: content.order.clone().filter(|order| opened.field(&order.field).is_some()),
        source: content.source.as_deref().and_then(|key| tables.source(key)).map(|source| source.title().to_owned()),
        role: opened.role.clone(),
        rights: opened.rights.clone(),
    }))
}

/// Rows of a table.
#[utoipa::path(get, path = "/api/v1/tables/{key}/rows", tag = "tables", operation_id = "list_table_rows",
    params(("key" = String, Path), RowsQuery, PageQuery),
    responses((status = 200, body = List<Line>), Refused, Absent, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn list_table_rows(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    Query(rows): Query<RowsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<Line>>> {
    Ok(Json(tables.list_rows(&caller, &key, &rows.asked(page)?).await?))
}

/// Enters a row.
#[utoipa::path(post, path = "/api/v1/tables/{key}/rows", tag = "tables", operation_id = "enter_table_row",
    params(("key" = String, Path), IdempotencyKey),
    request_body = EnterRow,
    responses((status = 201, body = RowView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn enter_table_row(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    IdempotencyKey(once): IdempotencyKey,
    Json(row): Json<EnterRow>,
) -> Result<(StatusCode, Json<RowView>)> {
    let id = tables.enter(&caller, &key, &row.data, once).await?;
    Ok((StatusCode::CREATED, Json(tables.get_row(&caller, &key, id).await?)))
}

/// A row, sealed values masked.
#[utoipa::path(get, path = "/api/v1/tables/{key}/rows/{id}", tag = "tables", operation_id = "get_table_row",
    params(("key" = String, Path), ("id" = Uuid, Path)),
    responses((status = 200, body = RowView), Refused, Absent),
    security(("desk" = ["table.use"])))]
pub(crate) async fn get_table_row(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path((key, id)): Path<(String, Uuid)>,
) -> Result<Json<RowView>> {
    Ok(Json(tables.get_row(&caller, &key, id).await?))
}

/// Changes a row.
#[utoipa::path(put, path = "/api/v1/tables/{key}/rows/{id}", tag = "tables", operation_id = "change_table_row",
    params(("key" = String, Path), ("id" = Uuid, Path)),
    request_body = ChangeRow,
    responses((status = 200, body = RowView), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn change_table_row(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path((key, id)): Path<(String, Uuid)>,
    Json(row): Json<ChangeRow>,
) -> Result<Json<RowView>> {
    tables.change(&caller, &key, id, row.revision, row.data, &row.keep).await?;
    Ok(Json(tables.get_row(&caller, &key, id).await?))
}

/// Deletes a row.
#[utoipa::path(delete, path = "/api/v1/tables/{key}/rows/{id}", tag = "tables", operation_id = "delete_table_row",
    params(("key" = String, Path), ("id" = Uuid, Path), RowRevision),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["table.use"])))]
pub(crate) async fn delete_table_row(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path((key, id)): Path<(String, Uuid)>,
    Query(asked): Query<RowRevision>,
) -> Result<StatusCode> {
    tables.delete(&caller, &key, id, asked.revision).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A sealed value as it is; logged with its reason.
#[utoipa::path(post, path = "/api/v1/tables/{key}/rows/{id}/reveal", tag = "tables", operation_id = "reveal_table_value",
    params(("key" = String, Path), ("id" = Uuid, Path)),
    request_body = RevealRowValue,
    responses((status = 200, body = RevealedRowValue), Refused, Absent, Unreadable),
    security(("desk" = ["table.reveal"])))]
pub(crate) async fn reveal_table_value(
    State(tables): State<Tables>,
    caller: Allowed<RevealValue>,
    Path((key, id)): Path<(String, Uuid)>,
    Json(asked): Json<RevealRowValue>,
) -> Result<Json<RevealedRowValue>> {
    Ok(Json(RevealedRowValue { value: tables.reveal(&caller, &key, id, &asked.field, &asked.reason).await? }))
}

/// Tries a file of rows, or enters them when all are right.
#[utoipa::path(post, path = "/api/v1/tables/{key}/import", tag = "tables", operation_id = "import_table_rows",
    params(("key" = String, Path)),
    request_body = ImportRows,
    responses((status = 200, body = ImportReport), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["table.use"])))]
pub(crate) async fn import_table_rows(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    Json(file): Json<ImportRows>,
) -> Result<Json<ImportReport>> {
    let report = tables.import(&caller, &key, &file.file_name, &file.content_base64, file.trial).await?;
    Ok(Json(report))
}

/// An empty spreadsheet to fill in.
#[utoipa::path(get, path = "/api/v1/tables/{key}/import-frame", tag = "tables", operation_id = "get_table_import_frame",
    params(("key" = String, Path)),
    responses(
        (status = 200, description = "Spreadsheet", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refused,
        Absent,
    ),
    security(("desk" = ["table.use"])))]
pub(crate) async fn get_table_import_frame(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
) -> Result<impl IntoResponse + use<>> {
    Ok(spreadsheet(&format!("{key}-template.xlsx"), tables.import_frame(&caller, &key).await?))
}

/// The rows that fit as a spreadsheet.
#[utoipa::path(get, path = "/api/v1/tables/{key}/export", tag = "tables", operation_id = "export_table_rows",
    params(("key" = String, Path), RowsQuery),
    responses(
        (status = 200, description = "Spreadsheet", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Refused,
        Absent,
        Unreadable,
    ),
    security(("desk" = ["table.use"])))]
pub(crate) async fn export_table_rows(
    State(tables): State<Tables>,
    caller: Allowed<UseTables>,
    Path(key): Path<String>,
    Query(rows): Query<RowsQuery>,
) -> Result<impl IntoResponse + use<>> {
    let bytes = tables.export(&caller, &key, &rows.asked(PageQuery::default())?).await?;
    Ok(spreadsheet(&format!("{key}.xlsx"), bytes))
}
