//! Bindings as their owner sees them, and as a system reports them.

use axum::extract::State;
use axum::http::StatusCode;
use identity::systems::Signed;
use identity::{OpenSystems, ReadSelf};
use platform::web::extract::{Json, Path};
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Absent, Outdated, Unreadable};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ReportBinding, way_label};
use crate::Recognition;
use crate::arrivals::{SignOnInterface, http::read_body};

/// A bound account.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountBinding {
    id: Uuid,
    app_id: String,
    system_name: String,
    /// What the account is called over there.
    external_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    bound_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
    way: String,
    way_label: &'static str,
}

/// A system to open with a ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketSystem {
    app_id: String,
    name: String,
    role_label: &'static str,
    /// Organisation that answers for it.
    owner: String,
    /// Whether an own account over there can be bound.
    can_bind: bool,
    /// What it gets to know, in words.
    handed_over: Vec<&'static str>,
}

/// Bound accounts, and the systems they can be in.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountBindings {
    items: Vec<AccountBinding>,
    systems: Vec<TicketSystem>,
}

/// A binding was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct BindingReported {
    binding: Uuid,
}

async fn own(recognition: &Recognition, caller: &Principal) -> Result<Json<AccountBindings>> {
    let mut items = Vec::new();
    for (row, app_id, system_name) in recognition.own_bindings(caller).await? {
        items.push(AccountBinding {
            id: row.id,
            app_id,
            system_name,
            external_name: recognition.external_name_of(&row)?,
            bound_at: row.bound_at,
            last_used_at: row.last_used_at,
            way_label: way_label(&row.way),
            way: row.way,
        });
    }
    let orgs = recognition.identity.orgs().await?;
    let systems = recognition.usable_links(caller.audience).await?.into_iter().map(|link| TicketSystem {
        role_label: link.role.label(),
        owner: orgs.get(link.system.owner_org_id).map(|org| org.name.clone()).unwrap_or_default(),
        can_bind: !link.row.bind_url.is_empty(),
        handed_over: recognition.identity.user_data_labels(&link.system, caller.audience),
        app_id: link.system.app_id,
        name: link.system.name,
    });
    Ok(Json(AccountBindings { items, systems: systems.collect() }))
}

/// Own accounts of other systems that belong to one's account, and the systems that open with a ticket
#[utoipa::path(get, path = "/api/v1/portal/me/bindings", tag = "recognition", operation_id = "list_my_bindings",
    responses((status = 200, body = AccountBindings)), security(("portal" = ["systems.open"])))]
pub(crate) async fn list_my_bindings(
    State(recognition): State<Recognition>,
    caller: Allowed<OpenSystems>,
) -> Result<Json<AccountBindings>> {
    own(&recognition, &caller).await
}

/// The same of a staff user
#[utoipa::path(get, path = "/api/v1/staff/me/bindings", tag = "recognition", operation_id = "list_my_staff_bindings",
    responses((status = 200, body = AccountBindings)), security(("desk" = ["staff.me"])))]
pub(crate) async fn list_my_staff_bindings(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<AccountBindings>> {
    own(&recognition, &caller).await
}

/// Ends a binding of one's own
#[utoipa::path(post, path = "/api/v1/portal/me/bindings/{id}/unbind", tag = "recognition", operation_id = "end_my_binding",
    params(("id" = Uuid, Path, description = "Binding")),
    responses((status = 204), Absent),
    security(("portal" = ["systems.open"])))]
pub(crate) async fn end_my_binding(
    State(recognition): State<Recognition>,
    caller: Allowed<OpenSystems>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    recognition.unbind(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a binding of one's own staff account
#[utoipa::path(post, path = "/api/v1/staff/me/bindings/{id}/unbind", tag = "recognition",
    operation_id = "end_my_staff_binding", params(("id" = Uuid, Path, description = "Binding")),
    responses((status = 204), Absent),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn end_my_staff_binding(
    State(recognition): State<Recognition>,
    caller: Allowed<ReadSelf>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    recognition.unbind(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A system says which of its accounts somebody has whose ticket it redeemed. The call is signed.
#[utoipa::path(post, path = "/api/v1/tickets/bind", tag = "recognition", operation_id = "report_binding",
    request_body = ReportBinding,
    responses(
        (status = 200, body = BindingReported),
        (status = 401, description = "400001 鉴权失败", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        Absent,
        Outdated,
        Unreadable,
    ),
    security(("gateway" = ["sign_on"])))]
pub(crate) async fn report_binding(
    State(recognition): State<Recognition>,
    call: Signed<SignOnInterface>,
) -> Result<Json<BindingReported>> {
    let report: ReportBinding = read_body(&call.body)?;
    recognition
        .recorded(&call, "绑定账号", async {
            Ok(Json(BindingReported { binding: recognition.report_binding(&call.system, report).await? }))
        })
        .await
}
