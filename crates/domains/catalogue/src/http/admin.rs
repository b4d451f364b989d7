//! Administration of items.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::admin::diff::Difference;
use crate::admin::drafts::{Draft, Edited};
use crate::admin::nodes::editor_state;
use crate::items::definitions::Chosen;
use crate::items::findings::Finding;
use crate::items::labels;
use crate::items::service::Sources;
use crate::items::store::{item, version};
use crate::permissions::{EditItem, PublishItem, ReadItem};
use crate::{Catalogue, search::Card};

/// Which items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AdminQuery {
    /// Part of a name or code.
    q: Option<String>,
    /// Department id.
    org: Option<Uuid>,
    /// `published`, `changed`, `draft`, `suspended`, `cancelled`.
    state: Option<String>,
}

/// A row of the item list.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminItemRow {
    slug: String,
    name: String,
    org_name: String,
    item_type_label: String,
    /// Published version; 0 before the first publication.
    version: i64,
    state: String,
    state_label: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: OffsetDateTime,
    /// Number of remarks on it.
    findings: usize,
}

/// A publication.
#[derive(Serialize, ToSchema)]
pub(crate) struct Publication {
    version: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    by: String,
}

/// The files beside an item, as texts.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ItemFiles {
    /// `tongban-form/1` JSON.
    form: String,
    /// BPMN 2.0 XML.
    flow: String,
    /// DMN XML.
    rules: Option<String>,
}

/// An item as its editor sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminItem {
    slug: String,
    /// `tongban-item/1`: the draft, or the published content when there is no draft.
    #[schema(value_type = Object)]
    content: Value,
    files: Option<ItemFiles>,
    /// What is taken from the design library instead of brought along.
    definitions: Chosen,
    /// Send it back with a change; counts every change, also of drafts.
    version: i64,
    /// Version offered to the public; 0 before the first publication.
    published_version: i64,
    /// Whether `content` is a draft that differs from what is published.
    draft: bool,
    state: String,
    state_label: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<OffsetDateTime>,
    /// Latest first.
    history: Vec<Publication>,
    findings: Vec<Finding>,
}

/// A new item.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateItem {
    /// `tongban-item/1`.
    #[schema(value_type = Object)]
    content: Value,
    /// Form, flow and rules; they may follow later, before publication.
    files: Option<ItemFiles>,
    /// Keys of the design library whose latest versions are taken instead.
    #[serde(default)]
    definitions: Chosen,
}

/// A draft to save.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SaveItem {
    /// `tongban-item/1`.
    #[schema(value_type = Object)]
    content: Value,
    /// New files; absent leaves them as they are.
    files: Option<ItemFiles>,
    /// Keys of the design library; absent leaves the choice as it is.
    #[serde(default)]
    definitions: Option<Chosen>,
    /// Version of the page.
    version: i64,
}

/// A content to check.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LintItem {
    /// `tongban-item/1`; absent checks what is saved.
    #[schema(value_type = Option<Object>)]
    content: Option<Value>,
}

/// Remarks.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingList {
    findings: Vec<Finding>,
}

/// Version of the page.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PublishItemRequest {
    version: i64,
}

/// Why it is cancelled.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CancelItem {
    version: i64,
    reason: String,
}

/// Which versions are compared; 0 is the draft.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    from: i64,
    to: i64,
}

/// What changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Differences {
    changes: Vec<Difference>,
}

impl From<ItemFiles> for Sources {
    fn from(files: ItemFiles) -> Self {
        Self { form: files.form, flow: files.flow, rules: files.rules }
    }
}

impl From<Edited> for AdminItem {
    fn from(edited: Edited) -> Self {
        let (state, state_label) = editor_state(&edited.head);
        Self {
            slug: edited.head.slug,
            content: edited.content,
            files: edited.sources.map(|files| ItemFiles { form: files.form, flow: files.flow, rules: files.rules }),
            definitions: edited.chosen,
            version: edited.head.draft_version,
            published_version: edited.head.version,
            draft: edited.head.draft.is_some(),
            state: state.to_owned(),
            state_label: state_label.to_owned(),
            published_at: edited.history.first().map(|(_, at, _)| *at),
            history: edited.history.into_iter().map(|(version, at, by)| Publication { version, at, by }).collect(),
            findings: edited.findings,
        }
    }
}

