//! Jumps as people meet them: in the guide, and from a window.

use axum::extract::State;
use identity::{OpenSystems, ReadSelf};
use platform::sessions::Origin;
use platform::web::extract::{Json, Path};
use platform::web::guard::{Allowed, Audience};
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::Serialize;
use utoipa::ToSchema;

use super::service::JumpRequest;
use crate::Recognition;
use crate::arrivals::Issued;

/// Where an item is handled, when it is not here.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemJump {
    system_name: String,
    /// What people read before they go.
    note: String,
    /// What the system gets to know, in words.
    handed_over: Vec<&'static str>,
}

/// An item's jump; absent when it is handled here.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemJumpAnswer {
    jump: Option<ItemJump>,
}

/// Whether an item is handled in another system
#[utoipa::path(get, path = "/api/v1/items/{slug}/jump", tag = "recognition", operation_id = "get_item_jump",
    params(("slug" = String, Path, description = "Item")), responses((status = 200, body = ItemJumpAnswer)))]
pub(crate) async fn get_item_jump(
    State(recognition): State<Recognition>,
    Path(slug): Path<String>,
) -> Result<Json<ItemJumpAnswer>> {
    let jump = recognition.live_jump(&slug, Audience::Portal).await?.map(|(jump, link)| ItemJump {
        handed_over: recognition.identity.user_data_labels(&link.system, Audience::Portal),
        system_name: link.system.name,
        note: jump.note,
    });
    Ok(Json(ItemJumpAnswer { jump }))
}

/// Opens an item in the system that handles it, signed in
#[utoipa::path(post, path = "/api/v1/portal/jumps/{slug}", tag = "recognition", operation_id = "jump_to_item",
    params(("slug" = String, Path, description = "Item")), request_body = JumpRequest,
    responses(
        (status = 200, body = Issued),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("portal" = ["systems.open"])))]
pub(crate) async fn jump_to_item(
    State(recognition): State<Recognition>,
    caller: Allowed<OpenSystems>,
    Path(slug): Path<String>,
    origin: Origin,
    Json(wanted): Json<JumpRequest>,
) -> Result<Json<Issued>> {
    Ok(Json(recognition.jump(&caller, &slug, &origin, wanted).await?))
}

/// Opens an item in the system that handles it from a window, with the called number and the case
#[utoipa::path(post, path = "/api/v1/staff/jumps/{slug}", tag = "recognition", operation_id = "jump_to_item_as_staff",
    params(("slug" = String, Path, description = "Item")), request_body = JumpRequest,
    responses((status = 200, body = Issued), Absent, Outdated, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn jump_to_item_as_staff(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Path(slug): Path<String>,
    origin: Origin,
    Json(wanted): Json<JumpRequest>,
) -> Result<Json<Issued>> {
    Ok(Json(recognition.jump(&caller, &slug, &origin, wanted).await?))
}
