//! Electronic samples, without sign-in: at home and on the tablet of a hall.

use axum::extract::State;
use platform::web::extract::{Json, Path, Query};
use platform::web::problem::{ProblemBody, Result};
use platform::web::refusals::{Absent, Malformed, Unreadable};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Catalogue;
use crate::search::{FormQuery, SampleForms};
use crate::sheets::SheetPair;

/// Which handling item is shown.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PairQuery {
    /// Key of the handling item; the first one with a sample when absent.
    handle_item: Option<String>,
}

/// Forms with a filled sample, by name or item.
#[utoipa::path(get, path = "/api/v1/sample-forms", tag = "items", operation_id = "list_sample_forms",
    params(FormQuery),
    responses((status = 200, body = SampleForms), Malformed))]
pub(crate) async fn list_sample_forms(
    State(catalogue): State<Catalogue>,
    Query(query): Query<FormQuery>,
) -> Result<Json<SampleForms>> {
    Ok(Json(catalogue.snapshot().await?.sample_forms(&query)))
}

/// The empty form of a material beside its filled sample, as data.
#[utoipa::path(get, path = "/api/v1/items/{slug}/materials/{key}/pair", tag = "items",
    operation_id = "get_sheet_pair", params(("slug" = String, Path), ("key" = String, Path), PairQuery),
    responses(
        (status = 200, body = SheetPair),
        Absent,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
    ))]
pub(crate) async fn get_sheet_pair(
    State(catalogue): State<Catalogue>,
    Path((slug, key)): Path<(String, String)>,
    Query(query): Query<PairQuery>,
) -> Result<Json<SheetPair>> {
    Ok(Json(catalogue.sheet_pair(&slug, &key, query.handle_item.as_deref()).await?))
}
