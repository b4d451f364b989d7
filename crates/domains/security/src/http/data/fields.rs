//! The inventory: words, lists, figures, report, one column with its versions.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Word, words};
use crate::Security;
use crate::classification::list::{FieldFilter, level_of};
use crate::classification::model::{Export, Masking, PROTECTIONS, SOURCES, STATES, unprotected};
use crate::classification::store::{field, field_version};
use crate::permissions::{EditClassification, ReadProtection};
use crate::risks::model::label;

/// Which columns.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldQuery {
    /// Part of the table's or column's name.
    q: Option<String>,
    /// Domain.
    domain: Option<String>,
    /// Class.
    class: Option<String>,
    /// Level, 1 to 4.
    level: Option<String>,
    /// `proposed`, `confirmed`, or `unprotected` for what has to be sealed and is not.
    state: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

impl FieldQuery {
    fn filter(&self) -> Result<FieldFilter> {
        Ok(FieldFilter {
            q: self.q.clone(),
            domain: self.domain.clone(),
            class: self.class.clone(),
            level: level_of(self.level.as_deref())?,
            state: self.state.clone(),
        })
    }
}

/// A column with its class and level.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataField {
    id: Uuid,
    table: String,
    column: String,
    kind: String,
    domain: String,
    domain_label: String,
    class: String,
    class_label: String,
    level: i64,
    level_label: String,
    /// Level that counts until a proposal is confirmed: the stricter of both.
    strict_level: i64,
    masking: Masking,
    masking_label: &'static str,
    export: Export,
    export_label: &'static str,
    /// `rule`, `content` or `hand`.
    source: String,
    source_label: &'static str,
    /// `proposed` or `confirmed`.
    state: String,
    state_label: &'static str,
    /// `sealed`, `digest` or `clear`.
    protection: String,
    protection_label: &'static str,
    /// Has to be sealed by its level and is not.
    unprotected: bool,
    /// Whether the caller may confirm it.
    can_confirm: bool,
    version: i64,
}

pub(super) fn view(security: &Security, caller: &Principal, row: field::Model) -> DataField {
    let (masking, export) = (Masking::parse(&row.masking), Export::parse(&row.export));
    DataField {
        id: row.id,
        domain_label: security.pack.domain_label(&row.domain),
        class_label: security.pack.class_label(&row.class),
        level_label: security.pack.level_label(row.level),
        strict_level: row.strict_level(),
        masking,
        masking_label: masking.label(),
        export,
        export_label: export.label(),
        source_label: label(&SOURCES, &row.source),
        state_label: label(&STATES, &row.state),
        protection_label: label(&PROTECTIONS, &row.protection),
        unprotected: unprotected(row.level, &row.kind, &row.protection),
        can_confirm: caller.may("classify.review") && row.state == "proposed" && row.proposed_by != Some(caller.id),
        table: row.table_name,
        column: row.column_name,
        kind: row.kind,
        domain: row.domain,
        class: row.class,
        level: row.level,
        source: row.source,
        state: row.state,
        protection: row.protection,
        version: row.version,
    }
}

/// A page of the inventory.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataFieldList {
    #[serde(flatten)]
    list: List<DataField>,
}

/// Every column with its class and level, by table.
#[utoipa::path(get, path = "/api/v1/security/fields", tag = "security", operation_id = "list_data_fields",
    params(FieldQuery),
    responses((status = 200, body = DataFieldList), Refused, Unreadable),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn list_data_fields(
    State(security): State<Security>,
    caller: Allowed<ReadProtection>,
    Query(query): Query<FieldQuery>,
) -> Result<Json<DataFieldList>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let after = page.cursor_parts(2)?.and_then(|parts| parts.into_iter().collect::<Vec<_>>().try_into().ok());
    let after = after.map(|[table, column]: [String; 2]| (table, column));
    let (rows, total) = security.fields(&query.filter()?, after, page.limit() + 1).await?;
    let items = rows.into_iter().map(|row| view(&security, &caller, row)).collect();
    let list = List::cut(items, page.limit(), total, security.platform.now(), |row: &DataField| {
        vec![row.table.clone(), row.column.clone()]
    });
    Ok(Json(DataFieldList { list }))
}

/// Fields of a domain by level.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataDomainLevels {
    key: String,
    label: String,
    /// Columns of level 1 to 4.
    levels: Vec<i64>,
    total: i64,
}

/// Columns of a class.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataClassCount {
    key: String,
    label: String,
    count: i64,
}

/// Figures of the inventory and the words of its filters.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataFieldFigures {
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    as_of: OffsetDateTime,
    standard: String,
    total: i64,
    proposed: i64,
    unprotected: i64,
    domains: Vec<DataDomainLevels>,
    classes: Vec<DataClassCount>,
    levels: Vec<DataLevel>,
    maskings: Vec<Word>,
    exports: Vec<Word>,
}

/// A level and what it means.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataLevel {
    level: i64,
    label: String,
    says: String,
    count: i64,
}

