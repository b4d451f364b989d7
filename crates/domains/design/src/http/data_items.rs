//! Data items of a form and where each is stored (FORM-006).

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Library;
use crate::data_items::{DataItems, SetDataItem};
use crate::permissions::{EditDataItems, ReadDesign};

/// Data items set anew.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SetDataItems {
    version: i64,
    items: Vec<SetDataItem>,
}

/// Data items of a form.
#[utoipa::path(get, path = "/api/v1/design/definitions/{id}/data-items", tag = "design",
    operation_id = "get_data_items", params(("id" = Uuid, Path)),
    responses((status = 200, body = DataItems), Refused, Absent, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn get_data_items(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Path(id): Path<Uuid>,
) -> Result<Json<DataItems>> {
    Ok(Json(library.data_items(&caller, id).await?))
}

/// Sets the data items of a form.
#[utoipa::path(put, path = "/api/v1/design/definitions/{id}/data-items", tag = "design",
    operation_id = "set_data_items", params(("id" = Uuid, Path)), request_body = SetDataItems,
    responses((status = 200, body = DataItems), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["design.data_items.edit"])))]
pub(crate) async fn set_data_items(
    State(library): State<Library>,
    caller: Allowed<EditDataItems>,
    Path(id): Path<Uuid>,
    Json(asked): Json<SetDataItems>,
) -> Result<Json<DataItems>> {
    Ok(Json(library.set_data_items(&caller, id, asked.version, asked.items).await?))
}
