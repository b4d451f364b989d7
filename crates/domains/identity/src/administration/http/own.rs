//! The own password and the own start page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use platform::web::extract::Json;
use platform::web::guard::{Allowed, Audience, cookie};
use platform::web::problem::Result;
use platform::web::refusals::{Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::workbench::{Card, Layout, Placed, cards_of};
use crate::Identity;
use crate::permissions::ReadSelf;

/// A new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePassword {
    old_password: String,
    new_password: String,
}

/// Cards one may use.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardList {
    items: Vec<Card>,
}

/// A layout as it shall be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SaveLayout {
    version: i64,
    cards: Vec<Placed>,
}

/// Changes the own password; other sessions end.
#[utoipa::path(put, path = "/api/v1/staff/me/password", tag = "staff", operation_id = "change_own_password", request_body = ChangePassword,
    responses((status = 204), Refused, Outdated, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn change_own_password(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    parts: Parts,
    Json(change): Json<ChangePassword>,
) -> Result<StatusCode> {
    let token = cookie(&parts, Audience::Desk.cookie()).unwrap_or_default();
    identity.change_own_password(&caller, token, change.old_password, change.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Component cards one may lay out.
#[utoipa::path(get, path = "/api/v1/staff/me/cards", tag = "staff", operation_id = "list_cards",
    responses((status = 200, body = CardList), Refused),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn list_cards(caller: Allowed<ReadSelf>) -> Json<CardList> {
    Json(CardList { items: cards_of(&caller) })
}

/// The own start page.
#[utoipa::path(get, path = "/api/v1/staff/me/layout", tag = "staff", operation_id = "get_layout",
    responses((status = 200, body = Layout), Refused),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn get_layout(State(identity): State<Identity>, caller: Allowed<ReadSelf>) -> Result<Json<Layout>> {
    Ok(Json(identity.layout(&caller).await?))
}

/// Keeps the own start page.
#[utoipa::path(put, path = "/api/v1/staff/me/layout", tag = "staff", operation_id = "save_layout", request_body = SaveLayout,
    responses((status = 200, body = Layout), Refused, Outdated, Unreadable),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn save_layout(
    State(identity): State<Identity>,
    caller: Allowed<ReadSelf>,
    Json(layout): Json<SaveLayout>,
) -> Result<Json<Layout>> {
    Ok(Json(identity.save_layout(&caller, layout.version, layout.cards).await?))
}

/// Back to the start page that comes with the role.
#[utoipa::path(delete, path = "/api/v1/staff/me/layout", tag = "staff", operation_id = "drop_layout",
    responses((status = 204), Refused),
    security(("desk" = ["staff.me"])))]
pub(crate) async fn drop_layout(State(identity): State<Identity>, caller: Allowed<ReadSelf>) -> Result<StatusCode> {
    identity.drop_layout(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
