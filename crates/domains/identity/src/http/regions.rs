//! Regions for the pickers of forms.

use axum::extract::State;
use platform::web::extract::{Json, Query};
use platform::web::problem::Result;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Identity;

/// Which level.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RegionQuery {
    /// Code of the region above, 12 digits; the provinces when absent.
    parent: Option<String>,
}

/// Regions of one level.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegionList {
    items: Vec<RegionView>,
}

/// A region.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegionView {
    /// 12 digits.
    code: String,
    name: String,
    /// 2 province, 3 city, 4 county, 5 town, 6 village.
    level: i64,
    has_children: bool,
}

/// Regions directly below one.
#[utoipa::path(get, path = "/api/v1/regions", tag = "regions", operation_id = "list_regions", params(RegionQuery),
    responses((status = 200, body = RegionList)))]
pub(crate) async fn list_regions(
    State(identity): State<Identity>,
    Query(query): Query<RegionQuery>,
) -> Result<Json<RegionList>> {
    let below = identity.regions_below(query.parent.as_deref()).await?;
    let view = |(region, has_children): (crate::Region, bool)| RegionView {
        code: region.code,
        name: region.name,
        level: region.level,
        has_children,
    };
    Ok(Json(RegionList { items: below.into_iter().map(view).collect() }))
}
