//! Looking into the library.

use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Malformed, Refused};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::library::{Filter, Finding, OwnFlowBounds, Use};
use crate::permissions::ReadDesign;
use crate::store::{definition, entry};
use crate::{DefinitionRef, Kind, Library};

/// A draft in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftMark {
    revision: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    changed_at: OffsetDateTime,
    changed_by_name: String,
}

/// An entry of the library.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionSummary {
    id: Uuid,
    kind: Kind,
    kind_label: &'static str,
    key: String,
    name: String,
    /// `application`, `approval`, or empty.
    purpose: String,
    /// `web`, `mobile`, `kiosk`, `window`; empty means all.
    #[schema(value_type = Vec<String>)]
    channels: serde_json::Value,
    /// Owner; absent for what belongs to all.
    org_id: Option<Uuid>,
    org_name: String,
    template: bool,
    /// `draft`, `published`, `disabled`.
    state: &'static str,
    state_label: &'static str,
    /// Published version; absent before the first publication.
    version: Option<i64>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<OffsetDateTime>,
    draft: Option<DraftMark>,
    /// How many items and definitions use it.
    uses: u64,
}

/// What the caller may do with an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionRights {
    edit: bool,
    publish: bool,
    disable: bool,
}

/// An entry with the content under work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Definition {
    #[serde(flatten)]
    summary: DefinitionSummary,
    /// The draft, or what is published.
    content: String,
    /// Version the content is; absent when it is a draft.
    content_version: Option<i64>,
    /// Send it back with a change.
    revision: i64,
    findings: Vec<Finding>,
    may: DefinitionRights,
    /// What bounds it, when a body drew it for itself.
    own: Option<OwnFlowBounds>,
}

/// A published version in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionVersion {
    version: i64,
    digest: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    published_at: OffsetDateTime,
    published_by: String,
    note: String,
    /// How many cases were filed under it.
    cases: u64,
}

/// Published versions, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionVersions {
    items: Vec<DefinitionVersion>,
}

/// A published version with its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionVersionContent {
    version: i64,
    digest: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    published_at: OffsetDateTime,
    published_by: String,
    note: String,
    content: String,
}

/// Where an entry is used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionUses {
    items: Vec<Use>,
}

async fn summary(library: &Library, row: entry::Model, uses: u64) -> Result<DefinitionSummary> {
    let orgs = library.identity.orgs().await?;
    let (state, state_label) = match &row {
        row if row.disabled => ("disabled", "停用"),
        row if row.version == 0 => ("draft", "草稿"),
        _ => ("published", "已发布"),
    };
    let kind = Kind::of(&row.kind)?;
    let draft = row.draft.as_ref().map(|_| DraftMark {
        revision: row.revision,
        changed_at: row.changed_at,
        changed_by_name: row.changed_by_name.clone(),
    });
    Ok(DefinitionSummary {
        kind,
        kind_label: kind.label(),
        org_name: row.org_id.and_then(|id| orgs.get(id)).map_or_else(|| "通用".to_owned(), |org| org.name.clone()),
        version: (row.version > 0).then_some(row.version),
        id: row.id,
        key: row.key,
        name: row.name,
        purpose: row.purpose,
        channels: row.channels,
        org_id: row.org_id,
        template: row.template,
        state,
        state_label,
        published_at: row.published_at,
        draft,
        uses,
    })
}

/// The whole entry as its editor's page wants it.
pub(super) async fn whole(library: &Library, caller: &Principal, id: Uuid) -> Result<Definition> {
    let row = library.in_view(caller, id).await?;
    whole_of(library, caller, row).await
}

/// The same for an entry that the caller may see.
pub(super) async fn whole_of(library: &Library, caller: &Principal, row: entry::Model) -> Result<Definition> {
    let content = library.content_of(&row).await?;
    let findings = library.findings_of(&row, &content, None).await?;
    let draws = library.draws(caller, &row).await?;
    let uses = library.use_counts(std::slice::from_ref(&row)).await?.get(&row.id).copied().unwrap_or_default();
    let may = DefinitionRights {
        edit: draws || caller.may("design.edit"),
        publish: (draws || caller.may("design.publish")) && row.draft.is_some() && !row.disabled,
        disable: draws || caller.may("design.publish"),
    };
    Ok(Definition {
        content_version: row.draft.is_none().then_some(row.version),
        revision: row.revision,
        own: library.own_bounds(&row).await?,
        summary: summary(library, row, uses).await?,
        content,
        findings,
        may,
    })
}

