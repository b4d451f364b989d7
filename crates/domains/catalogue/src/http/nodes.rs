//! The catalogue tree (ITEM-001).

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Catalogue;
use crate::admin::nodes::{NewNode, Node, count};
use crate::permissions::{EditItem, ReadItem};

/// What is looked for in the tree.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TreeQuery {
    /// Part of a name or code.
    #[serde(default)]
    q: String,
    /// Code of a node: only what is directly below it.
    below: Option<String>,
}

/// The tree.
#[derive(Serialize, ToSchema)]
pub(crate) struct CatalogueTree {
    nodes: Vec<Node>,
    /// Nodes shown.
    total: usize,
    /// Entries not shown because there are too many; search for them.
    left_out: usize,
}

/// A node to make.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateNode {
    /// Code of the node above; absent for `catalogue`.
    parent_id: Option<String>,
    /// `catalogue` or `sub`.
    kind: String,
    /// Basic code, 12 digits.
    code: String,
    name: String,
}

/// A change of a node.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UpdateNode {
    code: String,
    name: String,
    version: i64,
}

/// The catalogue tree: common catalogue, sub-items, implementation entries, handling items. A small one comes whole, of
/// a large one the uppermost level; `more` says where to ask on with `below`.
#[utoipa::path(get, path = "/api/v1/catalogue", tag = "item-admin", operation_id = "get_catalogue", params(TreeQuery),
    responses((status = 200, body = CatalogueTree), Refused, Absent),
    security(("desk" = ["item.read"])))]
pub(crate) async fn get_catalogue(
    State(catalogue): State<Catalogue>,
    caller: Allowed<ReadItem>,
    Query(query): Query<TreeQuery>,
) -> Result<Json<CatalogueTree>> {
    let tree = catalogue.tree(&caller, &query.q, query.below.as_deref()).await?;
    Ok(Json(CatalogueTree { total: count(&tree.nodes), nodes: tree.nodes, left_out: tree.left_out }))
}

/// Makes a node of the two upper levels.
#[utoipa::path(post, path = "/api/v1/catalogue/nodes", tag = "item-admin", operation_id = "create_node", params(IdempotencyKey), request_body = CreateNode,
    responses((status = 201, body = Node), Refused, Unreadable),
    security(("desk" = ["item.edit"])))]
pub(crate) async fn create_node(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditItem>,
    IdempotencyKey(once): IdempotencyKey,
    Json(new): Json<CreateNode>,
) -> Result<(StatusCode, Json<Node>)> {
    let new = NewNode { parent: new.parent_id, kind: new.kind, code: new.code, name: new.name };
    Ok((StatusCode::CREATED, Json(catalogue.create_node(&caller, new, once).await?)))
}

/// Renames a node.
#[utoipa::path(put, path = "/api/v1/catalogue/nodes/{id}", tag = "item-admin", operation_id = "update_node",
    params(("id" = String, Path)), request_body = UpdateNode,
    responses((status = 200, body = Node), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["item.edit"])))]
pub(crate) async fn update_node(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditItem>,
    Path(id): Path<String>,
    Json(change): Json<UpdateNode>,
) -> Result<Json<Node>> {
    Ok(Json(catalogue.rename_node(&caller, &id, &change.code, &change.name, change.version).await?))
}

/// Deletes a node that nothing hangs on.
#[utoipa::path(delete, path = "/api/v1/catalogue/nodes/{id}", tag = "item-admin", operation_id = "delete_node",
    params(("id" = String, Path)),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["item.edit"])))]
pub(crate) async fn delete_node(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditItem>,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    catalogue.delete_node(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
