//! What the pages need to know about this installation: city, hotline, date; and health.

use axum::extract::State;
use platform::Result;
use platform::web::extract::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Routes of the site.
pub fn routes(app: App) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_site)).routes(routes!(get_health)).with_state(app)
}

/// `packs/city/site.yaml`, the part the pages use.
#[derive(Debug, Deserialize)]
struct SiteFile {
    name: String,
    region: String,
    default_district: String,
    hotline: String,
    host: String,
    operator: String,
    #[serde(default)]
    popular_items: Vec<String>,
    #[serde(default)]
    notices: Vec<Notice>,
}

/// A notice on the first page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
struct Notice {
    /// Key.
    key: String,
    /// Title.
    title: String,
    /// Text.
    text: String,
}

/// The site.
#[derive(Debug, Serialize, ToSchema)]
struct Site {
    /// Name of the portal.
    name: String,
    /// City.
    city: String,
    /// Its region, 12 digits.
    region: String,
    /// District shown first.
    default_district: String,
    /// Hotline.
    hotline: String,
    /// Host body.
    host_body: String,
    /// Operating body.
    run_body: String,
    /// Today in China.
    today: String,
    /// Items asked for most.
    popular_items: Vec<String>,
    /// Notices.
    notices: Vec<Notice>,
}

/// Health.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok` when the database answers.
    status: &'static str,
    /// Version of the product.
    version: &'static str,
}

/// The site
#[utoipa::path(get, path = "/api/v1/site", tag = "public", operation_id = "get_site", responses((status = 200, description = "Site", body = Site)))]
async fn get_site(State(app): State<App>) -> Result<Json<Site>> {
    let path = app.platform.config.packs_dir.join("city/site.yaml");
    let text = tokio::fs::read_to_string(&path).await.map_err(platform::Problem::internal)?;
    let file: SiteFile = serde_yaml_ng::from_str(&text).map_err(platform::Problem::internal)?;
    let city = app.identity.region(&file.region).await?.map_or_else(|| file.name.clone(), |region| region.name);
    Ok(Json(Site {
        name: file.name,
        city,
        region: file.region,
        default_district: file.default_district,
        hotline: file.hotline,
        host_body: file.host,
        run_body: file.operator,
        today: base::zone::china_date(app.platform.now()).to_string(),
        popular_items: file.popular_items,
        notices: file.notices,
    }))
}

/// Whether the server and its database answer
#[utoipa::path(get, path = "/api/v1/health", tag = "public", operation_id = "get_health", responses((status = 200, description = "Healthy", body = Health)))]
async fn get_health(State(app): State<App>) -> Result<Json<Health>> {
    app.platform.db.ping().await?;
    Ok(Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}