/// Items of the organisations in view.
#[utoipa::path(get, path = "/api/v1/admin/items", tag = "item-admin", operation_id = "list_admin_items",
    params(AdminQuery, PageQuery),
    responses((status = 200, body = List<AdminItemRow>), Refused),
    security(("desk" = ["item.read"])))]
pub(crate) async fn list_admin_items(
    State(catalogue): State<Catalogue>,
    caller: Allowed<ReadItem>,
    Query(query): Query<AdminQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<List<AdminItemRow>>> {
    let conn = catalogue.platform.db.read();
    let as_of = catalogue.platform.now();
    let mut wanted = Condition::all().add(caller.within(item::Column::OrgId, item::Column::Slug));
    if let Some(q) = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let any = Condition::any().add(item::Column::Name.contains(q)).add(item::Column::TaskCode.contains(q));
        wanted = wanted.add(any.add(item::Column::Slug.contains(q)));
    }
    if let Some(org) = query.org {
        wanted = wanted.add(item::Column::OrgId.eq(org));
    }
    wanted = match query.state.as_deref() {
        Some("cancelled") => wanted.add(item::Column::State.eq("3")),
        Some("draft") => wanted.add(item::Column::Version.eq(0)),
        Some("changed") => wanted
            .add(item::Column::Version.gt(0))
            .add(item::Column::Draft.is_not_null())
            .add(item::Column::State.ne("3")),
        Some(state @ ("published" | "suspended")) => wanted
            .add(item::Column::Version.gt(0))
            .add(item::Column::Draft.is_null())
            .add(item::Column::State.eq(if state == "published" { "1" } else { "2" })),
        _ => wanted,
    };
    let total = item::Entity::find().filter(wanted.clone()).count(conn).await?;
    if let Some(after) = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next()) {
        wanted = wanted.add(item::Column::Slug.gt(after));
    }
    let heads =
        item::Entity::find().filter(wanted).order_by_asc(item::Column::Slug).limit(page.limit() + 1).all(conn).await?;
    let orgs = catalogue.identity.orgs().await?;
    let mut rows = Vec::with_capacity(heads.len());
    for head in heads {
        let (state, state_label) = editor_state(&head);
        let published = version::Entity::find()
            .select_only()
            .column(version::Column::PublishedAt)
            .filter(version::Column::Slug.eq(&head.slug))
            .filter(version::Column::Version.eq(head.version))
            .into_tuple()
            .one(conn)
            .await?;
        let key = (head.slug.clone(), head.draft_version);
        let findings = match catalogue.finding_counts.get(&key).await {
            Some(count) => count,
            None => {
                let count = catalogue.edited(&caller, &head.slug).await?.findings.len();
                catalogue.finding_counts.insert(key, count).await;
                count
            }
        };
        let filing = head.card.as_ref().and_then(|card| serde_json::from_value::<Card>(card.clone()).ok());
        rows.push(AdminItemRow {
            item_type_label: labels::item_type(&head.item_type, filing.is_some_and(|card| card.filing)),
            org_name: orgs.get(head.org_id).map_or_else(String::new, |org| org.name.clone()),
            slug: head.slug,
            name: head.name,
            version: head.version,
            state: state.to_owned(),
            state_label: state_label.to_owned(),
            published_at: published,
            updated_at: head.updated_at,
            findings,
        });
    }
    Ok(Json(List::cut(rows, page.limit(), total, as_of, |row| vec![row.slug.clone()])))
}

/// Makes a new item as a draft.
#[utoipa::path(post, path = "/api/v1/admin/items", tag = "item-admin", operation_id = "create_item", params(IdempotencyKey), request_body = CreateItem,
    responses((status = 201, body = AdminItem), Refused, Unreadable),
    security(("desk" = ["item.edit"])))]