/// Entries in view, the newest first.
#[utoipa::path(get, path = "/api/v1/design/definitions", tag = "design", operation_id = "list_definitions",
    params(Filter, PageQuery),
    responses((status = 200, body = List<DefinitionSummary>), Malformed, Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_definitions(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Query(filter): Query<Filter>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<DefinitionSummary>>> {
    let found = library.list(&caller, &filter, &page).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for (row, uses) in found.items {
        items.push(summary(&library, row, uses).await?);
    }
    Ok(Json(List { items, total: found.total, next: found.next, as_of: found.as_of }))
}

/// An entry with its content and findings.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}", tag = "design", operation_id = "get_definition",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Definition), Refused, Absent),
    security(("desk" = ["design.read"])))]
pub(crate) async fn get_definition(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<Definition>> {
    Ok(Json(whole(&library, &caller, id).await?))
}

/// Published versions, latest first, with the cases filed under each.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}/versions", tag = "design",
    operation_id = "list_definition_versions", params(("id" = Uuid, Path)),
    responses((status = 200, body = DefinitionVersions), Refused, Absent),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_definition_versions(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<DefinitionVersions>> {
    let row = library.in_view(&caller, id).await?;
    let kind = Kind::of(&row.kind)?;
    let history = library.history(&row).await?;
    let of = history.iter().map(|one| DefinitionRef { kind, key: one.key.clone(), version: one.version });
    let cases = library.users.cases(&of.collect::<Vec<_>>()).await?;
    let items = history
        .into_iter()
        .map(|one| DefinitionVersion {
            cases: cases.get(&one.version).copied().unwrap_or_default(),
            version: one.version,
            digest: one.digest,
            published_at: one.published_at,
            published_by: one.published_by,
            note: one.note,
        })
        .collect();
    Ok(Json(DefinitionVersions { items }))
}

/// A published version with its content.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}/versions/{version}", tag = "design",
    operation_id = "get_definition_version", params(("id" = Uuid, Path), ("version" = i64, Path)),
    responses((status = 200, body = DefinitionVersionContent), Refused, Absent),
    security(("desk" = ["design.read"])))]
pub(crate) async fn get_definition_version(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path((id, version)): Path<(Uuid, i64)>,
) -> Result<Json<DefinitionVersionContent>> {
    let row = library.in_view(&caller, id).await?;
    let found = definition::Entity::find_by_id((row.kind, row.key, version)).one(library.platform.db.read()).await?;
    let found = found.ok_or_else(|| Problem::not_found("没有这一版。"))?;
    Ok(Json(DefinitionVersionContent {
        version: found.version,
        digest: found.digest,
        published_at: found.published_at,
        published_by: found.published_by,
        note: found.note,
        content: found.content,
    }))
}

/// Where an entry is used.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}/uses", tag = "design",
    operation_id = "list_definition_uses", params(("id" = Uuid, Path)),
    responses((status = 200, body = DefinitionUses), Refused, Absent),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_definition_uses(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<DefinitionUses>> {
    let row = library.in_view(&caller, id).await?;
    Ok(Json(DefinitionUses { items: library.uses(&row).await? }))
}

/// The content under work as a file of its own standard.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}/export", tag = "design",
    operation_id = "export_definition", params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "JSON, BPMN, DMN or Typst", content_type = "application/octet-stream"),
        Refused,
        Absent,
    ),
    security(("desk" = ["design.read"])))]
pub(crate) async fn export_definition(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<impl IntoResponse> {
    let row = library.in_view(&caller, id).await?;
    let file = library.export(&row).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.name.replace(['"', '\\', '\r', '\n'], ""));
    Ok((
        AppendHeaders([(header::CONTENT_TYPE, file.media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)]),
        file.content,
    ))
}
