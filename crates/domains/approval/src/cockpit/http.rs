//! HTTP of the cockpit.

use axum::extract::State;
use axum::http::StatusCode;
use platform::Result;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::activities::{Activity, ActivityFilter, ChangeActivity, NewActivity};
use super::{Cockpit, CockpitFilter};
use crate::{Approval, EditActivities, ReadCockpit};

pub(crate) fn routes() -> OpenApiRouter<Approval> {
    OpenApiRouter::new()
        .routes(routes!(get_cockpit))
        .routes(routes!(list_activities))
        .routes(routes!(publish_activity))
        .routes(routes!(change_activity))
        .routes(routes!(delete_activity))
}

/// The version read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActivityVersion {
    /// Version of the page.
    version: i64,
}

/// How the departments of one's reach stand
#[utoipa::path(get, path = "/api/v1/cockpit", tag = "approval", operation_id = "get_cockpit",
    params(CockpitFilter),
    responses((status = 200, body = Cockpit), Refused),
    security(("desk" = ["cockpit.read"])))]
async fn get_cockpit(
    State(approval): State<Approval>,
    caller: Allowed<ReadCockpit>,
    Query(query): Query<CockpitFilter>,
) -> Result<Json<Cockpit>> {
    Ok(Json(approval.cockpit(&caller, &query).await?))
}

/// Party-building activities
#[utoipa::path(get, path = "/api/v1/party-activities", tag = "approval", operation_id = "list_party_activities",
    params(ActivityFilter),
    responses((status = 200, body = List<Activity>), Refused),
    security(("desk" = ["cockpit.read"])))]
async fn list_activities(
    State(approval): State<Approval>,
    caller: Allowed<ReadCockpit>,
    Query(query): Query<ActivityFilter>,
) -> Result<Json<List<Activity>>> {
    Ok(Json(approval.activities(&caller, &query).await?))
}

/// Publish an activity
#[utoipa::path(post, path = "/api/v1/party-activities", tag = "approval", operation_id = "publish_party_activity",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key makes one thing only")),
    request_body = NewActivity,
    responses((status = 201, body = Activity), Refused, Outdated, Unreadable),
    security(("desk" = ["party_activity.edit"])))]
async fn publish_activity(
    State(approval): State<Approval>,
    caller: Allowed<EditActivities>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<NewActivity>,
) -> Result<(StatusCode, Json<Activity>)> {
    Ok((StatusCode::CREATED, Json(approval.publish_activity(&caller, body, key).await?)))
}

/// Change an activity
#[utoipa::path(put, path = "/api/v1/party-activities/{id}", tag = "approval", operation_id = "change_party_activity",
    params(("id" = Uuid, Path, description = "Activity")),
    request_body = ChangeActivity,
    responses((status = 200, body = Activity), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["party_activity.edit"])))]
async fn change_activity(
    State(approval): State<Approval>,
    caller: Allowed<EditActivities>,
    Path(id): Path<Uuid>,
    Json(body): Json<ChangeActivity>,
) -> Result<Json<Activity>> {
    Ok(Json(approval.change_activity(&caller, id, body).await?))
}

/// Take an activity down
#[utoipa::path(delete, path = "/api/v1/party-activities/{id}", tag = "approval", operation_id = "delete_party_activity",
    params(("id" = Uuid, Path, description = "Activity"), ActivityVersion),
    responses((status = 204), Refused, Absent, Outdated),
    security(("desk" = ["party_activity.edit"])))]
async fn delete_activity(
    State(approval): State<Approval>,
    caller: Allowed<EditActivities>,
    Path(id): Path<Uuid>,
    Query(query): Query<ActivityVersion>,
) -> Result<StatusCode> {
    approval.delete_activity(&caller, id, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}