pub(crate) async fn create_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditItem>,
    IdempotencyKey(once): IdempotencyKey,
    Json(new): Json<CreateItem>,
) -> Result<(StatusCode, Json<AdminItem>)> {
    let draft = Draft { content: new.content, sources: new.files.map(Into::into), chosen: new.definitions };
    Ok((StatusCode::CREATED, Json(catalogue.create_item(&caller, draft, once).await?.into())))
}

/// An item with its draft or published content, history and findings.
#[utoipa::path(get, path = "/api/v1/admin/items/{slug}", tag = "item-admin", operation_id = "get_admin_item",
    params(("slug" = String, Path)),
    responses((status = 200, body = AdminItem), Refused, Absent),
    security(("desk" = ["item.read"])))]
pub(crate) async fn get_admin_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<ReadItem>,
    Path(slug): Path<String>,
) -> Result<Json<AdminItem>> {
    Ok(Json(catalogue.edited(&caller, &slug).await?.into()))
}

/// Saves a draft; a broken rule saves nothing and tells every error by element name.
#[utoipa::path(put, path = "/api/v1/admin/items/{slug}", tag = "item-admin", operation_id = "save_item",
    params(("slug" = String, Path)), request_body = SaveItem,
    responses((status = 200, body = AdminItem), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["item.edit"])))]
pub(crate) async fn save_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditItem>,
    Path(slug): Path<String>,
    Json(change): Json<SaveItem>,
) -> Result<Json<AdminItem>> {
    let files = change.files.map(Into::into);
    Ok(Json(
        catalogue.save_draft(&caller, &slug, change.version, change.content, files, change.definitions).await?.into(),
    ))
}

/// Checks a content without saving it.
#[utoipa::path(post, path = "/api/v1/admin/items/{slug}/lint", tag = "item-admin", operation_id = "lint_item",
    params(("slug" = String, Path)), request_body = LintItem,
    responses((status = 200, body = FindingList), Refused, Absent),
    security(("desk" = ["item.read"])))]
pub(crate) async fn lint_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<ReadItem>,
    Path(slug): Path<String>,
    Json(asked): Json<LintItem>,
) -> Result<Json<FindingList>> {
    let edited = catalogue.edited(&caller, &slug).await?;
    let findings = match asked.content {
        Some(content) => catalogue.lint_content(&content, edited.sources.as_ref()).await?.1,
        None => edited.findings,
    };
    Ok(Json(FindingList { findings }))
}

/// Publishes the draft as the next version; running cases keep theirs.
#[utoipa::path(post, path = "/api/v1/admin/items/{slug}/publish", tag = "item-admin", operation_id = "publish_item",
    params(("slug" = String, Path)), request_body = PublishItemRequest,
    responses((status = 200, body = AdminItem), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["item.publish"])))]
pub(crate) async fn publish_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<PublishItem>,
    Path(slug): Path<String>,
    Json(asked): Json<PublishItemRequest>,
) -> Result<Json<AdminItem>> {
    Ok(Json(catalogue.publish_draft(&caller, &slug, asked.version).await?.into()))
}

/// Cancels an item: no new applications; running cases go on.
#[utoipa::path(post, path = "/api/v1/admin/items/{slug}/cancel", tag = "item-admin", operation_id = "cancel_item",
    params(("slug" = String, Path)), request_body = CancelItem,
    responses((status = 200, body = AdminItem), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["item.publish"])))]
pub(crate) async fn cancel_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<PublishItem>,
    Path(slug): Path<String>,
    Json(asked): Json<CancelItem>,
) -> Result<Json<AdminItem>> {
    Ok(Json(catalogue.cancel_item(&caller, &slug, asked.version, asked.reason).await?.into()))
}

/// What changed between two versions.
#[utoipa::path(get, path = "/api/v1/admin/items/{slug}/diff", tag = "item-admin", operation_id = "diff_item",
    params(("slug" = String, Path), DiffQuery),
    responses((status = 200, body = Differences), Refused, Absent),
    security(("desk" = ["item.read"])))]
pub(crate) async fn diff_item(
    State(catalogue): State<Catalogue>,
    caller: Allowed<ReadItem>,
    Path(slug): Path<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<Differences>> {
    Ok(Json(Differences { changes: catalogue.differences(&caller, &slug, query.from, query.to).await? }))
}