/// Columns by domain, level and class; the words a page needs.
#[utoipa::path(get, path = "/api/v1/security/fields/figures", tag = "security", operation_id = "get_data_field_figures",
    responses((status = 200, body = DataFieldFigures), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn get_data_field_figures(
    State(security): State<Security>,
    _caller: Allowed<ReadProtection>,
) -> Result<Json<DataFieldFigures>> {
    let found = security.field_figures().await?;
    let pack = &security.pack;
    let of_level = |level: usize| found.domains.values().filter_map(|levels| levels.get(level)).sum();
    Ok(Json(DataFieldFigures {
        as_of: security.platform.now(),
        standard: pack.standard.clone(),
        total: found.total,
        proposed: found.proposed,
        unprotected: found.unprotected,
        domains: found
            .domains
            .iter()
            .map(|(key, levels)| DataDomainLevels {
                key: key.clone(),
                label: pack.domain_label(key),
                levels: levels.to_vec(),
                total: levels.iter().sum(),
            })
            .collect(),
        classes: pack
            .classes
            .iter()
            .map(|class| DataClassCount {
                key: class.key.clone(),
                label: class.label.clone(),
                count: found.classes.get(&class.key).copied().unwrap_or(0),
            })
            .collect(),
        levels: pack
            .levels
            .iter()
            .enumerate()
            .map(|(at, one)| DataLevel {
                level: one.level,
                label: pack.level_label(one.level),
                says: one.says.clone(),
                count: of_level(at),
            })
            .collect(),
        maskings: words(&Masking::ALL.map(|(_, key, label)| (key, label))),
        exports: words(&Export::ALL.map(|(_, key, label)| (key, label))),
    }))
}

/// The inventory as CSV; taking it out is logged.
#[utoipa::path(get, path = "/api/v1/security/fields/report", tag = "security", operation_id = "export_data_fields",
    params(FieldQuery),
    responses((status = 200, description = "CSV", content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn export_data_fields(
    State(security): State<Security>,
    caller: Allowed<ReadProtection>,
    Query(query): Query<FieldQuery>,
) -> Result<impl IntoResponse> {
    let csv = security.field_report(&caller, &query.filter()?).await?;
    let name = format!("attachment; filename=\"fields-{}.csv\"", base::zone::china_date(security.platform.now()));
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], csv))
}

/// What an inventory found.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataInventory {
    tables: usize,
    columns: usize,
    added: usize,
    removed: usize,
    changed: usize,
}

/// Look at the live schema again: new columns are proposed by rule, gone ones marked.
#[utoipa::path(post, path = "/api/v1/security/fields/inventory", tag = "security", operation_id = "take_data_inventory",
    responses((status = 200, body = DataInventory), Refused),
    security(("desk" = ["classify.edit"])))]
pub(crate) async fn take_data_inventory(
    State(security): State<Security>,
    caller: Allowed<EditClassification>,
) -> Result<Json<DataInventory>> {
    let found = security.take_inventory(Some(&caller)).await?;
    Ok(Json(DataInventory {
        tables: found.tables,
        columns: found.columns,
        added: found.added,
        removed: found.removed,
        changed: found.changed,
    }))
}

/// A version of a column's class and level.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataFieldVersion {
    no: i64,
    class_label: String,
    level: i64,
    level_label: String,
    masking_label: &'static str,
    export_label: &'static str,
    source_label: &'static str,
    state: String,
    state_label: &'static str,
    reason: String,
    by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    decided_by_name: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<OffsetDateTime>,
    decision: String,
}

/// A column with its versions, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataFieldWhole {
    #[serde(flatten)]
    field: DataField,
    versions: Vec<DataFieldVersion>,
}

fn version_view(security: &Security, row: field_version::Model) -> DataFieldVersion {
    DataFieldVersion {
        no: row.no,
        class_label: security.pack.class_label(&row.class),
        level: row.level,
        level_label: security.pack.level_label(row.level),
        masking_label: Masking::parse(&row.masking).label(),
        export_label: Export::parse(&row.export).label(),
        source_label: label(&SOURCES, &row.source),
        state_label: label(&STATES, &row.state),
        state: row.state,
        reason: row.reason,
        by_name: row.by_name,
        at: row.at,
        decided_by_name: row.decided_by_name,
        decided_at: row.decided_at,
        decision: row.decision,
    }
}

/// One column as a page shows it.
pub(super) async fn whole(security: &Security, caller: &Principal, id: Uuid) -> Result<Json<DataFieldWhole>> {
    let (row, versions) = security.field(id).await?;
    Ok(Json(DataFieldWhole {
        field: view(security, caller, row),
        versions: versions.into_iter().map(|row| version_view(security, row)).collect(),
    }))
}

/// One column with its versions.
#[utoipa::path(get, path = "/api/v1/security/fields/{id}", tag = "security", operation_id = "get_data_field",
    params(("id" = Uuid, Path, description = "Column")),
    responses((status = 200, body = DataFieldWhole), Refused, Absent),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn get_data_field(
    State(security): State<Security>,
    caller: Allowed<ReadProtection>,
    Path(id): Path<Uuid>,
) -> Result<Json<DataFieldWhole>> {
    whole(&security, &caller, id).await
}
