//! Trying an interface: a signature for one call.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use uuid::Uuid;

use crate::Identity;
use crate::permissions::EditSystems;
use crate::systems::service::trial::{TrialCall, TrialSignature};

/// Signs one call as a system would, for a trial in a test environment.
#[utoipa::path(post, path = "/api/v1/systems/{id}/trial-signature", tag = "systems", operation_id = "sign_trial_call",
    params(("id" = Uuid, Path, description = "System")), request_body = TrialCall,
    responses((status = 200, body = TrialSignature), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["system.edit"])))]
pub(crate) async fn sign_trial_call(
    State(identity): State<Identity>,
    caller: Allowed<EditSystems>,
    Path(id): Path<Uuid>,
    Json(call): Json<TrialCall>,
) -> Result<Json<TrialSignature>> {
    Ok(Json(identity.sign_trial(&caller, id, &call).await?))
}
