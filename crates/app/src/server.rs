//! The HTTP server: API, pages, headers, graceful stop, workers.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use platform::web::limits::{self, Gate};
use platform::{Problem, Result};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

use crate::tls::TlsListener;
use crate::{App, tls, web};

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
        let gate = Gate::new(self.platform.clone(), open_operations(&document));
        let limit = usize::try_from(self.platform.config.upload_max_mb).unwrap_or(20) * 1024 * 1024 + BODY_ROOM;
        let router = api
            .route("/api/v1/openapi.json", axum::routing::get(move || async move { axum::Json(document) }))
            .route("/api/{*rest}", axum::routing::any(no_such_route))
            .fallback(web::page)
            .method_not_allowed_fallback(no_such_method);
        let config = &self.platform.config;
        let headers = Headers::new(config.public_url.starts_with("https://"), &config.device_gateway_url);
        // One layer of many parts, outermost first: each `Router::layer` of its own would copy all below it
        // for every request.
        router.layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(HeaderName::from_static("x-request-id"), Ids(self.clone())))
                .layer(PropagateRequestIdLayer::new(HeaderName::from_static("x-request-id")))
                .layer(TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<_>| {
                    // The path alone: a query may carry a sign-on code, a header a session.
                    tracing::debug_span!("request", method = %request.method(), path = %request.uri().path())
                }))
                .layer(axum::middleware::map_response_with_state(Arc::new(headers), hardened))
                .layer(axum::middleware::from_fn(platform::web::extract::trace_id))
                .layer(axum::middleware::from_fn_with_state(self.platform.clone(), platform::web::context::record))
                .layer(axum::middleware::from_fn(platform::web::extract::readable))
                .layer(axum::middleware::from_fn_with_state(gate, limits::limit))
                .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
                    Problem::internal("a handler panicked").into_response()
                }))
                // The default limit of the framework is smaller than an upload.
                .layer(axum::extract::DefaultBodyLimit::disable())
                .layer(RequestBodyLimitLayer::new(limit)),
        )
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
        let roots = tokio::spawn(daily_roots(self.clone(), stopped.clone()));
        let upkeep = tokio::spawn(housekeeping(self.clone(), stopped));
        let router = self.router();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let stop = async move {
            stop.await;
            let _ = stopping.send(true);
        };
        let config = &self.platform.config;
        let served = if config.serves_tls() {
            let settings = tls::settings(&config.tls_cert_file, &config.tls_key_file)?;
            let listener = TlsListener::new(listener, settings).map_err(Problem::internal)?;
            // Tapped, so that the framework knows the caller's address of this listener too.
            axum::serve(listener.tap_io(|_| ()), service).with_graceful_shutdown(stop).await
        } else {
            axum::serve(listener, service).with_graceful_shutdown(stop).await
        };
        served.map_err(Problem::internal)?;
        worker.await.map_err(Problem::internal)?;
        roots.await.map_err(Problem::internal)?;
        upkeep.await.map_err(Problem::internal)?;
        // What was noted while the last requests ended.
        self.platform.audit.flush(&self.platform).await
    }
}

/// Headers that tell a browser what never to do with our pages (DATASEC-014).
struct Headers {
    /// Unless the answer brings its own: what a page may load, and that nothing is kept.
    unless_set: [(HeaderName, HeaderValue); 2],
    always: Vec<(HeaderName, HeaderValue)>,
}

impl Headers {
    /// A document may bring its own stricter content policy. Transport security is promised only where
    /// the address is https: a browser would refuse a plain installation for a year.
    fn new(https: bool, gateway: &str) -> Self {
        // The counter's page also talks to the card reader of its own computer.
        let gateway = reqwest::Url::parse(gateway).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let policy = format!(
            "default-src 'self'; connect-src 'self' {gateway}; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
             frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        );
        // An address that was checked at the start is a header; the strictest policy stands in otherwise.
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"));
        let mut always = vec![
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-permitted-cross-domain-policies", "none"),
            (
                "permissions-policy",
                "accelerometer=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(), magnetometer=(), \
                 microphone=(), midi=(), payment=(), usb=()",
            ),
        ];
        if https {
            always.push(("strict-transport-security", "max-age=31536000; includeSubDomains"));
        }
        let fixed = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        Self {
            unless_set: [
                (header::CONTENT_SECURITY_POLICY, policy),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
            always: always.into_iter().map(fixed).collect(),
        }
    }
}

async fn hardened(State(headers): State<Arc<Headers>>, mut response: Response) -> Response {
    let map = response.headers_mut();
    for (name, value) in &headers.unless_set {
        if !map.contains_key(name) {
            map.insert(name.clone(), value.clone());
        }
    }
    for (name, value) in &headers.always {
        map.insert(name.clone(), value.clone());
    }
    response
}

/// Writes noted accesses twice a second; once a minute the rest of the security domain's upkeep.
async fn housekeeping(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let mut round = 0_u32;
    loop {
        let done = if round.is_multiple_of(120) {
            app.security.housekeeping().await
        } else {
            app.platform.audit.flush(&app.platform).await
        };
        if let Err(problem) = done {
            tracing::error!(cause = %problem, "security upkeep failed");
        }
        round = round.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(platform::work::audit::access::EVERY) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Roots finished days and marks grants that are over; looks every ten minutes, so a node that was down catches up.
async fn daily_roots(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    loop {
        if let Err(problem) = app.casework.root_days(&app.audit_key).await {
            // Two nodes may root the same day; the second insert is refused and that is right.
            tracing::warn!(cause = %problem, "rooting the event log failed");
        }
        if let Err(problem) = app.identity.expire_grants().await {
            tracing::warn!(cause = %problem, "marking grants that are over failed");
        }
        if let Err(problem) = app.recognition.forget_over().await {
            tracing::warn!(cause = %problem, "forgetting who was identified failed");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Method and path of every operation that needs no session.
fn open_operations(document: &OpenApi) -> HashSet<(Method, String)> {
    let mut open = HashSet::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::DELETE, &item.delete),
        ] {
            if operation.as_ref().is_some_and(|operation| operation.security.is_none()) {
                open.insert((method, path.clone()));
            }
        }
    }
    open
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
