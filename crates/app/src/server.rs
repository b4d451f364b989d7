//! The HTTP server: API, pages, headers, graceful stop, workers.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use platform::{Problem, Result};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

use crate::{App, web};

/// Largest body: an upload and its form around it.
const BODY_ROOM: usize = 1024 * 1024;

impl App {
    /// The document of the API.
    pub fn openapi(&self) -> OpenApi {
        let (_, document) = self.api().split_for_parts();
        describe(document)
    }

    /// Everything that is served.
    pub fn router(&self) -> Router {
        let (api, document) = self.api().split_for_parts();
        let document = describe(document);
        let limit = usize::try_from(self.platform.config.upload_max_mb).unwrap_or(20) * 1024 * 1024 + BODY_ROOM;
        let policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
                      frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
        api.route("/api/v1/openapi.json", axum::routing::get(move || async move { axum::Json(document) }))
            .route("/api/{*rest}", axum::routing::any(no_such_route))
            .fallback(web::page)
            .method_not_allowed_fallback(no_such_method)
            // The default limit of the framework is smaller than an upload.
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(RequestBodyLimitLayer::new(limit))
            .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
                Problem::internal("a handler panicked").into_response()
            }))
            .layer(axum::middleware::from_fn(platform::web::extract::trace_id))
            .layer(SetResponseHeaderLayer::if_not_present(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(policy),
            ))
            .layer(SetResponseHeaderLayer::overriding(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ))
            .layer(SetResponseHeaderLayer::overriding(header::REFERRER_POLICY, HeaderValue::from_static("same-origin")))
            .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .layer(TraceLayer::new_for_http())
            .layer(PropagateRequestIdLayer::new(HeaderName::from_static("x-request-id")))
            .layer(SetRequestIdLayer::new(HeaderName::from_static("x-request-id"), Ids(self.clone())))
    }

    /// Serves until told to stop; requests under way are finished first.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let address = self.platform.config.listen.clone();
        let listener = tokio::net::TcpListener::bind(&address)
            .await
            .map_err(|error| Problem::internal(format!("{address}: {error}")))?;
        self.serve_on(listener, stop).await
    }

    /// The same on a listener that is already bound.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn serve_on(
        self,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let worker = tokio::spawn(platform::work::jobs::work(
            self.platform.clone(),
            self.subscriptions(),
            self.handlers(),
            stopped.clone(),
        ));
        let roots = tokio::spawn(daily_roots(self.clone(), stopped));
        let router = self.router();
        axum::serve(listener, router.into_make_service_with_connect_info::<std::net::SocketAddr>())
            .with_graceful_shutdown(async move {
                stop.await;
                let _ = stopping.send(true);
            })
            .await
            .map_err(Problem::internal)?;
        worker.await.map_err(Problem::internal)?;
        roots.await.map_err(Problem::internal)
    }
}

/// Roots finished days; looks every ten minutes, so a node that was down catches up.
async fn daily_roots(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    loop {
        if let Err(problem) = app.casework.root_days(&app.audit_key).await {
            // Two nodes may root the same day; the second insert is refused and that is right.
            tracing::warn!(cause = %problem, "rooting the event log failed");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            _ = stopped.changed() => return,
        }
    }
}

fn describe(document: OpenApi) -> OpenApi {
    let mut document: OpenApi = OpenApiBuilder::from(document)
        .info(
            InfoBuilder::new()
                .title("Tongban 通办")
                .description(Some(
                    "Integrated government-service platform. Times are RFC 3339 UTC; errors are RFC 9457 problems.",
                ))
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .build();
    let cookie = |name: &str| SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(name)));
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("portal", cookie("tb_portal"));
    components.add_security_scheme("desk", cookie("tb_desk"));
    let signature = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-tif-signature",
        "With x-tif-paasid, x-tif-timestamp and x-tif-nonce; see docs/api.md.",
    )));
    components.add_security_scheme("gateway", signature);
    document
}

async fn no_such_route() -> Problem {
    Problem::not_found("没有这个接口。")
}

async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "这个地址不能这样访问。")
}

#[derive(Clone)]
struct Ids(App);

impl MakeRequestId for Ids {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.platform.new_id().to_string()).ok().map(RequestId::new)
    }
}
