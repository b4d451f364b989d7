//! What the pages need to know about this installation: city, hotline, date; and health.

use axum::extract::State;
use platform::db::standing::Trouble;
use platform::web::extract::Json;
use platform::web::guard::Audience;
use platform::{Platform, Result};
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
    /// `ok`; `read_only` when one can look but not submit.
    status: &'static str,
    /// Whether changes are taken.
    writable: bool,
    /// What to tell people while they are not.
    message: Option<String>,
    /// Version of the product.
    version: &'static str,
}

async fn read(platform: &Platform) -> Result<SiteFile> {
    let path = platform.config.packs_dir.join("city/site.yaml");
    let text = tokio::fs::read_to_string(&path).await.map_err(platform::Problem::internal)?;
    serde_yaml_ng::from_str(&text).map_err(platform::Problem::internal)
}

/// The site's own words, for the pages without script.
pub(crate) struct Words(pub(crate) Platform);

#[async_trait::async_trait]
impl basic::TellsSite for Words {
    async fn site(&self) -> Result<basic::Site> {
        let file = read(&self.0).await?;
        let notices =
            file.notices.into_iter().map(|notice| basic::Notice { title: notice.title, text: notice.text }).collect();
        Ok(basic::Site { name: file.name, hotline: file.hotline, host: file.host, operator: file.operator, notices })
    }
}

/// The site
#[utoipa::path(get, path = "/api/v1/site", tag = "public", operation_id = "get_site", responses((status = 200, description = "Site", body = Site)))]
async fn get_site(State(app): State<App>) -> Result<Json<Site>> {
    let file = read(&app.platform).await?;
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

/// Whether the server and its database answer, and whether changes are taken
#[utoipa::path(get, path = "/api/v1/health", tag = "public", operation_id = "get_health",
    responses((status = 200, description = "It answers", body = Health), (status = 503, description = "The database does not answer")))]
async fn get_health(State(app): State<App>) -> Result<Json<Health>> {
    let standing = app.platform.db.standing();
    if standing.trouble() == Some(Trouble::Down) {
        standing.admit()?;
    }
    // A server that falls silent meanwhile answers no question; what became of it is known a moment later.
    tokio::select! {
        answer = app.platform.db.ping() => answer?,
        () = standing.lost() => {}
    }
    let trouble = standing.trouble();
    if trouble == Some(Trouble::Down) {
        standing.admit()?;
    }
    Ok(Json(Health {
        status: if trouble.is_some() { "read_only" } else { "ok" },
        writable: trouble.is_none(),
        message: standing.message(),
        version: env!("CARGO_PKG_VERSION"),
    }))
}

/// Whether a request comes with the session of either user system, good or not.
fn has_session(headers: &axum::http::HeaderMap) -> bool {
    let cookies = headers.get_all(axum::http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let names = [Audience::Portal.cookie(), Audience::Desk.cookie()];
    cookies.flat_map(|text| text.split(';')).any(|pair| {
        let name = pair.split('=').next().unwrap_or_default().trim();
        names.contains(&name)
    })
}

/// Middleware: without a database nobody waits for an answer that can't come, and nothing is shown that could not be
/// noted in the audit log.
pub(crate) async fn answerable(
    State(platform): State<Platform>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    use axum::response::IntoResponse;
    let path = request.uri().path();
    // Pages come out of the program itself, but for those drawn from the database.
    let asks = path.starts_with("/api/v1/") || basic::asks_database(path);
    if !asks || path == "/api/v1/health" {
        return next.run(request).await;
    }
    let standing = platform.db.standing();
    let unlogged = match standing.trouble() {
        Some(Trouble::Down) => true,
        // What is noted of a city that is closed reaches neither its old database nor the new one: who is signed in,
        // and may see what has to be noted, waits. What everybody may read stays.
        Some(_) => platform.audit.is_full() || (standing.closed().is_some() && has_session(request.headers())),
        None => false,
    };
    if unlogged && let Err(problem) = standing.admit() {
        return problem.into_response();
    }
    let looks = request.method() == axum::http::Method::GET;
    tokio::select! {
        answer = next.run(request) => answer,
        () = standing.lost() => Trouble::Down.problem("the database fell silent during a request").into_response(),
        // Only who looks may have been sent to the replica; the next time they are not.
        () = platform.db.replica_lost(), if looks => {
            Trouble::Down.problem("the replica fell silent during a request").into_response()
        }
    }
}
