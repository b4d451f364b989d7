//! Finding items, without sign-in.

use axum::extract::State;
use platform::web::extract::{Json, Query};
use platform::web::problem::Result;
use platform::web::refusals::Malformed;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Catalogue;
use crate::search::{self, Facet, Found, ItemCard, Suggestion};

/// Suggestions shown while typing.
const SUGGESTIONS: usize = 8;
/// Items shown as asked for most.
const POPULAR: usize = 8;

/// Part of a name or its initials.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestQuery {
    /// What was typed.
    #[serde(default)]
    q: String,
}

/// Suggestions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suggestions {
    items: Vec<Suggestion>,
}

/// Items.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cards {
    pub(crate) items: Vec<ItemCard>,
}

/// Ways in to the catalogue, each with its number of items.
#[derive(Serialize, ToSchema)]
pub(crate) struct Themes {
    natural: Vec<Facet>,
    legal: Vec<Facet>,
    objects: Vec<Facet>,
    scopes: Vec<Facet>,
}

/// Finds items by words, initials, department, theme and four facets.
#[utoipa::path(get, path = "/api/v1/items", tag = "items", operation_id = "list_items", params(search::Query),
    responses((status = 200, body = Found), Malformed))]
pub(crate) async fn list_items(
    State(catalogue): State<Catalogue>,
    Query(query): Query<search::Query>,
) -> Result<Json<Found>> {
    Ok(Json(catalogue.snapshot().await?.find(&query)))
}

/// Suggests items while somebody types.
#[utoipa::path(get, path = "/api/v1/items/suggest", tag = "items", operation_id = "suggest_items", params(SuggestQuery),
    responses((status = 200, body = Suggestions)))]
pub(crate) async fn suggest_items(
    State(catalogue): State<Catalogue>,
    Query(query): Query<SuggestQuery>,
) -> Result<Json<Suggestions>> {
    Ok(Json(Suggestions { items: catalogue.snapshot().await?.suggest(&query.q, SUGGESTIONS) }))
}

/// Items asked for most, as the navigation names them.
#[utoipa::path(get, path = "/api/v1/items/popular", tag = "items", operation_id = "list_popular_items",
    responses((status = 200, body = Cards)))]
pub(crate) async fn list_popular_items(State(catalogue): State<Catalogue>) -> Result<Json<Cards>> {
    Ok(Json(Cards { items: catalogue.snapshot().await?.popular(POPULAR) }))
}

/// Themes of persons and enterprises, groups, business scopes.
#[utoipa::path(get, path = "/api/v1/themes", tag = "items", operation_id = "list_themes",
    responses((status = 200, body = Themes)))]
pub(crate) async fn list_themes(State(catalogue): State<Catalogue>) -> Result<Json<Themes>> {
    let snapshot = catalogue.snapshot().await?;
    let all = snapshot.find(&search::Query { limit: Some(1), ..search::Query::default() }).facets;
    Ok(Json(Themes {
        natural: snapshot.themes(true),
        legal: snapshot.themes(false),
        objects: all.objects,
        scopes: all.scopes,
    }))
}
