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
    /// Part of a name, or a code: the first twenty of any level instead.
    q: Option<String>,
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
    /// Name of the region above; empty for a province.
    above: String,
}

/// Regions directly below one, or found by name.
#[utoipa::path(get, path = "/api/v1/regions", tag = "regions", operation_id = "list_regions", params(RegionQuery),
    responses((status = 200, body = RegionList)))]
pub(crate) async fn list_regions(
    State(identity): State<Identity>,
    Query(query): Query<RegionQuery>,
) -> Result<Json<RegionList>> {
    let view = |(region, has_children): (crate::Region, bool), above: String| RegionView {
        code: region.code,
        name: region.name,
        level: region.level,
        has_children,
        above,
    };
    if let Some(words) = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let found = identity.regions_named(words).await?;
        // Whether more lies below is asked of the level that is opened, not of what was found by name.
        let items = found.into_iter().map(|(region, above)| view((region, false), above)).collect();
        return Ok(Json(RegionList { items }));
    }
    let above = match &query.parent {
        Some(code) => identity.region(code).await?.map(|region| region.name).unwrap_or_default(),
        None => String::new(),
    };
    let below = identity.regions_below(query.parent.as_deref()).await?;
    Ok(Json(RegionList { items: below.into_iter().map(|one| view(one, above.clone())).collect() }))
}
